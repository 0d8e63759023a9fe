"""The bridge adds up to the penny, no order of causes decides it, and a single cause gets the whole difference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.compare.bridge import CAUSES, EHCP_CAUSES, INTERACTION, TOTAL, WAITING_CAUSES, bridges, shapley

YEARS = ("2025/26", "2026/27")
GROUPS = (("SLCN", "primary", "core"), ("ASD", "secondary", "specialist"))
KINDS = ("resource_centre", "independent_special", "waiting")
Made = Mapping[str, pd.DataFrame]


def run(
    children: tuple[float, ...] = (10.0, 4.0, 0.0, 2.0, 6.0, 1.0),
    prices: tuple[float, float] = (20_000.0, 60_000.0),
    transport: float = 3_000.0,
    places: float = 12.0,
    help_gbp: float = 0.0,
    capital: float = 0.0,
    new: float = 5.0,
    avoided: float = 0.0,
    after: float = 1.5,
) -> Made:
    """Two groups in three situations over two years, with the ledger that those figures give."""
    ehcps, ledger = [], []
    for t, year in enumerate(("2024/25", *YEARS)):
        for number, (need, phase, band) in enumerate(GROUPS):
            for kind, count in zip(KINDS, children[3 * number : 3 * number + 3], strict=True):
                ehcps.append(("North", need, phase, band, kind, year, count * (1 + 0.1 * t)))
    frame = pd.DataFrame(ehcps, columns=["district", "need", "phase", "band", "situation", "year", "children"])

    def add(fund: str, line: str, kind: str, year: str, quantity: float, pounds: float) -> None:
        ledger.append((fund, line, kind, "", "", year, quantity, pounds, pounds))

    for year in YEARS:
        by_kind = frame[frame["year"] == year].groupby("situation")["children"].sum()
        for kind, price in zip(KINDS[:2], prices, strict=True):
            for when, factor in ((year, 1.0), *((("after 2026/27", after),) if year == YEARS[-1] else ())):
                add("high_needs_block", "top_up", kind, when, by_kind[kind], factor * price * by_kind[kind])
                add("council_general_fund", "transport", kind, when, by_kind[kind], factor * transport * by_kind[kind])
        add("high_needs_block", "place_funding", "resource_centre", year, places, 6_000.0 * places)
        if help_gbp:
            add("high_needs_block", "early_help", "contact_base", year, 10.0, help_gbp)
    if capital:
        add("capital", "capital", "resource_centre", "2024/25", capital, capital)
        add("capital", "capital", "resource_centre", "after 2026/27", 0.0, -0.25 * capital)
    names = ["fund", "line", "provision_type", "unit", "option", "academic_year", "quantity", "cash_gbp", "present_value_gbp"]
    return {
        "ehcps": frame,
        "growth": pd.DataFrame([(year, new) for year in YEARS], columns=["year", "new_ehcps"]),
        "avoided": pd.DataFrame([(year, avoided) for year in YEARS], columns=["year", "children"]),
        "ledger": pd.DataFrame(ledger, columns=names),
    }


RUNS = st.builds(
    run,
    children=st.tuples(*[st.one_of(st.just(0.0), st.floats(0.01, 50.0))] * 5, st.floats(0.01, 5.0)),
    prices=st.tuples(st.floats(1_000, 30_000), st.floats(1_000, 90_000)),
    transport=st.floats(0, 9_000),
    places=st.floats(0, 40),
    help_gbp=st.floats(0, 1e6),
    capital=st.floats(0, 1e7),
    new=st.floats(0, 30),
    avoided=st.floats(0, 2),
)


def cost(tables: Made) -> float:
    return float(tables["ledger"]["present_value_gbp"].sum())


@settings(max_examples=60, deadline=None)
@given(RUNS, RUNS)
def test_every_bridge_adds_to_the_difference_to_the_penny(base: Made, other: Made) -> None:
    found = bridges(base, other, YEARS)
    for name in ("cost", "cost_alone"):
        rows = dict(found[name])
        assert rows[TOTAL] == pytest.approx(cost(other) - cost(base), abs=0.005)
        assert sum(value for cause, value in rows.items() if cause != TOTAL) == pytest.approx(rows[TOTAL], abs=0.005)
    held = [float(one["ehcps"].query("year == '2026/27'")["children"].sum()) for one in (base, other)]
    waits = [float(one["ehcps"].query("year != '2024/25' and situation == 'waiting'")["children"].sum()) for one in (base, other)]
    assert dict(found["ehcps"])[TOTAL] == pytest.approx(held[1] - held[0], abs=1e-6)
    assert dict(found["waiting"])[TOTAL] == pytest.approx(waits[1] - waits[0], abs=1e-6)
    assert abs(dict(found["cost"])[INTERACTION]) < 0.005, "the causes explain everything in these ledgers"


@settings(max_examples=40, deadline=None)
@given(RUNS, RUNS)
def test_the_way_back_is_the_way_there_with_the_sign_turned(base: Made, other: Made) -> None:
    there, back = bridges(base, other, YEARS), bridges(other, base, YEARS)
    for name in ("cost", "ehcps", "waiting"):
        for (cause, change), (same, turned) in zip(there[name], back[name], strict=True):
            assert cause == same
            assert change == pytest.approx(-turned, rel=1e-6, abs=0.01)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"prices": (25_000.0, 60_000.0)}, "Price"),
        ({"transport": 4_000.0}, "Transport"),
        ({"places": 20.0}, "Places built"),
        ({"capital": 100_000.0}, "Capital"),
        ({"help_gbp": 5_000.0}, "Early help"),
        ({"children": (8.0, 6.0, 0.0, 2.0, 6.0, 1.0)}, "Provision mix"),
    ],
)
def test_a_single_cause_gets_the_whole_difference(change: dict[str, object], cause: str) -> None:
    base, other = run(), run(**change)  # type: ignore[arg-type]
    rows = dict(bridges(base, other, YEARS)["cost"])
    assert rows[TOTAL] != 0
    assert rows[cause] == pytest.approx(rows[TOTAL], abs=0.005)
    assert all(abs(value) < 0.005 for name, value in rows.items() if name not in (cause, TOTAL))


def test_more_children_alike_in_all_else_are_demand() -> None:
    base = run(new=0.0)
    other = {name: frame.copy() for name, frame in run(new=0.0).items()}
    planned = other["ehcps"]["year"] != "2024/25"
    start = float(base["ehcps"].query("year == '2024/25'")["children"].sum())
    other["ehcps"].loc[planned, "children"] *= 1.5
    for column in ("quantity", "cash_gbp", "present_value_gbp"):
        mine = other["ledger"]["line"].isin(["top_up", "transport"])
        other["ledger"].loc[mine, column] *= 1.5
    other["growth"]["new_ehcps"] = [0.5 * start, 0.0]
    rows = dict(bridges(base, other, YEARS)["cost"])
    assert rows["Demand"] == pytest.approx(rows[TOTAL], abs=0.005)


def test_shares_are_means_over_every_order() -> None:
    def value(chosen: frozenset[str]) -> float:
        return 10.0 * ("a" in chosen) + 4.0 * ({"a", "b"} <= chosen)

    assert shapley(("a", "b", "c"), value) == pytest.approx({"a": 12.0, "b": 2.0, "c": 0.0})
    assert shapley(("c", "b", "a"), value) == pytest.approx({"a": 12.0, "b": 2.0, "c": 0.0})
    assert len({*CAUSES, *EHCP_CAUSES, *WAITING_CAUSES}) == len(CAUSES)
    assert np.isfinite(sum(change for _, change in bridges(run(), run(), YEARS)["cost"]))
