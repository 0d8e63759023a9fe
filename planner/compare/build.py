"""A whole comparison as tables: what differs in the inputs, the results side by side, why they differ and what that means."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.compare.bridge import AFTER, bridges
from planner.compare.findings import findings
from planner.compare.finished import Finished, changed_since, read_finished
from planner.compare.inputs import input_differences, unlike
from planner.compare.side import compared, fairness, side_by_side
from planner.errors import InputError, Problem, nearest
from planner.finance.appraise import NEEDED, appraise
from planner.finance.plan import mitigated_folders
from planner.finance.switching import line_switches

BRIDGES = {
    "bridge": ("cost", "change_gbp"),
    "bridge_alone": ("cost_alone", "change_gbp"),
    "bridge_ehcps": ("ehcps", "change_ehcps"),
    "bridge_waiting": ("waiting", "change_waiting"),
}
"""Tables of bridges: the bridge each holds and what its column of figures is called."""

MITIGATED = ("unmitigated_gbp", "mitigated_gbp", "saving_gbp")


@dataclass(frozen=True)
class Comparison:
    """Finished runs, the base first, and every table about them; ``changed`` names the inputs of a run that changed since."""

    runs: list[Finished]
    frames: dict[str, pd.DataFrame]
    changed: dict[str, list[str]]


def compare(folders: list[Path], base: str, scenarios: Path, data: Path, *, align: bool = False) -> Comparison:
    """Compare finished runs with one base.

    Args:
        folders: the folders of the runs.
        base: the base's name; the first run if empty.
        scenarios: the folder where scenario files lie now, to say which changed since.
        data: the folder of counties, likewise.
        align: whether runs of other numbers of years are cut to the years that all plan.

    Raises:
        InputError: if a folder holds no run, the base is not among them, or runs are not alike.

    """
    runs = _base_first(read_finished(folders), base)
    problems, notes = unlike(runs, align=align)
    if problems:
        raise InputError(problems)
    if notes:
        runs = _cut(runs)
    changed = {run.name: changed_since(run, scenarios, data) for run in runs}
    appraisals = {run.name: _appraisal(runs[0], run) for run in runs[1:]}
    frames = {
        "findings": pd.DataFrame({"text": findings(runs, notes, changed)}),
        "results_side_by_side": side_by_side(runs, appraisals),
        "input_differences": input_differences(runs),
        **compared(runs),
        **fairness(runs),
        **_bridges(runs),
        "switching_values": _switches(runs),
    }
    if not notes:
        frames["dsg_plan_compared"] = pd.concat(
            [mitigated_folders(runs[0].folder, run.folder).assign(scenario=run.name) for run in runs[1:]], ignore_index=True
        )
        frames["dsg_plan_compared"] = frames["dsg_plan_compared"][["scenario", "part", "line", "financial_year", *MITIGATED]]
    return Comparison(runs, {name: frame for name, frame in frames.items() if len(frame)}, changed)


def _base_first(runs: list[Finished], base: str) -> list[Finished]:
    if not base:
        return runs
    names = [run.name for run in runs]
    if base not in names:
        raise InputError([Problem("--base", 0, 0, "", f"'{base}' is not among the runs compared", ", ".join(names), nearest(base, names))])
    first = names.index(base)
    return [runs[first], *runs[:first], *runs[first + 1 :]]


def _appraisal(base: Finished, run: Finished) -> dict[str, object]:
    row = appraise({name: base.tables[name] for name in NEEDED}, {name: run.tables[name] for name in NEEDED}).iloc[0].to_dict()
    return {str(name): None if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def _bridges(runs: list[Finished]) -> dict[str, pd.DataFrame]:
    rows: dict[str, list[tuple[str, str, float]]] = {name: [] for name in BRIDGES}
    for run in runs[1:]:
        found = bridges(runs[0].tables, run.tables, runs[0].years[1:])
        for name, (of, _) in BRIDGES.items():
            rows[name] += [(run.name, cause, change + 0.0) for cause, change in found[of]]
    return {name: pd.DataFrame(rows[name], columns=["scenario", "cause", value]) for name, (_, value) in BRIDGES.items()}


def _switches(runs: list[Finished]) -> pd.DataFrame:
    found = [line_switches(runs[0].tables["ledger"], run.tables["ledger"]).assign(scenario=run.name) for run in runs[1:]]
    frame = pd.concat(found, ignore_index=True)
    return frame[["scenario", *(name for name in frame.columns if name != "scenario")]]


def _cut(runs: list[Finished]) -> list[Finished]:
    """The runs with their tables cut to the years that all plan; what follows the last year is left out."""
    last = min(run.years[-1] for run in runs)
    return [_cut_one(run, last) for run in runs]


def _cut_one(run: Finished, last: str) -> Finished:
    tables = {}
    for name, frame in run.tables.items():
        for column in ("year", "academic_year", "financial_year", "entry_year"):
            if column in frame:
                years = frame[column].astype(str)
                frame = frame[(years <= last) & ~years.str.startswith(AFTER)]
        tables[name] = frame.reset_index(drop=True)
    cut = dataclasses.replace(run)
    cut.__dict__["tables"] = tables
    return cut
