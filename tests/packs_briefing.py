"""Small made-up packs, rounded as published ones are, for the briefing: one run, and one comparison of three scenarios."""

from __future__ import annotations

import dataclasses

import pandas as pd

from planner.publish.pack import CONFIDENTIAL, LOW, NOT_APPLICABLE, NOT_AVAILABLE, Audience, Column, Kind, Pack, PackTable

YEARS = ("2024/25", "2025/26", "2026/27", "2027/28")
KINDS = {
    "year": Kind.YEAR, "financial_year": Kind.YEAR, "opens": Kind.YEAR, "ehcps": Kind.CHILDREN, "new_ehcps": Kind.CHILDREN, "avoided": Kind.CHILDREN,
    "children": Kind.CHILDREN, "travelling": Kind.CHILDREN, "waiting": Kind.CHILDREN, "places": Kind.PLACES, "mean_minutes": Kind.MINUTES, "option": Kind.CODE, "id": Kind.CODE,
}  # fmt: skip
SCENARIOS = {"baseline": "Baseline", "transformation": "Transformation", "special_expansion": "Special school expansion"}


def table(name: str, columns: list[str], rows: list[tuple[object, ...]], scenario_kind: Kind = Kind.TEXT) -> PackTable:
    """A table whose kinds follow from the names of its columns."""

    def column(one: str) -> Column:
        if one in SCENARIOS:
            return Column(one, SCENARIOS[one], scenario_kind)
        kind = Kind.MONEY if one.endswith("_gbp") else KINDS.get(one, Kind.TEXT)
        return Column(one, one.removesuffix("_gbp").replace("_", " ").capitalize(), kind)

    words = name.replace("_", " ").capitalize()
    return PackTable(name, words, f"{words}, Testshire", tuple(column(one) for one in columns), pd.DataFrame(rows, columns=columns))


FACTS = {
    "county": "testshire", "county_title": "Testshire", "scenario_description": "A made-up county.", "base_year": YEARS[0], "last_year": YEARS[-1],
    "outcome": "within gap", "gap_percent": "0.250", "planner_version": "0.9", "created": "2026-11-23T10:00:00+00:00", "check": "passed",
}  # fmt: skip


def run_pack(audience: Audience = Audience.PUBLIC, *, waits: bool = True, name: str = "Oak Primary base") -> Pack:
    """The pack of one run."""
    kinds = ("Mainstream school with support", "Resource centre", "State special school", "Waiting for a place")
    placements: list[tuple[object, ...]] = []
    for at, year in enumerate(YEARS):
        values = (300 + 40 * at, 15 * at, 205, 5 * at if waits else 0)
        placements += [
            (year, kind, value, NOT_AVAILABLE if place is None else place)
            for kind, value, place in zip(kinds, values, (None, 48, 210, None), strict=True)
        ]
        placements.append((year, "Total", sum(values), NOT_APPLICABLE))
    waiting = [(year, 5 * at if waits else 0) for at, year in enumerate(YEARS)] + [("Total", 30 if waits else 0)]
    districts = [
        ("Total", "Northvale", 25 if waits else 0),
        ("Total", "Southmoor", LOW if waits else 0),
        ("Total", "Total", 30 if waits else 0),
    ]
    funds = [
        (year, fund, value + 100_000 * at)
        for at, year in enumerate(YEARS[1:])
        for fund, value in (("High needs block", 9_100_000), ("Council general fund", 800_000), ("Total", 9_900_000))
    ]
    lines = [(year, "High needs block", "Place funding", "1.0.2", 5_100_000 + at) for at, year in enumerate(YEARS[1:])] + [
        (YEARS[-1], "Total", "Total", "", 10_100_000)
    ]
    dsg = [
        (year, "published" if not at else "projected", 8_000_000, 2_300_000 + 700_000 * at, 3_300_000 + 900_000 * at)
        for at, year in enumerate(YEARS)
    ]
    made = [
        table("ehcps_by_year", ["year", "ehcps", "new_ehcps", "avoided"], [(year, 520 + 60 * at, 95, 5 * at) for at, year in enumerate(YEARS)]),
        table("placements", ["year", "provision_type", "children", "places"], placements),
        table("waiting_by_year", ["year", "children"], waiting),
        table("waiting_by_district", ["year", "district", "children"], districts),
        table("waiting_by_need", ["year", "need", "children"], [("Total", "Autism", 30 if waits else 0), ("Total", "Total", 30 if waits else 0)]),
        table("waiting_reasons", ["reason", "detail", "children"], [("Every unit in reach is full", CONFIDENTIAL, 30), ("Total", "", 30)] if waits else []),
        table("cost_by_fund", ["financial_year", "fund", "cost_gbp"], funds),
        table("cost_by_line", ["financial_year", "fund", "line", "section_251", "cost_gbp"], lines),
        table("dsg_position", ["financial_year", "status", "high_needs_block_gbp", "in_year_gbp", "deficit_at_year_end_gbp"], dsg),
        table("options", ["option", "name", "kind", "district", "opens", "places", "capital_gbp"], [("oak", name, "Open a contact base", "Northvale", "2025/26", 16, 210_000), ("elm", "Elm centre", "Open a resource centre", "Southmoor", "2026/27", 48, NOT_AVAILABLE), *((f"more_{number}", f"Centre {letter}", "Open a resource centre", "Southmoor", "2026/27", 8, 90_000) for number, letter in enumerate("abcdef"))]),
        table("journeys", ["district", "year", "travelling", "mean_minutes"], [(place, YEARS[-1], 40, minutes) for place, minutes in (("Northvale", 31), ("Southmoor", 12), ("Total", 22))]),
        table("assumptions", ["id", "what", "value", "unit", "low", "high", "quality", "effect"], [("help", "EHCPs avoided by an episode", "0.15", "EHCPs", "0.05", "0.25", "red", "How many EHCPs are avoided"), ("births", "Births", "fall", NOT_AVAILABLE, "", "", "amber", "Nothing here")]),
    ]  # fmt: skip
    return Pack("test", "Test scenario", audience, ("test",), {one.name: one for one in made}, FACTS)


def comparison_pack(audience: Audience = Audience.PUBLIC, *, alike: bool = True, waiting: tuple[object, ...] = (25, LOW, 0)) -> Pack:
    """The pack of a comparison of three scenarios, the first of which is the base."""
    names = list(SCENARIOS)
    side = [
        ("Public cost, present value", "money", 50_000_000, 47_500_000, 47_600_000),
        ("Proven gap of the cost", "money", 100_000, 100_000, 200_000),
        ("Cumulative deficit at the end", "money", 9_000_000, 6_500_000, 6_900_000),
        ("Child-years waiting", "children", *waiting),
        ("Payback year", "year", NOT_APPLICABLE, "2028/29", NOT_APPLICABLE),
    ]
    findings = [("Transformation and Special school expansion: no clear difference in cost.",)] if alike else [("Waiting differs.",)]
    bridge = [
        (name, cause, value)
        for name in names[1:]
        for cause, value in (("Provision mix", -2_900_000), ("Capital", 400_000), ("Total", -2_500_000))
    ]
    made = [
        table("findings", ["text"], findings),
        table("results_side_by_side", ["measure", "kind", *names], side),
        table("input_differences", ["scenario", "setting", "value", "base_value", "file_and_line"], [("transformation", "options.offer", "contact_base", "none", "transformation.yaml:5")]),
        table("dsg_compared", ["financial_year", *names], [(year, 3_000_000 + at, 2_500_000 + at, 2_600_000 + at) for at, year in enumerate(YEARS[1:])], Kind.MONEY),
        table("waiting_compared", ["year", *names], [(year, 5 * at, LOW if at else 0, 0) for at, year in enumerate(YEARS)], Kind.CHILDREN),
        table("ehcps_compared", ["year", *names], [(year, 500 + 60 * at, 500 + 55 * at, 500 + 60 * at) for at, year in enumerate(YEARS)], Kind.CHILDREN),
        table("equity_by_district", ["scenario", "district", "waiting"], [("baseline", "Northvale", 20), ("baseline", "Southmoor", 5), ("transformation", "Northvale", LOW)]),
        table("bridge", ["scenario", "cause", "change_gbp"], bridge),
    ]  # fmt: skip
    return Pack("compare-test", "Comparison of three scenarios", audience, tuple(names), {one.name: one for one in made}, FACTS)


def wide_comparison_pack() -> Pack:
    """The comparison with eight scenarios, as many as ship."""
    pack = comparison_pack()
    more = [f"variant_{number}" for number in range(4, 9)]
    tables = {}
    for name, one in pack.tables.items():
        if "baseline" not in one.frame.columns:
            tables[name] = one
            continue
        like = one.column("special_expansion")
        columns = (
            *one.columns,
            *(dataclasses.replace(like, name=extra, title=f"Late delivery {'abcdefgh'[int(extra[-1]) - 1]}") for extra in more),
        )
        tables[name] = dataclasses.replace(
            one, columns=columns, frame=one.frame.assign(**dict.fromkeys(more, one.frame["special_expansion"]))
        )
    return dataclasses.replace(pack, scenarios=(*pack.scenarios, *more), tables=tables)
