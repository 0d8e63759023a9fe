"""Every chart of a run: the frame behind it, the picture and its words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planner.county.county import County
from planner.demand.demand import Demand
from planner.network.arcs import Arcs
from planner.report.charts import money, places, series
from planner.report.charts.style import save
from planner.results.solution import Solution
from planner.scenario.schema import Scenario

ILLUSTRATIVE = "Hosts of bases are illustrative: no real school has been chosen."
LIMITED = ("state_special", "independent_special", "resource_centre")
EFFECTS = ["new_ehcps", "children_population_effect", "children_rate_effect"]


def _note(scenario: Scenario, county: County, extra: str = "") -> str:
    help_ = scenario.demand.early_help
    trend = scenario.demand.new_ehcps
    return (
        f"Source: {county.title} tables and the scenario '{scenario.title}'. Assumes new-EHCP rates {trend.shape.replace('_', ' ')} from {trend.growth_per_year:.0%} a year "
        f"and {help_.effect:g} EHCPs avoided for each early-help episode. INTERNAL: exact figures, not for publication. {extra}"
    ).strip()


def grant_position(table: pd.DataFrame) -> pd.DataFrame:
    """The table ``dsg_position`` as its chart shows it: block with transfers and other income, cost and cumulative deficit by financial year."""
    return pd.DataFrame(
        {
            "financial_year": table["financial_year"].astype(str),
            "status": table["status"].astype(str),
            "block_gbp": table["high_needs_block_gbp"] + table["transfer_in_gbp"].fillna(0.0) + table["other_income_gbp"].fillna(0.0),
            "cost_gbp": table["high_needs_cost_gbp"],
            "deficit_gbp": table["deficit_at_year_end_gbp"],
        }
    )


def growth_effects(growth: pd.DataFrame) -> pd.DataFrame:
    """New EHCPs by year, split into the base year's number and the two effects: year, new_ehcps, base, population, rate."""
    sums = growth.groupby("year", as_index=False)[EFFECTS].sum()
    sums.columns = pd.Index(["year", "new_ehcps", "population", "rate"])
    sums.insert(2, "base", sums["new_ehcps"] - sums["population"] - sums["rate"])
    return sums


def mean_journeys(travel: pd.DataFrame) -> pd.DataFrame:
    """Mean journey by provision type and year over all districts and phases: child-minutes over children."""
    sums = travel.groupby(["provision_type", "year"], as_index=False)[["children", "child_minutes"]].sum()
    return sums.assign(mean_minutes=sums["child_minutes"] / sums["children"])


def _draw_money(folder: Path, solution: Solution, where: str, note: str) -> None:
    paid = solution.table("ledger_financial_year")
    funds = paid.groupby(["fund", "financial_year"], as_index=False)["cash_gbp"].sum()
    save(folder, "cost_by_fund", money.cost_by_fund(funds, where, note), funds)
    save(folder, "cost_by_line", money.cost_by_line(paid, where, note), paid)
    position = grant_position(solution.table("dsg_position"))
    save(folder, "dsg_position", money.dsg_position(position, where, note), position)


def draw_all(folder: Path, scenario: Scenario, county: County, demand: Demand, arcs: Arcs, solution: Solution) -> None:
    """Draw every chart of a run into a folder, each as SVG and PNG with its data as CSV."""
    where, note = county.title, _note(scenario, county)
    ehcps = series.grouped_situations(solution.table("ehcps"))
    save(folder, "ehcps_by_provision", series.ehcps_by_provision(ehcps, where, note), ehcps)
    occupancy = solution.table("occupancy")
    limited = (
        occupancy[occupancy["provision_type"].isin(LIMITED) & occupancy["places"].notna()]
        .groupby(["provision_type", "year"], as_index=False)[["children", "places"]]
        .sum()
    )
    save(folder, "places_against_demand", series.places_against_demand(limited, where, note), limited)
    _draw_money(folder, solution, f"{where}, prices of {scenario.base_year}", note)
    growth = growth_effects(solution.table("growth"))
    save(folder, "new_ehcps", series.new_ehcps(growth, where, note), growth)
    trips = mean_journeys(solution.table("travel"))
    save(folder, "journeys", series.journeys(trips, where, note), trips)
    options = solution.table("options")
    opened = options[options["open"] == 1].reset_index(drop=True)
    years = [str(year) for year in demand.years[1:]]
    marked = _note(scenario, county, ILLUSTRATIVE)
    save(folder, "openings", places.openings(opened, years, where, marked), opened)
    areas = county.table("areas")[["area", "area_name", "district", "easting_m", "northing_m"]]
    children = county.table("population").groupby("area", as_index=False)["children"].sum()
    units = places.map_units(arcs.units, options)
    save(folder, "map", places.county_map(areas.merge(children, on="area"), units, where, marked), units)
