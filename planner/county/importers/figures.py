"""Cells of official statistics: numbers with thousands separators, the codes that stand for a figure, years, ages and council codes."""

from __future__ import annotations

import math
import re
from typing import Final

CODES: Final[dict[str, str]] = {
    "x": "not available",
    "z": "not applicable",
    "c": "confidential",
    "low": "rounds to 0",
    "u": "low reliability",
    "k": "rounds to 0 but is not 0",
    ":": "not available",
    "..": "not available",
    ".": "not applicable",
    "-": "not applicable",
    "*": "confidential",
    "supp": "confidential",
    "n/a": "not applicable",
    "na": "not applicable",
    "dns": "did not supply",
    "np": "not applicable",
    "ne": "no entries",
}
"""What stands where a figure would, and what it means. ``z`` and the like, ``low`` and ``k`` count as 0; the others are not known."""

_NOUGHT: Final = frozenset({"not applicable", "rounds to 0", "rounds to 0 but is not 0", "no entries"})


class FigureError(ValueError):
    """A cell that is neither a figure nor a code that is known."""


def figure(text: str) -> tuple[float, str]:
    """The figure in a cell, and the code that stood there if one did; NaN where the code (or an empty cell) says it is not known.

    Raises:
        FigureError: if the cell is neither.

    """
    plain = text.strip().lower()
    if plain == "":
        return math.nan, "empty"
    if plain in CODES:
        return (0.0 if CODES[plain] in _NOUGHT else math.nan), plain
    digits = plain.replace(",", "").replace("£", "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "").rstrip("%")
    negative = digits.startswith("(") and digits.endswith(")")
    try:
        value = float(digits.strip("()"))
    except ValueError:
        raise FigureError(f"'{text}' is not a figure") from None
    if not math.isfinite(value):
        raise FigureError(f"'{text}' is not a finite figure")
    return (-value if negative else value), ""


def code(text: str) -> str:
    """A council's code as text: a spreadsheet may have made 860 into 860.0, or taken away a leading 0."""
    plain = text.strip()
    if re.fullmatch(r"\d+\.0+", plain):
        plain = plain.split(".")[0]
    return plain.upper()


def january(period: str) -> int:
    """The year whose January a period is about: 202425, 2024/25 and 2025 are all January 2025.

    Raises:
        FigureError: if it is no such period.

    """
    plain = period.strip().removesuffix(".0")
    match = re.fullmatch(r"(\d{4})[/-]?(\d{2})", plain)
    if match and (int(match[1]) + 1) % 100 == int(match[2]):
        return int(match[1]) + 1
    if re.fullmatch(r"\d{4}", plain):
        return int(plain)
    raise FigureError(f"'{period}' is not a period such as 202425 or 2025")


_AGE = re.compile(r"(?:aged?|ages)?\s*(\d{1,2})(?:\s*(?:years?|year olds?))?(\s*(?:and|or|\+)\s*(?:under|over|below|above)?|\+)?", re.I)


def age(breakdown: str) -> int | None:
    """The age that a breakdown names: 'age 10', 'Aged 10', 'under 3' (2), 'age 2 and under' (2), 'age 20 and over' (20); else nothing."""
    plain = breakdown.strip().lower()
    if match := re.fullmatch(r"(?:aged? )?under (\d{1,2})", plain):
        return int(match[1]) - 1
    match = _AGE.fullmatch(plain)
    return int(match[1]) if match else None


def is_age_topic(topic: str) -> bool:
    """Whether a breakdown topic is about ages (and not, say, years a plan is in place)."""
    return re.search(r"\bage[ds]?\b", topic.lower()) is not None
