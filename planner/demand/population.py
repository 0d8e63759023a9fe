"""Children by area, age and year: births, ageing and moves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.names import PHASE_AGES, PHASES

Floats = npt.NDArray[np.float64]
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


def by_phase(ages: Floats) -> Floats:
    """(areas, phases, H+1) children of the ages of each phase."""
    return np.stack([ages[:, first : last + 1].sum(axis=1) for first, last in (PHASE_AGES[phase] for phase in PHASES)], axis=1)
