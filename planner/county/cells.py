"""One cell of a county's table, from text to a typed value, or a sentence saying why not."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

from planner.county.specs import Column
from planner.errors import nearest
from planner.names import Year

_MANGLED = re.compile(r"^(\d{1,2}|[A-Z][a-z]{2})-(\d{2}|[A-Z][a-z]{2})$|^\d{1,2}/\d{1,2}/\d{2,4}$")
_SEPARATOR = "|"


class CellError(ValueError):
    """A cell that cannot be read; its text says what was found, expected and what to do."""

    def __init__(self, wrong: str, expected: str = "", fix: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.expected, self.fix = wrong, expected, fix


def clean(text: str) -> str:
    """The text without control characters, direction marks and outer spaces."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cf")).strip()


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
    if column.kind in ("number", "whole"):
        return _number(column, text)
    if column.kind == "yes_no":
        if text.lower() not in ("yes", "no"):
            raise CellError(f"'{text}' is neither yes nor no", "yes or no")
        return text.lower() == "yes"
    if column.kind == "year":
        return _year(text)
    if column.kind == "list":
        parts = tuple(clean(part) for part in text.split(_SEPARATOR))
        for part in parts:
            _choice(column, part)
        return parts
    _choice(column, text)
    return text


def _number(column: Column, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        plain = text.replace(",", "").replace("£", "")
        fix = f"Write {plain}." if re.fullmatch(r"-?\d+(\.\d+)?", plain) else ""
        raise CellError(f"'{text}' is not a number", "digits only, with a point for decimals", fix) from None
    if not math.isfinite(value):
        raise CellError(f"'{text}' is not a finite number", "a number")
    if column.kind == "whole" and value != int(value):
        raise CellError(f"{text} is not a whole number", "a whole number")
    if column.least is not None and value < column.least:
        raise CellError(f"{text} is too small", f"at least {column.least:g} {column.unit}".strip())
    if column.most is not None and value > column.most:
        raise CellError(f"{text} is too large", f"at most {column.most:g} {column.unit}".strip())
    return value


def _year(text: str) -> str:
    try:
        return str(Year.parse(text))
    except ValueError:
        fix = "A spreadsheet may have changed the cell to a date; format the column as text." if _MANGLED.match(text) else ""
        raise CellError(f"'{text}' is not a year", "a year written like 2026/27", fix) from None


def _choice(column: Column, text: str) -> None:
    if column.any_of and text not in column.any_of:
        raise CellError(f"'{text}' is not known", f"one of {', '.join(column.any_of)}", nearest(text, column.any_of))
