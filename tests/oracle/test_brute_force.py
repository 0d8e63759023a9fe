"""The model finds what trying every programme finds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planner.county.programme import Programme
from planner.model.build import Model, build_model
from planner.solve import run
from planner.solve.through_pulp import missing
from tests import five_children as five
from tests.oracle.brute_force import best_by_trying_all

COST_ONLY = [{"aim": "cost"}]


def small_model(prices: tuple[float, ...], new: tuple[float, float], places: float, rate: float, solver: str = "HiGHS") -> Model:
    """Five children with other prices, other numbers and other places; only options that stay open, no limit on money."""
    programme = five.programme().options
    programme = programme[~programme["may_close"]].reset_index(drop=True)
    kept = [five.OPTIONS.index(name) for name in programme["option"]]
    rates = five.rates(rate)
    rates = replace(
        rates,
        arc={line: value * prices[0] for line, value in rates.arc.items()},
        waiting={line: value * prices[1] for line, value in rates.waiting.items()},
        option_running={line: value[kept] * prices[2] for line, value in rates.option_running.items()},
        capital_fixed=rates.capital_fixed[kept] * prices[3],
        capital_per_block=rates.capital_per_block[kept] * prices[3],
        option_tail=rates.option_tail[kept] + 0.5,
        arc_tail=rates.arc_tail + 0.7,
        stock_tail=rates.stock_tail + 0.7,
        unit_tail=rates.unit_tail + 0.5,
        waiting_tail=rates.waiting_tail + 0.4,
        capital_residual=rates.capital_residual[kept] + 0.1,
        capital_spread=rates.capital_spread[kept],
    )
    demand = five.demand()
    demand.new[0, 1:], demand.new[1, 1:] = new
    arcs = five.arcs()
    arcs = replace(arcs, units=arcs.units.assign(places=np.array([0.0, 0.0, np.nan, places])))
    county = replace(five.county(), tables={})
    programme.loc[programme["option"] == "open_centre", "least_occupancy"] = np.nan
    scenario = five.scenario(limits={}, objective=COST_ONLY, solve={"gap": 0.0, "solver": solver})
    return build_model(scenario, county, demand, arcs, rates, Programme(programme))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], phases=[Phase.explicit, Phase.generate])
@given(
    prices=st.tuples(*[st.sampled_from([0.25, 1.0, 3.0])] * 4),
    new=st.tuples(st.floats(0, 8), st.floats(0, 4)),
    places=st.floats(1.0, 4.0),
    rate=st.sampled_from([0.0, 0.035]),
)
def test_cost_equals_trying_everything(prices: tuple[float, ...], new: tuple[float, float], places: float, rate: float) -> None:
    model = small_model(prices, new, places, rate)
    truth = best_by_trying_all(model.inputs)
    stage = run.solve(model.program, model.inputs.scenario).record.stage("cost")
    assert stage is not None and stage.value is not None
    assert truth.tried > 20
    assert stage.value == pytest.approx(truth.cost, rel=1e-6, abs=0.01)


@pytest.mark.parametrize("solver", ["HiGHS", "arrays", "COIN_CMD"])
def test_every_way_to_solve_agrees(solver: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if solver == "COIN_CMD" and (reason := missing(solver)):
        pytest.skip(reason)
    if solver == "arrays":
        monkeypatch.setattr(run, "PULP_COLUMNS", 0)
        solver = "HiGHS"
    model = small_model((1.0, 1.0, 1.0, 1.0), (4.0, 1.0), 2.0, 0.035, solver)
    stage = run.solve(model.program, model.inputs.scenario).record.stage("cost")
    assert stage is not None and stage.value is not None
    assert stage.value == pytest.approx(best_by_trying_all(model.inputs).cost, rel=1e-6, abs=0.01)
