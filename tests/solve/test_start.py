"""A search may begin from the openings of a finished plan, and is never the worse for it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.errors import InputError
from planner.model.build import Model, build_model
from planner.results.read import read_solution
from planner.results.start import openings_of
from planner.run import RunResult, run_scenario
from planner.scenario.schema import Scenario
from planner.solve import run
from planner.solve.outcome import Outcome
from tests import five_children as five
from tests.conftest import COUNTIES, TINY
from tests.solve.test_priced import weighted


def model(scenario: Scenario, dear: float = 1.0) -> Model:
    rates = five.rates(0.035)
    rates = replace(rates, capital_fixed=rates.capital_fixed * dear, capital_per_block=rates.capital_per_block * dear)
    demand = five.demand()
    demand.new[0, 1:], demand.new[1, 1:] = (8.0, 4.0)
    return build_model(scenario, five.county(), demand, five.arcs(), rates, five.programme())


def scenario(method: str) -> Scenario:
    return five.scenario(solve={"gap": 0.0, "method": method, "time_limit_seconds": 60})


@pytest.mark.parametrize("method", ["priced", "whole"])
def test_from_its_own_openings_a_search_ends_where_it_ended(method: str) -> None:
    chosen = scenario(method)
    here = model(chosen)
    first = run.solve(here.program, chosen)
    assert first.values is not None
    openings = openings_of(here, read_solution("some", here, first.values, first.record).table("options"))
    whole = here.program.whole
    layout = here.layout
    for family in (layout.open, layout.blocks):
        places = family[family >= 0]
        assert np.array_equal(openings[places], np.round(first.values[places]))
    assert openings[whole].sum() > 0
    again = run.solve(here.program, chosen, openings=openings)
    assert again.values is not None
    costs = weighted(here.program)
    assert float(costs @ again.values) == pytest.approx(float(costs @ first.values), rel=1e-5)


@pytest.mark.parametrize("method", ["priced", "whole"])
def test_openings_of_a_scenario_that_differs_mislead_nobody(method: str) -> None:
    chosen = scenario(method)
    cheap, dear = model(chosen, 0.1), model(chosen, 30.0)
    other = run.solve(cheap.program, chosen)
    assert other.values is not None
    openings = openings_of(dear, read_solution("some", cheap, other.values, other.record).table("options"))
    alone, led = run.solve(dear.program, chosen), run.solve(dear.program, chosen, openings=openings)
    assert alone.values is not None and led.values is not None
    stage = led.record.stage("cost")
    assert stage is not None and stage.outcome in (Outcome.PROVEN, Outcome.WITHIN_GAP, Outcome.STOPPED_WITH_PLAN)
    costs = weighted(dear.program)
    assert float(costs @ led.values) == pytest.approx(float(costs @ alone.values), rel=1e-5)


def test_openings_are_matched_by_name_and_year_and_kept_within_bounds() -> None:
    here = model(scenario("whole"))
    answer = run.solve(here.program, scenario("whole"))
    assert answer.values is not None
    table = read_solution("some", here, answer.values, answer.record).table("options")
    stranger = table[table["option"] == table["option"].iloc[0]].assign(option="not_here", open=1, blocks=99)
    with_stranger = openings_of(here, pd.concat([table, stranger]))
    assert np.array_equal(with_stranger, openings_of(here, table))
    years = sorted(set(table["year"].astype(str)))
    short = table[table["year"].astype(str) != years[-1]]
    for number, option in enumerate(here.inputs.options["option"]):
        held = openings_of(here, short)
        at = here.layout.open[number]
        last = at[len(here.inputs.demand.years) - 1]
        before = float(short[(short["option"] == option) & (short["year"].astype(str) == years[-2])]["open"].iloc[0])
        assert held[last] == np.clip(before, here.program.lower[last], here.program.upper[last])
    huge = openings_of(here, table.assign(open=1, blocks=1000))
    whole = here.program.whole
    assert (huge[whole] <= here.program.upper[whole]).all() and (huge[whole] >= here.program.lower[whole]).all()


@pytest.mark.usefixtures("without_pictures")
def test_a_run_says_where_it_began(tiny_run: RunResult, tmp_path: Path) -> None:
    result = run_scenario(TINY, COUNTIES, tmp_path / "out", start_from=tiny_run.folder)
    manifest = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["started_from"] == tiny_run.folder.name
    assert result.check.passed
    shutil.rmtree(result.folder)
    with pytest.raises(InputError, match="nowhere"):
        run_scenario(TINY, COUNTIES, tmp_path / "out", start_from=tmp_path / "nowhere")
    assert not result.folder.exists()
