"""The files given, read for one council: what each kind of file yields, before anything is filled up or built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from planner.county.importers.ees import EES_BY_KIND, Authority, EesTable, read_ees
from planner.county.importers.ees_tables import import_ees
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.gias import School, read_gias
from planner.county.importers.history import history_tables, read_places_above
from planner.county.importers.population import Area
from planner.county.importers.school_sen import read_school_sen
from planner.county.importers.section251 import read_section_251
from planner.county.importers.sen2 import PostcodeLookup, read_sen2
from planner.county.new.ground import read_areas
from planner.county.new.sorting import Sorted, sort_files
from planner.errors import Problems


@dataclass
class Gathered:
    """Everything read for one council: tables by name, its schools, every area of the population files, and what was found."""

    authority: Authority
    files: Sorted
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    ees: dict[str, EesTable] = field(default_factory=dict)
    schools: dict[str, School] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    lowest: str = "LSOA"
    findings: Findings = field(default_factory=Findings)

    @property
    def mine(self) -> list[School]:
        """The council's own open schools."""
        return [school for school in self.schools.values() if school.la_code == self.authority.la_code]


def gather(paths: Sequence[Path], authority: Authority, problems: Problems, *, areas: bool = True) -> Gathered:
    """Read every file; each fault is noted and nothing is raised.

    Args:
        paths: The files, in any order; their kinds are told by their headers.
        authority: The council.
        problems: Where faults are noted.
        areas: Whether a population is needed; without it the areas are read only where a file of them is given.

    """
    got = Gathered(authority, sort_files(list(paths), problems))
    _read_schools(got, problems)
    _read_ehcp(got, problems)
    if areas or got.files.population:
        got.areas, got.lowest = read_areas(got.files.population, got.files.places, got.findings, problems)
    _read_return(got, problems)
    for path in got.files.school_sen:
        _take(got, read_school_sen(path, got.authority, got.schools, problems))
    for path in got.files.section_251:
        _take(got, read_section_251(path, got.authority, problems))
    return got


def _take(got: Gathered, read: Imported | None) -> None:
    if read is None:
        return
    for name, table in read.tables.items():
        had = got.tables.get(name)
        got.tables[name] = table if had is None else pd.concat([had, table], ignore_index=True).drop_duplicates()
    got.findings.take([read.findings])


def _read_schools(got: Gathered, problems: Problems) -> None:
    # A return names schools of every council, so that the whole file is kept when one is read.
    every = bool(got.files.sen2)
    for path in got.files.schools:
        read = read_gias(path, got.authority, problems, every=every)
        if read is not None:
            got.schools.update({school.urn: school for school in read[0]})
            got.findings.take([read[1]])


def _read_ehcp(got: Gathered, problems: Problems) -> None:
    for kind, paths in got.files.ehcp.items():
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            problems.add(paths[1].name, "", f"two files are of the kind {EES_BY_KIND[kind].title}: {names}", expected="one file of each kind",
                         fix="Give the newest; it holds the earlier years. A file of new plans has 'new' in its name.")  # fmt: skip
            continue
        table = read_ees(paths[0], EES_BY_KIND[kind], got.authority, problems)
        if table is not None:
            got.ees[kind] = table
            got.findings.take([table.findings])
            got.authority = Authority(
                got.authority.la_code or table.authority.la_code,
                got.authority.gss or table.authority.gss,
                got.authority.name or table.authority.name,
            )
    if got.ees:
        _read_past(got, problems)
        _take(got, import_ees(got.ees, Findings(), lambda file, text: problems.add(file, "years", text)))


def _read_past(got: Gathered, problems: Problems) -> None:
    """History for forecasting, about the council, its region and England."""
    above = [(kind, paths[0]) for kind, paths in got.files.ehcp.items() if kind in got.ees]
    region = next((table.region for table in got.ees.values() if table.region), "")
    last = max(table.years[-1] + (table.kind.yearly == "calendar") for table in got.ees.values())
    past = history_tables({"county": got.ees, **read_places_above(above, region, problems)}, f"EES{last % 100:02d}")
    got.tables |= past
    if past:
        got.findings.found.append(f"history for forecasting: {', '.join(f'{len(table):,} rows of {name}' for name, table in past.items())}")


def _read_return(got: Gathered, problems: Problems) -> None:
    if not got.files.sen2:
        return
    lookup = None
    if got.files.postcodes:
        lookup = PostcodeLookup(got.files.postcodes[0], {area.code: area.msoa for area in got.areas.values() if area.msoa})
    read = read_sen2(got.files.sen2, got.schools or None, lookup, problems)
    if read is None:
        return
    for name in [name for name in read.tables if name in got.tables]:
        got.findings.found.append(f"{name}: taken from the person-level return and not from the published file")
        del got.tables[name]
    _take(got, read)
