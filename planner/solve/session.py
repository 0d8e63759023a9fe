"""A large program held open in HiGHS, so that one aim after another starts from the last answer."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from planner.model.program import Aim
from planner.solve import guard, highs_arrays
from planner.solve.moves import improve
from planner.solve.outcome import Outcome, StageRecord
from planner.solve.task import Floats, Kept, Progress, Task, judge, relative_gap

WAITING_GBP = 10_000_000.0
"""Weight of a child-year of waiting, pounds, in the search that looks at waiting and cost at once. It only steers the search: what is
reported of each aim is worked out and bounded apart."""

NOTHING_OPENS = 2.0
"""A share that nothing reaches: the plan in which only what is decided opens, tried if no other is possible."""

MOVES_SHARE = 0.75
"""Share of the time limit by which small moves of openings have ended."""

LEAST_LEFT = 0.1
"""HiGHS searches on only if at least this share of the time limit is left: it starts by solving the linear program again."""

PATIENCE = 6.0
"""The first linear program may take so many times the time limit: without it there is no plan at all."""

FLOOR_SHARE = 0.25
"""Share of the time limit that proving how little waiting there could be may take."""

ROUNDING = (0.5, 0.35, 0.2, 0.1)
"""An option is tried as open from the year in which the linear program has it open at least so far."""


INSIDE = 0.98
"""Moves go on until the plan is so far inside the gap asked for, since what it costs may still fall."""


@dataclass(frozen=True)
class Both:
    """A plan for waiting and cost together, with a proven bound for each; ``bound`` is that of the weighted aim, in the solver's scale."""

    values: Floats | None
    waits: float
    waiting_bound: float
    cost_bound: float | None
    seconds: float
    limit: str
    outcome: Outcome
    bound: float | None = None


class Session:
    """One HiGHS object over a program without its whole numbers, kept between questions."""

    def __init__(self, task: Task) -> None:
        self.task = replace(task, held=None, start=None)
        self.highs: Any = highs_arrays.open_relaxed(self.task)
        self.count = task.program.column_count
        self.lost = False

    def minimise(
        self, costs: Floats, seconds: float, *, primal: bool = False, anew: bool = False
    ) -> tuple[Floats | None, float | None, bool]:
        """Values, objective and whether it is proven, for costs already scaled.

        ``primal`` starts from the last answer, which stays possible when only the costs change; it can be stopped with what it has.
        ``anew`` forgets the last answer: an interior point that ends at a vertex, which is quicker where much is to change. Should it stop short
        of its tolerance with time left, the simplex method answers.
        """
        if self.lost:
            return None, None, False
        highs = self.highs
        highs.changeColsCost(self.count, np.arange(self.count, dtype=np.int32), costs)
        until = highs.getRunTime() + max(seconds, 1.0)
        highs.setOptionValue("time_limit", until)
        if anew:
            highs.clearSolver()
            highs.setOptionValue("solver", "ipx")
            if not self._run(until):
                return None, None, False
            highs.setOptionValue("solver", "choose")
        highs.setOptionValue("simplex_strategy", 4 if primal else 1)
        again = not anew or (self._unfinished() and highs.getRunTime() < until and not self.task.stop.is_set())
        if again and not self._run(until):
            return None, None, False
        optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
        info = highs.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None, None, False
        return np.array(highs.getSolution().col_value), float(info.objective_function_value), optimal

    def _run(self, until: float) -> bool:
        """Let HiGHS solve, watched; False where it could not be stopped: it is left at work, and a new one takes its place."""
        if guard.run_highs(self.highs, max(until - self.highs.getRunTime(), 1.0)).ended:
            return True
        self.lost, self.highs = True, highs_arrays.open_relaxed(self.task)
        return False

    def _unfinished(self) -> bool:
        """Whether the last run ended with neither an answer nor a reason that stands."""
        over = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kTimeLimit)
        return self.highs.getModelStatus() not in over

    def keep(self, kept: Kept) -> None:
        """Add a row that keeps an aim within its tolerance."""
        used = np.nonzero(kept.costs)[0].astype(np.int32)
        self.highs.addRow(-highspy.kHighsInf, kept.limit, len(used), used, kept.costs[used])

    def hold(self, values: Floats) -> None:
        """Fix the whole-number columns to a plan's."""
        whole = np.nonzero(self.task.program.whole)[0].astype(np.int32)
        fixed = np.round(values[whole])
        self.highs.changeColsBounds(len(whole), whole, fixed, fixed)

    def shut(self, flags: npt.NDArray[np.bool_]) -> None:
        """Hold columns at nothing."""
        columns = np.nonzero(flags)[0].astype(np.int32)
        nothing = np.zeros(len(columns))
        self.highs.changeColsBounds(len(columns), columns, nothing, nothing)

    def start_from(self, other: Session, kept: npt.NDArray[np.int64]) -> None:
        """Start where another session stands, one over the same rows and some of these columns: ``kept`` says where they are now."""
        basis, before = highspy.HighsBasis(), other.highs.getBasis()
        status = np.full(self.count, highspy.HighsBasisStatus.kLower, dtype=object)
        status[kept] = before.col_status
        basis.col_status, basis.row_status, basis.valid = list(status), before.row_status, True
        self.highs.setBasis(basis)

    def duals_only(self) -> Floats:
        """Row duals of the last answer in the costs' scale."""
        return np.array(self.highs.getSolution().row_dual)[: self.task.program.row_count]

    def reduced_costs(self) -> Floats:
        """Reduced costs (columns,) of the last answer."""
        return np.array(self.highs.getSolution().col_dual)

    def duals(self) -> tuple[Floats, Floats | None]:
        """Row duals of the last answer in the costs' scale, and how far each limit may move."""
        return self.duals_only(), highs_arrays.ranging(self.highs, self.task.program.row_count)


def rounded_openings(task: Task, values: Floats, threshold: float) -> Floats:
    """Whole numbers near a fractional answer: open from the year it is at least so open, at the size it comes to, never shrinking."""
    program = task.program
    held = np.zeros(len(values))
    opens, blocks = program.family("open"), program.family("blocks")
    option, year = opens.keys["option"].to_numpy(), opens.keys["year"].to_numpy()
    share = values[opens.places]
    for number in np.unique(option):
        mine = np.nonzero(option == number)[0][np.argsort(year[option == number])]
        on = np.maximum.accumulate(share[mine] >= threshold - 1e-9)
        size = np.maximum.accumulate(np.where(on, np.maximum(np.round(values[blocks.places[mine]]), 1.0), 0.0))
        at_open, at_blocks = opens.places[mine], blocks.places[mine]
        held[at_open] = np.clip(on.astype(float), program.lower[at_open], program.upper[at_open])
        held[at_blocks] = np.clip(size * held[at_open], program.lower[at_blocks], program.upper[at_blocks])
    return held


def spread_openings(task: Task, held: Floats, shares: Floats, most: int | None) -> Floats:
    """The same openings put off where more than ``most`` would open in a year, those the linear program wants least first."""
    if most is None:
        return held
    program = task.program
    opens, blocks = program.family("open"), program.family("blocks")
    option, year = opens.keys["option"].to_numpy(), opens.keys["year"].to_numpy()
    horizon = int(year.max(initial=0))
    first = {}
    for number in np.unique(option):
        mine = opens.places[option == number]
        on = held[mine] > 0.5
        free = program.upper[mine] > program.lower[mine]
        if on.any() and free.any():
            first[int(number)] = int(year[option == number][on].min())
    held = held.copy()
    for t in range(1, horizon + 1):
        now = sorted(
            (number for number, at in first.items() if at == t),
            key=lambda number: (-float(shares[opens.places[option == number]].sum()), number),
        )
        for number in now[most:]:
            mine, its = opens.places[option == number], blocks.places[option == number]
            late = year[option == number] <= t
            held[mine[late]] = held[its[late]] = 0.0
            first[number] = t + 1
    return held


@dataclass(frozen=True)
class Relaxed:
    """A program opened without its whole numbers: the session, its answer, and what is proven of the weighted aim and of waiting.

    ``values`` is None if there was no time for an answer. ``bound`` is in the session's costs, ``floor`` in child-years;
    ``whole`` says whether the session holds the whole program, so that what HiGHS proves of it is proven of the whole.
    """

    session: Session
    values: Floats | None
    bound: float | None
    floor: float
    whole: bool = True


def relax(task: Task, waiting: Aim, cost: Aim, seconds: float) -> Relaxed:
    """Solve the linear program of the weighted aim, whole, and bound waiting from below by a linear program of its own."""
    session = Session(task)
    relaxed, objective, proven = session.minimise(weighted_costs(task, waiting, cost), seconds * PATIENCE)
    floor = 0.0
    if relaxed is not None and float(waiting.costs @ relaxed) > 1e-6:
        floor = highs_arrays.least_of(task, waiting.costs, seconds * FLOOR_SHARE)
    return Relaxed(session, relaxed, objective if proven else None, floor)


def weighted_costs(task: Task, waiting: Aim, cost: Aim) -> Floats:
    """Cost and waiting in one, in the solver's scale."""
    weighted: Floats = (cost.costs + WAITING_GBP * waiting.costs) / task.scale
    return weighted


def search_both(
    task: Task,
    start: Relaxed,
    waiting: Aim,
    cost: Aim,
    started: float,
    seconds: float,
    most_openings: int | None,
    best: Floats | None = None,
    *,
    moves_only: bool = False,
) -> Both:
    """Search for the plan that waits least and then costs least, by one weighted aim, with honest bounds for both.

    From the linear program without whole numbers come openings to try; then small moves of them, and HiGHS with the best of these as a
    start, if there are choices and time. ``started`` is when the search began, on the clock of ``time.perf_counter``; ``best`` a plan to
    improve in place of rounded openings. ``moves_only`` leaves HiGHS' own search out.
    """
    weighted = weighted_costs(task, waiting, cost)
    session, relaxed, bound, stop = start.session, start.values, start.bound, task.stop
    if relaxed is None:
        return Both(None, 0.0, 0.0, None, time.perf_counter() - started, "time limit", Outcome.STOPPED_WITHOUT_PLAN)
    limit = ""
    if not task.choices.any():
        best = best if best is not None else relaxed
    else:
        best = best if best is not None else best_rounding(task, session, relaxed, weighted, most_openings, seconds, bound)
        if best is not None and bound is not None:
            best = _moved(task, session, best, weighted, bound, cost, started, seconds, stop)
        left = seconds - (time.perf_counter() - started)
        enough = best is not None and bound is not None and float(weighted @ best) - bound <= room(task, best)
        if not enough and left > seconds * LEAST_LEFT and not stop.is_set() and not moves_only:
            known = relaxed if best is None else best
            gap = room(task, known) / max(abs(float(weighted @ known)), 1e-9)
            found = highs_arrays.solve(
                replace(task, aim="cost", costs=weighted * task.scale, constant=0.0, start=best, time_limit_seconds=left, gap=gap)
            )
            limit = found.limit
            if start.whole and bound is not None and found.bound is not None:
                bound = max(bound, found.bound / task.scale)
            if found.values is not None and (best is None or float(weighted @ found.values) < float(weighted @ best)):
                best = allocated(session, found.values, weighted, seconds)
    if best is None:
        return Both(None, 0.0, start.floor, None, time.perf_counter() - started, limit or "time limit", Outcome.STOPPED_WITHOUT_PLAN)
    return both_of(task, start, best, bound, waiting, cost, started, limit)


def cheaper(weighted: Floats, one: Floats | None, other: Floats | None) -> Floats | None:
    """The plan that costs less, of those there are."""
    if one is None or other is None:
        return other if one is None else one
    return other if float(weighted @ other) < float(weighted @ one) else one


def room(task: Task, values: Floats) -> float:
    """How far a plan may be from its bound, in the weighted costs' scale: the gap asked for, as a share of the cost alone.

    The weight of waiting has no part in it, or a plan that leaves many waiting would be let off with a wider gap in pounds.
    """
    cost = task.program.aims["cost"]
    return task.gap * max(abs(float(cost.costs @ values) + cost.constant), task.scale) / task.scale


def both_of(task: Task, start: Relaxed, values: Floats, bound: float | None, waiting: Aim, cost: Aim, started: float, limit: str) -> Both:
    """What a plan is worth beside what is proven of waiting and of cost."""
    waits = float(waiting.costs @ values)
    cost_bound = None if bound is None else bound * task.scale - WAITING_GBP * waits + cost.constant
    value = float(cost.costs @ values) + cost.constant
    outcome = judge(value, cost_bound, task.gap, task.scale, limit)
    return Both(values, waits, min(start.floor, waits), cost_bound, time.perf_counter() - started, limit, outcome, bound)


def _moved(
    task: Task,
    session: Session,
    best: Floats,
    weighted: Floats,
    bound: float,
    cost: Aim,
    started: float,
    seconds: float,
    stop: threading.Event,
) -> Floats:
    """Improve a plan by small moves of openings until the gap, the time or a move that helps runs out, telling how it stands."""
    least = float(weighted @ best)

    def judged(held: Floats) -> tuple[Floats, Floats] | None:
        nonlocal least, best
        values = allocated(session, held, weighted, seconds * 0.1)
        if values is not None and float(weighted @ values) < least:
            least, best = float(weighted @ values), values
        if task.progress is not None:
            value = float(cost.costs @ best) + cost.constant
            above = (least - bound) * task.scale
            task.progress(Progress("cost and waiting", "pounds", value, value - above, time.perf_counter() - started))
        return None if values is None else (values, session.reduced_costs())

    return improve(task.program, best, weighted, judged, started + seconds * MOVES_SHARE, bound + INSIDE * room(task, best), stop)


def allocated(session: Session, held: Floats, weighted: Floats, seconds: float) -> Floats | None:
    """The exact allocation for openings that are held; None where they are not possible or time runs out."""
    session.hold(held)
    values, _, proven = session.minimise(weighted, seconds)
    if values is None or not proven:
        return None
    whole = session.task.program.whole
    values[whole] = np.round(values[whole])
    return values


def best_rounding(
    task: Task, session: Session, relaxed: Floats, weighted: Floats, most: int | None, seconds: float, bound: float | None = None
) -> Floats | None:
    """The best plan from a few ways of rounding the linear program's openings, each with its exact allocation.

    One that is within the gap asked for of the ``bound`` is enough.
    """
    best: Floats | None = None
    tried: list[bytes] = []
    for threshold in (*ROUNDING, NOTHING_OPENS):
        if threshold == NOTHING_OPENS and best is not None:
            break
        held = spread_openings(task, rounded_openings(task, relaxed, threshold), relaxed, most)
        key = held[task.program.whole].tobytes()
        if key in tried:
            continue
        tried.append(key)
        values = allocated(session, held, weighted, seconds)
        if values is not None and (best is None or float(weighted @ values) < float(weighted @ best)):
            best = values
        if best is not None and bound is not None and float(weighted @ best) - bound <= INSIDE * room(task, best):
            break
    return best


def stage(
    aim: Aim, outcome: Outcome, values: Floats | None, bound: float | None, seconds: float, limit: str, held: bool = False
) -> StageRecord:
    """The record of one aim for a plan."""
    value = None if values is None else float(aim.costs @ values) + aim.constant
    return StageRecord(aim.name, outcome, value, bound, relative_gap(value, bound), seconds, limit, held)
