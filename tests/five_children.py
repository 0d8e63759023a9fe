"""A model for five children a year that can be worked by hand: one area, one need, two phases, two bands, three units.

Values are chosen so that every coefficient in the rows can be recognised: see the arrays.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.names import LINES, SITUATIONS, Year
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.scenario.schema import Scenario

HORIZON = 3
AT = {name: place for place, name in enumerate(SITUATIONS)}


def scenario(**changes: object) -> Scenario:
    """A scenario of three years with a limit on capital and on the high needs block."""
    base: dict[str, object] = {
        "title": "Five children",
        "county": "five",
        "base_year": "2024/25",
        "years": HORIZON,
        "options": {"most_openings_per_year": 1},
        "limits": {"capital_gbp_by_year": {"2026/27": 50_000.0}, "high_needs_gbp_by_year": {"2026/27": 100_000.0}},
        "solve": {"gap": 0.0},
    }
    return Scenario.model_validate({**base, **changes})


def demand() -> Demand:
    """Four cohorts: primary and secondary, in the bands light and heavy."""
    cohorts = pd.DataFrame(
        [("a", "ASD", phase, band) for phase in ("primary", "secondary") for band in ("light", "heavy")],
        columns=["area", "need", "phase", "band"],
    )
    shape = (4, len(SITUATIONS))
    moves_up, escalates, leaves = np.zeros(shape), np.zeros(shape), np.full(shape, 0.1)
    moves_up[:2] = 0.2
    escalates[[0, 2]] = 0.1
    new = np.zeros((4, HORIZON + 1))
    new[0, 1:], new[1, 1:] = 4.0, 1.0
    at_risk, avoidable, effect = np.zeros_like(new), np.zeros_like(new), np.zeros_like(new)
    at_risk[0, 1:], avoidable[0, 1:] = 6.0, 2.0
    effect[0, 1:3] = 0.25, 0.125
    return Demand(
        years=tuple(Year(2024 + step) for step in range(HORIZON + 1)),
        cohorts=cohorts,
        up_to=np.array([2, 3, -1, -1]),
        escalates_to=np.array([1, -1, 3, -1]),
        new=new,
        arrivals=np.zeros_like(new),
        at_risk=at_risk,
        avoidable=avoidable,
        effect=effect,
        stay=1.0 - moves_up - escalates - leaves,
        moves_up=moves_up,
        escalates=escalates,
        leaves=leaves,
        stock_cohort=np.array([0, 1]),
        stock_unit=np.array([2, 3]),
        stock_children=np.array([3.0, 1.0]),
        growth=pd.DataFrame(),
    )


UNITS = ("base_help", "centre", "mainstream", "special")


def arcs() -> Arcs:
    """Everyone may enter mainstream but the heavy band only special; a resource centre and a contact base may open."""
    units = pd.DataFrame(
        {
            "unit": UNITS,
            "provision_type": ["contact_base", "resource_centre", "mainstream_support", "state_special"],
            "places": [0.0, 0.0, np.nan, 2.0],
            "episodes_per_place": [2.0, np.nan, np.nan, np.nan],
        }
    )
    cohort = np.array([0, 0, 1, 2, 2, 3])
    unit = np.array([1, 2, 3, 1, 2, 3])
    zeros = np.zeros(len(cohort))
    return Arcs(
        units=units,
        cohort=cohort,
        unit=unit,
        minutes=np.array([10.0, 0.0, 30.0, 10.0, 0.0, 30.0]),
        km=zeros,
        over_limit_minutes=zeros,
        help_cohort=np.array([0]),
        help_unit=np.array([0]),
        stock_minutes=np.array([0.0, 30.0]),
        stock_km=np.zeros(2),
        refused=pd.DataFrame(),
    )


OPTIONS = ("close_special", "grow_special", "open_centre", "open_help", "rent_centre")


def programme() -> Programme:
    """Close or grow the special school, open a resource centre or rent one that may close again, open a contact base."""
    frame = pd.DataFrame(
        {
            "option": OPTIONS,
            "option_name": OPTIONS,
            "kind": ["close_unit", "expand_special", "resource_centre", "contact_base", "resource_centre"],
            "unit": ["special", "special", "centre", "base_help", "centre"],
            "block_places": [0.0, 2.0, 2.0, 2.0, 2.0],
            "least_blocks": [0, 1, 1, 1, 1],
            "most_blocks": [0, 1, 2, 1, 1],
            "may_close": [False, False, False, False, True],
            "least_occupancy": [np.nan, np.nan, 0.5, np.nan, np.nan],
            "ramp_years": [0, 0, 1, 0, 0],
            "exclusive_group": ["", "", "site", "", "site"],
            "requires": ["grow_special", "", "", "", ""],
            "decided": [False, False, False, False, False],
            "earliest": [1, 2, 1, 1, 1],
            "fixed_blocks": [0, 0, 0, 0, 0],
            "capital_spread": [(1.0,), (0.5, 0.5), (1.0,), (1.0,), (1.0,)],
        }
    )
    return Programme(frame)


def rates(discount_rate: float = 0.0) -> Rates:
    """Round prices: mainstream 5,000; the heavy band 20,000; a place 10,000; waiting 30,000."""
    years = np.arange(HORIZON + 1)
    count = len(OPTIONS)
    return Rates(
        discount=(1.0 + discount_rate) ** -years.astype(float),
        uprating={line: np.ones(HORIZON + 1) for line in LINES},
        arc={
            "top_up": np.array([2_000.0, 0.0, 20_000.0, 2_000.0, 0.0, 20_000.0]),
            "mainstream_support": np.array([0.0, 5_000.0, 0.0, 0.0, 5_000.0, 0.0]),
        },
        stock={"top_up": np.array([0.0, 20_000.0]), "mainstream_support": np.array([5_000.0, 0.0])},
        waiting={"interim_tuition": np.full(4, 30_000.0)},
        place={"place_funding": np.array([0.0, 10_000.0, 0.0, 10_000.0]), "early_help": np.array([1_000.0, 0.0, 0.0, 0.0])},
        episode={"early_help": np.array([100.0, 0.0, 0.0, 0.0])},
        option_running={"running_cost": np.array([0.0, 0.0, 700.0, 300.0, 900.0])},
        capital_fixed=np.array([0.0, 40_000.0, 6_000.0, 1_000.0, 0.0]),
        capital_per_block=np.array([0.0, 8_000.0, 3_000.0, 500.0, 0.0]),
        arc_over_limit=np.zeros(6),
        arc_tail=np.zeros(6),
        stock_tail=np.zeros(2),
        waiting_tail=np.zeros(4),
        unit_tail=np.zeros(4),
        option_tail=np.zeros(count),
        capital_residual=np.zeros((count, HORIZON + 1)),
        capital_spread=np.array([[1.0, 0.0], [0.5, 0.5], [1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]),
        section_251={},
    )


def county() -> County:
    """Nothing but the places that the special school keeps for secondary age."""
    table = pd.DataFrame({"unit": ["special"], "phase": ["secondary"], "places": [1.0]})
    return County("five", Path("five"), "Five children", {"unit_phase_places": table}, (), {})
