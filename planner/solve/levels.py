"""From coarse to fine: prices found where areas stand together lead the way to prices where they stand apart."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import highspy
import numpy as np

from planner.model.program import Aim, Fold, Program
from planner.solve import guard, highs_arrays
from planner.solve.ascent import ascend
from planner.solve.coarse import fold_program
from planner.solve.part import Flags, Part, in_play, take_part
from planner.solve.priced import Bound, Priced
from planner.solve.task import Floats, Task

STEPS = 300
"""Steps of the first ascent, on the coarsest program; the linear program that follows is what makes its prices sharp."""

ASCENT_SHARE = 0.2
"""Share of the time limit that the ascent may take."""

WIDE, WIDE_WITHIN = 3, 5.0
"""While prices are blunt: so many of the cheapest entries of each cohort and year, and all within so many thousand pounds."""

NEAR, NEAR_WITHIN = 1, 2.0
"""With prices from a coarser program: the same, closer."""

CROSSING = 1e-7
"""Interior point goes over to a vertex at this gap: later costs iterations, sooner leaves more to the simplex method, which ends at the same."""

USED = 0.01
"""Children in a column below this count as none when the columns in play are chosen."""

CALLED = 0.01
"""Thousand pounds for one child: an entry whose reduced cost is below zero by more is added while prices are being found."""

ROUNDS, APART = 2, 1e-3
"""How often the linear program of one level is solved, unless its value and the bound lie within this share before."""


FLOOR_ROUNDS, FLOOR_SHARE, FLOOR_APART = 3, 0.1, 0.1
"""How often the linear program of waiting alone is solved, each in at most this share of the time limit, unless within so many
child-years before."""

FLOOR_ENOUGH = 2e-3
"""A bound of waiting within this share of what a good plan waits is enough."""


@dataclass(frozen=True)
class Guess:
    """Prices of the whole program's rows (rows,), which of its columns (columns,) are likely in use, and how many child-years may wait."""

    prices: Floats
    used: Flags
    waits: float = np.inf


@dataclass(frozen=True)
class Sharp:
    """What the linear program of one level came to: the best bound, all row duals, all values and the objective."""

    bound: Bound
    duals: Floats
    values: Floats
    objective: float


def part_task(task: Task, part: Part) -> Task:
    """The same question over a part of the program."""
    return replace(task, program=part.program, costs=task.costs[part.columns], start=None, held=None)


def descend(task: Task, waiting: Aim, cost: Aim, weight: float, seconds: float, folds: tuple[Fold, ...]) -> Guess | None:
    """Prices and columns that the coarser programs lead to, from the coarsest down; None where there are none.

    Args:
        task: the question about the whole program.
        waiting: the aim of waiting, over the whole program.
        cost: the aim of cost, over the whole program.
        weight: cost of a child-year of waiting, pounds.
        seconds: the time limit of each linear program.
        folds: the coarser programs, the largest first.

    """
    guess: Guess | None = None
    for fold in reversed(folds):
        level = fold_program(task.program, fold)
        mine = level_task(task, level, cost.name)
        costs = (level.aims[cost.name].costs + weight * level.aims[waiting.name].costs) / task.scale
        sharp = sharpen(mine, costs, None if guess is None else folded(guess, fold, level), seconds, ROUNDS)
        if sharp is None:
            return guess
        guess = unfolded(sharp, fold, float(level.aims[waiting.name].costs @ sharp.values))
    return guess


def level_task(task: Task, level: Program, aim: str) -> Task:
    """The same question about a coarser program."""
    return replace(task, program=level, costs=level.aims[aim].costs, start=None, held=None)


def folded(guess: Guess, fold: Fold, level: Program) -> Guess:
    """A guess about the whole program as one about a coarser program."""
    prices, used = np.zeros(level.row_count), np.zeros(level.column_count, dtype=bool)
    prices[fold.row_group] = guess.prices
    np.logical_or.at(used, fold.column_group, guess.used)
    return Guess(prices, used)


def unfolded(sharp: Sharp, fold: Fold, waits: float) -> Guess:
    """What a coarser program came to, as a guess about the whole."""
    return Guess(sharp.duals[fold.row_group], (np.abs(sharp.values) > USED)[fold.column_group], waits)


def begin(task: Task, costs: Floats, guess: Guess | None, seconds: float) -> tuple[Priced, Bound, Flags]:
    """The priced program, the bound that a guess proves of it and the columns that it leaves in play.

    Without a guess an ascent finds the first prices.
    """
    priced = Priced(task.program, costs)
    if guess is None:
        first = ascend(priced, np.zeros(len(priced.shared)), STEPS, time.perf_counter() + seconds * ASCENT_SHARE, task.stop)
        best, used, most, within = first.best, first.used, WIDE, WIDE_WITHIN
    else:
        best = priced.bound(guess.prices[priced.shared])
        used, most, within = guess.used | (best.plan != 0), NEAR, NEAR_WITHIN
    return priced, best, in_play(priced, best.reduced, used, most, within)


def sharpen(task: Task, costs: Floats, guess: Guess | None, seconds: float, rounds: int) -> Sharp | None:
    """Solve the linear program over the columns that a guess leaves in play, adding those that its prices call for.

    Without a guess an ascent finds the first prices. The bound holds for the task's whole program. None if there was no time for any answer.
    """
    priced, best, wanted = begin(task, costs, guess, seconds)
    sharp: Sharp | None = None
    for _ in range(rounds):
        part = take_part(task.program, wanted)
        duals, values = inner(part_task(task, part), costs[part.columns], seconds)
        if duals is None or values is None:
            break
        full = part.lift_duals(duals, costs)
        best = better(best, priced.bound(full[priced.shared]))
        objective = float(costs[part.columns] @ values)
        sharp = Sharp(best, full, part.lift(values), objective)
        more = called(task.program, costs, full, CALLED) & ~wanted
        if not more.any() or objective - best.value <= APART * abs(objective) or task.stop.is_set():
            break
        wanted |= more
    return sharp


def called(program: Program, costs: Floats, duals: Floats, least: float) -> Flags:
    """The entries and the waiting whose reduced cost at these duals is below zero by more than ``least``."""
    reduced = costs - program.matrix.T @ duals
    flags = np.zeros(program.column_count, dtype=bool)
    for family in ("enter", "wait"):
        places = program.family(family).places
        flags[places] = reduced[places] < -least
    return flags


def better(one: Bound, other: Bound) -> Bound:
    """The bound that proves more."""
    return other if other.value > one.value else one


def inner(task: Task, costs: Floats, seconds: float, *, vertex: bool = False) -> tuple[Floats | None, Floats | None]:
    """Row duals and values of the relaxed program by interior point; prices need no vertex, an allocation is tidier at one.

    Where interior point stops short of its tolerance with time left, as it may on small programs, the simplex method answers.
    """
    started = time.perf_counter()
    highs = highs_arrays.open_relaxed(task)
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    for name, value in (
        ("solver", "ipx"),
        ("run_crossover", "on" if vertex else "off"),
        ("time_limit", seconds),
        ("ipm_optimality_tolerance", CROSSING if vertex else 1e-5),
        ("start_crossover_tolerance", CROSSING),
    ):
        highs.setOptionValue(name, value)
    if not guard.run_highs(highs, seconds).ended:
        return None, None
    left = seconds - (time.perf_counter() - started)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal and left > 0 and not task.stop.is_set():
        highs.clearSolver()
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("time_limit", highs.getRunTime() + left)
        if not guard.run_highs(highs, left).ended:
            return None, None
    solution = highs.getSolution()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal or not solution.dual_valid:
        return None, None
    return np.array(solution.row_dual), np.array(solution.col_value)


def coarse_floor(task: Task, part: Part, waiting: Aim, seconds: float) -> tuple[float, Floats]:
    """How little waiting there could be, as the next coarser program proves it: its prices for waiting alone mostly prove enough.

    Args:
        task: the question about the whole program.
        part: the part of it that is in play.
        waiting: the aim of waiting, over the whole program.
        seconds: the time limit of the search.

    Returns:
        The bound, child-years, and the row duals (rows,) that prove it; 0 where there is no coarser program.

    """
    if not task.program.folds:
        return 0.0, np.zeros(task.program.row_count)
    fold = task.program.folds[0]
    level = fold_program(task.program, fold)
    wanted = np.zeros(level.column_count, dtype=bool)
    wanted[fold.column_group[part.columns]] = True
    _, duals = _floor(level_task(task, level, task.aim), wanted, level.aims[waiting.name], seconds)
    proof = duals[fold.row_group]
    priced = Priced(task.program, waiting.costs)
    return max(0.0, priced.bound(proof[priced.shared]).value - 1e-6), proof


def floor(task: Task, part: Part, waiting: Aim, seconds: float, waits: float, coarser: tuple[float, Floats]) -> tuple[float, Floats]:
    """How little waiting there could be: the linear program of waiting alone over the part, its prices proven for the whole.

    Entries that prices call for are added and it is solved again, as long as that can lift the bound. ``waits`` are the child-years that a
    good plan waits: a ``coarser`` bound within ``FLOOR_ENOUGH`` of it is enough.

    Returns:
        The bound, child-years, and the row duals (rows,) that prove it.

    """
    if waits - coarser[0] <= FLOOR_ENOUGH * waits:
        return coarser
    wanted = np.zeros(task.program.column_count, dtype=bool)
    wanted[part.columns] = True
    again = _floor(task, wanted, waiting, seconds)
    return again if again[0] > coarser[0] else coarser


def _floor(task: Task, wanted: Flags, waiting: Aim, seconds: float) -> tuple[float, Floats]:
    program = task.program
    priced = Priced(program, waiting.costs)
    wanted = wanted.copy()
    wanted[program.family("wait").places] = True
    best, proof = 0.0, np.zeros(program.row_count)
    for _ in range(FLOOR_ROUNDS):
        part = take_part(program, wanted)
        duals, values = inner(part_task(task, part), waiting.costs[part.columns], seconds * FLOOR_SHARE)
        if duals is None or values is None:
            break
        full = part.lift_duals(duals, waiting.costs)
        found = priced.bound(full[priced.shared]).value - 1e-6
        if found > best:
            best, proof = found, full
        if float(waiting.costs[part.columns] @ values) - best <= FLOOR_APART:
            break
        more = called(program, waiting.costs, full, 1e-6) & ~wanted
        if not more.any():
            break
        wanted |= more
    return best, proof
