"""What no file gave, filled up from England's published shares: needs, new plans, plans that ceased, children on SEN support, the block."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from planner.county.build.fitting import apportion, fit, round_two_way
from planner.county.build.inputs import cube
from planner.county.importers.ees_tables import KINDS
from planner.county.importers.findings import Findings
from planner.county.new.template import template_table
from planner.names import NEEDS, PHASES, Year

SEN_SUPPORT_SHARE: Final = 0.142
"""Pupils in England on SEN support, of all pupils, January 2025 (Department for Education, as reported)."""
BLOCK_PER_EHCP_GBP: Final = 17_000
"""High needs block for each EHCP in one county, 2025/26 (derived from its published block and EHCPs)."""
OTHER_SPEND_SHARE: Final = 0.07
"""High needs spending that the model does not place, of the block (assumption, as in one county)."""


def _by(table: pd.DataFrame, key: str) -> pd.Series:
    return table.groupby(key)["children"].sum()


def fill_needs(tables: dict[str, pd.DataFrame], findings: Findings) -> None:
    """EHCPs by need and phase, and by need and provision, from England's shares where no file gives them."""
    totals = _by(tables["ehcps_by_provision_and_phase"], "phase")
    if "ehcps_by_need_and_phase" not in tables:
        tables["ehcps_by_need_and_phase"] = _needs({phase: int(totals.get(phase, 0)) for phase in PHASES}, "share_of_ehcps")
        findings.guess("needs_as_england", "No file of primary needs; each phase has England's shares of needs", "England's shares",
                       effect="Which needs there are, and so which provision is wanted")  # fmt: skip
    if "ehcps_by_need_and_provision" not in tables:
        england = cube(template_table("england/needs_and_provision.csv"), NEEDS, KINDS, "need", "provision_type").to_numpy()
        rows = cube(tables["ehcps_by_need_and_phase"], NEEDS, PHASES, "need", "phase").to_numpy().sum(axis=1)
        columns = cube(tables["ehcps_by_provision_and_phase"], KINDS, PHASES, "provision_type", "phase").to_numpy().sum(axis=1)
        seed = np.where((rows[:, None] > 0) & (columns[None, :] > 0), england + 1.0, 0.0)
        fitted = round_two_way(fit(seed, [((0,), rows), ((1,), columns)]))
        listed = [(need, kind, int(fitted[n, k]), "assumption") for k, kind in enumerate(KINDS) for n, need in enumerate(NEEDS)]
        tables["ehcps_by_need_and_provision"] = pd.DataFrame(listed, columns=["need", "provision_type", "children", "source"])
        findings.guess("needs_by_provision_as_england", "No file gives needs by placement; they go together as in England", "England's pattern",
                       effect="Which needs are in which provision")  # fmt: skip


def _needs(totals: dict[str, int], column: str) -> pd.DataFrame:
    england = template_table("england/needs.csv")
    rows = []
    for phase in PHASES:
        part = england[england["phase"] == phase]
        counts = apportion(part[column].to_numpy(dtype=float), totals[phase])
        rows += [(need, phase, int(count), "assumption") for need, count in zip(part["need"], counts, strict=True)]
    return pd.DataFrame(rows, columns=["need", "phase", "children", "source"])


def fill_flows(tables: dict[str, pd.DataFrame], base: int, findings: Findings) -> None:
    """New EHCPs and those that ceased, from England's rates where no file gives them."""
    totals = _by(tables["ehcps_by_provision_and_phase"], "phase")
    england = template_table("england/flows.csv").set_index("phase")

    def of(phase: str, column: str) -> float:
        return float(england.loc[phase, column])

    if "new_ehcps_by_phase" not in tables:
        rows = [(phase, round(totals.get(phase, 0) * of(phase, "new_per_ehcp")), "assumption") for phase in PHASES]
        tables["new_ehcps_by_phase"] = pd.DataFrame(rows, columns=["phase", "new_ehcps", "source"])
        findings.guess("new_ehcps_as_england", "No file of new plans; new EHCPs for each EHCP are as in England", int(sum(row[1] for row in rows)),
                       unit="children a year", effect="Growth of every provision type")  # fmt: skip
    if "new_ehcps_by_need_and_phase" not in tables:
        new = tables["new_ehcps_by_phase"].set_index("phase")["new_ehcps"]
        tables["new_ehcps_by_need_and_phase"] = _needs({phase: int(new[phase]) for phase in PHASES}, "share_of_new_ehcps")
        findings.guess("new_needs_as_england", "No file of needs of new plans; each phase has England's shares", "England's shares",
                       effect="Which needs grow")  # fmt: skip
    if "ehcps_ceased_by_phase" not in tables:
        before = {phase: round(totals.get(phase, 0) * of(phase, "ehcps_a_year_before_per_ehcp")) for phase in PHASES}
        rows_gone = [
            (phase, round(before[phase] * of(phase, "ceased_per_ehcp_before")), before[phase],
             round(before[phase] * of(phase, "of_last_age_per_ehcp_before")), "assumption") for phase in PHASES
        ]  # fmt: skip
        columns = ["phase", f"ceased_{base - 1}", f"ehcps_january_{base - 1}", f"of_last_age_january_{base - 1}", "source"]
        tables["ehcps_ceased_by_phase"] = pd.DataFrame(rows_gone, columns=columns)
        findings.guess("ceased_as_england", "No file of plans that ceased, or no caseload by age of the January before; rates are as in England",
                       "England's rates", effect="How fast places come free")  # fmt: skip


def fill_sen_support(tables: dict[str, pd.DataFrame], pupils: float, findings: Findings) -> tuple[float, pd.DataFrame]:
    """Children on SEN support, and their shares by need and phase."""
    if "sen_support" in tables and tables["sen_support"]["children"].sum() > 0:
        table = tables["sen_support"]
        whole = float(table["children"].sum())
        share = (table["children"] / whole).round(8)
        return round(whole), table.assign(share=share)[["need", "phase", "share", "source"]]
    children = round(pupils * SEN_SUPPORT_SHARE)
    findings.guess("sen_support_as_england", f"No school-level SEN file; {SEN_SUPPORT_SHARE:.1%} of children aged 4 to 15 are on SEN support, as of all "
                   "pupils in England", children, unit="children", effect="How many children a contact base can reach")  # fmt: skip
    return children, template_table("assumed/sen_support_shares.csv")


def finance_rows(
    tables: dict[str, pd.DataFrame], block: float | None, base: int, ehcps: int, findings: Findings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The published and the assumed rows of the high needs budget."""
    year = str(Year(base - 1))
    columns = ["financial_year", "measure", "value_gbp", "status", "source"]
    rows: list[tuple[object, ...]] = []
    if block is not None:
        rows.append((year, "high_needs_block", round(block), "stated", "given"))
    else:
        lines = tables.get("section_251")
        high = lines[lines["line"].str.startswith(("1.0.2", "1.2."))] if lines is not None else pd.DataFrame()
        if len(high):
            last = str(high["financial_year"].max())
            value, how = float(high[high["financial_year"] == last]["net_expenditure"].sum()), f"net high needs spending of {last}"
        else:
            value, how = ehcps * BLOCK_PER_EHCP_GBP, f"£{BLOCK_PER_EHCP_GBP:,} for each EHCP, as in one county"
        rows.append((year, "high_needs_block", round(value), "assumption", "assumption"))
        findings.guess("high_needs_block", f"The high needs block is not known; taken as {how}. Say it with --high-needs-block", round(value),
                       unit="pounds", effect="Level of the deficit, not the difference between scenarios")  # fmt: skip
    other = round(float(str(rows[0][2])) * OTHER_SPEND_SHARE)
    findings.guess("other_high_needs_spend", f"High needs spending that the model does not place: {OTHER_SPEND_SHARE:.0%} of the block", other,
                   unit="pounds a year", effect="Level of the deficit, not the difference between scenarios")  # fmt: skip
    published = pd.DataFrame(rows, columns=columns)
    if "finance" in tables:
        published = pd.concat([published, tables["finance"]], ignore_index=True)
    return published, pd.DataFrame([(year, "other_high_needs_spend", other, "assumption", "assumption")], columns=columns)
