"""Fitting tables to their published totals, and rounding that keeps those totals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pulp
from scipy.optimize import linprog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_SMALL = 1e-12


def fit(seed: Floats, margins: Sequence[tuple[tuple[int, ...], Floats]], rounds: int = 2_000, tolerance: float = 1e-10) -> Floats:
    """Scale a table until its sums over the other axes equal each margin (iterative proportional fitting).

    ``margins`` lists (axes kept, totals over those axes). The last margin is met exactly on return;
    the others to the tolerance where they agree with each other and with the zeros of the seed.
    """
    table = seed.astype(float).copy()
    for _ in range(rounds):
        worst = 0.0
        for kept, wanted in margins:
            others = tuple(axis for axis in range(table.ndim) if axis not in kept)
            have = table.sum(axis=others, keepdims=True)
            target = wanted.reshape(have.shape)
            worst = max(worst, float(np.abs(have - target).max()))
            table = table * np.divide(target, have, out=np.zeros_like(have), where=have > _SMALL)
        if worst < tolerance:
            break
    return table


def round_to_margins(table: Floats) -> NDArray[np.int64]:
    """Whole numbers near a three-way table whose two-way sums are whole, with every two-way sum kept.

    Each cell goes to the whole number below or above it; of all the ways, the one that rounds up the
    cells with the largest remainders. Solved as a small whole-number program. A table of small numbers may have no such way; then
    cells go further, and as few sums as can be give way.
    """
    below = np.floor(table + 1e-9)
    part = np.clip(table - below, 0.0, 1.0)
    part[part < 1e-7] = 0.0
    free = [(int(i), int(j), int(k)) for i, j, k in np.argwhere(part > 0)]
    problem = pulp.LpProblem("rounding", pulp.LpMaximize)
    up = {cell: problem.add_variable("up_" + "_".join(map(str, cell)), cat="Binary") for cell in free}
    problem += pulp.lpSum(float(part[cell]) * up[cell] for cell in free)
    for axis in range(3):
        wanted = np.rint(part.sum(axis=axis))
        groups: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
        for cell in free:
            groups.setdefault(tuple(place for at, place in enumerate(cell) if at != axis), []).append(cell)
        for key, cells in groups.items():
            problem += pulp.lpSum(up[cell] for cell in cells) == float(wanted[key])
    ended = problem.solve(pulp.HiGHS(msg=False, mip_rel_gap=0.0, threads=1))
    found = ended.has_solution if hasattr(ended, "has_solution") else ended == pulp.LpStatusOptimal  # PuLP 4, PuLP 3
    if not found:
        return _round_wider(table)
    whole: NDArray[np.int64] = below.astype(np.int64)
    for cell in free:
        whole[cell] += round(float(up[cell].value() or 0.0))
    return whole


_WIDER = 2
"""Where no rounding up or down keeps every two-way sum, a cell may go this many whole numbers further."""
_SUM_WEIGHTS = (10_000.0, 100.0, 1_000.0)
"""What a sum over each axis is worth against moving one child in a cell: the sums over the first axis are kept first, the second last."""


def _round_wider(table: Floats) -> NDArray[np.int64]:
    """As ``round_to_margins`` where no table of neighbouring whole numbers has the sums: the nearest that keeps the most of them.

    The grand total is always kept. Sums over the second axis give way first, then those over the third, by as little as can be.
    """
    cells = [(int(i), int(j), int(k)) for i, j, k in np.argwhere(table > 1e-9)]
    problem = pulp.LpProblem("rounding_wider", pulp.LpMinimize)
    count, apart = {}, {}
    for cell in cells:
        name, value = "_".join(map(str, cell)), float(table[cell])
        count[cell] = problem.add_variable(f"n_{name}", max(0, int(value) - _WIDER), int(value) + 1 + _WIDER, cat="Integer")
        apart[cell] = problem.add_variable(f"d_{name}", 0)
        problem += apart[cell] >= count[cell] - value
        problem += apart[cell] >= value - count[cell]
    misses = []
    for axis, weight in enumerate(_SUM_WEIGHTS):
        groups: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
        for cell in cells:
            groups.setdefault(tuple(place for at, place in enumerate(cell) if at != axis), []).append(cell)
        sums = np.rint(table.sum(axis=axis))
        for key, members in groups.items():
            more, less = (problem.add_variable(f"{way}_{axis}_{'_'.join(map(str, key))}", 0) for way in ("more", "less"))
            problem += pulp.lpSum(count[cell] for cell in members) + less - more == float(sums[key])
            misses.append(weight * (more + less))
    problem += pulp.lpSum(count.values()) == float(np.rint(table.sum()))
    problem += pulp.lpSum(apart.values()) + pulp.lpSum(misses)
    problem.solve(pulp.HiGHS(msg=False, mip_rel_gap=1e-6, threads=1, timeLimit=60))
    whole = np.zeros(table.shape, dtype=np.int64)
    for cell in cells:
        whole[cell] = round(float(count[cell].value() or 0.0))
    if whole.sum() != np.rint(table.sum()):
        raise ValueError("the table has no whole numbers with its total")
    return whole


def round_two_way(table: Floats) -> Floats:
    """Whole numbers near a two-way table whose row and column sums are whole, with every sum kept.

    Each cell goes to the whole number below or above it, so that the cells with the largest remainders go up. A sum that is not
    whole (the fit did not reach it) is kept to the nearest whole number that the cells allow. The program is a transport problem,
    whose corners are whole.
    """
    below = np.floor(table + 1e-6)
    part = np.clip(table - below, 0.0, 1.0)
    part[part < 1e-6] = 0.0
    cells = np.argwhere(part > 0)
    if len(cells) == 0:
        return below
    rows, columns = part.shape
    sums = np.zeros((rows + columns, len(cells)))
    sums[cells[:, 0], np.arange(len(cells))] = 1.0
    sums[rows + cells[:, 1], np.arange(len(cells))] = 1.0
    wanted = np.rint(np.concatenate([part.sum(axis=1), part.sum(axis=0)]))
    weight = part[cells[:, 0], cells[:, 1]]
    answer = linprog(-weight, A_eq=sums, b_eq=wanted, bounds=(0, 1), method="highs-ds")
    if not answer.success:
        raise ValueError("the table has no whole numbers with these sums")
    below[cells[:, 0], cells[:, 1]] += np.rint(answer.x)
    return below


def apportion(weights: Floats, total: int) -> NDArray[np.int64]:
    """Whole shares of a whole total in proportion to the weights (largest remainders, the first of equals)."""
    if weights.sum() <= 0:
        return np.zeros(len(weights), dtype=np.int64)
    ideal = weights / weights.sum() * total
    shares: NDArray[np.int64] = np.floor(ideal + 1e-9).astype(np.int64)
    order = np.argsort(-np.round(ideal - shares, 9), kind="stable")
    shares[order[: total - int(shares.sum())]] += 1
    return shares


def spread(weights: Floats, total: float, decimals: int) -> Floats:
    """Shares of a total in proportion to the weights, rounded to so many decimals, whose sum is the total."""
    scale = 10**decimals
    shares: Floats = apportion(weights, round(total * scale)) / scale
    return shares
