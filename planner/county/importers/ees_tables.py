"""From the rows of the EHCP files to the published tables that the county builder reads."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import pandas as pd

from planner.county.importers.ees import NEED_COLUMNS, RESOURCED, EesRow, EesTable
from planner.county.importers.figures import age, is_age_topic
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.official import plain
from planner.names import PHASE_AGES, PHASES, PROVISION_TYPES

LAST_AGES: Final = (4, 10, 15)
"""Ages after which a child moves up a phase."""
_OLDEST: Final = 25

KINDS: Final = tuple(kind for kind in PROVISION_TYPES if kind != "contact_base")

MAY_BE: Final[dict[str, tuple[str, ...]]] = {
    "further_education": ("post_16",),
    "alternative_provision": ("primary", "secondary"),
    "early_years_setting": ("early_years", "primary"),
}
"""Phases in which the model knows a kind of provision, where that is not every phase; others count as educated elsewhere."""

_SHARES: Final = {
    "share_mainstream": ("mainstream_support", "resource_centre"),
    "share_state_special": ("state_special",),
    "share_independent_special": ("independent_special",),
    "share_alternative_provision": ("alternative_provision",),
    "share_further_education": ("further_education",),
    "share_educated_elsewhere": ("educated_elsewhere",),
    "share_early_years_setting": ("early_years_setting",),
    "share_unknown": ("unknown",),
}


def phase_of(years: int) -> str:
    """The phase of an age in January."""
    return next(phase for phase in PHASES if years <= PHASE_AGES[phase][1] or phase == PHASES[-1])


def known(value: float | None) -> float:
    """A figure, or 0 where it is not known."""
    return 0.0 if value is None or math.isnan(value) else value


def by_provision(figures: Mapping[str, float], total: str) -> dict[str, float]:
    """The children of a row by provision type, with ``unknown`` for those whose placement the row does not tell.

    Bases are taken out of the mainstream total. What the parts leave of the row's total (codes that hide a figure, children waiting)
    is unknown too.
    """
    get = {name: known(value) for name, value in figures.items()}
    bases = sum(get.get(name, 0.0) for name in RESOURCED)
    parts = ("mainstream_la_maintained", "mainstream_academy", "mainstream_free_school", "mainstream_independent")
    whole = figures.get("mainstream_total", math.nan)
    mainstream = sum(get.get(name, 0.0) for name in parts) if math.isnan(whole) else whole - bases
    state = get.get("special_la_maintained", 0.0) + get.get("special_academy_free", 0.0)
    independent = get.get("special_independent", 0.0) + get.get("special_non_maintained", 0.0)
    made = {
        "mainstream_support": max(mainstream, 0.0),
        "resource_centre": bases,
        "state_special": state,
        "independent_special": independent,
        "early_years_setting": get.get("nm_early_years", 0.0),
        "further_education": get.get("fe_total", 0.0),
        "alternative_provision": get.get("ap_pru_total", 0.0),
        "educated_elsewhere": get.get("ed_elsewhere", 0.0),
    }
    made["unknown"] = max(known(figures.get(total)) - sum(made.values()), 0.0)
    return made


def ages(table: EesTable, year: int) -> list[tuple[int, EesRow]]:
    """The rows of a year that are about one age (never a total), with the age."""
    found = []
    for row in table.rows:
        if row.year == year and is_age_topic(row.topic):
            years = age(row.breakdown)
            if years is not None:
                found.append((min(years, _OLDEST), row))
    return found


def of_unknown_age(table: EesTable, year: int, total: str) -> float:
    """Children of a year whose age the file does not give."""
    return sum(
        known(row.figures.get(total))
        for row in table.rows
        if row.year == year and is_age_topic(row.topic) and "unknown" in row.breakdown.lower()
    )


def _table(rows: Sequence[tuple[object, ...]], columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns)


def stock_tables(caseload: EesTable, year: int, source: str, findings: Findings) -> dict[str, pd.DataFrame]:
    """EHCPs in January of a year by age, and by provision type and phase."""
    rows = ages(caseload, year)
    by_age: dict[int, float] = {}
    cells = {(kind, phase): 0.0 for kind in KINDS for phase in PHASES}
    moved: dict[str, float] = {}
    unknown = 0.0
    for years, row in rows:
        by_age[years] = by_age.get(years, 0.0) + known(row.figures.get("ehcplans"))
        phase = phase_of(years)
        for kind, children in by_provision(row.figures, "ehcplans").items():
            to = kind
            if kind == "unknown":
                unknown += children
                to = "educated_elsewhere"
            elif phase not in MAY_BE.get(kind, PHASES):
                moved[kind] = moved.get(kind, 0.0) + children
                to = "educated_elsewhere"
            cells[to, phase] += children
    if unknown:
        findings.guess(
            "placement_not_known", "Children whose placement is not recorded or hidden count as educated elsewhere", f"{unknown:g}",
            unit="children",
        )  # fmt: skip
    for kind, children in moved.items():
        if children:
            findings.guess(
                f"{kind}_at_other_ages", f"Children in {kind.replace('_', ' ')} at an age at which the model does not know it count as "
                "educated elsewhere", f"{children:g}", unit="children",
            )  # fmt: skip
    return {
        "ehcps_by_age": _table([(years, round(count), source) for years, count in sorted(by_age.items())], ["age", "children", "source"]),
        "ehcps_by_provision_and_phase": _table(
            [(kind, phase, round(cells[kind, phase]), source) for phase in PHASES for kind in KINDS],
            ["provision_type", "phase", "children", "source"],
        ),
    }


def need_tables(needs: EesTable, year: int, source: str) -> dict[str, pd.DataFrame]:
    """EHCPs in January of a year by need and phase, and by need and provision type."""
    listed = [need for column, need in NEED_COLUMNS.items() if any(column in row.figures for row in needs.rows)]
    columns = {need: column for column, need in NEED_COLUMNS.items()}
    by_phase = {(need, phase): 0.0 for need in listed for phase in PHASES}
    for years, row in ages(needs, year):
        for need in listed:
            by_phase[need, phase_of(years)] += known(row.figures.get(columns[need]))
    kinds = _placement_rows(needs, year)
    by_kind = [
        (need, kind, round(sum(known(row.figures.get(columns[need])) * sign for sign, row in kinds[kind])), source)
        for need in listed
        for kind in KINDS
    ]
    return {
        "ehcps_by_need_and_phase": _table(
            [(need, phase, round(by_phase[need, phase]), source) for phase in PHASES for need in listed],
            ["need", "phase", "children", "source"],
        ),
        "ehcps_by_need_and_provision": _table(by_kind, ["need", "provision_type", "children", "source"]),
    }


def _placement_rows(needs: EesTable, year: int) -> dict[str, list[tuple[int, EesRow]]]:
    """For each provision type the rows to add (1) or take away (-1): totals where a kind has one, parts where it is made of parts."""
    found: dict[str, list[tuple[int, EesRow]]] = {kind: [] for kind in KINDS}
    for row in needs.rows:
        if row.year != year or "placement" not in row.topic.lower():
            continue
        for kind, sign in placement(row.breakdown):
            found[kind].append((sign, row))
    return found


def placement(breakdown: str) -> list[tuple[str, int]]:
    """The provision types that a placement row adds to (1) or takes from (-1); nothing for a row that is a part of another."""
    name = plain(breakdown).replace("/", " ")
    if name.startswith("mainstream"):
        if "resourced provision" in name or "sen unit" in name:
            return [("resource_centre", 1), ("mainstream_support", -1)]
        return [("mainstream_support", 1)] if name.endswith("total") else []
    if name.startswith("special"):
        for word, kind in (("total", ""), ("independent", "independent_special"), ("non maintained", "independent_special")):
            if word in name:
                return [(kind, 1)] if kind else []
        return [("state_special", 1)]
    starts = (("ap pru", "alternative_provision"), ("fe ", "further_education"), ("educated elsewhere", "educated_elsewhere"))
    for start, kind in starts:
        if name.startswith(start):
            return [(kind, 1)] if name.endswith("total") else []
    if name.startswith("non maintained early"):
        return [("early_years_setting", 1)]
    return [("educated_elsewhere", 1)] if name.startswith("placement not recorded") or name.startswith("placement unknown") else []


def new_plan_tables(new: EesTable, year: int, source: str) -> dict[str, pd.DataFrame]:
    """New EHCPs of a calendar year by phase, with the shares of first placements."""
    total = dict.fromkeys(PHASES, 0.0)
    placed = {phase: dict.fromkeys((*KINDS, "unknown"), 0.0) for phase in PHASES}
    for years, row in ages(new, year):
        phase = phase_of(years)
        total[phase] += known(row.figures.get("new_ehc_plans"))
        for kind, children in by_provision(row.figures, "new_ehc_plans").items():
            placed[phase][kind] += children
    rows: list[tuple[object, ...]] = []
    for phase in PHASES:
        shares = [
            round(sum(placed[phase][kind] for kind in kinds) / total[phase], 4) if total[phase] else 0.0 for kinds in _SHARES.values()
        ]
        rows.append((phase, round(total[phase]), *shares, source))
    return {"new_ehcps_by_phase": _table(rows, ["phase", "new_ehcps", *_SHARES, "source"])}


def new_need_tables(new: EesTable, year: int, source: str) -> dict[str, pd.DataFrame]:
    """New EHCPs of a calendar year by need and phase."""
    tables = need_tables(new, year, source)
    return {"new_ehcps_by_need_and_phase": tables["ehcps_by_need_and_phase"]}


def ceased_tables(ceased: EesTable, caseload: EesTable, year: int, source: str, findings: Findings) -> dict[str, pd.DataFrame]:
    """EHCPs that ceased in a calendar year by phase, over those of its January; needs the caseload of that January.

    The file of ceased plans gives no placement or need here; plans whose age is not known are left out and told.
    """
    gone = dict.fromkeys(PHASES, 0.0)
    for years, row in ages(ceased, year):
        gone[phase_of(years)] += known(row.figures.get("total_ceased"))
    lost = of_unknown_age(ceased, year, "total_ceased")
    if lost:
        findings.missing.append(f"{ceased.file}: {lost:g} plans that ceased in {year} have no age and are left out")
    before, last = dict.fromkeys(PHASES, 0.0), dict.fromkeys(PHASES, 0.0)
    for years, row in ages(caseload, year):
        before[phase_of(years)] += known(row.figures.get("ehcplans"))
        if years in LAST_AGES:
            last[phase_of(years)] += known(row.figures.get("ehcplans"))
    columns = ["phase", f"ceased_{year}", f"ehcps_january_{year}", f"of_last_age_january_{year}", "source"]
    rows: list[tuple[object, ...]] = [(p, round(gone[p]), round(before[p]), round(last[p]), source) for p in PHASES]
    return {"ehcps_ceased_by_phase": _table(rows, columns)}


def import_ees(tables: Mapping[str, EesTable], findings: Findings, problems_say: Callable[[str, str], None]) -> Imported:
    """Every published table that the EHCP files given allow, for the latest January of the caseload file.

    Args:
        tables: The files read, by kind.
        findings: Where what was found, guessed and missing is noted.
        problems_say: Called with a file and a sentence where a file has not the year that is needed.

    """
    made: dict[str, pd.DataFrame] = {}
    caseload = tables.get("caseload")
    base = caseload.years[-1] if caseload else max((table.years[-1] for table in tables.values()), default=0)
    source = f"EES{base % 100:02d}"

    def has(kind: str, year: int) -> EesTable | None:
        table = tables.get(kind)
        if table is not None and year not in table.years:
            problems_say(table.file, f"the file has no rows of {year}; it has {', '.join(map(str, table.years))}")
            return None
        return table

    if caseload and not ages(caseload, base):
        problems_say(caseload.file, f"no rows by age for January {base}; download the file with every breakdown")
        return Imported(made, findings)
    if caseload:
        made |= stock_tables(caseload, base, source, findings)
    if needs := has("needs", base):
        made |= need_tables(needs, base, source)
    flows = base - 1 if caseload else base
    if new := has("new-plans", flows):
        made |= new_plan_tables(new, flows, source)
    if new_needs := has("new-needs", flows):
        made |= new_need_tables(new_needs, flows, source)
    ceased = has("ceased", flows)
    if ceased and caseload and flows in caseload.years and ages(caseload, flows):
        made |= ceased_tables(ceased, caseload, flows, source, findings)
    elif ceased:
        findings.missing.append(f"the caseload of January {flows} by age, over which the ceased plans of {flows} are taken")
    for kind, name in (("requests", "requests"), ("assessments", "assessments"), ("timeliness", "timeliness")):
        if kind in tables:
            made[name] = yearly(tables[kind], source)
    return Imported(made, findings)


def yearly(table: EesTable, source: str) -> pd.DataFrame:
    """The council's totals by year of a file about requests, assessments or timeliness; an empty cell is a figure that is not given."""
    rows: list[tuple[object, ...]] = []
    for row in sorted(table.rows, key=lambda row: row.year):
        if row.is_total:
            values = [row.figures.get(name, math.nan) for name in table.kind.measures]
            rows.append((row.year, *values, source))
    return _table(rows, ["year", *table.kind.measures, "source"])
