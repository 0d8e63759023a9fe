"""The fast route: prices first, then a small linear program over the columns that prices leave in play."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import highspy
import numpy as np

from planner.model.program import Aim
from planner.solve import highs_arrays
from planner.solve.ascent import ascend
from planner.solve.part import Flags, Part, in_play, take_part
from planner.solve.priced import Bound, Priced
from planner.solve.session import Relaxed, Session, best_rounding, weighted_costs
from planner.solve.task import Floats, Progress, Task

STEPS = 300
"""Steps of the first ascent; the linear program that follows is what makes its prices sharp."""

FLOOR_ROUNDS, FLOOR_SHARE = 3, 0.1
"""How often the linear program of waiting alone is solved, each time in at most this share of the time limit."""

PRICES_SHARE = 0.2
"""Share of the time limit that either ascent may take."""

WIDE, WIDE_WITHIN = 2, 5.0
"""Before prices are sharp: so many of the cheapest entries of each cohort and year, and all within so many thousand pounds."""

SHARP, SHARP_WITHIN = 1, 0.1
"""Once prices are sharp: the same, closer."""

CALLED = 1e-6
"""Thousand pounds for one child: an entry whose reduced cost is below zero by more is worth adding."""

USED = 0.01
"""Children on an arc below this count as none when the arcs in play are chosen."""

ROUNDS = 4
"""How often columns may be added and the linear program solved again."""

ENOUGH = 0.1
"""Adding columns ends when the bound lies within this share of the gap asked for."""


@dataclass(frozen=True)
class Front:
    """The part of the program that prices leave in play, opened and relaxed, with the bound proven for the whole."""

    part: Part
    task: Task
    relaxed: Relaxed


def part_task(task: Task, part: Part) -> Task:
    """The same question over a part of the program."""
    return replace(task, program=part.program, costs=task.costs[part.columns], start=None, held=None)


def open_front(task: Task, waiting: Aim, cost: Aim, seconds: float) -> Front:
    """Find prices, the columns they leave in play and the linear program over these; the bound holds for the whole program."""
    started = time.perf_counter()
    costs = weighted_costs(task, waiting, cost)
    priced = Priced(task.program, costs)
    first = ascend(priced, np.zeros(len(priced.shared)), STEPS, started + seconds * PRICES_SHARE, task.stop)
    bound, used = first.best, first.used
    part = take_part(task.program, in_play(priced, bound.reduced, used, WIDE, WIDE_WITHIN))
    duals, values = _inner(part_task(task, part), costs[part.columns], seconds)
    if duals is not None and values is not None:
        bound = _better(bound, priced.bound(part.lift_duals(duals, costs)[priced.shared]))
        used = np.abs(part.lift(values)) > USED
    part = take_part(task.program, in_play(priced, bound.reduced, used, SHARP, SHARP_WITHIN))
    session = Session(part_task(task, part))
    for number in range(ROUNDS):
        relaxed, objective, proven = session.minimise(costs[part.columns], seconds, primal=number > 0)
        if relaxed is None or objective is None or not proven:
            break
        duals = part.lift_duals(session.duals_only(), costs)
        found = priced.bound(duals[priced.shared])
        bound = _better(bound, found)
        _tell(task, float(cost.costs[part.columns] @ relaxed) + cost.constant, objective - bound.value, started)
        if objective - bound.value <= ENOUGH * task.gap * abs(objective) or number == ROUNDS - 1:
            break
        part, session, more = _grown(task, part, session, costs, duals, found.plan != 0)
        if not more:
            break
    floor = _floor(task, part, waiting, seconds) if relaxed is not None and float(waiting.costs[part.columns] @ relaxed) > CALLED else 0.0
    return Front(part, part_task(task, part), Relaxed(session, relaxed, bound.value, floor, whole=False))


def first_plan(front: Front, task: Task, costs: Floats, most_openings: int | None, seconds: float) -> tuple[Front, Floats | None]:
    """A plan from rounded openings, with the entries that they call for added, and rounded once more over these."""
    best: Floats | None = None
    for _ in range(2):
        mine, fraction = costs[front.part.columns], front.relaxed.values
        if fraction is None:
            break
        choices = front.task.choices.any()
        found = best_rounding(front.task, front.relaxed.session, fraction, mine, most_openings, seconds) if choices else fraction
        if found is None:
            break
        if best is None or float(mine @ found) < float(mine @ best[front.part.columns]):
            best = front.part.lift(found)
        front, values = widen(front, task, best[front.part.columns], costs, seconds)
        best = front.part.lift(values)
        if not choices:
            break
    return front, None if best is None else best[front.part.columns]


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
    return Front(part, part_task(task, part), replace(front.relaxed, session=session, values=fraction)), values


def _grown(task: Task, part: Part, session: Session, costs: Floats, duals: Floats, also: Flags) -> tuple[Part, Session, int]:
    """The part with the entries that these duals call for and some others, opened where the old one stands; and how many were added."""
    enter = task.program.family("enter").places
    reduced = costs - task.program.matrix.T @ duals
    wanted = np.zeros(task.program.column_count, dtype=bool)
    wanted[part.columns] = True
    more = enter[((reduced[enter] < -CALLED) | also[enter]) & ~wanted[enter]]
    if not len(more):
        return part, session, 0
    wanted[more] = True
    larger = take_part(task.program, wanted)
    again = Session(part_task(task, larger))
    again.start_from(session, np.searchsorted(larger.columns, part.columns))
    return larger, again, len(more)


def _better(one: Bound, other: Bound) -> Bound:
    return other if other.value > one.value else one


def _inner(task: Task, costs: Floats, seconds: float) -> tuple[Floats | None, Floats | None]:
    """Row duals and values of the relaxed program by interior point without crossover: prices need no vertex."""
    highs = highs_arrays.open_relaxed(task)
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    for name, value in (("solver", "ipx"), ("run_crossover", "off"), ("time_limit", seconds), ("ipm_optimality_tolerance", 1e-5)):
        highs.setOptionValue(name, value)
    highs.run()
    solution = highs.getSolution()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal or not solution.dual_valid:
        return None, None
    return np.array(solution.row_dual), np.array(solution.col_value)


def _floor(task: Task, part: Part, waiting: Aim, seconds: float) -> float:
    """How little waiting there could be: the linear program of waiting alone over the part, its prices proven for the whole.

    Entries that these prices call for are added and it is solved again, as long as that can lift the bound.
    """
    priced = Priced(task.program, waiting.costs)
    enter = task.program.family("enter").places
    wanted = np.zeros(task.program.column_count, dtype=bool)
    wanted[part.columns] = True
    best = 0.0
    for _ in range(FLOOR_ROUNDS):
        duals, values = _inner(part_task(task, part), waiting.costs[part.columns], seconds * FLOOR_SHARE)
        if duals is None or values is None:
            break
        full = part.lift_duals(duals, waiting.costs)
        best = max(best, priced.bound(full[priced.shared]).value - 1e-6)
        if float(waiting.costs[part.columns] @ values) - best <= ENOUGH:
            break
        called = enter[(waiting.costs - task.program.matrix.T @ full)[enter] < -CALLED]
        if wanted[called].all():
            break
        wanted[called] = True
        part = take_part(task.program, wanted)
    return best


def _tell(task: Task, value: float, apart: float, started: float) -> None:
    if task.progress is not None:
        task.progress(Progress("cost and waiting", "pounds", None, value - apart * task.scale, time.perf_counter() - started))
