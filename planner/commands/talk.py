"""What every command shares: exit codes, how problems and failures are told, the live line, and where the counties are."""

from __future__ import annotations

import argparse
import codecs
import dataclasses
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import DisclosureError, InputError, PlannerError, Problem, SolveError, WriteError, printable

if TYPE_CHECKING:
    from planner.solve.task import Progress

EXIT_DONE, EXIT_BUG, EXIT_INPUT, EXIT_STOPPED, EXIT_NO_PLAN, EXIT_WRITE, EXIT_CHECK, EXIT_REFUSED, EXIT_OTHERWISE = range(9)
EXIT_INTERRUPTED = 130
EXIT_TEXT = """exit codes:
  0  done, and proven within the gap asked for
  1  a fault in the program
  2  what was typed, the scenario or the county's tables are wrong
  3  a usable plan, but stopped before every aim was proven
  4  no plan was found, or memory ran out before there was one
  5  the results could not be written
  6  the check failed: do not use the results
  7  nothing was published: a small count could have been worked out
  8  the machine is not ready (doctor), a run came out otherwise (reproduce),
     or some variants failed (sensitivity)
  130  interrupted before there was a plan"""

NO_MEMORY = (
    "The computer ran out of memory. Close other programs, or plan for larger areas (detail.areas). The last good results are untouched."
)

MOST_PROBLEMS = 30

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Commands = object


def add_data(command: argparse.ArgumentParser) -> None:
    """Add the option that names the folder of counties."""
    command.add_argument(
        "--data", type=Path, default=None, help="folder that holds the counties (default: data, beside the scenarios' folder)"
    )


def add_json(command: argparse.ArgumentParser) -> None:
    """Add the option that asks for results as JSON."""
    command.add_argument(
        "--json", action="store_true", help="results as JSON on the output stream, for other programs; messages stay apart"
    )


def tell_json(data: object) -> None:
    """Results for other programs: one JSON document on the output stream, in letters that every console has."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=True) + "\n")


def say(text: str) -> None:
    """One line on the error stream, at once."""
    sys.stderr.write("\n".join(printable(line) for line in text.split("\n")) + "\n")
    sys.stderr.flush()


_PLAIN = {"£": "GBP ", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "→": "->", "×": "x", "≤": "<=", "≥": ">="}


def _plainly(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]), error.end


def plain_streams() -> None:
    """Write what a console cannot show in plain letters, so that no message fails on its encoding."""
    codecs.register_error("plainly", _plainly)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="plainly")


def data_root(given: Path | None, near: Path) -> Path:
    """The folder of counties: the one given, or ``data`` beside the scenario's folder, or in the current folder."""
    if given is not None:
        return given
    beside = near.resolve().parent.parent / "data"
    return beside if beside.is_dir() else Path("data")


def tell_problems(problems: Sequence[Problem]) -> None:
    """Every problem found, at most thirty, and their number."""
    for problem in problems[:MOST_PROBLEMS]:
        say(str(problem))
    if len(problems) > MOST_PROBLEMS:
        say(f"... and {len(problems) - MOST_PROBLEMS} more")
    say(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} found; nothing was changed.")


def problem_data(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """Problems as data for other programs."""
    return [dataclasses.asdict(problem) for problem in problems]


def tell_advice(problems: Sequence[Problem]) -> None:
    """What a scenario asks for and has only at a price, or not in full; it can be run all the same."""
    for problem in problems[:MOST_PROBLEMS]:
        say(f"  note: {problem}")
    if len(problems) > MOST_PROBLEMS:
        say(f"  ... and {len(problems) - MOST_PROBLEMS} notes more")


class Teller:
    """Says what is being done: a live line in a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self.status: Any = None
        self.text = ""
        self.last = 0.0

    def __enter__(self) -> Teller:
        if self.live:
            from rich.console import Console

            self.status = Console(stderr=True).status("Starting", spinner="line")
            self.status.__enter__()
        return self

    def __exit__(self, *args: object) -> None:
        if self.status is not None:
            self.status.__exit__(None, None, None)

    def stage(self, text: str) -> None:
        """Say that a stage begins."""
        self.text = text
        if self.status is not None:
            self.status.update(text)
        else:
            say(f"  {text}")

    def progress(self, at: Progress) -> None:
        """Say how the search stands, not too often."""
        now = time.monotonic()
        if now - self.last < (0.5 if self.live else 30.0):
            return
        self.last = now
        line = f"{self.text}: {at.aim}, {_amount(at.best, at.unit)} so far, bound {_amount(at.bound, at.unit)}{_gap(at.best, at.bound, at.unit)}, {at.seconds:.0f} s. Ctrl-C keeps the best plan so far"
        if self.status is not None:
            self.status.update(line)
        else:
            say(f"  {line}")


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    return f"£{value / 1e6:,.2f}m" if unit == "pounds" else f"{value:,.1f} {unit}"


def _gap(best: float | None, bound: float | None, unit: str) -> str:
    if best is None or bound is None or best == 0:
        return ""
    return f", gap {_amount(best - bound, unit)} ({(best - bound) / abs(best):.2%})"


def explain_failure(error: PlannerError) -> int:
    """Say why a command failed and give its exit code."""
    if isinstance(error, InputError):
        tell_problems(error.problems)
        return EXIT_INPUT
    say(f"{error}")
    if isinstance(error, DisclosureError):
        return EXIT_REFUSED
    return EXIT_WRITE if isinstance(error, WriteError) else EXIT_NO_PLAN if isinstance(error, SolveError) else EXIT_CHECK
