"""A scenario by the program and by the same model written plainly in PuLP, solved by HiGHS and by CBC.

    python -m benchmarks.plain scenarios/transformation.yaml --areas area --out benchmarks/results

Every run has a process of its own, on one thread. The program runs first, to the scenario's gap (improving travel is not counted); each peer then builds the plain model and
searches until it has a plan as good, or until the time limit. Preparing the case is the same for all and not counted.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import common, peers

SAME = 1e-6
"""A plan counts as as good within this share of the objective."""


def run_ours(scenario: Path, data: Path) -> dict[str, Any]:
    """Build and solve with the program."""
    case = common.prepared(scenario, data)
    model, answer, build_seconds, solve_seconds = common.ours(case)
    cost = answer.record.stage("cost")
    travel = sum(stage.seconds for stage in answer.record.stages if stage.aim == "travel")
    return {
        "columns": model.program.column_count, "build_seconds": build_seconds,
        "reached_seconds": build_seconds + solve_seconds - travel, "seconds": build_seconds + solve_seconds,
        "objective_gbp": common.objective_of(answer), "gap": None if cost is None else cost.gap,
        "status": str(answer.record.outcome), "method": answer.record.method, "peak_megabytes": common.peak_megabytes(),
    }  # fmt: skip


def run_plain(solver: str, scenario: Path, data: Path, target_gbp: float | None, seconds: float) -> dict[str, Any]:
    """Build the plain model, and search with a solver until it is as good as the target or out of time."""
    from benchmarks.plain_model import THOUSAND, plain_model

    case = common.prepared(scenario, data)
    started = time.perf_counter()
    model = plain_model(case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)
    built = time.perf_counter() - started
    target = None if target_gbp is None else (target_gbp - model.settled) / THOUSAND
    found = peers.solve(model.problem, solver, max(1.0, seconds - built), case.loaded.scenario.solve.gap, target)
    value, reached = found["value"], found["reached_seconds"]
    return {
        "columns": len(model.v), "build_seconds": built, "reached_seconds": None if reached is None else built + reached,
        "seconds": built + found["seconds"], "objective_gbp": None if value is None else value * THOUSAND + model.settled,
        "gap": None, "status": found["status"], "peak_megabytes": common.peak_megabytes(),
    }  # fmt: skip


def compare(scenario: Path, data: Path, solvers: list[str], repeats: int, limit: float) -> tuple[str, dict[str, Any]]:
    """Everyone in turn; a table and the figures."""
    command = [str(scenario), "--data", str(data), "--time-limit", str(limit)]

    def measured(who: str, *more: str) -> dict[str, Any]:
        return common.repeated(
            repeats, lambda: common.child("benchmarks.plain", [*command, "--one", who, *more], 2.0 * limit + 300.0), "reached_seconds"
        )

    mine = measured("ours")
    found = {"ours": mine}
    if mine.get("objective_gbp") is None:
        return f"The program itself found no plan: {mine}\n", found
    target = mine["objective_gbp"] + SAME * abs(mine["objective_gbp"])
    for solver in solvers:
        reason = peers.missing(solver)
        found[f"PuLP + {solver}"] = {"skipped": reason} if reason else measured(solver, "--target", repr(target))
    rows = []
    for who, run in found.items():
        reached = run.get("reached_seconds")
        more = f"{run['method']}, gap {run['gap']:.2%}" if who == "ours" and run.get("gap") is not None else run.get("status", "")
        note = run.get("skipped") or run.get("failed") or more
        objective = None if run.get("objective_gbp") is None else run["objective_gbp"] / 1e6
        ratio = "-" if "skipped" in run else common.ratio(reached, mine["reached_seconds"], limit)
        rows.append([who, run.get("columns"), run.get("build_seconds"), reached, ratio, objective, run.get("peak_megabytes"), note])
    header = ["Who", "Columns", "Build s", "Until as good s", "Times ours", "Objective, million", "Peak MB", "How it ended"]
    text = f"{scenario.stem}, until a plan as good as ours stands, building included, median of {repeats}, at most {limit:,.0f} s:\n\n"
    return text + common.markdown(header, rows), found


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", type=Path, nargs="?", default=common.ROOT / "scenarios" / "transformation.yaml")
    parser.add_argument("--data", type=Path, default=common.ROOT / "data")
    parser.add_argument("--areas", choices=["small_area", "area", "planning_area", "district"], help="plan by these areas instead")
    parser.add_argument("--solvers", nargs="*", choices=peers.SOLVERS, default=list(peers.SOLVERS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--time-limit", type=float, default=1200.0, help="seconds for one run of a peer")
    parser.add_argument("--gap", type=float, help="the gap to ask for, instead of the scenario's")
    parser.add_argument("--out", type=Path, help="folder for the report and its figures")
    parser.add_argument("--smoke", action="store_true", help="the tiny county, once")
    parser.add_argument("--one", choices=["ours", *peers.SOLVERS], help=argparse.SUPPRESS)
    parser.add_argument("--target", type=float, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one == "ours":
        common.say(run_ours(chosen.scenario, chosen.data))
        return 0
    if chosen.one:
        common.say(run_plain(chosen.one, chosen.scenario, chosen.data, chosen.target, chosen.time_limit))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        scenario, data, repeats, limit = chosen.scenario.resolve(), chosen.data.resolve(), chosen.repeats, chosen.time_limit
        if chosen.smoke:
            scenario, data, repeats, limit = common.TINY, common.TINY_DATA, 1, 60.0
        changes: dict[str, Any] = {"detail": {"areas": chosen.areas}} if chosen.areas else {}
        if chosen.gap is not None:
            changes["solve"] = {"gap": chosen.gap}
        if changes:
            scenario = common.variant(scenario, Path(folder), f"{scenario.stem}_{chosen.areas or 'gap'}", changes)
        text, results = compare(scenario, data, chosen.solvers, repeats, limit)
    common.write_results(chosen.out, "plain", text, results)
    return int(any("failed" in run for run in results.values()))


if __name__ == "__main__":
    raise SystemExit(main())
