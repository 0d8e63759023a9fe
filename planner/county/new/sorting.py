"""Which official file is which: the kind of a file by its header, wherever the header stands."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from planner.county.cells import clean
from planner.county.importers import ees, gias, population, school_sen, section251, sen2, travel
from planner.county.importers.official import HEADER_WITHIN, Wanted, decode, plain
from planner.errors import Problems

KINDS: Final[dict[str, str]] = {
    "ehcp": "EHCP files of explore education statistics (caseload, new plans, needs, ceased, requests, assessments, timeliness)",
    "sen2": "modules of the SEN2 person-level return, with edubasealldata beside them",
    "schools": "Get Information about Schools: edubasealldata",
    "population": "small-area population by age, with centres of areas and the look-up from area to district",
    "school-sen": "school-level file of 'Special educational needs in England'",
    "section-251": "Section 251 budget or outturn by line",
    "travel": "matrix of journeys from a routing engine",
}
"""The kinds of file that are read, and what they are."""


@dataclass
class Sorted:
    """The files given, by kind; the EHCP files by their own kind; places (centres and look-ups) apart from populations."""

    ehcp: dict[str, list[Path]] = field(default_factory=dict)
    sen2: list[Path] = field(default_factory=list)
    schools: list[Path] = field(default_factory=list)
    population: list[tuple[Path, str]] = field(default_factory=list)
    places: list[tuple[Path, str]] = field(default_factory=list)
    postcodes: list[Path] = field(default_factory=list)
    school_sen: list[Path] = field(default_factory=list)
    section_251: list[Path] = field(default_factory=list)
    travel: list[Path] = field(default_factory=list)

    def kinds(self) -> set[str]:
        """The kinds of which a file is there, as ``KINDS`` names them."""
        has = {
            "ehcp": self.ehcp, "sen2": self.sen2, "schools": self.schools, "population": self.population or self.places,
            "school-sen": self.school_sen, "section-251": self.section_251, "travel": self.travel,
        }  # fmt: skip
        return {kind for kind, files in has.items() if files}


def sort_files(paths: list[Path], problems: Problems) -> Sorted:
    """Tell each file's kind by its header; a file of no known kind is a problem."""
    found = Sorted()
    for path in paths:
        if path.is_dir():
            problems.add(path.name, "", "this is a folder", fix="Name the files in it.")
            continue
        text = decode(path, problems)
        if text is not None:
            _place(path, text[0], found, problems)
    return found


def _place(path: Path, text: str, found: Sorted, problems: Problems) -> None:
    lines = _first_lines(text)
    for at, header in enumerate(lines[:HEADER_WITHIN]):
        if len([cell for cell in header if cell.strip()]) < 2:
            continue
        sample = dict(zip((plain(name).replace(" ", "_") for name in header), (lines[at + 1] if at + 1 < len(lines) else []), strict=False))
        if _take(path, header, sample, found):
            return
    problems.add(path.name, "", "the file is of no kind that is read", line=1,
                 expected="one of: " + "; ".join(f"{kind} ({title})" for kind, title in KINDS.items()),
                 fix="Check that its header line is as it was published.")  # fmt: skip


def _first_lines(text: str) -> list[list[str]]:
    lines: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text)):
            lines.append([clean(cell) for cell in cells])
            if len(lines) > HEADER_WITHIN + 1:
                break
    except csv.Error:
        pass
    return lines


def _has(header: list[str], *columns: Wanted) -> bool:
    have = {plain(name) for name in header}
    return all(any(plain(name) in have for name in (column.name, *column.also)) for column in columns)


def _named(columns: tuple[Wanted, ...], *names: str) -> tuple[Wanted, ...]:
    return tuple(column for column in columns if column.name in names)


def _take(path: Path, header: list[str], sample: dict[str, str], found: Sorted) -> bool:
    """Put the file where its header says; false if the header says nothing."""
    if kind := ees.detect(header, path.name, sample):
        found.ehcp.setdefault(kind, []).append(path)
    elif sen2.module_of(header):
        found.sen2.append(path)
    elif _has(header, *_named(gias.GIAS_COLUMNS, "URN", "EstablishmentName", "LA (code)")):
        found.schools.append(path)
    elif _has(header, *_named(school_sen.COLUMNS, "URN", "SEN support", "EHC plan")):
        found.school_sen.append(path)
    elif _has(header, *_named(section251.COLUMNS, "category_of_expenditure", "net_expenditure", "time_period")):
        found.section_251.append(path)
    elif plain(header[0]) in ("pcd", "pcd7", "pcd8", "pcds", "postcode") or _has(header, Wanted("pcds", ("pcd7",))):
        found.postcodes.append(path)
    elif _has(header, *_named(travel.COLUMNS, "area", "site")) and any(
        _has(header, column) for column in _named(travel.COLUMNS, "minutes", "seconds")
    ):
        found.travel.append(path)
    else:
        return _take_areas(path, header, found)
    return True


def _take_areas(path: Path, header: list[str], found: Sorted) -> bool:
    for lowest in ("LSOA", "MSOA"):
        columns = population.area_columns(lowest)
        if not _has(header, columns[0]):
            continue
        single, groups = population.age_columns(header)
        ages = {years for counted in single.values() for years in counted}
        if len(ages) >= population.LAST_AGE or len(groups) == len(population.GROUPS):
            found.population.append((path, lowest))
        else:
            found.places.append((path, lowest))
        return True
    return False
