"""The whole command as a planner feels it: from Enter to written outputs, charts, page, workbooks, papers, gate and check included.

    python -m benchmarks.command --out benchmarks/results

Three commands, each in a process of its own, one after another: ``planner --help``; ``planner run`` of the scenario given; and ``planner run`` of
the same with every option that it may choose fixed beforehand, at its smallest size, a few a year.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import common
from planner.case import Case
from planner.county.county import County
from planner.county.programme import offered_names
from planner.names import Year

A_YEAR = 6
"""So many options are fixed to open in one year."""


def fixed_options(case: Case) -> dict[str, dict[str, Any]]:
    """Every option that a scenario may choose, as decided: at its smallest size, as early as it may, ``A_YEAR`` of them a year."""
    scenario, county = case.loaded.scenario, case.county
    horizon = scenario.horizon
    found: dict[str, dict[str, Any]] = {}
    opened = [0] * len(horizon)
    for row in _offered(county, scenario.options.offer):
        first = max(1, Year.parse(str(row["first_year"])) - horizon[0] if row["first_year"] else 1)
        at = next((step for step in range(first, len(horizon)) if opened[step] < A_YEAR), None)
        if at is None or row["option"] in scenario.options.fixed:
            continue
        opened[at] += 1
        found[str(row["option"])] = {"year": str(horizon[at]), "blocks": int(row["least_blocks"])}
    return found


def _offered(county: County, offer: list[str]) -> list[dict[str, Any]]:
    names = set(offer) & set(offered_names(county))
    rows = county.table("options").to_dict("records")
    return [row for row in rows if row["option"] in names or row["kind"] in names]


def timed(arguments: list[str]) -> dict[str, Any]:
    """Run ``planner`` with these arguments; seconds from start to end, its processor's seconds and its peak memory."""
    started, before = time.perf_counter(), os.times()
    environment = {**os.environ, "PYTHONPATH": str(common.ROOT)}
    done = subprocess.run([sys.executable, "-m", "planner", *arguments], capture_output=True, text=True, env=environment, check=False)
    took, after = time.perf_counter() - started, os.times()
    if done.returncode not in (0, 3):
        return {"failed": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1][:200]}
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return {"seconds": took, "processor_seconds": used}


def compare(scenario: Path, data: Path, repeats: int) -> tuple[str, dict[str, Any]]:
    """Every command in turn; a table and the figures."""
    case = common.prepared(scenario, data)
    found: dict[str, Any] = {"planner --help": common.repeated(repeats, lambda: timed(["--help"]), "seconds")}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        options = fixed_options(case)
        path = common.variant(scenario, folder / "scenarios", "all_options_fixed", {"options": {"offer": [], "fixed": options}})
        for name, file in ((f"planner run, all {len(options)} options fixed", path), (f"planner run {scenario.name}", scenario)):
            run = ["run", str(file), "--again", "--data", str(data), "--out", str(folder / "out")]
            made = common.repeated(repeats, lambda run=run: timed(run), "seconds")
            manifest = folder / "out" / file.stem / "manifest.json"
            if manifest.is_file():
                made |= _said(json.loads(manifest.read_text(encoding="utf-8"))["solve"])
            found[name] = made
    rows = [
        [name, run.get("seconds"), run.get("processor_seconds"), run.get("columns"), run.get("solve_seconds"), run.get("gap"), run.get("failed", "")]
        for name, run in found.items()
    ]  # fmt: skip
    header = ["Command", "Seconds", "Processor seconds", "Columns", "Of which search s", "Proven gap of cost", "Note"]
    return f"From Enter to written outputs, {scenario.stem}, median of {repeats}:\n\n" + common.markdown(header, rows), found


def _said(solve: dict[str, Any]) -> dict[str, Any]:
    gap = next((stage["gap"] for stage in solve["stages"] if stage["aim"] == "cost"), None)
    return {"columns": solve["columns"], "solve_seconds": solve["solve_seconds"], "gap": None if gap is None else f"{gap:.3%}"}


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenario", type=Path, nargs="?", default=common.ROOT / "scenarios" / "transformation.yaml")
    parser.add_argument("--data", type=Path, default=common.ROOT / "data")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, help="folder for the report and its figures")
    parser.add_argument("--smoke", action="store_true", help="the tiny county, once")
    chosen = parser.parse_args(arguments)
    scenario, data, repeats = chosen.scenario.resolve(), chosen.data.resolve(), chosen.repeats
    if chosen.smoke:
        scenario, data, repeats = common.TINY, common.TINY_DATA, 1
    text, results = compare(scenario, data, repeats)
    common.write_results(chosen.out, "command", text, results)
    return int(any("failed" in run for run in results.values()))


if __name__ == "__main__":
    raise SystemExit(main())
