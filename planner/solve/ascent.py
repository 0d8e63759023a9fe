"""Prices that prove a good bound: the volume method, a subgradient ascent along averaged plans."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from planner.solve.priced import Bound, Priced
from planner.solve.task import Floats

STAYING = 0.75
"""A usual yearly chance of staying in a unit. The price of a place in one year is moved together with the next year's by this share,
because whoever enters now mostly stays: it steers the ascent only, never the bound."""

FIRST_STEP, LEAST_STEP, MOST_STEP = 0.5, 1e-3, 2.0
REACH = 1.05
"""The bound is taken to be within this factor of the best reachable; raised as it comes near."""

PATIENCE = 20
"""Steps without a better bound before they become smaller."""

AVERAGE, LEAST_AVERAGE, COOLING, EVERY = 0.1, 0.005, 0.75, 100
"""Weight of the newest plan in the averaged one, which cools by ``COOLING`` every so many steps down to the least."""


@dataclass(frozen=True)
class Ascent:
    """The best bound of an ascent and the columns that any of its plans used."""

    best: Bound
    used: npt.NDArray[np.bool_]
    steps: int


def ascend(
    priced: Priced,
    prices: Floats,
    steps: int,
    deadline: float,
    stop: threading.Event,
    tell: Callable[[float], None] = lambda value: None,
    *,
    first_step: float = FIRST_STEP,
    reach: float = REACH,
) -> Ascent:
    """Move prices to where they prove more, from given ones, for so many steps or until ``time.perf_counter()`` passes the deadline.

    From prices that are near their best already, take a small ``first_step`` and a ``reach`` close to 1.

    F. Barahona and R. Anbil, The volume algorithm, Mathematical Programming 87 (2000), with prices of following years moved together.
    """
    together = _together(priced)
    best = priced.bound(prices)
    used = best.plan != 0
    mean = best.excess.copy()
    step, average, quiet, done = first_step, AVERAGE, 0, 0
    near = (reach - 1.0) * abs(best.value)
    target = best.value + near + 1.0
    while done < steps and time.perf_counter() < deadline and not stop.is_set():
        done += 1
        low, high = best.prices <= priced.least + 1e-12, best.prices >= priced.most - 1e-12
        free = np.where((low & (mean < 0)) | (high & (mean > 0)), 0.0, mean)
        direction = together @ free
        size = float(free @ direction)
        if size < 1e-9:
            break
        found = priced.bound(best.prices + step * (target - best.value) / size * direction)
        used |= found.plan != 0
        change = found.excess - mean
        along = together @ change
        spread = float(change @ along)
        weight = -float(mean @ along) / spread if spread > 0 else average
        mean = mean + min(max(weight, average / 10), average) * change
        if found.value > best.value:
            quiet = 0
            if float(direction @ found.excess) >= 0:
                step = min(step * 1.1, MOST_STEP)
            best = found
            tell(best.value)
        else:
            quiet += 1
            if quiet >= PATIENCE:
                step, quiet = max(step * 0.66, LEAST_STEP), 0
        near = (reach - 1.0) * abs(best.value)
        if target - best.value < 0.6 * near:
            target = best.value + near
        if done % EVERY == 0:
            average = max(average * COOLING, LEAST_AVERAGE)
    return Ascent(best, used, done)


def _together(priced: Priced) -> sparse.csr_matrix:
    """How far a step for one row moves the prices of others: places of a unit in following years together, other rows alone."""
    count = len(priced.shared)
    rows, first = priced.program.row_family("capacity")
    lift = sparse.identity(count, format="csr")
    if rows.count:
        unit, year = rows.keys["unit"].to_numpy(), rows.keys["year"].to_numpy()
        here = np.searchsorted(priced.shared, first + np.arange(rows.count))
        follows = np.nonzero((unit[1:] == unit[:-1]) & (year[1:] == year[:-1] + 1))[0]
        lift = lift - sparse.csr_matrix((np.full(len(follows), STAYING), (here[follows], here[follows + 1])), shape=(count, count))
    return (lift @ lift.T).tocsr()
