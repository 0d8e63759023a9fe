"""What must hold between the answers to a county and to the same county changed; ``benchmarks.relations`` tries many more."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from hypothesis import strategies as st

from planner.county.read import read_county
from planner.errors import InputError
from planner.run import build, prepare
from planner.solve import through_pulp
from tests.oracle.against import bounds_in_order, second_solver, trying_everything
from tests.relations import RELATIONS, NotHereError, solved
from tests.strategies import Small, smalls

FEW = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": [
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
    "phases": [Phase.generate],
}


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_relation_holds(name: str) -> None:
    tried = 0

    @settings(max_examples=4, **FEW)
    @given(small=smalls(), pick=st.integers(0, 10_000))
    def search(small: Small, pick: int) -> None:
        nonlocal tried
        try:
            assert RELATIONS[name](small, pick) is None
        except NotHereError:
            reject()
        tried += 1

    search()
    assert tried >= 3


@pytest.mark.parametrize(("way", "examples"), [(trying_everything, 8), (second_solver, 6), (bounds_in_order, 3)])
def test_every_way_to_work_out_a_small_county_agrees(way, examples: int) -> None:
    if way is second_solver and (reason := through_pulp.missing("COIN_CMD")):
        pytest.skip(reason)
    tried = 0

    @settings(max_examples=examples, **FEW)
    @given(small=smalls())
    def search(small: Small) -> None:
        nonlocal tried
        found = way(small)
        if found is None:
            reject()
        assert not found.wrong
        tried += 1

    search()
    assert tried >= examples - 1


@settings(max_examples=5, **FEW)
@given(small=smalls())
def test_a_small_county_is_read_from_its_files_as_it_was_made(small: Small, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("small")
    case = prepare(small.write(folder), folder, lambda text: None)
    pd.testing.assert_frame_equal(case.demand.cohorts, small.case.demand.cohorts)
    assert (case.demand.new == small.case.demand.new).all()
    one, other = build(case).program, build(small.case).program
    assert (one.matrix != other.matrix).nnz == 0
    assert (one.aims["cost"].costs == other.aims["cost"].costs).all()


def one_of(strategy: st.SearchStrategy[Small], count: int = 1) -> list[Small]:
    found: list[Small] = []

    @settings(max_examples=count, **FEW)
    @given(strategy)
    def collect(small: Small) -> None:
        found.append(small)

    collect()
    return found


def test_children_in_a_unit_without_places_are_over_its_places_and_it_is_reported() -> None:
    small = next(small for small in one_of(smalls(), 30) if len(small.tables["stock"]) and small.scenario.years > 1)
    small = small.with_table("units", lambda frame: frame.assign(places=frame["places"].where(frame["unit"] != "sp", 0.0)))
    row = {
        "area": small.tables["areas"]["area"].iloc[0],
        "need": "ASD",
        "phase": "primary",
        "band": "specialist",
        "unit": "sp",
        "children": 3.0,
    }
    small = small.with_table("stock", lambda frame: pd.DataFrame([row])).with_keys(options={"offer": [], "fixed": {}})
    found = solved(small)
    slacks = found.tables.table("slacks")
    over = slacks[(slacks["limit"] == "over_capacity") & (slacks["unit"] == "sp")]
    assert len(over) == small.scenario.years
    assert RELATIONS["check_passes"](small, 0) is None


def test_an_option_at_a_unit_with_no_number_of_places_is_refused(tmp_path: Path) -> None:
    small = next(small for small in one_of(smalls(), 30) if (small.tables["options"]["unit"] == "sp").any())
    path = small.with_table("units", lambda frame: frame.assign(places=frame["places"].where(frame["unit"] != "sp"))).write(tmp_path)
    with pytest.raises(InputError, match="a unit without a number of places cannot be"):
        read_county(path.parent / "small")


def test_a_county_that_costs_nothing_is_solved_by_prices_too() -> None:
    small = one_of(smalls())[0]
    small = small.with_table("entrants", lambda frame: frame.assign(new_ehcps=0.0, arrivals=0.0))
    small = small.with_table("stock", lambda frame: frame.assign(children=0.0)).with_keys(
        money={"price_factor": {"place_funding": 0.0, "early_help": 0.0}}
    )
    assert solved(small).cost == 0.0
    found = bounds_in_order(small)
    assert found is not None and not found.wrong
