"""Time and memory as the county grows: planning areas, areas, small areas, and a generated county four times as large.

    python -m benchmarks.scale --write docs/scale.md

Every row has a process of its own, whose peak memory is what the operating system says it held at most, preparing and solving included.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import common, generate
from planner.run import build
from planner.scenario.load import load_scenario

TIMES = 4
ROWS: dict[str, tuple[str, int, str]] = {
    "planning_area": ("planning areas", 1, "planning_area"),
    "area": ("areas (MSOA)", 1, "area"),
    "small_area": ("small areas (LSOA)", 1, "small_area"),
    "four_planning_area": ("four times as large, planning areas", TIMES, "planning_area"),
    "four_area": ("four times as large, areas (MSOA)", TIMES, "area"),
}
"""Each row: its title, how many times as large the county is, and the level of areas."""
START, END = "<!-- scale table: made by benchmarks/publish.py -->", "<!-- end of scale table -->"
HEADER = [
    "County", "Areas", "Cohorts", "Arcs", "Columns", "Rows", "Prepare s", "Build s", "Solve s", "Proven gap",
    "Peak MB", "Prepare and build, microseconds an arc", "Solve, milliseconds an arc", "Peak kB an arc", "How it ended",
]  # fmt: skip


def one(scenario: Path, data: Path, build_only: bool) -> dict[str, Any]:
    """Prepare, build and, unless told otherwise, solve once."""
    started = time.perf_counter()
    case = common.prepared(scenario, data)
    ready = time.perf_counter()
    if build_only:
        program = build(case).program
        found: dict[str, Any] = {"build_seconds": time.perf_counter() - ready}
    else:
        model, answer, build_seconds, solve_seconds = common.ours(case)
        program, cost = model.program, answer.record.stage("cost")
        found = {
            "build_seconds": build_seconds, "solve_seconds": solve_seconds, "gap": None if cost is None else cost.gap,
            "objective_gbp": common.objective_of(answer), "status": f"{answer.record.method}: {answer.record.outcome}",
        }  # fmt: skip
    return {
        "prepare_seconds": ready - started, "areas": len(case.county.table("areas")), "cohorts": len(case.demand.cohorts),
        "arcs": len(case.arcs.cohort), "columns": program.column_count, "rows": program.row_count, "nonzeros": int(program.matrix.nnz),
        "peak_megabytes": common.peak_megabytes(), **found,
    }  # fmt: skip


def measure(scenario: Path, data: Path, rows: list[str], gap: float | None, seconds: float, build_only: bool) -> tuple[str, dict[str, Any]]:
    """Every row in turn: a table, and the figures."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in rows:
            _, times, areas = ROWS[name]
            changes: dict[str, Any] = {"detail": {"areas": areas}, "solve": {"time_limit_seconds": float(seconds)}}
            if gap is not None:
                changes["solve"]["gap"] = gap
            where = data
            if times > 1:
                where = Path(folder) / "data"
                changes |= _larger(scenario, data, where, times)
            path = common.variant(scenario, Path(folder) / "scenarios", f"scale_{name}", changes)
            more = ["--build-only"] if build_only else []
            found[name] = common.child("benchmarks.scale", ["--one", str(path), "--data", str(where), *more], 2.0 * seconds + 300.0)
    return common.markdown(HEADER, [_row(name, run) for name, run in found.items()]), found


def _larger(scenario: Path, data: Path, where: Path, times: int) -> dict[str, Any]:
    """Write the larger county once; what a scenario must say differently to plan it."""
    known = load_scenario(scenario).scenario
    name = f"{known.county}_{times}"
    if not (where / name).is_dir():
        generate.generate(data / known.county, where / name, times)
    most = known.options.most_openings_per_year
    return {"county": name, "options": {"most_openings_per_year": None if most is None else most * times}}


def _row(name: str, run: dict[str, Any]) -> list[Any]:
    arcs, built = run.get("arcs"), run.get("build_seconds")
    gap = None if run.get("gap") is None else f"{run['gap']:.2%}"
    row = [ROWS[name][0], *(run.get(key) for key in ("areas", "cohorts", "arcs", "columns", "rows", "prepare_seconds"))]
    row += [built, run.get("solve_seconds"), gap, run.get("peak_megabytes")]
    if not arcs or built is None:
        return [*row, None, None, None, run.get("failed", "")]
    solve, peak = run.get("solve_seconds"), run.get("peak_megabytes")
    row += [(run["prepare_seconds"] + built) / arcs * 1e6, None if solve is None else solve / arcs * 1e3]
    return [*row, None if peak is None else peak / arcs * 1024.0, run.get("status", "built only")]


def page(text: str, table: str, command: str) -> str:
    """A page with the table between its marks replaced, and the command and the machine that made it.

    Raises:
        ValueError: if the page has no marks.

    """
    if START not in text or END not in text:
        raise ValueError(f"the page has no place for the table: it needs the lines '{START}' and '{END}'")
    kept = common.machine()
    made = ", ".join(f"{name} {kept[name]}" for name in ("planner", "python", "pulp", "highspy")) + f", {kept['processors']} processors"
    before, after = text.split(START)[0], text.split(END)[1]
    return f"{before}{START}\n\n{table}\nMade by `{command}` ({made}).\n\n{END}{after}"


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", type=Path, nargs="?", default=common.ROOT / "scenarios" / "transformation.yaml")
    parser.add_argument("--data", type=Path, default=common.ROOT / "data")
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--gap", type=float, help="the gap to ask for, instead of the scenario's")
    parser.add_argument("--time-limit", type=float, default=300.0, help="seconds for one search")
    parser.add_argument("--build-only", action="store_true", help="do not solve")
    parser.add_argument("--write", type=Path, help="a page whose table is replaced")
    parser.add_argument("--out", type=Path, help="folder for the report and its figures")
    parser.add_argument("--smoke", action="store_true", help="the tiny county and one four times as large")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        common.say(one(chosen.one, chosen.data, chosen.build_only))
        return 0
    scenario, data, rows = chosen.scenario.resolve(), chosen.data.resolve(), chosen.rows
    if chosen.smoke:
        scenario, data, rows = common.TINY, common.TINY_DATA, ["area", "four_area"]
    table, results = measure(scenario, data, rows, chosen.gap, chosen.time_limit, chosen.build_only)
    common.write_results(chosen.out, "scale", f"{scenario.stem} as the county grows:\n\n{table}", results)
    if chosen.write is not None:
        given = [word for word, set_ in (("--build-only", chosen.build_only),) if set_]
        given += [] if chosen.gap is None else [f"--gap {chosen.gap:g}"]
        command = " ".join(
            ["python -m benchmarks.scale", *given, f"--time-limit {chosen.time_limit:g}", f"--write {chosen.write.as_posix()}"]
        )
        text = page(chosen.write.read_text(encoding="utf-8"), table, command)
        chosen.write.write_text(text, encoding="utf-8", newline="\n")
    return int(any("failed" in run for run in results.values()))


if __name__ == "__main__":
    raise SystemExit(main())
