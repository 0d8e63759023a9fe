"""The model as arrays that no solver owns: named blocks of columns and rows, and the aims."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Columns:
    """One family of decision variables.

    ``keys`` has one row a column with the labels that identify it (integers of cohort, unit, option, year);
    ``first`` is the position of the first of them in the whole program.
    """

    family: str
    keys: pd.DataFrame
    lower: Floats
    upper: Floats
    whole: bool
    first: int

    @property
    def count(self) -> int:
        """How many columns the family has."""
        return len(self.lower)

    @property
    def places(self) -> Ints:
        """Positions of the family's columns in the whole program."""
        return np.arange(self.first, self.first + self.count, dtype=np.int64)


@dataclass(frozen=True)
class Rows:
    """One family of rows: ``lower <= matrix @ x <= upper``, with the labels that identify each row."""

    family: str
    keys: pd.DataFrame
    matrix: sparse.csr_matrix
    lower: Floats
    upper: Floats

    @property
    def count(self) -> int:
        """How many rows the family has."""
        return len(self.lower)


@dataclass(frozen=True)
class Aim:
    """One aim to be made small: ``costs @ x + constant``, in its own unit."""

    name: str
    costs: Floats
    constant: float
    unit: str


@dataclass(frozen=True)
class Fold:
    """Which columns and rows are alike but for the small area they belong to.

    ``column_group`` (columns,) and ``row_group`` (rows,) number the groups from 0 in the order of the families; ``column_share``
    (columns,) is each column's share of its group, which add to 1.
    """

    column_group: Ints
    column_share: Floats
    row_group: Ints


@dataclass(frozen=True)
class Program:
    """A whole model: column families and row families in order, and the aims by name.

    ``folds`` say how smaller programs can stand for it, the largest first.
    """

    columns: tuple[Columns, ...]
    rows: tuple[Rows, ...]
    aims: dict[str, Aim]
    folds: tuple[Fold, ...] = ()

    @cached_property
    def column_count(self) -> int:
        """How many columns there are in all."""
        return sum(block.count for block in self.columns)

    @cached_property
    def row_count(self) -> int:
        """How many rows there are in all."""
        return sum(block.count for block in self.rows)

    @cached_property
    def lower(self) -> Floats:
        """Lower bounds of all columns."""
        return np.concatenate([block.lower for block in self.columns]) if self.columns else np.zeros(0)

    @cached_property
    def upper(self) -> Floats:
        """Upper bounds of all columns."""
        return np.concatenate([block.upper for block in self.columns]) if self.columns else np.zeros(0)

    @cached_property
    def whole(self) -> npt.NDArray[np.bool_]:
        """Which columns must be whole numbers."""
        return np.concatenate([np.full(block.count, block.whole) for block in self.columns]) if self.columns else np.zeros(0, bool)

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """All rows stacked, in the order of ``rows``."""
        return sparse.vstack([block.matrix for block in self.rows], format="csr")

    @cached_property
    def row_lower(self) -> Floats:
        """Lower limits of all rows."""
        return np.concatenate([block.lower for block in self.rows])

    @cached_property
    def row_upper(self) -> Floats:
        """Upper limits of all rows."""
        return np.concatenate([block.upper for block in self.rows])

    def family(self, name: str) -> Columns:
        """The column family of that name.

        Raises:
            KeyError: if there is none.

        """
        for block in self.columns:
            if block.family == name:
                return block
        raise KeyError(name)

    def row_family(self, name: str) -> tuple[Rows, int]:
        """The row family of that name and the position of its first row.

        Raises:
            KeyError: if there is none.

        """
        first = 0
        for block in self.rows:
            if block.family == name:
                return block, first
            first += block.count
        raise KeyError(name)

    def holding(self, values: Floats, families: Collection[str]) -> Program:
        """The same program with the columns of some families fixed to the values (columns,) of a plan."""
        return replace(self, columns=tuple(_held(block, values) if block.family in families else block for block in self.columns))


def _held(block: Columns, values: Floats) -> Columns:
    mine = values[block.first : block.first + block.count]
    return replace(block, lower=mine, upper=mine)
