"""Files of one kind, read by themselves into tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from planner.county.importers.ees import Authority
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.gias import School
from planner.county.importers.travel import read_matrix
from planner.county.new.gather import Gathered, gather
from planner.county.new.ground import ground_tables, of_authority, told_year
from planner.county.new.schools import base_table, tiers
from planner.county.new.sorting import KINDS
from planner.errors import Problems

_HELPERS = {"sen2": {"schools", "population"}, "school-sen": {"schools"}, "population": {"schools"}, "travel": {"schools"}}
"""Kinds of files that may stand beside those of a kind."""


def import_kind(
    kind: str, paths: Sequence[Path], authority: Authority, districts: tuple[str, ...], year: int | None, problems: Problems
) -> Imported:
    """Read files of one kind; every fault is noted, a file of another kind among them too.

    Args:
        kind: One of ``planner.county.new.sorting.KINDS``.
        paths: The files; a few kinds take the list of schools or the areas beside them.
        authority: The council.
        districts: Districts of the council, where no file tells them.
        year: The year of a population, where no file tells it.
        problems: Where faults are noted.

    """
    if kind != "travel" and not (authority.la_code or authority.gss):
        problems.add("--la-code", "", "the council's code is missing", expected="a three-figure code such as 860")
        return Imported({}, Findings())
    got = gather(paths, authority, problems, areas=False)
    here = got.files.kinds()
    for other in sorted(here - {kind} - _HELPERS.get(kind, set())):
        problems.add(
            "files",
            other,
            f"a file is of the kind {other}",
            expected=f"files of the kind {kind} ({KINDS[kind]})",
            fix=f"Write: planner import {other} ...",
        )
    if kind not in here and not problems.found:
        problems.add("files", kind, "no file is of this kind", expected=KINDS[kind])
    if problems.found:
        return Imported({}, got.findings)
    if kind == "schools":
        got.tables |= _school_tables(got)
    if kind == "population":
        got.tables |= _areas(got, districts, year, problems)
    if kind == "travel":
        for path in got.files.travel:
            read = read_matrix(path, (), {}, problems)
            if read is not None:
                got.tables |= read.tables
                got.findings.take([read.findings])
    return Imported(got.tables, got.findings)


def _school_tables(got: Gathered) -> dict[str, pd.DataFrame]:
    mine = got.mine
    areas = pd.DataFrame(
        [(school.district, school.easting, school.northing) for school in mine if school.easting == school.easting],
        columns=["district", "easting_m", "northing_m"],
    )
    return {
        "schools": pd.DataFrame([_school_row(school) for school in mine]),
        "bases": base_table(mine, areas),
        "school_tiers": tiers(mine, got.findings),
    }


def _school_row(school: School) -> dict[str, object]:
    return {
        "urn": school.urn, "name": school.name, "type": school.type_name, "provision_type": school.kind, "sector": school.sector,
        "phase": school.phase, "lowest_age": school.low, "highest_age": school.high, "capacity": school.capacity, "pupils": school.pupils,
        "district": school.district, "easting_m": school.easting, "northing_m": school.northing, "needs": "|".join(school.needs),
        "base_places": school.base_places, "base_pupils": school.base_pupils, "source": "GIAS",
    }  # fmt: skip


def _areas(got: Gathered, districts: tuple[str, ...], year: int | None, problems: Problems) -> dict[str, pd.DataFrame]:
    told = told_year([path for path, _ in got.files.population], year, got.findings)
    mine = of_authority(got.areas, got.authority, got.schools, districts, got.findings, problems)
    made = ground_tables(mine, got.lowest, 0.0, got.findings, problems) if mine else {}
    if made:
        made["county_by_age"] = made["county_by_age"].assign(source=f"ONSPOP mid-{told}" if told else "ONSPOP")
    return made
