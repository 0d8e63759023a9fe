"""What one more place, pound or opening would be worth, and for how many more that holds."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from planner.model.build import Model
from planner.model.layout import Floats
from planner.results.solution import TABLE_COLUMNS

SMALLEST_GBP = 0.5
"""Values under half a pound are not listed."""

MEANINGS: Final[dict[str, str]] = {
    "capacity": "Public cost saved by one more place in this unit in this year",
    "capacity_phase": "Public cost saved by one more place kept for this phase in this year",
    "episode_capacity": "Public cost saved by one more early-help episode in this year",
    "capital_limit": "Public cost saved by one more pound of capital in this financial year",
    "high_needs_limit": "Public cost saved by one more pound of high needs block in this financial year",
    "least_occupancy": "Public cost saved by asking one child fewer of this option",
}
"""The row families whose values a planner can use, and what the value says."""

_PER_POUND = {"capital_limit": 1000.0, "high_needs_limit": 1000.0}


def _usable(model: Model, answer: Floats, family: str, keys: pd.DataFrame) -> np.ndarray:
    """Which rows speak of places that are open: a place in a unit that has none yet is a question for the options."""
    if family not in ("capacity", "episode_capacity"):
        return np.ones(len(keys), dtype=bool)
    inputs = model.inputs
    places = np.repeat(np.nan_to_num(inputs.places)[:, None], inputs.horizon + 1, axis=1)
    added = model.values(model.layout.blocks, answer) * inputs.block_places[:, None]
    np.add.at(places, inputs.option_unit, added)
    usable: np.ndarray = places[keys["unit"].to_numpy(dtype=np.int64), keys["year"].to_numpy(dtype=np.int64)] > 0
    return usable


def marginal_values(model: Model, answer: Floats, duals: Floats | None, row_range: Floats | None) -> pd.DataFrame:
    """The value of relaxing each limit by one, pounds of present value and of the year's own money.

    Values come from the linear program with openings and sizes fixed, so they say what a place is worth with the
    programme as chosen; ``holds_for_more`` and ``holds_for_fewer`` say how far the limit may move before the value changes
    (blank where the solver could not say). Rows are sorted, the largest value first.
    """
    columns = list(TABLE_COLUMNS["marginal_values"])
    if duals is None:
        return pd.DataFrame(columns=columns)
    inputs = model.inputs
    units = inputs.arcs.units["unit"].astype(str).to_numpy()
    years = np.array([str(year) for year in inputs.demand.years], dtype=object)
    frames = []
    for family, meaning in MEANINGS.items():
        rows, first = model.program.row_family(family)
        if rows.count == 0:
            continue
        scale = _PER_POUND.get(family, 1.0)
        place = first + np.arange(rows.count)
        value = np.where(_usable(model, answer, family, rows.keys), np.abs(duals[place]) / scale, 0.0)
        year = rows.keys["year"].to_numpy(dtype=np.int64)
        unit, option, phase = _who(model, family, rows.keys, units)
        limit = np.where(np.isfinite(rows.upper), rows.upper, rows.lower)
        more = fewer = np.full(rows.count, np.nan)
        if row_range is not None:
            sign = 1.0 if family != "least_occupancy" else -1.0
            spans = ((row_range[place, 1] - limit) * scale, (limit - row_range[place, 0]) * scale)
            more, fewer = spans if sign > 0 else spans[::-1]
        frames.append(
            pd.DataFrame(
                {
                    "row": family,
                    "unit": unit,
                    "option": option,
                    "phase": phase,
                    "year": years[year],
                    "gbp_present_value": value,
                    "gbp_per_year": value / inputs.rates.discount[year],
                    "holds_for_more": np.where(np.isfinite(more) & (np.abs(more) < 1e20), np.maximum(more, 0.0), np.nan),
                    "holds_for_fewer": np.where(np.isfinite(fewer) & (np.abs(fewer) < 1e20), np.maximum(fewer, 0.0), np.nan),
                    "meaning": meaning,
                }
            )
        )
    if not frames:
        return pd.DataFrame(columns=columns)
    table = pd.concat(frames, ignore_index=True)
    table = table[table["gbp_present_value"] >= SMALLEST_GBP]
    return table.sort_values(["gbp_present_value", "row", "unit", "year"], ascending=[False, True, True, True], ignore_index=True)[columns]


def _who(model: Model, family: str, keys: pd.DataFrame, units: np.ndarray) -> tuple[object, object, object]:
    if family in ("capacity", "episode_capacity"):
        return units[keys["unit"].to_numpy(dtype=np.int64)], "", ""
    if family == "capacity_phase":
        rows = model.layout.phase_rows.iloc[keys["phase_row"].to_numpy(dtype=np.int64)]
        return units[rows["unit"].to_numpy(dtype=np.int64)], "", rows["phase"].to_numpy()
    if family == "least_occupancy":
        option = keys["option"].to_numpy(dtype=np.int64)
        return units[model.inputs.option_unit[option]], model.inputs.options["option"].astype(str).to_numpy()[option], ""
    return "", "", ""
