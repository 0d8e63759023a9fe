"""Prices prove what they say: the bound is never above the best plan, and the priced route ends with the bound and the plan around it."""

from __future__ import annotations

import threading
from dataclasses import replace

import highspy
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planner.model.build import build_model
from planner.model.program import Program
from planner.scenario.schema import Scenario
from planner.solve import highs_arrays, run
from planner.solve.ascent import ascend
from planner.solve.levels import part_task
from planner.solve.outcome import Outcome
from planner.solve.part import in_play, take_part
from planner.solve.paths import OptionPaths
from planner.solve.priced import PATH_ROWS, Priced
from planner.solve.priced_route import open_front
from planner.solve.session import WAITING_GBP, room, weighted_costs
from planner.solve.task import Floats, Task
from tests import five_children as five

SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.explicit, Phase.generate])
COUNTIES = {
    "new": st.tuples(st.floats(0, 8), st.floats(0, 4)),
    "dear": st.sampled_from([0.25, 1.0, 3.0]),
    "rate": st.sampled_from([0.0, 0.035]),
}


def program(new: tuple[float, float] = (4.0, 1.0), dear: float = 1.0, rate: float = 0.035) -> tuple[Program, Scenario]:
    """The five children with every kind of option (one that closes a unit, one that may close again) and limits on money and openings."""
    demand, rates = five.demand(), five.rates(rate)
    demand.new[0, 1:], demand.new[1, 1:] = new
    demand.avoidable[0, 1:] = 0.5 * new[0]
    rates = replace(rates, capital_fixed=rates.capital_fixed * dear, capital_per_block=rates.capital_per_block * dear)
    scenario = five.scenario(solve={"gap": 0.0, "method": "priced", "time_limit_seconds": 60})
    return build_model(scenario, five.county(), demand, five.arcs(), rates, five.programme()).program, scenario


def task_of(whole: Program) -> Task:
    cost = whole.aims["cost"]
    return Task(whole, "cost", "pounds", cost.costs, cost.constant, 1000.0, (), 0.0, 60.0, 1, 0)


def weighted(whole: Program) -> Floats:
    return weighted_costs(task_of(whole), whole.aims["waiting"], whole.aims["cost"])


def truth(whole: Program) -> float:
    """The best value of waiting and cost together, from the whole model with its whole numbers."""
    costs = weighted(whole)
    found = highs_arrays.solve(replace(task_of(whole), costs=costs * 1000.0, constant=0.0))
    assert found.outcome is Outcome.PROVEN and found.values is not None
    return float(costs @ found.values)


def relaxed(whole: Program, costs: Floats) -> tuple[float, Floats, Floats]:
    """Value, duals and values of the linear program."""
    highs = highs_arrays.open_relaxed(task_of(whole))
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    solution = highs.getSolution()
    return float(highs.getInfo().objective_function_value), np.array(solution.row_dual), np.array(solution.col_value)


@SOME
@given(**COUNTIES, seed=st.integers(0, 10_000), size=st.sampled_from([0.0, 1.0, 30.0, 1000.0]))
def test_no_prices_prove_more_than_the_best_plan(new: tuple[float, float], dear: float, rate: float, seed: int, size: float) -> None:
    whole, _ = program(new, dear, rate)
    priced = Priced(whole, weighted(whole))
    prices = np.random.default_rng(seed).normal(0.0, size + 1e-12, len(priced.shared))
    best = truth(whole)
    assert priced.bound(prices).value <= best + 1e-6 * abs(best)


# Where nobody needs a place, duals may stand for less than the most a place is worth, and prove less; so somebody does.
@SOME
@given(**{**COUNTIES, "new": st.tuples(st.floats(0.5, 8), st.floats(0.5, 4))})
def test_duals_of_the_linear_program_prove_at_least_its_value(new: tuple[float, float], dear: float, rate: float) -> None:
    whole, _ = program(new, dear, rate)
    costs = weighted(whole)
    value, duals, _ = relaxed(whole, costs)
    priced = Priced(whole, costs)
    found = priced.bound(duals[priced.shared])
    assert found.value >= value - 1e-6 * (1 + abs(value))
    # The duals cover the two row families that a pass over the years works out by itself.
    assert found.reduced[whole.family("enter").places].min() > -1e-6
    assert found.reduced[whole.family("wait").places].min() > -1e-6


def test_the_plan_at_some_prices_keeps_every_row_that_is_not_priced() -> None:
    whole, _ = program()
    priced = Priced(whole, weighted(whole))
    found = priced.bound(np.full(len(priced.shared), -5.0))
    activity = whole.matrix @ found.plan
    other = np.setdiff1d(np.arange(whole.row_count), priced.shared)
    assert (activity[other] <= whole.row_upper[other] + 1e-9).all()
    assert (activity[other] >= whole.row_lower[other] - 1e-9).all()
    np.testing.assert_allclose(found.excess, priced.limit - activity[priced.shared])
    # With prices of nothing the bound is the cost of that plan itself.
    free = priced.bound(np.zeros(len(priced.shared)))
    assert free.value == pytest.approx(float(weighted(whole) @ free.plan))


@SOME
@given(seed=st.integers(0, 10_000))
def test_option_paths_are_the_best_that_the_rows_allow(seed: int) -> None:
    whole, _ = program()
    paths = OptionPaths(whole)
    mine = np.concatenate([whole.family(name).places for name in OptionPaths.families])
    costs = np.zeros(whole.column_count)
    costs[mine] = np.random.default_rng(seed).normal(0.0, 10.0, len(mine))
    values = np.zeros(whole.column_count)
    value = paths.best(costs, values)
    only = Program(whole.columns, tuple(block for block in whole.rows if block.family in PATH_ROWS), whole.aims)
    task = replace(task_of(only), costs=costs, constant=0.0, scale=1.0)
    found = highs_arrays.solve(task)
    assert found.values is not None
    assert value == pytest.approx(float(costs @ found.values), abs=1e-6)
    assert float(costs @ values) == pytest.approx(value)
    assert (only.matrix @ values <= only.row_upper + 1e-9).all()


def test_the_ascent_never_goes_down_and_comes_near_the_linear_program() -> None:
    whole, _ = program()
    costs = weighted(whole)
    value, _, _ = relaxed(whole, costs)
    priced = Priced(whole, costs)
    told: list[float] = []
    found = ascend(priced, np.zeros(len(priced.shared)), 1000, 1e18, threading.Event(), told.append)
    assert told == sorted(told)
    assert found.best.value >= 0.95 * value
    stopped = threading.Event()
    stopped.set()
    assert ascend(priced, np.zeros(len(priced.shared)), 400, 1e18, stopped).steps == 0


def test_a_part_with_every_column_has_the_same_answer_and_duals() -> None:
    whole, _ = program()
    costs = weighted(whole)
    value, duals, _ = relaxed(whole, costs)
    part = take_part(whole, np.ones(whole.column_count, dtype=bool))
    mine, its_duals, its_values = relaxed(part.program, costs[part.columns])
    assert mine == pytest.approx(value, rel=1e-9)
    full = part.lift(its_values)
    assert float(costs @ full) == pytest.approx(value, rel=1e-9)
    activity = whole.matrix @ full
    assert (activity <= whole.row_upper + 1e-6).all() and (activity >= whole.row_lower - 1e-6).all()
    reduced = costs - whole.matrix.T @ part.lift_duals(its_duals, costs)
    free = ~whole.whole
    assert reduced[free].min() > -1e-6
    assert len(part.lift_duals(its_duals, costs)) == len(duals)


def test_a_part_keeps_the_cheapest_entries_and_what_was_used() -> None:
    whole, _ = program()
    priced = Priced(whole, weighted(whole))
    found = priced.bound(np.zeros(len(priced.shared)))
    enter = whole.family("enter").places
    nothing = np.zeros(whole.column_count, dtype=bool)
    one = in_play(priced, found.reduced, nothing, 1, -1.0)
    assert one.sum() < whole.column_count
    assert one[found.plan != 0].all()
    used = nothing.copy()
    used[enter] = True
    assert in_play(priced, found.reduced, used, 0, -1.0)[enter].all()


@SOME
@given(**COUNTIES)
def test_the_priced_route_ends_around_the_truth(new: tuple[float, float], dear: float, rate: float) -> None:
    whole, scenario = program(new, dear, rate)
    answer = run.solve(whole, scenario)
    assert answer.record.method.startswith("prices first")
    assert answer.values is not None
    costs, best = weighted(whole), truth(whole)
    cost, waiting = answer.record.stage("cost"), answer.record.stage("waiting")
    assert cost is not None and waiting is not None and cost.bound is not None and waiting.value is not None and waiting.bound is not None
    activity = whole.matrix @ answer.values
    assert (activity <= whole.row_upper + 1e-5).all() and (activity >= whole.row_lower - 1e-5).all()
    mine = float(costs @ answer.values)
    bound = (cost.bound - whole.aims["cost"].constant) / 1000.0 + 1000.0 * waiting.value
    slack = 1e-6 * (1 + abs(best))
    # Travel may give a little of cost and waiting away, each within its tolerance; nothing may be better than the best.
    assert bound - slack <= best <= mine + slack
    assert waiting.bound <= waiting.value + 1e-9


def test_the_bound_over_a_part_holds_for_the_whole() -> None:
    whole, _ = program((8.0, 4.0))
    front = open_front(task_of(whole), whole.aims["waiting"], whole.aims["cost"], 60.0)
    assert front.relaxed.bound is not None and front.relaxed.bound <= truth(whole) + 1e-6
    assert part_task(task_of(whole), front.part).program is front.part.program


@pytest.mark.parametrize(
    ("method", "columns", "said"), [("whole", 0, "whole model as arrays"), ("auto", 0, "prices"), ("auto", 10**9, "PuLP")]
)
def test_the_route_is_the_one_asked_for_or_goes_by_size(method: str, columns: int, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PULP_COLUMNS", columns)
    whole, scenario = program()
    scenario = scenario.model_copy(update={"solve": scenario.solve.model_copy(update={"method": method})})
    assert said in run.solve(whole, scenario).record.method


def test_waiting_does_not_widen_the_gap_in_pounds() -> None:
    whole, scenario = program((60.0, 30.0))
    task = replace(task_of(whole), gap=0.01)
    answer = run.solve(whole, scenario)
    assert answer.values is not None
    waits = float(whole.aims["waiting"].costs @ answer.values)
    cost = float(whole.aims["cost"].costs @ answer.values) + whole.aims["cost"].constant
    assert waits * WAITING_GBP > 10.0 * cost, "the weight of waiting should dwarf the cost here"
    assert room(task, answer.values) * task.scale == pytest.approx(0.01 * cost)
