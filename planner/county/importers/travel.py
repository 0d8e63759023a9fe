"""A matrix of journeys from a routing engine: minutes and kilometres from each area to each site, in several spellings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pandas as pd

from planner.county.importers.figures import FigureError, figure
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.official import Wanted, read_official
from planner.errors import Problems, nearest

COLUMNS: Final = (
    Wanted(
        "area",
        ("from", "from_id", "origin", "origin_id", "MSOA11CD", "MSOA21CD", "LSOA11CD", "LSOA21CD"),
        meaning="where the journey begins",
    ),
    Wanted("site", ("to", "to_id", "destination", "destination_id", "unit", "URN"), meaning="where it ends"),
    Wanted("minutes", ("travel_time", "travel_time_p50", "time_minutes", "duration_minutes"), needed=False),
    Wanted("seconds", ("duration", "duration_s", "time_seconds", "total_time"), needed=False),
    Wanted("km", ("distance_km", "kilometres"), needed=False),
    Wanted("metres", ("distance", "distance_m", "meters", "total_distance"), needed=False),
    Wanted("miles", ("distance_miles",), needed=False),
)
KM_A_MILE: Final = 1.609344
GUESSED_KMH: Final = 37.0
"""Speed at which a missing distance is worked out from its minutes (assumption: 23 miles an hour, the mean on local A roads)."""


def read_matrix(path: Path, areas: Iterable[str], sites: dict[str, str], problems: Problems) -> Imported | None:
    """The matrix in the planner's own columns.

    Args:
        path: The file.
        areas: Codes of the county's areas; none means that they are not known and every code is taken.
        sites: The unit that each name of a site means: the unit's own name, or a school's URN; none means that every name is taken.
        problems: Where faults are noted.

    """
    table = read_official(path, COLUMNS, problems)
    if table is None:
        return None
    if "minutes" in table.absent and "seconds" in table.absent:
        problems.add(path.name, "column minutes", "no column holds the time", line=1, expected="minutes or seconds")
        return None
    known_areas = set(areas)
    rows, seen = [], set()
    before, guessed, unreached, others = len(problems.found), 0, 0, set()
    for row, line in zip(table.rows, table.lines, strict=True):
        if known_areas and row["area"] not in known_areas:
            problems.add(
                path.name, "column area", f"'{row['area']}' is not an area of the county", line=line, fix=nearest(row["area"], known_areas)
            )
            continue
        if sites and row["site"] not in sites:
            others.add(row["site"])
            continue
        values = {
            name: _number(row.get(name, ""), name, path.name, line, problems) for name in ("minutes", "seconds", "km", "metres", "miles")
        }
        minutes = values["minutes"] if not math.isnan(values["minutes"]) else values["seconds"] / 60.0
        km = next(
            (value for value in (values["km"], values["metres"] / 1000.0, values["miles"] * KM_A_MILE) if not math.isnan(value)), math.nan
        )
        if math.isnan(minutes):
            unreached += 1
            continue
        if math.isnan(km):
            guessed, km = guessed + 1, minutes / 60.0 * GUESSED_KMH
        key = (row["area"], sites.get(row["site"], row["site"]))
        if key in seen:
            problems.add(path.name, f"{key[0]} to {key[1]}", "this journey stands twice", line=line, expected="one row for each pair")
        seen.add(key)
        rows.append((*key, round(minutes, 2), round(km, 3)))
        if len(problems.found) - before > 50:
            break
    if len(problems.found) > before:
        return None
    findings = Findings()
    findings.found.append(
        f"{path.name}: {len(rows)} journeys from {len({row[0] for row in rows})} areas to {len({row[1] for row in rows})} sites"
    )
    if unreached:
        findings.missing.append(f"{path.name}: {unreached} journeys without a time; no child can be placed over them")
    if others:
        findings.missing.append(f"{path.name}: {len(others)} sites that are no units of the county, left out (such as {sorted(others)[0]})")
    if guessed:
        findings.guess("travel_km", f"Distances that the matrix does not give, at {GUESSED_KMH:g} km/h", guessed, unit="journeys")
    return Imported({"travel_minutes": pd.DataFrame(rows, columns=["area", "site", "minutes", "km"])}, findings)


def _number(text: str, name: str, file: str, line: int, problems: Problems) -> float:
    try:
        value, _ = figure(text)
    except FigureError as error:
        problems.add(file, f"column {name}", str(error), line=line, expected="a number, or nothing where there is no way")
        return math.nan
    if value < 0:
        problems.add(file, f"column {name}", f"{text} is below 0", line=line, expected="0 or more")
    return value
