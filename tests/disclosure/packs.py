"""Made-up packs for the attack: one county's small counts, published well and published badly."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from planner.publish.frames import grid
from planner.publish.pack import CONFIDENTIAL, Audience, Column, Kind, Pack, PackTable

YEARS = ("2024/25", "2025/26", "2026/27")
DISTRICTS = ("Hills", "Moor", "Riverside", "Vale")
NEEDS = ("Autism", "Emotional", "Learning")
TUITION = 18_000.0
AUTUMN = 7 / 12
LINE = "Interim tuition for children waiting"


def _table(name: str, frame: pd.DataFrame, kinds: dict[str, Kind], behind: tuple[float, ...] = ()) -> PackTable:
    columns = tuple(Column(str(column), str(column).capitalize(), kinds.get(str(column), Kind.TEXT)) for column in frame.columns)
    return PackTable(name, name.replace("_", " ").capitalize(), name, columns, frame, behind=behind)


def counts(seed: int, *, whole: bool) -> pd.DataFrame:
    """Children waiting by year, district and need: most of them few."""
    chance = np.random.default_rng(seed)
    frame = pd.DataFrame(
        [(year, district, need) for year in YEARS for district in DISTRICTS for need in NEEDS], columns=["year", "district", "need"]
    )
    values = chance.gamma(0.5, 3.0, len(frame))
    frame["children"] = np.floor(values) if whole else np.where(values < 0.3, 0.0, values)
    return frame


def exact_pack(frame: pd.DataFrame, name: str = "plan") -> Pack:
    """The internal pack: waiting by district, by need and by year, and what tuition costs with another, larger line."""
    kinds = {"year": Kind.YEAR, "financial_year": Kind.YEAR, "children": Kind.CHILDREN, "cost_gbp": Kind.MONEY}
    by_year = frame.groupby("year")["children"].sum()
    rows, behind = [], []
    for before, year in itertools.pairwise(YEARS):
        waits = AUTUMN * float(by_year[year]) + (1 - AUTUMN) * float(by_year[before])
        rows += [(year, LINE, TUITION * waits), (year, "Top-up", 4_321_987.0), (year, "Total", TUITION * waits + 4_321_987.0)]
        fewer = min((float(by_year[when]) for when in (before, year) if by_year[when] > 0), default=0.0)
        behind += [fewer, 900.0, 900.0 + fewer]
    total = by_year.reindex(list(YEARS)).reset_index()
    tables = {
        "waiting_by_year": _table("waiting_by_year", total, kinds),
        "waiting_by_district": _table("waiting_by_district", grid(frame, YEARS, "district", "children", None), kinds),
        "waiting_by_need": _table("waiting_by_need", grid(frame, YEARS, "need", "children", None), kinds),
        "cost_by_line": _table("cost_by_line", pd.DataFrame(rows, columns=["financial_year", "line", "cost_gbp"]), kinds, tuple(behind)),
    }
    facts = {"base_year": YEARS[0], "last_year": YEARS[-1], "county_hash": "made up", "county_title": "Someshire"}
    return Pack(name, f"The plan {name}", Audience.INTERNAL, (name,), tables, facts)


def hidden_only(pack: Pack) -> Pack:
    """A leaky pack: counts of 1 to 4 are hidden, everything else is exact."""
    tables = {}
    for name, table in pack.tables.items():
        if name == "cost_by_line":
            continue
        frame = table.frame.copy()
        frame["children"] = pd.Series([CONFIDENTIAL if 0.5 <= value < 4.5 else round(value) for value in frame["children"]], dtype=object)
        tables[name] = _table(name, frame, {column.name: column.kind for column in table.columns})
    return Pack(pack.name, pack.title, Audience.PUBLIC, pack.scenarios, tables, {**pack.facts, "round_to": "1", "small_below": "5"})


def with_exact_money(public: Pack, exact: Pack) -> Pack:
    """A leaky pack: counts are rounded, and money by line is exact."""
    return Pack(
        public.name,
        public.title,
        Audience.PUBLIC,
        public.scenarios,
        {**public.tables, "cost_by_line": exact.table("cost_by_line")},
        public.facts,
    )


def comparison(base: pd.DataFrame, other: pd.DataFrame) -> Pack:
    """The internal pack of two scenarios with the difference of each count."""
    rows = []
    for name, frame in (("base", base), ("other", other)):
        for district, children in frame.groupby("district")["children"].sum().items():
            before = float(base.loc[base["district"] == district, "children"].sum())
            rows.append((name, district, float(children), float(children) - before))
    frame = pd.DataFrame(rows, columns=["scenario", "district", "children", "change"])
    table = _table("waiting_compared", frame, {"children": Kind.CHILDREN, "change": Kind.CHILDREN})
    return Pack("two", "Two plans", Audience.INTERNAL, ("base", "other"), {"waiting_compared": table}, {})


def with_exact_differences(public: Pack, exact: Pack) -> Pack:
    """A leaky pack: counts are rounded, and differences between scenarios are exact."""
    table, truth = public.table("waiting_compared"), exact.table("waiting_compared")
    frame = table.frame.assign(change=[round(value, 2) for value in truth.frame["change"]])
    kinds = {column.name: column.kind for column in table.columns}
    return Pack(
        public.name,
        public.title,
        Audience.PUBLIC,
        public.scenarios,
        {"waiting_compared": _table("waiting_compared", frame, kinds)},
        public.facts,
    )
