"""``planner run`` and ``planner compare``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.commands.talk import (
    EXIT_CHECK,
    EXIT_DONE,
    EXIT_REFUSED,
    EXIT_STOPPED,
    EXIT_TEXT,
    Commands,
    Teller,
    add_data,
    add_json,
    data_root,
    explain_failure,
    problem_data,
    say,
    tell_json,
)
from planner.errors import InputError, PlannerError

if TYPE_CHECKING:
    from planner.run import RunResult


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    run = commands.add_parser(
        "run",
        help="run one or more scenarios and write their results",
        epilog=EXIT_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("scenarios", nargs="+", type=Path, metavar="SCENARIO.yaml")
    run.add_argument("--out", type=Path, default=None, help="folder for the results (default: outputs)")
    run.add_argument("--base", default="", help="the scenario that others are compared with (default: the first)")
    run.add_argument(
        "--start-from",
        type=Path,
        default=None,
        metavar="OUTPUTS/NAME",
        help="begin from the openings of a finished run that differs little; the manifest names it",
    )
    compare = commands.add_parser("compare", help="compare finished results with one base")
    compare.add_argument("folders", nargs="+", type=Path, metavar="OUTPUTS/NAME")
    compare.add_argument("--base", default="", help="the scenario that others are compared with (default: the first)")
    compare.add_argument("--out", type=Path, default=None, help="folder for the comparison (default: beside the first)")
    compare.add_argument("--align", action="store_true", help="compare runs of different lengths over the years that all plan")
    for command, work in ((run, _run), (compare, _compare)):
        add_data(command)
        add_json(command)
        command.set_defaults(work=work)


def _run(arguments: argparse.Namespace) -> int:
    from planner.run import run_scenario

    stop = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda *_: stop.set() if not stop.is_set() else signal.default_int_handler(signal.SIGINT, None))
    worst = EXIT_DONE
    done: list[Path] = []
    told: list[dict[str, Any]] = []
    try:
        for path in arguments.scenarios:
            say(f"{path}")
            out = arguments.out if arguments.out is not None else Path("outputs")
            try:
                with Teller() as teller:
                    result = run_scenario(
                        path,
                        data_root(arguments.data, path),
                        out,
                        stage=teller.stage,
                        progress=teller.progress,
                        stop=stop,
                        start_from=arguments.start_from,
                    )
            except PlannerError as error:
                code = explain_failure(error)
                told.append(failure_data(path, error, code))
            else:
                code = _finish(result, quiet=arguments.json)
                told.append(run_data(result, code))
                if result.check.passed:
                    done.append(result.folder)
            worst = max(worst, code)
            if stop.is_set():
                break
    finally:
        signal.signal(signal.SIGINT, previous)
    comparison: dict[str, Any] | None = None
    if len(done) > 1 and not stop.is_set():
        near = arguments.scenarios[0]
        code, comparison = compared(
            done, arguments.base, near.resolve().parent, data_root(arguments.data, near), done[0].parent, align=False, quiet=arguments.json
        )
        worst = max(worst, code)
    if arguments.json:
        tell_json({"runs": told, "comparison": comparison, "exit_code": worst})
    elif len(done) == 1 and len(arguments.scenarios) == 1:
        say(f"  Next: planner compare OTHER {done[0]} to set it beside another run, or planner sensitivity {arguments.scenarios[0]}")
    return worst


def failure_data(path: Path, error: PlannerError, code: int) -> dict[str, Any]:
    """A run that failed, as data for other programs."""
    problems = problem_data(error.problems) if isinstance(error, InputError) else []
    return {"scenario": path.stem, "folder": None, "exit_code": code, "error": str(error), "problems": problems}


def run_data(result: RunResult, code: int) -> dict[str, Any]:
    """The chief results of a run, as data for other programs."""
    solution, record = result.solution, result.answer.record
    return {
        "scenario": solution.scenario,
        "folder": str(result.folder),
        "exit_code": code,
        "outcome": str(record.outcome),
        "check_passed": result.check.passed,
        "findings": [str(finding) for finding in result.check.findings],
        "withheld": result.withheld,
        "cost_present_value_gbp": float(solution.table("ledger")["present_value_gbp"].sum()),
        "waiting_child_years": float(solution.table("waiting")["children"].sum()),
        "ehcps_avoided": float(solution.table("avoided")["children"].sum()),
        "aims": [
            {"aim": stage.aim, "outcome": str(stage.outcome), "value": stage.value, "bound": stage.bound, "limit": stage.limit}
            for stage in record.stages
        ],
    }


def _compare(arguments: argparse.Namespace) -> int:
    first = arguments.folders[0]
    out = arguments.out if arguments.out is not None else first.resolve().parent
    data = arguments.data if arguments.data is not None else Path("data")
    scenarios = data.resolve().parent / "scenarios"
    code, told = compared(arguments.folders, arguments.base, scenarios, data, out, align=arguments.align, quiet=arguments.json)
    if arguments.json:
        tell_json({"comparison": told, "exit_code": code})
    return code


def compared(
    folders: list[Path], base: str, scenarios: Path, data: Path, out: Path, *, align: bool, quiet: bool = False
) -> tuple[int, dict[str, Any]]:
    """Compare finished folders, say what was found; give the exit code and what was found as data.

    ``quiet`` leaves the output stream to the data.
    """
    from planner.comparison import write_comparison

    try:
        result = write_comparison(folders, base, scenarios, data, out, align=align)
    except PlannerError as error:
        return explain_failure(error), {
            "folder": None,
            "error": str(error),
            "problems": problem_data(error.problems) if isinstance(error, InputError) else [],
        }
    side = result.comparison.frames["results_side_by_side"]
    told = {
        "folder": str(result.folder),
        "scenarios": [run.name for run in result.comparison.runs],
        "said": result.said,
        "withheld": result.withheld,
        "results": [
            {key: (None if value is None or value != value else value) for key, value in row.items()} for row in side.to_dict("records")
        ],
    }
    if not quiet:
        sys.stdout.write(f"{result.folder}\n")
    for line in result.said:
        say(f"  {line}")
    if result.withheld:
        say(f"  {result.withheld} The exact comparison is in {result.folder / 'internal'}.")
        return EXIT_REFUSED, told
    say(f"  Read {result.folder / 'internal' / 'report.html'}; what may be published is in {result.folder / 'public'}")
    return EXIT_DONE, told


def _finish(result: RunResult, *, quiet: bool) -> int:
    from planner.solve.outcome import Outcome

    record = result.answer.record
    if not quiet:
        sys.stdout.write(f"{result.folder}\n")
    cost = record.stage("cost")
    if cost is not None and cost.value is not None:
        paid = float(result.solution.table("ledger")["present_value_gbp"].sum())
        over = paid + float(result.solution.table("slacks")["objective_gbp"].sum()) - (paid if cost.bound is None else cost.bound)
        proven = f", proven within {max(over, 0.0) / abs(paid):.2%}" if cost.bound is not None and paid else ""
        say(f"  Cost £{paid / 1e6:,.1f}m present value{proven}. Read {result.folder / 'internal' / 'report.html'}")
    if not result.check.passed:
        say(f"  CHECK FAILED: {len(result.check.findings)} findings. Do not use these results.")
        for finding in result.check.findings[:10]:
            say(f"    {finding}")
        return EXIT_CHECK
    if result.withheld:
        say(f"  {result.withheld} The exact results are in {result.folder / 'internal'}.")
        return EXIT_REFUSED
    say(f"  What may be published is in {result.folder / 'public'}")
    return EXIT_DONE if record.outcome in (Outcome.PROVEN, Outcome.WITHIN_GAP) else EXIT_STOPPED
