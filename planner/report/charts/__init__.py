"""Every chart of a run: the frame behind it, the picture and its words."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planner.county.county import County
from planner.demand.demand import Demand
from planner.network.arcs import Arcs
from planner.report.charts import places, series
from planner.report.charts.style import save
from planner.results.solution import Solution
from planner.scenario.schema import Scenario

ILLUSTRATIVE = "Hosts of bases are illustrative: no real school has been chosen."
LIMITED = ("state_special", "independent_special", "resource_centre")


def _note(scenario: Scenario, county: County, extra: str = "") -> str:
    help_ = scenario.demand.early_help
    trend = scenario.demand.new_ehcps
    return (
        f"Source: {county.title} tables and the scenario '{scenario.title}'. Assumes new-EHCP rates {trend.shape.replace('_', ' ')} from {trend.growth_per_year:.0%} a year "
        f"and {help_.effect:g} EHCPs avoided for each early-help episode. Exact figures: internal use only. {extra}"
    ).strip()


def _dsg(table: pd.DataFrame) -> pd.DataFrame:
    shown = table[table["status"] == "projected"]
    return pd.DataFrame(
        {
            "financial_year": shown["financial_year"],
            "block_gbp": shown["high_needs_block_gbp"] + shown["transfer_in_gbp"],
            "cost_gbp": shown["high_needs_cost_gbp"],
            "deficit_gbp": shown["deficit_at_year_end_gbp"],
        }
    ).reset_index(drop=True)


def _new(growth: pd.DataFrame) -> pd.DataFrame:
    sums = growth.groupby("year", as_index=False)[["new_ehcps", "children_population_effect", "children_rate_effect"]].sum()
    base = sums["new_ehcps"] - sums["children_population_effect"] - sums["children_rate_effect"]
    return pd.DataFrame(
        {"year": sums["year"], "base": base, "population": sums["children_population_effect"], "rate": sums["children_rate_effect"]}
    )


def _journeys(travel: pd.DataFrame) -> pd.DataFrame:
    sums = travel.groupby(["provision_type", "year"], as_index=False)[["children", "child_minutes"]].sum()
    return sums.assign(mean_minutes=sums["child_minutes"] / sums["children"])


def draw_all(folder: Path, scenario: Scenario, county: County, demand: Demand, arcs: Arcs, solution: Solution) -> None:
    """Draw every chart of a run into a folder, each as SVG and PNG with its data as CSV."""
    where, note = county.title, _note(scenario, county)
    ehcps = series.grouped_situations(solution.table("ehcps"))
    save(folder, "ehcps_by_provision", series.ehcps_by_provision(ehcps, where, note), ehcps)
    occupancy = solution.table("occupancy")
    limited = (
        occupancy[occupancy["provision_type"].isin(LIMITED)]
        .groupby(["provision_type", "year"], as_index=False)[["children", "places"]]
        .sum()
    )
    save(folder, "places_against_demand", series.places_against_demand(limited, where, note), limited)
    money = solution.table("ledger_financial_year")
    save(folder, "cost_by_line", series.cost_by_line(money, where, note), money)
    position = _dsg(solution.table("dsg_position"))
    save(folder, "dsg_position", series.dsg_position(position, where, note), position)
    growth = _new(solution.table("growth"))
    save(folder, "new_ehcps", series.new_ehcps(growth, where, note), growth)
    trips = _journeys(solution.table("travel"))
    save(folder, "journeys", series.journeys(trips, where, note), trips)
    options = solution.table("options")
    opened = options[options["open"] == 1].reset_index(drop=True)
    years = [str(year) for year in demand.years[1:]]
    marked = _note(scenario, county, ILLUSTRATIVE)
    save(folder, "openings", places.openings(opened, years, where, marked), opened)
    areas = county.table("areas")[["area", "area_name", "easting_m", "northing_m"]]
    children = county.table("population").groupby("area", as_index=False)["children"].sum()
    units = places.map_units(arcs.units, options)
    numbered = units.sort_values("northing_m", ascending=False, kind="stable").reset_index(drop=True)
    numbered["number_on_map"] = ((numbered["opens"] != "").cumsum()).where(numbered["opens"] != "", 0)
    save(folder, "map", places.county_map(areas.merge(children, on="area"), units, where, marked), numbered)
