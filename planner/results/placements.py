"""Children with an EHCP by January of each year in the shape of the DSG management plan, in whole numbers whose parts add to totals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from planner.names import NEED_TITLES, PHASE_AGES, PHASES, WAITING
from planner.results.solution import TABLE_COLUMNS

TOTAL: Final = "Total"
NONE_YET: Final = "Waiting for a place"
SETTINGS: Final[dict[str, str]] = {
    "mainstream_support": "Mainstream schools or academies",
    "contact_base": "Mainstream schools or academies",
    "early_years_setting": "Early-years settings",
    "resource_centre": "Resourced provision or SEN units",
    "state_special": "Maintained special schools or special academies",
    "independent_special": "NMSS or independent schools",
    "alternative_provision": "Hospital schools or alternative provision",
    "further_education": "Post-16 and further education",
    "educated_elsewhere": "Other placements",
    WAITING: NONE_YET,
}
"""The setting under which the DSG management plan counts children in each situation. A child of a contact base has no EHCP there."""

AGE_GROUPS: Final[dict[str, str]] = {
    phase: f"Under {last + 1}" if first == 0 else f"{first} to {last}" for phase, (first, last) in PHASE_AGES.items()
}
"""The age group in January of each phase: the model knows no single years of age, so that 16 to 19 and 20 to 25 are one group."""


def whole(parts: Sequence[float]) -> list[int]:
    """Whole numbers for parts from 0 up that add to their rounded total (halves up), each within 1 of its part: largest remainders.

    Each part is rounded down, and those with the largest remainders, the first where they are alike, get one more.
    """
    values = np.maximum(np.asarray(parts, dtype=float), 0.0)
    near = np.round(values, 9)
    down = np.floor(near)
    left = math.floor(round(float(values.sum()), 6) + 0.5) - int(down.sum())
    order = np.argsort(-(near - down), kind="stable")
    down[order[:left]] += 1.0
    return [int(value) for value in down]


def _counted(ehcps: pd.DataFrame, years: tuple[str, ...], key: str, titles: Mapping[str, str], table: str) -> pd.DataFrame:
    """Whole numbers of EHCPs by year and one key, in the order of ``titles``, with a Total for each year."""
    labels = list(dict.fromkeys(titles.values()))
    named = ehcps[key].astype(str).map(titles)
    sums = ehcps.groupby([ehcps["year"].astype(str), named])["children"].sum()
    rows: list[tuple[object, ...]] = []
    for year in years:
        counts = whole([float(sums.get((year, label), 0.0)) for label in labels])
        rows += [(year, january(year), label, count) for label, count in zip(labels, counts, strict=True)]
        rows.append((year, january(year), TOTAL, sum(counts)))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS[table]))


def january(year: str) -> str:
    """The month in which an academic year's children are counted: 2026/27 is counted in January 2027."""
    return f"January {int(year[:4]) + 1}"


def dsg_placements(ehcps: pd.DataFrame, years: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """The three tables of the plan's children and young people tab from the table ``ehcps``: by setting, by age group and by need.

    Every setting and age group stands in every year; needs are those that the scenario plans for, grouped as it groups them.
    """
    needs = sorted(set(ehcps["need"].astype(str)), key=lambda need: (list(NEED_TITLES).index(need) if need in NEED_TITLES else -1, need))
    titles = {need: NEED_TITLES.get(need) or need.replace("_", " ").capitalize() for need in needs}
    return {
        "dsg_placements_by_setting": _counted(ehcps, years, "situation", SETTINGS, "dsg_placements_by_setting"),
        "dsg_placements_by_age": _counted(ehcps, years, "phase", {phase: AGE_GROUPS[phase] for phase in PHASES}, "dsg_placements_by_age"),
        "dsg_placements_by_need": _counted(ehcps, years, "need", titles, "dsg_placements_by_need"),
    }
