"""Packs for the tests of pages and papers: a small made-up county of three districts, exact or roughly rounded, plain or hostile."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from planner.publish.pack import LOW, NOT_APPLICABLE, NOT_AVAILABLE, Audience, Column, Kind, Mark, Pack, PackTable

YEARS = ("2024/25", "2025/26", "2026/27", "2027/28", "2028/29")
MONEY_YEARS = YEARS[1:]
DISTRICTS = ("Northvale", "Eastmoor-under-Hill", "Southwold")
NEEDS = ("Autism", "Hearing impairment", "Social, emotional and mental health")
HOSTILE = "<script>alert(1)</script>"
HOSTILE_IMAGE = "<img src=x onerror=alert(2)>"
HOSTILE_TURN = "School \u202elevel\u202c \"quoted\" & 'single' {{ 7*7 }} =1+1"

_KINDS = {
    "year": ("Academic year", Kind.YEAR), "financial_year": ("Financial year", Kind.YEAR), "opens": ("Opens", Kind.YEAR),
    "phase": ("Phase", Kind.TEXT), "need": ("Primary type of need", Kind.TEXT), "district": ("District", Kind.TEXT),
    "provision_type": ("Provision", Kind.TEXT), "fund": ("Fund", Kind.TEXT), "line": ("Line", Kind.TEXT), "section_251": ("Section 251 line", Kind.CODE),
    "reason": ("Reason", Kind.TEXT), "detail": ("Detail", Kind.TEXT), "status": ("Status", Kind.TEXT), "name": ("Name", Kind.TEXT), "kind": ("Kind", Kind.TEXT),
    "option": ("Option code", Kind.CODE), "why": ("Why", Kind.TEXT), "unit": ("Unit code", Kind.CODE), "what": ("What is assumed", Kind.TEXT), "value": ("Value", Kind.TEXT),
    "id": ("Assumption", Kind.CODE), "source": ("Source", Kind.TEXT), "quality": ("Quality", Kind.TEXT), "effect": ("What it changes", Kind.TEXT), "low": ("Low", Kind.TEXT),
    "high": ("High", Kind.TEXT), "ehcps": ("EHCPs", Kind.CHILDREN), "new_ehcps": ("New EHCPs", Kind.CHILDREN), "avoided": ("EHCPs avoided", Kind.CHILDREN),
    "children": ("Children and young people", Kind.CHILDREN), "waiting": ("Child-years waiting", Kind.CHILDREN), "places": ("Places", Kind.PLACES),
    "cost_gbp": ("Cost", Kind.MONEY), "capital_gbp": ("Capital", Kind.MONEY), "change_gbp": ("Change of cost", Kind.MONEY), "high_needs_block_gbp": ("High needs block", Kind.MONEY),
    "high_needs_cost_gbp": ("Cost to the block", Kind.MONEY), "deficit_at_year_end_gbp": ("Cumulative deficit", Kind.MONEY), "yearly_saving_gbp": ("Yearly saving", Kind.MONEY),
    "unmitigated_deficit_at_year_end_gbp": ("Cumulative deficit, unmitigated", Kind.MONEY), "net_present_value_gbp": ("Net present value", Kind.MONEY),
    "payback_year": ("Payback year", Kind.YEAR), "mean_minutes": ("Mean journey", Kind.MINUTES), "journeys": ("Mean journey", Kind.MINUTES), "travelling": ("Children who travel", Kind.CHILDREN),
    "easting": ("Easting", Kind.METRES), "northing": ("Northing", Kind.METRES), "scenario": ("Scenario", Kind.TEXT), "setting": ("Setting", Kind.CODE), "cause": ("Cause", Kind.TEXT),
    "base_value": ("Base value", Kind.TEXT), "file_and_line": ("File and line", Kind.TEXT), "measure": ("Measure", Kind.TEXT), "text": ("Finding", Kind.TEXT),
}  # fmt: skip


def table(
    name: str, title: str, columns: list[str], rows: list[tuple[object, ...]], kinds: dict[str, tuple[str, Kind]] | None = None
) -> PackTable:
    """A table of a pack from its rows; titles and kinds by the names of columns."""
    known = {**_KINDS, **(kinds or {})}
    made = tuple(Column(column, known[column][0], known[column][1]) for column in columns)
    frame = pd.DataFrame({column: pd.Series([row[at] for row in rows], dtype=object) for at, column in enumerate(columns)})
    return PackTable(
        name, title, f"{title}, Testshire, {YEARS[0]} to {YEARS[-1]}", made, frame, ("A note.",), "Testshire tables and the scenario 'Test'"
    )


def _grid(labels: tuple[str, ...], start: float, step: float) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for at, year in enumerate(YEARS):
        values = [start * (order + 1) + step * at * (order + 0.5) for order in range(len(labels))]
        rows += [(year, label, value) for label, value in zip(labels, values, strict=True)]
        rows.append((year, "Total", sum(values)))
    return rows


def _children() -> list[PackTable]:
    waits = {"2027/28": (2.25, 0.0, 0.0), "2028/29": (4.5, 1.25, 0.0)}
    by_district: list[tuple[object, ...]] = []
    for year in (*YEARS, "Total"):
        values = tuple(map(sum, zip(*waits.values(), strict=True))) if year == "Total" else waits.get(year, (0.0, 0.0, 0.0))
        by_district += [(year, district, value) for district, value in zip(DISTRICTS, values, strict=True)]
        by_district.append((year, "Total", sum(values)))
    kinds = (
        "Mainstream school with support",
        "Resource centre",
        "State special school",
        "Independent or non-maintained special school",
        "Educated elsewhere",
        "Waiting for a place",
    )
    placements: list[tuple[object, ...]] = []
    for at, year in enumerate(YEARS):
        values = (300.0 + 40 * at, 10.0 * at, 200.0, 90.0 + 2 * at, 25.0, sum(waits.get(year, (0.0,))))
        placements += [
            (year, kind, value, NOT_AVAILABLE if order == 0 else 250.0)
            for order, (kind, value) in enumerate(zip(kinds, values, strict=True))
        ]
        placements.append((year, "Total", sum(values), NOT_APPLICABLE))
    return [
        table("ehcps_by_year", "EHCPs by year", ["year", "ehcps", "new_ehcps", "avoided"], [(year, 615.0 + 52.25 * at, NOT_AVAILABLE if not at else 90.5, 3.5 * at) for at, year in enumerate(YEARS)]),
        table("ehcps_by_phase", "EHCPs by phase", ["year", "phase", "ehcps"], _grid(("Primary", "Secondary"), 205.0, 20.0)),
        table("ehcps_by_need", "EHCPs by need", ["year", "need", "ehcps"], _grid(NEEDS, 102.5, 12.0)),
        table("ehcps_by_district", "EHCPs by district", ["year", "district", "ehcps"], _grid(DISTRICTS, 102.5, 12.0)),
        table("placements", "Where EHCPs are met", ["year", "provision_type", "children", "places"], placements),
        table("waiting_by_year", "Children waiting", ["year", "children"], [(year, float(sum(waits.get(year, (0.0,))))) for year in YEARS] + [("Total", 8.0)]),
        table("waiting_by_district", "Children waiting by district", ["year", "district", "children"], by_district),
        table("waiting_by_need", "Children waiting by need", ["year", "need", "children"], [("Total", need, value) for need, value in zip(NEEDS, (0.0, 1.25, 6.75), strict=True)] + [("Total", "Total", 8.0)]),
        table("waiting_reasons", "Why children wait", ["reason", "detail", "children"], [("Every unit in reach is full", "3 units within 75 minutes, all full", 6.75), ("The units in reach have not opened yet", "1 unit opens in 2028/29", 1.25), ("Total", "", 8.0)]),
        table("journeys", "Journeys by district", ["district", "year", "travelling", "mean_minutes"], [(district, year, 40.0, 30.0 - 3.3 * order - at) for at, year in enumerate(YEARS[1:]) for order, district in enumerate((*DISTRICTS, "Total"))]),
    ]  # fmt: skip


def _money() -> list[PackTable]:
    funds = ("High needs block", "Council general fund", "Capital")
    by_fund: list[tuple[object, ...]] = []
    by_line: list[tuple[object, ...]] = []
    for at, year in enumerate(MONEY_YEARS):
        values = (9_123_456.78 + 400_000 * at, 1_250_000.25 - 50_000 * at, 600_000.0 if at < 2 else 0.0)
        by_fund += [(year, fund, value) for fund, value in zip(funds, values, strict=True)] + [(year, "Total", sum(values))]
        by_line += [
            (year, "High needs block", "Place funding", "1.0.2", values[0] * 0.4),
            (year, "High needs block", "Independent and non-maintained school fees", "1.2.3", values[0] * 0.6),
            (year, "Council general fund", "Home-to-school transport", "1.4.12", values[1]),
            (year, "Capital", "Capital", NOT_APPLICABLE, values[2]),
            (year, "Total", "Total", NOT_APPLICABLE, sum(values)),
        ]
    dsg = [
        (
            year,
            "published" if not at else "projected",
            8_000_000.0 + 90_000 * at,
            NOT_AVAILABLE if not at else 9_123_456.78 + 400_000 * at,
            1_500_000.0 * at + 900_000,
            1_900_000.0 * at + 900_000,
        )
        for at, year in enumerate(YEARS)
    ]
    return [
        table("cost_by_fund", "Cost by fund", ["financial_year", "fund", "cost_gbp"], by_fund),
        table("cost_by_line", "Cost by line", ["financial_year", "fund", "line", "section_251", "cost_gbp"], by_line),
        table("dsg_position", "Position of the grant", ["financial_year", "status", "high_needs_block_gbp", "high_needs_cost_gbp", "deficit_at_year_end_gbp", "unmitigated_deficit_at_year_end_gbp"], dsg),
        table("appraisal", "Appraisal of options", ["name", "capital_gbp", "yearly_saving_gbp", "payback_year", "net_present_value_gbp"], [("Oak Primary base", 208_000.0, 90_000.0, "2028/29", 310_250.5), ("Ash School expansion", 1_040_000.0, 40_000.0, NOT_APPLICABLE, -400_000.0)]),
    ]  # fmt: skip


def _places(first_name: str) -> list[PackTable]:
    spots = [(400_000.0, 330_000.0), (412_000.0, 318_000.0), (395_000.0, 305_000.0)]
    options = [
        ("open_oak", first_name, "Open a contact base", DISTRICTS[0], "2025/26", 16.0, 208_000.0, "chosen by the model"),
        ("open_elm", "Elm Primary centre", "Open a resource centre", DISTRICTS[1], "2026/27", 16.0, 480_000.0, "chosen by the model"),
        ("open_yew", "Yew Primary centre", "Open a resource centre", DISTRICTS[2], "2026/27", 8.0, 240_000.0, "chosen by the model"),
        ("grow_ash", "Ash School expansion", "Expand a special school", DISTRICTS[2], "2028/29", 24.0, 1_040_000.0, "decided"),
    ]
    units = [
        ("oak", first_name, "Contact base", DISTRICTS[0], 400_500.0, 330_500.0, 16.0, "2025/26"),
        ("elm", "Elm Primary centre", "Resource centre", DISTRICTS[1], 412_000.0, 318_100.0, 16.0, "2026/27"),
        ("yew", "Yew Primary centre", "Resource centre", DISTRICTS[2], 395_000.0, 305_000.0, 8.0, "2026/27"),
        ("ash", "Ash School", "State special school", DISTRICTS[2], 395_010.0, 305_010.0, 124.0, "2028/29"),
        ("fir", "Fir School", "State special school", DISTRICTS[0], 399_000.0, 331_000.0, 100.0, NOT_APPLICABLE),
        (
            "far",
            "Far Away House",
            "Independent or non-maintained special school",
            "Whole county",
            520_000.0,
            180_000.0,
            30.0,
            NOT_APPLICABLE,
        ),
    ]
    districts = [
        (name, *spot, wait, 40.0, 28.0 - 3 * at)
        for at, (name, spot, wait) in enumerate(zip(DISTRICTS, spots, (6.75, 1.25, 0.0), strict=True))
    ]
    return [
        table("options", "What opens or grows", ["option", "name", "kind", "district", "opens", "places", "capital_gbp", "why"], options),
        table("units", "Units on the map", ["unit", "name", "provision_type", "district", "easting", "northing", "places", "opens"], units),
        table("districts", "Districts on the map", ["district", "easting", "northing", "waiting", "travelling", "journeys"], districts),
    ]


def _log(first_effect: str) -> PackTable:
    rows = [
        (
            f"assumption_{at}",
            f"What number {at} is taken to be",
            str(at / 10),
            "0",
            "1",
            "assumption",
            ("red", "amber", "green")[at % 3],
            first_effect if at == 0 else "Costs and places",
        )
        for at in range(18)
    ]
    return table("assumptions", "Assumptions", ["id", "what", "value", "low", "high", "source", "quality", "effect"], rows)


FACTS = {
    "county": "testshire", "county_title": "Testshire", "scenario_description": "A made-up county for tests.", "base_year": YEARS[0], "last_year": YEARS[-1],
    "outcome": "within gap", "gap_gbp": "120000.50", "gap_percent": "0.250", "cost_pv_gbp": "48123456.78", "planner_version": "0.0", "schema_version": "abc",
    "county_hash": "123", "created": "2026-11-23T10:00:00+00:00", "check": "passed", "waiting_bound": "7.500",
}  # fmt: skip


def run_pack(audience: Audience = Audience.INTERNAL, *, hostile: bool = False) -> Pack:
    """The pack of a made-up run. A hostile one has names that try to be code."""
    name, effect, title = ("Oak Primary base", "How many EHCPs are avoided", "Test scenario")
    if hostile:
        name, effect, title = HOSTILE_IMAGE, HOSTILE_TURN, f"Test {HOSTILE}"
    made = [*_children(), *_money(), *_places(name), _log(effect)]
    facts = dict(FACTS)
    if hostile:
        made = [replace(one, source=HOSTILE, notes=(HOSTILE_IMAGE,), title=f"{one.title} {HOSTILE}") for one in made]
        made = [replace(one, frame=one.frame.replace({DISTRICTS[1]: HOSTILE_IMAGE, NEEDS[2]: HOSTILE_TURN})) for one in made]
        facts = {**facts, "county_title": HOSTILE, "scenario_description": HOSTILE_IMAGE, "outcome": HOSTILE}
    pack = Pack("test", title, Audience.INTERNAL, ("test",), {one.name: one for one in made}, facts)
    return pack if audience is Audience.INTERNAL else rounded(pack)


SCENARIOS = ("baseline", "transformation", "special_expansion")
TITLES = ("Baseline", "Transformation", "Special school expansion")


def _wide(name: str, title: str, index: str, rows: list[tuple[object, ...]], kind: Kind) -> PackTable:
    kinds = {scenario: (words, kind) for scenario, words in zip(SCENARIOS, TITLES, strict=True)}
    return table(name, title, [index, *SCENARIOS], rows, kinds)


def comparison_pack(audience: Audience = Audience.INTERNAL, *, hostile: bool = False) -> Pack:
    """The pack of a made-up comparison of three scenarios, the first of which is the base."""
    text = HOSTILE_IMAGE if hostile else "baseline.yaml:4"
    sides = table(
        "results_side_by_side", "Results side by side", ["measure", "kind", *SCENARIOS],
        [
            ("Public cost, present value", "money", 50_000_000.0, 47_500_000.0, 47_550_000.0),
            ("Proven gap of the cost", "money", 100_000.0, 40_000.0, 60_000.0),
            ("Cumulative deficit at the end", "money", 9_000_000.0, 6_500_000.0, 6_900_000.0),
            ("Child-years waiting", "children", 22.5, 8.0, 0.0),
            ("EHCPs in the last year", "children", 840.0, 824.0, 840.0),
            ("EHCPs avoided by early help", "children", 0.0, 35.0, 0.0),
            ("Mean journey in the last year", "minutes", 27.25, 22.5, 25.0),
            ("Payback year", "year", NOT_APPLICABLE, "2028/29", NOT_APPLICABLE),
        ],
        {scenario: (words, Kind.TEXT) for scenario, words in zip(SCENARIOS, TITLES, strict=True)},
    )  # fmt: skip
    causes = ("Demand", "Need mix", "Provision mix", "Price", "Places built", "Transport", "Early help", "Capital", "Interaction", "Total")
    changes = {
        "transformation": (-200_000.0, 0.0, -2_900_000.0, 0.0, 350_000.0, -450_000.0, 300_000.0, 500_000.0, -100_000.0, -2_500_000.0)
    }
    changes["special_expansion"] = (0.0, 0.0, -3_000_000.0, 0.0, 250_000.0, -100_000.0, 0.0, 450_000.0, -50_000.0, -2_450_000.0)
    bridge = [(scenario, cause, change) for scenario, values in changes.items() for cause, change in zip(causes, values, strict=True)]
    ehcps = [
        ("transformation", "Early help", -16.0),
        ("transformation", "Total", -16.0),
        ("special_expansion", "Early help", 0.0),
        ("special_expansion", "Total", 0.0),
    ]
    equity = [
        (scenario, district, wait)
        for scenario, waits in zip(SCENARIOS, ((15.0, 7.5, 0.0), (6.75, 1.25, 0.0), (0.0, 0.0, 0.0)), strict=True)
        for district, wait in zip(DISTRICTS, waits, strict=True)
    ]
    needs = [
        (scenario, need, wait)
        for scenario, waits in zip(SCENARIOS, ((0.0, 2.5, 20.0), (0.0, 1.25, 6.75), (0.0, 0.0, 0.0)), strict=True)
        for need, wait in zip(NEEDS, waits, strict=True)
    ]
    funds = [
        (year, fund, *(base - 50_000.0 * order for order in range(3)))
        for year in MONEY_YEARS
        for fund, base in (("High needs block", 9_000_000.0), ("Capital", 200_000.0))
    ]
    made = [
        table("findings", "Findings", ["text"], [("Transformation and Special school expansion: no clear difference in cost.",)]),
        sides,
        table("input_differences", "What differs in the inputs", ["scenario", "setting", "value", "base_value", "file_and_line"], [("transformation", "options.offer", "resource_centre, contact_base", "none", text), ("special_expansion", "options.offer", "expand_special", "none", "special_expansion.yaml:3")]),
        table("cost_by_fund_compared", "Cost by fund", ["financial_year", "fund", *SCENARIOS], funds, {scenario: (words, Kind.MONEY) for scenario, words in zip(SCENARIOS, TITLES, strict=True)}),
        _wide("dsg_compared", "Cumulative deficit", "financial_year", [(year, 900_000.0 + 2_000_000 * at, 900_000.0 + 1_400_000 * at, 900_000.0 + 1_500_000 * at) for at, year in enumerate(MONEY_YEARS)], Kind.MONEY),
        _wide("waiting_compared", "Waiting", "year", [(year, 5.0 * at, 2.0 * at, 0.0) for at, year in enumerate(YEARS)], Kind.CHILDREN),
        _wide("ehcps_compared", "EHCPs", "year", [(year, 615.0 + 56 * at, 615.0 + 52 * at, 615.0 + 56 * at) for at, year in enumerate(YEARS)], Kind.CHILDREN),
        _wide("journeys_compared", "Journeys", "year", [(year, 28.0, 28.0 - at, 28.0 - 0.5 * at) for at, year in enumerate(YEARS)], Kind.MINUTES),
        table("placements_compared", "Where EHCPs are met", ["year", "provision_type", *SCENARIOS], [(YEARS[-1], "Resource centre", 0.0, 40.0, 0.0), (YEARS[-1], "State special school", 200.0, 200.0, 240.0)], {scenario: (words, Kind.CHILDREN) for scenario, words in zip(SCENARIOS, TITLES, strict=True)}),
        table("equity_by_district", "Fairness between districts", ["scenario", "district", "waiting"], equity),
        table("equity_by_need", "Fairness between needs", ["scenario", "need", "waiting"], needs),
        table("bridge", "From one cost to another", ["scenario", "cause", "change_gbp"], bridge),
        table("bridge_ehcps", "From one number of EHCPs to another", ["scenario", "cause", "change_ehcps"], ehcps, {"change_ehcps": ("Change of EHCPs", Kind.CHILDREN)}),
    ]  # fmt: skip
    title = f"Comparison {HOSTILE}" if hostile else "Comparison of three scenarios"
    if hostile:
        made = [replace(one, source=HOSTILE, notes=(HOSTILE_TURN,), frame=one.frame.replace({DISTRICTS[0]: HOSTILE_IMAGE})) for one in made]
    pack = Pack("compare-test", title, Audience.INTERNAL, SCENARIOS, {one.name: one for one in made}, dict(FACTS))
    return pack if audience is Audience.INTERNAL else rounded(pack)


def _round(cell: object, kind: Kind) -> object:
    if isinstance(cell, bool | str | Mark) or cell is None:
        return cell
    value = float(cell)  # type: ignore[arg-type]
    if kind is Kind.CHILDREN:
        near = 5.0 * round(value / 5)
        return LOW if near == 0 and value != 0 else near
    return float(round(value, -5)) if kind is Kind.MONEY else value


def rounded(pack: Pack) -> Pack:
    """A public pack, roughly as the gate makes it: counts to the nearest 5, money to £100,000."""
    tables = {}
    for name, one in pack.tables.items():
        frame = one.frame.copy()
        for column in one.columns:
            kinds = (
                [Kind(str(kind)) for kind in frame["kind"]]
                if name == "results_side_by_side" and column.name in pack.scenarios
                else [column.kind] * len(frame)
            )
            frame[column.name] = pd.Series([_round(cell, kind) for cell, kind in zip(frame[column.name], kinds, strict=True)], dtype=object)
        tables[name] = replace(one, frame=frame)
    facts = {key: value for key, value in pack.facts.items() if key != "waiting_bound"}
    return replace(pack, audience=Audience.PUBLIC, tables=tables, facts=facts)
