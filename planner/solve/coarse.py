"""A small program that stands for a large one: neighbouring areas as one, to find where prices and openings lie."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from planner.model.program import Columns, Fold, Ints, Program, Rows
from planner.solve.task import Floats


def fold_program(program: Program, fold: Fold) -> Program:
    """The program with alike columns and rows as one each: rows are added up, and a column stands for its members in their shares.

    It proves nothing of the whole by itself. Its prices and openings are good guesses for the whole, whose own bound is then proven.
    """
    columns, rows = int(fold.column_group.max()) + 1, int(fold.row_group.max()) + 1
    every = np.arange(program.column_count)
    spread = sparse.csr_matrix((fold.column_share, (every, fold.column_group)), shape=(program.column_count, columns))
    gather = sparse.csr_matrix(
        (np.ones(program.row_count), (fold.row_group, np.arange(program.row_count))), shape=(rows, program.row_count)
    )
    matrix = (gather @ program.matrix @ spread).tocsr()
    aims = {name: replace(aim, costs=np.asarray(spread.T @ aim.costs)) for name, aim in program.aims.items()}
    coarser = tuple(_after(fold, other) for other in program.folds if other.column_group.max() < fold.column_group.max())
    return Program(_columns(program, fold), _rows(program, fold, matrix), aims, coarser)


def _after(fold: Fold, other: Fold) -> Fold:
    """A coarser fold of the whole program as a fold of the program that is folded already."""
    columns, rows = np.zeros(int(fold.column_group.max()) + 1, dtype=np.int64), np.zeros(int(fold.row_group.max()) + 1, dtype=np.int64)
    columns[fold.column_group], rows[fold.row_group] = other.column_group, other.row_group
    share = np.bincount(fold.column_group, weights=other.column_share, minlength=len(columns)).astype(float)
    return Fold(columns, share, rows)


def _columns(program: Program, fold: Fold) -> tuple[Columns, ...]:
    blocks, at = [], 0
    for block in program.columns:
        group = fold.column_group[block.places] - at
        count, first = _first(group)
        lower, upper = _sums(group, count, block.lower), _sums(group, count, block.upper)
        blocks.append(replace(block, keys=block.keys.iloc[first].reset_index(drop=True), lower=lower, upper=upper, first=at))
        at += count
    return tuple(blocks)


def _rows(program: Program, fold: Fold, matrix: sparse.csr_matrix) -> tuple[Rows, ...]:
    blocks, at, row = [], 0, 0
    for block in program.rows:
        group = fold.row_group[row : row + block.count] - at
        count, first = _first(group)
        keys = block.keys.iloc[first].reset_index(drop=True)
        lower, upper = _sums(group, count, block.lower), _sums(group, count, block.upper)
        blocks.append(replace(block, keys=keys, matrix=matrix[at : at + count], lower=lower, upper=upper))
        at, row = at + count, row + block.count
    return tuple(blocks)


def _first(group: Ints) -> tuple[int, Ints]:
    """How many groups there are, and the first member of each."""
    count = int(group.max(initial=-1)) + 1
    first = np.full(count, len(group), dtype=np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    return count, first


def _sums(group: Ints, count: int, values: Floats) -> Floats:
    """Sums of values by group; infinite where a member is."""
    finite = np.isfinite(values)
    sums = np.bincount(group, weights=np.where(finite, values, 0.0), minlength=count)
    endless = np.zeros(count)
    np.add.at(endless, group[~finite], np.sign(values[~finite]))
    return np.where(endless == 0, sums, np.where(endless > 0, np.inf, -np.inf))
