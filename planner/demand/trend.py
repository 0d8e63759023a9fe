"""How the chance of a new EHCP changes over the years where the scenario says so, and temporary rises."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from planner.names import Year
from planner.scenario.schema import NewEhcpTrend, Scenario

Floats = npt.NDArray[np.float64]


def trend_factors(trend: NewEhcpTrend, base: Year, horizon: int) -> Floats:
    """(H+1,) the new-EHCP rate of each year over that of the base year, for every shape but ``history``.

    continue: (1 + g)^t. level_off: growth in year t is g (U + 1 - t) / U until it is nothing after year U, the year ``until``.
    fall: the same, then (1 - fall) a year.
    """
    until = Year.parse(trend.until) - base
    factors = np.ones(horizon + 1)
    for year in range(1, horizon + 1):
        growth = trend.growth_per_year
        if trend.shape != "continue":
            growth *= max(0.0, (until + 1 - year) / until)
        if trend.shape == "fall" and year > until:
            growth = -trend.fall_per_year
        factors[year] = factors[year - 1] * (1.0 + growth)
    return factors


def spike_factors(scenario: Scenario) -> Floats:
    """(H+1,) what a temporary rise multiplies new EHCPs by."""
    factors = np.ones(scenario.years + 1)
    spike = scenario.demand.spike
    if spike is not None:
        base = Year.parse(scenario.base_year)
        factors[Year.parse(spike.first_year) - base : Year.parse(spike.last_year) - base + 1] = spike.factor
    return factors
