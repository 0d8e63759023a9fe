"""Who may enter where: the arcs that exist, how long each journey takes, and why the others do not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

REFUSALS: Final[tuple[str, ...]] = ("band", "phase", "need", "other_area", "no_route", "too_far")
"""Why a unit cannot take a cohort, in the order in which the tests are made; the first that fails is the reason."""


@dataclass(frozen=True)
class Arcs:
    """The pairs of cohort and unit that exist, as arrays.

    A arcs of entry, G arcs of early help, J units, K base-year placements (in the order of
    ``Demand.stock_*``). An arc of 0 minutes is an arc like any other.

    Attributes:
        units: J rows, index 0..J-1: the county's units at the scenario's detail, sorted by name, with the columns of
            the units table (places as the scenario changes them).
        cohort: (A,) cohort of each arc, in ascending order.
        unit: (A,) unit of each arc; ascending within a cohort.
        minutes: (A,) journey one way.
        km: (A,) road distance one way.
        over_limit_minutes: (A,) minutes over the travel limit; 0 where the limit is hard.
        help_cohort: (G,) cohort of each early-help arc.
        help_unit: (G,) contact base of each early-help arc.
        stock_minutes: (K,) journey of each base-year placement, whatever the limit.
        stock_km: (K,) its road distance.
        refused: Tidy frame: district, need, phase, band, provision_type, reason (one of ``REFUSALS``), pairs: how many
            pairs of cohort and unit were refused for that reason.

    """

    units: pd.DataFrame
    cohort: Ints
    unit: Ints
    minutes: Floats
    km: Floats
    over_limit_minutes: Floats
    help_cohort: Ints
    help_unit: Ints
    stock_minutes: Floats
    stock_km: Floats
    refused: pd.DataFrame
