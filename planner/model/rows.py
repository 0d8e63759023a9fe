"""What the row families share: numbering rows and closing a family."""

from __future__ import annotations

import logging

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from planner.model.layout import Builder, Flags, Inputs, Ints
from planner.model.program import Rows

log = logging.getLogger(__name__)


def row_numbers(exists: Flags) -> Ints:
    """Numbers 0, 1, 2 ... for the True cells in reading order, -1 elsewhere."""
    numbers = np.full(exists.shape, -1, dtype=np.int64)
    numbers[exists] = np.arange(int(exists.sum()))
    return numbers


def finish(family: str, keys: pd.DataFrame, entries: Builder, lower: npt.ArrayLike, upper: npt.ArrayLike, columns: int) -> Rows:
    """The row family from its non-zeros and limits; an empty family is kept, on purpose, and noted in the log."""
    count = len(keys)
    if count == 0:
        log.info("row family %s has no rows in this scenario", family)
    stacked = [np.concatenate(parts) if parts else np.zeros(0) for parts in (entries.rows, entries.columns, entries.values)]
    matrix = sparse.csr_matrix((stacked[2], (stacked[0].astype(np.int64), stacked[1].astype(np.int64))), shape=(count, columns))
    limits = [np.broadcast_to(np.asarray(limit, dtype=float), (count,)).copy() for limit in (lower, upper)]
    return Rows(family, keys.reset_index(drop=True), matrix, limits[0], limits[1])


def add_occupancy(entries: Builder, rows: Ints, arcs: Ints, enter: Ints, inputs: Inputs) -> None:
    """Add the children of the given arcs who are in their unit in each year, as entries of that and earlier years.

    ``rows`` is (n, H+1): the row of each arc's unit in each year, -1 where there is none. A child who entered in
    year tau is still there in year t with chance s^(t-tau).
    """
    stay = inputs.arc_stay[arcs]
    for lag in range(inputs.horizon):
        later = rows[:, 1 + lag :]
        entries.add(later, enter[arcs][:, 1 : inputs.horizon + 1 - lag], (stay**lag)[:, None])
