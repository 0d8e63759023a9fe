"""The aims that a plan is judged by: waiting, cost and travel."""

from __future__ import annotations

import numpy as np

from planner.model.costs import THOUSAND, public_cost
from planner.model.layout import Floats, Inputs, Layout
from planner.model.program import Aim
from planner.rates.stays import stay_weights

OVER_PLACES_COUNTS = 2.0
"""A child above a unit's places counts as so many children waiting, so that nobody is placed by breaking a limit."""


def waiting(inputs: Inputs, layout: Layout) -> Aim:
    """Child-years spent waiting, ``sum over c, t of w[c,t]``, and broken limits at their price.

    Without the second part this aim, which comes first, would break every limit to place one more child. One
    child-year over a unit's places counts as ``OVER_PLACES_COUNTS`` child-years waiting, and other limits in proportion to their price.
    """
    price = inputs.scenario.money.slack_prices.over_capacity_gbp_per_child_year
    costs = broken_limits(inputs, layout).costs * (OVER_PLACES_COUNTS / price)
    costs[layout.wait[layout.wait >= 0]] = 1.0
    return Aim("waiting", costs, 0.0, "child-years")


def broken_limits(inputs: Inputs, layout: Layout) -> Aim:
    """The price of every broken limit, pounds: never part of a cost total, reported apart."""
    prices = inputs.scenario.money.slack_prices
    costs = np.zeros(layout.count)
    for family, price in (
        (layout.over_capacity, prices.over_capacity_gbp_per_child_year),
        (layout.over_capacity_phase, prices.over_capacity_gbp_per_child_year),
        (layout.under_occupancy, prices.under_occupancy_gbp_per_child_year),
        (layout.over_capital, prices.over_capital_gbp_per_gbp * THOUSAND),
        (layout.over_high_needs, prices.over_high_needs_gbp_per_gbp * THOUSAND),
    ):
        costs[family[family >= 0]] = price
    stays = stay_weights(inputs.arc_stay, inputs.rates.discount, inputs.rates.arc_tail)
    there = layout.enter >= 0
    costs[layout.enter[there]] += (inputs.rates.arc_over_limit[:, None] * stays)[there]
    return Aim("broken_limits", costs, 0.0, "pounds")


def cost(inputs: Inputs, layout: Layout) -> Aim:
    """Present value of public cost together with the price of broken limits, pounds.

    An entry in year t costs what the whole stay costs: ``sum over u >= t of s^(u-t) disc[u] rate[u]`` and the tail
    after the last year by the rule the scenario names.
    """
    costs, settled = public_cost(inputs, layout)
    return Aim("cost", costs + broken_limits(inputs, layout).costs, settled, "pounds")


def travel(inputs: Inputs, layout: Layout) -> Aim:
    """Child-minutes one way, summed over children in places and the years planned."""
    costs = np.zeros(layout.count)
    ones = np.ones(inputs.horizon + 1)
    stays: Floats = stay_weights(inputs.arc_stay, ones, np.zeros(len(inputs.arc_stay)))
    there = layout.enter >= 0
    costs[layout.enter[there]] = (inputs.arcs.minutes[:, None] * stays)[there]
    settled = float(inputs.arcs.stock_minutes @ inputs.stock_left[:, 1:].sum(axis=1))
    return Aim("travel", costs, settled, "child-minutes")


def build_aims(inputs: Inputs, layout: Layout) -> dict[str, Aim]:
    """Every aim by name, and ``broken_limits``, which says how much of the cost aim is priced slack."""
    aims = (waiting(inputs, layout), cost(inputs, layout), travel(inputs, layout), broken_limits(inputs, layout))
    return {aim.name: aim for aim in aims}
