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
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

MOST_LETTERS: Final = 1_500
"""A part of a message that is longer than this is cut; what was found may be a whole file."""

_PUPIL_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NP-RT-Z]\d{11}[0-9A-Z](?![A-Za-z0-9])")
_NUMBER = re.compile(
    r"(?P<minus>-?)£?(?P<minus2>-?)(?P<digits>\d+(\.\d+)?([eE][-+]?\d+)?)(?P<unit>%|k|m|bn|million|thousand|billion|percent|pc)?",
    re.IGNORECASE,
)
_SCALE: Final = {"%": 0.01, "percent": 0.01, "pc": 0.01, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_WORDS: Final = ("nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
                 "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")  # fmt: skip


def printable(text: str) -> str:
    """The text on one line, without control characters, escapes and direction marks, cut where it is very long."""
    if len(text) > MOST_LETTERS:
        text = f"{text[:200]} ... ({len(text):,} letters in all)"
    if text.isascii() and text.isprintable():
        return text
    return "".join("?" if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") else letter for letter in text)


def looks_personal(text: str) -> bool:
    """Whether a text holds what looks like a unique pupil number (a letter, eleven digits, a digit or letter)."""
    return len(text) >= 13 and _PUPIL_NUMBER.search(text) is not None


def digits(value: float) -> str:
    """A number as it is to be written in a file: digits, no exponent."""
    return f"{value:.10f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:g}"


def as_number(text: str) -> str:
    """What to write in place of a number written as people write it (``1,200``, ``£5m``, ``35%``, ``(500)``, ``ten``); empty if unclear."""
    bare = re.sub(r"\s", "", text).lower()
    if bare in _WORDS:
        return str(_WORDS.index(bare))
    if bare.startswith("(") and bare.endswith(")"):
        bare = f"-{bare[1:-1]}"
    if re.fullmatch(r"-?0,\d+|-?\d+,\d{1,2}|-?\d+,\d{4,}", bare):
        bare = bare.replace(",", ".")
    elif re.fullmatch(r"[^,]*\d{1,3}(,\d{3})+(\D.*)?", bare):
        bare = bare.replace(",", "")
    found = _NUMBER.fullmatch(bare.replace("_", "")) if len(bare) <= 40 else None
    if found is None:
        return ""
    value = float(found["digits"]) * _SCALE.get(found["unit"] or "", 1.0)
    return digits(-value if found["minus"] or found["minus2"] else value)


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
        said = " ".join(part if part.endswith((".", "?")) else part + "." for part in map(printable, parts))
        return f"{printable(place)}  {said}"


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
    name = name[:100]
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.6)
    if not close:
        close = difflib.get_close_matches(name.lower(), [option.lower() for option in options], n=1, cutoff=0.6)
        close = [option for option in options if close and option.lower() == close[0]][:1]
    return f"Did you mean '{close[0]}'?" if close else ""
