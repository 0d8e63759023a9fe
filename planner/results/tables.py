"""Tables that follow from an answer: occupancy, EHCPs by place, entries, journeys, avoided EHCPs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import WAITING
from planner.network.arcs import Arcs
from planner.network.stays import unit_most_stay
from planner.results.presence import KEYS, Presence, closed_places, option_matrix
from planner.results.solution import TABLE_COLUMNS, Solution


def _years(demand: Demand) -> tuple[str, ...]:
    return tuple(str(year) for year in demand.years)


def _districts(county: County, demand: Demand) -> np.ndarray:
    areas = county.table("areas").set_index("area")["district"]
    return demand.cohorts["area"].map(areas).to_numpy(dtype=object)


def _long(labels: pd.DataFrame, matrix: np.ndarray, years: tuple[str, ...], value: str, first: int) -> pd.DataFrame:
    """One row for each label row and year from ``first``."""
    count = matrix.shape[1] - first
    frame = labels.loc[labels.index.repeat(count)].reset_index(drop=True)
    frame["year"] = list(years[first:]) * len(labels)
    frame[value] = matrix[:, first:].ravel()
    return frame


def avoided(demand: Demand, arcs: Arcs, here: Presence) -> pd.DataFrame:
    """EHCPs that early help avoided, by cohort and year."""
    given = np.zeros(demand.new.shape)
    np.add.at(given, arcs.help_cohort[here.help_arc], here.episodes)
    matrix = np.zeros_like(given)
    for lag in range(1, demand.horizon + 1):
        matrix[:, lag:] += demand.effect[:, lag : lag + 1] * given[:, : demand.horizon + 1 - lag]
    frame = _long(demand.cohorts[KEYS], matrix, _years(demand), "children", 1)
    return frame[frame["children"] > 0].reset_index(drop=True)[list(TABLE_COLUMNS["avoided"])]


def unit_places(demand: Demand, arcs: Arcs, programme: Programme, solution: Solution) -> np.ndarray:
    """(J, H+1) places of each unit in each year with what options add and closing takes; NaN where no limit is known."""
    options = programme.options
    names, years = list(options["option"]), _years(demand)
    places = np.repeat(arcs.units["places"].to_numpy(dtype=float)[:, None], len(years), axis=1)
    added = option_matrix(solution, names, years, "places")
    opened = option_matrix(solution, names, years, "open")
    unit_at = {unit: number for number, unit in enumerate(arcs.units["unit"])}
    most = unit_most_stay(demand, arcs)
    for row, (unit, kind) in enumerate(zip(options["unit"], options["kind"], strict=True)):
        number = unit_at[unit]
        if kind == "close_unit":
            places[number] -= closed_places(float(places[number, 0]), opened[row], float(most[number]))
        else:
            places[number] = np.nan_to_num(places[number]) + added[row]
    return places


def occupancy(county: County, demand: Demand, arcs: Arcs, here: Presence, places: np.ndarray) -> pd.DataFrame:
    """Children in each unit and its places, by year; units that never hold anybody and have no place are left out."""
    count = len(arcs.units)
    children = np.zeros((count, demand.horizon + 1))
    np.add.at(children, arcs.unit[here.arc], here.in_arc)
    np.add.at(children, demand.stock_unit, here.in_stock)
    district = arcs.units["area"].map(county.table("areas").set_index("area")["district"]).fillna("")
    labels = arcs.units[["unit", "unit_name", "provision_type"]].assign(district=district)
    used = (children.max(axis=1) > 0) | (np.nan_to_num(places).max(axis=1) > 0)
    labels = labels[used].reset_index(drop=True)
    frame = _long(labels, children[used], _years(demand), "children", 0)
    frame["places"] = places[used].ravel()
    frame["over_places"] = np.maximum(frame["children"] - frame["places"], 0.0).fillna(0.0)
    base = frame["provision_type"] == "contact_base"
    frame.loc[base, ["children", "over_places"]] = 0.0
    return frame[list(TABLE_COLUMNS["occupancy"])]


def phase_places(county: County, arcs: Arcs, places: np.ndarray) -> dict[tuple[int, str], np.ndarray]:
    """(H+1,) places that a unit keeps for one phase, by unit and phase, with what options add; only where some are kept."""
    table = county.tables.get("unit_phase_places")
    if table is None:
        return {}
    unit_at = {unit: number for number, unit in enumerate(arcs.units["unit"])}
    base = np.nan_to_num(arcs.units["places"].to_numpy(dtype=float))
    kept = {}
    for unit, phase, count in table[["unit", "phase", "places"]].itertuples(index=False, name=None):
        number = unit_at[unit]
        kept[(number, str(phase))] = float(count) + np.maximum(np.nan_to_num(places[number]) - base[number], 0.0)
    return kept


def occupancy_phase(county: County, demand: Demand, arcs: Arcs, here: Presence, places: np.ndarray) -> pd.DataFrame:
    """Children in each unit by phase and year, and the places kept for the phase (NaN where the unit keeps none apart)."""
    phases = demand.cohorts["phase"].to_numpy(dtype=object)
    rows = pd.DataFrame(
        {
            "unit": np.concatenate([arcs.unit[here.arc], demand.stock_unit]),
            "phase": np.concatenate([phases[arcs.cohort[here.arc]], phases[demand.stock_cohort]]),
        }
    )
    values = np.concatenate([here.in_arc, here.in_stock])
    group = rows.groupby(["unit", "phase"], sort=True).ngroup().to_numpy()
    matrix = np.zeros((group.max(initial=-1) + 1, values.shape[1]))
    np.add.at(matrix, group, values)
    labels = rows.assign(group=group).drop_duplicates("group").sort_values("group")[["unit", "phase"]].reset_index(drop=True)
    kept, none = phase_places(county, arcs, places), np.full(values.shape[1], np.nan)
    limits = [kept.get((int(unit), str(phase)), none) for unit, phase in labels.itertuples(index=False, name=None)]
    labels["unit"] = arcs.units["unit"].to_numpy(dtype=object)[labels["unit"]]
    frame = _long(labels, matrix, _years(demand), "children", 0)
    frame["places"] = np.concatenate(limits) if limits else np.zeros(0)
    return frame[list(TABLE_COLUMNS["occupancy_phase"])]


def ehcps(county: County, demand: Demand, arcs: Arcs, here: Presence) -> pd.DataFrame:
    """Children who hold an EHCP by district, need, phase, band, where they are (or waiting) and year, the base year first."""
    kinds = arcs.units["provision_type"].to_numpy(dtype=object)
    cohort = np.concatenate([arcs.cohort[here.arc], demand.stock_cohort, np.arange(len(demand.cohorts))])
    situation = np.concatenate([kinds[arcs.unit[here.arc]], kinds[demand.stock_unit], np.full(len(demand.cohorts), WAITING, dtype=object)])
    values = np.concatenate([here.in_arc, here.in_stock, here.waiting])
    labels = demand.cohorts.loc[cohort, ["need", "phase", "band"]].reset_index(drop=True)
    labels["district"], labels["situation"] = _districts(county, demand)[cohort], situation
    return _summed(labels[["district", "need", "phase", "band", "situation"]], values, demand, 0, "ehcps")


def entries(county: County, demand: Demand, arcs: Arcs, here: Presence) -> pd.DataFrame:
    """Children who enter a place by district, need, phase, provision type and year."""
    labels = demand.cohorts.loc[arcs.cohort[here.arc], ["need", "phase"]].reset_index(drop=True)
    labels["district"] = _districts(county, demand)[arcs.cohort[here.arc]]
    labels["provision_type"] = arcs.units["provision_type"].to_numpy(dtype=object)[arcs.unit[here.arc]]
    return _summed(labels[["district", "need", "phase", "provision_type"]], here.entered, demand, 1, "entries")


def _summed(labels: pd.DataFrame, values: np.ndarray, demand: Demand, first: int, table: str) -> pd.DataFrame:
    keys = list(labels.columns)
    group = labels.groupby(keys, sort=True).ngroup().to_numpy()
    matrix = np.zeros((group.max(initial=-1) + 1, values.shape[1]))
    np.add.at(matrix, group, values)
    unique = labels.assign(group=group).drop_duplicates("group").sort_values("group")[keys].reset_index(drop=True)
    frame = _long(unique, matrix, _years(demand), "children", first)
    return frame[frame["children"] > 0].reset_index(drop=True)[list(TABLE_COLUMNS[table])]


def travel(county: County, demand: Demand, arcs: Arcs, here: Presence) -> pd.DataFrame:
    """Journeys one way by district, phase, provision type and year: mean and ninth-decile minutes, child-minutes and child-km.

    Children in mainstream schools of their own area, and in provision without one place, make no journey that is counted.
    """
    units = arcs.units
    counted = (units["serves"].to_numpy(dtype=object) != "own_area") & ~units["easting_m"].isna().to_numpy()
    unit = np.concatenate([arcs.unit[here.arc], demand.stock_unit])
    cohort = np.concatenate([arcs.cohort[here.arc], demand.stock_cohort])
    minutes = np.concatenate([arcs.minutes[here.arc], arcs.stock_minutes])
    km = np.concatenate([arcs.km[here.arc], arcs.stock_km])
    values = np.concatenate([here.in_arc, here.in_stock])
    kept = counted[unit]
    frame = pd.DataFrame(
        {
            "district": _districts(county, demand)[cohort],
            "phase": demand.cohorts["phase"].to_numpy(dtype=object)[cohort],
            "provision_type": units["provision_type"].to_numpy(dtype=object)[unit],
            "minutes": minutes,
            "km": km,
        }
    )[kept]
    values = values[kept]
    rows = []
    for keys, part in frame.reset_index(drop=True).groupby(["district", "phase", "provision_type"], sort=True):
        weights = values[part.index]
        order = np.argsort(part["minutes"].to_numpy(), kind="stable")
        sorted_minutes = part["minutes"].to_numpy()[order]
        running = np.cumsum(weights[order], axis=0)
        for year in range(1, demand.horizon + 1):
            total = running[-1, year]
            if total <= 0:
                continue
            child_minutes = float(part["minutes"].to_numpy() @ weights[:, year])
            ninth = float(sorted_minutes[min(np.searchsorted(running[:, year], 0.9 * total), len(order) - 1)])
            rows.append(
                (
                    *keys,
                    str(demand.years[year]),
                    total,
                    child_minutes / total,
                    ninth,
                    child_minutes,
                    float(part["km"].to_numpy() @ weights[:, year]),
                )
            )
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["travel"]))
