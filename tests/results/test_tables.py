"""Tables that follow from an answer, worked by hand for five children and added up for the tiny county."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.county.county import County
from planner.results import tables
from planner.results.presence import closed_places, presence
from planner.results.solution import TABLE_COLUMNS, Solution
from planner.run import RunResult
from tests import answers
from tests import five_children as five

LIGHT, HEAVY = 0.6, 0.7
"""Yearly chance that a child of primary age stays, in the light and the heavy band."""
AREAS = pd.DataFrame({"area": ["a"], "district": ["North"]})


def county(keeps_places: bool = True) -> County:
    phase_places = {"unit_phase_places": five.county().table("unit_phase_places")} if keeps_places else {}
    return County("five", Path("five"), "Five children", {"areas": AREAS, **phase_places}, (), {})


def arcs_with_names() -> object:
    arcs = five.arcs()
    units = arcs.units.assign(unit_name=arcs.units["unit"], area="a", serves="county", easting_m=1.0, northing_m=1.0)
    return dataclasses.replace(arcs, units=units, km=np.array([4.0, 0.0, 9.0, 4.0, 0.0, 9.0]))


def children(frame: pd.DataFrame, **where: str) -> list[float]:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return list(frame.groupby("year")["children"].sum())


def present(solution: Solution) -> object:
    return presence(solution, five.demand(), five.arcs())


@given(st.lists(st.floats(0, 50), min_size=3, max_size=3))
def test_who_is_there_is_what_survives_of_every_entry(entered: list[float]) -> None:
    solution = answers.solution(
        entries=[("primary", "light", "centre", year, size) for year, size in zip(answers.YEARS, entered, strict=True)]
    )
    here = presence(solution, five.demand(), five.arcs())
    for year in (1, 2, 3):
        expected = sum(LIGHT ** (year - came) * entered[came - 1] for came in range(1, year + 1))
        assert here.in_arc[0, year] == pytest.approx(expected)
    assert here.in_arc[0, 0] == 0


def test_no_entries_leave_only_the_children_of_the_base_year() -> None:
    here = presence(answers.solution(), five.demand(), five.arcs())
    assert here.in_arc.shape == (0, 4)
    assert here.in_stock[0] == pytest.approx([3 * LIGHT**year for year in range(4)])
    assert here.waiting.sum() == 0


def test_ehcps_hold_children_in_places_and_waiting_from_the_base_year() -> None:
    solution = answers.solution(entries=[("primary", "light", "centre", "2026/27", 2.0)], waiting=[("secondary", "heavy", "2027/28", 1.0)])
    frame = tables.ehcps(county(), five.demand(), five.arcs(), present(solution))
    assert tuple(frame.columns) == TABLE_COLUMNS["ehcps"]
    assert children(frame, situation="mainstream_support") == pytest.approx([3 * LIGHT**year for year in range(4)])
    assert children(frame, situation="resource_centre") == pytest.approx([2, 2 * LIGHT])
    assert children(frame, situation="waiting") == [1.0]


def test_early_help_avoids_in_later_years_only() -> None:
    solution = answers.solution(episodes=[("base_help", "2025/26", 4.0), ("base_help", "2026/27", 2.0)])
    frame = tables.avoided(five.demand(), five.arcs(), present(solution))
    assert dict(zip(frame["year"], frame["children"], strict=True)) == pytest.approx({"2026/27": 1.0, "2027/28": 4 * 0.125 + 2 * 0.25})


def test_places_grow_with_options_and_go_with_a_closing() -> None:
    grown = tables.unit_places(five.demand(), five.arcs(), five.programme(), answers.solution(opened={"grow_special": (0, 1, 1)}))
    assert list(grown[3]) == [2, 2, 4, 4]
    shut = tables.unit_places(five.demand(), five.arcs(), five.programme(), answers.solution(opened={"close_special": (0, 1, 1)}))
    assert list(shut[3]) == pytest.approx([2, 2, 2 * 0.9, 2 * 0.81])
    assert np.isnan(shut[2]).all()


@given(st.integers(0, 5), st.floats(0, 1), st.floats(0, 100))
def test_closed_places_never_fall_and_never_pass_the_places(first: int, stay: float, places: float) -> None:
    gone = closed_places(places, (np.arange(6) >= first).astype(float), stay)
    assert (np.diff(gone) >= -1e-9).all()
    assert gone.max() <= places + 1e-9
    assert (gone[:first] == 0).all()


def test_occupancy_counts_children_places_and_those_over() -> None:
    solution = answers.solution(entries=[("primary", "heavy", "special", "2025/26", 3.0)])
    here, arcs = present(solution), arcs_with_names()
    places = tables.unit_places(five.demand(), five.arcs(), five.programme(), solution)
    frame = tables.occupancy(county(), five.demand(), arcs, here, places)
    special = frame[frame["unit"] == "special"].set_index("year")
    assert special.loc["2025/26", "children"] == pytest.approx(HEAVY + 3)
    assert special.loc["2025/26", "over_places"] == pytest.approx(HEAVY + 3 - 2)
    assert special.loc["2024/25", "over_places"] == 0
    assert frame.loc[frame["unit"] == "mainstream", "over_places"].sum() == 0
    assert "centre" not in set(frame["unit"])


def test_places_kept_for_a_phase_stand_beside_its_children() -> None:
    solution = answers.solution(entries=[("secondary", "heavy", "special", "2026/27", 0.5)], opened={"grow_special": (0, 1, 1)})
    here = present(solution)
    places = tables.unit_places(five.demand(), five.arcs(), five.programme(), solution)
    frame = tables.occupancy_phase(county(), five.demand(), five.arcs(), here, places)
    assert tuple(frame.columns) == TABLE_COLUMNS["occupancy_phase"]
    secondary = frame[(frame["unit"] == "special") & (frame["phase"] == "secondary")]
    assert list(secondary["places"]) == [1, 1, 3, 3]
    assert list(secondary["children"]) == pytest.approx([0, 0, 0.5, 0.45])
    assert frame.loc[frame["phase"] == "primary", "places"].isna().all()


def test_journeys_are_weighted_by_children_and_own_area_schools_are_not_counted() -> None:
    arcs = arcs_with_names()
    arcs = dataclasses.replace(arcs, units=arcs.units.assign(serves=["county", "county", "own_area", "county"]))
    solution = answers.solution(entries=[("primary", "light", "centre", "2025/26", 3.0), ("primary", "heavy", "special", "2025/26", 1.0)])
    frame = tables.travel(county(), five.demand(), arcs, present(solution))
    assert set(frame["provision_type"]) == {"resource_centre", "state_special"}
    special = frame[(frame["provision_type"] == "state_special") & (frame["year"] == "2025/26")].iloc[0]
    assert (special["mean_minutes"], special["p90_minutes"]) == pytest.approx((30, 30))
    assert special["child_minutes"] == pytest.approx(30 * (1 + HEAVY))
    assert special["child_km"] == pytest.approx(9 * 1.0)


def test_the_ninth_decile_is_the_journey_that_nine_in_ten_do_not_pass() -> None:
    arcs = arcs_with_names()
    demand = dataclasses.replace(
        five.demand(), stock_cohort=np.array([1, 1]), stock_unit=np.array([3, 3]), stock_children=np.array([9.5, 0.5])
    )
    arcs = dataclasses.replace(arcs, stock_minutes=np.array([10.0, 50.0]))
    frame = tables.travel(county(), demand, arcs, presence(answers.solution(), demand, five.arcs()))
    assert frame["p90_minutes"].iloc[0] == 10
    assert frame["mean_minutes"].iloc[0] == pytest.approx(12)


def test_tables_of_an_empty_answer_have_their_columns() -> None:
    demand = dataclasses.replace(five.demand(), stock_cohort=np.zeros(0, int), stock_unit=np.zeros(0, int), stock_children=np.zeros(0))
    arcs = dataclasses.replace(arcs_with_names(), stock_minutes=np.zeros(0), stock_km=np.zeros(0))
    here = presence(answers.solution(), demand, arcs)
    places = tables.unit_places(demand, arcs, five.programme(), answers.solution())
    made = {
        "ehcps": tables.ehcps(county(), demand, arcs, here),
        "entries": tables.entries(county(), demand, arcs, here),
        "travel": tables.travel(county(), demand, arcs, here),
        "avoided": tables.avoided(demand, arcs, here),
        "occupancy": tables.occupancy(county(), demand, arcs, here, places),
        "occupancy_phase": tables.occupancy_phase(county(), demand, arcs, here, places),
    }
    for name, frame in made.items():
        assert tuple(frame.columns) == TABLE_COLUMNS[name]
    assert made["entries"].empty
    assert made["travel"].empty


def test_every_child_of_the_tiny_county_is_in_one_unit_or_waiting(tiny_run: RunResult) -> None:
    solution = tiny_run.solution
    held = solution.table("ehcps").groupby("year")["children"].sum()
    occupied = solution.table("occupancy").groupby("year")["children"].sum()
    waiting = solution.table("waiting").groupby("year")["children"].sum().reindex(held.index, fill_value=0.0)
    assert np.allclose(held, occupied + waiting)
    by_phase = solution.table("occupancy_phase").groupby("year")["children"].sum()
    assert np.allclose(by_phase, occupied)


def test_every_table_of_a_run_has_its_declared_columns(tiny_run: RunResult) -> None:
    assert set(tiny_run.solution.tables) == set(TABLE_COLUMNS)
    for name, frame in tiny_run.solution.tables.items():
        assert tuple(frame.columns) == TABLE_COLUMNS[name], name
