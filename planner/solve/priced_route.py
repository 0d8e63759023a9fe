"""The fast route: prices first, then a small linear program over the columns that prices leave in play."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from planner.errors import SolveError
from planner.model.program import Aim
from planner.solve import guard
from planner.solve.levels import USED, Guess, begin, better, called, coarse_floor, descend, floor, part_task
from planner.solve.part import Flags, Part, take_part
from planner.solve.session import INSIDE, WAITING_GBP, Relaxed, Session, allocated, best_rounding, cheaper, room, weighted_costs
from planner.solve.task import Floats, Progress, Task

CALLED = 1e-6
"""Thousand pounds for one child: an entry whose reduced cost is below zero by more is worth adding."""

HARDLY_ANYBODY = 0.5
"""Where no more child-years wait in a coarser program, nobody is likely to wait at all, and how little it could be is asked only if somebody does."""

ROUNDS = 4
"""How often columns may be added and the linear program solved again."""

ENOUGH = 0.1
"""Adding columns ends when the bound lies within this share of the gap asked for."""


@dataclass(frozen=True)
class Front:
    """The part of the program that prices leave in play, opened and relaxed, with the bound proven for the whole.

    ``guess`` holds the row duals of the linear program and the columns it uses; ``floor_duals`` (rows,) prove how little waiting there is.
    """

    part: Part
    task: Task
    relaxed: Relaxed
    guess: Guess
    floor_duals: Floats


def open_front(task: Task, waiting: Aim, cost: Aim, seconds: float) -> Front:
    """Find prices, the columns they leave in play and the linear program over these; the bound holds for the whole program.

    Coarser programs, where there are any, lead the way; the last linear program is solved to a vertex, from which later ones go on.
    Meanwhile a second thread looks how little waiting there could be, unless nobody is likely to wait.

    Raises:
        SolveError: if not even the first linear program was solved in time.

    """
    started = time.perf_counter()
    costs = weighted_costs(task, waiting, cost)
    led = descend(task, waiting, cost, WAITING_GBP, seconds, task.program.folds)
    priced, bound, wanted = begin(task, costs, led, seconds)
    part = take_part(task.program, wanted)
    session, guess = Session(part_task(task, part)), None
    coarser: Callable[[], tuple[float, Floats]] = partial(coarse_floor, task, part, waiting, seconds)
    if led is None or led.waits > HARDLY_ANYBODY:
        coarser = guard.aside(coarser)
    for number in range(ROUNDS):
        relaxed, objective, proven = session.minimise(costs[part.columns], seconds, primal=number > 0, anew=number == 0)
        if relaxed is None or objective is None or not proven:
            break
        duals = part.lift_duals(session.duals_only(), costs)
        found = priced.bound(duals[priced.shared])
        bound, guess = better(bound, found), Guess(duals, np.abs(part.lift(relaxed)) > USED)
        _tell(task, float(cost.costs[part.columns] @ relaxed) + cost.constant, objective - bound.value, started)
        if objective - bound.value <= ENOUGH * room(part_task(task, part), relaxed) or number == ROUNDS - 1:
            break
        part, session, more = _grown(task, part, session, costs, duals, found.plan != 0)
        if not more:
            break
    if guess is None:
        raise SolveError("The first linear program was not solved in the time given.")
    waits = 0.0 if relaxed is None else float(waiting.costs[part.columns] @ relaxed)
    least, proof = floor(task, part, waiting, seconds, waits, coarser()) if waits > CALLED else (0.0, np.zeros(task.program.row_count))
    return Front(part, part_task(task, part), Relaxed(session, relaxed, bound.value, least, whole=False), guess, proof)


def first_plan(
    front: Front, task: Task, costs: Floats, most_openings: int | None, seconds: float, openings: Floats | None = None
) -> tuple[Front, Floats | None]:
    """A plan from rounded openings, with the entries that they call for added, and rounded once more over these.

    ``openings`` of another plan, over the whole program's columns, are tried first; where they already come within the gap, they do.
    """
    best: Floats | None = None
    for _ in range(2):
        mine, fraction = costs[front.part.columns], front.relaxed.values
        if fraction is None:
            break
        choices = front.task.choices.any()
        found = _openings(front, mine, most_openings, seconds, openings) if choices else fraction
        if found is None:
            break
        if best is None or float(mine @ found) < float(mine @ best[front.part.columns]):
            best = front.part.lift(found)
        front, values = widen(front, task, best[front.part.columns], costs, seconds)
        best = front.part.lift(values)
        if not choices or _enough(front, costs, values):
            break
    return front, None if best is None else best[front.part.columns]


def _enough(front: Front, costs: Floats, plan: Floats) -> bool:
    """Whether a plan over the part is so far inside the gap asked for that no other is looked for."""
    bound = front.relaxed.bound
    return bound is not None and float(costs[front.part.columns] @ plan) - bound <= INSIDE * room(front.task, plan)


def _openings(front: Front, costs: Floats, most_openings: int | None, seconds: float, openings: Floats | None) -> Floats | None:
    session, bound = front.relaxed.session, front.relaxed.bound
    given = None if openings is None else allocated(session, openings[front.part.columns], costs, seconds)
    if front.relaxed.values is None or (
        given is not None and bound is not None and float(costs @ given) - bound <= room(front.task, given)
    ):
        return given
    return cheaper(costs, given, best_rounding(front.task, session, front.relaxed.values, costs, most_openings, seconds, bound))


def widen(front: Front, task: Task, plan: Floats, costs: Floats, seconds: float) -> tuple[Front, Floats]:
    """With a plan's openings held, add the entries that its prices call for until none improves; returns the better allocation."""
    part, session, values = front.part, front.relaxed.session, plan
    nothing = np.zeros(task.program.column_count, dtype=bool)
    for number in range(ROUNDS):
        session.hold(values)
        found, _, proven = session.minimise(costs[part.columns], seconds, primal=number > 0)
        if found is None or not proven:
            break
        held = part.lift(found)
        part, session, more = _grown(task, part, session, costs, part.lift_duals(session.duals_only(), costs), nothing)
        values = held[part.columns]
        if not more:
            break
    values[part.program.whole] = np.round(values[part.program.whole])
    fraction = None if front.relaxed.values is None else front.part.lift(front.relaxed.values)[part.columns]
    relaxed = replace(front.relaxed, session=session, values=fraction)
    return replace(front, part=part, task=part_task(task, part), relaxed=relaxed), values


def _grown(task: Task, part: Part, session: Session, costs: Floats, duals: Floats, also: Flags) -> tuple[Part, Session, int]:
    """The part with the entries that these duals call for and some others, opened where the old one stands; and how many were added."""
    wanted = np.zeros(task.program.column_count, dtype=bool)
    wanted[part.columns] = True
    enter = task.program.family("enter").places
    more = called(task.program, costs, duals, CALLED)
    more[enter] |= also[enter]
    more &= ~wanted
    if not more.any():
        return part, session, 0
    wanted |= more
    larger = take_part(task.program, wanted)
    again = Session(part_task(task, larger))
    again.start_from(session, np.searchsorted(larger.columns, part.columns))
    return larger, again, int(more.sum())


def _tell(task: Task, value: float, apart: float, started: float) -> None:
    if task.progress is not None:
        task.progress(Progress("cost and waiting", "pounds", None, value - apart * task.scale, time.perf_counter() - started))
