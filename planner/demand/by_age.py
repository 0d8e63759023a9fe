"""Demand from the published history: the trend of new EHCPs, and new EHCPs and arrivals by single year of age summed to phases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.demand.ages import AgeRates, estimate, factors_to_totals, follow
from planner.demand.history import FILE, History
from planner.demand.population import by_age, phase_of_age, transfer_ages
from planner.demand.totals import QUANTILES, central_path, growth, quantile_path
from planner.demand.trend import trend_factors
from planner.errors import InputError, Problem
from planner.names import NEEDS, PHASE_AGES, PHASES, Year

if TYPE_CHECKING:
    from planner.county.county import County
    from planner.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]

STOCK_AGREES_WITHIN = 0.02
"""stock.csv and the history's count of the same January may differ by this share."""


@dataclass(frozen=True)
class Forecast:
    """What the history gives the projection.

    Attributes:
        groups: Names of the groups of needs, in order.
        trend: (H+1,) what new-EHCP rates are multiplied by, the path included.
        new: (A, G, P, H+1) new EHCPs by area, group of needs and phase at the rates of the base year; None where the projection is by phase.
        held: (G, P, H+1) EHCPs held with the trend, before early help and any spike; None where the projection is by phase.
        leaves: (G, P) yearly chance of leaving that the ages give, on average over the years planned; None where the projection is by phase.
        moves_up: (G, P) the same of moving up a phase.

    """

    groups: tuple[str, ...]
    trend: Floats
    new: Floats | None
    held: Floats | None
    leaves: Floats | None
    moves_up: Floats | None

    def kinds(self) -> pd.DataFrame:
        """The needs and phases that children enter: columns need, phase."""
        assert self.new is not None and self.held is not None  # noqa: S101 - asked only by age
        some = (self.new.sum(axis=(0, 3)) > 0) | (self.held.sum(axis=2) > 0)
        return pd.DataFrame([(self.groups[group], PHASES[phase]) for group, phase in np.argwhere(some)], columns=["need", "phase"])


def uses_history(scenario: Scenario) -> bool:
    """Whether the scenario asks for anything that comes from the published history."""
    wish = scenario.demand
    return wish.projection == "by_age" or wish.path != "central" or wish.new_ehcps.shape == "history"


def base_january(scenario: Scenario) -> int:
    """The year of the January in the scenario's base year."""
    return Year.parse(scenario.base_year).start + 1


def known_history(county: County, january: int) -> History:
    """The county's history as it was known in the January of the base year.

    Raises:
        InputError: if there is none, if it ends earlier, or if it does not agree with the county's stock.

    """
    history = History.of(county).until(january)
    totals = history.totals()
    if january not in totals.index:
        raise InputError(
            [
                Problem(
                    FILE,
                    0,
                    0,
                    f"January {january}",
                    "no row counts all EHCPs in the January of the base year",
                    "measure held, ages 0 to 25",
                )
            ]
        )
    stock, counted = float(county.table("stock")["children"].sum()), float(totals[january])
    if abs(stock - counted) > STOCK_AGREES_WITHIN * counted:
        raise InputError(
            [
                Problem(
                    FILE,
                    0,
                    0,
                    f"January {january}",
                    f"{counted:,.0f} EHCPs, but stock.csv holds {stock:,.0f}",
                    f"the two to agree within {STOCK_AGREES_WITHIN:.0%}",
                )
            ]
        )
    return history


def forecast(scenario: Scenario, county: County, children: Floats) -> Forecast:
    """The trend, and by age the new EHCPs, that the county's history supports.

    The trend is found with children as the county's table has them, births steady and nobody moving; what a scenario changes about children then
    changes new EHCPs in proportion.

    Args:
        scenario: The scenario.
        county: The county at the scenario's detail; its history is by single need.
        children: (A, 26, H+1) children by area, age and January.

    Raises:
        InputError: if the history is missing, too short, or does not agree with the stock.

    """
    wish, horizon = scenario.demand, scenario.years
    history = known_history(county, base_january(scenario))
    areas = sorted(county.table("areas")["area"])
    steady = by_age(county.table("population"), areas, horizon, 0.0, 0.0).sum(axis=0)
    rates = estimate(history, steady[:, min(1, horizon)])
    found, kept = growth(history), wish.new_ehcps.growth_kept_per_year
    central = factors_to_totals(rates, steady, central_path(found, horizon, kept))
    wanted = quantile_path(found, horizon, kept, QUANTILES[wish.path], wish.simulated_paths, scenario.solve.random_seed)
    path = factors_to_totals(rates, steady, wanted)
    trend = central if wish.new_ehcps.shape == "history" else trend_factors(wish.new_ehcps, scenario.horizon[0], horizon)
    trend = trend * np.divide(path, central, out=np.ones_like(path), where=central > 0)
    grouping = scenario.detail.need_groups
    groups = tuple(sorted(grouping))
    if wish.projection == "by_phase":
        return Forecast(groups, trend, None, None, None, None)
    member = np.array([[float(need in grouping[group]) for need in NEEDS] for group in groups])
    return _by_age(rates, member, groups, children, transfer_ages(county.table("areas")), trend)


def _by_age(
    rates: AgeRates, member: Floats, groups: tuple[str, ...], children: Floats, transfer: npt.NDArray[np.int64] | None, trend: Floats
) -> Forecast:
    """New EHCPs by area and phase and EHCPs held by phase, the ages summed by each area's own phases."""
    everywhere = children.sum(axis=0)
    held = np.einsum("gn,nbt->gbt", member, follow(rates, everywhere, trend).held)
    new = member @ rates.new
    usual = np.full(len(children), PHASE_AGES["secondary"][0], dtype=np.int64)
    phases = phase_of_age(usual if transfer is None else transfer)
    inside = np.einsum("apb,abt->pbt", phases, children)
    even = np.broadcast_to(phases.mean(axis=0)[:, :, None], inside.shape).copy()
    share = np.divide(inside, everywhere[None], out=even, where=everywhere[None] > 0)
    start = np.einsum("gbt,pbt->gpbt", held[:, :, :-1], share[:, :, :-1])
    whole = start.sum(axis=(2, 3))
    going_up = start[:, :, :-1] * (1.0 - rates.leaves[:-1, None]) * (1.0 - share[None, :, 1:, 1:])
    chances = [
        np.divide(part.sum(axis=(2, 3)), whole, out=np.zeros_like(whole), where=whole > 0)
        for part in (start * rates.leaves[:, None], going_up)
    ]
    return Forecast(
        groups,
        trend,
        np.einsum("gb,apb,abt->agpt", new, phases, children, optimize=True),
        np.einsum("gbt,pbt->gpt", held, share),
        chances[0],
        chances[1],
    )


def balancing_arrivals(held: Floats, start: Floats, new: Floats, leaves: Floats, moves_up: Floats) -> Floats:
    """(G, P, H+1) children who arrive so that the plan's own reckoning by phase holds what the ages say.

    The plan takes the same share of a phase to leave and to move up every year; in truth that depends on how many are of which age. What the two differ by is in these arrivals
    with moves in and corrections. They are never below 0: where a phase holds too many, fewer arrive in the other phases of the need, then in the other needs,
    so that the need and the county hold what the ages say; and what a phase has too many is made up for in later years.

    Args:
        held: (G, P, H+1) EHCPs that the ages give.
        start: (G, P) EHCPs in the base year.
        new: (G, P, H+1) new EHCPs.
        leaves: (G, P) chance of leaving in a year.
        moves_up: (G, P) chance of moving up in a year.

    """
    arrivals = np.zeros_like(held)
    now = start.astype(float)
    for year in range(1, held.shape[2]):
        going = now * moves_up
        staying = now * (1.0 - leaves) - going
        staying[:, 1:] += going[:, :-1]
        lacking = held[:, :, year] - staying - new[:, :, year]
        come = _scaled(np.maximum(lacking, 0.0), np.maximum(lacking.sum(axis=1, keepdims=True), 0.0))
        arrivals[:, :, year] = _scaled(come.reshape(1, -1), np.full((1, 1), max(float(lacking.sum()), 0.0))).reshape(come.shape)
        now = staying + new[:, :, year] + arrivals[:, :, year]
    return arrivals


def _scaled(rows: Floats, most: Floats) -> Floats:
    """Each row made smaller in proportion where it adds to more than the most given for it."""
    total = rows.sum(axis=1, keepdims=True)
    return np.asarray(rows * np.minimum(np.divide(most, total, out=np.ones_like(total), where=total > 0), 1.0), dtype=float)
