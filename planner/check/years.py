"""The check's rules about financial years: cash by year, the position of the grant, and limits on money."""

from __future__ import annotations

from collections import defaultdict

from planner.check.children import Case
from planner.check.options import slack
from planner.check.report import Notes
from planner.names import LINE_FUND, Fund

PENNY = 0.01
INCOME = ("high_needs_block", "transfer_in", "other_income")
Position = tuple[str, float, float, float, float, float, float]


def years_add_up(case: Case, notes: Notes) -> None:
    """Tables ``ledger_financial_year`` and ``dsg_position``, and limits on money."""
    expected = _by_financial_year(case)
    written = {(str(row["line"]), str(row["financial_year"])): float(row["cash_gbp"]) for row in case.rows("ledger_financial_year")}
    for key in {*written, *expected}:
        found, wanted = written.get(key, 0.0), expected.get(key, 0.0)
        notes.compare("financial_year", "ledger_financial_year", f"{key[0]} in {key[1]}", found, wanted, PENNY, "pounds")
    high_needs: dict[str, float] = defaultdict(float)
    for (line, year), pounds in written.items():
        if LINE_FUND[line] == Fund.HIGH_NEEDS:
            high_needs[year] += pounds
    _position(case, notes, high_needs)
    _limits(case, notes, high_needs)


def _by_financial_year(case: Case) -> dict[tuple[str, str], float]:
    """Pounds by line and financial year: the autumn share of one academic year and the rest of the one before; capital as it is."""
    rates, share = case.rates, case.scenario.money.autumn_share
    yearly: dict[tuple[str, str], float] = defaultdict(float)
    for row in case.rows("ledger"):
        yearly[(str(row["line"]), str(row["academic_year"]))] += float(row["cash_gbp"])
    base: dict[str, float] = defaultdict(float)
    for line, price in rates.stock.items():
        base[line] += sum(float(value) * float(children) for value, children in zip(price, case.demand.stock_children, strict=True))
    for line, price in rates.place.items():
        base[line] += sum(
            float(value) * float(places) for value, places in zip(price, case.arcs.units["places"], strict=True) if places == places
        )
    expected: dict[tuple[str, str], float] = {}
    for line in {line for line, _ in yearly} | set(base):
        for at, year in enumerate(case.years[1:], start=1):
            before = base[line] if at == 1 else yearly[(line, case.years[at - 1])]
            now = yearly[(line, year)]
            expected[(line, year)] = now if line == "capital" else share * now + (1.0 - share) * before
    return expected


def position_by_hand(case: Case, high_needs: dict[str, float]) -> dict[str, Position]:
    """Status, block, transfer, other income, cost, the year's gap and the deficit by financial year; NaN where nothing is known."""
    nothing = float("nan")
    figures: dict[tuple[str, str], float] = defaultdict(float)
    stated = set()
    for row in case.county.table("finance").to_dict("records"):
        key = (str(row["financial_year"]), str(row["measure"]))
        figures[key] += float(row["value_gbp"])
        stated.add(key)

    def given(year: str, measure: str) -> float:
        return figures[(year, measure)] if (year, measure) in stated else nothing

    found: dict[str, Position] = {}
    owed = block = 0.0
    for year in sorted({year for year, _ in stated if year <= case.years[0]}):
        here = given(year, "high_needs_block")
        at_end = given(year, "deficit_at_year_end")
        block = here if here == here else block
        owed = at_end if at_end == at_end else owed
        income = given(year, "transfer_in"), given(year, "other_income")
        found[year] = ("published", here, *income, nothing, given(year, "in_year_overspend"), at_end)
    others = sorted(year for year, measure in stated if measure == "other_high_needs_spend")
    rest = figures[(others[-1], "other_high_needs_spend")] if others else 0.0
    for year in case.years[1:]:
        here, moved, more = (income_of(case, year, measure, given(year, measure)) for measure in INCOME)
        block = here if here == here else block * (1.0 + case.scenario.money.block_growth_per_year)
        transfer, other = (0.0 if value != value else value for value in (moved, more))
        cost = high_needs[year] + rest
        gap = cost - block - transfer - other
        owed += gap
        found[year] = ("projected", block, transfer, other, cost, gap, owed)
    return found


def income_of(case: Case, year: str, measure: str, given: float) -> float:
    """Income of a financial year: what the scenario sets, or else what the county's table gives."""
    set_here: dict[str, float] = getattr(case.scenario.money, f"{measure}_gbp_by_year")
    return float(set_here[year]) if year in set_here else given


def _position(case: Case, notes: Notes, high_needs: dict[str, float]) -> None:
    expected = position_by_hand(case, high_needs)
    rows = {str(row["financial_year"]): row for row in case.rows("dsg_position")}
    columns = (
        "high_needs_block_gbp",
        "transfer_in_gbp",
        "other_income_gbp",
        "high_needs_cost_gbp",
        "in_year_gbp",
        "deficit_at_year_end_gbp",
    )
    for year in sorted({*rows, *expected}):
        there = year in rows and year in expected
        notes.require("dsg_position", "dsg_position", year, there, "the year is missing, or is not one to be shown")
        if not there:
            continue
        status, *figures = expected[year]
        notes.require("dsg_position", "dsg_position", year, rows[year]["status"] == status, f"the year is {status}")
        for column, figure in zip(columns, figures, strict=True):
            found = float(rows[year][column])
            if figure != figure:
                notes.require("dsg_position", "dsg_position", f"{year}, {column}", found != found, "a figure that nobody published")
            else:
                notes.compare("dsg_position", "dsg_position", f"{year}, {column}", found, figure, PENNY, "pounds")


def _limits(case: Case, notes: Notes, high_needs: dict[str, float]) -> None:
    """Rows ``capital_limit`` and ``high_needs_limit``: money within its limits, or the excess is written as broken."""
    limits = case.scenario.limits
    capital: dict[str, float] = defaultdict(float)
    for row in case.rows("ledger"):
        if row["line"] == "capital":
            capital[str(row["academic_year"])] += float(row["cash_gbp"])
    for year, limit in limits.capital_gbp_by_year.items():
        allowed = limit + slack(case, "over_capital", "", year)
        notes.at_most("capital_limit", "ledger", year, capital[year], allowed, PENNY, "pounds")
    for year, limit in limits.high_needs_gbp_by_year.items():
        if year in high_needs:
            allowed = limit + slack(case, "over_high_needs", "", year)
            notes.at_most("high_needs_limit", "ledger_financial_year", year, high_needs[year], allowed, PENNY, "pounds")
