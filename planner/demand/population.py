"""Children by area, age and year: births, ageing and moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.names import PHASE_AGES, PHASES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
AGES = 26


def by_age(population: pd.DataFrame, areas: list[str], horizon: int, births_change: float, net_moves: float) -> Floats:
    """(areas, ages 0..25, H+1) children in January of each year.

    Each year everyone grows a year older, ages 25 leave, births change by their yearly share from those aged 0 in the base year, and
    net moves add their share to every age.
    """
    base = np.zeros((len(areas), AGES))
    place = {area: number for number, area in enumerate(areas)}
    base[[place[area] for area in population["area"]], population["age"].astype(int)] = population["children"]
    years = np.zeros((len(areas), AGES, horizon + 1))
    years[:, :, 0] = base
    for year in range(1, horizon + 1):
        years[:, 1:, year] = years[:, :-1, year - 1] * (1.0 + net_moves)
        years[:, 0, year] = base[:, 0] * (1.0 + births_change) ** year
    return years


def by_phase(ages: Floats, secondary_from: Ints | None = None) -> Floats:
    """(areas, phases, H+1) children of the ages of each phase; by areas' own ages of transfer to the secondary phase where given."""
    if secondary_from is None:
        return np.stack([ages[:, first : last + 1].sum(axis=1) for first, last in (PHASE_AGES[phase] for phase in PHASES)], axis=1)
    return np.einsum("apb,abt->apt", phase_of_age(secondary_from), ages)


def transfer_ages(areas: pd.DataFrame) -> Ints | None:
    """(areas,) age in January from which a child counts as secondary, in the order of areas by name; None where all move at the usual age."""
    if "secondary_from_age" not in areas:
        return None
    usual = PHASE_AGES["secondary"][0]
    ages = areas.sort_values("area")["secondary_from_age"].fillna(usual).to_numpy(dtype=np.int64)
    return None if (ages == usual).all() else ages


def phase_of_age(secondary_from: Ints) -> Floats:
    """(areas, phases, ages) 1 where an age counts in a phase of the area, else 0."""
    ages = np.arange(AGES)
    bounds = [(np.full(len(secondary_from), first), np.full(len(secondary_from), last)) for first, last in PHASE_AGES.values()]
    primary, secondary = PHASES.index("primary"), PHASES.index("secondary")
    bounds[primary] = (bounds[primary][0], secondary_from - 1)
    bounds[secondary] = (secondary_from, bounds[secondary][1])
    return np.stack([(ages >= first[:, None]) & (ages <= last[:, None]) for first, last in bounds], axis=1).astype(float)


def of_county(population: pd.DataFrame) -> Floats:
    """(ages 0..25,) all children of the county in the base year, from its table of population."""
    return population.groupby("age")["children"].sum().reindex(range(AGES), fill_value=0.0).to_numpy(dtype=float)
