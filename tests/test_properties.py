"""What a planner expects of any answer: directions, conservation and indifference to names and order."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.case import Case
from planner.run import all_tables, build, prepare
from planner.solve.run import solve
from tests.conftest import COUNTIES, TINY

FEW = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
COST_ONLY = "objective: [{aim: cost}]\n"


def case_with(folder: Path, extra: str, counties: Path = COUNTIES) -> Case:
    shutil.copy(TINY, folder / "tiny.yaml")
    path = folder / "mine.yaml"
    path.write_text("extends: tiny.yaml\n" + COST_ONLY + extra, encoding="utf-8")
    return prepare(path, counties, lambda text: None)


def least_cost(case: Case) -> float:
    stage = solve(build(case).program, case.loaded.scenario).record.stage("cost")
    assert stage is not None
    assert stage.value is not None
    return stage.value


@FEW
@given(
    line=st.sampled_from(["top_up", "independent_fees", "mainstream_support", "transport", "capital", "place_funding"]),
    factor=st.floats(1.1, 3.0),
)
def test_a_dearer_price_never_makes_the_best_plan_cheaper(line: str, factor: float, tmp_path: Path) -> None:
    base = least_cost(case_with(tmp_path, ""))
    dearer = least_cost(case_with(tmp_path, f"money: {{price_factor: {{{line}: {factor}}}}}\n"))
    assert dearer >= base * (1 - 1e-9)
    if line in ("mainstream_support", "top_up"):
        assert dearer > base * (1 + 1e-6)


@FEW
@given(unit=st.sampled_from(["sp_north", "ind_south"]), factor=st.floats(0.3, 0.9))
def test_fewer_places_never_make_the_best_plan_cheaper(unit: str, factor: float, tmp_path: Path) -> None:
    # Places are paid for whether filled or not, so their own price is taken out: what is left can only get worse.
    free = "money: {price_factor: {place_funding: 0.0}}\n"
    assert least_cost(case_with(tmp_path, free + f"units: {{{unit}: {{places_factor: {factor}}}}}\n")) >= least_cost(
        case_with(tmp_path, free)
    ) * (1 - 1e-9)


@FEW
@given(factor=st.floats(0.2, 5.0))
def test_scaling_every_price_scales_the_cost(factor: float, tmp_path: Path) -> None:
    lines = [
        "place_funding",
        "top_up",
        "independent_fees",
        "mainstream_support",
        "other_placements",
        "early_help",
        "running_cost",
        "interim_tuition",
        "transport",
        "capital",
    ]
    prices = ", ".join(f"{line}: {factor}" for line in lines)
    assert least_cost(case_with(tmp_path, f"money: {{price_factor: {{{prices}}}}}\n")) == pytest.approx(
        factor * least_cost(case_with(tmp_path, "")), rel=1e-6
    )


@pytest.mark.parametrize("minutes", [0, 10, 20])
def test_a_tighter_travel_limit_never_makes_the_best_plan_cheaper(minutes: int, tmp_path: Path) -> None:
    tight = f"travel: {{limit_minutes: {{primary: {minutes}, secondary: {minutes}}}}}\n"
    assert least_cost(case_with(tmp_path, tight)) >= least_cost(case_with(tmp_path, "")) * (1 - 1e-9)


def test_early_help_without_effect_is_never_bought(tmp_path: Path) -> None:
    case = case_with(tmp_path, "demand: {early_help: {effect: 0.0}}\n")
    model = build(case)
    answer = solve(model.program, case.loaded.scenario)
    assert answer.values is not None
    tables = all_tables(case, model, answer, answer.values).tables
    opened = tables["options"]
    assert opened.loc[opened["option"] == "open_cb_east", "open"].sum() == 0
    assert tables["avoided"].empty


def test_early_help_with_a_strong_effect_avoids_ehcps(tmp_path: Path) -> None:
    case = case_with(tmp_path, "demand: {early_help: {effect: 1.0}}\nmoney: {price_factor: {early_help: 0.1, running_cost: 0.1}}\n")
    model = build(case)
    answer = solve(model.program, case.loaded.scenario)
    assert answer.values is not None
    assert all_tables(case, model, answer, answer.values).table("avoided")["children"].sum() > 0


def test_a_school_further_away_costs_more_and_takes_longer(tmp_path: Path) -> None:
    shutil.copytree(COUNTIES, tmp_path / "counties")
    units = tmp_path / "counties" / "tiny" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8").replace("400500,328000", "400500,338000"), encoding="utf-8")
    near, far = case_with(tmp_path, ""), case_with(tmp_path, "", tmp_path / "counties")
    school = list(near.arcs.units["unit"]).index("sp_north")
    assert far.arcs.minutes[far.arcs.unit == school].min() > near.arcs.minutes[near.arcs.unit == school].min()
    assert least_cost(far) > least_cost(near)


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    shutil.copytree(COUNTIES, tmp_path / "counties")
    for name in ("units", "areas", "stock", "options", "population", "entrants"):
        path = tmp_path / "counties" / "tiny" / f"{name}.csv"
        pd.read_csv(path, dtype=str, keep_default_na=False).sample(frac=1.0, random_state=3).to_csv(path, index=False)
    straight, mixed = case_with(tmp_path, ""), case_with(tmp_path, "", tmp_path / "counties")
    answers = []
    for case in (straight, mixed):
        model = build(case)
        answer = solve(model.program, case.loaded.scenario)
        assert answer.values is not None
        answers.append(all_tables(case, model, answer, answer.values).table("allocation").round(6))
    pd.testing.assert_frame_equal(*answers)


def test_every_child_of_the_base_year_is_in_the_projection(tiny_case: Case) -> None:
    assert tiny_case.demand.stock_children.sum() == pytest.approx(20.0)
    chances = tiny_case.demand.stay + tiny_case.demand.moves_up + tiny_case.demand.escalates + tiny_case.demand.leaves
    assert np.allclose(chances, 1.0)


@pytest.mark.parametrize("level", ["area", "planning_area", "district"])
def test_grouping_areas_conserves_children(level: str, tmp_path: Path) -> None:
    case = case_with(tmp_path, f"detail: {{areas: {level}}}\n")
    assert case.county.table("stock")["children"].sum() == pytest.approx(20.0)
    assert case.county.table("population")["children"].sum() == pytest.approx(2600.0)
    assert case.demand.new[:, 1].sum() == pytest.approx(18.0)
    assert len(case.county.table("areas")) == {"area": 3, "planning_area": 2, "district": 2}[level]


def test_population_and_rate_effects_add_to_the_change(tmp_path: Path) -> None:
    case = case_with(tmp_path, "demand: {births_change_per_year: 0.1, new_ehcps: {growth_per_year: 0.2}}\n")
    growth = case.demand.growth.groupby("year")[["new_ehcps", "children_population_effect", "children_rate_effect"]].sum()
    assert np.allclose(growth["new_ehcps"] - growth["children_population_effect"] - growth["children_rate_effect"], 18.0)
    assert (growth["children_rate_effect"] > 0).all()


def test_a_matrix_with_zero_minutes_works(tmp_path: Path) -> None:
    shutil.copytree(COUNTIES, tmp_path / "counties")
    sites = ["sp_north", "ind_south", "rc_south", "cb_east"]
    lines = [f"{area},{site},0,0" for area in ("east", "north", "south") for site in sites]
    (tmp_path / "counties" / "tiny" / "minutes.csv").write_text("area,site,minutes,km\n" + "\n".join(lines) + "\n", encoding="utf-8")
    case = case_with(tmp_path, "travel: {matrix: minutes.csv}\n", tmp_path / "counties")
    plain = case_with(tmp_path, "")
    assert len(case.arcs.cohort) == len(plain.arcs.cohort)
    assert case.arcs.minutes.max() == 0.0
    assert least_cost(case) < least_cost(plain)
