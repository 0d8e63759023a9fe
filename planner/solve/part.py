"""A smaller program with the same answers: the columns that prices leave in play, and children in place worked out from entries."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from planner.model.program import Aim, Columns, Ints, Program, Rows
from planner.solve.priced import Priced
from planner.solve.task import Floats

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Part:
    """A program over some of the columns of a whole one, without the ``in_place`` columns and rows, which follow from the entries.

    ``columns`` and ``rows`` are the positions of its columns and rows in the whole program.
    """

    whole: Program
    program: Program
    columns: Ints
    rows: Ints
    _stay_rows: Ints
    _stay_columns: Ints
    _stays: sparse.csr_matrix
    _shift: Floats

    def lift(self, values: Floats) -> Floats:
        """Values of the whole program's columns from the part's: the columns left out are 0, children in place follow from entries."""
        full = np.zeros(self.whole.column_count)
        full[self.columns] = values
        matrix, limit = self.whole.matrix, self.whole.row_upper
        full[self._stay_columns] = self._stays @ (limit[self._stay_rows] - matrix[self._stay_rows] @ full)
        return full

    def lift_duals(self, duals: Floats, costs: Floats) -> Floats:
        """Duals of the whole program's rows from the part's, for the whole program's costs."""
        full = np.zeros(self.whole.row_count)
        full[self.rows] = duals
        short = costs[self._stay_columns] - self.whole.matrix[self.rows][:, self._stay_columns].T @ duals
        full[self._stay_rows] = self._stays.T @ short
        return full

    def lift_range(self, found: Floats) -> Floats:
        """How far limits may move, for the whole program's rows; rows that the part does not have cannot move."""
        full = np.repeat(self.whole.row_upper[:, None], 2, axis=1)
        full[self.rows] = found + self._shift[:, None]
        return full


def take_part(whole: Program, wanted: Flags) -> Part:
    """The part of a program with the wanted columns; ``in_place`` columns always follow from the others and are never in it."""
    stay, first = whole.row_family("in_place")
    stay_rows = np.arange(first, first + stay.count)
    stay_columns = whole.family("in_place").places
    chosen = wanted.copy()
    chosen[stay_columns] = False
    columns = np.nonzero(chosen)[0]
    rows = np.setdiff1d(np.arange(whole.row_count), stay_rows)
    matrix = whole.matrix.tocsc()
    own = matrix[:, stay_columns].tocsr()
    stays = _inverse(own[stay_rows])
    entering = matrix[:, columns].tocsr()
    onward = (own[rows] @ stays).tocsr()
    slim = (entering[rows] - onward @ entering[stay_rows]).tocsr()
    slim.eliminate_zeros()
    shift = onward @ whole.row_upper[stay_rows]
    program = Program(_columns(whole, columns), _rows(whole, slim, shift), _aims(whole, columns, stay_columns))
    return Part(whole, program, columns, rows, stay_rows, stay_columns, stays, shift)


def _inverse(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    """The inverse of a matrix that is 1 on the diagonal and otherwise leads only from one year to the next."""
    count = matrix.shape[0]
    step = sparse.identity(count, format="csr") - matrix
    step.eliminate_zeros()
    inverse, power = sparse.identity(count, format="csr"), step
    while power.nnz:
        inverse = inverse + power
        power = power @ step
        power.eliminate_zeros()
    return inverse


def _columns(whole: Program, columns: Ints) -> tuple[Columns, ...]:
    blocks, at = [], 0
    for block in whole.columns:
        mine = columns[(columns >= block.first) & (columns < block.first + block.count)] - block.first
        blocks.append(
            replace(block, keys=block.keys.iloc[mine].reset_index(drop=True), lower=block.lower[mine], upper=block.upper[mine], first=at)
        )
        at += len(mine)
    return tuple(blocks)


def _rows(whole: Program, slim: sparse.csr_matrix, shift: Floats) -> tuple[Rows, ...]:
    blocks, at = [], 0
    for block in whole.rows:
        if block.family == "in_place":
            empty = np.zeros(0)
            blocks.append(replace(block, keys=pd.DataFrame(columns=block.keys.columns), matrix=slim[:0], lower=empty, upper=empty))
            continue
        part = slice(at, at + block.count)
        blocks.append(replace(block, matrix=slim[part], lower=block.lower - shift[part], upper=block.upper - shift[part]))
        at += block.count
    return tuple(blocks)


def _aims(whole: Program, columns: Ints, stay_columns: Ints) -> dict[str, Aim]:
    aims = {}
    for name, aim in whole.aims.items():
        if aim.costs[stay_columns].any():
            raise ValueError(f"the aim {name} has costs on children in place, which a part cannot hold")
        aims[name] = replace(aim, costs=aim.costs[columns])
    return aims


def in_play(priced: Priced, reduced: Floats, used: Flags, most: int, within: float) -> Flags:
    """The columns to keep: those that some plan used, those within a reduced cost, the cheapest few of each choice, and all of every other family.

    Entries and waiting are chosen among; where an option may close a unit, those who would enter it keep the choice to wait.

    Args:
        priced: the program with its rows priced.
        reduced: (columns,) reduced costs at the best prices.
        used: (columns,) whether some plan used the column.
        most: how many of the cheapest to keep for each cohort and year.
        within: reduced cost, in the costs' unit, up to which an entry or waiting is kept.

    """
    keep = np.ones(len(reduced), dtype=bool)
    for family in ("enter", "wait"):
        places = priced.program.family(family).places
        keep[places] = used[places] | (reduced[places] <= within)
    for covers, starts in priced.choices():
        costs = reduced[covers]
        group = np.repeat(np.arange(len(starts)), np.diff([*starts, len(covers)]))
        order = np.lexsort((costs, group))
        rank = np.empty(len(covers), dtype=np.int64)
        rank[order] = np.arange(len(covers)) - starts[group[order]]
        keep[covers[rank < most]] = True
    keep[_may_be_shut_out(priced.program)] = True
    return keep


def _may_be_shut_out(program: Program) -> Ints:
    """The waiting of cohorts that may enter a unit which an option may close: held shut, it leaves them nothing else."""
    closing, _ = program.row_family("closing")
    wait = program.family("wait")
    if not closing.count:
        return np.zeros(0, dtype=np.int64)
    enter = program.family("enter").places
    touched = enter[np.asarray((closing.matrix[:, enter] != 0).sum(axis=0)).ravel() > 0]
    placed, _ = program.row_family("placed")
    rows = np.asarray((placed.matrix[:, touched] > 0).sum(axis=1)).ravel() > 0
    own = placed.matrix[rows][:, wait.places]
    found: Ints = wait.places[np.asarray((own > 0).sum(axis=0)).ravel() > 0]
    return found


def no_shorter(program: Program, costs: Floats, values: Floats) -> Flags:
    """The entries, and waiting, that a plan does without and that cost no less than the dearest that children of the same row make use of.

    Letting children in there seldom lowers ``costs @ x``: only by making room for others. ``costs`` and ``values`` are (columns,).
    """
    choice = np.zeros(program.column_count, dtype=bool)
    for family in ("enter", "wait"):
        choice[program.family(family).places] = True
    placed, _ = program.row_family("placed")
    entries = placed.matrix.tocoo()
    own = (entries.data > 0) & choice[entries.col]
    row = np.full(program.column_count, -1)
    row[entries.col[own]] = entries.row[own]
    used = (row >= 0) & (values > 0)
    dearest = np.full(placed.count, np.inf)
    dearest[row[used]] = -np.inf
    np.maximum.at(dearest, row[used], costs[used])
    flags: Flags = (row >= 0) & ~used & (costs >= dearest[row])
    return flags
