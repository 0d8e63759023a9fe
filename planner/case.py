"""What a run knows: its case before the search, and the plan that the search settled on."""

from __future__ import annotations

from dataclasses import dataclass

from planner.advice.facts import Advice
from planner.check.report import CheckReport
from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.results.solution import Solution
from planner.scenario.load import LoadedScenario
from planner.solve.outcome import Answer


@dataclass(frozen=True)
class Case:
    """A scenario with everything worked out from it before anything is solved; ``advice`` is what it asks for and has only at a price."""

    loaded: LoadedScenario
    county: County
    demand: Demand
    arcs: Arcs
    programme: Programme
    rates: Rates
    advice: tuple[Advice, ...] = ()


@dataclass(frozen=True)
class Settled:
    """A plan with its tables, what the check says of them, its cost and the price of broken limits (pounds), and how it was come by."""

    answer: Answer
    solution: Solution
    report: CheckReport
    cost: float
    broken: float
    attempts: tuple[str, ...]
