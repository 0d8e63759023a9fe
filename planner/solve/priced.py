"""Prices on shared rows: the cheapest path of every child and the best path of every option at those prices, and the bound they prove.

Rows that many children or options share (places, episodes, money, openings a year) are priced. What is left falls apart: a backward
pass over the years gives what one more child of each cohort costs from each year on (stays, moves up, escalation and waiting
with it), and each option takes its best path by itself. Everything is read from the program's own columns and rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from planner.model.program import Ints, Program
from planner.solve.paths import OptionPaths
from planner.solve.task import Floats

KEPT_ROWS = ("placed", "in_place", "at_risk")
"""Row families that the backward pass keeps exactly."""

PATH_ROWS = ("size_least", "size_most", "stays_open", "keeps_size")
"""Row families that hold inside one option's path."""

CHILDREN = ("enter", "wait", "in_place", "episodes")
"""Column families of children; with the options' own, all columns that are not slacks."""


@dataclass(frozen=True)
class _Year:
    """One year of the pass, with rows numbered among the kept ones.

    ``covers`` are the columns that may take the children of a ``placed`` row, grouped by row (``starts``); ``stays`` the ``in_place``
    columns with their rows. The matrices hold what is left of these columns (``_later``) or rows (``_before``) without the year's own.
    """

    covers: Ints
    starts: Ints
    placed: Ints
    cover_later: sparse.csr_matrix
    stays: Ints
    stay_rows: Ints
    stay_later: sparse.csr_matrix
    placed_before: sparse.csr_matrix
    stay_before: sparse.csr_matrix


@dataclass(frozen=True)
class Bound:
    """What a set of prices proves, and the plan that attains it once priced rows may be broken.

    ``value`` is a lower bound of the costs over the whole program; ``prices`` (shared rows,) as they were used; ``kept`` the prices of the
    kept rows that follow from them; ``reduced`` (columns,) what is left of each column's cost; ``plan`` the columns' values; ``excess``
    (shared rows,) limit less activity: the direction in which the prices should move.
    """

    value: float
    prices: Floats
    kept: Floats
    reduced: Floats
    plan: Floats
    excess: Floats


class Priced:
    """A program split into priced rows and what falls apart once they are priced."""

    def __init__(self, program: Program, costs: Floats) -> None:
        self.program, self.costs = program, costs
        families = np.concatenate([np.full(block.count, block.family) for block in program.rows])
        is_kept, inside = np.isin(families, KEPT_ROWS), np.isin(families, PATH_ROWS)
        self.kept_rows = np.nonzero(is_kept)[0]
        self.shared = np.nonzero(~is_kept & ~inside)[0]
        matrix = program.matrix
        self.shared_rows: sparse.csr_matrix = matrix[self.shared]
        self.shared_columns: sparse.csr_matrix = self.shared_rows.T.tocsr()
        self.kept_columns: sparse.csr_matrix = matrix[self.kept_rows].T.tocsr()
        self.limit = np.where(np.isinf(program.row_upper), program.row_lower, program.row_upper)[self.shared]
        self.least = np.where(np.isinf(program.row_upper[self.shared]), 0.0, -np.inf)
        self.most = np.where(np.isinf(program.row_lower[self.shared]), 0.0, np.inf)
        self.kept_limit = program.row_upper[self.kept_rows]
        self.paths = OptionPaths(program)
        self._limit_prices()
        self._years = _years(program, matrix[self.kept_rows], self.kept_columns)
        self._help()

    def _limit_prices(self) -> None:
        """A limit that may be broken at a price is never worth more than that price."""
        own = (*CHILDREN, *self.paths.families)
        slack = np.concatenate([np.zeros(0, dtype=np.int64), *(block.places for block in self.program.columns if block.family not in own)])
        part = self.shared_columns[slack].tocoo()
        limit = self.costs[slack][part.row] / part.data
        np.maximum.at(self.least, part.col[part.data < 0], limit[part.data < 0])
        np.minimum.at(self.most, part.col[part.data > 0], limit[part.data > 0])

    def _help(self) -> None:
        """Episodes by the row of the children they reach: each group takes the best contact base, or none."""
        episodes = self.program.family("episodes").places
        risk, first = self.program.row_family("at_risk")
        member = risk.matrix[:, episodes].tocoo()
        order = np.argsort(member.row, kind="stable")
        self._episodes = episodes[member.col[order]]
        rows, self._help_starts = np.unique(member.row[order], return_index=True)
        self._help_rows = np.searchsorted(self.kept_rows, first + rows)
        others = np.ones(len(self.kept_rows))
        others[np.searchsorted(self.kept_rows, first + np.arange(risk.count))] = 0.0
        self._help_later = (self.kept_columns[self._episodes] @ sparse.diags(others)).tocsr()

    def bound(self, prices: Floats) -> Bound:
        """What these prices of the shared rows prove. Prices outside what the rows' signs and slacks allow are brought inside.

        Args:
            prices: (shared rows,) in the costs' unit for one more of each row's limit; at most 0 for an upper limit.

        """
        prices = np.clip(prices, self.least, self.most)
        reduced = self.costs - self.shared_columns @ prices
        plan = np.zeros(len(reduced))
        kept, chosen = self._backward(reduced, plan)
        value = float(prices @ self.limit) + float(kept @ self.kept_limit) + self.paths.best(reduced, plan)
        self._forward(plan, chosen)
        reduced = reduced - self.kept_columns @ kept
        return Bound(value, prices, kept, reduced, plan, self.limit - self.shared_rows @ plan)

    def choices(self) -> Iterator[tuple[Ints, Ints]]:
        """For each year, the columns that may take the children of a ``placed`` row, grouped by row, and where each group starts."""
        for year in self._years:
            yield year.covers, year.starts

    def _backward(self, reduced: Floats, plan: Floats) -> tuple[Floats, list[Ints]]:
        """Prices of the kept rows from the last year back, and the columns that cover each year's ``placed`` rows at least cost."""
        kept = np.zeros(len(self.kept_rows))
        chosen: list[Ints] = []
        for year in reversed(self._years):
            kept[year.stay_rows] = reduced[year.stays] - year.stay_later @ kept
            costs = reduced[year.covers] - year.cover_later @ kept
            kept[year.placed] = least = np.minimum.reduceat(costs, year.starts)
            hits = np.nonzero(costs <= np.repeat(least, np.diff([*year.starts, len(costs)])))[0]
            group = np.searchsorted(year.starts, hits, side="right") - 1
            chosen.append(year.covers[hits[np.unique(group, return_index=True)[1]]])
        if len(self._episodes):
            costs = reduced[self._episodes] - self._help_later @ kept
            least = np.minimum.reduceat(costs, self._help_starts)
            hits = np.nonzero(costs <= np.repeat(least, np.diff([*self._help_starts, len(costs)])))[0]
            group = np.searchsorted(self._help_starts, hits, side="right") - 1
            taken = self._episodes[hits[np.unique(group, return_index=True)[1]]]
            kept[self._help_rows] = np.minimum(least, 0.0)
            plan[taken] = np.where(least < 0, self.kept_limit[self._help_rows], 0.0)
        return kept, chosen[::-1]

    def _forward(self, plan: Floats, chosen: list[Ints]) -> None:
        """Send the children of every year along the columns chosen for them."""
        for year, columns in zip(self._years, chosen, strict=True):
            plan[columns] = self.kept_limit[year.placed] - year.placed_before @ plan
            plan[year.stays] = self.kept_limit[year.stay_rows] - year.stay_before @ plan


def _years(program: Program, kept: sparse.csr_matrix, columns: sparse.csr_matrix) -> tuple[_Year, ...]:
    """The pass year by year, from the kept rows (their matrix, and the same by column)."""
    placed, stay = program.row_family("placed")[0], program.row_family("in_place")[0]
    enter, wait, stays = program.family("enter"), program.family("wait"), program.family("in_place")
    placed_year, stay_year = placed.keys["year"].to_numpy(), stay.keys["year"].to_numpy()
    cover = np.concatenate([enter.places, wait.places])
    cover_year = np.concatenate([enter.keys["year"].to_numpy(), wait.keys["year"].to_numpy()])
    found = []
    for year in np.unique(placed_year):
        rows = np.nonzero(placed_year == year)[0]
        stay_rows = placed.count + np.nonzero(stay_year == year)[0]
        mine = cover[cover_year == year]
        own = kept[rows][:, mine].tocoo()
        order = np.argsort(own.row, kind="stable")
        covers = mine[own.col[order]]
        place = stays.places[stays.keys["year"].to_numpy() == year]
        others = np.ones(kept.shape[0])
        others[rows] = 0.0
        without_stays = np.ones(kept.shape[0])
        without_stays[stay_rows] = 0.0
        not_mine, not_stays = np.ones(kept.shape[1]), np.ones(kept.shape[1])
        not_mine[mine], not_stays[place] = 0.0, 0.0
        found.append(
            _Year(
                covers,
                np.searchsorted(own.row[order], np.arange(len(rows))),
                rows,
                _thin(columns[covers] @ sparse.diags(others)),
                place,
                stay_rows,
                _thin(columns[place] @ sparse.diags(without_stays)),
                _thin(kept[rows] @ sparse.diags(not_mine)),
                _thin(kept[stay_rows] @ sparse.diags(not_stays)),
            )
        )
    return tuple(found)


def _thin(matrix: sparse.spmatrix) -> sparse.csr_matrix:
    slim = sparse.csr_matrix(matrix)
    slim.eliminate_zeros()
    return slim
