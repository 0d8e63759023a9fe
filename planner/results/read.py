"""From the solver's numbers to tables with labels: what was decided, and nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.build import Model
from planner.model.layout import Floats, Ints
from planner.results.solution import TABLE_COLUMNS, Solution
from planner.solve.outcome import SolveRecord

SMALLEST = 1e-9
"""Values up to this many children are the solver's rounding and read as none."""


def _shown(values: Floats) -> tuple[tuple[Ints, ...], Floats]:
    where = np.nonzero(values > SMALLEST)
    return where, values[where]


def _labels(model: Model, cohorts: Ints) -> dict[str, np.ndarray]:
    table = model.inputs.demand.cohorts
    return {name: table[name].astype(str).to_numpy()[cohorts] for name in ("area", "need", "phase", "band")}


def _years(model: Model, years: Ints) -> np.ndarray:
    return np.array([str(year) for year in model.inputs.demand.years], dtype=object)[years]


def allocation(model: Model, answer: Floats) -> pd.DataFrame:
    """Children of each cohort who enter each unit in each academic year."""
    arcs = model.inputs.arcs
    (arc, year), children = _shown(model.values(model.layout.enter, answer))
    unit = arcs.unit[arc]
    frame = pd.DataFrame(
        {
            **_labels(model, arcs.cohort[arc]),
            "unit": arcs.units["unit"].astype(str).to_numpy()[unit],
            "provision_type": arcs.units["provision_type"].astype(str).to_numpy()[unit],
            "entry_year": _years(model, year),
            "children": children,
        }
    )
    return frame[list(TABLE_COLUMNS["allocation"])]


def waiting(model: Model, answer: Floats) -> pd.DataFrame:
    """Children of each cohort who wait for a place in each academic year."""
    (cohort, year), children = _shown(model.values(model.layout.wait, answer))
    return pd.DataFrame({**_labels(model, cohort), "year": _years(model, year), "children": children})


def early_help(model: Model, answer: Floats) -> pd.DataFrame:
    """Early-help episodes that each contact base gives to each cohort in each academic year."""
    arcs = model.inputs.arcs
    (arc, year), episodes = _shown(model.values(model.layout.episodes, answer))
    units = arcs.units["unit"].astype(str).to_numpy()[arcs.help_unit[arc]]
    return pd.DataFrame({**_labels(model, arcs.help_cohort[arc]), "unit": units, "year": _years(model, year), "episodes": episodes})


def options(model: Model, answer: Floats) -> pd.DataFrame:
    """Every option in play in every academic year: whether it is open, its size and its places."""
    table, horizon = model.inputs.options, model.inputs.horizon
    opened = model.values(model.layout.open, answer)[:, 1:].round().astype(int)
    blocks = model.values(model.layout.blocks, answer)[:, 1:].round().astype(int)
    option = np.repeat(np.arange(len(table)), horizon)
    frame = table.loc[option, ["option", "option_name", "kind", "unit", "decided"]].reset_index(drop=True)
    frame["year"] = _years(model, np.tile(np.arange(1, horizon + 1), len(table)))
    frame["open"] = opened.ravel()
    frame["blocks"] = blocks.ravel()
    frame["places"] = frame["blocks"] * np.repeat(model.inputs.block_places, horizon)
    return frame[list(TABLE_COLUMNS["options"])]


def slacks(model: Model, answer: Floats) -> pd.DataFrame:
    """Every limit that was broken, by how much, and what that costs in the objective."""
    layout, inputs = model.layout, model.inputs
    prices = inputs.scenario.money.slack_prices
    units = inputs.arcs.units["unit"].astype(str).to_numpy()
    phase_units = units[layout.phase_rows["unit"].to_numpy(dtype=np.int64)]
    phases = layout.phase_rows["phase"].astype(str).to_numpy()
    option_units = units[inputs.option_unit]
    none = np.array([""])
    families = (
        ("over_capacity", layout.over_capacity, units, None, "children", prices.over_capacity_gbp_per_child_year, 1.0),
        ("over_capacity_phase", layout.over_capacity_phase, phase_units, phases, "children", prices.over_capacity_gbp_per_child_year, 1.0),
        ("under_occupancy", layout.under_occupancy, option_units, None, "children", prices.under_occupancy_gbp_per_child_year, 1.0),
        ("over_capital", layout.over_capital[None, :], none, None, "pounds", prices.over_capital_gbp_per_gbp, 1000.0),
        ("over_high_needs", layout.over_high_needs[None, :], none, None, "pounds", prices.over_high_needs_gbp_per_gbp, 1000.0),
    )
    frames = []
    for limit, positions, unit_names, phase_names, amount_unit, price, scale in families:
        (row, year), amount = _shown(model.values(positions, answer))
        amount = amount * scale
        frames.append(
            pd.DataFrame(
                {
                    "limit": limit,
                    "unit": unit_names[row],
                    "phase": "" if phase_names is None else phase_names[row],
                    "year": _years(model, year),
                    "amount": amount,
                    "amount_unit": amount_unit,
                    "price_gbp": price,
                    "objective_gbp": amount * price,
                }
            )
        )
    frames = [frame for frame in [*frames, _over_travel(model, answer)] if len(frame)]
    columns = list(TABLE_COLUMNS["slacks"])
    return pd.concat(frames, ignore_index=True)[columns] if frames else pd.DataFrame(columns=columns)


def _over_travel(model: Model, answer: Floats) -> pd.DataFrame:
    """Children who enter a unit over the travel limit, by unit and year of entry; the price counts their whole stay."""
    inputs = model.inputs
    over = np.nonzero(inputs.arcs.over_limit_minutes > 0)[0]
    positions = model.layout.enter[over]
    entered = model.values(positions, answer)
    price = np.where(positions >= 0, model.program.aims["broken_limits"].costs[np.maximum(positions, 0)], 0.0)
    frame = pd.DataFrame(
        {
            "unit": np.repeat(inputs.arcs.units["unit"].astype(str).to_numpy()[inputs.arcs.unit[over]], inputs.horizon + 1),
            "year": np.tile(_years(model, np.arange(inputs.horizon + 1)), len(over)),
            "amount": (entered * inputs.arcs.over_limit_minutes[over][:, None]).ravel(),
            "objective_gbp": (entered * price).ravel(),
        }
    )
    frame = frame[frame["amount"] > SMALLEST].groupby(["unit", "year"], as_index=False)[["amount", "objective_gbp"]].sum()
    frame["limit"], frame["phase"], frame["amount_unit"] = "over_travel_limit", "", "child-minutes at entry"
    frame["price_gbp"] = inputs.scenario.travel.over_limit_gbp_per_minute_year
    return frame


def read_solution(name: str, model: Model, answer: Floats, record: SolveRecord) -> Solution:
    """The decisions of an answer as labelled tables: allocation, waiting, early_help, options and slacks."""
    tables = {
        "allocation": allocation(model, answer),
        "waiting": waiting(model, answer),
        "early_help": early_help(model, answer),
        "options": options(model, answer),
        "slacks": slacks(model, answer),
    }
    return Solution(name, tables, record)
