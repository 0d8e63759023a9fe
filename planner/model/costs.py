"""What each decision costs, put together once from the rates: for the objective and for the limits on money."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from planner.model.layout import Floats, Inputs, Layout
from planner.model.rows_capacity import closed_share, opening_changes
from planner.names import LINE_FUND, LINES, Line
from planner.rates.stays import stay_weights

THOUSAND = 1000.0
"""Limits on money are held in thousands of pounds, so that coefficients stay near those of children."""


def capital_weight(inputs: Inputs) -> Floats:
    """(O, H+1) present value of a pound of capital, at base-year prices, for what opens in each year; less what is left of its life."""
    rates, horizon = inputs.rates, inputs.horizon
    years = np.arange(horizon + 1)
    spread = rates.capital_spread
    spent = np.maximum(years[None, :] - np.arange(spread.shape[1])[:, None], 0)
    present: Floats = spread @ rates.discount[spent]
    return (present - rates.capital_residual) * rates.uprating[Line.CAPITAL][None, :]


def add_capital(costs: Floats, inputs: Inputs, layout: Layout, weight: Floats) -> None:
    """Add the capital of opening and of growing to a vector of costs, with (O, H+1) weights per pound."""
    rates = inputs.rates
    for option in range(len(inputs.options)):
        for year in range(1, inputs.horizon + 1):
            fixed = rates.capital_fixed[option] * weight[option, year]
            for column, sign in opening_changes(layout, option, year):
                if column >= 0:
                    costs[column] += sign * fixed
            grows = rates.capital_per_block[option] * weight[option, year]
            if inputs.closes[option]:
                continue
            if layout.grown[option, year] >= 0:
                costs[layout.grown[option, year]] += grows
                continue
            costs[layout.blocks[option, year]] += grows
            if year > 1:
                costs[layout.blocks[option, year - 1]] -= grows


def public_cost(inputs: Inputs, layout: Layout) -> tuple[Floats, float]:
    """Present value of public cost: (columns,) pounds per unit of each decision, and the part already settled.

    Settled are the children and places of the base year. Priced slacks are not in it.
    """
    rates = inputs.rates
    costs = np.zeros(layout.count)
    settled = 0.0
    for line in LINES:
        yearly = rates.discount * rates.uprating[line]
        if line in rates.arc:
            _scatter(costs, layout.enter, rates.arc[line][:, None] * stay_weights(inputs.arc_stay, yearly, rates.arc_tail))
        if line in rates.stock:
            present = stay_weights(inputs.stock_stay, yearly, rates.stock_tail)[:, 1] * inputs.stock_left[:, 1]
            settled += float(rates.stock[line] @ present)
        if line in rates.waiting:
            weight = np.tile(yearly, (len(rates.waiting_tail), 1))
            weight[:, -1] *= 1.0 + rates.waiting_tail
            _scatter(costs, layout.wait, rates.waiting[line][:, None] * weight)
        if line in rates.episode:
            _scatter(costs, layout.episodes, rates.episode[line][inputs.arcs.help_unit][:, None] * yearly[None, :])
        if line in rates.place:
            settled += _place_costs(costs, inputs, layout, rates.place[line], yearly)
        if line in rates.option_running:
            weight = np.tile(yearly, (len(inputs.options), 1))
            weight[:, -1] *= 1.0 + rates.option_tail
            _scatter(costs, layout.open, rates.option_running[line][:, None] * weight)
    add_capital(costs, inputs, layout, capital_weight(inputs))
    return costs, settled


def _scatter(costs: Floats, positions: np.ndarray, values: Floats) -> None:
    there = positions >= 0
    np.add.at(costs, positions[there], np.broadcast_to(values, positions.shape)[there])


def _place_costs(costs: Floats, inputs: Inputs, layout: Layout, rate: Floats, yearly: Floats) -> float:
    """Add what places cost to the decisions that add or close places; returns what the base-year places cost."""
    tail = np.zeros(inputs.horizon + 1)
    tail[-1] = yearly[-1]
    base = yearly[None, :] + inputs.rates.unit_tail[:, None] * tail[None, :]
    settled = float((rate * np.nan_to_num(inputs.places)) @ base[:, 1:].sum(axis=1))
    for option, unit in enumerate(inputs.option_unit):
        if inputs.closes[option]:
            for start in range(1, inputs.horizon + 1):
                saved = rate[unit] * inputs.places[unit] * float(closed_share(inputs, option)[start, 1:] @ base[unit, 1:])
                for column, sign in opening_changes(layout, option, start):
                    if column >= 0:
                        costs[column] -= sign * saved
        else:
            weight = yearly + inputs.rates.option_tail[option] * tail
            costs[layout.blocks[option, 1:]] += rate[unit] * inputs.block_places[option] * weight[1:]
    return settled


def yearly_cost(inputs: Inputs, layout: Layout, year: int, lines: Iterable[str]) -> tuple[Floats, float]:
    """Cost of one academic year in that year's money, without capital: (columns,) pounds per decision, and the settled part.

    Year 0 is the base year: only what is settled.
    """
    rates = inputs.rates
    costs = np.zeros(layout.count)
    settled = 0.0
    lags = np.maximum(year - np.arange(inputs.horizon + 1), 0)
    entered = (np.arange(inputs.horizon + 1) <= year)[None, :]
    for line in lines:
        price = rates.uprating[line][year]
        if line in rates.arc and year:
            _scatter(costs, layout.enter, price * rates.arc[line][:, None] * inputs.arc_stay[:, None] ** lags[None, :] * entered)
        if line in rates.stock:
            settled += price * float(rates.stock[line] @ inputs.stock_left[:, year])
        if line in rates.place:
            settled += price * float(rates.place[line] @ np.nan_to_num(inputs.places))
        if year == 0:
            continue
        only = (np.arange(inputs.horizon + 1) == year)[None, :] * price
        if line in rates.waiting:
            _scatter(costs, layout.wait, rates.waiting[line][:, None] * only)
        if line in rates.episode:
            _scatter(costs, layout.episodes, rates.episode[line][inputs.arcs.help_unit][:, None] * only)
        if line in rates.option_running:
            _scatter(costs, layout.open, rates.option_running[line][:, None] * only)
        if line in rates.place:
            _place_year(costs, inputs, layout, rates.place[line] * price, year)
    return costs, settled


def _place_year(costs: Floats, inputs: Inputs, layout: Layout, rate: Floats, year: int) -> None:
    for option, unit in enumerate(inputs.option_unit):
        if inputs.closes[option]:
            gone = rate[unit] * inputs.places[unit] * closed_share(inputs, option)[:, year]
            for start in range(1, year + 1):
                for column, sign in opening_changes(layout, option, start):
                    if column >= 0:
                        costs[column] -= sign * gone[start]
        else:
            costs[layout.blocks[option, year]] += rate[unit] * inputs.block_places[option]


def high_needs_lines() -> tuple[str, ...]:
    """The lines that the high needs block pays for."""
    return tuple(line for line in LINES if LINE_FUND[line] == "high_needs_block")


def capital_in_year(inputs: Inputs, layout: Layout, year: int) -> Floats:
    """Capital spent in the financial year that starts in a year, in that year's money: (columns,) pounds per decision."""
    rates, horizon = inputs.rates, inputs.horizon
    weight = np.zeros((len(inputs.options), horizon + 1))
    for start in range(1, horizon + 1):
        for back in range(rates.capital_spread.shape[1]):
            if max(start - back, 0) == year:
                weight[:, start] += rates.capital_spread[:, back]
    costs = np.zeros(layout.count)
    add_capital(costs, inputs, layout, weight * rates.uprating[Line.CAPITAL][None, :])
    return costs
