"""Figures out of a pack: the one way in which charts and sentences of a page get at them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.publish.pack import Audience, Pack, PackTable
from planner.report.html.values import number


@dataclass(frozen=True)
class Figures:
    """A pack, with short ways to read it. What a pack does not hold is simply not there: every reader says what it does then."""

    pack: Pack

    def has(self, name: str, *columns: str) -> bool:
        """Whether the pack holds a table with rows and these columns."""
        table = self.pack.tables.get(name)
        return table is not None and len(table.frame) > 0 and set(columns) <= set(table.frame.columns)

    def table(self, name: str) -> PackTable:
        """One table."""
        return self.pack.tables[name]

    def rows(self, name: str, **where: str) -> pd.DataFrame:
        """The rows of a table in which columns have these values; no row if the table is not there."""
        if name not in self.pack.tables:
            return pd.DataFrame()
        frame = self.pack.tables[name].frame
        for column, wanted in where.items():
            frame = frame[frame[column].astype(str) == wanted]
        return frame

    def cell(self, name: str, value: str, **where: str) -> object:
        """One cell as it stands; nothing if there is no such row or column."""
        if not self.has(name, value, *where):
            return None
        found = self.rows(name, **where)
        return None if found.empty else found[value].iloc[0]

    def value(self, name: str, value: str, **where: str) -> float | None:
        """One figure, or nothing."""
        return number(self.cell(name, value, **where))

    def labels(self, name: str, column: str) -> list[str]:
        """What a column holds, each once and in order, without the rows of totals."""
        if not self.has(name, column):
            return []
        table = self.pack.tables[name]
        return [label for label in dict.fromkeys(str(cell) for cell in table.frame[column]) if label != table.total]

    def along(self, name: str, years: list[str], value: str, column: str = "year", **where: str) -> tuple[float | None, ...]:
        """The figures of one series, year by year; nothing where there is none."""
        found = self.rows(name, **where)
        cells = dict(zip(found[column].astype(str), found[value], strict=True)) if value in found.columns else {}
        return tuple(number(cells.get(year)) for year in years)

    def fact(self, name: str, otherwise: str = "") -> str:
        """A fact of the pack."""
        return self.pack.facts.get(name, otherwise)

    def fact_number(self, name: str) -> float | None:
        """A fact that is a number, or nothing."""
        try:
            return float(self.fact(name).replace(",", "").replace("£", "").replace("%", ""))
        except ValueError:
            return None

    @property
    def internal(self) -> bool:
        """Whether the pack holds exact figures."""
        return self.pack.audience is Audience.INTERNAL

    @property
    def minute_digits(self) -> int:
        """Decimals of a journey in minutes: published ones are whole."""
        return 1 if self.internal else 0

    @property
    def county(self) -> str:
        """The county's name for people."""
        return self.fact("county_title") or self.fact("county") or "the county"
