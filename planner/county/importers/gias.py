"""Get Information about Schools: the file of all establishments (edubasealldata), 140 columns in Windows letters.

Traps handled: the encoding, councils' codes as numbers, establishments that closed or are not yet open, schools without coordinates
(0 or empty), independent schools without a capacity, needs spelt in several ways, and columns that later files dropped.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from planner.county.importers.ees import Authority
from planner.county.importers.figures import FigureError, code, figure
from planner.county.importers.findings import Findings
from planner.county.importers.official import Official, Wanted, read_official
from planner.errors import Problems
from planner.names import NEEDS

GIAS_COLUMNS: Final = (
    Wanted("URN", meaning="the school's six-figure number"),
    Wanted("LA (code)", ("LA",), meaning="the council's three-figure code"),
    Wanted("LA (name)", needed=False),
    Wanted("EstablishmentName", meaning="the school's name"),
    Wanted("TypeOfEstablishment (name)", meaning="the kind of school"),
    Wanted("EstablishmentTypeGroup (name)", needed=False),
    Wanted("EstablishmentStatus (name)", meaning="Open, Closed and so on"),
    Wanted("PhaseOfEducation (name)", meaning="Primary, Secondary and so on"),
    Wanted("StatutoryLowAge", meaning="the lowest age"),
    Wanted("StatutoryHighAge", meaning="the highest age"),
    Wanted("SchoolCapacity", meaning="places"),
    Wanted("NumberOfPupils", meaning="pupils on roll"),
    Wanted("PlacesPRU", needed=False),
    Wanted("Section41Approved (name)", needed=False),
    *(Wanted(f"SEN{number} (name)", needed=False) for number in range(1, 14)),
    Wanted("TypeOfResourcedProvision (name)", needed=False),
    Wanted("ResourcedProvisionOnRoll", needed=False),
    Wanted("ResourcedProvisionCapacity", needed=False),
    Wanted("SenUnitOnRoll", needed=False),
    Wanted("SenUnitCapacity", needed=False),
    Wanted("DistrictAdministrative (code)", needed=False),
    Wanted("DistrictAdministrative (name)", meaning="the district"),
    Wanted("UrbanRural (name)", needed=False),
    Wanted("Easting", meaning="metres east"),
    Wanted("Northing", meaning="metres north"),
    Wanted("MSOA (code)", needed=False),
    Wanted("LSOA (code)", needed=False),
    Wanted("Postcode", needed=False),
)

STATE_SPECIAL: Final = ("community special", "foundation special", "academy special", "free schools special", "free school special")
INDEPENDENT_SPECIAL: Final = ("other independent special", "non-maintained special")
ALTERNATIVE: Final = ("pupil referral unit", "alternative provision")
COLLEGES: Final = ("further education", "sixth form centres", "special post 16", "higher education")
NOT_SCHOOLS: Final = (
    "children's centre",
    "online provider",
    "british schools overseas",
    "service children",
    "offshore",
    "secure unit",
    "welsh",
)

_NEED_WORDS: Final = (
    ("profound", "PMLD"), ("pmld", "PMLD"), ("severe", "SLD"), ("sld", "SLD"), ("moderate", "MLD"), ("mld", "MLD"),
    ("specific", "SPLD"), ("spld", "SPLD"), ("multi-sensory", "MSI"), ("multi sensory", "MSI"), ("msi", "MSI"),
    ("autis", "ASD"), ("asd", "ASD"), ("semh", "SEMH"), ("social", "SEMH"), ("emotional", "SEMH"), ("besd", "SEMH"), ("ebd", "SEMH"),
    ("speech", "SLCN"), ("slcn", "SLCN"), ("hearing", "HI"), ("visual", "VI"), ("vision", "VI"), ("physical", "PD"), ("down", "DS"),
    ("other", "OTH"),
)  # fmt: skip


@dataclass(frozen=True)
class School:
    """One open establishment. Figures are NaN where the file gives none; ``kind`` is a provision type, or mainstream, or other."""

    urn: str
    name: str
    la_code: str
    type_name: str
    kind: str
    sector: str
    phase: str
    low: int
    high: int
    capacity: float
    pupils: float
    district: str
    district_code: str
    easting: float
    northing: float
    needs: tuple[str, ...]
    base_places: float
    base_pupils: float
    msoa: str
    lsoa: str
    rural: bool | None
    line: int


def need_of(text: str) -> str:
    """The need that a cell such as 'ASD - Autistic Spectrum Disorder' or 'Hearing Impairment' names; nothing for 'Not Applicable'."""
    plain = text.strip().lower()
    if not plain or plain.startswith(("not app", "none")):
        return ""
    first = re.split(r"\s*[-–—:]\s*", text.strip(), maxsplit=1)[0].upper()
    if first in NEEDS:
        return first
    return next((need for word, need in _NEED_WORDS if word in plain), "")


def kind_of(type_name: str) -> str:
    """What kind of provision a type of establishment is: a provision type of the model, or ``other``."""
    plain = type_name.strip().lower()
    for kind, starts in (
        ("state_special", STATE_SPECIAL), ("independent_special", INDEPENDENT_SPECIAL), ("alternative_provision", ALTERNATIVE),
        ("further_education", COLLEGES), ("other", NOT_SCHOOLS),
    ):  # fmt: skip
        if any(start in plain for start in starts):
            return kind
    if "nursery" in plain:
        return "early_years_setting"
    return "mainstream_support"


def sector_of(type_name: str) -> str:
    """Who runs a school of a type: maintained, academy, independent or college."""
    plain = type_name.lower()
    if "independent" in plain or "non-maintained" in plain:
        return "independent"
    if kind_of(type_name) == "further_education":
        return "college"
    return "academy" if any(word in plain for word in ("academy", "free school", "studio", "technology college")) else "maintained"


def phases_of(low: int, high: int) -> tuple[str, ...]:
    """The phases that a school takes by its statutory ages: a school to 11 has no secondary pupils, one to 16 none of post-16."""
    return tuple(
        phase
        for phase, takes in (
            ("early_years", low <= 4),
            ("primary", low <= 10 and high >= 6),
            ("secondary", low <= 15 and high >= 12),
            ("post_16", high >= 17),
        )
        if takes
    )


def read_gias(path: Path, authority: Authority, problems: Problems, *, every: bool = False) -> tuple[list[School], Findings] | None:
    """The open establishments of a council (of all councils with ``every``), and what was found."""

    def keep(row: dict[str, str]) -> bool:
        return every or code(row["LA (code)"]) == authority.la_code

    table = read_official(path, GIAS_COLUMNS, problems, keep)
    if table is None:
        return None
    findings = Findings()
    if not table.rows:
        problems.add(
            path.name,
            "column LA (code)",
            f"no school has the code {authority.la_code}",
            line=2,
            expected="the three-figure code of the council",
        )
        return None
    before = len(problems.found)
    schools = [_school(row, line, path.name, problems) for row, line in zip(table.rows, table.lines, strict=True) if _open(row)]
    if len(problems.found) > before:
        return None
    made = _once([school for school in schools if school is not None], findings, path.name)
    _tell(table, made, authority, findings)
    return made, findings


def _open(row: dict[str, str]) -> bool:
    status = row["EstablishmentStatus (name)"].strip().lower()
    return status.startswith("open")


def _whole(row: dict[str, str], name: str, line: int, file: str, problems: Problems) -> float:
    text = row.get(name, "")
    try:
        return figure(text)[0]
    except FigureError:
        if text.strip().lower().startswith("not app"):
            return math.nan
        problems.add(file, f"column {name}", f"'{text}' is not a number", line=line, expected="a number, or nothing")
        return math.nan


def _school(row: dict[str, str], line: int, file: str, problems: Problems) -> School | None:
    value = {
        name: _whole(row, name, line, file, problems)
        for name in (
            "StatutoryLowAge", "StatutoryHighAge", "SchoolCapacity", "NumberOfPupils", "PlacesPRU", "ResourcedProvisionOnRoll",
            "ResourcedProvisionCapacity", "SenUnitOnRoll", "SenUnitCapacity", "Easting", "Northing",
        )
    }  # fmt: skip
    kind = kind_of(row["TypeOfEstablishment (name)"])
    low, high = _ages(row, value)
    away = not (value["Easting"] > 0 and value["Northing"] > 0)
    bases = [value[name] for name in ("ResourcedProvisionCapacity", "SenUnitCapacity") if value[name] > 0]
    on_roll = [value[name] for name in ("ResourcedProvisionOnRoll", "SenUnitOnRoll") if value[name] > 0]
    needs = tuple(dict.fromkeys(need for number in range(1, 14) if (need := need_of(row.get(f"SEN{number} (name)", "")))))
    capacity = value["PlacesPRU"] if kind == "alternative_provision" and value["PlacesPRU"] > 0 else value["SchoolCapacity"]
    setting = row.get("UrbanRural (name)", "").lower()
    rural = None if not ("urban" in setting or "rural" in setting) else "rural" in setting
    return School(
        urn=code(row["URN"]), name=row["EstablishmentName"], la_code=code(row["LA (code)"]), type_name=row["TypeOfEstablishment (name)"],
        kind=kind, sector=sector_of(row["TypeOfEstablishment (name)"]), phase=row["PhaseOfEducation (name)"], low=low, high=high,
        capacity=capacity if capacity > 0 else math.nan, pupils=value["NumberOfPupils"], district=row["DistrictAdministrative (name)"],
        district_code=code(row.get("DistrictAdministrative (code)", "")), easting=math.nan if away else value["Easting"],
        northing=math.nan if away else value["Northing"], needs=needs, base_places=sum(bases), base_pupils=sum(on_roll),
        msoa=code(row.get("MSOA (code)", "")), lsoa=code(row.get("LSOA (code)", "")), rural=rural, line=line,
    )  # fmt: skip


def _ages(row: dict[str, str], value: dict[str, float]) -> tuple[int, int]:
    """Statutory ages; where they are empty, those usual in the phase."""
    usual = {
        "nursery": (2, 5),
        "primary": (4, 11),
        "middle deemed primary": (5, 12),
        "middle deemed secondary": (9, 13),
        "secondary": (11, 16),
    }
    low, high = usual.get(row["PhaseOfEducation (name)"].strip().lower(), (2, 19))
    first, last = value["StatutoryLowAge"], value["StatutoryHighAge"]
    return (low if math.isnan(first) else int(first)), (high if math.isnan(last) else int(last))


def _once(schools: list[School], findings: Findings, file: str) -> list[School]:
    first: dict[str, School] = {}
    for school in schools:
        first.setdefault(school.urn, school)
    if len(first) < len(schools):
        findings.found.append(f"{file}: {len(schools) - len(first)} schools stood twice under one URN; the first of each was kept")
    return list(first.values())


def _tell(table: Official, schools: list[School], authority: Authority, findings: Findings) -> None:
    mine = [school for school in schools if school.la_code == authority.la_code]
    count = {kind: sum(school.kind == kind for school in mine) for kind in ("mainstream_support", "state_special", "independent_special")}
    bases = [school for school in mine if school.base_places > 0 and school.kind == "mainstream_support"]
    findings.found.append(
        f"{table.file}: {len(mine)} open establishments ({count['mainstream_support']} mainstream schools, {count['state_special']} state special, "
        f"{count['independent_special']} independent or non-maintained special); {len(table.rows) - len(schools)} closed or not yet open left out; "
        f"read as {table.encoding}"
    )
    if bases:
        places = sum(school.base_places for school in bases)
        findings.found.append(f"{table.file}: {len(bases)} mainstream schools with resourced provision or a SEN unit, {places:g} places")
    nowhere = [school.name for school in mine if math.isnan(school.easting) and school.kind in ("state_special", "independent_special")]
    if nowhere:
        findings.missing.append(f"{table.file}: no coordinates for {', '.join(nowhere)}; each is put at the centre of its district")
    absent = [name for name in table.absent if name.startswith(("Resourced", "SenUnit"))]
    if absent:
        findings.missing.append(f"{table.file}: no column {', '.join(absent)}; existing bases cannot be told")
