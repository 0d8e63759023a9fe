"""Tables of the past for forecasting: published counts of EHCPs by year, age, need and provision, and how long plans have been held.

Rows are about the county, and about its region and England, towards which small numbers may be pulled. A figure that is not published
(x, c, u) is left out; a row that is not listed beside its total is 0.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from planner.county.importers.ees import EES_BY_KIND, NEED_COLUMNS, Authority, EesRow, EesTable, read_rows
from planner.county.importers.ees_tables import KINDS, by_provision
from planner.county.importers.figures import age, is_age_topic
from planner.errors import Problems

HISTORY_COLUMNS: Final = ("place", "measure", "year", "first_age", "last_age", "need", "provision_type", "children", "source")
YEARS_HELD_COLUMNS: Final = ("place", "january", "least_years", "most_years", "provision_type", "children", "source")
LAST_AGE: Final = 25
EVERY: Final = "*"

_MEASURES: Final = {"caseload": ("held", "ehcplans"), "new-plans": ("new", "new_ehc_plans"), "ceased": ("ceased", "total_ceased")}
_NEEDS: Final = {"needs": ("held", "ehc_plans"), "new-needs": ("new", "ehc_plans")}
_MOVED: Final = ("transfer", "moved_outside_eng")


def ages_of(breakdown: str) -> tuple[int, int] | None:
    """First and last age of a row: 'age 10' is 10 to 10, 'under 3' 0 to 2, 'age 20 and over' 20 to 25; nothing for a total or 'unknown'."""
    years = age(breakdown)
    if years is None:
        return None
    text = breakdown.lower()
    if "under" in text or "below" in text:
        return 0, years
    return (years, LAST_AGE) if "over" in text or "above" in text or text.strip().endswith("+") else (years, min(years, LAST_AGE))


def years_held_of(breakdown: str) -> tuple[int, int] | None:
    """How many years a plan has been held, least and most: 'Less than a year' is 0 to 0, '12 or more' 12 to 25."""
    text = breakdown.strip().lower()
    if text.startswith(("less than", "under")):
        return 0, 0
    match = re.fullmatch(r"(\d{1,2})(?: years?)?( or more| and over|\+)?(?: years?)?(?: and over)?", text)
    if not match:
        return None
    return int(match[1]), (LAST_AGE if match[2] or "over" in text else int(match[1]))


def history_tables(tables: Mapping[str, Mapping[str, EesTable]], source: str) -> dict[str, pd.DataFrame]:
    """``ehcp_history`` and ``ehcp_years_held`` from the EHCP files, for each place (county, region, england) by kind of file."""
    rows: dict[tuple[object, ...], float] = {}
    held: dict[tuple[object, ...], float] = {}
    for place, files in tables.items():
        for kind, table in files.items():
            if kind in _MEASURES:
                _count_settings(rows, place, table, *_MEASURES[kind])
            if kind in _NEEDS:
                _count_needs(rows, place, table, *_NEEDS[kind])
            if kind == "caseload":
                _count_held(held, place, table)
    made: dict[str, pd.DataFrame] = {}
    if rows:
        listed = [(*key, children, source) for key, children in rows.items()]
        made["ehcp_history"] = pd.DataFrame(listed, columns=list(HISTORY_COLUMNS)).sort_values(list(HISTORY_COLUMNS[:7]), kind="stable")
    if held:
        listed = [(*key, children, source) for key, children in held.items()]
        made["ehcp_years_held"] = pd.DataFrame(listed, columns=list(YEARS_HELD_COLUMNS)).sort_values(
            list(YEARS_HELD_COLUMNS[:5]), kind="stable"
        )
    return {name: table.reset_index(drop=True) for name, table in made.items()}


def _span(row: EesRow) -> tuple[int, int] | None:
    """The ages of a row: all of them for a total, one or a few for a row by age, nothing for any other breakdown."""
    if row.is_total:
        return 0, LAST_AGE
    return ages_of(row.breakdown) if is_age_topic(row.topic) else None


def _put(rows: dict[tuple[object, ...], float], key: tuple[object, ...], value: float, *, nought: bool = False) -> None:
    if not math.isnan(value) and (value > 0 or nought):
        rows[key] = value


def _count_settings(rows: dict[tuple[object, ...], float], place: str, table: EesTable, measure: str, total: str) -> None:
    for row in table.rows:
        span = _span(row)
        whole = row.figures.get(total, math.nan)
        if span is None or math.isnan(whole):
            continue
        _put(rows, (place, measure, row.year, *span, EVERY, EVERY), whole, nought=True)
        if measure == "ceased":
            _put(
                rows,
                (place, "moved_away", row.year, *span, EVERY, EVERY),
                sum(row.figures.get(name, math.nan) for name in _MOVED),
                nought=True,
            )
        elif not math.isnan(row.figures.get("mainstream_total", math.nan)):
            for kind, children in _parts(row, total).items():
                _put(rows, (place, measure, row.year, *span, EVERY, kind), children)


def _parts(row: EesRow, total: str) -> dict[str, float]:
    """Children by provision type that add to the row's total: whoever is nowhere else is educated elsewhere."""
    found = by_provision(row.figures, total)
    rest = row.figures[total] - sum(found[kind] for kind in KINDS if kind != "educated_elsewhere")
    return {kind: max(rest, 0.0) if kind == "educated_elsewhere" else found[kind] for kind in KINDS}


def _count_needs(rows: dict[tuple[object, ...], float], place: str, table: EesTable, measure: str, total: str) -> None:
    for row in table.rows:
        span = _span(row)
        if span is None or math.isnan(row.figures.get(total, math.nan)):
            continue
        for column, need in NEED_COLUMNS.items():
            _put(rows, (place, measure, row.year, *span, need, EVERY), row.figures.get(column, math.nan))


def _count_held(held: dict[tuple[object, ...], float], place: str, table: EesTable) -> None:
    for row in table.rows:
        years = years_held_of(row.breakdown) if "years" in row.topic.lower() else None
        if years is None or math.isnan(row.figures.get("mainstream_total", math.nan)):
            continue
        for kind, children in _parts(row, "ehcplans").items():
            _put(held, (place, row.year, *years, kind), children)


def read_places_above(paths: Iterable[tuple[str, Path]], region: str, problems: Problems) -> dict[str, dict[str, EesTable]]:
    """The rows of the EHCP files about the region and about England, by place and kind; a place without rows is left out."""
    found: dict[str, dict[str, EesTable]] = {}
    for kind, path in paths:
        for place, level, name in (("region", "regional", region), ("england", "national", "")):
            if place == "region" and not region:
                continue
            rows = read_rows(path, EES_BY_KIND[kind], level, name, problems)
            if rows:
                found.setdefault(place, {})[kind] = EesTable(EES_BY_KIND[kind], path.name, Authority(""), rows)
    return found
