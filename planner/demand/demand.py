"""Who needs a place: the cohorts, who enters them each year, and what happens to them in a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.names import Year

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Demand:
    """Demand before anything is decided, as arrays over cohorts.

    C cohorts, H+1 years (index 0 is the base year, decisions run 1..H), S situations
    (``planner.names.SITUATIONS``: the provision types and, last, waiting).

    Attributes:
        years: The base year and the years planned, H+1 of them.
        cohorts: C rows, index 0..C-1, columns area, need, phase, band, sorted by these in the order of
            areas by name, needs as grouped, phases, bands by rank.
        up_to: (C,) cohort one phase above with the same area, need and band; -1 where there is none.
        escalates_to: (C,) cohort in the band above; -1 where there is none.
        new: (C, H+1) new EHCPs before early help, children; column 0 is not used and holds 0.
        arrivals: (C, H+1) children arriving with an EHCP; column 0 holds 0.
        at_risk: (C, H+1) children on SEN support who could be given an early-help episode; 0 for bands that early help does not reach.
        avoidable: (C, H+1) most new EHCPs that early help may avoid, children.
        effect: (C, H+1) EHCPs avoided per episode after so many years (index is the lag; index 0 holds 0).
        stay: (C, S) yearly chance of staying where one is (same phase and band, EHCP kept).
        moves_up: (C, S) yearly chance of moving up a phase; 0 where ``up_to`` is -1 (then counted in ``leaves``).
        escalates: (C, S) yearly chance of escalating; 0 where ``escalates_to`` is -1 (then counted in ``stay``).
        leaves: (C, S) yearly chance that the EHCP ends or the child moves away. The four add to 1.
        stock_cohort: (K,) cohort of each base-year placement.
        stock_unit: (K,) unit of each base-year placement, an index into the county's units in the order of ``Arcs.units``.
        stock_children: (K,) children in the base year.
        growth: Tidy frame for the report: year, phase, need, children_population_effect, children_rate_effect,
            new_ehcps: how far new EHCPs differ from the base year because there are more or fewer
            children and because the chance of an EHCP changed.

    """

    years: tuple[Year, ...]
    cohorts: pd.DataFrame
    up_to: Ints
    escalates_to: Ints
    new: Floats
    arrivals: Floats
    at_risk: Floats
    avoidable: Floats
    effect: Floats
    stay: Floats
    moves_up: Floats
    escalates: Floats
    leaves: Floats
    stock_cohort: Ints
    stock_unit: Ints
    stock_children: Floats
    growth: pd.DataFrame

    @property
    def horizon(self) -> int:
        """How many years are planned (H)."""
        return len(self.years) - 1
