"""Coarser programs lead finer ones: folds keep what they should, and the route for very many areas ends around the truth."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planner.model.program import Program
from planner.run import build, prepare
from planner.scenario.schema import Scenario
from planner.solve import fine_route, highs_arrays, run
from planner.solve.coarse import fold_program
from planner.solve.levels import Guess, folded, sharpen
from planner.solve.outcome import Outcome
from planner.solve.priced import Priced
from planner.solve.session import weighted_costs
from planner.solve.task import Task

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def districts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Program, Scenario]:
    """Staffordshire by district over three years, with a few options: small, yet its districts fold into one."""
    path = tmp_path_factory.mktemp("scenarios") / "three_years.yaml"
    text = (ROOT / "scenarios" / "baseline.yaml").read_text(encoding="utf-8").replace("years: 10", "years: 3")
    path.write_text(text.replace("areas: planning_area", "areas: district"), encoding="utf-8")
    case = prepare(path, ROOT / "data", lambda text: None)
    scenario = case.loaded.scenario
    assert scenario.years == 3 and scenario.detail.areas == "district"
    return build(case).program, scenario


def task_of(whole: Program) -> Task:
    cost = whole.aims["cost"]
    return Task(whole, "cost", "pounds", cost.costs, cost.constant, 1000.0, (), 1e-6, 120.0, 1, 0)


def test_a_fold_keeps_children_rows_and_options(districts: tuple[Program, Scenario]) -> None:
    whole, _ = districts
    assert whole.folds
    for fold in whole.folds:
        small = fold_program(whole, fold)
        assert small.column_count < whole.column_count and small.row_count < whole.row_count
        assert fold.column_share.min() > 0
        np.testing.assert_allclose(np.bincount(fold.column_group, weights=fold.column_share), 1.0)
        assert small.row_upper[np.isfinite(small.row_upper)].sum() == pytest.approx(whole.row_upper[np.isfinite(whole.row_upper)].sum())
        assert small.family("open").count == whole.family("open").count
        assert small.row_family("capacity")[0].count <= whole.row_family("capacity")[0].count
        # What the small program says of a plan is what the whole says of the same plan spread by its shares.
        plan = np.random.default_rng(1).random(small.column_count)
        spread = plan[fold.column_group] * fold.column_share
        activity = np.bincount(fold.row_group, weights=whole.matrix @ spread, minlength=small.row_count)
        np.testing.assert_allclose(small.matrix @ plan, activity, atol=1e-9)
        assert float(small.aims["cost"].costs @ plan) == pytest.approx(float(whole.aims["cost"].costs @ spread))


def test_a_fold_of_a_fold_is_the_fold(districts: tuple[Program, Scenario]) -> None:
    whole, _ = districts
    fold = whole.folds[-1]
    same = replace(
        fold, column_group=np.arange(whole.column_count), column_share=np.ones(whole.column_count), row_group=np.arange(whole.row_count)
    )
    once, twice = fold_program(whole, fold), fold_program(fold_program(whole, same), fold_program(whole, same).folds[-1])
    assert abs(once.matrix - twice.matrix).max() < 1e-12
    assert [block.family for block in once.columns] == [block.family for block in twice.columns]


def test_prices_of_the_coarse_program_start_close(districts: tuple[Program, Scenario]) -> None:
    """The bound from the coarse program's prices is far better than that of no prices, and never above the linear program's value."""
    whole, _ = districts
    fold = whole.folds[-1]
    small = fold_program(whole, fold)
    costs = weighted_costs(task_of(whole), whole.aims["waiting"], whole.aims["cost"])
    coarse = weighted_costs(task_of(small), small.aims["waiting"], small.aims["cost"])
    found = sharpen(task_of(small), coarse, None, 60.0, 3)
    sharp = sharpen(task_of(whole), costs, None, 60.0, 6)
    assert found is not None and sharp is not None
    priced = Priced(whole, costs)
    led = priced.bound(found.duals[fold.row_group][priced.shared]).value
    assert priced.bound(np.zeros(len(priced.shared))).value < led <= sharp.objective * (1 + 1e-4)
    guess = folded(Guess(np.arange(whole.row_count, dtype=float), np.ones(whole.column_count, dtype=bool)), fold, small)
    assert guess.used.all() and len(guess.prices) == small.row_count


def test_the_route_for_very_many_areas_ends_around_the_truth(districts: tuple[Program, Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, scenario = districts
    monkeypatch.setattr(run, "FINE_COLUMNS", 0)
    scenario = scenario.model_copy(update={"solve": scenario.solve.model_copy(update={"method": "priced", "gap": 1e-6})})
    answer = run.solve(whole, scenario)
    assert answer.record.method.startswith("openings for larger areas first") and answer.values is not None
    costs = weighted_costs(task_of(whole), whole.aims["waiting"], whole.aims["cost"])
    truth = highs_arrays.solve(replace(task_of(whole), costs=costs * 1000.0, constant=0.0))
    assert truth.outcome in (Outcome.PROVEN, Outcome.WITHIN_GAP) and truth.values is not None
    best = float(costs @ truth.values)
    mine = float(costs @ answer.values)
    cost, waiting = answer.record.stage("cost"), answer.record.stage("waiting")
    assert cost is not None and cost.bound is not None and waiting is not None and waiting.value is not None and waiting.bound is not None
    bound = (cost.bound - whole.aims["cost"].constant) / 1000.0 + 10_000.0 * waiting.value
    assert bound - 2e-6 * abs(best) <= best <= mine + 2e-6 * abs(best)
    # Openings are held by the scenario, so that the allocation is all there is to find.
    assert mine <= best * (1 + 2e-4)
    assert waiting.bound <= waiting.value + 1e-6
    activity = whole.matrix @ answer.values
    assert (activity <= whole.row_upper + 1e-5).all() and (activity >= whole.row_lower - 1e-5).all()
    assert answer.duals is not None and len(answer.duals) == whole.row_count


def test_no_time_is_said_and_no_plan_is_made_up(districts: tuple[Program, Scenario], monkeypatch: pytest.MonkeyPatch) -> None:
    whole, scenario = districts
    monkeypatch.setattr(run, "FINE_COLUMNS", 0)
    monkeypatch.setattr(fine_route, "inner", lambda *args, **kwargs: (None, None))
    answer = run.solve(whole, scenario.model_copy(update={"solve": scenario.solve.model_copy(update={"method": "priced"})}))
    assert answer.values is None and answer.record.outcome is Outcome.STOPPED_WITHOUT_PLAN
