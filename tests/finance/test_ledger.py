"""Every pound of the ledger, worked by hand for five children, and added to the objective for the tiny county."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from planner.finance.ledger import build_ledger
from planner.names import LINE_FUND
from planner.rates.rates import Rates
from planner.results.presence import presence
from planner.results.solution import TABLE_COLUMNS
from planner.run import RunResult
from tests import answers
from tests import five_children as five

STAY_PRIMARY_LIGHT = 1 - 0.2 - 0.1 - 0.1
STAY_PRIMARY_HEAVY = 1 - 0.2 - 0.1


def ledger(rates: Rates | None = None, **answer: object) -> pd.DataFrame:
    demand, arcs, programme = five.demand(), five.arcs(), five.programme()
    arcs = dataclasses.replace(arcs, units=arcs.units.assign(sector="maintained"))
    solution = answers.solution(**answer)  # type: ignore[arg-type]
    return build_ledger(demand, arcs, rates or five.rates(), programme, solution, presence(solution, demand, arcs))


def cash(frame: pd.DataFrame, **where: str) -> dict[str, float]:
    for column, value in where.items():
        frame = frame[frame[column] == value]
    return frame.groupby("academic_year")["cash_gbp"].sum().to_dict()


def test_children_of_the_base_year_are_paid_for_until_they_leave() -> None:
    paid = cash(ledger(), line="mainstream_support")
    expected = [3 * 5_000 * STAY_PRIMARY_LIGHT**year for year in (1, 2, 3)]
    assert paid == pytest.approx(dict(zip(answers.YEARS, expected, strict=True)))


def test_an_entry_is_paid_for_in_its_year_and_as_it_wears_off_after() -> None:
    frame = ledger(entries=[("primary", "heavy", "special", "2026/27", 2.0)])
    paid = cash(frame, line="top_up", unit="special")
    stock = [20_000 * STAY_PRIMARY_HEAVY**year for year in (1, 2, 3)]
    expected = [stock[0], stock[1] + 2 * 20_000, stock[2] + 2 * 20_000 * STAY_PRIMARY_HEAVY]
    assert paid == pytest.approx(dict(zip(answers.YEARS, expected, strict=True)))
    children = frame[(frame["line"] == "top_up") & (frame["academic_year"] == "2026/27")]["quantity"].sum()
    assert children == pytest.approx(STAY_PRIMARY_HEAVY**2 + 2)


def test_places_are_paid_for_filled_or_not_and_those_an_option_adds_stand_apart() -> None:
    frame = ledger(opened={"grow_special": (0, 1, 1)})
    places = frame[(frame["line"] == "place_funding") & (frame["quantity_unit"] == "places")]
    assert cash(places, option="") == pytest.approx(dict.fromkeys(answers.YEARS, 20_000.0))
    assert cash(places, option="grow_special") == pytest.approx({"2026/27": 20_000.0, "2027/28": 20_000.0})


def test_places_of_a_closing_unit_go_as_its_children_leave() -> None:
    frame = ledger(opened={"close_special": (0, 1, 1)})
    longest = 1 - 0.1  # secondary, heavy: nobody moves up or escalates
    paid = cash(frame, line="place_funding", unit="special")
    assert paid == pytest.approx({"2025/26": 20_000.0, "2026/27": 20_000.0 * longest, "2027/28": 20_000.0 * longest**2})


def test_capital_is_spread_over_the_years_before_opening() -> None:
    paid = cash(ledger(opened={"grow_special": (0, 1, 1)}), line="capital")
    assert paid == pytest.approx({"2025/26": 24_000.0, "2026/27": 24_000.0})


def test_capital_before_the_base_year_falls_in_the_base_year() -> None:
    rates = dataclasses.replace(five.rates(0.1), capital_spread=np.array([[1.0, 0, 0], [0.25, 0.25, 0.5], [1, 0, 0], [1, 0, 0], [1, 0, 0]]))
    frame = ledger(rates, opened={"grow_special": (1, 1, 1)})
    assert cash(frame, line="capital") == pytest.approx({"2024/25": 36_000.0, "2025/26": 12_000.0})
    present = frame[frame["line"] == "capital"]["present_value_gbp"].sum()
    assert present == pytest.approx(36_000.0 + 12_000.0 / 1.1)


def test_a_block_added_later_is_paid_for_when_it_is_added() -> None:
    paid = cash(ledger(opened={"open_centre": (1, 1, 2)}), line="capital")
    assert paid == pytest.approx({"2025/26": 9_000.0, "2027/28": 3_000.0})


def test_what_is_left_of_a_building_is_credited_after_the_last_year() -> None:
    residual = np.zeros((5, 4))
    residual[2, 1] = 0.4
    rates = dataclasses.replace(five.rates(0.1), capital_residual=residual)
    frame = ledger(rates, opened={"open_centre": (1, 1, 1)})
    credit = frame[(frame["line"] == "capital") & (frame["academic_year"] == "after 2027/28")].iloc[0]
    assert credit["present_value_gbp"] == pytest.approx(-0.4 * 9_000)
    assert credit["cash_gbp"] * 1.1**-3 == pytest.approx(credit["present_value_gbp"])


def test_a_tail_follows_the_last_year_and_no_other() -> None:
    rates = dataclasses.replace(five.rates(), stock_tail=np.array([2.0, 0.0]))
    paid = cash(ledger(rates), line="mainstream_support")
    assert paid["after 2027/28"] == pytest.approx(2.0 * paid["2027/28"])


def test_waiting_is_tuition_and_no_unit_is_named() -> None:
    frame = ledger(waiting=[("primary", "heavy", "2026/27", 1.5)])
    row = frame[frame["line"] == "interim_tuition"].iloc[0]
    assert (row["unit"], row["provision_type"], row["quantity"], row["cash_gbp"]) == ("", "waiting", 1.5, 45_000.0)


def test_early_help_is_staff_for_places_and_episodes_apart() -> None:
    frame = ledger(episodes=[("base_help", "2025/26", 3.0)], opened={"open_help": (1, 1, 1)})
    help_ = frame[frame["line"] == "early_help"]
    assert cash(help_, quantity_unit="episodes") == pytest.approx({"2025/26": 300.0})
    assert cash(help_, quantity_unit="places") == pytest.approx(dict.fromkeys(answers.YEARS, 2_000.0))
    assert cash(frame, line="running_cost") == pytest.approx(dict.fromkeys(answers.YEARS, 300.0))


def test_uprating_raises_cash_and_discount_lowers_present_value() -> None:
    rates = five.rates(0.1)
    rates = dataclasses.replace(rates, uprating={**rates.uprating, "mainstream_support": 1.02 ** np.arange(4)})
    frame = ledger(rates)
    row = frame[(frame["line"] == "mainstream_support") & (frame["academic_year"] == "2026/27")].iloc[0]
    assert row["cash_gbp"] == pytest.approx(3 * 5_000 * STAY_PRIMARY_LIGHT**2 * 1.02**2)
    assert row["present_value_gbp"] == pytest.approx(row["cash_gbp"] / 1.1**2)


def test_the_ledger_adds_to_the_objective_to_the_penny(tiny_run: RunResult) -> None:
    cost = json.loads((tiny_run.folder / "manifest.json").read_text(encoding="utf-8"))["solve"]["cost_gbp"]
    assert tiny_run.solution.table("ledger")["present_value_gbp"].sum() == pytest.approx(cost, abs=0.01)
    assert cost > 1_000_000


def test_every_row_of_the_tiny_ledger_is_one_thing_in_the_right_fund(tiny_run: RunResult) -> None:
    frame = tiny_run.solution.table("ledger")
    assert tuple(frame.columns) == TABLE_COLUMNS["ledger"]
    assert (frame["fund"] == frame["line"].map(LINE_FUND)).all()
    assert not frame.duplicated(["fund", "line", "provision_type", "unit", "option", "academic_year", "quantity_unit"]).any()
    discount = dict(zip(map(str, tiny_run.case.demand.years), tiny_run.case.rates.discount, strict=True))
    yearly = frame[~frame["academic_year"].str.startswith("after")]
    assert np.allclose(yearly["present_value_gbp"], yearly["cash_gbp"] * yearly["academic_year"].map(discount))
