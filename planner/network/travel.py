"""Minutes and kilometres between areas and units: from coordinates, or from a routing engine's matrix."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.county import County
from planner.errors import InputError, Problem, Problems
from planner.scenario.schema import Travel

Floats = npt.NDArray[np.float64]


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
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    if set(reader.fieldnames or ()) != {"area", "site", "minutes", "km"}:
        problems.add(name, "", "the columns are not right", line=1, expected="area, site, minutes, km")
        problems.raise_if_any()
    for row in reader:
        line = reader.line_num
        area, site = str(row["area"]).strip(), str(row["site"]).strip()
        if area not in area_at or site not in unit_at:
            problems.add(
                name,
                "area" if area not in area_at else "site",
                f"'{area if area not in area_at else site}' is not known",
                line=line,
                expected="an area and a unit of the county at the scenario's detail",
            )
            continue
        try:
            values = float(row["minutes"]), float(row["km"])
        except (TypeError, ValueError):
            problems.add(name, "minutes, km", "not numbers", line=line)
            continue
        if not (0 <= values[0] < np.inf and 0 <= values[1] < np.inf):
            problems.add(name, "minutes, km", "negative or not finite", line=line, expected="0 or more")
            continue
        minutes[area_at[area], unit_at[site]], km[area_at[area], unit_at[site]] = values
    problems.raise_if_any()
    nowhere = np.nonzero((units["easting_m"].isna() | (units["serves"] == "own_area")).to_numpy())[0]
    for table in (minutes, km):
        table[:, nowhere] = np.nan_to_num(table[:, nowhere])
    return minutes, km


def _matrix_path(county: County, name: str) -> Path:
    folder = county.folder.resolve()
    bad = "\\" in name or ":" in name or Path(name).is_absolute()
    path = (folder / name).resolve()
    if bad or not path.is_relative_to(folder) or not path.is_file():
        raise InputError(
            [Problem(name, 0, 0, "travel.matrix", "there is no such file in the county's folder", "a file such as travel_minutes.csv")]
        )
    return path
