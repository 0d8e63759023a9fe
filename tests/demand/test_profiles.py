"""How early help's effect arrives, and how new-EHCP rates change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.demand.profiles import weights
from planner.demand.project import trend_factors
from planner.names import Year
from planner.scenario.schema import NewEhcpTrend

SHAPES = ["step", "linear", "front_loaded", "back_loaded", "s_curve"]


@given(profile=st.sampled_from(SHAPES), lag=st.integers(1, 5), spread=st.integers(1, 6))
def test_the_shares_add_to_one_without_fading(profile: str, lag: int, spread: int) -> None:
    shares = weights(profile, lag, spread, 0.0, 20)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[:lag].sum() == 0.0
    assert (shares >= 0).all()


@given(profile=st.sampled_from(SHAPES[1:]), fade=st.floats(0.01, 0.9), spread=st.integers(2, 6))
def test_fading_only_takes_away(profile: str, fade: float, spread: int) -> None:
    assert (weights(profile, 1, spread, fade, 20) <= weights(profile, 1, spread, 0.0, 20) + 1e-12).all()
    assert weights(profile, 1, spread, fade, 20).sum() < 1.0


def test_shapes_by_hand() -> None:
    assert weights("step", 2, 3, 0.0, 4).tolist() == [0, 0, 1, 0, 0]
    assert weights("front_loaded", 1, 3, 0.0, 3) == pytest.approx([0, 3 / 6, 2 / 6, 1 / 6])
    assert weights("back_loaded", 1, 3, 0.0, 3) == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6])
    assert weights("s_curve", 1, 3, 0.0, 3) == pytest.approx([0, 1 / 6, 4 / 6, 1 / 6])
    assert weights("linear", 1, 4, 0.5, 2) == pytest.approx([0, 1 / 4, 1 / 8])


def test_trends_by_hand() -> None:
    base = Year(2024)
    assert trend_factors(NewEhcpTrend(shape="continue", growth_per_year=0.1), base, 3) == pytest.approx([1, 1.1, 1.21, 1.331])
    level = trend_factors(NewEhcpTrend(shape="level_off", growth_per_year=0.1, until="2025/26"), base, 3)
    assert level == pytest.approx([1, 1.1, 1.1, 1.1])
    half = trend_factors(NewEhcpTrend(shape="level_off", growth_per_year=0.1, until="2026/27"), base, 3)
    assert half == pytest.approx([1, 1.1, 1.1 * 1.05, 1.1 * 1.05])
    fall = trend_factors(NewEhcpTrend(shape="fall", growth_per_year=0.1, until="2025/26", fall_per_year=0.5), base, 3)
    assert fall == pytest.approx([1, 1.1, 0.55, 0.275])
    assert np.all(np.diff(trend_factors(NewEhcpTrend(), base, 10)) >= 0)
