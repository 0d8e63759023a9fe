"""What can go wrong, and one place to collect it so that a reader sees every problem at once.

The tree::

    PlannerError
    ├── InputError        the scenario or a county table is wrong (exit code 2)
    ├── SolveError        the solver failed or gave no plan (exit code 4)
    ├── WriteError        an output could not be written (exit code 5)
    ├── CheckError        the answer did not pass the check (exit code 6)
    └── DisclosureError   the public figures could give a small count away (exit code 7)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong with an input, with its place and its remedy.

    ``line`` is the line of a YAML file or the row of a CSV file as a text editor counts it (the
    header is line 1); 0 when the problem has no line. ``where`` names the place in words, for
    example ``options.fixed.rc_tamworth_primary`` or ``column places``.
    """

    file: str
    line: int
    column: int
    where: str
    wrong: str
    expected: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """Give the problem as one message: file, line and column, where, what is wrong, what was expected and what to do."""
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        parts = [f"{self.where}: {self.wrong}" if self.where else self.wrong]
        if self.expected:
            parts.append(f"Expected {self.expected}.")
        if self.fix:
            parts.append(self.fix)
        return f"{place}  " + " ".join(part if part.endswith((".", "?")) else part + "." for part in parts)


class PlannerError(Exception):
    """Any failure that the program foresaw and can explain."""


class InputError(PlannerError):
    """The scenario or the county's tables are wrong; holds every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SolveError(PlannerError):
    """The solver failed, or stopped without a plan."""


class WriteError(PlannerError):
    """An output file or folder could not be written."""


class CheckError(PlannerError):
    """The written answer does not agree with the inputs."""


class DisclosureError(PlannerError):
    """The public figures could give a small count of children away, so nothing was published."""


@dataclass
class Problems:
    """Collects problems and raises them together.

    Use ``add`` for each finding, then ``raise_if_any`` once at the end of a stage.
    """

    found: list[Problem] = field(default_factory=list)

    def add(self, file: str | Path, where: str, wrong: str, *, line: int = 0, column: int = 0, expected: str = "", fix: str = "") -> None:
        """Note one problem; nothing is raised yet."""
        self.found.append(Problem(str(file), line, column, where, wrong, expected, fix))

    def raise_if_any(self) -> None:
        """Raise every problem noted so far as one ``InputError``.

        Raises:
            InputError: if any problem was noted.

        """
        if self.found:
            raise InputError(self.found)


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence that offers the known name most like this one, or nothing if none is near."""
    options = list(known)
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.6)
    if not close:
        close = difflib.get_close_matches(name.lower(), [option.lower() for option in options], n=1, cutoff=0.6)
        close = [option for option in options if close and option.lower() == close[0]][:1]
    return f"Did you mean '{close[0]}'?" if close else ""
