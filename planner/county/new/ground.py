"""The areas of a new county: which small areas belong to it, their centres, and its children by age."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from planner.county.importers.ees import Authority
from planner.county.importers.findings import Findings
from planner.county.importers.gias import School
from planner.county.importers.official import decode
from planner.county.importers.population import GROUPS, LAST_AGE, Area, read_places, read_population
from planner.errors import Problems, nearest

WIDE_KM: Final = 2.2
"""Where no file says so, an area whose nearest neighbour's centre is further away than this is taken to be rural (assumption)."""
SOURCE: Final = "ONSPOP"
_MOST_LISTED = 10
_LAST_LETTER = re.compile(r"^(.*\d)[A-Z]{1,2}$")


def read_areas(
    populations: Sequence[tuple[Path, str]], places: Sequence[tuple[Path, str]], findings: Findings, problems: Problems
) -> tuple[dict[str, Area], str]:
    """Every small area in the files by code, filled from all of them, and whether they are LSOAs or MSOAs."""
    if not populations:
        problems.add("population", "", "no file holds children by area and age", expected="small-area population estimates by single year of age",
                     fix="See docs/importers.md for the page that they are on.")  # fmt: skip
        return {}, "LSOA"
    lowest = "LSOA" if any(kind == "LSOA" for _, kind in populations) else "MSOA"
    areas: dict[str, Area] = {}
    for path, kind in populations:
        if kind != lowest:
            findings.missing.append(f"{path.name}: not used, for another file holds smaller areas")
        elif (read := read_population(path, problems, lowest)) is not None:
            areas.update(read[0])
            findings.found += read[1].found
    for path, kind in places:
        if kind == lowest and (read := read_places(path, problems, lowest)) is not None:
            findings.found += read[1].found
            for code, more in read[0].items():
                if code in areas:
                    _fill(areas[code], more)
    return areas, lowest


def _fill(area: Area, more: Area) -> None:
    for name in ("name", "msoa", "msoa_name", "district", "district_code", "county_code"):
        if not getattr(area, name):
            setattr(area, name, getattr(more, name))
    if math.isnan(area.easting):
        area.easting, area.northing = more.easting, more.northing
    if area.rural is None:
        area.rural = more.rural


def told_year(paths: Iterable[Path], given: int | None, findings: Findings) -> int | None:
    """The year whose 30 June the population is of: as given, or as the files say ('mid-2022'); nothing if neither."""
    if given is not None:
        return given
    for path in paths:
        text = decode(path, Problems())
        head = f"{path.name}\n{text[0][:3000] if text else ''}"
        if match := re.search(r"mid[\s_-]*(?:year[\s_-]*)?(20\d\d)", head, re.I):
            findings.found.append(f"{path.name}: population of mid-{match[1]}")
            return int(match[1])
    return None


def population_year(paths: Iterable[Path], base: int, given: int | None, findings: Findings) -> int:
    """The year of the population, guessed where neither the user nor a file tells it."""
    told = told_year(paths, given, findings)
    if told is not None:
        return told
    findings.guess("population_year", "No file says of which year the population is; say it with --population-year", base - 3,
                   effect="How much older the children are by January of the base year")  # fmt: skip
    return base - 3


def of_authority(
    areas: dict[str, Area],
    authority: Authority,
    schools: Mapping[str, School],
    districts: Sequence[str],
    findings: Findings,
    problems: Problems,
) -> list[Area]:
    """The small areas of the council: by its own code, by the districts named, or by the districts that its schools lie in."""
    for area in areas.values():
        if not area.district and (match := re.match(r"^(.*?)\s+\d{3}[A-Z]{0,2}$", area.name)):
            area.district = match[1]
    known = sorted({area.district for area in areas.values() if area.district})
    if districts:
        for name in districts:
            if name not in known:
                problems.add("--districts", name, "no area of the population file lies in this district", fix=nearest(name, known))
        return [area for area in areas.values() if area.district in districts]
    if authority.gss:
        mine = [area for area in areas.values() if authority.gss in (area.county_code, area.district_code)]
        if mine:
            return mine
    counts: dict[str, Counter[str]] = {}
    for school in schools.values():
        if school.kind == "mainstream_support" and school.district:
            counts.setdefault(school.district, Counter())[school.la_code] += 1
    by_school = [name for name, found in counts.items() if found[authority.la_code] * 2 > found.total()]
    mine = [area for area in areas.values() if area.district in by_school]
    if mine:
        findings.found.append(f"districts of the council, as its schools lie: {', '.join(sorted(set(by_school) & set(known)))}")
        return mine
    if authority.name in known:
        return [area for area in areas.values() if area.district == authority.name]
    problems.add(
        "population", "districts", f"which areas belong to {authority.name or authority.la_code} cannot be told", expected="districts named with "
        "--districts, a look-up from area to district and county, or edubasealldata",
        fix=f"The file has the districts {', '.join(known[:_MOST_LISTED])}." if known else "",
    )  # fmt: skip
    return []


def ground_tables(mine: list[Area], lowest: str, years_behind: float, findings: Findings, problems: Problems) -> dict[str, pd.DataFrame]:
    """``areas``, ``small_areas`` and ``county_by_age`` as the builder reads them."""
    nowhere = [area.code for area in mine if math.isnan(area.easting) or math.isnan(area.northing)]
    if nowhere:
        problems.add("population", "centres", f"{len(nowhere)} areas have no centre: {', '.join(nowhere[:_MOST_LISTED])}",
                     expected="a file of centres of these areas in British National Grid",
                     fix="Population-weighted centroids of the same year's areas (2011 or 2021) as the population.")  # fmt: skip
        return {}
    if any(area.rural is None for area in mine):
        _guess_rural(mine, findings)
    if lowest == "LSOA":
        _name_areas(mine, findings)
    small = pd.DataFrame([_row(area, lowest) for area in sorted(mine, key=lambda area: area.code)])
    made = {"county_by_age": _county_by_age(mine, years_behind, findings)}
    if lowest == "MSOA":
        return {**made, "areas": small.drop(columns=["msoa"])}
    made["areas"] = _gathered(small, {area.msoa: area.msoa_name for area in mine})
    made["small_areas"] = small.drop(columns=["district"]).rename(
        columns={"area": "small_area", "area_name": "small_area_name", "msoa": "area"}
    )[["small_area", "small_area_name", "area", "easting_m", "northing_m", "rural_urban", *GROUPS, "source"]]
    return made


def _row(area: Area, lowest: str) -> dict[str, object]:
    return {
        "area": area.code, "area_name": area.name or area.code, "district": area.district, "easting_m": round(area.easting),
        "northing_m": round(area.northing), "rural_urban": "rural" if area.rural else "urban",
        **{group: area.group(group) for group in GROUPS}, "source": SOURCE, "msoa": area.msoa if lowest == "LSOA" else "",
    }  # fmt: skip


def _name_areas(mine: list[Area], findings: Findings) -> None:
    """The area of each small area: from the look-up, else from its name, which is its area's with a letter."""
    derived = 0
    for area in mine:
        match = _LAST_LETTER.match(area.name)
        if not area.msoa_name:
            area.msoa_name = match[1] if match else area.msoa or area.name or area.code
        if not area.msoa:
            derived += 1
            area.msoa = area.msoa_name
    if derived:
        findings.guess("areas_from_names", "No look-up gives the MSOA of each LSOA; it was taken from the LSOA's name without its letter", derived,
                       unit="small areas")  # fmt: skip


def _gathered(small: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Areas made of small areas: sums, and the centre weighted by children."""
    rows = []
    for code, part in small.groupby("msoa", sort=True):
        weight = part[list(GROUPS)].sum(axis=1).to_numpy(dtype=float)
        weight = weight if weight.sum() > 0 else np.ones(len(part))
        rural = float(weight[(part["rural_urban"] == "rural").to_numpy()].sum()) * 2 > weight.sum()
        rows.append(
            {
                "area": code, "area_name": names[str(code)], "district": Counter(part["district"]).most_common(1)[0][0],
                "easting_m": round(float(np.average(part["easting_m"], weights=weight))),
                "northing_m": round(float(np.average(part["northing_m"], weights=weight))), "rural_urban": "rural" if rural else "urban",
                **{group: float(part[group].sum()) for group in GROUPS}, "source": SOURCE,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _guess_rural(mine: list[Area], findings: Findings) -> None:
    places = np.array([[area.easting, area.northing] for area in mine]) / 1000.0
    unknown = 0
    for at, area in enumerate(mine):
        if area.rural is None:
            gap = np.hypot(*(places - places[at]).T)
            gap[at] = np.inf
            area.rural, unknown = bool(gap.min() > WIDE_KM), unknown + 1
    findings.guess("rural_or_urban", f"No file says which areas are rural; those whose nearest neighbour is more than {WIDE_KM:g} km away are",
                   unknown, unit="areas", effect="Speed of journeys")  # fmt: skip


def _county_by_age(mine: list[Area], years_behind: float, findings: Findings) -> pd.DataFrame:
    """Children of the county by age in January of the base year: those of the estimate, grown older."""
    count = np.zeros(LAST_AGE + 1)
    if mine[0].by_age:
        for area in mine:
            for years, children in area.by_age.items():
                count[min(years, LAST_AGE)] += children if years <= LAST_AGE else 0.0
    else:
        for group, (first, last) in GROUPS.items():
            count[first : last + 1] = sum(area.group(group) for area in mine) / (last - first + 1)
        count[LAST_AGE] = count[LAST_AGE - 1]
        findings.guess("ages_in_groups", "The population is in groups of ages; each group is spread evenly over its ages", "even")
    less, more = math.floor(years_behind), math.ceil(years_behind)
    rows = [
        (years, round((count[years - less] + count[years - more]) / 2), f"{SOURCE} grown {years_behind:g} years older")
        for years in range(more, LAST_AGE + 1)
    ]
    return pd.DataFrame(rows, columns=["age", "children", "source"])
