"""Places in use never exceed places open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.layout import Builder, Floats, Inputs, Ints, Layout
from planner.model.program import Rows
from planner.model.rows import add_occupancy, finish, row_numbers


def closed_share(inputs: Inputs, option: int) -> Floats:
    """(H+1, H+1) share of a unit's places that is gone in year t when it closed in year t0, as [t0, t].

    A unit that closes takes nobody new and keeps its places for the children still there: those who stay
    fall by the largest chance of staying each year, so the share gone is 1 - s^(t - t0 + 1).
    """
    years = np.arange(inputs.horizon + 1)
    elapsed = years[None, :] - years[:, None] + 1
    stay = inputs.unit_most_stay[inputs.option_unit[option]]
    return np.where(elapsed >= 1, 1.0 - stay ** np.maximum(elapsed, 0), 0.0)


def opening_changes(layout: Layout, option: int, year: int) -> tuple[tuple[int, float], ...]:
    """The columns and coefficients whose sum is 1 in the year in which an option opens, and 0 otherwise."""
    if layout.opened[option, year] >= 0:
        return ((int(layout.opened[option, year]), 1.0),)
    return ((int(layout.open[option, year]), 1.0), (int(layout.open[option, year - 1]), -1.0))


def _add_option_places(entries: Builder, rows: Ints, inputs: Inputs, layout: Layout) -> None:
    """Take the places that options add, and give those that closing takes away, in rows (J, H+1)."""
    for option, unit in enumerate(inputs.option_unit):
        if inputs.closes[option]:
            gone = inputs.places[unit] * closed_share(inputs, option)
            for start in range(1, inputs.horizon + 1):
                for column, sign in opening_changes(layout, option, start):
                    entries.add(rows[unit, 1:], column, sign * gone[start, 1:])
        else:
            entries.add(rows[unit, 1:], layout.blocks[option, 1:], -inputs.block_places[option])


def capacity(inputs: Inputs, layout: Layout) -> Rows:
    r"""Places in use never exceed places open.

    Row family ``capacity``, one row per unit j with limited places and year t (row 4)::

        sum over c, tau<=t of s^(t-tau) e[c,j,tau] - sum_o block n[o,t] + closed[j,t] - over[j,t]  <=  cap[j] - L[j,t]

    Units: children. Dual: pounds of present value per place at j in t; zero or negative (one more place saves its size).
    Slack: ``over_capacity``, priced, reported apart.
    """
    exists = layout.over_capacity >= 0
    rows = row_numbers(exists)
    entries = Builder.empty()
    arcs = np.nonzero(np.any(exists, axis=1)[inputs.arcs.unit])[0]
    add_occupancy(entries, rows[inputs.arcs.unit[arcs]], arcs, layout.enter, inputs)
    _add_option_places(entries, rows, inputs, layout)
    unit, year = np.nonzero(exists)
    entries.add(rows[unit, year], layout.over_capacity[unit, year], -1.0)
    base = np.nan_to_num(inputs.places)[unit]
    keys = pd.DataFrame({"unit": unit, "year": year})
    return finish("capacity", keys, entries, -np.inf, base - inputs.unit_stock[unit, year], layout.count)


def capacity_phase(inputs: Inputs, layout: Layout) -> Rows:
    r"""Places that a unit keeps for one phase bind for that phase.

    Row family ``capacity_phase``, one row per unit j, phase p with places kept for it, and year t::

        sum over c in p, tau<=t of s^(t-tau) e[c,j,tau] - sum_o block n[o,t] - over[j,p,t]  <=  cap[j,p] - L[j,p,t]

    Places that an option adds may be used by any phase. Units: children. Dual: pounds of present value per place.
    Slack: ``over_capacity_phase``, priced, reported apart.
    """
    entries = Builder.empty()
    count, horizon = len(layout.phase_rows), inputs.horizon
    rows = row_numbers(layout.over_capacity_phase >= 0)
    limit = np.zeros((count, horizon + 1))
    phases = inputs.demand.cohorts["phase"].astype(str).to_numpy()
    for number, (unit, phase, places) in enumerate(layout.phase_rows.itertuples(index=False)):
        arcs = np.nonzero((inputs.arcs.unit == unit) & (phases[inputs.arcs.cohort] == phase))[0]
        add_occupancy(entries, np.repeat(rows[number][None, :], len(arcs), axis=0), arcs, layout.enter, inputs)
        stock = (inputs.demand.stock_unit == unit) & (phases[inputs.demand.stock_cohort] == phase)
        limit[number] = places - inputs.stock_left[stock].sum(axis=0)
        for option in np.nonzero((inputs.option_unit == unit) & ~inputs.closes)[0].tolist():
            entries.add(rows[number, 1:], layout.blocks[option, 1:], -inputs.block_places[option])
        entries.add(rows[number, 1:], layout.over_capacity_phase[number, 1:], -1.0)
    phase_row, year = np.nonzero(rows >= 0)
    keys = pd.DataFrame({"phase_row": phase_row, "year": year})
    return finish("capacity_phase", keys, entries, -np.inf, limit[phase_row, year], layout.count)


def closing(inputs: Inputs, layout: Layout) -> Rows:
    r"""Nobody new enters a unit that has closed; those who are there stay until their stay ends.

    Row family ``closing``, two rows per option o that closes a unit j, and year t::

        sum_c e[c,j,t] + anyone[j] y[o,t]                  <=  anyone[j]
        sum_c e[c,j,t] + most[j] y[o,t] - over[j,t]        <=  most[j]

    with anyone[j] every child who could ever come to the unit, and most[j] the most places it can have, with everything that options may
    add. The first keeps everybody out; the second, which holds anyway, makes the linear program sharper. Units: children.
    Dual: pounds of present value per child kept out. Slack: none.
    """
    entries = Builder.empty()
    closers = np.nonzero(inputs.closes)[0]
    horizon = inputs.horizon
    option = np.repeat(closers, 2 * horizon)
    year = np.tile(np.repeat(np.arange(1, horizon + 1), 2), len(closers))
    keys = pd.DataFrame({"option": option, "year": year, "what": ["anyone", "places"] * (horizon * len(closers))})
    adds = np.zeros(len(inputs.places))
    np.add.at(
        adds,
        inputs.option_unit,
        inputs.block_places * np.maximum(inputs.options["most_blocks"], inputs.options["fixed_blocks"]).to_numpy(float),
    )
    most = np.nan_to_num(inputs.places) + adds
    limit = np.zeros(len(keys))
    for number, closer in enumerate(closers):
        unit = inputs.option_unit[closer]
        first = 2 * (number * horizon + np.arange(horizon))
        for rows, children in ((first, _anyone(inputs, unit)), (first + 1, most[unit])):
            entries.add(rows[None, :], layout.enter[inputs.arcs.unit == unit][:, 1:], 1.0)
            entries.add(rows, layout.open[closer, 1:], children)
            limit[rows] = children
        entries.add(first + 1, layout.over_capacity[unit, 1:], -1.0)
    return finish("closing", keys, entries, -np.inf, limit, layout.count)


def _anyone(inputs: Inputs, unit: int) -> float:
    """Every child who could ever come to a unit: all of the areas and needs that it takes, over all years."""
    demand = inputs.demand
    place = demand.cohorts.groupby(["area", "need"], sort=False).ngroup().to_numpy()
    ever = demand.new.sum(axis=1) + demand.arrivals.sum(axis=1)
    np.add.at(ever, demand.stock_cohort, demand.stock_children)
    return float(ever[np.isin(place, place[inputs.arcs.cohort[inputs.arcs.unit == unit]])].sum())


def least_occupancy(inputs: Inputs, layout: Layout) -> Rows:
    r"""A base that has had time to fill must be used.

    Row family ``least_occupancy``, one row per option o with a least occupancy and year t after its ramp-up of r years::

        occ[j,t] + under[o,t] - least block n[o,t-r] + least block most sum over t-r < tau <= t of u[o,tau]  >=  -L[j,t]

    (the last term, with u the closing of an option that may close, lets one go that has closed since). For a contact base occ is the episodes given and places count
    as episodes. Units: children (episodes). Dual: pounds of present value per child. Slack: ``under_occupancy``, priced.
    """
    entries = Builder.empty()
    exists = layout.under_occupancy >= 0
    ramp = inputs.options["ramp_years"].to_numpy(dtype=np.int64)
    exists &= np.arange(inputs.horizon + 1)[None, :] > ramp[:, None]
    rows = row_numbers(exists)
    least = np.nan_to_num(inputs.options["least_occupancy"].to_numpy(dtype=float)) * inputs.block_places
    per_place = np.nan_to_num(inputs.arcs.units["episodes_per_place"].to_numpy(dtype=float))
    for at in np.nonzero(exists.any(axis=1))[0]:
        option = int(at)
        unit = inputs.option_unit[option]
        wanted = least[option] * (per_place[unit] if inputs.is_base[unit] else 1.0)
        if inputs.is_base[unit]:
            entries.add(rows[option][None, 1:], layout.episodes[inputs.arcs.help_unit == unit][:, 1:], 1.0)
        else:
            arcs = np.nonzero(inputs.arcs.unit == unit)[0]
            add_occupancy(entries, np.repeat(rows[option][None, :], len(arcs), axis=0), arcs, layout.enter, inputs)
        years = np.nonzero(exists[option])[0]
        row = rows[option, years]
        entries.add(row, layout.under_occupancy[option, years], 1.0)
        entries.add(row, layout.blocks[option, years - ramp[option]], -wanted)
        if inputs.may_close[option]:
            most = wanted * float(inputs.options["most_blocks"].iloc[option])
            for back in range(int(ramp[option])):
                entries.add(row, layout.shut[option, years - back], most)
    options, year = np.nonzero(exists)
    keys = pd.DataFrame({"option": options, "year": year})
    return finish("least_occupancy", keys, entries, -inputs.unit_stock[inputs.option_unit[options], year], np.inf, layout.count)
