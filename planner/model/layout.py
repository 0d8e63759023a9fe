"""Where every decision stands in the program: one position a column, -1 where there is no decision to take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.network import stays
from planner.network.arcs import Arcs
from planner.network.stays import unit_most_stay, unit_situations
from planner.rates.rates import Rates
from planner.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Inputs:
    """Everything that the rows are made from, with what follows from it.

    A arcs, C cohorts, J units, O options, H years planned (index 0 is the base year), S situations.
    """

    scenario: Scenario
    county: County
    demand: Demand
    arcs: Arcs
    rates: Rates
    programme: Programme

    @property
    def horizon(self) -> int:
        """How many years are planned (H)."""
        return self.demand.horizon

    @cached_property
    def unit_situation(self) -> Ints:
        """(J,) position of each unit's provision type among the situations."""
        return unit_situations(self.arcs)

    @cached_property
    def arc_situation(self) -> Ints:
        """(A,) situation of a child who enters by the arc."""
        return self.unit_situation[self.arcs.unit]

    @cached_property
    def arc_stay(self) -> Floats:
        """(A,) yearly chance of staying in the unit entered by the arc."""
        return self.demand.stay[self.arcs.cohort, self.arc_situation]

    @cached_property
    def stock_situation(self) -> Ints:
        """(K,) situation of each base-year placement."""
        return self.unit_situation[self.demand.stock_unit]

    @cached_property
    def stock_stay(self) -> Floats:
        """(K,) yearly chance of staying of each base-year placement."""
        return stays.stock_stay(self.demand, self.arcs)

    @cached_property
    def stock_left(self) -> Floats:
        """(K, H+1) children of each base-year placement who are still there in each year."""
        return stays.stock_left(self.demand, self.arcs)

    @cached_property
    def unit_stock(self) -> Floats:
        """(J, H+1) children placed in the base year who are still in each unit."""
        return stays.unit_stock(self.demand, self.arcs, self.stock_left)

    @cached_property
    def places(self) -> Floats:
        """(J,) places in the base year; NaN where no limit is known."""
        return self.arcs.units["places"].to_numpy(dtype=float)

    @cached_property
    def options(self) -> pd.DataFrame:
        """The options in play, one row each."""
        return self.programme.options

    @cached_property
    def option_unit(self) -> Ints:
        """(O,) unit that each option opens, grows or closes."""
        position = {name: place for place, name in enumerate(self.arcs.units["unit"])}
        return np.array([position[name] for name in self.options["unit"]], dtype=np.int64)

    @cached_property
    def closes(self) -> Flags:
        """(O,) whether the option closes its unit; the others add places to it."""
        return (self.options["kind"] == "close_unit").to_numpy(dtype=bool)

    @cached_property
    def may_close(self) -> Flags:
        """(O,) whether the option may close again."""
        return self.options["may_close"].to_numpy(dtype=bool) & ~self.closes

    @cached_property
    def block_places(self) -> Floats:
        """(O,) places that one block adds; 0 for an option that closes a unit."""
        return np.where(self.closes, 0.0, self.options["block_places"].to_numpy(dtype=float))

    @cached_property
    def is_base(self) -> Flags:
        """(J,) whether the unit is a contact base, which gives episodes and not places to children with an EHCP."""
        return (self.arcs.units["provision_type"] == "contact_base").to_numpy(dtype=bool)

    @cached_property
    def limited(self) -> Flags:
        """(J,) whether the unit's places are limited."""
        limited = ~np.isnan(self.places)
        limited[self.option_unit[~self.closes]] = True
        return limited

    @cached_property
    def first_open(self) -> Ints:
        """(J,) first year index in which the unit can have a place; H+1 where it never can."""
        first = np.where(np.isnan(self.places) | (self.places > 0), 0, self.horizon + 1)
        for option, unit in enumerate(self.option_unit):
            if not self.closes[option] and self.options["most_blocks"].iloc[option] > 0:
                first[unit] = min(first[unit], int(self.options["earliest"].iloc[option]))
        return first.astype(np.int64)

    @cached_property
    def unit_most_stay(self) -> Floats:
        """(J,) the largest chance of staying of any child who is in, or may enter, the unit."""
        return unit_most_stay(self.demand, self.arcs)


@dataclass(frozen=True)
class Layout:
    """Positions of the columns, by family.

    Attributes:
        enter: (A, H+1) children who enter by an arc in a year; -1 in the base year and while the unit cannot be open.
        wait: (C, H+1) children waiting; -1 in the base year.
        episodes: (G, H+1) early-help episodes; -1 in the base year and while the contact base cannot be open.
        in_place: (C, S, H+1) children of a cohort in a provision type, where the rows need to know it; else -1.
        open: (O, H+1) whether an option is open; -1 in the base year.
        blocks: (O, H+1) size in use, blocks; -1 in the base year.
        opened, shut, grown, shrunk: (O, H+1) opening, closing, blocks added and blocks given up of an option that may close again; -1
            for others, whose openings and growth follow from ``open`` and ``blocks``.
        over_capacity: (J, H+1) children over a unit's places; -1 where places have no limit.
        phase_rows: one row for each unit and phase with places kept for it: unit, phase, places.
        over_capacity_phase: (P, H+1) children over the places kept for a phase, in the order of ``phase_rows``.
        under_occupancy: (O, H+1) children below an option's least occupancy; -1 where it has none.
        over_capital, over_high_needs: (H+1,) thousands of pounds over a limit in the financial year; -1 where there is none.
        count: how many columns there are.

    """

    enter: Ints
    wait: Ints
    episodes: Ints
    in_place: Ints
    open: Ints
    blocks: Ints
    opened: Ints
    shut: Ints
    grown: Ints
    shrunk: Ints
    over_capacity: Ints
    phase_rows: pd.DataFrame
    over_capacity_phase: Ints
    under_occupancy: Ints
    over_capital: Ints
    over_high_needs: Ints
    count: int


@dataclass(frozen=True)
class Builder:
    """Collects the non-zeros of one row family and turns them into a sparse matrix."""

    rows: list[Ints]
    columns: list[Ints]
    values: list[Floats]

    @classmethod
    def empty(cls) -> Builder:
        """A builder with nothing in it."""
        return cls([], [], [])

    def add(self, rows: npt.ArrayLike, columns: npt.ArrayLike, values: npt.ArrayLike) -> None:
        """Add non-zeros; a row or column of -1 does not exist, so such entries are left out, and so are exact zeros."""
        row, column, value = np.broadcast_arrays(np.asarray(rows), np.asarray(columns), np.asarray(values, dtype=float))
        kept = (row >= 0) & (column >= 0) & (value != 0)
        self.rows.append(row[kept].astype(np.int64))
        self.columns.append(column[kept].astype(np.int64))
        self.values.append(value[kept])
