"""The county drawn finer than its tables of children: every area split into its small areas."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.specs import SMALL_AREA_AGES
from planner.names import PHASES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def in_small_areas(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables of a county with every area split into its small areas.

    Children and base-year placements of an area are shared over its small areas in proportion to their children of the phase's
    ages; no child is lost. Provision stays as it is: a unit that serves its own area serves every small area of it
    (column ``within`` of the areas), and is put down in the small area whose centre is nearest.

    Args:
        tables: Tables by name, with ``small_areas``, at the level of areas.

    Returns:
        The tables with ``areas``, ``population``, ``stock`` and the areas of ``units`` by small area.

    """
    small = tables["small_areas"].sort_values(["area", "small_area"], ignore_index=True)
    shares = child_shares(small)
    population, stock = tables["population"], tables["stock"]
    phase_of_age = np.zeros(int(population["age"].max()) + 1, dtype=np.int64)
    for phase, (_, first, last) in enumerate(SMALL_AREA_AGES):
        phase_of_age[first : last + 1] = phase
    phase_of_stock = stock["phase"].map({phase: number for number, phase in enumerate(PHASES)}).to_numpy(dtype=np.int64)
    parents = tables["areas"].set_index("area")
    areas = small[["small_area", "small_area_name", "easting_m", "northing_m", "rural_urban", "source"]].rename(
        columns={"small_area": "area", "small_area_name": "area_name"}
    )
    for column in [name for name in ("district", "planning_area", "secondary_from_age") if name in parents]:
        areas[column] = small["area"].map(parents[column])
    return {
        **tables,
        "areas": areas.assign(within=small["area"])[[*tables["areas"].columns, "within"]],
        "population": _split(population, phase_of_age[population["age"].to_numpy(dtype=np.int64)], small, shares),
        "stock": _split(stock, phase_of_stock, small, shares),
        "units": tables["units"].assign(area=_hosts(tables["units"], small)),
    }


def child_shares(small: pd.DataFrame) -> Floats:
    """(small areas, phases) share of its area's children of each phase's ages who live in each small area.

    Where an area has no children of a phase, its children of all ages are the measure, and where it has none at all every small
    area counts alike.
    """
    children = small[[column for column, _, _ in SMALL_AREA_AGES]].to_numpy(dtype=float)
    _, group = np.unique(small["area"].astype(str).to_numpy(), return_inverse=True)
    for instead in (children.sum(axis=1, keepdims=True), np.ones((len(small), 1))):
        none = _sums(children, group)[group] <= 0
        children = np.where(none, instead, children)
    shares: Floats = children / _sums(children, group)[group]
    return shares


def _sums(values: Floats, group: Ints) -> Floats:
    sums = np.zeros((int(group.max()) + 1, values.shape[1]))
    np.add.at(sums, group, values)
    return sums


def _split(frame: pd.DataFrame, phase: Ints, small: pd.DataFrame, shares: Floats) -> pd.DataFrame:
    """Each row once for every small area of its area that has a share of it. ``small`` is sorted by area."""
    parents = small["area"].astype(str).to_numpy()
    wanted = frame["area"].astype(str).to_numpy()
    first = np.searchsorted(parents, wanted, side="left")
    count = np.searchsorted(parents, wanted, side="right") - first
    row = np.repeat(np.arange(len(frame)), count)
    within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    part = first[row] + within
    share = shares[part, phase[row]]
    kept = share > 0
    row, part, share = row[kept], part[kept], share[kept]
    parts = frame.iloc[row].reset_index(drop=True)
    parts["area"] = small["small_area"].to_numpy()[part]
    parts["children"] *= share
    return parts


def _hosts(units: pd.DataFrame, small: pd.DataFrame) -> list[str]:
    """The small area of each unit: the nearest of its area; the first where the unit is at no one place."""
    places = dict(iter(small.groupby("area", sort=False)))
    hosts = []
    for area, east, north in units[["area", "easting_m", "northing_m"]].itertuples(index=False, name=None):
        if area not in places:
            hosts.append("")
            continue
        part = places[area]
        gap = np.hypot(part["easting_m"] - east, part["northing_m"] - north).fillna(0.0)
        hosts.append(str(part["small_area"].iloc[int(np.argmin(gap.to_numpy()))]))
    return hosts
