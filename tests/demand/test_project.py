"""Demand of the tiny county, worked by hand, and what holds of any county."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from planner.case import Case
from planner.demand.population import by_age, by_phase
from planner.demand.project import project
from planner.errors import InputError
from planner.names import SITUATIONS
from planner.scenario.schema import Scenario
from tests.strategies import Small, smalls

AT = {name: place for place, name in enumerate(SITUATIONS)}


def scenario(case: Case, **demand: object) -> Scenario:
    keys = case.loaded.scenario.model_dump(mode="json")
    keys["years"] = 4
    keys["demand"] |= demand
    return Scenario.model_validate(keys)


def cohort(case: Case, *labels: str) -> int:
    frame = case.demand.cohorts
    return int(frame.index[(frame == list(labels)).all(axis=1)][0])


def people(rows: list[tuple[str, int, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["area", "age", "children"])


def test_children_grow_older_are_born_and_move() -> None:
    found = by_age(people([("a", 0, 100.0), ("a", 1, 50.0), ("a", 25, 7.0), ("b", 4, 10.0)]), ["a", "b"], 2, -0.1, 0.2)
    assert found.shape == (2, 26, 3)
    assert found[0, :4, 1] == pytest.approx([90, 120, 60, 0])
    assert found[0, :4, 2] == pytest.approx([81, 108, 144, 72])
    assert found[0, 25].tolist() == [7, 0, 0]
    assert found[1, 4:7].tolist() == [[10, 0, 0], [0, 12, 0], [0, 0, pytest.approx(14.4)]]
    assert by_phase(found)[1].tolist() == [[10, 0, 0], [0, 12, pytest.approx(14.4)], [0, 0, 0], [0, 0, 0]]
    assert by_phase(np.ones((1, 26, 1)))[0, :, 0].tolist() == [5, 6, 5, 10]


def test_new_ehcps_follow_children_bands_and_the_trend(tiny_case: Case) -> None:
    found = project(
        scenario(
            tiny_case, new_ehcps={"shape": "continue", "growth_per_year": 0.1}, arrivals_factor=2.0,
            spike={"first_year": "2026/27", "last_year": "2027/28", "factor": 3.0},
        ),
        tiny_case.county,
    )  # fmt: skip
    here = cohort(tiny_case, "east", "ASD", "primary", "enhanced")  # 40 of 100 children, 3 in 10 in this band, 8 new and 1 arriving
    assert found.new[here] == pytest.approx(
        [0, 8 * 0.4 * 0.3 * 1.1, 8 * 0.4 * 0.3 * 1.21 * 3, 8 * 0.4 * 0.3 * 1.331 * 3, 8 * 0.4 * 0.3 * 1.4641]
    )
    assert found.arrivals[here] == pytest.approx([0, *[2 * 1 * 0.4 * 0.3] * 4])
    growth = found.growth.set_index(["year", "phase", "need"]).loc[("2025/26", "primary", "ASD")]
    assert growth.to_dict() == pytest.approx({"new_ehcps": 8.8, "children_population_effect": 0.0, "children_rate_effect": 0.8})


def test_fewer_children_mean_fewer_new_ehcps_and_that_is_told_apart(tiny_case: Case) -> None:
    found = project(scenario(tiny_case, births_change_per_year=-0.5), tiny_case.county)
    calm = project(scenario(tiny_case, net_moves_per_year=0.1), tiny_case.county)
    growth = calm.growth.groupby("year")[["new_ehcps", "children_population_effect", "children_rate_effect"]].sum()
    assert growth.loc["2025/26"].tolist() == pytest.approx([18 * 1.1, 1.8, 0.0])
    assert growth.loc["2026/27"].tolist() == pytest.approx([18 * 1.21, 18 * 0.21, 0.0])
    assert found.growth["children_rate_effect"].abs().max() < 1e-12


def test_what_happens_in_a_year_is_as_the_table_says(tiny_case: Case) -> None:
    demand = tiny_case.demand
    here = cohort(tiny_case, "north", "SEMH", "primary", "enhanced")
    for situation, escalates in (("mainstream_support", 0.2), ("resource_centre", 0.02), ("state_special", 0.05), ("waiting", 0.05)):
        at = AT[situation]
        assert demand.escalates[here, at] == pytest.approx(escalates)
        assert (demand.leaves[here, at], demand.moves_up[here, at]) == (0.05, 0.15)
        assert demand.stay[here, at] == pytest.approx(0.8 - escalates)
    assert demand.up_to[here] == cohort(tiny_case, "north", "SEMH", "secondary", "enhanced")
    assert demand.escalates_to[here] == cohort(tiny_case, "north", "SEMH", "primary", "specialist")
    top = cohort(tiny_case, "north", "SEMH", "primary", "specialist")
    assert demand.escalates_to[top] == -1
    assert demand.escalates[top].max() == 0.0
    assert demand.stay[top, 0] == pytest.approx(0.8)
    last = cohort(tiny_case, "north", "SEMH", "post_16", "support")
    assert demand.up_to[last] == -1
    assert (demand.moves_up[last, 0], demand.leaves[last, 0]) == (0.0, 0.3)


def test_escalation_is_multiplied_and_never_more_than_there_is_room_for(tiny_case: Case) -> None:
    found = project(scenario(tiny_case, escalation_factor=2.0), tiny_case.county)
    here, at = cohort(tiny_case, "north", "SEMH", "primary", "enhanced"), AT["mainstream_support"]
    assert found.escalates[here, at] == pytest.approx(0.4)
    most = project(scenario(tiny_case, escalation_factor=100.0), tiny_case.county)
    assert most.escalates[here, at] == pytest.approx(0.8)
    assert most.stay[here, at] == 0.0


def test_those_who_cannot_move_up_leave_instead(tiny_case: Case) -> None:
    frame = tiny_case.county.table("transitions")
    frame = frame[frame["phase"] != "post_16"]
    county = dataclasses.replace(tiny_case.county, tables={**tiny_case.county.tables, "transitions": frame})
    found = project(tiny_case.loaded.scenario, county)
    last = cohort(tiny_case, "north", "SEMH", "post_16", "support")
    assert (found.moves_up[last, 0], found.leaves[last, 0]) == (0.0, pytest.approx(0.2))


def test_early_help_reaches_some_children_of_some_bands(tiny_case: Case) -> None:
    demand = tiny_case.demand
    here, other = cohort(tiny_case, "east", "ASD", "primary", "support"), cohort(tiny_case, "east", "ASD", "primary", "enhanced")
    assert demand.at_risk[here] == pytest.approx([0, *[80 * 0.4 * 0.25] * 2])
    assert demand.avoidable[here] == pytest.approx([0, *[8 * 0.4 * 0.5 * 0.4] * 2])
    assert demand.effect[here] == pytest.approx([0, 0.5, 0])
    for array in (demand.at_risk, demand.avoidable, demand.effect):
        assert array[other].max() == 0.0
    both = project(
        scenario(tiny_case, early_help={"bands": ["support", "enhanced"], "effect": 0.4, "profile": "step", "fade_per_year": 0.0}),
        tiny_case.county,
    )
    assert both.at_risk[here, 1] == pytest.approx(80 * 0.4 * 0.25 * 0.5 / 0.8)
    assert both.at_risk[other, 1] == pytest.approx(80 * 0.4 * 0.25 * 0.3 / 0.8)
    assert both.effect[other] == pytest.approx([0, 0.4, 0, 0, 0])


def test_stock_stands_where_the_table_has_it(tiny_case: Case) -> None:
    demand, table = tiny_case.demand, tiny_case.county.table("stock")
    units = sorted(tiny_case.county.table("units")["unit"])
    found = {
        (*demand.cohorts.loc[at].tolist(), units[unit]): children
        for at, unit, children in zip(demand.stock_cohort, demand.stock_unit, demand.stock_children, strict=True)
    }
    expected = {tuple(row[:5]): row[5] for row in table[["area", "need", "phase", "band", "unit", "children"]].itertuples(index=False)}
    assert found == expected


def test_there_is_a_cohort_for_everyone_who_can_come_and_for_nobody_else(tiny_case: Case) -> None:
    frame = tiny_case.demand.cohorts
    assert set(frame["area"]) == {"east", "north", "south"}
    kinds = set(frame[["need", "phase", "band"]].itertuples(index=False, name=None))
    assert len(frame) == 3 * len(kinds)
    every = {
        (need, phase, band)
        for need in ("ASD", "SEMH")
        for phase in ("primary", "secondary", "post_16")
        for band in ("support", "enhanced", "specialist")
    }
    assert kinds == every
    order = frame[frame["area"] == "east"]
    assert list(order["band"][:3]) == ["support", "enhanced", "specialist"]
    assert list(dict.fromkeys(order["phase"])) == ["primary", "secondary", "post_16"]


def test_whoever_comes_is_followed_to_the_end_and_nobody_else_is_made_up(tiny_case: Case) -> None:
    tables = dict(tiny_case.county.tables)
    tables["entrants"] = pd.DataFrame([("ASD", "early_years", 0.0, 2.0)], columns=["need", "phase", "new_ehcps", "arrivals"])
    mix = tables["band_mix"]
    tables["band_mix"] = mix.assign(share=np.where(mix["band"] == "specialist", 1.0, 0.0))
    tables["stock"] = tables["stock"].iloc[:0]
    found = project(tiny_case.loaded.scenario, dataclasses.replace(tiny_case.county, tables=tables))
    kinds = list(found.cohorts.loc[found.cohorts["area"] == "east", ["need", "phase", "band"]].itertuples(index=False, name=None))
    assert kinds == [("ASD", phase, "specialist") for phase in ("early_years", "primary", "secondary", "post_16")]
    assert found.horizon == 2
    assert found.arrivals.sum() == pytest.approx(4.0)
    nobody = tables | {"stock": tiny_case.county.table("stock").assign(children=0.0)}
    again = project(tiny_case.loaded.scenario, dataclasses.replace(tiny_case.county, tables=nobody))
    assert len(again.cohorts) == len(found.cohorts)
    assert len(again.stock_children) == 0


def test_children_of_whom_no_row_says_what_happens_are_named(tiny_case: Case) -> None:
    frame = tiny_case.county.table("transitions")
    county = dataclasses.replace(tiny_case.county, tables={**tiny_case.county.tables, "transitions": frame[frame["phase"] == "post_16"]})
    with pytest.raises(InputError, match="no row says what happens to these children in a year") as error:
        project(tiny_case.loaded.scenario, county)
    assert "primary" in error.value.problems[0].where


def test_children_expected_at_ages_at_which_nobody_lives_are_refused(tiny_case: Case) -> None:
    frame = tiny_case.county.table("population")
    frame = frame.assign(children=np.where(frame["age"].between(5, 15), 0.0, frame["children"]))
    county = dataclasses.replace(tiny_case.county, tables={**tiny_case.county.tables, "population": frame})
    with pytest.raises(InputError, match="nobody lives in the county at these ages") as error:
        project(tiny_case.loaded.scenario, county)
    assert [problem.where for problem in error.value.problems] == ["ages 11 to 15", "ages 5 to 10"]
    assert "entrants.csv has 13 coming in primary" in str(error.value)
    tables = {**county.tables, "entrants": tiny_case.county.table("entrants").assign(new_ehcps=0.0, arrivals=0.0)}
    assert np.isfinite(project(tiny_case.loaded.scenario, dataclasses.replace(county, tables=tables)).at_risk).all()


@settings(max_examples=6, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(small=smalls())
def test_nobody_is_lost_in_any_county(small: Small) -> None:
    demand, tables = small.case.demand, small.case.county.tables
    assert np.allclose(demand.stay + demand.moves_up + demand.escalates + demand.leaves, 1.0)
    for array in (
        demand.stay,
        demand.moves_up,
        demand.escalates,
        demand.leaves,
        demand.new,
        demand.arrivals,
        demand.at_risk,
        demand.avoidable,
    ):
        assert (array >= 0).all()
    assert demand.stock_children.sum() == pytest.approx(tables["stock"]["children"].sum())
    assert (demand.avoidable <= demand.new + 1e-12).all()
    assert not demand.new[:, 0].any()
