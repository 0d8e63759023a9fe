"""Minutes and kilometres between areas and units: from coordinates, or from a routing engine's matrix."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.columns import Column, TableSpec
from planner.county.county import County
from planner.county.table import changed_by_a_spreadsheet, read_bytes, read_table
from planner.errors import InputError, Problem, Problems, nearest
from planner.scenario.schema import Travel

Floats = npt.NDArray[np.float64]

MOST_UNKNOWN: Final = 20
MATRIX: Final = TableSpec(
    "matrix",
    "one journey from an area to a unit",
    ("area", "site"),
    (
        Column("area", "text", "Area, as in areas.csv at the scenario's detail"),
        Column("site", "text", "Unit, as in units.csv"),
        Column("minutes", "number", "Minutes one way", "minutes", 0, 1_440),
        Column("km", "number", "Kilometres one way", "km", 0, 2_000),
    ),
    most_rows=1_000_000,
)
"""What a routing engine's matrix holds."""


def from_coordinates(areas: pd.DataFrame, units: pd.DataFrame, travel: Travel, walking_km: float) -> tuple[Floats, Floats]:
    """(areas, units) minutes and km one way: straight line times detour, over the speed of the area, with the pick-up time.

    Journeys within the walking distance have no pick-up. A unit without coordinates, or one that serves its own area, is
    no journey: 0 minutes and 0 km.
    """
    east = areas["easting_m"].to_numpy(dtype=float)[:, None] - units["easting_m"].to_numpy(dtype=float)[None, :]
    north = areas["northing_m"].to_numpy(dtype=float)[:, None] - units["northing_m"].to_numpy(dtype=float)[None, :]
    km = np.hypot(east, north) / 1000.0 * travel.detour
    speed = np.where(areas["rural_urban"] == "urban", travel.speed_kmh_urban, travel.speed_kmh_rural)[:, None]
    minutes = km / speed * 60.0 + np.where(km > walking_km, travel.pick_up_minutes, 0.0)
    nowhere = (units["easting_m"].isna() | (units["serves"] == "own_area")).to_numpy()[None, :]
    return np.where(nowhere, 0.0, minutes), np.where(nowhere, 0.0, km)


def from_matrix(county: County, areas: pd.DataFrame, units: pd.DataFrame, name: str) -> tuple[Floats, Floats]:
    """(areas, units) minutes and km from a matrix file; NaN where the file has no such pair.

    The file holds ``area,site,minutes,km`` with a site's name as the unit's. Where areas are grouped, the file must name the groups.

    Raises:
        InputError: with every problem in the file.

    """
    path = _matrix_path(county, name)
    problems = Problems()
    minutes = np.full((len(areas), len(units)), np.nan)
    km = np.full_like(minutes, np.nan)
    area_at = {area: number for number, area in enumerate(areas["area"])}
    unit_at = {unit: number for number, unit in enumerate(units["unit"])}
    raw = read_bytes(path, name, problems)
    frame = read_table(MATRIX, raw, problems, name) if raw is not None else None
    problems.raise_if_any()
    assert frame is not None  # noqa: S101 - a table that cannot be read is a problem
    wanted = "an area and a unit of the county at the scenario's detail"
    pairs: set[tuple[str, str]] = set()
    for area, site, one, other, line in frame.itertuples(index=False, name=None):
        for column, value, known in (("area", area, area_at), ("site", site, unit_at)):
            if value not in known and len(problems.found) < MOST_UNKNOWN:
                fix = changed_by_a_spreadsheet(value, set(known)) or nearest(value, known)
                problems.add(name, f"column {column}", f"'{value}' is not known", line=line, expected=wanted, fix=fix)
        if (area, site) in pairs and len(problems.found) < MOST_UNKNOWN:
            problems.add(name, f"area {area}, site {site}", "this row stands twice", line=line, fix="Keep one of the two.")
        pairs.add((area, site))
        if area in area_at and site in unit_at:
            minutes[area_at[area], unit_at[site]], km[area_at[area], unit_at[site]] = one, other
    problems.raise_if_any()
    nowhere = np.nonzero((units["easting_m"].isna() | (units["serves"] == "own_area")).to_numpy())[0]
    for table in (minutes, km):
        table[:, nowhere] = np.nan_to_num(table[:, nowhere])
    return minutes, km


def _matrix_path(county: County, name: str) -> Path:
    folder = county.folder.resolve()
    bad = "\\" in name or ":" in name or "\x00" in name or Path(name).is_absolute()
    try:
        path = (folder / name).resolve()
        bad = bad or not path.is_relative_to(folder) or not path.is_file()
    except (OSError, RuntimeError, ValueError):
        bad = True
    if bad:
        raise InputError(
            [Problem(name, 0, 0, "travel.matrix", "there is no such file in the county's folder", "a file such as travel_minutes.csv")]
        )
    return path
