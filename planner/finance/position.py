"""The position of the dedicated schools grant: high needs block against cost, year by year."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from planner.county.county import County
from planner.names import Fund, Year
from planner.results.solution import TABLE_COLUMNS
from planner.scenario.schema import Money

INCOME = ("high_needs_block", "transfer_in", "other_income")
"""What the high needs block is paid from, in the order of the DSG management plan."""


def _published(county: County) -> pd.DataFrame:
    table = county.table("finance")
    return table.pivot_table(index="financial_year", columns="measure", values="value_gbp", aggfunc="sum")


def scenario_income(money: Money) -> dict[str, dict[str, float]]:
    """Income that a scenario sets, pounds by measure (see ``INCOME``) and financial year."""
    return {measure: dict(getattr(money, f"{measure}_gbp_by_year")) for measure in INCOME}


def other_high_needs_spend(county: County) -> float:
    """What the block pays for that the model does not place, pounds a year: the last figure of the county's finance table."""
    table = county.table("finance").sort_values("financial_year", kind="stable")
    other = table.loc[table["measure"] == "other_high_needs_spend", "value_gbp"].dropna()
    return float(other.iloc[-1]) if len(other) else 0.0


def dsg_position(
    county: County,
    by_financial_year: pd.DataFrame,
    years: tuple[Year, ...],
    block_growth: float,
    income: Mapping[str, Mapping[str, float]] | None = None,
) -> pd.DataFrame:
    """Block, transfers, other income, cost, the year's gap and the cumulative deficit by financial year.

    Published years come first as they were published. After the last published block it grows by ``block_growth`` a year.
    ``income`` holds what the scenario sets in place of the county's figures (see ``scenario_income``).
    Cost is what the plan costs the high needs block plus ``other_high_needs_spend``, which the model does not place
    and which stays at its published level. A positive deficit is money owed.
    """
    published = _published(county)

    def given(measure: str, year: str) -> float:
        if measure in published.columns and year in published.index:
            value = published.loc[year, measure]
            return float(value) if pd.notna(value) else float("nan")
        return float("nan")

    def ahead(measure: str, year: str) -> float:
        set_here = (income or {}).get(measure, {})
        return float(set_here[year]) if year in set_here else given(measure, year)

    rows: list[tuple[object, ...]] = []
    deficit = 0.0
    block = 0.0
    for year in sorted(published.index):
        if year > str(years[0]):
            continue
        now, owed = given("high_needs_block", year), given("deficit_at_year_end", year)
        block = now if pd.notna(now) else block
        deficit = owed if pd.notna(owed) else deficit
        incomes = (now, given("transfer_in", year), given("other_income", year))
        rows.append((year, "published", *incomes, float("nan"), given("in_year_overspend", year), owed))
    high_needs = by_financial_year[by_financial_year["fund"] == Fund.HIGH_NEEDS].groupby("financial_year")["cash_gbp"].sum()
    rest = other_high_needs_spend(county)
    for step in years[1:]:
        year = str(step)
        stated = ahead("high_needs_block", year)
        block = stated if pd.notna(stated) else block * (1.0 + block_growth)
        transfer, other = (0.0 if pd.isna(value) else value for value in (ahead("transfer_in", year), ahead("other_income", year)))
        cost = float(high_needs.get(year, 0.0)) + rest
        gap = cost - block - transfer - other
        deficit += gap
        rows.append((year, "projected", block, transfer, other, cost, gap, deficit))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["dsg_position"]))


def opening_deficit(position: pd.DataFrame) -> float:
    """The deficit before the first projected year, pounds: the last one published, or 0 where none is."""
    known = position.loc[position["status"] == "published", "deficit_at_year_end_gbp"].dropna()
    return float(known.iloc[-1]) if len(known) else 0.0
