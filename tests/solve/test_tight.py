"""Pair rows cut off no plan, lift the bound, and the search of openings ends at the truth."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import common, orlib
from planner.model.program import Program
from planner.run import build
from planner.scenario.schema import Scenario
from planner.solve import highs_arrays, run, tight
from planner.solve.outcome import Outcome
from planner.solve.session import relax, weighted_costs
from planner.solve.task import Task


def location(folder: Path, facilities: int, customers: int, seed: int) -> tuple[Program, Scenario]:
    """A county of one year in which units wait for their options to open."""
    scenario, data = orlib.write_county(orlib.generate(facilities, customers, seed), folder, 1e-4, 60.0)
    case = common.prepared(scenario, data)
    return build(case).program, case.loaded.scenario


def task_of(whole: Program) -> Task:
    cost = whole.aims["cost"]
    return Task(whole, "cost", "pounds", cost.costs, cost.constant, 1000.0, (), 1e-6, 60.0, 1, 0)


def truth(whole: Program) -> tuple[float, np.ndarray]:
    costs = weighted_costs(task_of(whole), whole.aims["waiting"], whole.aims["cost"])
    found = highs_arrays.solve(replace(task_of(whole), costs=costs * 1000.0, constant=0.0))
    assert found.outcome in (Outcome.PROVEN, Outcome.WITHIN_GAP) and found.values is not None
    return float(costs @ found.values), found.values


@settings(max_examples=8, deadline=None)
@given(facilities=st.integers(2, 6), customers=st.integers(3, 12), seed=st.integers(0, 1000))
def test_pair_rows_hold_in_the_best_plan_and_the_search_ends_there(
    facilities: int, customers: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole, _ = location(tmp_path_factory.mktemp("county"), facilities, customers, seed)
    best, values = truth(whole)
    pairs = tight.pairs_of(whole)
    assert len(pairs.enters) == facilities * customers
    assert (pairs.rows(np.arange(len(pairs.enters)), whole.column_count) @ values <= 1e-6).all()
    waiting, cost = whole.aims["waiting"], whole.aims["cost"]
    start = relax(task_of(whole), waiting, cost, 60.0)
    assert start.bound is not None
    rows = start.session.highs.getNumRow()
    found, plan = tight.search(task_of(whole), start, waiting, cost, None, 60.0)
    assert plan is not None and found.bound is not None
    costs = weighted_costs(task_of(whole), waiting, cost)
    assert start.bound - 1e-6 <= found.bound <= best * (1 + 1e-9) + 1e-9
    assert float(costs @ plan) == pytest.approx(best, rel=3e-6)
    assert found.bound == pytest.approx(best, rel=3e-6)
    assert start.session.highs.getNumRow() == rows, "the session is left as it was"


def test_the_bound_rises_and_no_time_proves_no_more_than_the_linear_program(tmp_path: Path) -> None:
    whole, _ = location(tmp_path, 8, 30, 3)
    waiting, cost = whole.aims["waiting"], whole.aims["cost"]
    start = relax(task_of(whole), waiting, cost, 60.0)
    best, _ = truth(whole)
    lifted, _ = tight.search(task_of(whole), start, waiting, cost, None, 60.0)
    assert start.bound is not None and lifted.bound is not None and lifted.bound > start.bound * 1.05
    again = relax(task_of(whole), waiting, cost, 60.0)
    stopped = threading.Event()
    stopped.set()
    none, _ = tight.search(replace(task_of(whole), stop=stopped), again, waiting, cost, None, 60.0)
    assert none.bound is not None and none.bound <= best


def test_the_route_for_one_year_proves_its_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PULP_COLUMNS", 0)
    whole, scenario = location(tmp_path, 6, 20, 5)
    answer = run.solve(whole, scenario)
    assert answer.record.method == "whole model as arrays"
    cost = answer.record.stage("cost")
    assert cost is not None and cost.value is not None and cost.gap is not None and cost.gap <= 1e-4
    best, _ = truth(whole)
    assert cost.value / 1000.0 == pytest.approx(best, rel=1.1e-4)


def test_pairs_whose_children_others_may_join_are_left_out() -> None:
    from tests.solve.test_priced import program

    whole, _ = program()
    pairs = tight.pairs_of(whole)
    _, values = truth(whole)
    assert (pairs.rows(np.arange(len(pairs.enters)), whole.column_count) @ values <= 1e-6).all()
