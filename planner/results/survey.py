"""A plan in the shapes that the Department for Education asks for: the School Capacity survey's SEND forecast, in whole numbers that add."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from planner.county.build.fitting import fit, round_two_way
from planner.names import PHASE_AGES, PHASES, WAITING
from planner.results.placements import whole

PROVISIONS: Final[dict[str, str]] = {
    "mainstream_support": "Mainstream school, not in a unit or resourced provision",
    "contact_base": "Mainstream school, not in a unit or resourced provision",
    "resource_centre": "SEN unit or resourced provision",
    "state_special": "State-funded special school",
    "independent_special": "Independent or non-maintained special school",
    "alternative_provision": "Alternative provision",
    "early_years_setting": "Early-years setting",
    "further_education": "Further education or specialist post-16",
    "educated_elsewhere": "Educated elsewhere",
    WAITING: "Waiting for a place",
}
"""What the survey's kinds of provision are called here, by where a child is in the model."""

PLACES: Final = ("resource_centre", "state_special", "independent_special", "alternative_provision")
"""Kinds of provision whose places are counted."""

PHASE_TITLES: Final = {"early_years": "Early years", "primary": "Primary", "secondary": "Secondary", "post_16": "Post-16"}
TOTAL: Final = "Total"
FORECAST_COLUMNS: Final = ("planning_area", "phase", "ages_in_january", "provision", "academic_year", "pupils_with_ehc_plan")
PLACES_COLUMNS: Final = ("planning_area", "provision", "academic_year", "places", "pupils_with_ehc_plan")


def ages_in_january(phase: str) -> str:
    """The ages of a phase, which is as fine as the model knows; a year group holds children of two ages in January."""
    first, last = PHASE_AGES[phase]
    return f"{first} to {last}"


def forecast(ehcps: pd.DataFrame, years: tuple[str, ...], *, by_area: bool) -> pd.DataFrame:
    """Pupils with an EHC plan by planning area, phase, kind of provision and academic year, whole numbers with every total.

    The county's pupils of a year are made whole first, by phase and by provision each, then both together, and each of these is shared
    over the planning areas: so parts add to totals down, across and over areas.

    Args:
        ehcps: The run's table ``ehcps``.
        years: The academic years, in order.
        by_area: Whether districts are planning areas; without it the authority is one.

    """
    titles = list(dict.fromkeys(PROVISIONS.values()))
    table = ehcps.assign(provision=ehcps["situation"].astype(str).map(PROVISIONS))
    areas = sorted(set(table["district"].astype(str))) if by_area else []
    rows: list[tuple[object, ...]] = []
    for year in years:
        now = table[table["year"].astype(str) == year]
        exact = now.groupby(["phase", "provision"])["children"].sum()
        grid = np.array([[max(float(exact.get((phase, title), 0.0)), 0.0) for title in titles] for phase in PHASES])
        made = _whole_grid(grid)
        parts = {TOTAL: made}
        if areas:
            here = now.groupby(["district", "phase", "provision"])["children"].sum()
            shared = np.zeros((len(areas), *made.shape))
            for p, phase in enumerate(PHASES):
                for t, title in enumerate(titles):
                    shared[:, p, t] = _share([float(here.get((area, phase, title), 0.0)) for area in areas], int(made[p, t]))
            parts = {**{area: shared[at] for at, area in enumerate(areas)}, TOTAL: made}
        for area, cells in parts.items():
            rows += _listed(area, year, cells, titles)
    return pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))


def _whole_grid(grid: np.ndarray) -> np.ndarray:
    """Whole numbers of children by phase and provision whose sums are the rounded sums of the exact ones."""
    rows, columns = np.array(whole(grid.sum(axis=1).tolist()), dtype=float), np.array(whole(grid.sum(axis=0).tolist()), dtype=float)
    allowed = np.where((rows[:, None] > 0) & (columns[None, :] > 0), grid, 0.0)
    fitted = fit(allowed, [((0,), rows), ((1,), columns)], rounds=300)
    try:
        made = round_two_way(fitted)
    except ValueError:
        made = fitted
    if np.array_equal(made.sum(axis=1), rows) and np.array_equal(made.sum(axis=0), columns):
        return made
    # The sums of the exact grid cannot both be kept (a phase that is in one provision only): whole numbers cell by cell, and their sums.
    return np.array(whole(grid.ravel().tolist()), dtype=float).reshape(grid.shape)


def _share(parts: Iterable[float], total: int) -> list[int]:
    """Whole shares of a whole total in proportion to the parts, by largest remainders."""
    values = np.maximum(np.array(list(parts), dtype=float), 0.0)
    scale = values.sum()
    ideal = values / scale * total if scale > 0 else np.full(len(values), total / len(values))
    return whole(ideal.tolist())


def _listed(area: str, year: str, cells: np.ndarray, titles: list[str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for p, phase in enumerate(PHASES):
        names = (area, PHASE_TITLES[phase], ages_in_january(phase))
        rows += [(*names, title, year, int(cells[p, t])) for t, title in enumerate(titles)]
        rows.append((*names, TOTAL, year, int(cells[p].sum())))
    rows += [(area, TOTAL, "All", title, year, int(cells[:, t].sum())) for t, title in enumerate(titles)]
    rows.append((area, TOTAL, "All", TOTAL, year, int(cells.sum())))
    return rows


def places(occupancy: pd.DataFrame, years: tuple[str, ...], *, by_area: bool) -> pd.DataFrame:
    """Places and pupils by where the provision is, kind of provision and academic year; a unit without a limit has no places.

    Pupils here are counted where their school is, not where they live.
    """
    table = occupancy[occupancy["provision_type"].isin(PLACES) & occupancy["places"].notna()]
    table = table.assign(
        where=table["district"]
        .astype(str)
        .replace({"": "Outside the county or in many places", "nan": "Outside the county or in many places"})
    )
    areas = sorted(set(table["where"])) if by_area else []
    rows: list[tuple[object, ...]] = []
    for year in years:
        now = table[table["year"].astype(str) == year]
        for kind in PLACES:
            here = now[now["provision_type"] == kind]
            by_place = here.groupby("where")[["places", "children"]].sum()
            counts = [whole([float(by_place[column].get(area, 0.0)) for area in areas]) for column in ("places", "children")]
            rows += [(area, PROVISIONS[kind], year, counts[0][at], counts[1][at]) for at, area in enumerate(areas)]
            total = [
                sum(values) if areas else whole([float(here[column].sum())])[0]
                for values, column in zip(counts, ("places", "children"), strict=True)
            ]
            rows.append((TOTAL, PROVISIONS[kind], year, *total))
    return pd.DataFrame(rows, columns=list(PLACES_COLUMNS))


def across(table: pd.DataFrame, value: str, year: str = "academic_year") -> pd.DataFrame:
    """A long table with a column for each year, rows in the order in which they first stand."""
    keys = [str(column) for column in table.columns if column not in (value, year, "counted")]
    years = list(dict.fromkeys(table[year].astype(str)))
    order = table.drop_duplicates(keys)[keys].reset_index(drop=True)
    for one in years:
        values = table[table[year].astype(str) == one].set_index(keys)[value]
        order[one] = [int(values.loc[key if len(keys) > 1 else key[0]]) for key in order[keys].itertuples(index=False, name=None)]
    return order
