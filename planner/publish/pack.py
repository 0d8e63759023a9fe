"""A pack: the tables, facts and words that every page, sheet and paper about a run or a comparison is made from.

Writers see packs only. The internal pack holds exact figures; ``gate.publish`` makes the public one from it, and no exact
figure is in the object that a public writer sees. Charts, maps and sentences are made from a pack's tables, never beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd


class Audience(StrEnum):
    """Who may read a pack."""

    INTERNAL = "internal"
    PUBLIC = "public"


class Kind(StrEnum):
    """What a column's figures are, which decides how they are printed and what the gate does with them.

    ``CHILDREN`` counts children, EHCPs, episodes or anything that is one child each; ``PLACES`` counts places, bases and
    schools, which are public facts of provision; ``MONEY`` is pounds; ``PERCENT`` is a share from 0 to 1; ``MINUTES`` a journey.
    """

    TEXT = "text"
    CODE = "code"
    YEAR = "year"
    CHILDREN = "children"
    PLACES = "places"
    MONEY = "money"
    PERCENT = "percent"
    MINUTES = "minutes"
    KILOMETRES = "kilometres"
    METRES = "metres"


@dataclass(frozen=True)
class Column:
    """One column of a published table: its name in files, its title for people, what its figures are and what they mean."""

    name: str
    title: str
    kind: Kind
    meaning: str = ""


@dataclass(frozen=True)
class Mark:
    """Shorthand in place of a figure, such as ``low`` for one that rounds to 0 but is not 0; printed ``[low]``."""

    code: str

    def __str__(self) -> str:
        return f"[{self.code}]"


LOW, CONFIDENTIAL, NOT_AVAILABLE, NOT_APPLICABLE = Mark("low"), Mark("c"), Mark("x"), Mark("z")

ALIKE = "no_clear_difference"
"""The fact that names every pair of scenarios whose exact costs differ by no more than their proven gaps together: ``a = b; a = c``."""

MARKS: Mapping[str, str] = {
    "c": "confidential: left out so that no child can be made out",
    "x": "not available",
    "z": "not applicable",
    "low": "rounds to 0 but is not 0",
    "f": "forecast",
    "e": "estimated",
}
"""What each shorthand means, as every page and workbook that uses one says."""


@dataclass(frozen=True)
class PackTable:
    """One table as people see it.

    ``frame`` has one column for each of ``columns`` by name; a cell is a number, a text or a ``Mark``. ``title`` says what the
    table shows; ``measure`` says measure, place and period. ``total`` names the label that marks a row of totals, if any.
    ``behind`` holds, row by row, how many children the money pays for (NaN where it pays for none, as for buildings); it is empty
    where that is not known, is never shown, and is not in a public pack.
    """

    name: str
    title: str
    measure: str
    columns: tuple[Column, ...]
    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    source: str = ""
    total: str = "Total"
    behind: tuple[float, ...] = ()

    def column(self, name: str) -> Column:
        """One column by its name in files."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class Pack:
    """Everything that may be shown about one run (``scenarios`` holds one name) or one comparison (several, the base first).

    ``facts`` are words and codes about how it was made (county, horizon, outcome, proven gap, hashes, versions, dates); none of them
    counts children.
    """

    name: str
    title: str
    audience: Audience
    scenarios: tuple[str, ...]
    tables: Mapping[str, PackTable]
    facts: Mapping[str, str] = field(default_factory=dict)

    def table(self, name: str) -> PackTable:
        """One table by its name."""
        return self.tables[name]

    def alike(self, one: str, other: str) -> bool | None:
        """Whether two scenarios' costs have no clear difference, as the exact comparison found; None where the pack does not say."""
        if ALIKE not in self.facts:
            return None
        pairs = [{name.strip() for name in pair.split("=")} for pair in self.facts[ALIKE].split(";")]
        return one == other or {one, other} in pairs
