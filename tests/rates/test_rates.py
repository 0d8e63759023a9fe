"""Prices: the arithmetic of a stay, which price fits, and what a journey costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.case import Case
from planner.county.county import Rate
from planner.rates.build import transport_rate
from planner.rates.lookup import book, find
from planner.rates.stays import stay_weights


@given(stay=st.floats(0, 0.99), discount=st.floats(0, 0.1), tail=st.floats(0, 5))
def test_a_stay_is_the_sum_of_its_years(stay: float, discount: float, tail: float) -> None:
    yearly = (1 + discount) ** -np.arange(5.0)
    found = stay_weights(np.array([stay]), yearly, np.array([tail]))[0]
    for start in range(5):
        by_hand = sum(stay ** (year - start) * yearly[year] for year in range(start, 5)) + stay ** (4 - start) * yearly[4] * tail
        assert found[start] == pytest.approx(by_hand)


def rate(value: float, per: str = "child_year", line: str = "top_up", **selectors: str) -> Rate:
    chosen = {"provision_type": "*", "phase": "*", "need": "*", "band": "*", "unit": "*", **selectors}
    return Rate(
        line=line,
        per=per,
        value_gbp=value,
        **chosen,
        price_year="2024/25",
        source="assumption",
        quality="red",
        section_251="",
        file="",
        row=1,
    )


def children(**columns: str) -> pd.DataFrame:
    return pd.DataFrame(
        [{"provision_type": "state_special", "phase": "primary", "need": "ASD", "band": "enhanced", "unit": "sp", **columns}]
    )


def test_the_price_with_most_selectors_counts_and_then_the_later() -> None:
    prices = book(
        [
            rate(1),
            rate(2, phase="primary"),
            rate(3, phase="primary", need="ASD"),
            rate(4, band="enhanced", need="ASD"),
            rate(9, unit="other"),
        ]
    )
    assert find(prices, "top_up", "child_year", children())[0] == 4
    assert find(prices, "top_up", "child_year", children(band="support"))[0] == 3
    assert find(prices, "top_up", "child_year", children(need="SEMH"))[0] == 2
    assert find(prices, "top_up", "child_year", children(phase="secondary", need="SEMH"))[0] == 1
    assert find(prices, "transport", "child_year", children())[0] == 0


@pytest.mark.parametrize(("km", "pounds"), [(0.0, 0.0), (3.2, 0.0), (10.0, 0.8 * (3000 + 200 * 10) * 1.2)])
def test_a_journey_by_hand(km: float, pounds: float) -> None:
    prices = book(
        rate(value, per, "transport")
        for per, value in (
            ("journey_year_fixed", 3000),
            ("journey_year_km", 200),
            ("journey_share_carried", 0.8),
            ("journey_share_solo", 0.1),
            ("journey_solo_factor", 3),
            ("walking_km", 3.2),
        )
    )
    assert transport_rate(prices, children(), np.array([km]))[0] == pytest.approx(pounds)


def test_the_tiny_countys_prices(tiny_case: Case) -> None:
    rates, arcs, demand = tiny_case.rates, tiny_case.arcs, tiny_case.demand
    kinds = arcs.units["provision_type"].to_numpy()[arcs.unit]
    assert set(rates.arc["independent_fees"][kinds == "independent_special"]) == {60000.0}
    assert set(rates.arc["top_up"][kinds == "resource_centre"]) == {7000.0}
    assert set(rates.arc["place_funding"][kinds == "resource_centre"]) == {-4000.0}
    light = demand.cohorts["band"].to_numpy()[arcs.cohort] == "support"
    assert set(rates.arc["mainstream_support"][(kinds == "mainstream_support") & light]) == {4000.0}
    assert rates.discount == pytest.approx([1, 1 / 1.035, 1 / 1.035**2])
    q = demand.stay[arcs.cohort[0], 0] / 1.035
    assert rates.arc_tail[0] == pytest.approx(q / (1 - q))
    assert rates.section_251["top_up", "state_special", "academy", "primary"] == "1.2.2"
    assert rates.section_251["mainstream_support", "mainstream_support", "maintained", "post_16"] == "1.2.1"
