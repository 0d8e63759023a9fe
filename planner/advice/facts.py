"""What advice is worked out from, and the form that it takes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.errors import Problem
from planner.network import stays
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.scenario.load import LoadedScenario
from planner.scenario.schema import Scenario

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEW = 0.05
"""Children below this, in a year, are not worth a word."""


@dataclass(frozen=True)
class Advice:
    """One thing that a scenario asks for and cannot have, or has only at a price.

    ``kind`` is its name in tests and tables; ``impossible`` says that no plan can do it, so that nothing is solved; otherwise a plan
    is found that breaks a priced limit or leaves something undone. ``key`` is the dotted name of the scenario's value; ``wrong`` holds
    both numbers, ``fix`` the cheapest way out.
    """

    kind: str
    impossible: bool
    key: str
    wrong: str
    fix: str

    def problem(self, loaded: LoadedScenario) -> Problem:
        """The same with the file and line where the value was written."""
        at = loaded.place(self.key)
        return Problem(at.file, at.line, at.column, self.key, self.wrong, fix=self.fix)


@dataclass(frozen=True)
class Facts:
    """A scenario with everything worked out from it before anything is solved, and a few things that follow."""

    loaded: LoadedScenario
    county: County
    demand: Demand
    arcs: Arcs
    programme: Programme
    rates: Rates

    @property
    def scenario(self) -> Scenario:
        """The scenario."""
        return self.loaded.scenario

    @property
    def horizon(self) -> int:
        """How many years are planned (H)."""
        return self.demand.horizon

    @cached_property
    def options(self) -> pd.DataFrame:
        """The options in play by name, with their number in ``at``."""
        return self.programme.options.assign(at=range(len(self.programme.options))).set_index("option")

    @cached_property
    def decided(self) -> pd.DataFrame:
        """The options that are decided and open within the years planned."""
        return self.options[self.options["decided"] & (self.options["earliest"] <= self.horizon)]

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
    def comes(self) -> Floats:
        """(C, H+1) children who newly need a place: new EHCPs and arrivals."""
        both: Floats = self.demand.new + self.demand.arrivals
        return both

    def year(self, number: int) -> str:
        """The year of an index, as it is written."""
        return str(self.demand.years[number])

    def option_key(self, option: str) -> str:
        """Where the scenario puts an option in play: by fixing it, by offering it or its kind, or by its commitments."""
        options = self.scenario.options
        if option in options.fixed:
            return f"options.fixed.{option}"
        kind = str(self.options.loc[option, "kind"]) if option in self.options.index else ""
        for number, name in enumerate(options.offer):
            if name in (option, kind) and not bool(self.options.loc[option, "decided"]):
                return f"options.offer.{number}"
        return "options.committed"


def pounds(amount: float) -> str:
    """Pounds to the nearest pound."""
    return f"£{amount:,.0f}"


def number(amount: float) -> str:
    """An amount, rounded up to whole pounds, as it is written in a scenario."""
    return f"{int(np.ceil(amount - 1e-6))}"


def children(count: float) -> str:
    """A count of children with one decimal where it is not whole."""
    text = f"{count:,.1f}".removesuffix(".0")
    return f"{text} child" if text == "1" else f"{text} children"
