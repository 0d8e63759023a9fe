"""Limits on money below what is decided already, and prices that turn the plan's sense round."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planner.advice.facts import FEW, Advice, Facts, Floats, number, pounds
from planner.names import LINE_FUND, Fund, Line, Year


def capital_in_year(facts: Facts, year: int) -> dict[str, float]:
    """Capital of each decided option in the financial year that starts in a year, in that year's money."""
    rates, spent = facts.rates, dict[str, float]()
    for name, row in facts.decided.iterrows():
        at, opens = int(row["at"]), int(row["earliest"])
        back = np.arange(rates.capital_spread.shape[1])
        share = float(rates.capital_spread[at][np.maximum(opens - back, 0) == year].sum())
        whole = rates.capital_fixed[at] + rates.capital_per_block[at] * row["fixed_blocks"]
        spent[str(name)] = float(whole * share * rates.uprating[Line.CAPITAL][opens])
    return {name: value for name, value in spent.items() if value > 0}


def capital_limit(facts: Facts) -> Iterator[Advice]:
    """A limit on capital below what decided schemes cost in that year."""
    for text, limit in sorted(facts.scenario.limits.capital_gbp_by_year.items()):
        spent = capital_in_year(facts, Year.parse(text) - facts.demand.years[0])
        total = sum(spent.values())
        if total > limit + 1:
            dearest = max(spent, key=lambda name: (spent[name], name))
            yield Advice(
                "capital_limit_below_decided",
                False,
                f"limits.capital_gbp_by_year.{text}",
                f"{pounds(limit)} of capital in {text}, and {len(spent)} scheme{'' if len(spent) == 1 else 's'} that "
                f"{'is' if len(spent) == 1 else 'are'} decided cost {pounds(total)} in that year, so that every plan breaks the limit",
                f"Write {number(total)} or more, or put off '{dearest}', which takes {pounds(spent[dearest])} of it.",
            )


def settled_cost(facts: Facts) -> Floats:
    """(H+1,) what the high needs block cannot but pay in each academic year, in that year's money.

    The children placed in the base year who are still there, the places of units that no option can close, and decided options.
    """
    rates, years = facts.rates, np.arange(facts.horizon + 1)
    units = facts.arcs.units
    closable = set(facts.options.loc[facts.options["kind"] == "close_unit", "unit"])
    places = np.nan_to_num(units["places"].to_numpy(dtype=float)) * ~units["unit"].isin(closable).to_numpy()
    cost = np.zeros(facts.horizon + 1)
    at_unit = {unit: number for number, unit in enumerate(units["unit"])}
    for line, fund in LINE_FUND.items():
        if fund != Fund.HIGH_NEEDS:
            continue
        year = np.zeros(facts.horizon + 1)
        if line in rates.stock:
            year += rates.stock[line] @ facts.stock_left
        if line in rates.place:
            year += float(rates.place[line] @ places)
        for _, row in facts.decided.iterrows():
            if row["kind"] == "close_unit":
                continue
            there = years >= int(row["earliest"])
            if line in rates.option_running:
                year += there * rates.option_running[line][int(row["at"])]
            if line in rates.place:
                year += there * rates.place[line][at_unit[row["unit"]]] * row["block_places"] * row["fixed_blocks"]
        cost += year * rates.uprating[line]
    return cost


def high_needs_limit(facts: Facts) -> Iterator[Advice]:
    """A limit on the high needs block below what the children already placed cost."""
    share, cost = facts.scenario.money.autumn_share, settled_cost(facts)
    for text, limit in sorted(facts.scenario.limits.high_needs_gbp_by_year.items()):
        year = Year.parse(text) - facts.demand.years[0]
        least = share * cost[year] + (1 - share) * cost[max(year - 1, 0)]
        if least > limit + 1:
            yield Advice(
                "high_needs_limit_below_placed",
                False,
                f"limits.high_needs_gbp_by_year.{text}",
                f"{pounds(limit)} of high needs revenue in {text}, and the children already placed, the places they are in and what is "
                f"decided cost {pounds(least)}, so that every plan breaks the limit",
                f"Write {number(least)} or more; new children come on top of that.",
            )


def _cheapest(facts: Facts) -> tuple[Floats, Floats]:
    """(C,) what a year of waiting and the cheapest place cost for one child of each cohort; infinite where there is no place."""
    arcs, cohorts = facts.arcs, len(facts.demand.cohorts)
    child = np.zeros(len(arcs.cohort))
    for values in facts.rates.arc.values():
        child = child + values
    least = np.full(cohorts, np.inf)
    np.minimum.at(least, arcs.cohort, child)
    waits = np.zeros(cohorts)
    for values in facts.rates.waiting.values():
        waits = waits + values
    return waits, least


def waiting_pays(facts: Facts) -> Iterator[Advice]:
    """Without waiting among the aims, a year of waiting that is cheaper than any place."""
    if any(choice.aim == "waiting" for choice in facts.scenario.objective):
        return
    waits, least = _cheapest(facts)
    here = np.isfinite(least) & (waits < least) & (facts.comes.sum(axis=1) > FEW)
    if here.any():
        worst = int(np.argmax(np.where(here, least - waits, -np.inf)))
        who = facts.demand.cohorts.iloc[worst]
        yield Advice(
            "waiting_is_cheapest",
            False,
            "objective",
            f"waiting is not an aim, and for {int(here.sum())} of {len(here)} groups a year of waiting is cheaper than any place: "
            f"{pounds(waits[worst])} against {pounds(least[worst])} ({who['need']}, {who['phase']}, {who['band']}), so that a plan leaves them waiting",
            "Write waiting as the first aim.",
        )


def overfilling_pays(facts: Facts) -> Iterator[Advice]:
    """Without waiting among the aims, a child over a unit's places who is cheaper than one who waits."""
    if any(choice.aim == "waiting" for choice in facts.scenario.objective):
        return
    over = facts.scenario.money.slack_prices.over_capacity_gbp_per_child_year
    waits, least = _cheapest(facts)
    here = np.isfinite(least) & (over + least < waits)
    if here.any():
        most = float((waits - least)[here].max())
        yield Advice(
            "overfilling_is_cheaper",
            False,
            "money.slack_prices.over_capacity_gbp_per_child_year",
            f"a child over a unit's places costs {pounds(over)} a year in the search, and a place saves up to {pounds(most)} of waiting, so "
            "that a plan fills units over their places",
            f"Write {number(most)} or more, or write waiting as the first aim.",
        )


def prices_without_effect(facts: Facts) -> Iterator[Advice]:
    """A price that is changed though the county has none, and a limit on journeys whose price is nothing."""
    priced = {rate.line for rate in facts.county.rates if rate.value_gbp} | {Line.CAPITAL.value, Line.RUNNING_COST.value}
    money = facts.scenario.money
    for name, values in (("price_factor", money.price_factor), ("uprating_per_year", money.uprating_per_year)):
        for line, value in values.items():
            if line not in priced:
                wrong = f"{value:g} for '{line}', of which the county has no price"
                yield Advice(
                    "price_of_nothing", False, f"money.{name}.{line}", wrong, "Leave it out, or add the price to the county's rates."
                )
    travel = facts.scenario.travel
    if travel.limit == "priced" and travel.over_limit_gbp_per_minute_year == 0:
        wrong = f"the travel limit is priced at £0 a minute, so that journeys up to {travel.most_over_limit_minutes:g} minutes over it count as within it"
        yield Advice("limit_without_price", False, "travel.over_limit_gbp_per_minute_year", wrong, "Write a price above 0, or limit: hard.")


CHECKS = (capital_limit, high_needs_limit, waiting_pays, overfilling_pays, prices_without_effect)
