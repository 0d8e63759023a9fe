"""A study of one scenario: every trial, the table of changes, the chart, and a page in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from planner.compare.finished import Finished, read_one
from planner.county.agree import check_names
from planner.county.county import County
from planner.county.read import read_county
from planner.errors import InputError, SolveError
from planner.report.assurance import Effects, fingerprint, study_folder, write_log
from planner.report.charts.style import save
from planner.report.charts.tornado import tornado
from planner.report.write import write_table, write_text
from planner.results.read import read_solution
from planner.run import build, work_out
from planner.scenario.load import LoadedScenario, load_scenario
from planner.sensitivity.moves import Move, changed, find_moves
from planner.sensitivity.switching import Switch, find_switch
from planner.sensitivity.trial import Bench, Trial
from planner.sensitivity.words import page
from planner.solve.run import solve

COLUMNS = (
    "setting", "label", "what", "assumption", "now", "low", "high", "range_from",
    "cost_change_low_gbp", "cost_change_high_gbp", "waiting_change_low", "waiting_change_high", "avoided_change_low", "avoided_change_high",
    "largest_change_gbp", "least_certain_change_gbp", "clear", "error",
)  # fmt: skip


@dataclass(frozen=True)
class Study:
    """A finished study: its folder, the plan it starts from, every change, and where early help stops paying.

    ``held`` says whether openings were held, ``plan`` whose (empty: the scenario's own), ``whole`` whether every assumption was tried.
    """

    folder: Path
    loaded: LoadedScenario
    base: Trial
    table: pd.DataFrame
    switch: Switch | None
    held: bool
    plan: str = ""
    whole: bool = True

    @property
    def failed(self) -> list[str]:
        """The trials that have no answer, each with why."""
        found = [f"{row['setting']}: {row['error']}" for row in self.table.to_dict("records") if row["error"]]
        return found + ([f"switching value: {self.switch.error}"] if self.switch is not None and self.switch.error else [])


def study(
    path: Path,
    data_root: Path,
    out: Path,
    *,
    plan: Path | None = None,
    reopen: bool = False,
    only: list[str] | None = None,
    stage: Callable[[str], None] = lambda text: None,
) -> Study:
    """Move each assumption of a scenario to its low and its high by itself, and find where early help stops paying.

    The openings held are those of ``plan``, the folder of a finished run; without it, of the run of this scenario in ``out`` if it was
    made from the same; otherwise of a search made now. ``reopen`` lets every trial choose its openings anew, which takes as long as a
    run each. Trials that were made from the same before are not made again.

    Raises:
        InputError: if the scenario, the county or a range is wrong.
        SolveError: if the scenario itself has no plan.
        WriteError: if the results cannot be written.

    """
    stage("Reading the scenario and the county")
    loaded = load_scenario(path)
    county = read_county(data_root / loaded.scenario.county)
    check_names(loaded, county)
    moves, problems = find_moves(loaded, county, only)
    if problems:
        raise InputError(problems)
    folder = study_folder(out, path.stem)
    inside = folder / "internal"
    bench = Bench(loaded, county, None, inside / "solves", stage)
    openings = _openings(bench, plan, out / path.stem)
    bench = replace(bench, openings=None if reopen else openings)
    base = bench.run("base", "The plan as it is", loaded.scenario)
    if base.error:
        raise SolveError(f"The scenario itself has no answer to compare with: {base.error}")
    rows = [_row(bench, move, base) for move in moves]
    table = pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["largest_change_gbp", "setting"], ascending=[False, True], ignore_index=True, kind="stable"
    )
    wanted = only is None or "demand.early_help.effect" in only
    switch = find_switch(bench, openings, base) if wanted and not reopen else None
    done = Study(folder, loaded, base, table, switch, not reopen, "" if plan is None else plan.name, only is None)
    _write(inside, done, county)
    return done


def _openings(bench: Bench, plan: Path | None, beside: Path) -> pd.DataFrame:
    """What opens in the plan: of the run that was named, of the scenario's own run if it is of today's inputs, or of a search now."""
    if plan is not None:
        return read_one(plan).tables["options"]
    try:
        run: Finished | None = read_one(beside)
    except InputError:
        run = None
    if run is not None and _same(run, bench):
        bench.stage(f"Holding what opens in {beside}")
        return run.tables["options"]
    made_from = fingerprint(bench.loaded.scenario, bench.county, None)
    kept = bench.folder / f"openings_{made_from[:12]}.csv"
    if kept.is_file():
        return pd.read_csv(kept, keep_default_na=False, dtype={"option": str, "year": str, "kind": str})
    bench.stage("Searching for the plan whose openings are held")
    case = work_out(bench.loaded, bench.county, lambda text: None)
    model = build(case)
    answer = solve(model.program, case.loaded.scenario, want_duals=False)
    if answer.values is None:
        raise SolveError(f"The scenario itself has no plan: {answer.record.outcome}.")
    found = read_solution(bench.loaded.path.stem, model, answer.values, answer.record).table("options")
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_table(kept, found)
    return found


def _same(run: Finished, bench: Bench) -> bool:
    """Whether a run was made from the settings and the county's files of today."""
    mine = bench.loaded.scenario.model_dump(mode="json", exclude={"ranges"})
    theirs = {key: value for key, value in run.manifest["scenario"].items() if key != "ranges"}
    wanted = {f"data/{bench.county.name}/{name}": digest for name, digest in bench.county.hashes.items()}
    return theirs == mine and all(run.county_hashes.get(name) == digest for name, digest in wanted.items())


def _row(bench: Bench, move: Move, base: Trial) -> dict[str, object]:
    """One assumption's changes of cost, waiting and EHCPs avoided, at its low and at its high."""
    row: dict[str, object] = {
        "setting": move.setting, "label": move.label, "what": move.what, "assumption": move.assumption,
        "now": move.now, "low": move.low, "high": move.high, "range_from": move.source, "error": "",
    }  # fmt: skip
    largest = gaps = 0.0
    for end, value in (("low", move.low), ("high", move.high)):
        trial = base if value == move.now else _tried(bench, move, value, base)
        if trial.error:
            row["error"] = f"{row['error']}; {end}: {trial.error}".strip("; ")
            continue
        change = trial.cost_gbp - base.cost_gbp
        row[f"cost_change_{end}_gbp"] = change
        row[f"waiting_change_{end}"] = trial.waiting_child_years - base.waiting_child_years
        row[f"avoided_change_{end}"] = trial.ehcps_avoided - base.ehcps_avoided
        largest = max(largest, abs(change))
        gaps = max(gaps, trial.gap_gbp + base.gap_gbp)
    row["largest_change_gbp"], row["least_certain_change_gbp"] = largest, gaps
    row["clear"] = "yes" if largest > gaps else "no change" if largest == 0.0 else "no clear difference"
    return row


def _tried(bench: Bench, move: Move, value: float, base: Trial) -> Trial:
    name = f"{move.setting.replace('.', '-')}__{value:.6g}"
    try:
        scenario = changed(move, value, bench.loaded.scenario, bench.county)
    except ValueError as error:
        return Trial(name, "", error=" ".join(str(error).split()))
    return bench.run(name, f"{move.label} at {value:.3g}", scenario, same_as=base)


def _write(inside: Path, done: Study, county: County) -> None:
    place = county.title
    write_table(inside / "sensitivity.csv", done.table)
    if done.switch is not None:
        write_table(inside / "switching.csv", pd.DataFrame([asdict(done.switch)]))
    drawn = done.table[done.table["largest_change_gbp"] > 0]
    charts = inside / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    note = (
        f"Source: {place} tables and the scenario '{done.loaded.scenario.title}'. Each assumption is moved by itself; "
        f"{'openings are held' if done.held else 'openings are chosen anew'}. INTERNAL: exact figures, not for publication."
    )
    save(charts, "tornado", tornado(drawn, f"{place}, {done.loaded.scenario.title}", note), drawn)
    write_text(inside / "sensitivity.md", page(done.loaded.scenario, done.base, done.table, done.switch, held=done.held))
    kept = {
        "scenario": done.loaded.path.stem,
        "made_from": fingerprint(done.loaded.scenario, county, None),
        "held": done.held,
        "plan": done.plan,
        "whole": done.whole,
    }
    write_text(inside / "study.json", json.dumps(kept, indent=2) + "\n")
    write_log(inside, done.loaded, county, Effects(done.table))
