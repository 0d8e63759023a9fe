"""The position of the dedicated schools grant: high needs block against cost, year by year."""

from __future__ import annotations

import pandas as pd

from planner.county.county import County
from planner.names import Fund, Year
from planner.results.solution import TABLE_COLUMNS


def _published(county: County) -> pd.DataFrame:
    table = county.table("finance")
    return table.pivot_table(index="financial_year", columns="measure", values="value_gbp", aggfunc="sum")


def dsg_position(county: County, by_financial_year: pd.DataFrame, years: tuple[Year, ...], block_growth: float) -> pd.DataFrame:
    """Block, transfers, cost, the year's gap and the cumulative deficit by financial year.

    Published years come first as they were published. After the last published block it grows by ``block_growth`` a year.
    Cost is what the plan costs the high needs block plus ``other_high_needs_spend``, which the model does not place
    and which stays at its published level. A positive deficit is money owed.
    """
    published = _published(county)

    def given(measure: str, year: str) -> float:
        if measure in published.columns and year in published.index:
            value = published.loc[year, measure]
            return float(value) if pd.notna(value) else float("nan")
        return float("nan")

    rows: list[tuple[object, ...]] = []
    deficit = 0.0
    block = 0.0
    for year in sorted(published.index):
        if year > str(years[0]):
            continue
        block = given("high_needs_block", year) if pd.notna(given("high_needs_block", year)) else block
        owed = given("deficit_at_year_end", year)
        deficit = owed if pd.notna(owed) else deficit
        rows.append(
            (
                year,
                "published",
                given("high_needs_block", year),
                given("transfer_in", year),
                float("nan"),
                given("in_year_overspend", year),
                owed,
            )
        )
    high_needs = by_financial_year[by_financial_year["fund"] == Fund.HIGH_NEEDS].groupby("financial_year")["cash_gbp"].sum()
    other = published["other_high_needs_spend"].dropna() if "other_high_needs_spend" in published.columns else pd.Series(dtype=float)
    rest = float(other.iloc[-1]) if len(other) else 0.0
    for step in years[1:]:
        year = str(step)
        stated = given("high_needs_block", year)
        block = stated if pd.notna(stated) else block * (1.0 + block_growth)
        moved = given("transfer_in", year)
        transfer = moved if pd.notna(moved) else 0.0
        cost = float(high_needs.get(year, 0.0)) + rest
        gap = cost - block - transfer
        deficit += gap
        rows.append((year, "projected", block, transfer, cost, gap, deficit))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["dsg_position"]))
