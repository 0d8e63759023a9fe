"""What is said of an answer is never better than what was proven."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from planner.errors import SolveError
from planner.model.build import build_model
from planner.model.program import Program
from planner.scenario.schema import Scenario
from planner.solve import run, through_pulp
from planner.solve.outcome import Outcome, SolveRecord, StageRecord
from planner.solve.task import Found, Task, judge, relative_gap
from tests import five_children as five


def program() -> tuple[Program, Scenario]:
    scenario = five.scenario(solve={"gap": 0.01})
    return build_model(scenario, five.county(), five.demand(), five.arcs(), five.rates(0.03), five.programme()).program, scenario


@pytest.mark.parametrize(
    ("value", "bound", "stopped", "outcome"),
    [
        (100.0, 100.0, "", Outcome.PROVEN),
        (100.0, 99.5, "", Outcome.WITHIN_GAP),
        (100.0, 99.5, "time limit", Outcome.WITHIN_GAP),
        (100.0, 50.0, "", Outcome.STOPPED_WITH_PLAN),
        (100.0, 50.0, "time limit", Outcome.STOPPED_WITH_PLAN),
        (100.0, None, "time limit", Outcome.STOPPED_WITH_PLAN),
        (100.0, None, "", Outcome.FAILED),
        (None, 50.0, "time limit", Outcome.STOPPED_WITHOUT_PLAN),
    ],
)
def test_the_outcome_follows_value_and_bound(value: float | None, bound: float | None, stopped: str, outcome: Outcome) -> None:
    assert judge(value, bound, 0.01, 1.0, stopped) is outcome


def test_a_gap_without_a_bound_is_not_claimed() -> None:
    assert relative_gap(5.0, None) is None
    assert relative_gap(0.0, 0.0) == 0.0
    assert relative_gap(100.0, 90.0) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        (Found(Outcome.INFEASIBLE, None, None, 0.1), Outcome.INFEASIBLE),
        (Found(Outcome.FAILED, None, None, 0.1, message="licence"), Outcome.FAILED),
        (Found(Outcome.STOPPED_WITHOUT_PLAN, None, None, 0.1, "time limit"), Outcome.STOPPED_WITHOUT_PLAN),
    ],
)
def test_a_search_without_a_plan_says_so(found: Found, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(through_pulp, "solve", lambda task, name: found)
    answer = run.solve(*program())
    assert answer.values is None
    assert answer.record.outcome is outcome


def test_a_search_that_ran_out_of_time_keeps_what_was_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    real = through_pulp.solve

    def slow(task: Task, name: str) -> Found:
        return Found(Outcome.STOPPED_WITHOUT_PLAN, None, None, 0.1, "time limit") if task.choices.any() else real(task, name)

    monkeypatch.setattr(through_pulp, "solve", slow)
    built, scenario = program()
    answer = run.solve(built, scenario)
    assert answer.values is not None
    assert answer.record.outcome is Outcome.STOPPED_WITH_PLAN
    assert answer.values[built.family("open").places].sum() == 0


def test_an_unknown_solver_is_named() -> None:
    built, scenario = program()
    with pytest.raises(SolveError, match="PuLP does not know"):
        run.solve(built, scenario.model_copy(update={"solve": scenario.solve.model_copy(update={"solver": "Oracle of Delphi"})}))


def test_the_record_is_as_bad_as_its_worst_deciding_stage() -> None:
    good = StageRecord("waiting", Outcome.PROVEN, 0.0, 0.0, 0.0, 1.0, "")
    poor = replace(good, aim="cost", outcome=Outcome.STOPPED_WITH_PLAN)
    travel = replace(good, aim="travel", outcome=Outcome.STOPPED_WITH_PLAN, openings_held=True)
    record = SolveRecord("HiGHS", "", "", 1, 0, 1, 1, 1, 1, 0.0, 1.0, (good, travel))
    assert record.outcome is Outcome.PROVEN
    assert replace(record, stages=(good, poor, travel)).outcome is Outcome.STOPPED_WITH_PLAN


def test_the_route_for_large_programs_agrees_with_the_whole_model(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = five.scenario(
        limits={},
        solve={"gap": 0.0},
        objective=[{"aim": "waiting", "tolerance": 0.0}, {"aim": "cost", "tolerance": 0.0}, {"aim": "travel"}],
    )
    built = build_model(scenario, five.county(), five.demand(), five.arcs(), five.rates(0.03), five.programme()).program
    small = run.solve(built, scenario)
    monkeypatch.setattr(run, "PULP_COLUMNS", 0)
    large = run.solve(built, scenario)
    for aim in ("waiting", "cost"):
        one, other = small.record.stage(aim), large.record.stage(aim)
        assert one is not None
        assert other is not None
        assert other.value == pytest.approx(one.value, rel=1e-5, abs=1e-5)
        assert other.bound is not None
        assert one.value is not None
        assert other.bound <= one.value * (1 + 1e-5) + 1e-5
    assert large.duals is not None
    assert np.isfinite(large.duals).all()
