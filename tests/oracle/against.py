"""One small county worked out in several ways that must agree."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

from planner.model.build import build_model
from planner.run import build
from planner.solve import run, through_pulp
from planner.solve.task import Task
from tests.oracle.brute_force import best_by_trying_all, paths
from tests.relations import solved
from tests.strategies import Small

MOST_PROGRAMMES = 48
"""Trying everything is for counties with at most so many programmes."""

WITHIN = 1e-6
IN_ORDER = [{"aim": "waiting", "tolerance": 0.0}, {"aim": "cost", "tolerance": 0.0}]


@dataclass(frozen=True)
class Compared:
    """How far two ways are apart, as a share, and what is wrong with that, if anything."""

    apart: float
    wrong: str = ""


def _compared(ours: float, theirs: float, what: str) -> Compared:
    apart = abs(ours - theirs) / max(abs(ours), abs(theirs), 1.0)
    good = abs(ours - theirs) <= WITHIN * max(abs(ours), abs(theirs)) + 0.01
    return Compared(apart, "" if good else f"{what}: £{theirs:,.4f}, the model £{ours:,.4f}")


def trying_everything(small: Small) -> Compared | None:
    """The least cost against the best of every programme; None where there are too many to try."""
    inputs = build(small.case).inputs
    if math.prod(len(paths(inputs, option)) for option in range(len(inputs.options))) > MOST_PROGRAMMES:
        return None
    return _compared(solved(small).cost, best_by_trying_all(inputs).cost, "trying everything")


def second_solver(small: Small) -> Compared | None:
    """The least cost by HiGHS against CBC; None where CBC is not installed."""
    name = "COIN_CMD"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if through_pulp.missing(name):
            return None
    ours = solved(small)
    program = ours.model.program
    aim = program.aims["cost"]
    task = Task(program, "cost", "pounds", aim.costs, aim.constant, 1000.0, (), 0.0, 60.0, 1, 0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = through_pulp.solve(task, name)
    if found.values is None:
        return Compared(1.0, f"{name} finds no plan")
    return _compared(ours.cost, float(aim.costs @ found.values) + aim.constant, name)


def bounds_in_order(small: Small) -> Compared | None:
    """The route by prices: its bounds are at most the best plan's waiting and cost, and its plan at least those."""
    whole = solved(small.with_keys(objective=IN_ORDER))
    case = small.with_keys(objective=IN_ORDER, solve={"method": "priced", "gap": 0.002}).case
    model = build_model(case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)
    answer = run.solve(model.program, case.loaded.scenario, want_duals=False)
    if answer.values is None:
        return Compared(1.0, "the route by prices finds no plan")
    waits, cost = answer.record.stage("waiting"), answer.record.stage("cost")
    assert waits is not None and cost is not None and waits.value is not None and cost.value is not None
    best, least = whole.aim("waiting"), whole.cost
    room = 2e-5 * max(1.0, best)
    if waits.bound is not None and waits.bound > best + room:
        return Compared(1.0, f"the bound on waiting {waits.bound:.6f} is above the best plan's {best:.6f}")
    if waits.value < best - room:
        return Compared(1.0, f"waiting of {waits.value:.6f} is below the least possible, {best:.6f}")
    pounds = WITHIN * abs(least) + 0.01 + 1.0 * (best > 1e-6)
    if waits.value >= best - 1e-6 and cost.bound is not None and cost.bound > least + pounds:
        return Compared(1.0, f"the bound on cost £{cost.bound:,.2f} is above the best plan's £{least:,.2f}")
    if waits.value > best + 1e-6:
        return Compared(0.0)  # waiting weighs a million pounds there and more here: another plan, and said to be unproven
    if cost.value < least - pounds:
        return Compared(1.0, f"a cost of £{cost.value:,.2f} is below the least possible, £{least:,.2f}")
    return Compared(max(cost.value - least, 0.0) / max(abs(least), 1.0))


__all__ = ["MOST_PROGRAMMES", "Compared", "bounds_in_order", "second_solver", "trying_everything"]
