"""Shortages told before anything is solved: both numbers, and never one that a plan could do without."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from planner.advice.facts import Facts
from planner.advice.shortage import ALL_NEEDS, ALL_PHASES, EVERYWHERE, fewer_places_than_children, shortages
from planner.case import Case
from planner.run import prepare
from tests.conftest import COUNTIES
from tests.relations import solved
from tests.strategies import Small, smalls


def facts(case: Case) -> Facts:
    return Facts(case.loaded, case.county, case.demand, case.arcs, case.programme, case.rates)


def tiny(folder: Path, more: str) -> Case:
    path = folder / "short.yaml"
    path.write_text(f"title: Few places\ncounty: tiny\nyears: 3\ndetail: {{areas: area}}\n{more}", encoding="utf-8")
    return prepare(path, COUNTIES, lambda text: None)


def test_places_enough_are_no_shortage(tmp_path: Path) -> None:
    plenty = "units: {sp_north: {places: 500}, ind_south: {places: 500}}\n"
    assert shortages(facts(tiny(tmp_path, plenty))).empty


def test_both_numbers_are_told_and_add_up(tmp_path: Path) -> None:
    case = tiny(
        tmp_path, "units: {sp_north: {places: 0}, ind_south: {places: 0}}\noptions: {committed: false}\ndemand: {arrivals_factor: 40}\n"
    )
    found = shortages(facts(case)).set_index(["district", "need", "phase"])
    whole = found.loc[(EVERYWHERE, ALL_NEEDS, ALL_PHASES)]
    parts = found.drop(index=[key for key in found.index if key[0] == EVERYWHERE])
    assert whole["places"] == 0 and whole["children"] >= parts["children"].max() > 5
    said = [advice.wrong for advice in fewer_places_than_children(facts(case))]
    assert any(f"{whole['children']:,.0f} children need a place of a limited kind" in one for one in said)


def test_few_children_are_not_counted_in_words(tmp_path: Path) -> None:
    case = tiny(tmp_path, "units: {sp_north: {places: 0}, ind_south: {places: 0}}\noptions: {committed: false}\n")
    found = shortages(facts(case))
    few = found[found["children"] < case.loaded.scenario.publish.small_below]
    assert len(few), "the tiny county has small groups"
    said = " ".join(advice.wrong for advice in fewer_places_than_children(facts(case)))
    assert "fewer than 5 children" in said or len(few) == 0


def test_whoever_is_told_to_be_short_is_short_in_the_best_plan() -> None:
    told = 0

    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )  # fmt: skip
    @given(small=smalls(), factor=st.sampled_from([1.0, 30.0]))
    def search(small: Small, factor: float) -> None:
        nonlocal told
        tight = small.with_keys(demand={"arrivals_factor": factor})
        if not shortages(facts(tight.case)).empty:
            told += 1
            assert solved(tight).aim("waiting") > 0.5

    search()
    assert told >= 3, "the search met shortages"
