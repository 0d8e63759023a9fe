"""One run, from a scenario file to a folder of results: read, project, solve, cost, check, write."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.advice.contradictions import possible
from planner.advice.facts import Facts
from planner.case import Case, Settled
from planner.check.replay import check_tables
from planner.check.report import CheckReport
from planner.compare.finished import read_one
from planner.county.agree import check_county, check_names
from planner.county.county import County
from planner.county.detail import at_detail
from planner.county.programme import build_programme
from planner.county.read import read_county
from planner.demand.project import project
from planner.errors import InputError, Problem, SolveError, WriteError
from planner.finance.tables import money_tables
from planner.folders.swap import claimed
from planner.model.build import Model, build_model
from planner.network.build import build_arcs
from planner.rates.build import build_rates
from planner.report.beside import Beside
from planner.results import tables as derived
from planner.results.marginal import marginal_values
from planner.results.placements import dsg_placements
from planner.results.presence import presence
from planner.results.read import read_solution
from planner.results.reasons import waiting_reasons
from planner.results.solution import Solution
from planner.results.start import openings_of
from planner.scenario.load import LoadedScenario, load_scenario
from planner.solve.another import Way, ways
from planner.solve.guard import SolverFailedError
from planner.solve.outcome import Answer, Outcome, why_no_plan
from planner.solve.run import solve, weighted_task
from planner.solve.scaling import ranges, too_wide
from planner.solve.task import Progress
from planner.solve.through_pulp import missing, write_problem

if TYPE_CHECKING:
    from planner.run_folder import RunFolder

WRITING = "Writing tables and charts"

DRAWN_BESIDE = 50_000
"""A model with more columns is searched for long enough that a second process, which draws the charts, is ready before it is needed."""


@dataclass(frozen=True)
class RunResult:
    """A finished run: where it was written, the solution with all its tables, and what the check found.

    ``withheld`` says why nothing was published, and is empty where the public folder was written. ``attempts`` are the ways in which
    the answer was looked for, one sentence each: more than one where the first failed or did not pass the check.
    """

    folder: Path
    case: Case
    solution: Solution
    answer: Answer
    check: CheckReport
    withheld: str = ""
    attempts: tuple[str, ...] = ()


def prepare(path: Path, data_root: Path, stage: Callable[[str], None]) -> Case:
    """Read a scenario and its county, work out demand, arcs and prices, and look for what the scenario contradicts itself in.

    Raises:
        InputError: with every problem in the scenario or the county, or with what no plan can do.

    """
    stage("Reading the scenario")
    loaded = load_scenario(path)
    stage("Reading the county")
    check_county(loaded, data_root)
    whole = read_county(data_root / loaded.scenario.county)
    check_names(loaded, whole)
    return work_out(loaded, whole, stage)


def work_out(loaded: LoadedScenario, whole: County, stage: Callable[[str], None]) -> Case:
    """Demand, arcs and prices of a scenario in a county that has been read; the county is not at the scenario's detail yet."""
    county = at_detail(whole, loaded.scenario)
    stage("Projecting demand")
    demand = project(loaded.scenario, county)
    stage("Working out journeys and prices")
    arcs = build_arcs(loaded.scenario, county, demand)
    programme = build_programme(loaded.scenario, county)
    rates = build_rates(loaded.scenario, county, demand, arcs, programme)
    return Case(loaded, county, demand, arcs, programme, rates, possible(Facts(loaded, county, demand, arcs, programme, rates)))


def build(case: Case) -> Model:
    """The model of a prepared case."""
    return build_model(case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)


def write_model(path: Path, data_root: Path, file: Path) -> Path:
    """Write the model of a scenario as an LP or MPS file, with waiting and cost in one weighted aim (thousands of pounds).

    Raises:
        InputError: if the scenario or the county is wrong, or the file's ending is neither ``.lp`` nor ``.mps``.
        WriteError: if the file cannot be written.

    """
    if file.suffix.lower() not in (".lp", ".mps"):
        raise InputError([Problem(str(file), 0, 0, "", f"The ending '{file.suffix}' is not known", "a name that ends in .lp or .mps")])
    case = prepare(path, data_root, lambda text: None)
    task = weighted_task(build(case).program, case.loaded.scenario)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_problem(task, file)
    except OSError as error:
        raise WriteError(f"{file} could not be written: {error.strerror or error}") from error
    return file


def all_tables(case: Case, model: Model, answer: Answer, values: np.ndarray) -> Solution:
    """Every table of an answer: the decisions, what follows from them and the money."""
    scenario, county, demand, arcs = case.loaded.scenario, case.county, case.demand, case.arcs
    solution = read_solution(case.loaded.path.stem, model, values, answer.record)
    here = presence(solution, demand, arcs)
    places = derived.unit_places(demand, arcs, case.programme, solution)
    tables: dict[str, pd.DataFrame] = {
        **solution.tables,
        "avoided": derived.avoided(demand, arcs, here),
        "occupancy": derived.occupancy(county, demand, arcs, here, places),
        "occupancy_phase": derived.occupancy_phase(county, demand, arcs, here, places),
        "ehcps": (held := derived.ehcps(county, demand, arcs, here)),
        **dsg_placements(held, tuple(str(year) for year in demand.years)),
        "entries": derived.entries(county, demand, arcs, here),
        "travel": derived.travel(county, demand, arcs, here),
        "waiting_reasons": waiting_reasons(scenario, county, demand, arcs, here, places),
        "marginal_values": marginal_values(model, values, answer.duals, answer.row_range),
        **money_tables(scenario, county, demand, arcs, case.rates, case.programme, solution, here),
        "growth": demand.growth,
        "refused": arcs.refused,
    }
    return Solution(solution.scenario, tables, answer.record)


def run_scenario(
    path: Path,
    data_root: Path,
    out_root: Path,
    *,
    stage: Callable[[str], None] = lambda text: None,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    start_from: Path | None = None,
    created: str = "",
) -> RunResult:
    """Run one scenario and write its folder.

    ``start_from`` is the folder of a finished run whose openings the search begins from. ``created`` is the moment that the files
    name, now if empty: a run that is made again names the first one's, so that its files can be the same to the byte.

    Results are written to a new folder and put in place whole, so the last good result is kept until then.

    Raises:
        InputError: if the scenario or the county is wrong.
        SolveError: if the search ends without a plan, or the computer runs out of memory before one is written.
        WriteError: if the results cannot be written.

    """
    at = [""]

    def told(text: str) -> None:
        at[0] = text
        stage(text)

    try:
        case = prepare(Path(path), data_root, told)
        if wrong := missing(case.loaded.scenario.solve.solver):
            place = case.loaded.place("solve.solver")
            raise InputError([Problem(place.file, place.line, place.column, "solve.solver", wrong)])
        with claimed(Path(out_root) / case.loaded.path.stem):
            return _search_and_write(case, Path(out_root), told, progress, stop, start_from, created)
    except MemoryError as error:
        kind = WriteError if at[0] == WRITING else SolveError
        raise kind(
            f"The computer ran out of memory while it was {at[0][:1].lower()}{at[0][1:]}. Close other programs, or plan for larger areas (detail.areas). The last good results are untouched."
        ) from error


def _search_and_write(
    case: Case,
    out_root: Path,
    stage: Callable[[str], None],
    progress: Callable[[Progress], None] | None,
    stop: threading.Event | None,
    start_from: Path | None,
    created: str,
) -> RunResult:
    """Search for the plan of a prepared case and write its folder, which is claimed."""
    stage("Building the model")
    started = time.perf_counter()
    model = build(case)
    build_seconds = time.perf_counter() - started
    stage("Searching for the best plan")
    sizes = ranges(model.program)
    numbers, wide = tuple(str(one) for one in sizes), tuple(too_wide(sizes))
    openings = None if start_from is None else openings_of(model, read_one(start_from).tables["options"])

    def search(way: Way) -> Answer:
        chosen = case.loaded.scenario.model_copy(update={"solve": way.settings})
        found = solve(model.program, chosen, progress, stop, openings=openings, presolve=way.presolve)
        return replace(found, record=replace(found.record, build_seconds=build_seconds, numbers=numbers, too_wide=wide))

    with suppress(RuntimeError):  # no threads: read in later
        threading.Thread(target=importlib.import_module, args=("planner.run_folder",)).start()
    with Beside(wanted=model.program.column_count > DRAWN_BESIDE) as beside:

        @cache
        def folder() -> RunFolder:
            from planner.run_folder import RunFolder  # all that writes, read in while the search goes on

            return RunFolder(case, out_root, beside)

        def early(solution: Solution) -> None:
            if beside.apart:
                folder().draw(solution)

        settled = settle(case, model, search, early, stage, stop)
        stage(WRITING)
        started_from = "" if start_from is None else start_from.resolve().name
        by_hand = stop is not None and stop.is_set()
        written, withheld = folder().write(settled, started_from=started_from, created=created, by_hand=by_hand)
    return RunResult(written, case, settled.solution, settled.answer, settled.report, withheld, settled.attempts)


def settle(
    case: Case,
    model: Model,
    search: Callable[[Way], Answer],
    early: Callable[[Solution], None],
    stage: Callable[[str], None],
    stop: threading.Event | None,
) -> Settled:
    """A plan that passes the check, looked for once more in each other way where the solver fails or its plan does not pass.

    Where no plan passes, the first is given back with what the check found of it; a plan that passes though the solver failed on the way is
    kept in case no other way leads further. ``early`` is told of each solution before it is checked.

    Raises:
        SolveError: if no way leads to a plan.

    """
    attempts: list[str] = []
    spare: Settled | None = None
    for way in ways(case.loaded.scenario.solve, model.program.column_count):
        if attempts:
            stage(f"Looking again: {way.words}")
        try:
            answer = search(way)
        except SolveError as error:
            if not attempts and not isinstance(error, SolverFailedError):
                raise
            attempts.append(f"{way.words}: {error}")
            continue
        if answer.values is None:
            attempts.append(f"{way.words}: {why_no_plan(answer.record)}")
            if answer.record.outcome is Outcome.STOPPED_WITHOUT_PLAN or (stop is not None and stop.is_set()):
                break
            continue
        stage("Adding up places, journeys and money")
        found = _checked(case, model, answer, answer.values, early, stage)
        attempts.append(f"{way.words}: {_came_of(found)}")
        if spare is None or (found.report.passed and not spare.report.passed):
            spare = found
        if found.report.passed and not any(part.failed for part in answer.record.stages):
            spare = found
            break
        if stop is not None and stop.is_set():
            break
    if spare is None:
        raise SolveError("\n".join(attempts))
    return replace(spare, attempts=tuple(attempts))


def _came_of(found: Settled) -> str:
    failed = [stage for stage in found.answer.record.stages if stage.failed]
    count = len(found.report.findings)
    checked = "passed the check" if found.report.passed else f"{count} finding{'' if count == 1 else 's'} of the check"
    return checked + "".join(f"; while improving {stage.aim} {stage.limit}" for stage in failed)


def _checked(
    case: Case, model: Model, answer: Answer, values: np.ndarray, early: Callable[[Solution], None], stage: Callable[[str], None]
) -> Settled:
    solution = all_tables(case, model, answer, values)
    early(solution)
    aims = model.program.aims
    broken = float(aims["broken_limits"].costs @ values)
    cost = float(aims["cost"].costs @ values) + aims["cost"].constant - broken
    stage("Checking every row and every pound")
    report = check_tables(
        solution.tables, case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme, cost, broken
    )
    return Settled(answer, solution, report, cost, broken, ())
