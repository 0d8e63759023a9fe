"""How figures are said on a page: numbers with commas, pounds, shares, shorthand and words for codes."""

from __future__ import annotations

import math
import re
from typing import Any, Final

from planner.names import FUND_TITLES, LINE_TITLES, NEED_TITLES, OPTION_KIND_TITLES, PROVISION_TITLES
from planner.publish.pack import LOW, MARKS, Kind, Mark, PackTable
from planner.publish.rounding import NOISE
from planner.results.reasons import REASONS

MINUS: Final = "\u2212"
NOT_KNOWN: Final = "[x]"
"""What stands in a cell for which there is no figure."""

PHASE_TITLES: Final[dict[str, str]] = {
    "early_years": "Early years",
    "primary": "Primary",
    "secondary": "Secondary",
    "post_16": "Post-16",
}

_WORDS: Final[dict[str, str]] = {
    **LINE_TITLES,
    **PROVISION_TITLES,
    **FUND_TITLES,
    **NEED_TITLES,
    **PHASE_TITLES,
    **REASONS,
    "capital": "Capital",
    "mainstream_support": PROVISION_TITLES["mainstream_support"],
    "ehcp": "EHCP",
    "dsg": "DSG",
}
_SNAKE: Final = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
_AS_WRITTEN: Final = ("value", "base_value", "setting", "file_and_line", "text", "detail", "name")
"""Columns whose texts are shown as they were written."""
_COUNTED: Final = (Kind.CHILDREN, Kind.PLACES, Kind.MINUTES, Kind.KILOMETRES, Kind.METRES)


def _known(text: str, column: str) -> str:
    """Plain words for a code of the planner's own vocabulary; any other text as it is."""
    if column == "line" and text in LINE_TITLES:
        return LINE_TITLES[text]
    if column == "kind" and text in OPTION_KIND_TITLES:
        return OPTION_KIND_TITLES[text]
    return text if column in _AS_WRITTEN else _WORDS.get(text, text)


def say(code: object, column: str = "") -> str:
    """Plain words for a code such as ``state_special``; a text that is not a code is returned as it is.

    ``column`` settles codes that mean two things: ``line`` and ``kind`` columns use the words of cost lines and of options.
    """
    text = _known(str(code), column)
    if _SNAKE.fullmatch(text):
        words = " ".join("EHCPs" if word == "ehcps" else "EHCP" if word == "ehcp" else word for word in text.split("_"))
        return words[:1].upper() + words[1:]
    return text


def number(cell: object) -> float | None:
    """The figure in a cell, or nothing if it holds none. ``[low]`` rounds to 0, so it counts as 0."""
    if isinstance(cell, Mark):
        return 0.0 if cell == LOW else None
    if isinstance(cell, bool) or cell is None or isinstance(cell, str):
        return None
    try:
        value = float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return None if math.isnan(value) else value + 0.0


def commas(value: float, digits: int = 0) -> str:
    """A number with commas, so many decimals and a true minus sign; never a negative zero."""
    text = f"{abs(value):,.{digits}f}"
    return MINUS + text if value < 0 and any(figure in text for figure in "123456789") else text


def pounds(value: float, digits: int = 0) -> str:
    """Pounds in full, with so many decimals."""
    text = commas(value, digits)
    return f"{MINUS}£{text[1:]}" if text.startswith(MINUS) else f"£{text}"


def short_pounds(value: float) -> str:
    """Pounds as a label has room for: £48.7m, £940k, £75."""
    size = abs(value)
    if size >= 99.95e6:
        return pounds(value / 1e6) + "m"
    if size >= 9.995e6:
        return pounds(value / 1e6, 1).removesuffix(".0") + "m"
    if size >= 0.9995e6:
        return pounds(value / 1e6, 2).removesuffix("0").removesuffix(".0") + "m"
    if size >= 999.5:
        return pounds(value / 1e3) + "k"
    return pounds(value)


def worded_pounds(value: float) -> str:
    """Pounds as a sentence says them: £2,343.4 million, £940,000."""
    size = abs(value)
    if size >= 0.9995e6:
        return pounds(value / 1e6, 1) + " million"
    return pounds(round(value, -3) if size >= 9_500 else round(value, -2) if size >= 950 else value)


def counted(value: float) -> str:
    """Children as a sentence says them: whole if the figure is whole or large, else with one decimal."""
    return commas(value, 0 if abs(value - round(value)) < 5e-4 or abs(value) >= 100 else 1)


def without_noise(value: float | None) -> float | None:
    """A figure as it is drawn: exactly nothing where it is the search's rounding."""
    return 0.0 if value is not None and abs(value) < NOISE else value


def is_some(cell: object) -> bool:
    """Whether a count is more than nothing: a figure that is more than the search's rounding, or shorthand for one."""
    return isinstance(cell, Mark) or (number(cell) or 0.0) >= NOISE


def is_nothing(cell: object) -> bool:
    """Whether a count is known, and is nothing but the search's rounding."""
    return number(cell) is not None and not is_some(cell)


def children_words(cell: object, noun: str = "children") -> str:
    """A count as a sentence says it: ``8.0 children``, ``1 child``, ``no children``; shorthand is put in words."""
    if isinstance(cell, Mark):
        return f"very few {noun}" if cell == LOW else f"a number of {noun} that is not shown"
    value = number(cell)
    if value is None:
        return f"a number of {noun} that is not known"
    if abs(value) < NOISE:
        return f"no {noun}"
    single = {"children": "child", "child-years": "child-year", "EHCPs": "EHCP"}.get(noun, noun)
    return f"{counted(value)} {single if value == 1 else noun}"


def digits_for(kind: Kind, cells: list[object]) -> int:
    """How many decimals a column of this kind is printed with, so that all its figures line up."""
    values = [value for value in (number(cell) for cell in cells) if value is not None]
    if kind == Kind.MONEY:
        return 2 if any(abs(value - round(value)) > 0.004 for value in values) else 0
    if kind in (Kind.MINUTES, Kind.KILOMETRES, Kind.PERCENT):
        return 1
    if kind not in _COUNTED or all(abs(value - round(value)) < 5e-4 for value in values):
        return 0
    return 1 if max((abs(value) for value in values), default=0.0) < 1000 else 0


def shown(cell: object, kind: Kind, digits: int = 0, column: str = "") -> str:
    """A cell as people read it. A figure that would print as 0 but is not 0 prints ``[low]``."""
    if isinstance(cell, Mark):
        return str(cell)
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    value = number(cell)
    if value is None:
        missing = cell is None or (isinstance(cell, float) and math.isnan(cell)) or not str(cell).strip()
        return NOT_KNOWN if missing else str(cell) if kind is Kind.CODE else _known(str(cell), column)
    if kind == Kind.TEXT:
        return commas(value, 0 if value == round(value) else 3).rstrip() if abs(value) >= 1000 else f"{value:g}".replace("-", MINUS)
    if kind in (Kind.CODE, Kind.YEAR):
        return f"{value:g}"
    if kind == Kind.PERCENT:
        value, tail = value * 100, "%"
    else:
        tail = ""
    least = NOISE if kind is Kind.CHILDREN else 1e-9
    if round(abs(value), digits) == 0 and abs(value) >= least:
        return str(LOW)
    return pounds(value, digits) if kind == Kind.MONEY else commas(value, digits) + tail


def data_value(cell: object) -> str | None:
    """The figure that a machine reads from a cell, in full; nothing for texts and marks."""
    value = None if isinstance(cell, Mark) else number(cell)
    if value is None:
        return None
    return str(round(value)) if value == round(value) and abs(value) < 1e15 else repr(round(value, 6) + 0.0)


def marks_in(texts: list[str]) -> tuple[tuple[str, str], ...]:
    """The shorthand among these texts, each with its meaning."""
    used = {text for text in texts if text.startswith("[") and text.endswith("]")}
    return tuple((f"[{code}]", meaning) for code, meaning in MARKS.items() if f"[{code}]" in used)


def cell_at(table: PackTable, value: str, **where: Any) -> object:
    """The cell of one column in the first row where the other columns have these values; nothing if there is no such row."""
    frame = table.frame
    for name, wanted in where.items():
        frame = frame[frame[name].astype(str) == str(wanted)]
    return None if frame.empty or value not in frame.columns else frame[value].iloc[0]
