"""Why each waiting group waits: one reason each, from a closed list."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.demand.demand import Demand
from planner.network.arcs import Arcs
from planner.results.presence import Presence
from planner.results.solution import TABLE_COLUMNS
from planner.results.tables import phase_places
from planner.scenario.schema import Scenario

REASONS: Final[dict[str, str]] = {
    "no_unit_takes_them": "No unit takes this need, phase and band",
    "none_within_travel_limit": "No unit that takes them is within the travel limit",
    "not_open_yet": "The units in reach have not opened yet",
    "all_full": "Every unit in reach is full",
    "place_kept_for_others": "A place in reach is free, and this plan uses it otherwise",
}
"""Every reason, in the order in which they are tested."""

SHOWN = 0.005
"""Groups of fewer waiting children than this in a year are the solver's rounding and are not listed."""


def waiting_reasons(scenario: Scenario, county: County, demand: Demand, arcs: Arcs, here: Presence, places: np.ndarray) -> pd.DataFrame:
    """The waiting children by district, need, phase, band and year, with the reason and a sentence with numbers."""
    children = np.zeros(places.shape)
    np.add.at(children, arcs.unit[here.arc], here.in_arc)
    np.add.at(children, demand.stock_unit, here.in_stock)
    room = np.where(np.isnan(places), np.inf, places - children)
    by_phase = _phase_room(demand, arcs, here, phase_places(county, arcs, places), room)
    districts = demand.cohorts["area"].map(county.table("areas").set_index("area")["district"]).to_numpy(dtype=object)
    far = _too_far(demand, districts, arcs)
    start = np.searchsorted(arcs.cohort, np.arange(len(demand.cohorts) + 1))
    rows = []
    for cohort, year in zip(*np.nonzero(here.waiting > SHOWN / 10), strict=True):
        units = arcs.unit[start[cohort] : start[cohort + 1]]
        label = demand.cohorts.iloc[cohort]
        key = (districts[cohort], label["need"], label["phase"], label["band"])
        limit = scenario.travel.limit_minutes.of(str(label["phase"]))
        free = by_phase.get(str(label["phase"]), room)[:, year]
        reason, detail = _why(units, places[:, year], free, limit, far.get(key, False))
        rows.append((*key, str(demand.years[year]), here.waiting[cohort, year], reason, detail))
    frame = pd.DataFrame(rows, columns=list(TABLE_COLUMNS["waiting_reasons"]))
    if frame.empty:
        return frame
    keys = ["district", "need", "phase", "band", "year", "reason"]
    summed = frame.groupby(keys, as_index=False, sort=True).agg(children=("children", "sum"), detail=("detail", "first"))
    return summed[summed["children"] > SHOWN].reset_index(drop=True)[list(TABLE_COLUMNS["waiting_reasons"])]


def _phase_room(
    demand: Demand, arcs: Arcs, here: Presence, kept: dict[tuple[int, str], np.ndarray], room: np.ndarray
) -> dict[str, np.ndarray]:
    """Free places of every unit by phase, for phases for which some unit keeps places: the lesser of the unit's and the phase's."""
    phases = demand.cohorts["phase"].to_numpy(dtype=object)
    rooms: dict[str, np.ndarray] = {}
    for (unit, phase), places in kept.items():
        in_arc = (arcs.unit[here.arc] == unit) & (phases[arcs.cohort[here.arc]] == phase)
        in_stock = (demand.stock_unit == unit) & (phases[demand.stock_cohort] == phase)
        children = here.in_arc[in_arc].sum(axis=0) + here.in_stock[in_stock].sum(axis=0)
        rooms.setdefault(phase, room.copy())[unit] = np.minimum(room[unit], places - children)
    return rooms


def _too_far(demand: Demand, districts: np.ndarray, arcs: Arcs) -> dict[tuple[str, ...], bool]:
    table = arcs.refused
    far = table[table["reason"] == "too_far"]
    return dict.fromkeys(far[["district", "need", "phase", "band"]].itertuples(index=False, name=None), True)


def _units(count: int) -> str:
    return "1 unit" if count == 1 else f"{count} units"


def _why(units: np.ndarray, places: np.ndarray, room: np.ndarray, limit: float, some_too_far: bool) -> tuple[str, str]:
    if not len(units):
        if some_too_far:
            return "none_within_travel_limit", f"No unit that takes them is within {limit:.0f} minutes"
        return "no_unit_takes_them", "No unit takes this need, phase and band"
    open_units = units[np.isnan(places[units]) | (places[units] > 0)]
    if not len(open_units):
        return "not_open_yet", f"{_units(len(units))} could be within {limit:.0f} minutes; none is open yet"
    free = room[open_units].clip(min=0).sum()
    if free < 0.5:
        return "all_full", f"{_units(len(open_units))} within {limit:.0f} minutes, {'all full' if len(open_units) > 1 else 'which is full'}"
    if np.isinf(free):
        room_there = "some of them without a limit on places"
    else:
        room_there = f"{free:.0f} place{'' if round(free) == 1 else 's'} free"
    return (
        "place_kept_for_others",
        f"{_units(len(open_units))} within {limit:.0f} minutes, {room_there}; the plan uses them for other children or years",
    )
