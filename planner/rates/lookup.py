"""Which of the county's prices fits which child, place or journey."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.county import Rate
from planner.county.detail import best_rows

Floats = npt.NDArray[np.float64]
SELECTORS = ["provision_type", "phase", "need", "band", "unit"]


def book(rates: Iterable[Rate]) -> pd.DataFrame:
    """The rates as a frame, in the order of files and lines."""
    names = ["line", "per", "value_gbp", *SELECTORS, "section_251", "file"]
    return pd.DataFrame([[getattr(rate, name) for name in names] for rate in rates], columns=names)


def find(rates: pd.DataFrame, line: str, per: str, wanted: pd.DataFrame) -> Floats:
    """(n,) the price that fits each row of ``wanted`` (columns as ``SELECTORS``), by the rate with the most selectors named.

    0 where no price of this line is paid.
    """
    row = find_rows(rates, line, per, wanted)
    prices = rates["value_gbp"].to_numpy(dtype=float)
    found: Floats = np.where(row >= 0, prices[np.maximum(row, 0)], 0.0) if len(prices) else np.zeros(len(wanted))
    return found


def find_rows(rates: pd.DataFrame, line: str, per: str, wanted: pd.DataFrame) -> npt.NDArray[np.int64]:
    """(n,) which row of ``rates`` prices each row of ``wanted``, as ``find`` does; -1 where none does."""
    mine = np.nonzero(((rates["line"] == line) & (rates["per"] == per)).to_numpy())[0]
    part = rates.iloc[mine].reset_index(drop=True)
    if part.empty or wanted.empty:
        return np.full(len(wanted), -1, dtype=np.int64)
    used = [name for name in SELECTORS if (part[name] != "*").any()]
    if not used:
        return np.full(len(wanted), mine[-1], dtype=np.int64)
    kinds, inverse = _distinct(wanted, used)
    row = best_rows(part, used, kinds)
    rows: npt.NDArray[np.int64] = np.where(row >= 0, mine[np.maximum(row, 0)], -1)[inverse]
    return rows


def _distinct(wanted: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, npt.NDArray[np.int64]]:
    number = wanted.groupby(names, sort=False).ngroup().to_numpy()
    kinds = wanted[names].assign(number=number).drop_duplicates("number").sort_values("number", ignore_index=True)
    return kinds, number.astype(np.int64)
