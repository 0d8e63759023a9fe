"""How long the same model takes to build with linopy: until it stands, and until HiGHS holds it.

    python -m benchmarks.linopy_build scenarios/transformation.yaml --areas area

Needs linopy: ``python -m pip install ".[bench]"``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import Any

import highspy
import numpy as np

from benchmarks import common
from planner.model.program import Program
from planner.run import build


def handed_over(program: Program) -> Any:
    """A HiGHS object that holds the program's arrays with the one objective."""
    matrix = program.matrix.tocsc()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.column_count, program.row_count
    lp.col_cost_ = (program.aims["cost"].costs + common.WAITING_GBP * program.aims["waiting"].costs) / 1000.0
    lp.col_lower_, lp.col_upper_ = program.lower, program.upper
    lp.row_lower_, lp.row_upper_ = program.row_lower, program.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(flag)] for flag in program.whole]
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.passModel(lp)
    return highs


def one(who: str, scenario: Path, data: Path) -> dict[str, Any]:
    """Build once with the program or with linopy; seconds, columns, rows and peak memory."""
    case = common.prepared(scenario, data)
    parts = (case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)
    if who == "linopy":
        import linopy

        from benchmarks.linopy_model import linopy_model

        started = time.perf_counter()
        model, _ = linopy_model(*parts)
        built = time.perf_counter()
        highs = linopy.io.to_highspy(model)
        columns, rows = int(highs.getNumCol()), int(highs.getNumRow())
    else:
        started = time.perf_counter()
        program = build(case).program
        built = time.perf_counter()
        highs = handed_over(program)
        columns, rows = int(highs.getNumCol()), int(highs.getNumRow())
    ended = time.perf_counter()
    return {
        "build_seconds": built - started, "total_seconds": ended - started, "columns": columns, "rows": rows,
        "peak_megabytes": common.peak_megabytes(),
    }  # fmt: skip


def compare(scenario: Path, data: Path, repeats: int, limit: float) -> tuple[str, dict[str, Any]]:
    """Build with both, each in processes of its own; a table and the figures."""
    found = {
        who: common.repeated(
            repeats,
            lambda who=who: common.child("benchmarks.linopy_build", ["--one", who, str(scenario), "--data", str(data)], limit),
            "total_seconds",
        )
        for who in ("ours", "linopy")
    }
    mine = found["ours"]
    rows = [
        [who, run.get("columns"), run.get("build_seconds"), run.get("total_seconds"),
         common.ratio(run.get("build_seconds"), mine.get("build_seconds")), common.ratio(run.get("total_seconds"), mine.get("total_seconds")),
         run.get("peak_megabytes"), run.get("failed", "")]
        for who, run in found.items()
    ]  # fmt: skip
    header = ["Who", "Columns", "Build s", "Until HiGHS holds it s", "Build, times ours", "In all, times ours", "Peak MB", "Note"]
    return f"Building {scenario.stem}, median of {repeats}:\n\n" + common.markdown(header, rows), found


def missing() -> str:
    """Why this cannot run here, or nothing."""
    try:
        import linopy  # noqa: F401
    except ImportError:
        return "linopy is not installed: python -m pip install '.[bench]'"
    return ""


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", type=Path, nargs="?", default=common.ROOT / "scenarios" / "transformation.yaml")
    parser.add_argument("--data", type=Path, default=common.ROOT / "data")
    parser.add_argument("--areas", choices=["small_area", "area", "planning_area", "district"], help="plan by these areas instead")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--time-limit", type=float, default=1200.0, help="seconds for one build")
    parser.add_argument("--out", type=Path, help="folder for the report and its figures")
    parser.add_argument("--smoke", action="store_true", help="the tiny county, once")
    parser.add_argument("--one", choices=["ours", "linopy"], help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one:
        common.say(one(chosen.one, chosen.scenario, chosen.data))
        return 0
    if reason := missing():
        print(f"Skipped: {reason}")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        scenario, data, repeats = chosen.scenario.resolve(), chosen.data.resolve(), chosen.repeats
        if chosen.smoke:
            scenario, data, repeats = common.TINY, common.TINY_DATA, 1
        if chosen.areas:
            scenario = common.variant(scenario, Path(folder), chosen.areas, {"detail": {"areas": chosen.areas}})
        text, results = compare(scenario, data, repeats, chosen.time_limit)
    common.write_results(chosen.out, "linopy_build", text, results)
    return int(any("failed" in run for run in results.values()))


if __name__ == "__main__":
    raise SystemExit(main())
