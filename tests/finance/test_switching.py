"""Switching values: at the price or the effect that they name, the answer really turns."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.finance.switching import early_help_switch, line_switches
from planner.names import LINE_TITLES

LINES = list(LINE_TITLES)
amounts = st.lists(st.integers(0, 10_000_000), min_size=len(LINES), max_size=len(LINES))


def ledger(pounds: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"line": LINES, "present_value_gbp": [float(value) for value in pounds]})


@settings(max_examples=60, deadline=None)
@given(amounts, amounts)
def test_at_the_price_named_both_plans_cost_the_same(base: list[int], other: list[int]) -> None:
    """Every line that is named evens out; every line that is left out cannot."""
    found = line_switches(ledger(base), ledger(other)).set_index("line")
    total = sum(other) - sum(base)
    for at, line in enumerate(LINES):
        apart = other[at] - base[at]
        if LINE_TITLES[line] in found.index:
            row = found.loc[LINE_TITLES[line]]
            assert total + (row["price_percent"] - 1.0) * apart == pytest.approx(0.0, abs=0.01)
            assert row["more_or_less"] == ("more" if apart > 0 else "less") and row["price_percent"] > 0
        else:
            assert total == 0 or apart == 0 or 1.0 - total / apart <= 0.01 / abs(apart)
    near = [abs(value - 1.0) for value in found["price_percent"]]
    assert near == sorted(near)


def scheme(option: str, avoided: float, cost: float, worth: float) -> tuple[object, ...]:
    return (option, avoided, cost / avoided if avoided else float("nan"), worth - cost)


def schemes(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["option", "avoided", "cost_per_ehcp_avoided_gbp", "net_present_value_gbp"])


def test_early_help_needs_as_many_as_make_its_saving_its_cost() -> None:
    """Two bases avoid 10 EHCPs worth 40,000 each and cost 600,000: 15 would be needed. A school and the total stand aside."""
    table = schemes(
        scheme("one", 6, 300_000, 240_000),
        scheme("two", 4, 300_000, 160_000),
        scheme("school", 0, 0, -50_000),
        scheme("Total", 10, 600_000, 350_000),
    )
    assert early_help_switch(table) == pytest.approx((10.0, 15.0))
    assert early_help_switch(schemes(scheme("school", 0, 0, -50_000))) is None
