"""Population by small area from the Office for National Statistics, the centres of areas, and the look-up from area to district.

Traps handled: title lines above the header, ages in single years, by sex (F0, M0) or in groups, the open-ended last age, thousands
separators, codes of 2011 and 2021, totals of larger areas among the rows, and centres given in degrees.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from planner.county.importers.figures import FigureError, code, figure
from planner.county.importers.findings import Findings
from planner.county.importers.official import Wanted, decode, plain, read_official
from planner.errors import Problems

GROUPS: Final = {"aged_0_3": (0, 3), "aged_4_10": (4, 10), "aged_11_15": (11, 15), "aged_16_18": (16, 18), "aged_19_24": (19, 24)}
"""Groups of ages that the builder keeps for each area: first and last age."""
LAST_AGE: Final = 25


def _spellings(area: str, what: str) -> tuple[str, ...]:
    """How the codes (CD) and names (NM) of a kind of area are headed in several years' files."""
    long = {"CD": "Code", "NM": "Name"}[what]
    years = ("11", "21", "01", "18", "20", "22", "23", "24", "25")
    short = tuple(f"{area}{year}{what}" for year in years)
    spelt = tuple(f"{area} {year} {long}" for year in (2011, 2021, 2018, 2019, 2020, 2022, 2023, 2024, 2025))
    more = tuple(f"{area.lower()}{year}_{long.lower()}" for year in years)
    extra: tuple[str, ...] = ()
    if area == "LAD":
        extra = tuple(f"LA {long} ({year} boundaries)" for year in (2021, 2022, 2023, 2020, 2019, 2018))
        extra += tuple(f"LA {long.lower()} ({year} boundaries)" for year in (2021, 2022, 2023, 2020, 2019, 2018))
        extra += ("Local authority code", "Local authority") if what == "CD" else ("Local authority name", "district", "District")
    if area == "LSOA" and what == "CD":
        extra = ("mnemonic", "geography code")
    return (*short, *spelt, *more, f"{area} {long}", f"{area.lower()}_{long.lower()}", *extra)


def area_columns(lowest: str) -> tuple[Wanted, ...]:
    """The columns of codes and names, the lowest area needed."""
    return (
        Wanted(f"{lowest}CD", _spellings(lowest, "CD"), meaning=f"the code of the {lowest}"),
        Wanted(f"{lowest}NM", _spellings(lowest, "NM"), needed=False),
        *(
            Wanted(f"{area}{what}", _spellings(area, what), needed=False)
            for area in ("MSOA", "LAD", "CTY")
            if area != lowest
            for what in ("CD", "NM")
        ),
    )


@dataclass
class Area:
    """One small area: its code and name, the area and district it lies in, its centre, and children by age where they are known."""

    code: str
    name: str = ""
    msoa: str = ""
    msoa_name: str = ""
    district: str = ""
    district_code: str = ""
    county_code: str = ""
    easting: float = np.nan
    northing: float = np.nan
    rural: bool | None = None
    by_age: dict[int, float] = field(default_factory=dict)
    by_group: dict[str, float] = field(default_factory=dict)

    def group(self, name: str) -> float:
        """Children of a group of ages."""
        first, last = GROUPS[name]
        if self.by_age:
            return sum(self.by_age.get(years, 0.0) for years in range(first, last + 1))
        return self.by_group.get(name, 0.0)


def age_columns(header: Sequence[str]) -> tuple[dict[str, list[int]], dict[str, str]]:
    """The columns that hold ages: by header the ages it counts (F4 and M4 both count 4), and by group name the header of a group."""
    single: dict[str, list[int]] = {}
    groups: dict[str, str] = {}
    for name in header:
        text = plain(name)
        if match := re.fullmatch(r"(?:pop |aged? )?([fmp]?)(\d{1,2})(?:\+| years?| and over)?", text):
            if int(match[2]) <= 90:
                single[name] = [int(match[2])]
        elif match := re.fullmatch(r"(?:pop|aged?|ages?) (\d{1,2}) (?:to )?(\d{1,2})", text):
            group = f"aged_{int(match[1])}_{int(match[2])}"
            if group in GROUPS:
                groups[group] = name
    persons = [name for name in single if not plain(name)[:1].isalpha() or plain(name).startswith(("pop", "age", "p"))]
    if persons and len({single[name][0] for name in persons}) >= LAST_AGE:
        single = {name: single[name] for name in persons}
    return single, groups


def read_population(path: Path, problems: Problems, lowest: str = "LSOA") -> tuple[dict[str, Area], Findings] | None:
    """Children by small area, with whatever else the file tells of each area."""
    text = decode(path, problems)
    if text is None:
        return None
    header = _header(text[0], lowest)
    single, groups = age_columns(header)
    if not single and len(groups) < len(GROUPS):
        problems.add(
            path.name, "ages", "no columns of ages from 0 to 25 were found", line=1,
            expected="columns 0, 1, 2 ..., or F0 ... and M0 ..., or pop_0_3, pop_4_10, pop_11_15, pop_16_18, pop_19_24",
            fix="Take the sheet with single years of age and save it as 'CSV UTF-8'.",
        )  # fmt: skip
        return None
    ages = [name for name in single if single[name][0] <= LAST_AGE] if single else list(groups.values())
    wanted = (*area_columns(lowest), *_PLACE, *(Wanted(name, meaning="children of an age") for name in ages))
    table = read_official(path, wanted, problems)
    if table is None:
        return None
    before = len(problems.found)
    areas: dict[str, Area] = {}
    others = 0
    start = "E01" if lowest == "LSOA" else "E02"
    for row, line in zip(table.rows, table.lines, strict=True):
        area = _area(row, lowest)
        if not area.code.startswith(start):
            others += 1
            continue
        if area.code in areas:
            problems.add(path.name, f"column {lowest}CD", f"{area.code} stands twice", line=line, expected="one row for each area")
        for name in ages:
            value = _count(row[name], path.name, name, line, problems)
            if single:
                years = single[name][0]
                area.by_age[years] = area.by_age.get(years, 0.0) + value
            else:
                group = next(key for key, spelt in groups.items() if spelt == name)
                area.by_group[group] = value
        areas[area.code] = area
    if len(problems.found) > before:
        return None
    findings = Findings()
    what = "single years of age" if single else "groups of ages"
    findings.found.append(
        f"{path.name}: children of {len(areas)} {lowest}s in {what}" + (f"; {others} other rows left out" if others else "")
    )
    return areas, findings


_PLACE: Final = (
    Wanted("BNG_E", ("easting", "eastings", "easting_m", "X", "x_coord"), needed=False),
    Wanted("BNG_N", ("northing", "northings", "northing_m", "Y", "y_coord"), needed=False),
    Wanted("RUC", ("RUC11", "RUC21NM", "RUC11CD", "RUC21CD", "Urban_rural_flag", "ruc_modal_lsoa", "rural_urban"), needed=False),
)


def read_places(path: Path, problems: Problems, lowest: str = "LSOA") -> tuple[dict[str, Area], Findings] | None:
    """Centres of areas, or the look-up from small area to area, district and county: whatever of these the file holds."""
    table = read_official(path, (*area_columns(lowest), *_PLACE), problems)
    if table is None:
        return None
    areas: dict[str, Area] = {}
    before = len(problems.found)
    for row, line in zip(table.rows, table.lines, strict=True):
        area = _area(row, lowest)
        if row.get("BNG_E"):
            area.easting, area.northing = (_metres(row.get(name, ""), path.name, name, line, problems) for name in ("BNG_E", "BNG_N"))
        # The look-up has a row for each output area, so that small areas stand in it many times.
        areas.setdefault(area.code, area)
        if len(problems.found) - before > 5:
            break
    if len(problems.found) > before:
        return None
    has = [word for word, there in (
        ("centres", any(not np.isnan(area.easting) for area in areas.values())), ("areas", any(area.msoa for area in areas.values())),
        ("districts", any(area.district for area in areas.values())), ("counties", any(area.county_code for area in areas.values())),
        ("urban or rural", any(area.rural is not None for area in areas.values())),
    ) if there]  # fmt: skip
    findings = Findings()
    findings.found.append(f"{path.name}: {', '.join(has) or 'names'} of {len(areas)} {lowest}s")
    return areas, findings


def _header(text: str, lowest: str) -> list[str]:
    import csv
    import io

    from planner.county.importers.official import find_header

    try:
        found = find_header(csv.reader(io.StringIO(text)), (*area_columns(lowest), *(Wanted(str(years)) for years in range(26)),
                                                            *(Wanted(f"F{years}") for years in range(26))))  # fmt: skip
    except csv.Error:
        return []
    return found[1] if found else []


def _area(row: dict[str, str], lowest: str) -> Area:
    area = Area(code(row[f"{lowest}CD"]), row.get(f"{lowest}NM", ""))
    area.msoa, area.msoa_name = code(row.get("MSOACD", "")), row.get("MSOANM", "")
    area.district, area.district_code, area.county_code = row.get("LADNM", ""), code(row.get("LADCD", "")), code(row.get("CTYCD", ""))
    for name, at in (("easting", "BNG_E"), ("northing", "BNG_N")):
        try:
            setattr(area, name, figure(row.get(at, ""))[0])
        except FigureError:
            setattr(area, name, np.nan)
    kind = row.get("RUC", "").strip().lower()
    if kind:
        area.rural = kind.startswith(("r", "d", "e", "f")) or " rural" in kind
    return area


def _count(text: str, file: str, name: str, line: int, problems: Problems) -> float:
    try:
        value, _ = figure(text)
    except FigureError as error:
        problems.add(file, f"column {name}", str(error), line=line, expected="a count of people")
        return 0.0
    if value < 0:
        problems.add(file, f"column {name}", f"{text} is below 0", line=line, expected="a count of people")
    return 0.0 if np.isnan(value) else value


def _metres(text: str, file: str, name: str, line: int, problems: Problems) -> float:
    try:
        value, _ = figure(text)
    except FigureError:
        value = np.nan
    if np.isnan(value) or abs(value) < 1_000:
        degrees = not np.isnan(value) and abs(value) <= 90
        problems.add(
            file, f"column {name}", f"'{text}' is not in metres" + (" but looks like degrees" if degrees else ""), line=line,
            expected="metres east or north of the British National Grid",
            fix="Download the file in British National Grid (EPSG:27700), or take the columns BNG_E and BNG_N." if degrees else "",
        )  # fmt: skip
    return value
