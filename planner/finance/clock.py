"""Two clocks: places run by academic year, money by financial year; both are shown, and they reconcile."""

from __future__ import annotations

import pandas as pd

from planner.demand.demand import Demand
from planner.names import LINE_FUND, Fund, Year
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.results.solution import TABLE_COLUMNS


def base_year_by_provision(demand: Demand, arcs: Arcs, rates: Rates) -> dict[tuple[str, str], float]:
    """Cost of the base year by line and provision type, pounds: the children and places of the census, before anything is decided."""
    costs: dict[tuple[str, str], float] = {}
    kinds = arcs.units["provision_type"].astype(str).to_numpy()
    places = arcs.units["places"].fillna(0.0).to_numpy(dtype=float)
    parts = [(line, kinds[demand.stock_unit], price * demand.stock_children) for line, price in rates.stock.items()]
    parts += [(line, kinds, price * places) for line, price in rates.place.items()]
    for line, where, pounds in parts:
        for kind, amount in pd.Series(pounds).groupby(where).sum().items():
            costs[(line, str(kind))] = costs.get((line, str(kind)), 0.0) + float(amount)
    return costs


def base_year_costs(demand: Demand, arcs: Arcs, rates: Rates) -> dict[str, float]:
    """Cost of the base year by line, pounds: ``base_year_by_provision`` summed."""
    costs: dict[str, float] = {}
    for (line, _), amount in base_year_by_provision(demand, arcs, rates).items():
        costs[line] = costs.get(line, 0.0) + amount
    return costs


def by_financial_year(ledger: pd.DataFrame, base: dict[str, float], years: tuple[Year, ...], autumn_share: float) -> pd.DataFrame:
    """Cash by fund, line and financial year.

    A financial year holds the autumn share of the academic year that starts in it and the rest of the one before; capital is
    already by financial year. Only financial years that the years planned cover in full are shown, from the one in which the
    first year planned starts to the one in which the last starts.
    """
    cash = ledger[~ledger["academic_year"].str.startswith("after")].groupby(["fund", "line", "academic_year"])["cash_gbp"].sum()
    rows = []
    for fund, line in _funds_and_lines(ledger, base):
        for number in range(1, len(years)):
            now = float(cash.get((fund, line, str(years[number])), 0.0))
            if fund == Fund.CAPITAL:
                value = now
            else:
                before = base.get(line, 0.0) if number == 1 else float(cash.get((fund, line, str(years[number - 1])), 0.0))
                value = autumn_share * now + (1.0 - autumn_share) * before
            rows.append((fund, line, str(years[number]), value))
    return pd.DataFrame(rows, columns=["fund", "line", "financial_year", "cash_gbp"])


def _funds_and_lines(ledger: pd.DataFrame, base: dict[str, float]) -> list[tuple[str, str]]:
    pairs = {(str(fund), str(line)) for fund, line in ledger[["fund", "line"]].itertuples(index=False, name=None)}
    return sorted({*pairs, *((LINE_FUND[line], line) for line, cost in base.items() if cost)})


def reconcile_clocks(
    ledger: pd.DataFrame, financial_years: pd.DataFrame, base: dict[str, float], years: tuple[Year, ...], autumn_share: float
) -> pd.DataFrame:
    """The two clocks side by side for each fund and line, pounds; the last column is 0 to the penny.

    ``academic_years_gbp`` is all cash of the ledger up to the last year planned. Less what falls before the first financial year shown
    (capital spent early) and after the last (the rest of the last academic year), plus the rest of the base year, which falls in
    the first financial year, it is ``financial_years_gbp``. Every part is worked out from the ledger and the base year; the total of
    financial years is added up from the table as it is written.
    """
    cash = ledger[~ledger["academic_year"].str.startswith("after")].groupby(["fund", "line", "academic_year"])["cash_gbp"].sum()
    written = financial_years.groupby(["fund", "line"])["cash_gbp"].sum()
    first, last, rest = str(years[0]), str(years[-1]), 1.0 - autumn_share
    rows = []
    for fund, line in _funds_and_lines(ledger, base):
        mine = cash.loc[fund, line] if (fund, line) in cash.index.droplevel(2) else pd.Series(dtype=float)
        before, total = float(mine.get(first, 0.0)), float(mine.sum())
        after = 0.0 if fund == Fund.CAPITAL else rest * float(mine.get(last, 0.0))
        plus = 0.0 if fund == Fund.CAPITAL else rest * base.get(line, 0.0)
        shown = float(written.get((fund, line), 0.0))
        left = round(total - before - after + plus - shown, 2) + 0.0
        rows.append((fund, line, total, before, after, plus, shown, left))
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["clock_reconciliation"]))
