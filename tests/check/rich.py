"""A small answer with something in every table: places over and under, waiting, early help, journeys and money over their limits."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from planner.case import Case
from planner.check.replay import check_tables
from planner.check.report import CheckReport
from planner.results.solution import Solution
from planner.run import all_tables, build, prepare
from planner.solve.run import solve
from tests.conftest import COUNTIES

SCENARIO = """
title: Something in every table
county: tiny
base_year: 2024/25
years: 3
detail: {areas: area}
demand:
  new_ehcps: {shape: continue, growth_per_year: 0.1}
  births_change_per_year: 0.0
  early_help: {effect: 1.0, profile: linear, lag_years: 1, spread_years: 2, fade_per_year: 0.1}
travel: {limit: priced, limit_minutes: {primary: 11, secondary: 11}}
options:
  offer: [expand_special, close_unit]
  fixed: {open_rc_south: {year: 2025/26, blocks: 2}, open_cb_east: {year: 2025/26, blocks: 1}, close_ind: {year: 2027/28}}
units: {ind_south: {places: 4}, sp_north: {places: 3}}
limits:
  capital_gbp_by_year: {2025/26: 1000}
  high_needs_gbp_by_year: {2025/26: 150000, 2026/27: 100000}
money: {price_factor: {early_help: 0.1}, uprating_per_year: {top_up: 0.02}}
solve: {gap: 0.0}
"""


@dataclass(frozen=True)
class Written:
    """An answer as written: its tables, the case, and the two totals that the search reported."""

    case: Case
    solution: Solution
    cost: float
    broken: float

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table by its name."""
        return self.solution.tables

    def check(self, tables: dict[str, pd.DataFrame], cost: float, broken: float) -> CheckReport:
        """Check tables as if they were this answer's."""
        case = self.case
        return check_tables(tables, case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme, cost, broken)


def county(folder: Path) -> None:
    """The tiny county with places kept for a phase, a least occupancy for every base and a unit that may close."""
    shutil.copytree(COUNTIES / "tiny", folder / "tiny")
    (folder / "tiny" / "unit_phase_places.csv").write_text(
        "unit,phase,places\nsp_north,primary,2\nsp_north,secondary,2\n", encoding="utf-8"
    )
    path = folder / "tiny" / "options.csv"
    text = path.read_text(encoding="utf-8").replace(
        "resource_centre,rc_south,4,1,2,,0,8000,6000,1,10000,25,no,0.5", "resource_centre,rc_south,4,1,2,,0,8000,6000,1,10000,25,no,0.9"
    )
    text += "close_ind,Close South school,close_unit,ind_south,0,0,0,2026/27,1,1000,0,1,0,20,no,,0,,,,,yes,assumption,red\n"
    path.write_text(text, encoding="utf-8")


def answer(folder: Path, more: str = "") -> Written:
    """Solve it."""
    county(folder)
    path = folder / "rich.yaml"
    path.write_text(SCENARIO + more, encoding="utf-8")
    case = prepare(path, folder, lambda text: None)
    model = build(case)
    found = solve(model.program, case.loaded.scenario)
    assert found.values is not None
    aims = model.program.aims
    broken = float(aims["broken_limits"].costs @ found.values)
    cost = float(aims["cost"].costs @ found.values) + aims["cost"].constant - broken
    return Written(case, all_tables(case, model, found, found.values), cost, broken)
