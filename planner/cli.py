"""The command: words, progress and exit codes. What is done is done elsewhere."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner import __version__
from planner.errors import DisclosureError, InputError, PlannerError, Problem, SolveError, WriteError

if TYPE_CHECKING:
    from planner.run import RunResult
    from planner.solve.task import Progress

EXIT_DONE, EXIT_BUG, EXIT_INPUT, EXIT_STOPPED, EXIT_NO_PLAN, EXIT_WRITE, EXIT_CHECK, EXIT_REFUSED, EXIT_INTERRUPTED = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    130,
)
EXIT_TEXT = """exit codes:
  0  done, and proven within the gap asked for
  1  a fault in the program
  2  the scenario or the county's tables are wrong
  3  a usable plan, but stopped before every aim was proven
  4  no plan was found
  5  the results could not be written
  6  the check failed: do not use the results
  7  nothing was published: a small count could have been worked out
  130  interrupted before there was a plan"""

MOST_PROBLEMS = 30


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="planner",
        description="Plan places and bases for children with special educational needs and disabilities.",
        epilog=EXIT_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"planner {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
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
    validate = commands.add_parser("validate", help="check scenarios and their county without running them")
    validate.add_argument("scenarios", nargs="+", type=Path, metavar="SCENARIO.yaml")
    explain = commands.add_parser("explain", help="print every value of a scenario and the file and line that set it")
    explain.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    check = commands.add_parser("check", help="check finished results again, from the written files and the inputs alone")
    check.add_argument("folders", nargs="+", type=Path, metavar="OUTPUTS/NAME")
    attack = commands.add_parser("attack", help="try to work small counts out of published files, as a patient reader would")
    attack.add_argument("folders", nargs="+", type=Path, metavar="OUTPUTS/NAME", help="folders whose public files are read together")
    attack.add_argument("--prices", type=Path, default=None, help="CSV of public unit prices: line, quantity, low_gbp, high_gbp")
    attack.add_argument("--whole", action="store_true", help="take it that the exact figures are whole numbers of children")
    model = commands.add_parser("write-model", help="write the model of a scenario as an LP or MPS file, for another solver")
    model.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    model.add_argument("file", type=Path, metavar="FILE.lp")
    for command in (run, validate, check, model, compare):
        command.add_argument(
            "--data", type=Path, default=None, help="folder that holds the counties (default: data, beside the scenarios' folder)"
        )
    schema = commands.add_parser("schema", help="write scenarios/schema.json and the reference of every key")
    schema.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    return parser


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def data_root(given: Path | None, near: Path) -> Path:
    """The folder of counties: the one given, or ``data`` beside the scenario's folder, or in the current folder."""
    if given is not None:
        return given
    beside = near.resolve().parent.parent / "data"
    return beside if beside.is_dir() else Path("data")


def _problems(problems: Sequence[Problem]) -> None:
    for problem in problems[:MOST_PROBLEMS]:
        _say(str(problem))
    if len(problems) > MOST_PROBLEMS:
        _say(f"... and {len(problems) - MOST_PROBLEMS} more")
    _say(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found; nothing was changed.")


class _Teller:
    """Says what is being done: a live line in a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.status: Any = None
        self.text = ""
        self.last = 0.0

    def __enter__(self) -> _Teller:
        if self.live:
            from rich.console import Console

            self.status = Console(stderr=True).status("Starting", spinner="line")
            self.status.__enter__()
        return self

    def __exit__(self, *args: object) -> None:
        if self.status is not None:
            self.status.__exit__(None, None, None)

    def stage(self, text: str) -> None:
        self.text = text
        if self.status is not None:
            self.status.update(text)
        else:
            _say(f"  {text}")

    def progress(self, at: Progress) -> None:
        now = time.monotonic()
        if now - self.last < (0.5 if self.live else 30.0):
            return
        self.last = now
        line = f"{self.text}: {at.aim}, {_amount(at.best, at.unit)} so far, bound {_amount(at.bound, at.unit)}{_gap(at.best, at.bound, at.unit)}, {at.seconds:.0f} s. Ctrl-C keeps the best plan so far"
        if self.status is not None:
            self.status.update(line)
        else:
            _say(f"  {line}")


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    return f"£{value / 1e6:,.2f}m" if unit == "pounds" else f"{value:,.1f} {unit}"


def _gap(best: float | None, bound: float | None, unit: str) -> str:
    if best is None or bound is None or best == 0:
        return ""
    return f", gap {_amount(best - bound, unit)} ({(best - bound) / abs(best):.2%})"


def _run(arguments: argparse.Namespace) -> int:
    from planner.run import run_scenario

    stop = threading.Event()
    previous = signal.signal(signal.SIGINT, lambda *_: stop.set() if not stop.is_set() else signal.default_int_handler(signal.SIGINT, None))
    worst = EXIT_DONE
    done: list[Path] = []
    try:
        for path in arguments.scenarios:
            _say(f"{path}")
            out = arguments.out if arguments.out is not None else Path("outputs")
            try:
                with _Teller() as teller:
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
                worst = max(worst, _explain_failure(error))
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
            worst, _compared(done, arguments.base, near.resolve().parent, data_root(arguments.data, near), done[0].parent, align=False)
        )
    return worst


def _compare(arguments: argparse.Namespace) -> int:
    first = arguments.folders[0]
    out = arguments.out if arguments.out is not None else first.resolve().parent
    data = arguments.data if arguments.data is not None else Path("data")
    return _compared(arguments.folders, arguments.base, data.resolve().parent / "scenarios", data, out, align=arguments.align)


def _compared(folders: list[Path], base: str, scenarios: Path, data: Path, out: Path, *, align: bool) -> int:
    from planner.comparison import write_comparison

    try:
        result = write_comparison(folders, base, scenarios, data, out, align=align)
    except PlannerError as error:
        return _explain_failure(error)
    sys.stdout.write(f"{result.folder}\n")
    for line in result.said:
        _say(f"  {line}")
    if result.withheld:
        _say(f"  {result.withheld} The exact comparison is in {result.folder / 'internal'}.")
        return EXIT_REFUSED
    _say(f"  Read {result.folder / 'internal' / 'report.html'}; what may be published is in {result.folder / 'public'}")
    return EXIT_DONE


def _explain_failure(error: PlannerError) -> int:
    if isinstance(error, InputError):
        _problems(error.problems)
        return EXIT_INPUT
    _say(f"{error}")
    if isinstance(error, DisclosureError):
        return EXIT_REFUSED
    return EXIT_WRITE if isinstance(error, WriteError) else EXIT_NO_PLAN if isinstance(error, SolveError) else EXIT_CHECK


def _finish(result: RunResult) -> int:
    from planner.solve.outcome import Outcome

    record = result.answer.record
    sys.stdout.write(f"{result.folder}\n")
    cost = record.stage("cost")
    if cost is not None and cost.value is not None:
        paid = float(result.solution.table("ledger")["present_value_gbp"].sum())
        over = paid + float(result.solution.table("slacks")["objective_gbp"].sum()) - (paid if cost.bound is None else cost.bound)
        proven = f", proven within {max(over, 0.0) / abs(paid):.2%}" if cost.bound is not None and paid else ""
        _say(f"  Cost £{paid / 1e6:,.1f}m present value{proven}. Read {result.folder / 'internal' / 'report.html'}")
    if not result.check.passed:
        _say(f"  CHECK FAILED: {len(result.check.findings)} findings. Do not use these results.")
        for finding in result.check.findings[:10]:
            _say(f"    {finding}")
        return EXIT_CHECK
    if result.withheld:
        _say(f"  {result.withheld} The exact results are in {result.folder / 'internal'}.")
        return EXIT_REFUSED
    _say(f"  What may be published is in {result.folder / 'public'}")
    return EXIT_DONE if record.outcome in (Outcome.PROVEN, Outcome.WITHIN_GAP) else EXIT_STOPPED


def _validate(arguments: argparse.Namespace) -> int:
    from planner.run import prepare

    worst = EXIT_DONE
    for path in arguments.scenarios:
        try:
            case = prepare(path, data_root(arguments.data, path), lambda text: None)
        except InputError as error:
            _problems(error.problems)
            worst = EXIT_INPUT
        else:
            sys.stdout.write(
                f"{path}: ok ({case.county.title}, {len(case.county.table('areas'))} areas, {len(case.programme.options)} options in play)\n"
            )
    return worst


def _explain(arguments: argparse.Namespace) -> int:
    from planner.scenario.explain import explain_lines
    from planner.scenario.load import load_scenario

    for line in explain_lines(load_scenario(arguments.scenario)):
        sys.stdout.write(line + "\n")
    return EXIT_DONE


def _write_model(arguments: argparse.Namespace) -> int:
    from planner.run import write_model

    sys.stdout.write(f"{write_model(arguments.scenario, data_root(arguments.data, arguments.scenario), arguments.file)}\n")
    return EXIT_DONE


def _check(arguments: argparse.Namespace) -> int:
    from planner.check.replay import check_folder

    worst = EXIT_DONE
    for folder in arguments.folders:
        report = check_folder(folder, arguments.data if arguments.data is not None else Path("data"))
        if report.passed:
            sys.stdout.write(f"{folder}: pass, {sum(report.tested.values()):,} tests of {len(report.tested)} rules\n")
        else:
            worst = EXIT_CHECK
            sys.stdout.write(f"{folder}: {len(report.findings)} findings\n")
            for finding in report.findings:
                sys.stdout.write(f"  {finding}\n")
    return worst


def _attack(arguments: argparse.Namespace) -> int:
    from planner.publish.files import attack_folders

    found = attack_folders(arguments.folders, arguments.prices, whole=arguments.whole)
    if found.contradiction:
        _say("The published figures contradict each other, so that nothing could be tried.")
        return EXIT_REFUSED
    sys.stdout.write(
        f"{len(found.narrowed)} of {found.tried} counts that may be small were narrowed to fewer than 3 values, in {found.seconds:.1f} s\n"
    )
    for one in found.narrowed:
        sys.stdout.write(f"  {one.cell}: between {one.low:.2f} and {one.high:.2f}\n")
    return EXIT_REFUSED if found.narrowed else EXIT_DONE


def _schema(arguments: argparse.Namespace) -> int:
    from planner.report.reference import write_references

    for path in write_references(arguments.root):
        sys.stdout.write(f"{path}\n")
    return EXIT_DONE


COMMANDS = {
    "run": _run,
    "compare": _compare,
    "validate": _validate,
    "explain": _explain,
    "check": _check,
    "attack": _attack,
    "schema": _schema,
    "write-model": _write_model,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; a scenario file by itself means ``run``."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0].lower().endswith((".yaml", ".yml")):
        words.insert(0, "run")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = _parser().parse_args(words)
    try:
        return COMMANDS[arguments.command](arguments)
    except PlannerError as error:
        return _explain_failure(error)
    except KeyboardInterrupt:
        _say("Interrupted; the last good results are untouched.")
        return EXIT_INTERRUPTED
