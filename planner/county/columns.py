"""What a table and a column of it are, and the columns that many tables share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from planner.names import NEEDS, PHASES

Kind = Literal["text", "number", "whole", "yes_no", "choice", "list", "year"]


@dataclass(frozen=True)
class Column:
    """One column: its name, what kind of value it holds, its unit, its bounds and its meaning.

    ``blank`` says what an empty cell means; without it an empty cell is a fault. A column that
    ``may_be_missing`` may be left out of the file: every cell is then empty. A ``list`` holds
    values separated by ``|``. ``any_of`` names the values allowed, ``refers_to`` a ``table.column``
    that must hold the value, and ``star`` allows ``*`` for "every".
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    blank: str | None = None
    may_be_missing: bool = False
    any_of: tuple[str, ...] = ()
    refers_to: str = ""
    star: bool = False


@dataclass(frozen=True)
class TableSpec:
    """One table: its file, what a row is, the columns that identify a row, its columns, and how many rows it may have."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    optional: bool = False
    most_rows: int = 250_000

    @property
    def file(self) -> str:
        """The file name of the table inside the county's folder."""
        return f"{self.name}.csv"


def area(star: bool = False) -> Column:
    """The column that names an area."""
    return Column("area", "text", "Area, as in areas.csv", refers_to="areas.area", star=star)


def need(star: bool = True) -> Column:
    """The column that names a primary need."""
    return Column("need", "choice", "Primary need", any_of=NEEDS, star=star)


def phase(star: bool = True) -> Column:
    """The column that names a phase of education."""
    return Column("phase", "choice", "Phase of education", any_of=PHASES, star=star)


def band(star: bool = True) -> Column:
    """The column that names a band of support."""
    return Column("band", "text", "Band of support", refers_to="bands.band", star=star)


SOURCE = Column("source", "text", "Where the figure comes from, or the word assumption")
QUALITY = Column("quality", "choice", "How far the figure can be trusted", any_of=("red", "amber", "green"))
