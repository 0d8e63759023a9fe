"""One cell of a county's table, from text to a typed value, or a sentence saying why not."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any, Final

from planner.county.columns import Column
from planner.errors import as_number, digits, nearest
from planner.names import Year
from planner.scenario.messages import as_year

_MANGLED = re.compile(r"^(\d{1,2}|[A-Z][a-z]{2})-(\d{2}|[A-Z][a-z]{2})$|^\d{1,2}/\d{1,2}/\d{2,4}$|^\d{4}-\d{2}-\d{2}.*$")
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_FAILED_FORMULA = re.compile(r"#(REF|N/A|DIV/0|VALUE|NAME|NUM|NULL|SPILL|CALC)[!?]?")
_SEPARATOR = "|"
MOST_LETTERS: Final = 2_000
MOST_VALUE: Final = 1e12
"""No pounds, places or children of a county come near this."""


class CellError(ValueError):
    """A cell that cannot be read; its text says what was found, expected and what to do."""

    def __init__(self, wrong: str, expected: str = "", fix: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.fix = wrong, expected, fix


def clean(text: str) -> str:
    """The text on one line, without control characters, direction marks and outer spaces."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = "".join(" " if letter in "\t\n\r" else letter for letter in text)
    return "".join(letter for letter in plain if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Zl", "Zp")).strip()


def read_cell(column: Column, text: str) -> Any:
    """The typed value of a cell by its column's spec.

    Raises:
        CellError: if the cell does not fit the spec.

    """
    text = clean(text)
    if not text:
        if column.blank is None:
            raise CellError("the cell is empty", f"{column.meaning[0].lower()}{column.meaning[1:]}")
        return math.nan if column.kind in ("number", "whole") else ""
    if column.star and text == "*":
        return text
    if text[0] == "#" and _FAILED_FORMULA.fullmatch(text):
        raise CellError(
            f"a formula of the spreadsheet failed here ({text})", f"{column.meaning[0].lower()}{column.meaning[1:]}", "Type the value."
        )
    if len(text) > MOST_LETTERS:
        raise CellError(f"the cell holds {len(text):,} letters", f"at most {MOST_LETTERS:,}")
    if column.kind in ("number", "whole"):
        return _number(column, text)
    if column.kind == "yes_no":
        if text.lower() not in ("yes", "no"):
            known = {"true": "yes", "1": "yes", "y": "yes", "false": "no", "0": "no", "n": "no"}
            fix = f"Write {known[text.lower()]}." if text.lower() in known else ""
            raise CellError(f"'{text}' is neither yes nor no", "yes or no", fix)
        return text.lower() == "yes"
    if column.kind == "year":
        return _year(text)
    if column.kind == "list":
        parts = tuple(clean(part) for part in text.split(_SEPARATOR))
        for part in parts:
            _choice(column, part)
        if len(set(parts)) < len(parts):
            raise CellError(f"'{text}' names a value twice", "each value once")
        return parts
    _choice(column, text)
    return text


def _number(column: Column, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        if text.lstrip("+-").lower() in ("inf", "infinity", "nan"):
            raise CellError(f"'{text}' is not a finite number", "a number")
        plain = as_number(text)
        fix = f"Write {plain}." if plain else "A spreadsheet may have changed the cell to a date." if _MANGLED.match(text) else ""
        raise CellError(f"'{text}' is not a number", "digits only, with a point for decimals", fix)
    value = float(text)
    if not math.isfinite(value):
        raise CellError(f"'{text}' is not a finite number", "a number")
    if column.kind == "whole" and value != int(value):
        raise CellError(f"{text} is not a whole number", "a whole number")
    share = column.most is not None and column.most <= 1 and 1 < value <= 100
    fix = f"Write a share: {digits(value / 100)} for {value:g}%." if share else ""
    if "27700" in column.unit:
        fix = "Coordinates are metres on the national grid of Great Britain, not degrees and not kilometres."
    if column.least is not None and value < column.least:
        raise CellError(f"{text} is too small", f"at least {column.least:.10g} {column.unit}".strip(), fix)
    if column.most is not None and value > column.most:
        raise CellError(f"{text} is too large", f"at most {column.most:.10g} {column.unit}".strip(), fix)
    if abs(value) > MOST_VALUE:
        raise CellError(f"{text} is too large", f"at most {MOST_VALUE:.0f}")
    return value


def _year(text: str) -> str:
    try:
        return str(Year.parse(text))
    except ValueError:
        fix = "A spreadsheet may have changed the cell to a date; format the column as text." if _MANGLED.match(text) else ""
        plain = "" if fix and not re.fullmatch(r"\d\d-\d\d", text) else as_year(text)
        raise CellError(f"'{text}' is not a year", "a year written like 2026/27", f"Write {plain}." if plain else fix) from None


def _choice(column: Column, text: str) -> None:
    if column.any_of and text not in column.any_of:
        raise CellError(f"'{text}' is not known", f"one of {', '.join(column.any_of)}", nearest(text, column.any_of))
