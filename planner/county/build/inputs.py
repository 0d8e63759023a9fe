"""What the builder reads: published figures, assumed figures and the values of the assumptions log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

STAR = "*"


@dataclass(frozen=True)
class Inputs:
    """The figures a county is built from.

    ``folder`` holds ``published/*.csv`` (figures with a source), ``assumed/*.csv`` (figures that
    stand in for what is not published) and ``assumptions.csv``.
    """

    folder: Path

    def published(self, name: str) -> pd.DataFrame:
        """A table of published figures by its file name without the ending."""
        return pd.read_csv(self.folder / "published" / f"{name}.csv", keep_default_na=False)

    def maybe(self, name: str) -> pd.DataFrame:
        """A table of published figures that not every county has; without rows where it is not there."""
        return self.published(name) if (self.folder / "published" / f"{name}.csv").is_file() else pd.DataFrame()

    def assumed(self, name: str) -> pd.DataFrame:
        """A table of assumed figures by its file name without the ending."""
        return pd.read_csv(self.folder / "assumed" / f"{name}.csv", keep_default_na=False)

    def value(self, assumption: str, otherwise: float | None = None) -> float:
        """The value of one assumption in the log, as a number; ``otherwise`` where the log has none.

        Raises:
            KeyError: if the log has no such assumption and there is nothing else to take.

        """
        log = pd.read_csv(self.folder / "assumptions.csv", keep_default_na=False, dtype=str)
        values = dict(zip(log["assumption"], log["value"], strict=True))
        if otherwise is not None and assumption not in values:
            return otherwise
        return float(values[assumption])


def cube(table: pd.DataFrame, rows: Sequence[str], columns: Sequence[str], row: str, column: str) -> pd.DataFrame:
    """Children of a long table as a grid of the given rows and columns; a pair that is not listed is 0."""
    children = table.assign(children=table["children"].astype(float))
    grid = children.pivot_table(index=row, columns=column, values="children", aggfunc="sum", fill_value=0.0)
    return grid.reindex(index=list(rows), columns=list(columns), fill_value=0.0).astype(float)


def best_match(table: pd.DataFrame, keys: dict[str, str]) -> pd.DataFrame:
    """The rows of a table with ``*`` cells that fit the keys best: those that name the most keys.

    Raises:
        KeyError: if no row fits.

    """
    fits = pd.Series(True, index=table.index)
    named = pd.Series(0, index=table.index)
    for column, wanted in keys.items():
        fits &= table[column].isin([wanted, STAR])
        named += (table[column] == wanted).astype(int)
    if not fits.any():
        raise KeyError(f"no row for {keys}")
    return table[fits & (named == named[fits].max())]
