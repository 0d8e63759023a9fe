"""Children followed by age: none is lost, rates are chances, and more children make more new EHCPs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.demand.ages import AgeRates, estimate, factors_to_totals, follow, older
from planner.demand.backtest import children_known
from planner.demand.history import AGES, phase_sums
from planner.demand.paths import simulate
from planner.demand.population import by_phase, phase_of_age
from planner.errors import InputError
from planner.names import NEEDS
from tests.histories import history, row, tiny_rows

CHILDREN = np.full(AGES, 100.0)
CHANCE = st.lists(st.floats(0, 1), min_size=AGES, max_size=AGES)


def rates(held: float = 3.0, leaves: list[float] | None = None, arrives: float = 0.0, new: float = 0.01) -> AgeRates:
    grid = np.zeros((len(NEEDS), AGES))
    grid[:2] = held
    fresh = np.zeros((len(NEEDS), AGES))
    fresh[:2, 3:18] = new
    strength = {"new by age": 50.0}
    return AgeRates(2025, grid, fresh, np.array(leaves if leaves is not None else [0.1] * AGES), np.full(AGES, arrives), strength)


@given(CHANCE, st.floats(0, 0.5), st.floats(0, 0.2), st.floats(0, 3))
@settings(max_examples=25, deadline=None)
def test_no_child_is_lost_at_any_age(leaves: list[float], arrives: float, new: float, factor: float) -> None:
    children = np.repeat(CHILDREN[:, None], 5, axis=1)
    found = follow(rates(leaves=leaves, arrives=arrives, new=new), children, np.full(5, factor))
    for year in range(1, 5):
        expected = older(found.held[:, :, year - 1]) - found.left[:, :, year] + found.arrivals[:, :, year] + found.new[:, :, year]
        assert found.held[:, :, year] == pytest.approx(expected)
    assert (found.held >= -1e-9).all()


@given(st.floats(0.1, 5), st.floats(0, 2))
@settings(max_examples=15, deadline=None)
def test_so_many_times_the_children_get_so_many_times_the_new_ehcps(times: float, factor: float) -> None:
    children = np.repeat(CHILDREN[:, None], 4, axis=1)
    plain, more = (follow(rates(), children * scale, np.full(4, factor)) for scale in (1.0, times))
    assert more.new == pytest.approx(plain.new * times)


def test_factors_bring_the_children_to_the_totals() -> None:
    children = np.repeat(CHILDREN[:, None], 4, axis=1)
    wanted = np.array([156.0, 170.0, 180.0, 200.0])
    factors = factors_to_totals(rates(), children, wanted)
    assert follow(rates(), children, factors).held.sum(axis=(0, 1))[1:] == pytest.approx(wanted[1:])
    fallen = factors_to_totals(rates(), children, np.array([156.0, 20.0, 20.0, 20.0]))
    assert fallen[1] == 0.0


def test_rates_are_found_from_the_history_of_the_tiny_county() -> None:
    found = estimate(history(tiny_rows()), CHILDREN)
    assert found.held.sum() == pytest.approx(20)
    assert (found.new * CHILDREN).sum() == pytest.approx(5)
    for chance in (found.new, found.leaves, found.arrives):
        assert (chance >= 0).all() and (chance <= 1).all()
    assert found.new[:, 7].sum() * 100 == pytest.approx(2), "counted by need at 6 in the January before, so 7 in the January after"
    assert found.new[NEEDS.index("ASD"), 7] > found.new[NEEDS.index("SEMH"), 7] > 0, "few children at an age: pulled towards all ages"
    assert found.leaves[-1] == 1.0


def test_small_numbers_are_pulled_towards_england() -> None:
    rows = tiny_rows()
    england = [row("held", 2024, 1000, (age, age), place="england") for age in range(26)]
    england += [row("ceased", 2024, 100, (age, age), place="england") for age in range(26)]
    alone, pulled = estimate(history(rows), CHILDREN), estimate(history([*rows, *england]), CHILDREN)
    assert pulled.leaves[4] == pytest.approx(0.1, abs=0.01)
    assert alone.leaves[4] != pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(("measure", "says"), [("held", "EHCPs held by age"), ("new", "new EHCPs by age"), ("ceased", "ceased by age")])
def test_what_is_not_published_by_age_is_named(measure: str, says: str) -> None:
    rows = [line for line in tiny_rows() if line[1] != measure or (line[3], line[4]) == (0, 25)]
    with pytest.raises(InputError, match=says):
        estimate(history(rows), CHILDREN)


def test_phases_of_an_area_with_first_and_middle_schools() -> None:
    ages = np.ones((2, AGES, 1))
    phases = by_phase(ages, np.array([11, 9]))
    assert phases[:, :, 0].tolist() == [[5, 6, 5, 10], [5, 4, 7, 10]]
    assert phase_of_age(np.array([9, 11, 13])).sum(axis=1) == pytest.approx(1.0), "every age counts in one phase of every area"
    assert by_phase(ages, np.array([11, 11])).tolist() == by_phase(ages).tolist()


def test_children_born_later_were_not_known() -> None:
    children = np.arange(1.0, AGES + 1)
    changed = children.copy()
    changed[:3] = 999.0
    known = children_known(children, 3, 2)
    assert known.tolist() == children_known(changed, 3, 2).tolist()
    assert known[0].tolist() == [4.0, 4.0, 4.0], "those born later are taken to be as many as the youngest"
    assert known[5, 1] == known[4, 0] == children[7]


@given(st.integers(0, 50))
@settings(max_examples=5, deadline=None)
def test_simulated_children_add_up_and_follow_their_course(seed: int) -> None:
    children = np.repeat(CHILDREN[:, None], 4, axis=1)
    courses = np.tile(np.array([156.0, 175.0, 190.0, 230.0]), (60, 1))
    found = simulate(rates(arrives=0.02), children, courses, np.random.default_rng(seed))
    assert found.by_phase.sum(axis=1) == pytest.approx(found.in_all)
    assert found.by_need.sum(axis=1) == pytest.approx(found.in_all)
    assert (found.in_all >= courses - 1e-6).all(), "the total is the course's, or more where fewer left than it needs"
    assert found.in_all[:, 1].mean() == pytest.approx(175, rel=0.02)
    assert (found.by_phase >= 0).all()
    again = simulate(rates(arrives=0.02), children, courses, np.random.default_rng(seed))
    assert again.by_need.tolist() == found.by_need.tolist()
    assert phase_sums(rates().held.sum(axis=0)) == pytest.approx(found.by_phase[0, :, 0])
