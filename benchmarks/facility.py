"""Capacitated facility location: the program by its ordinary way, against plain PuLP models and spopt.

    python -m benchmarks.facility --size 100x1000 --seeds 1 2 3 --out benchmarks/results
    python -m benchmarks.facility capa.txt --capacity 8000

Files are in OR-Library's format; without one, instances of the same kind are generated. Everybody starts from files (the program from the
county's folder, the others from the instance's text) and ends with a proven gap of 1e-4 or at the time limit, on one thread.

spopt (0.7) has no model with fixed costs. What it has is the capacitated p-median, so a second table gives everybody that problem:
the same instances with nothing to pay for opening and a limit on how many open.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pulp

from benchmarks import common, orlib, peers

GAP = 1e-4
PEERS = ("HiGHS", "HiGHS pairs", "CBC", "CBC pairs")
"""Plain PuLP with each solver; ``pairs`` adds a row for every pair of customer and facility, which bounds better and is larger."""


def plain_problem(instance: orlib.Instance, pairs: bool, most_open: int | None = None) -> Any:
    """The textbook model in PuLP: whole facilities, shares of customers."""
    m, n = instance.shape
    problem = pulp.LpProblem("location", pulp.LpMinimize)
    capacity, fixed, demand, cost = (values.tolist() for values in (instance.capacity, instance.fixed, instance.demand, instance.cost))
    opens = [problem.add_variable(f"open_{i}", 0, 1, "Integer") for i in range(m)]
    share = [[problem.add_variable(f"share_{j}_{i}", 0, 1) for i in range(m)] for j in range(n)]
    problem += pulp.lpSum(fixed[i] * opens[i] for i in range(m)) + pulp.lpSum(cost[j][i] * share[j][i] for j in range(n) for i in range(m))
    for j in range(n):
        problem += pulp.lpSum(share[j]) == 1
    for i in range(m):
        problem += pulp.lpSum(demand[j] * share[j][i] for j in range(n)) - capacity[i] * opens[i] <= 0
    if pairs:
        for j in range(n):
            for i in range(m):
                problem += share[j][i] - opens[i] <= 0
    if most_open is not None:
        problem += pulp.lpSum(opens) <= most_open
    return problem


def median_size(instance: orlib.Instance) -> int:
    """How many facilities may open in the p-median: one more than must."""
    return int(np.ceil(instance.demand.sum() / instance.capacity.min())) + 1


def run_ours(instance: orlib.Instance, most_open: int | None, seconds: float) -> dict[str, Any]:
    """The program: from the county's folder to the answer."""
    with tempfile.TemporaryDirectory() as folder:
        scenario, data = orlib.write_county(instance, Path(folder), GAP, seconds, most_open)
        started = time.perf_counter()
        case = common.prepared(scenario, data)
        ready = time.perf_counter()
        _, answer, build_seconds, solve_seconds = common.ours(case)
        took = time.perf_counter() - started
    cost, waiting = answer.record.stage("cost"), answer.record.stage("waiting")
    served = waiting is not None and waiting.value is not None and waiting.value < 1e-6
    gap = None if cost is None else cost.gap
    proven = bool(served and gap is not None and gap <= GAP * (1 + 1e-6))
    return {
        "seconds": took, "read_seconds": ready - started, "build_seconds": build_seconds, "solve_seconds": solve_seconds,
        "value": cost.value if cost is not None and served else None, "gap": gap, "proven_seconds": took if proven else None,
        "status": f"{answer.record.method}: {answer.record.outcome}", "peak_megabytes": common.peak_megabytes(),
    }  # fmt: skip


def run_plain(path: Path, capacity: float | None, who: str, most_open: int | None, seconds: float) -> dict[str, Any]:
    """A plain PuLP model: from the instance's text to the answer."""
    started = time.perf_counter()
    instance = orlib.read(path, capacity)
    read = time.perf_counter()
    problem = plain_problem(instance, who.endswith("pairs"), most_open)
    built = time.perf_counter()
    found = peers.solve(problem, who.split()[0], max(1.0, seconds - (built - started)), GAP)
    return _peer_result(found, started, read, built)


def run_spopt(path: Path, capacity: float | None, most_open: int, seconds: float) -> dict[str, Any]:
    """The capacitated p-median of spopt with HiGHS: from the instance's text to the answer."""
    from spopt.locate import PMedian

    started = time.perf_counter()
    instance = orlib.read(path, capacity)
    read = time.perf_counter()
    unit_cost = instance.cost / instance.demand[:, None]
    model = PMedian.from_cost_matrix(unit_cost, instance.demand, p_facilities=most_open, facility_capacities=instance.capacity)
    built = time.perf_counter()
    return _peer_result(peers.solve(model.problem, "HiGHS", max(1.0, seconds - (built - started)), GAP), started, read, built)


def _peer_result(found: dict[str, Any], started: float, read: float, built: float) -> dict[str, Any]:
    took = time.perf_counter() - started
    value, bound = found["value"], found["bound"]
    gap = None if value is None or bound is None or not value else max(0.0, (value - bound) / abs(value))
    return {
        "seconds": took, "read_seconds": read - started, "build_seconds": built - read, "solve_seconds": took - (built - started),
        "value": value, "gap": gap, "proven_seconds": took if found["proven"] else None, "status": found["status"],
        "peak_megabytes": common.peak_megabytes(),
    }  # fmt: skip


def compare(
    instance: orlib.Instance, who: list[str], most_open: int | None, repeats: int, limit: float
) -> tuple[list[Any], dict[str, Any]]:
    """Everybody on one instance, each in processes of its own: rows of the table, and the figures."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{instance.name}.txt"
        orlib.write(instance, path)
        more = [] if most_open is None else ["--most-open", str(most_open)]

        def measured(name: str) -> Callable[[], dict[str, Any]]:
            return lambda: common.child(
                "benchmarks.facility", [str(path), "--one", name, "--time-limit", str(limit), *more], 2.0 * limit + 300.0
            )

        found: dict[str, Any] = {}
        for name in ("ours", *who):
            reason = _missing(name)
            found[name] = {"skipped": reason} if reason else common.repeated(repeats, measured(name), "proven_seconds")
    mine = found["ours"].get("proven_seconds")
    best = min((run["value"] for run in found.values() if run.get("value") is not None), default=None)
    rows = []
    for name, run in found.items():
        note = run.get("skipped") or run.get("failed") or run.get("status", "")
        if run.get("proven_seconds") is not None and best is not None and run["value"] > best * (1 + 3 * GAP):
            note = f"DISAGREES with {best:,.1f}: {note}"
        ratio = "-" if "skipped" in run else common.ratio(run.get("proven_seconds"), mine, limit)
        gap = None if run.get("gap") is None else f"{run['gap']:.1e}"
        title = "ours" if name == "ours" else name if name == "spopt" else f"PuLP + {name}"
        rows.append([instance.name, title, run.get("proven_seconds"), ratio, run.get("value"), gap, run.get("peak_megabytes"), note])
    return rows, found


def _missing(name: str) -> str:
    if name == "spopt":
        try:
            import spopt.locate  # noqa: F401
        except ImportError:
            return "spopt is not installed: python -m pip install '.[bench]'"
        return ""
    return "" if name == "ours" else peers.missing(name.split()[0])


def report(
    instances: list[orlib.Instance], who: list[str], kinds: tuple[bool, ...], repeats: int, limit: float
) -> tuple[str, dict[str, Any]]:
    """A table of each kind (whether it is the p-median) for some instances."""
    header = ["Instance", "Who", "Until proven s", "Times ours", "Best value", "Gap", "Peak MB", "How it ended"]
    results: dict[str, Any] = {}
    text = ""
    for title, kind in (("With fixed costs", False), ("Capacitated p-median", True)):
        if kind not in kinds:
            continue
        rows = []
        for instance in instances:
            problem, most = (orlib.without_fixed_costs(instance), median_size(instance)) if kind else (instance, None)
            names = [*who, "spopt"] if kind else who
            more, results[problem.name] = compare(problem, names, most, repeats, limit)
            rows += more
        text += f"{title}, from files until proven to {GAP:g}, median of {repeats}, at most {limit:,.0f} s:\n\n{common.markdown(header, rows)}\n"
    return text, results


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="*", help="instances in OR-Library's format")
    parser.add_argument("--capacity", type=float, help="the number for the word capacity in a file")
    parser.add_argument("--size", default="100x1000", help="facilities x customers of generated instances")
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3])
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    tables = parser.add_mutually_exclusive_group()
    tables.add_argument("--no-median", action="store_true", help="without the p-median table")
    tables.add_argument("--only-median", action="store_true", help="the p-median table alone")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--time-limit", type=float, default=600.0, help="seconds for one run")
    parser.add_argument("--out", type=Path, help="folder for the report and its figures")
    parser.add_argument("--smoke", action="store_true", help="a tiny instance, once")
    parser.add_argument("--one", choices=["ours", "spopt", *PEERS], help=argparse.SUPPRESS)
    parser.add_argument("--most-open", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        path, limit = chosen.files[0], chosen.time_limit
        if chosen.one == "ours":
            common.say(run_ours(orlib.read(path, chosen.capacity), chosen.most_open, limit))
        elif chosen.one == "spopt":
            common.say(run_spopt(path, chosen.capacity, chosen.most_open, limit))
        else:
            common.say(run_plain(path, chosen.capacity, chosen.one, chosen.most_open, limit))
        return 0
    if chosen.smoke:
        instances, repeats, limit, chosen.peers = [orlib.generate(6, 20, 1)], 1, 60.0, ["HiGHS", "CBC pairs"]
    else:
        m, n = (int(part) for part in chosen.size.lower().split("x"))
        instances = [orlib.read(path, chosen.capacity) for path in chosen.files] or [orlib.generate(m, n, seed) for seed in chosen.seeds]
        repeats, limit = chosen.repeats, chosen.time_limit
    kinds = (True,) if chosen.only_median else (False,) if chosen.no_median else (False, True)
    text, results = report(instances, list(chosen.peers), kinds, repeats, limit)
    common.write_results(chosen.out, "facility", text, results)
    return int(any("failed" in run for found in results.values() for run in found.values()))


if __name__ == "__main__":
    raise SystemExit(main())
