"""How long the children of a unit may stay at the longest."""

from __future__ import annotations

import numpy as np

from planner.demand.demand import Demand, Floats, Ints
from planner.names import PROVISION_TYPES
from planner.network.arcs import Arcs


def unit_situations(arcs: Arcs) -> Ints:
    """(J,) position of each unit's provision type among the situations."""
    return np.array([PROVISION_TYPES.index(name) for name in arcs.units["provision_type"]], dtype=np.int64)


def unit_most_stay(demand: Demand, arcs: Arcs) -> Floats:
    """(J,) the largest chance of staying of any child who is in, or may enter, each unit."""
    kind = unit_situations(arcs)
    most = np.zeros(len(arcs.units))
    np.maximum.at(most, arcs.unit, demand.stay[arcs.cohort, kind[arcs.unit]])
    np.maximum.at(most, demand.stock_unit, demand.stay[demand.stock_cohort, kind[demand.stock_unit]])
    return most
