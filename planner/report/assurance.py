"""What stands behind a run: the log of assumptions, the log of data, and a page on its quality, all generated."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import planner
from planner.check.report import CheckReport
from planner.county.county import County
from planner.county.register import REGISTER
from planner.report.summary import INTERNAL, rows, signed
from planner.report.write import safe_markdown, write_table, write_text
from planner.scenario.differences import shown
from planner.scenario.load import LoadedScenario
from planner.scenario.ranges import RANGES, meaning, numeric_settings
from planner.scenario.schema import Scenario
from planner.solve.outcome import SolveRecord

LOG_COLUMNS = (
    "assumption", "what", "value", "unit", "low", "high", "source", "source_title", "source_date", "set_on", "owner_role", "signed_off_by",
    "quality", "setting", "cost_change_low_gbp", "cost_change_high_gbp", "effect",
)  # fmt: skip
_ORDER = {"red": 0, "amber": 1, "green": 2}


@dataclass(frozen=True)
class Effects:
    """What a sensitivity study found, by setting; its table has the columns setting, cost_change_low_gbp and cost_change_high_gbp.

    ``sha256`` is that of the table's file, empty where there is no study.
    """

    table: pd.DataFrame
    sha256: str = ""

    def of(self, setting: str) -> tuple[float, float]:
        """The change of cost at the low and at the high of a setting; NaN where it was not tried."""
        found = self.table[self.table["setting"] == setting]
        if found.empty or not setting:
            return float("nan"), float("nan")
        return float(found["cost_change_low_gbp"].iloc[0]), float(found["cost_change_high_gbp"].iloc[0])


NO_EFFECTS = Effects(pd.DataFrame({"setting": [], "cost_change_low_gbp": [], "cost_change_high_gbp": []}))


def fingerprint(scenario: Scenario, county: County, openings: pd.DataFrame | None) -> str:
    """SHA-256 of everything that an answer depends on: settings but for words and publishing, the county's files, openings and versions."""
    settings = scenario.model_dump(mode="json", exclude={"title", "description", "publish", "ranges"})
    held = "" if openings is None else openings[["option", "year", "open", "blocks"]].to_csv(index=False)
    parts: list[Any] = [settings, county.hashes, held, planner.__version__, importlib.metadata.version("highspy")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def study_folder(out: Path, name: str) -> Path:
    """Where the sensitivity study of a scenario is kept, beside its run."""
    return out / f"sensitivity_{name}"


def effects_beside(folder: Path, made_from: str) -> Effects:
    """What a sensitivity study in a folder found, if it holds the openings of the scenario's own plan and was made from the same."""
    table = folder / "internal" / "sensitivity.csv"
    try:
        kept = json.loads((folder / "internal" / "study.json").read_text(encoding="utf-8"))
        if kept["made_from"] != made_from or kept["plan"]:
            return NO_EFFECTS
        return Effects(pd.read_csv(table, encoding="utf-8"), hashlib.sha256(table.read_bytes()).hexdigest())
    except (OSError, ValueError, KeyError, TypeError):
        return NO_EFFECTS


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and value != value) else str(value)


def assumption_log(loaded: LoadedScenario, county: County, effects: Effects) -> pd.DataFrame:
    """Every assumption behind a run: the county's log, then the scenario's settings whose values are assumptions; least certain first.

    A setting that stands for an entry of the county's log is in that entry's row and has none of its own.
    """
    sources = county.table("sources").set_index("source")
    known = {str(row["assumption"]): row for row in county.tables[REGISTER].to_dict("records")} if REGISTER in county.tables else {}
    found: list[dict[str, Any]] = []
    for entry in county.table("assumptions").to_dict("records"):
        more: Mapping[Any, Any] = known.get(str(entry["assumption"]), {})
        source = str(entry["source"])
        dated = source in sources.index
        found.append(
            {
                **{
                    name: _text(entry[name])
                    for name in ("assumption", "what", "value", "unit", "low", "high", "owner_role", "quality", "effect")
                },
                "source": source,
                "source_title": str(sources.loc[source, "title"]) if dated else "Assumption",
                "source_date": _text(sources.loc[source, "date"]) if dated else "",
                **{name: _text(more.get(name)) for name in ("set_on", "signed_off_by", "setting")},
            }
        )
    taken = {row["setting"] for row in found if row["setting"]}
    now = numeric_settings(loaded.scenario)
    for name, assumed in RANGES.items():
        if name in taken or name not in now:
            continue
        at, given = loaded.origins.get(name), loaded.scenario.ranges.get(name)
        found.append(
            {
                "assumption": name, "what": meaning(name), "value": shown(now[name]), "unit": "as in the reference of settings",
                "low": shown(given.low if given else assumed.low), "high": shown(given.high if given else assumed.high),
                "source": f"{Path(at.file).name}, line {at.line}" if at else "default of the program", "source_title": "Assumption",
                "source_date": "", "set_on": "with the scenario" if at else f"with version {planner.__version__}", "owner_role": assumed.owner,
                "signed_off_by": "", "quality": assumed.quality, "setting": name, "effect": "",
            }
        )  # fmt: skip
    for row in found:
        if row["setting"] in now and row["value"] == "in the scenario":
            row["value"] = shown(now[row["setting"]])
        row["cost_change_low_gbp"], row["cost_change_high_gbp"] = effects.of(row["setting"])
    table = pd.DataFrame(found, columns=list(LOG_COLUMNS))
    reach = table[["cost_change_low_gbp", "cost_change_high_gbp"]].abs().max(axis=1).fillna(-1.0)
    order = pd.DataFrame({"quality": table["quality"].map(_ORDER).fillna(3), "reach": -reach})
    return table.loc[order.sort_values(["quality", "reach"], kind="stable").index].reset_index(drop=True)


def data_log(county: County, inputs: Mapping[str, str]) -> pd.DataFrame:
    """Every file that a run read: its hash, and the sources that it names with their dates."""
    sources = county.table("sources").set_index("source")
    found = []
    for name, digest in sorted(inputs.items()):
        named = sorted(_sources_of(county, name.rsplit("/", 1)[-1], name))
        titles = [
            f"{sources.loc[one, 'title']} ({_text(sources.loc[one, 'date']) or 'no date stated'})" for one in named if one in sources.index
        ]
        if "assumption" in named:
            titles.append("assumption")
        kind = "scenario" if name.startswith("scenarios/") else "prices" if "/rates/" in name else "table of the county"
        found.append(
            {
                "file": name,
                "kind": kind,
                "sha256": digest,
                "sources": "; ".join(titles) or ("the planner" if kind == "scenario" else "see the county's README"),
            }
        )
    return pd.DataFrame(found, columns=["file", "kind", "sha256", "sources"])


def _sources_of(county: County, file: str, name: str) -> set[str]:
    if "/rates/" in name:
        return {rate.source for rate in county.rates if rate.file.endswith(file)}
    table = county.tables.get(file.removesuffix(".csv"))
    if table is None or "source" not in table or file == "sources.csv":
        return set()
    return {str(value) for value in table["source"].dropna() if str(value)}


def _worth(row: Mapping[Any, Any]) -> str:
    low, high = row["cost_change_low_gbp"], row["cost_change_high_gbp"]
    if low != low and high != high:
        return "not tried"
    return " to ".join(signed(one) for one in (low, high))


def log_page(log: pd.DataFrame) -> str:
    """The log of assumptions as Markdown: counts first, then each assumption, the least certain first."""
    count = {word: int((log["quality"] == word).sum()) for word in _ORDER}
    tried = int((log["cost_change_low_gbp"].notna() | log["cost_change_high_gbp"].notna()).sum())
    no_sign = int((log["signed_off_by"] == "").sum())
    lines = [
        INTERNAL, "", "# Assumptions", "",
        f"{len(log)} assumptions: {count['red']} red (least certain), {count['amber']} amber, {count['green']} green. {no_sign} are not signed off.",
        f"The effect on cost is known for {tried} of them"
        + (", from the sensitivity study of this scenario." if tried else "; `planner sensitivity` works it out, and the next run shows it here."),
        "",
    ]  # fmt: skip
    body = [
        [
            row["what"], f"{row['value']} {row['unit']}".strip() if row["unit"] != "as in the reference of settings" else row["value"],
            f"{row['low']} to {row['high']}" if row["low"] or row["high"] else "not estimated",
            row["source_title"] + (f" ({row['source_date']})" if row["source_date"] else "") if row["source_title"] != "Assumption" else f"assumption; {row['source']}" if row["source"] != "assumption" else "assumption",
            row["owner_role"], row["set_on"] or "not known", row["signed_off_by"] or "nobody yet", row["quality"], _worth(row), row["effect"],
        ]
        for row in log.to_dict("records")
    ]  # fmt: skip
    header = [
        "What is assumed",
        "Value",
        "Range",
        "Source",
        "Owner",
        "Set on",
        "Signed off by",
        "Quality",
        "Cost at low to high",
        "What it changes",
    ]
    return "\n".join([*lines, *rows(header, body)])


def write_log(inside: Path, loaded: LoadedScenario, county: County, effects: Effects) -> pd.DataFrame:
    """Write the log of assumptions as a table and as a page; gives the table."""
    log = assumption_log(loaded, county, effects)
    write_table(inside / "assumptions.csv", log)
    write_text(inside / "assumptions.md", log_page(log))
    return log


def quality_page(log: pd.DataFrame, data: pd.DataFrame, check: CheckReport, record: SolveRecord, scenario: Scenario) -> str:
    """The quality of a run under the six headings of the AQuA Book: repeatable, independent, grounded in reality, objective, uncertainty-managed, robust."""
    published = int((log["source_title"] != "Assumption").sum())
    red = int((log["quality"] == "red").sum())
    ranged = int(((log["low"] != "") & (log["high"] != "")).sum())
    tried = int(log["cost_change_low_gbp"].notna().sum())
    cost = record.stage("cost")
    proof = (
        "no bound was proven" if cost is None or cost.gap is None else f"the cost is within {cost.gap:.2%} of the best possible, by proof"
    )
    limits = [f"{stage.limit} while improving {stage.aim}" for stage in record.stages if stage.limit]
    verdict = f"{sum(check.tested.values()):,} tests of {len(check.tested)} rules, {'no finding' if check.passed else f'{len(check.findings)} FINDINGS: do not use'}"
    parts = {
        "Repeatable": [
            f"manifest.json names every input by its hash, every setting, and every version; {len(data)} files were read (data_log.csv).",
            "`planner reproduce` makes this run again and compares every table to the byte."
            + (f" The search was stopped by a limit ({'; '.join(limits)}), so another machine may end elsewhere." if limits else " No limit stopped the search."),
        ],
        "Independent": [
            f"Verification (built as designed): code that uses neither the model nor the solver re-added every row and every pound: {verdict}.",
            "Validation (fit for the decision) is for people: nobody outside has assured this run unless a name is put here by hand.",
        ],
        "Grounded in reality": [
            f"{published} of {len(log)} assumptions rest on a published source; {red} are rated red.",
            "The summary sets the projected growth beside the growth that was published.",
        ],
        "Objective": [
            f"The aims, in their order: {', then '.join(aim.aim for aim in scenario.objective)}. They are the scenario's, in writing.",
            "The rules that choose are the same for every option; nothing is preferred by name.",
        ],
        "Uncertainty-managed": [
            f"{ranged} of {len(log)} assumptions have a range; the effect on cost is known for {tried}.",
            "Early help has no causal evidence; the sensitivity study says from which effect on contact bases pay.",
        ],
        "Robust": [
            f"The search ended as '{record.outcome}': {proof}.",
            "Comparisons say 'no clear difference' where two runs differ by less than their proven gaps.",
        ],
    }  # fmt: skip
    lines = [
        INTERNAL,
        "",
        f"# Quality of this run: {safe_markdown(scenario.title)}",
        "",
        "The six headings are those of the AQuA Book (HM Treasury). Every figure is generated from the run.",
        "",
    ]
    for heading, said in parts.items():
        lines += [f"## {heading}", "", *(f"- {text}" for text in said), ""]
    return "\n".join(lines)


def write_assurance(
    inside: Path, out: Path, loaded: LoadedScenario, county: County, inputs: Mapping[str, str], check: CheckReport, record: SolveRecord
) -> str:
    """Write what stands behind a run into its internal folder: both logs and the page on quality.

    The effect of an assumption on cost is that of the sensitivity study beside the run in ``out``, if it is of the same inputs. Gives the
    SHA-256 of that study's table, or nothing.
    """
    effects = effects_beside(study_folder(out, loaded.path.stem), fingerprint(loaded.scenario, county, None))
    log = write_log(inside, loaded, county, effects)
    data = data_log(county, inputs)
    write_table(inside / "data_log.csv", data)
    write_text(inside / "quality.md", quality_page(log, data, check, record, loaded.scenario))
    return effects.sha256
