"""Two clocks: places run by academic year, money by financial year."""

from __future__ import annotations

import pandas as pd

from planner.demand.demand import Demand
from planner.names import LINE_FUND, Fund, Year
from planner.network.arcs import Arcs
from planner.rates.rates import Rates


def base_year_costs(demand: Demand, arcs: Arcs, rates: Rates) -> dict[str, float]:
    """Cost of the base year by line, pounds: the children and places of the census, before anything is decided."""
    costs: dict[str, float] = {}
    for line, price in rates.stock.items():
        costs[line] = costs.get(line, 0.0) + float(price @ demand.stock_children)
    places = arcs.units["places"].fillna(0.0).to_numpy(dtype=float)
    for line, price in rates.place.items():
        costs[line] = costs.get(line, 0.0) + float(price @ places)
    return costs


def by_financial_year(ledger: pd.DataFrame, base: dict[str, float], years: tuple[Year, ...], autumn_share: float) -> pd.DataFrame:
    """Cash by fund, line and financial year.

    A financial year holds the autumn share of the academic year that starts in it and the rest of the one before; capital is
    already by financial year. Only financial years that the years planned cover in full are shown, from the one in which the
    first year planned starts to the one in which the last starts.
    """
    cash = ledger[~ledger["academic_year"].str.startswith("after")].groupby(["fund", "line", "academic_year"])["cash_gbp"].sum()
    funds = {
        *ledger[["fund", "line"]].itertuples(index=False, name=None),
        *((LINE_FUND[line], line) for line, cost in base.items() if cost),
    }
    rows = []
    for fund, line in sorted(funds):
        for number in range(1, len(years)):
            now = float(cash.get((fund, line, str(years[number])), 0.0))
            if fund == Fund.CAPITAL:
                value = now
            else:
                before = base.get(line, 0.0) if number == 1 else float(cash.get((fund, line, str(years[number - 1])), 0.0))
                value = autumn_share * now + (1.0 - autumn_share) * before
            rows.append((fund, line, str(years[number]), value))
    return pd.DataFrame(rows, columns=["fund", "line", "financial_year", "cash_gbp"])
