"""One run, from a scenario file to a folder of results: read, project, solve, cost, check, write."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from planner.check.replay import check_tables
from planner.check.report import CheckReport
from planner.compare.finished import read_one
from planner.county.agree import check_county, check_names
from planner.county.county import County
from planner.county.detail import at_detail
from planner.county.programme import Programme, build_programme
from planner.county.read import file_hash, read_county
from planner.demand.demand import Demand
from planner.demand.project import project
from planner.errors import DisclosureError, InputError, Problem, SolveError, WriteError
from planner.finance.tables import money_tables
from planner.model.build import Model, build_model
from planner.network.arcs import Arcs
from planner.network.build import build_arcs
from planner.publish.contents import RunSource, run_pack
from planner.publish.gate import publish
from planner.publish.pack import Pack
from planner.rates.build import build_rates
from planner.rates.rates import Rates
from planner.report import write
from planner.report.charts import draw_all
from planner.report.finance_workbook import write_finance
from planner.report.manifest import build_manifest, manifest_text, solve_part
from planner.report.packs import write_internal, write_public
from planner.report.summary import Story, summary_text
from planner.results import tables as derived
from planner.results.marginal import marginal_values
from planner.results.placements import dsg_placements
from planner.results.presence import presence
from planner.results.read import read_solution
from planner.results.reasons import waiting_reasons
from planner.results.solution import Solution
from planner.results.start import openings_of
from planner.scenario.load import LoadedScenario, load_scenario
from planner.scenario.schema import Publish
from planner.solve.outcome import Answer
from planner.solve.run import solve, weighted_task
from planner.solve.task import Progress
from planner.solve.through_pulp import write_problem


@dataclass(frozen=True)
class Case:
    """A scenario with everything worked out from it before anything is solved."""

    loaded: LoadedScenario
    county: County
    demand: Demand
    arcs: Arcs
    programme: Programme
    rates: Rates


@dataclass(frozen=True)
class RunResult:
    """A finished run: where it was written, the solution with all its tables, and what the check found.

    ``withheld`` says why nothing was published, and is empty where the public folder was written.
    """

    folder: Path
    case: Case
    solution: Solution
    answer: Answer
    check: CheckReport
    withheld: str = ""


def prepare(path: Path, data_root: Path, stage: Callable[[str], None]) -> Case:
    """Read a scenario and its county and work out demand, arcs and prices.

    Raises:
        InputError: with every problem in the scenario or the county.

    """
    stage("Reading the scenario")
    loaded = load_scenario(path)
    stage("Reading the county")
    check_county(loaded, data_root)
    whole = read_county(data_root / loaded.scenario.county)
    check_names(loaded, whole)
    county = at_detail(whole, loaded.scenario)
    stage("Projecting demand")
    demand = project(loaded.scenario, county)
    stage("Working out journeys and prices")
    arcs = build_arcs(loaded.scenario, county, demand)
    programme = build_programme(loaded.scenario, county)
    return Case(loaded, county, demand, arcs, programme, build_rates(loaded.scenario, county, demand, arcs, programme))


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
) -> RunResult:
    """Run one scenario and write its folder.

    ``start_from`` is the folder of a finished run whose openings the search begins from.

    Results are written to a new folder and put in place whole, so the last good result is kept until then.

    Raises:
        InputError: if the scenario or the county is wrong.
        SolveError: if the search ends without a plan.
        WriteError: if the results cannot be written.

    """
    case = prepare(Path(path), data_root, stage)
    stage("Building the model")
    started = time.perf_counter()
    model = build(case)
    build_seconds = time.perf_counter() - started
    stage("Searching for the best plan")
    openings = None if start_from is None else openings_of(model, read_one(start_from).tables["options"])
    answer = solve(model.program, case.loaded.scenario, progress, stop, openings=openings)
    answer = replace(answer, record=replace(answer.record, build_seconds=build_seconds))
    if answer.values is None:
        last = answer.record.stages[-1]
        raise SolveError(
            f"The search ended without a plan: {last.outcome} while improving {last.aim}" + (f" ({last.limit})" if last.limit else "") + "."
        )
    stage("Adding up places, journeys and money")
    solution = all_tables(case, model, answer, answer.values)
    program = model.program
    broken = float(program.aims["broken_limits"].costs @ answer.values)
    cost = float(program.aims["cost"].costs @ answer.values) + program.aims["cost"].constant - broken
    stage("Checking every row and every pound")
    report = check_tables(
        solution.tables, case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme, cost, broken
    )
    stage("Writing tables and charts")
    folder, withheld = _write(case, solution, answer, report, cost, broken, out_root, start_from)
    return RunResult(folder, case, solution, answer, report, withheld)


def _write(
    case: Case, solution: Solution, answer: Answer, report: CheckReport, cost: float, broken: float, out_root: Path, start_from: Path | None
) -> tuple[Path, str]:
    """Write the folder of a run; give it back with the reason why nothing was published, if nothing was."""
    target = out_root / case.loaded.path.stem
    part = write.begin_folder(target)
    inside = part / "internal"
    for name in ("tables", "charts"):
        (inside / name).mkdir(parents=True)
    for name, frame in solution.tables.items():
        write.write_table(inside / "tables" / f"{name}.csv", frame)
    draw_all(inside / "charts", case.loaded.scenario, case.county, case.demand, case.arcs, solution)
    story = Story(case.loaded, case.county, case.demand, case.rates, case.programme, solution, report, cost, broken)
    write.write_text(inside / "summary.md", summary_text(story))
    waiting = float(solution.table("waiting")["children"].sum())
    created = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    pack = run_pack(RunSource(case.loaded, case.county, case.demand, case.arcs, case.programme, solution, report, cost, created))
    write_internal(inside, pack)
    withheld = publish_into(part / "public", pack, case.loaded.scenario.publish) if report.passed else "The check failed."
    manifest = build_manifest(case.loaded, _inputs(case), solve_part(answer.record, cost, broken, waiting), report, created)
    manifest["audience"], manifest["withheld"], manifest["facts"] = "internal", withheld, dict(pack.facts)
    if start_from is not None:
        manifest["started_from"] = start_from.resolve().name
    parts = (case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)
    write_finance(inside, *parts, solution, manifest)
    write.write_text(part / "manifest.json", manifest_text(manifest))
    return write.finish_folder(part, target), withheld


def publish_into(folder: Path, pack: Pack, rules: Publish) -> str:
    """Write the public folder of a pack; gives why the gate refused, or nothing."""
    try:
        public = publish(pack, rules)
    except DisclosureError as error:
        return str(error)
    write_public(folder, public)
    return ""


def _inputs(case: Case) -> dict[str, str]:
    hashes = {f"scenarios/{path.name}": file_hash(path) for path in case.loaded.files}
    hashes.update({f"data/{case.county.name}/{name}": digest for name, digest in case.county.hashes.items()})
    matrix = case.loaded.scenario.travel.matrix
    if matrix is not None:
        hashes[f"data/{case.county.name}/{matrix}"] = file_hash(case.county.folder / matrix)
    return hashes
