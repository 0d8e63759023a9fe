"""The search: each aim in its turn, kept within its tolerance while the next is improved."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from planner.model.program import Aim, Program
from planner.scenario.schema import Aim as AimChoice
from planner.scenario.schema import Scenario
from planner.solve import highs_arrays, through_pulp, tight
from planner.solve.fine_route import FINE_COLUMNS, plan_fine
from planner.solve.outcome import Answer, Outcome, SolveRecord, StageRecord
from planner.solve.part import Part, no_shorter
from planner.solve.priced_route import first_plan, open_front, widen
from planner.solve.session import Both, Session, allocated, both_of, cheaper, relax, search_both, stage, weighted_costs
from planner.solve.task import Floats, Found, Kept, Progress, Task, judge, relative_gap

PULP_COLUMNS = 20_000
"""Up to this many columns a program goes to HiGHS through PuLP; a larger one goes as arrays, which is quicker."""

_SCALE = {"waiting": 1.0, "cost": 1000.0, "travel": 1000.0}
"""What each aim is divided by on its way to the solver: pounds in thousands, minutes in thousands."""

TINY = 1e-9
"""Values below this are the solver's rounding."""

ROOM = 1e-5
"""The least room left to an aim that is kept, in the solver's scale: ten times its tolerance for whole numbers. HiGHS 1.16 returns a plan as the best
that is not where a row of a search with whole numbers leaves exactly that tolerance."""

EXACT_LEAST_SECONDS, EXACT_TIMES = 120.0, 10.0
"""The exact allocation for openings that are found may take so long, or so many times the time limit of the search."""

TRAVEL_SHARE = 0.1
"""Share of the time limit that improving travel may take on a large program."""

TIGHT_SHARE = 0.8
"""Share of the time limit that pair rows and the search of openings may take on a whole program."""

_FIRST_SHARE = 0.35
"""Share of the time limit that one aim may take while another with choices is still to come."""


@dataclass(frozen=True)
class _Search:
    program: Program
    scenario: Scenario
    progress: Callable[[Progress], None] | None
    stop: threading.Event
    openings: Floats | None = None
    presolve: bool = True

    def task(self, aim: Aim, kept: tuple[Kept, ...], seconds: float) -> Task:
        settings = self.scenario.solve
        return Task(
            self.program, aim.name, aim.unit, aim.costs, aim.constant, _SCALE[aim.name], kept, settings.gap, seconds,
            settings.threads, settings.random_seed, progress=self.progress, stop=self.stop,
            presolve=self.presolve,
        )  # fmt: skip

    def ask(self, task: Task) -> Found:
        if self.through_pulp:
            return through_pulp.solve(task, self.scenario.solve.solver)
        return highs_arrays.solve(task)

    @property
    def through_pulp(self) -> bool:
        return self.scenario.solve.solver != "HiGHS" or self.program.column_count <= PULP_COLUMNS

    @property
    def method(self) -> str:
        if self.fine:
            return "openings for larger areas first, then the allocation for the small ones, within prices proven for the whole"
        if self.priced:
            return "prices first, then the part of the model that they leave in play"
        return "whole model through PuLP" if self.through_pulp else "whole model as arrays"

    @property
    def priced(self) -> bool:
        """Whether prices come first: where the scenario says so, or by itself where the program is large and has years to look back over.

        Needs HiGHS, and waiting and cost first.
        """
        settings = self.scenario.solve
        able = settings.solver == "HiGHS" and self.waiting_then_cost
        many = self.program.column_count > PULP_COLUMNS and self.program.family("wait").keys["year"].nunique() > 1
        return able and (settings.method == "priced" or (settings.method == "auto" and many))

    @property
    def fine(self) -> bool:
        """Whether openings are found for larger areas first."""
        return self.priced and bool(self.program.folds) and self.program.column_count > FINE_COLUMNS

    @property
    def waiting_then_cost(self) -> bool:
        return [choice.aim for choice in self.scenario.objective[:2]] == ["waiting", "cost"]


def _kept(aim: Aim, choice: AimChoice, value: float) -> Kept:
    scale = _SCALE[aim.name]
    allowed = value + choice.tolerance * abs(value) + max(ROOM, 1e-6 * abs(value) / scale) * scale
    return Kept(aim.name, aim.costs / scale, (allowed - aim.constant) / scale)


def _shut(program: Program) -> Floats:
    """Whole-number columns at their lowest: nothing opens that is not decided."""
    held = np.zeros(program.column_count)
    held[program.whole] = program.lower[program.whole]
    return held


def _search_stage(search: _Search, task: Task, held: Floats | None) -> tuple[Found, bool]:
    """Ask for one aim; where a search with choices ends without a plan, fall back to the openings already in hand."""
    if not task.choices.any():
        return search.ask(task), False
    if task.aim == "travel":
        return search.ask(replace(task, held=held if held is not None else _shut(search.program))), True
    found = search.ask(task)
    if found.values is None and found.outcome is not Outcome.INFEASIBLE:
        second = search.ask(replace(task, held=held if held is not None else _shut(search.program), stop=threading.Event()))
        if second.values is not None:
            outcome = Outcome.STOPPED_WITH_PLAN
            limit = found.limit or found.message
            return replace(second, outcome=outcome, bound=found.bound, limit=limit, seconds=found.seconds + second.seconds), True
    return found, False


def solve(
    program: Program,
    scenario: Scenario,
    progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    *,
    want_duals: bool = True,
    openings: Floats | None = None,
    presolve: bool = True,
) -> Answer:
    """Search for the best plan by the scenario's aims in their order.

    A later aim never worsens an earlier one beyond its tolerance. Travel is improved with openings held. After the cost aim
    the whole numbers are fixed and the linear program is solved again, exactly, for the allocation and the duals.
    ``stop`` may be set from another thread or a signal handler: the best plan so far is kept. ``openings`` (columns,) are those of
    another plan to begin from; the route for very many small areas does without. ``presolve`` False is another way to the same answer.
    """
    search = _Search(program, scenario, progress, stop or threading.Event(), openings, presolve)
    highs_arrays.version()
    if search.priced or (search.waiting_then_cost and not search.through_pulp):
        return _solve_large(search, want_duals)
    started = time.perf_counter()
    best: Floats | None = None
    kept: list[Kept] = []
    stages: list[StageRecord] = []
    duals = row_range = None
    for place, choice in enumerate(scenario.objective):
        aim = program.aims[choice.aim]
        left = scenario.solve.time_limit_seconds - (time.perf_counter() - started)
        more = any(later.aim != "travel" for later in scenario.objective[place + 1 :])
        task = search.task(aim, tuple(kept), max(left * (_FIRST_SHARE if more else 1.0), 1.0))
        if not task.choices.any():
            task = replace(task, time_limit_seconds=scenario.solve.time_limit_seconds)
        if best is None and openings is not None and task.choices.any():
            best = search.ask(replace(task, held=openings)).values
        task = replace(task, start=best, want_duals=want_duals)
        found, held = _search_stage(search, task, best)
        if (found.values is not None and task.choices.any() and not held) or (
            found.values is not None and choice.aim == "cost" and want_duals and found.duals is None
        ):
            found = _exact(task, found)
        value = None if found.values is None else float(aim.costs @ found.values) + aim.constant
        stages.append(
            StageRecord(
                aim.name,
                found.outcome,
                value,
                found.bound,
                relative_gap(value, found.bound),
                found.seconds,
                found.limit or found.message,
                held,
            )
        )
        if found.values is None:
            break
        best = found.values
        if choice.aim == "cost":
            duals, row_range = found.duals, found.row_range
        kept.append(_kept(aim, choice, value if value is not None else 0.0))
        if search.stop.is_set():
            break
    record = _record(search, stages, time.perf_counter() - started)
    return Answer(tidy(program, best), record, duals, row_range)


def weighted_task(program: Program, scenario: Scenario) -> Task:
    """The question in one aim, as it is searched on a large model: waiting weighs ``WAITING_GBP`` a child-year beside the cost."""
    search = _Search(program, scenario, None, threading.Event())
    waiting, cost = program.aims["waiting"], program.aims["cost"]
    task = search.task(cost, (), scenario.solve.time_limit_seconds)
    return replace(task, costs=weighted_costs(task, waiting, cost) * task.scale, aim="waiting_and_cost")


def _solve_large(search: _Search, want_duals: bool) -> Answer:
    """The same aims on a program held open in HiGHS: waiting and cost in one weighted search, then travel from its answer.

    On the priced route the program that is held open is the part that prices leave in play; what is reported is of the whole.
    """
    settings, objective = search.scenario.solve, search.scenario.objective
    whole = search.program
    started = time.perf_counter()
    if search.fine:
        return _solve_fine(search, started)
    both, session, part = _weighted(search, settings.time_limit_seconds * 0.9)
    program = whole if part is None else part.program
    waiting, cost = program.aims["waiting"], program.aims["cost"]
    stages = _two_stages(search, both, waiting, cost)
    duals = row_range = None
    best = both.values
    if best is not None:
        session.hold(best)
        weighted = weighted_costs(session.task, waiting, cost)
        values, _, exact = session.minimise(weighted, settings.time_limit_seconds)
        if exact and want_duals:
            duals, row_range = session.duals()
            if part is not None:
                duals = part.lift_duals(duals, weighted_costs(session.task, whole.aims["waiting"], whole.aims["cost"]))
                row_range = None if row_range is None else part.lift_range(row_range)
            duals = duals * session.task.scale
        if values is not None and len(objective) > 2 and not search.stop.is_set():
            best = _travel(search, session, stages, best, part is None)
        best = best if part is None else part.lift(best)
    return Answer(tidy(whole, best), _record(search, stages, time.perf_counter() - started), duals, row_range)


def _two_stages(search: _Search, both: Both, waiting: Aim, cost: Aim) -> list[StageRecord]:
    allowed = None if both.values is None else float(waiting.costs @ both.values)
    tolerance = search.scenario.objective[0].tolerance
    proven = allowed is not None and allowed - both.waiting_bound <= max(1e-6, tolerance * both.waiting_bound)
    return [
        stage(waiting, _waiting_outcome(both, proven), both.values, both.waiting_bound, 0.0, "" if proven else both.limit),
        stage(cost, both.outcome, both.values, both.cost_bound, both.seconds, both.limit),
    ]


def _solve_fine(search: _Search, started: float) -> Answer:
    """Openings from larger areas first, then the allocation for the small ones; journeys are made short where cost leaves the choice."""
    program, settings = search.program, search.scenario.solve
    waiting, cost, travel = program.aims["waiting"], program.aims["cost"], program.aims["travel"]
    task = search.task(cost, (), settings.time_limit_seconds)
    found = plan_fine(task, settings.time_limit_seconds * 0.9, search.scenario.options.most_openings_per_year)
    stages = _two_stages(search, found.both, waiting, cost)
    best = found.both.values
    if best is not None and len(search.scenario.objective) > 2:
        stages.append(stage(travel, Outcome.STOPPED_WITH_PLAN, best, None, 0.0, "arcs in play", True))
    duals = None if found.duals is None else found.duals * task.scale
    return Answer(tidy(program, best), _record(search, stages, time.perf_counter() - started), duals, None)


def _weighted(search: _Search, seconds: float) -> tuple[Both, Session, Part | None]:
    """The plan for waiting and cost together, by the route that the scenario or the size calls for."""
    program, most = search.program, search.scenario.options.most_openings_per_year
    waiting, cost = program.aims["waiting"], program.aims["cost"]
    started = time.perf_counter()
    task = search.task(cost, (), search.scenario.solve.time_limit_seconds)
    if not search.priced:
        start, best = tight.search(task, relax(task, waiting, cost, seconds), waiting, cost, most, seconds * TIGHT_SHARE)
        given = None if search.openings is None else allocated(start.session, search.openings, weighted_costs(task, waiting, cost), seconds)
        best = cheaper(weighted_costs(task, waiting, cost), best, given)
        return search_both(task, start, waiting, cost, started, seconds, most, best), start.session, None
    costs = weighted_costs(task, waiting, cost)
    front = open_front(task, waiting, cost, seconds)
    front, first = first_plan(front, task, costs, most, seconds, search.openings)
    aims = front.part.program.aims
    both = search_both(front.task, front.relaxed, aims["waiting"], aims["cost"], started, seconds, most, first)
    if both.values is not None:
        front, values = widen(front, task, both.values, costs, seconds)
        aims = front.part.program.aims
        both = both_of(front.task, front.relaxed, values, both.bound, aims["waiting"], aims["cost"], started, both.limit)
    return both, front.relaxed.session, front.part


def _waiting_outcome(both: Both, proven: bool) -> Outcome:
    """Say of waiting what its own bound bears out, whatever is proven of the cost."""
    if both.values is None:
        return both.outcome
    if both.waits - both.waiting_bound <= 1e-6 * max(1.0, both.waits):
        return Outcome.PROVEN
    return Outcome.WITHIN_GAP if proven else Outcome.STOPPED_WITH_PLAN


def _travel(search: _Search, session: Session, stages: list[StageRecord], best: Floats, whole: bool) -> Floats:
    """Shorten journeys with openings held, waiting and cost kept; stopped at a share of the time limit with what it has.

    Over a part of the program the shortest is proven for that part only, so nothing is claimed for the whole; entries that promise
    nothing are left out of it.
    """
    started = time.perf_counter()
    program, settings = session.task.program, search.scenario.solve
    for choice in search.scenario.objective[:2]:
        aim = program.aims[choice.aim]
        session.keep(_kept(aim, choice, float(aim.costs @ best) + aim.constant))
    aim = program.aims["travel"]
    if not whole:
        session.shut(no_shorter(program, aim.costs, best))
    values, _, proven = session.minimise(aim.costs / _SCALE["travel"], settings.time_limit_seconds * TRAVEL_SHARE, anew=True)
    better = values is not None and float(aim.costs @ values) < float(aim.costs @ best)
    chosen = values if better and values is not None else best
    chosen[program.whole] = np.round(chosen[program.whole])
    bound = float(aim.costs @ chosen) + aim.constant if proven and whole else None
    stages.append(
        stage(
            aim,
            Outcome.PROVEN if proven and whole else Outcome.STOPPED_WITH_PLAN,
            chosen,
            bound,
            time.perf_counter() - started,
            ("" if whole else "arcs in play") if proven else "time limit",
            True,
        )
    )
    return chosen


def tidy(program: Program, values: Floats | None) -> Floats | None:
    """The answer without the solver's rounding: within its bounds, and exactly none where it is less than a thousand-millionth."""
    if values is None:
        return None
    values = np.clip(values, program.lower, program.upper)
    values[np.abs(values) < TINY] = 0.0
    values[program.whole] = np.round(values[program.whole])
    return values + 0.0


def _exact(task: Task, found: Found) -> Found:
    """Fix the whole numbers and solve the linear program again: the exact allocation for those openings, and its duals."""
    seconds = max(EXACT_LEAST_SECONDS, EXACT_TIMES * task.time_limit_seconds)
    again = highs_arrays.solve(
        replace(task, held=found.values, start=None, stop=threading.Event(), progress=None, time_limit_seconds=seconds)
    )
    if again.values is None:
        return found
    value = float(task.costs @ again.values) + task.constant
    outcome = found.outcome if found.bound is None else judge(value, found.bound, task.gap, task.scale, found.limit)
    return replace(
        found, values=again.values, outcome=outcome, duals=again.duals, row_range=again.row_range, seconds=found.seconds + again.seconds
    )


def _record(search: _Search, stages: list[StageRecord], seconds: float) -> SolveRecord:
    program, settings = search.program, search.scenario.solve
    return SolveRecord(
        solver=settings.solver,
        solver_version=highs_arrays.version() if settings.solver == "HiGHS" else "",
        method=search.method,
        threads=settings.threads,
        random_seed=settings.random_seed,
        columns=program.column_count,
        rows=program.row_count,
        nonzeros=int(program.matrix.nnz),
        whole_columns=int(program.whole.sum()),
        build_seconds=0.0,
        solve_seconds=seconds,
        stages=tuple(stages),
    )
