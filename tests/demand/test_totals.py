"""All EHCPs in the years to come: known answers, ranges and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.demand.totals import central_path, growth, quantile_path, simulated_paths
from planner.errors import InputError
from tests.histories import history, row, totals

TENTH = [1000 * 1.1**year for year in range(8)]


def test_a_county_that_grows_as_england_does_goes_on_so() -> None:
    found = growth(history(totals(2018, TENTH, [50 * value for value in TENTH])))
    assert found.first == pytest.approx(np.log(1.1))
    assert found.sd == pytest.approx(0.0, abs=1e-9)
    assert central_path(found, 3, 1.0) == pytest.approx([TENTH[-1] * 1.1**year for year in range(4)])
    kept_half = np.log(1.1) * np.array([0, 1, 1.5, 1.75])
    assert central_path(found, 3, 0.5) == pytest.approx(TENTH[-1] * np.exp(kept_half))


def test_noise_about_england_is_not_taken_for_a_difference() -> None:
    england = [1000 * 1.1**year for year in range(6)]
    noisy = [value * factor for value, factor in zip(england, (1.0, 1.03, 0.98, 1.02, 0.97, 1.01), strict=True)]
    found = growth(history(totals(2020, noisy, england)))
    assert found.own_weight == 0.0
    assert found.first == pytest.approx(np.log(1.1))


def test_a_steady_difference_from_england_is_kept() -> None:
    england = [1000 * 1.05**year for year in range(6)]
    found = growth(history(totals(2020, [100 * 1.08**year for year in range(6)], england)))
    assert found.first == pytest.approx(np.log(1.08))


def test_without_a_parent_the_countys_own_years_count() -> None:
    assert growth(history(totals(2022, (100, 110, 121)))).first == pytest.approx(np.log(1.1))
    region = [(("region", *line[1:]) if line[0] == "england" else line) for line in totals(2022, (100, 110, 121), (1000, 1200, 1440))]
    assert growth(history(region)).first == pytest.approx(np.log(1.1), abs=1e-9)


@pytest.mark.parametrize("values", [(), (100.0,), (100.0, 110.0)])
def test_too_few_januaries_are_refused_in_words(values: tuple[float, ...]) -> None:
    with pytest.raises(InputError, match=r"ehcp_history.csv.*at least 3 Januaries in a row"):
        growth(history([*totals(2025, values), row("new", 2024, 5)]))


@given(st.lists(st.floats(0.9, 1.25), min_size=5, max_size=12), st.integers(0, 1000))
@settings(max_examples=25, deadline=None)
def test_ranges_nest_and_the_same_seed_gives_the_same_paths(steps: list[float], seed: int) -> None:
    found = growth(history(totals(2010, np.cumprod([1000.0, *steps]).tolist(), [1000 * 1.05**year for year in range(len(steps) + 1)])))
    courses = simulated_paths(found, 4, 0.85, 400, np.random.default_rng(seed))
    assert (courses > 0).all()
    assert courses[:, 0] == pytest.approx(found.held)
    low, quarter, half, upper, high = np.quantile(courses, [0.1, 0.25, 0.5, 0.75, 0.9], axis=0)
    assert (low <= quarter).all() and (quarter <= half).all() and (half <= upper).all() and (upper <= high).all()
    paths = [quantile_path(found, 4, 0.85, quantile, 400, seed) for quantile in (0.1, 0.5, 0.9)]
    assert (paths[0] <= paths[1] + 1e-9).all() and (paths[1] <= paths[2] + 1e-9).all()
    assert paths[0].tolist() == quantile_path(found, 4, 0.85, 0.1, 400, seed).tolist()
    spread = np.log(high / low)
    assert (np.diff(spread) >= -0.05).all()
