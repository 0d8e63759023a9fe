"""The range of EHCPs held in the years to come, and beside it what a scenario plans with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.demand.ages import estimate
from planner.demand.backtest import LEVELS
from planner.demand.by_age import base_january, known_history
from planner.demand.paths import simulate
from planner.demand.population import by_age
from planner.demand.totals import QUANTILES, Growth, growth, quantile_path, simulated_paths
from planner.names import NEEDS, PHASES

if TYPE_CHECKING:
    from planner.county.county import County
    from planner.demand.demand import Demand
    from planner.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Outlook:
    """The forecast of a county: its growth, the table of ranges, and how far the plan's children lie from the path that the scenario takes.

    ``table`` has a row for each January of all EHCPs, each phase and each need: group, series, january, the quantiles of the simulated paths, and planned.
    """

    growth: Growth
    table: pd.DataFrame
    apart: float


def planned_children(demand: Demand) -> Floats:
    """(C, H+1) children who hold an EHCP in each year that the plan is made for, before early help and with nobody escalating.

    Escalating moves children between bands of one need and phase, so that sums over the bands are those of the plan.
    """
    children = np.zeros((len(demand.cohorts), demand.horizon + 1))
    np.add.at(children[:, 0], demand.stock_cohort, demand.stock_children)
    rises = demand.up_to >= 0
    for year in range(1, demand.horizon + 1):
        before = children[:, year - 1]
        children[:, year] = before * (1.0 - demand.leaves[:, 0] - demand.moves_up[:, 0]) + demand.new[:, year] + demand.arrivals[:, year]
        np.add.at(children[:, year], demand.up_to[rises], (before * demand.moves_up[:, 0])[rises])
    return children


def outlook(scenario: Scenario, county: County, demand: Demand) -> Outlook:
    """The range of EHCPs held by phase and need in the years of a scenario, and what it plans with.

    Args:
        scenario: The scenario.
        county: Its county, at any detail.
        demand: The scenario's demand.

    Raises:
        InputError: if the county has no history that serves.

    """
    wish, horizon, january = scenario.demand, scenario.years, base_january(scenario)
    history = known_history(county, january)
    areas = sorted(county.table("areas")["area"])
    children = by_age(county.table("population"), areas, horizon, wish.births_change_per_year, wish.net_moves_per_year).sum(axis=0)
    rates, found, kept = estimate(history, children[:, min(1, horizon)]), growth(history), wish.new_ehcps.growth_kept_per_year
    rng = np.random.default_rng(scenario.solve.random_seed)
    courses = simulate(rates, children, simulated_paths(found, horizon, kept, wish.simulated_paths, rng), rng)
    plan = planned_children(demand)
    by_phase = pd.DataFrame(plan).groupby(demand.cohorts["phase"]).sum().reindex(list(PHASES)).fillna(0.0).to_numpy(dtype=float)
    parts = [("all", "all EHCPs", courses.in_all, plan.sum(axis=0))]
    parts += [("phase", phase, courses.by_phase[:, at], by_phase[at]) for at, phase in enumerate(PHASES)]
    parts += [("need", need, courses.by_need[:, at], np.full(horizon + 1, np.nan)) for at, need in enumerate(NEEDS)]
    frames = []
    for group, name, course, planned in parts:
        quantiles = np.quantile(course, list(LEVELS.values()), axis=0)
        frame = pd.DataFrame({"group": group, "series": name, "january": np.arange(january, january + horizon + 1)})
        frames.append(frame.assign(**dict(zip(LEVELS, quantiles, strict=True)), planned=planned))
    wanted = quantile_path(found, horizon, kept, QUANTILES[wish.path], wish.simulated_paths, scenario.solve.random_seed)
    return Outlook(found, pd.concat(frames, ignore_index=True), float(np.abs(plan.sum(axis=0) / wanted - 1.0).max()))
