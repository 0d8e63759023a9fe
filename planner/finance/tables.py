"""Every table of money of a plan, made together from its ledger."""

from __future__ import annotations

import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.finance.appraisal import appraisal, schemes
from planner.finance.clock import base_year_by_provision, base_year_costs, by_financial_year, reconcile_clocks
from planner.finance.ledger import build_ledger
from planner.finance.plan import dsg_plan, spending_by_line
from planner.finance.position import dsg_position, other_high_needs_spend, scenario_income
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.results.presence import Presence
from planner.results.solution import Solution
from planner.scenario.schema import Scenario


def money_tables(
    scenario: Scenario, county: County, demand: Demand, arcs: Arcs, rates: Rates, programme: Programme, solution: Solution, here: Presence
) -> dict[str, pd.DataFrame]:
    """The ledger and what follows from it: financial years, their reconciliation, the grant's position and plan, and the appraisal."""
    money, years = scenario.money, demand.years
    ledger = build_ledger(demand, arcs, rates, programme, solution, here)
    base = base_year_costs(demand, arcs, rates)
    by_year = by_financial_year(ledger, base, years, money.autumn_share)
    position = dsg_position(county, by_year, years, money.block_growth_per_year, scenario_income(money))
    spent = spending_by_line(ledger, base_year_by_provision(demand, arcs, rates), years, money.autumn_share)
    found = schemes(demand, arcs, rates, programme, solution, here, ledger)
    return {
        "ledger": ledger,
        "ledger_financial_year": by_year,
        "clock_reconciliation": reconcile_clocks(ledger, by_year, base, years, money.autumn_share),
        "dsg_position": position,
        "dsg_plan": dsg_plan(position, spent, other_high_needs_spend(county)),
        "appraisal": appraisal(found, rates.discount, money.optimism_bias, tuple(str(year) for year in years)),
    }
