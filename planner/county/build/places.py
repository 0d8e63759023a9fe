"""Areas, the small areas they are made of, planning areas and the population by age."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.county.build.fitting import spread
from planner.county.specs import SMALL_AREA_AGES, SPEC_BY_NAME
from planner.names import PHASE_AGES, PHASES

if TYPE_CHECKING:
    from planner.county.build.inputs import Inputs

AREAS_IN_A_PLANNING_AREA = 4.4
"""About how many areas a planning area groups (assumption: enough to plan a base for, small enough to travel in)."""
LAST_AGE = 25
YEARS_BEHIND = 4.5
"""Years from the population estimate to January of the base year, where assumptions.csv has no population_years_behind."""
_BANDS = {"aged_0_3": range(4), "aged_4_10": range(4, 11), "aged_11_15": range(11, 16), "aged_16_18": range(16, 26)}


def build_areas(inputs: Inputs) -> pd.DataFrame:
    """The areas with the planning area each belongs to: neighbours inside one district."""
    areas = inputs.published("areas").sort_values("area", kind="stable").reset_index(drop=True)
    children = areas[["aged_0_3", "aged_4_10", "aged_11_15"]].sum(axis=1)
    names = pd.Series("", index=areas.index)
    for district, group in areas.groupby("district", sort=True):
        parts = max(1, round(len(group) / AREAS_IN_A_PLANNING_AREA))
        places = group[["easting_m", "northing_m"]].to_numpy(dtype=float)
        clusters = _bisect(np.arange(len(group)), places, children.loc[group.index].to_numpy(dtype=float), parts)
        for number, members in enumerate(clusters, start=1):
            names.loc[group.index[members]] = f"{district} {number}"
    areas["planning_area"] = names
    return areas[[column.name for column in SPEC_BY_NAME["areas"].columns if column.name in areas.columns]]


def _bisect(members: np.ndarray, places: np.ndarray, weight: np.ndarray, parts: int) -> list[np.ndarray]:
    """Cut a set of places across its longer side, again and again, into parts of about equal weight."""
    if parts == 1:
        return [np.sort(members)]
    extent = np.ptp(places[members], axis=0)
    axis = 1 if extent[1] >= extent[0] else 0
    sign = -1.0 if axis == 1 else 1.0
    order = members[np.argsort(sign * places[members, axis], kind="stable")]
    first = parts // 2
    share = np.cumsum(weight[order]) / weight[order].sum()
    cut = int(np.argmin(np.abs(share - first / parts))) + 1
    cut = min(max(cut, first), len(order) - (parts - first))
    return _bisect(order[:cut], places, weight, first) + _bisect(order[cut:], places, weight, parts - first)


def build_population(inputs: Inputs) -> pd.DataFrame:
    """Children by area and age in January of the base year.

    Each age of the county is shared over the areas as the age groups it came from were at the estimate:
    four and a half years later half the children are four years older than then and half five. Students who lived in an area only
    to study are kept out by using the group aged 16 to 18 for all older young people.
    """
    areas = inputs.published("areas").sort_values("area", kind="stable")
    county = inputs.published("county_by_age").set_index("age")["children"].astype(float).to_dict()
    yearly = 1.0 + inputs.value("births_change_before_base_year")
    less, more = _behind(inputs)
    for age in reversed(range(more)):
        county[age] = round(county[age + 1] * yearly)
    share = _age_shares(areas)
    rows = []
    for age in range(LAST_AGE + 1):
        weights = (share[max(age - more, 0)] + share[max(age - less, 0)]) / 2
        for area, children in zip(areas["area"], spread(weights, county[age], 1), strict=True):
            rows.append((area, age, children))
    table = pd.DataFrame(rows, columns=["area", "age", "children"])
    return table.sort_values(["area", "age"], kind="stable").reset_index(drop=True)


def _behind(inputs: Inputs) -> tuple[int, int]:
    """The two numbers of years, each true for half the children, by which they are older in January than at the estimate."""
    years = inputs.value("population_years_behind", YEARS_BEHIND)
    return math.floor(years), math.ceil(years)


def _age_shares(table: pd.DataFrame) -> dict[int, np.ndarray]:
    """For each age at the estimate the share of the table's children of its group who live in each row; alike where there are none."""
    share: dict[int, np.ndarray] = {}
    for band, ages in _BANDS.items():
        part = table[band].to_numpy(dtype=float)
        share.update(dict.fromkeys(ages, part / part.sum() if part.sum() > 0 else np.full(len(part), 1.0 / len(part))))
    return share


def build_small_areas(inputs: Inputs, population: pd.DataFrame) -> pd.DataFrame:
    """The parts of each area with their children in January of the base year, by the ages of each phase.

    An area's children of each age are shared over its small areas as the age groups they came from were in mid-2020,
    in the way in which the county's are shared over areas; each area's children of a phase are met to the tenth of a child.
    """
    small = inputs.published("small_areas").sort_values("small_area", kind="stable").reset_index(drop=True)
    by_age = population.pivot_table(index="area", columns="age", values="children")
    children = np.zeros((len(small), LAST_AGE + 1))
    less, more = _behind(inputs)
    for area, part in small.groupby("area", sort=True):
        share = _age_shares(part)
        for age in range(LAST_AGE + 1):
            children[part.index, age] = (share[max(age - more, 0)] + share[max(age - less, 0)]) / 2 * by_age.loc[area, age]
    columns = ["small_area", "small_area_name", "area", "easting_m", "northing_m", "rural_urban"]
    table = small[columns].copy()
    for column, first, last in SMALL_AREA_AGES:
        table[column] = 0.0
        whole = children[:, first : last + 1].sum(axis=1)
        for area, part in small.groupby("area", sort=True):
            total = round(float(by_age.loc[area, first:last].sum()), 1)
            table.loc[part.index, column] = spread(whole[part.index], total, 1)
    return table.assign(source=small["source"])


def phase_shares(population: pd.DataFrame) -> dict[str, np.ndarray]:
    """Each phase: the share of the county's children of its ages who live in each area, areas in order of code."""
    shares = {}
    for phase in PHASES:
        first, last = PHASE_AGES[phase]
        ages = population[population["age"].between(first, last)]
        total = ages.groupby("area", sort=True)["children"].sum().to_numpy(dtype=float)
        shares[phase] = total / total.sum()
    return shares


def ehcp_shares(inputs: Inputs, areas: pd.DataFrame, by_children: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Each phase: the share of its EHCPs that are in each area, areas in order of code.

    As the county's own return counts them where it does (children without an area are spread as the others), else as its children.
    """
    counted = inputs.maybe("ehcps_by_area_need_phase_and_provision")
    shares = dict(by_children)
    for phase in PHASES if len(counted) else ():
        here = counted[(counted["phase"] == phase) & counted["area"].isin(areas["area"])].groupby("area")["children"].sum()
        found = areas["area"].map(here).fillna(0.0).to_numpy(dtype=float)
        if found.sum() > 0:
            shares[phase] = found / found.sum()
    return shares
