"""Two clocks and the position of the grant, worked by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.county.county import County
from planner.finance.clock import base_year_costs, by_financial_year
from planner.finance.position import dsg_position
from planner.names import LINE_FUND, Year
from tests import five_children as five

YEARS = tuple(Year(2024 + step) for step in range(4))


def ledger(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [(LINE_FUND[line], line, year, pounds) for line, year, pounds in rows], columns=["fund", "line", "academic_year", "cash_gbp"]
    )


def paid(frame: pd.DataFrame, line: str) -> list[float]:
    return list(frame.loc[frame["line"] == line].sort_values("financial_year")["cash_gbp"])


def test_a_financial_year_holds_the_spring_of_the_year_before() -> None:
    table = ledger(
        [("top_up", "2025/26", 1200.0), ("top_up", "2026/27", 2400.0), ("top_up", "2027/28", 0.0), ("top_up", "after 2027/28", 9e9)]
    )
    found = by_financial_year(table, {"top_up": 600.0}, YEARS, 7 / 12)
    assert paid(found, "top_up") == pytest.approx([700 + 250, 1400 + 500, 1000])


def test_capital_is_already_by_financial_year() -> None:
    table = ledger([("capital", "2024/25", 5.0), ("capital", "2025/26", 100.0), ("capital", "after 2027/28", -50.0)])
    assert paid(by_financial_year(table, {}, YEARS, 0.5), "capital") == pytest.approx([100, 0, 0])


def test_a_line_paid_only_in_the_base_year_still_has_its_spring() -> None:
    table = ledger([("top_up", "2025/26", 1200.0)])
    assert paid(by_financial_year(table, {"transport": 240.0}, YEARS, 7 / 12), "transport") == pytest.approx([100, 0, 0])


@given(
    st.lists(st.floats(0, 1e8), min_size=3, max_size=3),
    st.floats(0, 1e8),
    st.floats(0, 1),
)
def test_no_pound_is_lost_between_the_clocks(years: list[float], base: float, share: float) -> None:
    table = ledger([("top_up", str(YEARS[number + 1]), pounds) for number, pounds in enumerate(years)])
    found = sum(paid(by_financial_year(table, {"top_up": base}, YEARS, share), "top_up"))
    assert found == pytest.approx((1 - share) * base + sum(years) - (1 - share) * years[-1], abs=1e-3)


def test_the_base_year_costs_its_children_and_its_places() -> None:
    costs = base_year_costs(five.demand(), five.arcs(), five.rates())
    assert costs == pytest.approx({"top_up": 20_000, "mainstream_support": 15_000, "place_funding": 20_000, "early_help": 0})


def county(rows: list[tuple[str, str, float]]) -> County:
    finance = pd.DataFrame(rows, columns=["financial_year", "measure", "value_gbp"])
    return County("x", Path("x"), "X", {"finance": finance}, (), {})


def spent(pounds: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "fund": "high_needs_block",
            "line": "top_up",
            "financial_year": [str(year) for year in YEARS[1:]],
            "cash_gbp": pounds,
        }
    )


PUBLISHED = [
    ("2023/24", "high_needs_block", 90.0),
    ("2023/24", "deficit_at_year_end", 5.0),
    ("2024/25", "high_needs_block", 100.0),
    ("2024/25", "in_year_overspend", 15.0),
    ("2024/25", "deficit_at_year_end", 20.0),
    ("2024/25", "other_high_needs_spend", 30.0),
]


def test_the_deficit_carries_the_gap_of_each_year() -> None:
    found = dsg_position(county(PUBLISHED), spent([90.0, 95.0, 60.0]), YEARS, 0.10)
    ahead = found[found["status"] == "projected"]
    assert list(ahead["high_needs_block_gbp"]) == pytest.approx([110, 121, 133.1])
    assert list(ahead["high_needs_cost_gbp"]) == pytest.approx([120, 125, 90])
    assert list(ahead["deficit_at_year_end_gbp"]) == pytest.approx([30, 34, -9.1])


def test_published_years_stand_as_they_were_published() -> None:
    found = dsg_position(county(PUBLISHED), spent([0.0, 0.0, 0.0]), YEARS, 0.0)
    before = found[found["status"] == "published"].set_index("financial_year")
    assert list(before.index) == ["2023/24", "2024/25"]
    assert before.loc["2024/25", "in_year_gbp"] == 15.0
    assert np.isnan(before.loc["2023/24", "in_year_gbp"])
    assert before["high_needs_cost_gbp"].isna().all()


def test_a_published_block_or_transfer_ahead_is_used_and_growth_goes_on_from_it() -> None:
    rows = [*PUBLISHED, ("2025/26", "high_needs_block", 200.0), ("2025/26", "transfer_in", 7.0)]
    ahead = dsg_position(county(rows), spent([170.0, 0.0, 0.0]), YEARS, 0.10).iloc[2:]
    assert list(ahead["high_needs_block_gbp"]) == pytest.approx([200, 220, 242])
    assert ahead["in_year_gbp"].iloc[0] == pytest.approx(170 + 30 - 200 - 7)


def test_only_the_high_needs_block_pays() -> None:
    table = pd.concat([spent([10.0, 10.0, 10.0]), spent([500.0] * 3).assign(fund="council_general_fund", line="transport")])
    ahead = dsg_position(county(PUBLISHED), table, YEARS, 0.0).iloc[2:]
    assert list(ahead["high_needs_cost_gbp"]) == pytest.approx([40, 40, 40])
