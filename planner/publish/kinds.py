"""Which kind each cell of a table is, and which of its columns are labels."""

from __future__ import annotations

import math
from typing import Final

from planner.publish.pack import Column, Kind, PackTable

LABELS: Final = (Kind.TEXT, Kind.CODE, Kind.YEAR)
GUARDED: Final = (Kind.CHILDREN, Kind.MONEY, Kind.PERCENT, Kind.MINUTES, Kind.KILOMETRES)
"""Kinds from which a count of children might be worked out."""

_KINDS: Final = {kind.value for kind in Kind}


def is_number(value: object) -> bool:
    """Whether a cell holds a number, which a mark, a text and a missing value are not."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def row_kinds(table: PackTable) -> list[Kind | None]:
    """The kind that each row says its figures are, where the table has a column ``kind`` of such words; None otherwise."""
    if "kind" not in table.frame.columns:
        return [None] * len(table.frame)
    words = [str(value) for value in table.frame["kind"]]
    if not words or not set(words) <= _KINDS:
        return [None] * len(words)
    return [Kind(word) for word in words]


def cell_kind(column: Column, row: Kind | None, value: object) -> Kind:
    """The kind of one cell: the column's, or the row's for a number in a column of text; otherwise such a number counts children."""
    if column.kind is Kind.TEXT and is_number(value):
        return row if row is not None else Kind.CHILDREN
    return column.kind


def kinds_of(table: PackTable) -> set[Kind]:
    """Every kind that a table's cells are."""
    rows = row_kinds(table)
    found = {column.kind for column in table.columns}
    for column in table.columns:
        if column.kind is Kind.TEXT:
            found |= {cell_kind(column, row, value) for row, value in zip(rows, table.frame[column.name], strict=True)}
    return found
