"""How long children stay: those placed in the base year, year by year, and at the longest in each unit."""

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


def stock_stay(demand: Demand, arcs: Arcs) -> Floats:
    """(K,) yearly chance of staying of each base-year placement."""
    return demand.stay[demand.stock_cohort, unit_situations(arcs)[demand.stock_unit]]


def stock_left(demand: Demand, arcs: Arcs) -> Floats:
    """(K, H+1) children of each base-year placement who are still there in each year."""
    return demand.stock_children[:, None] * stock_stay(demand, arcs)[:, None] ** np.arange(demand.horizon + 1)[None, :]


def unit_stock(demand: Demand, arcs: Arcs, left: Floats) -> Floats:
    """(J, H+1) children placed in the base year who are still in each unit, from those ``left`` of each placement."""
    found = np.zeros((len(arcs.units), demand.horizon + 1))
    np.add.at(found, demand.stock_unit, left)
    return found
