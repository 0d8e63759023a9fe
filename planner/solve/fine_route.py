"""The route for a program with very many areas: openings from larger areas, then the exact allocation for the small ones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from planner.model.program import Aim
from planner.solve import guard
from planner.solve.ascent import Ascent, ascend
from planner.solve.coarse import fold_program
from planner.solve.levels import USED, Guess, begin, called, inner, level_task, part_task, sharpen
from planner.solve.outcome import Outcome
from planner.solve.part import Flags, Part, take_part
from planner.solve.priced import Priced
from planner.solve.priced_route import first_plan, open_front
from planner.solve.session import PATIENCE, WAITING_GBP, Both, room, search_both, weighted_costs
from planner.solve.task import Floats, Progress, Task, judge

FINE_COLUMNS = 600_000
"""A program with more columns, and a coarser one to lead it, takes this route."""

COARSE_SHARE, COARSE_GAP = 0.25, 0.6
"""Shares of the time limit and of the gap that openings for the larger areas may take."""

STEPS, FIRST_STEP, REACH, ASCENT_SHARE = 250, 0.02, 1.002, 0.25
"""An ascent from prices that are near their best already; it goes on beside HiGHS, which takes as long for the allocation."""

GAP_FOR_STEPS = 0.005
"""A wider gap than this is reached with fewer steps, in proportion, and HiGHS has the memory to itself again the sooner."""

CALLED, FEW, EXACT_ROUNDS = 0.01, 2e-4, 4
"""The allocation is solved again with the entries whose reduced cost is below zero by more than so many thousand pounds, unless they are
only so small a share of the columns or the gap is reached, and at most so often."""

WAITS = 1e-6
"""Child-years of waiting below this count as none."""

JOURNEYS = 1e-7
"""Journeys weigh so little beside cost, as a share of it, when the allocation is settled."""

ROUNDS = 2
"""How often the relaxed program is solved to prove more, where the gap is wider than asked for."""


@dataclass(frozen=True)
class Fine:
    """A plan for the whole program with what is proven of it; ``duals`` (rows,) are those of the allocation, in the costs' scale."""

    both: Both
    duals: Floats | None


@dataclass(frozen=True)
class _Openings:
    """Openings for larger areas: the coarse plan (None if there was no time), and prices and columns for the whole program to start from."""

    plan: Floats | None
    guess: Guess
    floor_duals: Floats
    limit: str


def plan_fine(task: Task, seconds: float, most_openings: int | None) -> Fine:
    """Openings from the largest coarser program, then the exact allocation over the whole, with the bound proven for the whole."""
    started = time.perf_counter()
    program, fold = task.program, task.program.folds[0]
    waiting, cost = program.aims["waiting"], program.aims["cost"]
    coarse = fold_program(program, fold)
    level = level_task(task, coarse, "cost")
    found = _openings(level, seconds, most_openings, started)
    if found.plan is None:
        return Fine(_nothing(started), None)
    guess = Guess(found.guess.prices[fold.row_group], (found.guess.used | (np.abs(found.plan) > USED))[fold.column_group])
    held = np.zeros(program.column_count)
    held[program.whole] = np.round(found.plan[fold.column_group[program.whole]])
    costs = weighted_costs(task, waiting, cost)
    priced, rough, wanted = begin(task, costs, guess, seconds)
    until = time.perf_counter() + seconds * ASCENT_SHARE
    steps = round(STEPS * GAP_FOR_STEPS / max(task.gap, GAP_FOR_STEPS))
    climbed = guard.aside(partial(ascend, priced, rough.prices, steps, until, task.stop, first_step=FIRST_STEP, reach=REACH))
    travel = float(coarse.aims["travel"].costs @ found.plan)
    minute = JOURNEYS * float(weighted_costs(level, coarse.aims["waiting"], coarse.aims["cost"]) @ found.plan) / max(travel, 1.0)
    values, duals = _allocate(replace(task, held=held), costs, wanted, climbed, minute, seconds)
    if values is None:
        return Fine(_nothing(started), None)
    bound = climbed().best.value
    left = seconds - (time.perf_counter() - started)
    _tell(task, cost, values, float(costs @ values) - bound, started)
    if not _close(task, values, float(costs @ values) - bound) and left > 0:
        sharp = sharpen(task, costs, guess, left, ROUNDS)
        bound = bound if sharp is None else max(bound, sharp.bound.value)
        _tell(task, cost, values, float(costs @ values) - bound, started)
    return Fine(_judged(task, values, bound, found, started), duals)


def _openings(task: Task, seconds: float, most: int | None, started: float) -> _Openings:
    """The plan of a coarser program, found as for any program of its size but in a share of the time and of the gap."""
    waiting, cost = task.program.aims["waiting"], task.program.aims["cost"]
    task = replace(task, gap=task.gap * COARSE_GAP)
    costs = weighted_costs(task, waiting, cost)
    front = open_front(task, waiting, cost, seconds)
    guess, proof = front.guess, front.floor_duals
    front, first = first_plan(front, task, costs, most, seconds)
    aims = front.part.program.aims
    both = search_both(
        front.task, front.relaxed, aims["waiting"], aims["cost"], started, seconds * COARSE_SHARE, most, first, moves_only=True
    )
    plan = None if both.values is None else front.part.lift(both.values)
    return _Openings(plan, guess, proof, both.limit)


def _allocate(
    task: Task, costs: Floats, wanted: Flags, climbed: Callable[[], Ascent], minute: float, seconds: float
) -> tuple[Floats | None, Floats | None]:
    """The best allocation for held openings, at a vertex, and its row duals (rows,) in the costs' scale.

    The program over the entries in play is solved to a vertex, and again with those that its prices call for, until it is near enough to the
    bound that was ``climbed`` to. ``minute`` is what a minute of a child's journey weighs, in the costs' scale, so that journeys are short
    where cost leaves the choice.
    """
    program, held = task.program, task.held
    if held is None:
        raise ValueError("an allocation is for openings that are held")
    lifted: Floats | None = None
    full: Floats | None = None
    for _ in range(EXACT_ROUNDS):
        part = take_part(program, wanted)
        mine = costs[part.columns] + minute * part.program.aims["travel"].costs
        duals, values = inner(_held(task, part, held), mine, seconds * (PATIENCE if lifted is None else 1.0), vertex=True)
        if duals is None or values is None:
            break
        lifted, full = part.lift(values), part.lift_duals(duals, costs)
        more = called(program, costs, full, CALLED) & ~wanted
        if more.sum() <= FEW * wanted.sum() or _close(task, lifted, float(costs @ lifted) - climbed().best.value) or task.stop.is_set():
            break
        wanted = wanted | more
    return lifted, full


def _close(task: Task, values: Floats, apart: float) -> bool:
    """Whether a plan is within the gap asked for of its bound, ``apart`` from it in the costs' scale."""
    return apart <= room(task, values)


def _held(task: Task, part: Part, held: Floats) -> Task:
    return replace(part_task(task, part), held=held[part.columns])


def _judged(task: Task, values: Floats, bound: float, found: _Openings, started: float) -> Both:
    """What the plan is worth beside what is proven of waiting and of cost."""
    program = task.program
    waiting, cost = program.aims["waiting"], program.aims["cost"]
    waits, value = float(waiting.costs @ values), float(cost.costs @ values) + cost.constant
    floor = 0.0
    if waits > WAITS:
        priced = Priced(program, waiting.costs)
        floor = max(0.0, priced.bound(found.floor_duals[program.folds[0].row_group][priced.shared]).value - 1e-6)
    cost_bound = bound * task.scale - WAITING_GBP * waits + cost.constant
    outcome = judge(value, cost_bound, task.gap, task.scale, found.limit)
    return Both(values, waits, min(floor, waits), cost_bound, time.perf_counter() - started, found.limit, outcome, bound)


def _nothing(started: float) -> Both:
    return Both(None, 0.0, 0.0, None, time.perf_counter() - started, "time limit", Outcome.STOPPED_WITHOUT_PLAN)


def _tell(task: Task, cost: Aim, values: Floats, apart: float, started: float) -> None:
    if task.progress is not None:
        value = float(cost.costs @ values) + cost.constant
        task.progress(Progress("cost and waiting", "pounds", value, value - apart * task.scale, time.perf_counter() - started))
