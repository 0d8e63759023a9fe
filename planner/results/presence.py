"""Who is where in every year: the entries of an answer and the base-year children, aged on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.demand.demand import Demand
from planner.network.arcs import Arcs
from planner.network.stays import stock_left, unit_situations
from planner.results.solution import Solution

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
KEYS = ["area", "need", "phase", "band"]


@dataclass(frozen=True)
class Presence:
    """Children in places and waiting, by year.

    E entries' arcs in use, K base-year placements, C cohorts, G episode arcs in use, H+1 years (index 0 is the base year).

    Attributes:
        arc: (E,) arcs (positions in ``Arcs``) that somebody enters.
        entered: (E, H+1) children who enter in each year.
        in_arc: (E, H+1) children who entered by the arc and are still there: ``x_t = s x_{t-1} + e_t``.
        in_stock: (K, H+1) children placed in the base year who are still there.
        waiting: (C, H+1) children waiting.
        help_arc: (G,) early-help arcs in use.
        episodes: (G, H+1) episodes given.

    """

    arc: Ints
    entered: Floats
    in_arc: Floats
    in_stock: Floats
    waiting: Floats
    help_arc: Ints
    episodes: Floats


def positions(demand: Demand) -> pd.Series:
    """The number of each cohort by its labels area, need, phase, band."""
    return pd.Series(np.arange(len(demand.cohorts)), index=pd.MultiIndex.from_frame(demand.cohorts[KEYS]))


def _matrix(frame: pd.DataFrame, row: Ints, year_column: str, value: str, years: dict[str, int], rows: int) -> Floats:
    matrix = np.zeros((rows, len(years)))
    np.add.at(matrix, (row, frame[year_column].map(years).to_numpy(dtype=np.int64)), frame[value].to_numpy(dtype=float))
    return matrix


def presence(solution: Solution, demand: Demand, arcs: Arcs) -> Presence:
    """Age an answer's entries and the base-year children through the years."""
    cohort_at = positions(demand)
    units = {name: number for number, name in enumerate(arcs.units["unit"])}
    years = {str(year): number for number, year in enumerate(demand.years)}
    kind = unit_situations(arcs)
    count = len(arcs.units)

    def number(frame: pd.DataFrame, cohort: Ints, unit: Ints) -> Ints:
        codes = cohort * count + unit
        wanted = cohort_at.reindex(pd.MultiIndex.from_frame(frame[KEYS])).to_numpy(dtype=np.int64) * count + frame["unit"].map(
            units
        ).to_numpy(dtype=np.int64)
        order = np.argsort(codes, kind="stable")
        return np.asarray(order[np.searchsorted(codes[order], wanted)], dtype=np.int64)

    entries, help_ = solution.table("allocation"), solution.table("early_help")
    arc, entry_row = np.unique(number(entries, arcs.cohort, arcs.unit), return_inverse=True)
    entered = _matrix(entries, entry_row, "entry_year", "children", years, len(arc))
    stay = demand.stay[arcs.cohort[arc], kind[arcs.unit[arc]]]
    in_arc = np.zeros_like(entered)
    for year in range(1, demand.horizon + 1):
        in_arc[:, year] = stay * in_arc[:, year - 1] + entered[:, year]
    in_stock = stock_left(demand, arcs)
    wait = solution.table("waiting")
    cohort = cohort_at.reindex(pd.MultiIndex.from_frame(wait[KEYS])).to_numpy(dtype=np.int64)
    help_arc, help_row = np.unique(number(help_, arcs.help_cohort, arcs.help_unit), return_inverse=True)
    return Presence(
        arc=arc.astype(np.int64),
        entered=entered,
        in_arc=in_arc,
        in_stock=in_stock,
        waiting=_matrix(wait, cohort, "year", "children", years, len(demand.cohorts)),
        help_arc=help_arc.astype(np.int64),
        episodes=_matrix(help_, help_row, "year", "episodes", years, len(help_arc)),
    )


def option_matrix(solution: Solution, names: list[str], years: tuple[str, ...], column: str) -> Floats:
    """(O, H+1) a column of the options table by option and year; column 0, the base year, holds 0."""
    table = solution.table("options")
    matrix = np.zeros((len(names), len(years)))
    if len(table):
        at = {name: number for number, name in enumerate(names)}
        when = {year: number for number, year in enumerate(years)}
        matrix[table["option"].map(at).to_numpy(dtype=np.int64), table["year"].map(when).to_numpy(dtype=np.int64)] = table[column].to_numpy(
            dtype=float
        )
    return matrix


def closed_places(places: float, opened: Floats, most_stay: float) -> Floats:
    """(H+1,) places gone in each year from a unit that closes: ``places (1 - s^(t - t0 + 1))`` from the year t0 in which it closed.

    ``opened`` is (H+1,) whether the closing option is in force; ``most_stay`` the largest chance of staying of those in the unit.
    """
    years = np.arange(len(opened))
    closed = np.nonzero(opened > 0.5)[0]
    if not len(closed):
        return np.zeros(len(opened))
    gone: Floats = np.where(years >= closed[0], places * (1.0 - most_stay ** np.maximum(years - closed[0] + 1, 0)), 0.0)
    return gone
