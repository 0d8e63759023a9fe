"""The check's rules about broken limits: every one is priced as the scenario says, and the prices add to what the search reported."""

from __future__ import annotations

from collections import defaultdict

from planner.check.children import CHILD, Case
from planner.check.report import Notes

PENNY = 0.01


def broken_limits_are_priced(case: Case, notes: Notes, broken_gbp: float) -> None:
    """Table ``slacks``: each price, each amount times its price, journeys over the travel limit by hand, and the total."""
    prices, travel = case.scenario.money.slack_prices, case.scenario.travel
    price_of = {
        "over_capacity": prices.over_capacity_gbp_per_child_year,
        "over_capacity_phase": prices.over_capacity_gbp_per_child_year,
        "under_occupancy": prices.under_occupancy_gbp_per_child_year,
        "over_capital": prices.over_capital_gbp_per_gbp,
        "over_high_needs": prices.over_high_needs_gbp_per_gbp,
        "over_travel_limit": travel.over_limit_gbp_per_minute_year,
    }
    minutes, pounds = _over_travel(case)
    written: dict[tuple[str, str], tuple[float, float]] = {}
    total = 0.0
    for number, row in enumerate(case.rows("slacks"), start=2):
        limit, amount, worth, where = str(row["limit"]), float(row["amount"]), float(row["objective_gbp"]), f"row {number}"
        total += worth
        notes.compare("slack_price", "slacks", where, float(row["price_gbp"]), price_of[limit], 1e-9 * price_of[limit], "pounds")
        if limit == "over_travel_limit":
            written[(str(row["unit"]), str(row["year"]))] = (amount, worth)
        else:
            notes.compare("slack_worth", "slacks", where, worth, amount * price_of[limit], PENNY, "pounds")
    for key in {*written, *minutes}:
        amount, worth = written.get(key, (0.0, 0.0))
        where = f"{key[0]} in {key[1]}"
        notes.compare("over_travel_limit", "slacks", where, amount, minutes.get(key, 0.0), CHILD * 100, "child-minutes")
        notes.compare("over_travel_limit", "slacks", where, worth, pounds.get(key, 0.0), PENNY, "pounds")
    notes.compare("broken_limits", "slacks", "the total", total, broken_gbp, PENNY, "pounds")


def _over_travel(case: Case) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Child-minutes over the limit at entry, and what their stays cost, by unit and year of entry."""
    minutes: dict[tuple[str, str], float] = defaultdict(float)
    pounds: dict[tuple[str, str], float] = defaultdict(float)
    last = len(case.years) - 1
    for pair, entries in case.entered.items():
        arc = case.arc_of.get(pair)
        if arc is None or not case.arcs.over_limit_minutes[arc]:
            continue
        stay, rate = case.stay(pair[0], case.kind(pair[1])), float(case.rates.arc_over_limit[arc])
        for year in range(1, last + 1):
            if not entries[year]:
                continue
            key = (case.unit_name(pair[1]), case.years[year])
            minutes[key] += entries[year] * float(case.arcs.over_limit_minutes[arc])
            for later in range(year, last + 1):
                here = entries[year] * stay ** (later - year) * rate * float(case.rates.discount[later])
                pounds[key] += here * (1.0 + float(case.rates.arc_tail[arc]) if later == last else 1.0)
    return minutes, pounds
