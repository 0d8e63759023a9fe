"""``planner run`` and ``planner compare``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from planner.commands.talk import (
    EXIT_CHECK,
    EXIT_DONE,
    EXIT_REFUSED,
    EXIT_STOPPED,
    EXIT_TEXT,
    Commands,
    Teller,
    add_data,
    data_root,
    explain_failure,
    say,
    tell_advice,
)
from planner.errors import PlannerError

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
        command.set_defaults(work=work)


def _run(arguments: argparse.Namespace) -> int:
    from planner.run import run_scenario

    stop = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda *_: stop.set() if not stop.is_set() else signal.default_int_handler(signal.SIGINT, None))
    worst = EXIT_DONE
    done: list[Path] = []
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
                worst = max(worst, explain_failure(error))
                continue
            worst = max(worst, _finish(result))
            if result.check.passed:
                done.append(result.folder)
            if stop.is_set():
                break
    finally:
        signal.signal(signal.SIGINT, previous)
    if len(done) > 1 and not stop.is_set():
        near = arguments.scenarios[0]
        worst = max(
            worst, compared(done, arguments.base, near.resolve().parent, data_root(arguments.data, near), done[0].parent, align=False)
        )
    return worst


def _compare(arguments: argparse.Namespace) -> int:
    first = arguments.folders[0]
    out = arguments.out if arguments.out is not None else first.resolve().parent
    data = arguments.data if arguments.data is not None else Path("data")
    return compared(arguments.folders, arguments.base, data.resolve().parent / "scenarios", data, out, align=arguments.align)


def compared(folders: list[Path], base: str, scenarios: Path, data: Path, out: Path, *, align: bool) -> int:
    """Compare finished folders, say what was found and give the exit code."""
    from planner.comparison import write_comparison

    try:
        result = write_comparison(folders, base, scenarios, data, out, align=align)
    except PlannerError as error:
        return explain_failure(error)
    sys.stdout.write(f"{result.folder}\n")
    for line in result.said:
        say(f"  {line}")
    if result.withheld:
        say(f"  {result.withheld} The exact comparison is in {result.folder / 'internal'}.")
        return EXIT_REFUSED
    say(f"  Read {result.folder / 'internal' / 'report.html'}; what may be published is in {result.folder / 'public'}")
    return EXIT_DONE


def _finish(result: RunResult) -> int:
    from planner.solve.outcome import Outcome

    record = result.answer.record
    sys.stdout.write(f"{result.folder}\n")
    cost = record.stage("cost")
    if cost is not None and cost.value is not None:
        paid = float(result.solution.table("ledger")["present_value_gbp"].sum())
        over = paid + float(result.solution.table("slacks")["objective_gbp"].sum()) - (paid if cost.bound is None else cost.bound)
        proven = f", proven within {max(over, 0.0) / abs(paid):.2%}" if cost.bound is not None and paid else ""
        say(f"  Cost £{paid / 1e6:,.1f}m present value{proven}. Read {result.folder / 'internal' / 'report.html'}")
    tell_advice([advice.problem(result.case.loaded) for advice in result.case.advice])
    if len(result.attempts) > 1:
        for attempt in result.attempts:
            say(f"  {attempt}")
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
