"""Figures of a pack as words: one way to print each kind, and look-ups that know which table a figure comes from."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from planner.publish.pack import Column, Kind, Mark, Pack, PackTable
from planner.publish.rounding import NOISE

MILLION: Final = 1e6
WHOLE_FROM: Final = 100.0
"""A count from here up is printed without decimals."""
SHORTEST: Final = 4
"""A title of fewer letters than this says nothing."""
_KINDS: Final = {kind.value: kind for kind in Kind}


@dataclass(frozen=True)
class Said:
    """A sentence and the tables that its figures come from."""

    text: str
    tables: tuple[str, ...] = ()


def is_number(value: object) -> bool:
    """Whether a cell holds a number: not a mark, a text or nothing."""
    return not isinstance(value, bool | str | Mark) and value is not None and not math.isnan(float(value))  # type: ignore[arg-type]


def show(value: object, kind: Kind) -> str:
    """A cell as it is printed: pounds in millions from a million, counts with commas, marks and texts as they are."""
    if not is_number(value):
        return "[x]" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)
    number = float(value)  # type: ignore[arg-type]
    if kind is Kind.MONEY:
        sign = "-" if number < 0 and round(number) else ""
        size = abs(number)
        return f"{sign}£{size / MILLION:,.1f} million" if size >= MILLION else f"{sign}£{size:,.0f}"
    if kind is Kind.PERCENT:
        return f"{100 * number:.1f}%"
    if kind is Kind.CHILDREN and abs(number) < NOISE:
        return "0"
    whole = abs(number - round(number)) < 1e-9 or (kind is Kind.CHILDREN and abs(number) >= WHOLE_FROM)
    return f"{number:,.0f}" if whole else f"{number:,.1f}"


def kind_of(table: PackTable, column: Column, row: dict[str, Any]) -> Kind:
    """The kind of a cell: its column's, or what the row says of itself where a column holds figures of several kinds."""
    if column.kind is Kind.TEXT and "kind" in row:
        return _KINDS.get(str(row["kind"]), column.kind)
    return column.kind


def cell(table: PackTable, row: dict[str, Any], name: str) -> str:
    """One cell as it is printed."""
    return show(row[name], kind_of(table, table.column(name), row))


class Figures:
    """Look-ups in a pack's tables; a table or a row that is not there gives nothing, and the sentence is left out."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack

    def has(self, *names: str) -> bool:
        """Whether the pack holds these tables, with at least one row each."""
        return all(name in self.pack.tables and len(self.pack.table(name).frame) for name in names)

    def rows(self, name: str, **where: str) -> list[dict[str, Any]]:
        """The rows of a table whose labels are as given."""
        if not self.has(name):
            return []
        frame = self.pack.table(name).frame
        for column, value in where.items():
            if column not in frame.columns:
                return []
            frame = frame[frame[column].astype(str) == value]
        return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]

    def text(self, name: str, row: dict[str, Any], column: str) -> str:
        """One cell of a row of a table as it is printed."""
        return cell(self.pack.table(name), row, column)

    def periods(self, name: str) -> list[str]:
        """The years of a table, in order, totals apart."""
        if not self.has(name):
            return []
        table = self.pack.table(name)
        column = next((one.name for one in table.columns if one.kind is Kind.YEAR), None)
        return sorted({str(value) for value in table.frame[column]} - {table.total}) if column else []

    def titles(self) -> dict[str, str]:
        """What each scenario is called here: its title, as the pack says or as a table heads its column, cut short where that is clear."""
        found: dict[str, str] = {}
        for table in self.pack.tables.values():
            for column in table.columns:
                if column.name in self.pack.scenarios:
                    found.setdefault(column.name, column.title)
        known = {
            name: self.pack.facts.get(f"title_{name}") or found.get(name, name.replace("_", " ").capitalize())
            for name in self.pack.scenarios
        }
        return short_titles(known)


def short_titles(titles: dict[str, str]) -> dict[str, str]:
    """Titles up to their first comma, where no other title begins so."""
    short = {name: title.split(",")[0].strip() for name, title in titles.items()}
    starts = list(short.values())
    return {name: text if len(text) >= SHORTEST and starts.count(text) == 1 else titles[name] for name, text in short.items()}


def largest(rows: list[dict[str, Any]], column: str, *, smallest: bool = False) -> dict[str, Any] | None:
    """The row with the largest (or smallest) number in a column; None where no row has a number."""
    known = [row for row in rows if is_number(row[column])]
    return (min if smallest else max)(known, key=lambda row: float(row[column])) if known else None


def numbers(values: Iterable[object]) -> list[float]:
    """Cells as numbers to draw: ``[low]`` is drawn as 0, what is left out as a gap."""
    drawn = []
    for value in values:
        if is_number(value):
            drawn.append(float(value))  # type: ignore[arg-type]
        else:
            drawn.append(0.0 if isinstance(value, Mark) and value.code == "low" else math.nan)
    return drawn
