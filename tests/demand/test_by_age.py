"""Demand by age in a plan: what is planned is what is forecast, and a county without history is told so."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from planner.case import Case
from planner.demand.by_age import balancing_arrivals
from planner.demand.outlook import outlook, planned_children
from planner.demand.project import project
from planner.demand.totals import central_path, growth
from planner.errors import InputError
from tests.demand.test_project import scenario
from tests.histories import history, row, tiny_rows

BY_AGE = {"projection": "by_age", "new_ehcps": {"shape": "history"}}


def with_history(case: Case, rows: list[tuple[object, ...]] | None = None) -> Case:
    tables = {**case.county.tables, "ehcp_history": history(rows if rows is not None else tiny_rows()).table}
    return dataclasses.replace(case, county=dataclasses.replace(case.county, tables=tables))


def test_what_is_planned_is_what_is_forecast(tiny_case: Case) -> None:
    case = with_history(tiny_case)
    wanted = central_path(growth(history(tiny_rows())), 4, 0.85)
    found = project(scenario(case, **BY_AGE), case.county)
    assert planned_children(found).sum(axis=0) == pytest.approx(wanted, rel=0.02)
    assert (found.new >= 0).all() and (found.arrivals >= 0).all()
    assert found.stay + found.moves_up + found.escalates + found.leaves == pytest.approx(1.0)
    assert found.growth["new_ehcps"].sum() == pytest.approx(found.new.sum())
    split = found.growth["children_population_effect"] + found.growth["children_rate_effect"]
    base = split - found.growth["new_ehcps"]
    assert base.groupby(found.growth["year"]).sum().to_numpy() == pytest.approx(base.sum() / 4), (
        "the base year's new EHCPs, each year the same"
    )


def test_low_lies_below_central_and_high_above(tiny_case: Case) -> None:
    case = with_history(tiny_case)
    low, central, high = (
        planned_children(project(scenario(case, path=path, **BY_AGE), case.county)).sum(axis=0) for path in ("low", "central", "high")
    )
    assert (low[1:] < central[1:]).all()
    assert (central[1:] < high[1:]).all()
    again = planned_children(project(scenario(case, path="low", **BY_AGE), case.county)).sum(axis=0)
    assert again.tolist() == low.tolist()


def test_more_children_make_more_new_ehcps_in_proportion(tiny_case: Case) -> None:
    case = with_history(tiny_case)
    plain = project(scenario(case, **BY_AGE), case.county)
    fewer = project(scenario(case, births_change_per_year=-0.5, **BY_AGE), case.county)
    assert fewer.new.sum() <= plain.new.sum()
    spiked = project(scenario(case, spike={"first_year": "2025/26", "last_year": "2025/26", "factor": 2.0}, **BY_AGE), case.county)
    assert spiked.new[:, 1] == pytest.approx(2 * plain.new[:, 1])
    assert spiked.new[:, 2] == pytest.approx(plain.new[:, 2])
    assert spiked.arrivals == pytest.approx(plain.arrivals), "a spike comes on top; arrivals do not make up for it"


def test_history_beside_a_scenario_that_does_not_ask_for_it_changes_nothing(tiny_case: Case) -> None:
    case = with_history(tiny_case)
    assert project(scenario(case), case.county).new.tolist() == project(scenario(tiny_case), tiny_case.county).new.tolist()


@pytest.mark.parametrize("asks", [{"projection": "by_age"}, {"path": "low"}, {"new_ehcps": {"shape": "history"}}])
def test_a_county_without_history_is_told_so(tiny_case: Case, asks: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"ehcp_history.csv.*the table is missing"):
        project(scenario(tiny_case, **asks), tiny_case.county)


def test_a_history_that_ends_too_early_or_does_not_agree_is_refused(tiny_case: Case) -> None:
    early = [line for line in tiny_rows() if not (line[1] == "held" and line[2] == 2025)]
    with pytest.raises(InputError, match="January 2025"):
        project(scenario(tiny_case, **BY_AGE), with_history(tiny_case, early).county)
    other = [row("held", 2025, 30) if line[1:5] == ("held", 2025, 0, 25) and line[0] == "county" else line for line in tiny_rows()]
    with pytest.raises(InputError, match=r"30 EHCPs, but stock.csv holds 20"):
        project(scenario(tiny_case, **BY_AGE), with_history(tiny_case, other).county)


def test_an_area_with_first_and_middle_schools_moves_its_children_up_earlier(tiny_case: Case) -> None:
    areas = tiny_case.county.table("areas")
    own = {**tiny_case.county.tables, "areas": areas.assign(secondary_from_age=np.where(areas["area"] == "east", 9.0, np.nan))}
    county = dataclasses.replace(tiny_case.county, tables=own)
    plain, early = project(scenario(tiny_case), tiny_case.county), project(scenario(tiny_case), county)
    east = (plain.cohorts["area"] == "east").to_numpy()
    primary, secondary = ((plain.cohorts["phase"] == phase).to_numpy() for phase in ("primary", "secondary"))
    assert early.moves_up[east & primary] == pytest.approx(plain.moves_up[east & primary] * 6 / 4)
    assert early.moves_up[east & secondary] == pytest.approx(plain.moves_up[east & secondary] * 5 / 7)
    assert early.moves_up[~east] == pytest.approx(plain.moves_up[~east])
    assert early.new[east & secondary].sum() > plain.new[east & secondary].sum()
    assert early.new.sum() == pytest.approx(plain.new.sum()), "the county's new EHCPs stay the county's"


def test_balancing_arrivals_meet_the_ages_and_make_up_for_what_was_too_many() -> None:
    held = np.array([[[10.0, 12.0, 5.0, 9.0]]])
    start, none = np.array([[10.0]]), np.zeros((1, 1))
    found = balancing_arrivals(held, start, np.zeros((1, 1, 4)), none, none)
    assert found[0, 0].tolist() == [0.0, 2.0, 0.0, 0.0], "from 12 nobody is taken away, and none comes until the ages have caught up"
    leaving = balancing_arrivals(held, start, np.full((1, 1, 4), 1.0), np.array([[0.5]]), none)
    assert leaving[0, 0] == pytest.approx([0.0, 6.0, 0.0, 4.5])


def test_the_outlook_holds_the_plan_and_its_ranges(tiny_case: Case) -> None:
    case = with_history(tiny_case)
    wish = scenario(case, simulated_paths=200, **BY_AGE)
    found = outlook(wish, case.county, project(wish, case.county))
    every = found.table[found.table["group"] == "all"]
    phases = found.table[found.table["group"] == "phase"].groupby("january")["planned"].sum()
    assert every["planned"].to_numpy() == pytest.approx(phases.to_numpy())
    assert (every["p10"] <= every["p50"]).all() and (every["p50"] <= every["p90"]).all()
    assert found.apart < 0.02
    assert pd.Series(found.table["series"]).nunique() == 1 + 4 + 14
