"""``planner run`` and ``planner compare``."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from planner.commands.talk import (
    EXIT_DONE,
    EXIT_REFUSED,
    EXIT_TEXT,
    Commands,
    add_data,
    add_json,
    data_root,
    explain_failure,
    problem_data,
    say,
    tell_json,
)
from planner.errors import InputError, PlannerError

MOST_JOBS = 64
"""More processes at once than this are a slip of the keyboard."""


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
        help="begin from the openings of a finished run that differs little; the manifest names it; always runs anew",
    )
    run.add_argument("--again", action="store_true", help="run scenarios anew whose results stand and whose inputs have not changed")
    run.add_argument("--jobs", type=_jobs, default=None, metavar="N", help="run so many scenarios at once, each in a process of its own")
    compare = commands.add_parser("compare", help="compare finished results with one base")
    compare.add_argument("folders", nargs="+", type=Path, metavar="OUTPUTS/NAME")
    compare.add_argument("--base", default="", help="the scenario that others are compared with (default: the first)")
    compare.add_argument("--out", type=Path, default=None, help="folder for the comparison (default: beside the first)")
    compare.add_argument("--align", action="store_true", help="compare runs of different lengths over the years that all plan")
    for command, work in ((run, _run), (compare, _compare)):
        add_data(command)
        add_json(command)
        command.set_defaults(work=work)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_JOBS:
        raise argparse.ArgumentTypeError(f"'{text[:20]}' is not a whole number from 1 to {MOST_JOBS}")
    return int(text)


def _run(arguments: argparse.Namespace) -> int:
    from planner.commands.batch import Ended, Task, in_turn, refuse_twins, side_by_side

    out = arguments.out if arguments.out is not None else Path("outputs")
    tasks = [
        Task(path, data_root(arguments.data, path), out, arguments.start_from, arguments.again, arguments.json)
        for path in arguments.scenarios
    ]
    refuse_twins(tasks)
    stop = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda *_: stop.set() if not stop.is_set() else signal.default_int_handler(signal.SIGINT, None))
    ended: dict[Path, Ended] = {}
    try:
        for how in in_turn(tasks, stop) if arguments.jobs is None else side_by_side(tasks, arguments.jobs, stop):
            ended[how.scenario] = how
    finally:
        signal.signal(signal.SIGINT, previous)
    worst = max((how.code for how in ended.values()), default=EXIT_DONE)
    folders = {path: ended[path].folder if path in ended else None for path in arguments.scenarios}
    done = [folder for folder in folders.values() if folder is not None]
    missing = [str(path) for path, folder in folders.items() if folder is None]
    if missing and len(tasks) > 1:
        say(
            f"{len(done)} of {len(tasks)} scenarios have results. Without: {', '.join(missing)}. The same command again runs only what is missing."
        )
    comparison: dict[str, Any] | None = None
    if len(done) > 1 and not stop.is_set():
        near = arguments.scenarios[0]
        code, comparison = compared(
            done, arguments.base, near.resolve().parent, data_root(arguments.data, near), done[0].parent, align=False, quiet=arguments.json
        )
        worst = max(worst, code)
    if arguments.json:
        tell_json({"runs": [how.told for how in ended.values()], "comparison": comparison, "exit_code": worst})
    elif len(done) == 1 and len(arguments.scenarios) == 1:
        say(f"  Next: planner compare OTHER {done[0]} to set it beside another run, or planner sensitivity {arguments.scenarios[0]}")
    return worst


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
