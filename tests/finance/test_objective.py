"""Whatever is decided, the ledger adds to what the objective says of it: in all, by year, and by line."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.finance.clock import base_year_costs, by_financial_year
from planner.finance.ledger import build_ledger
from planner.model.build import Model, build_model
from planner.model.costs import capital_in_year, high_needs_lines, yearly_cost
from planner.names import LINE_FUND, LINES
from planner.results.presence import presence
from planner.results.read import read_solution
from tests import answers
from tests import five_children as five
from tests.rows.test_aims import programme, rates


@pytest.fixture(scope="module")
def model() -> Model:
    arcs = five.arcs()
    units = arcs.units.assign(sector=["maintained", "academy", "maintained", "academy"], places=[1.0, 0.0, np.nan, 2.0])
    plain = rates()
    codes = {
        (line, kind, sector, phase): f"{line}/{kind}/{sector}"
        for line in LINES
        for kind in (*units["provision_type"], "waiting")
        for sector in ("maintained", "academy", "")
        for phase in ("", "primary", "secondary")
    }
    chosen = programme(earliest={"grow_special": 1})
    return build_model(
        five.scenario(), five.county(), five.demand(), dataclasses.replace(arcs, units=units), dataclasses.replace(plain, section_251=codes), chosen
    )  # fmt: skip


def decided(model: Model, seed: int) -> np.ndarray:
    """Some decisions, possible or not: children, episodes, and options that open in some year and grow, or close again."""
    chance = np.random.default_rng(seed)
    layout, horizon = model.layout, model.inputs.horizon
    values = np.zeros(layout.count)
    for family in (layout.enter, layout.wait, layout.episodes):
        there = family[family >= 0]
        values[there] = chance.uniform(0.0, 3.0, len(there)) * (chance.random(len(there)) < 0.7)
    for option in range(len(model.inputs.options)):
        first, last = int(chance.integers(1, horizon + 2)), int(chance.integers(1, horizon + 2))
        size = 0
        for year in range(1, horizon + 1):
            open_now = year >= first and (not model.inputs.may_close[option] or year <= max(first, last))
            was = values[layout.open[option, year - 1]] if year > 1 else 0.0
            size = (size + int(chance.integers(0, 2)) if size and not model.inputs.may_close[option] else 1) if open_now else 0
            values[layout.open[option, year]] = float(open_now)
            values[layout.blocks[option, year]] = 0.0 if model.inputs.closes[option] else size
            if model.inputs.may_close[option]:
                values[layout.opened[option, year]] = float(open_now and not was)
                values[layout.grown[option, year]] = float(open_now and not was)
    return values


@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1))
def test_the_ledger_is_the_objective(model: Model, seed: int) -> None:
    values = decided(model, seed)
    inputs, layout, program = model.inputs, model.layout, model.program
    solution = read_solution("some", model, values, answers.record())
    here = presence(solution, inputs.demand, inputs.arcs)
    ledger = build_ledger(inputs.demand, inputs.arcs, inputs.rates, inputs.programme, solution, here)
    cost, broken = program.aims["cost"], program.aims["broken_limits"]
    stays_over = float(broken.costs @ values)  # children over the travel limit; no other limit is broken here
    assert ledger["present_value_gbp"].sum() == pytest.approx(float(cost.costs @ values) + cost.constant - stays_over, abs=1e-6)
    base = base_year_costs(inputs.demand, inputs.arcs, inputs.rates)
    years = by_financial_year(ledger, base, inputs.demand.years, 0.6)
    for year in range(1, inputs.horizon + 1):
        name = str(inputs.demand.years[year])
        for line in LINES:
            mine = ledger[(ledger["line"] == line) & (ledger["academic_year"] == name)]
            assert (mine["fund"] == LINE_FUND[line]).all()
            now, settled = (capital_in_year(inputs, layout, year), 0.0) if line == "capital" else yearly_cost(inputs, layout, year, [line])
            assert mine["cash_gbp"].sum() == pytest.approx(float(now @ values) + settled, abs=1e-6)
        lines = high_needs_lines()
        now, settled = yearly_cost(inputs, layout, year, lines)
        before, settled_before = yearly_cost(inputs, layout, year - 1, lines)
        expected = 0.6 * (float(now @ values) + settled) + 0.4 * (float(before @ values) + settled_before)
        found = years[(years["fund"] == "high_needs_block") & (years["financial_year"] == name)]["cash_gbp"].sum()
        assert found == pytest.approx(expected, abs=1e-6)
    _rows_say_what_they_count(ledger, inputs.rates.section_251, model)


def _rows_say_what_they_count(ledger, codes: dict[tuple[str, str, str, str], str], model: Model) -> None:
    units = model.inputs.arcs.units.set_index("unit")
    hosts = model.inputs.options.set_index("option")["unit"]
    assert (ledger["quantity"] >= 0).all()
    assert not ledger.drop(columns=["quantity", "cash_gbp", "present_value_gbp", "section_251"]).duplicated().any()
    for row in ledger.to_dict("records"):
        unit = row["unit"]
        kind, sector = (units.loc[unit, "provision_type"], units.loc[unit, "sector"]) if unit else ("waiting", "")
        assert row["provision_type"] == kind
        assert row["section_251"] == codes[(row["line"], kind, sector, "")]
        assert not row["option"] or hosts[row["option"]] == unit
        if row["quantity_unit"] == "pounds of capital" and row["quantity"]:
            assert row["quantity"] == row["cash_gbp"]
        if row["academic_year"].startswith("after"):
            assert row["quantity"] == 0.0
        assert row["cash_gbp"] or row["present_value_gbp"] or row["quantity"]
    waits = ledger[(ledger["line"] == "interim_tuition") & (ledger["quantity"] > 0)]
    assert set(waits["quantity_unit"]) <= {"children"}
