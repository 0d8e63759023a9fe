"""The model in full: a visible list of its column and row families, in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planner.county.county import County
from planner.county.programme import Programme
from planner.demand.demand import Demand
from planner.model import aims, rows_capacity, rows_early_help, rows_limits, rows_options, rows_placement
from planner.model.columns import build_columns
from planner.model.folds import build_folds
from planner.model.layout import Floats, Inputs, Layout
from planner.model.program import Program
from planner.network.arcs import Arcs
from planner.rates.rates import Rates
from planner.scenario.schema import Scenario

ROW_FAMILIES = (
    rows_placement.placed,
    rows_placement.in_place,
    rows_early_help.avoided_most,
    rows_early_help.at_risk,
    rows_early_help.episode_capacity,
    rows_capacity.capacity,
    rows_capacity.capacity_phase,
    rows_capacity.closing,
    rows_capacity.least_occupancy,
    rows_options.size_least,
    rows_options.size_most,
    rows_options.stays_open,
    rows_options.keeps_size,
    rows_options.exclusive,
    rows_options.requires,
    rows_options.openings_per_year,
    rows_limits.capital_limit,
    rows_limits.high_needs_limit,
)
"""One function a row family; the function's name is the family's name everywhere."""


@dataclass(frozen=True)
class Model:
    """A program with the inputs it was made from and the positions of its columns."""

    program: Program
    inputs: Inputs
    layout: Layout

    def values(self, positions: np.ndarray, answer: Floats) -> Floats:
        """The answer's values at an array of positions; 0 where there is no decision. Negative zeros are cleaned."""
        values = np.where(positions >= 0, answer[np.maximum(positions, 0)], 0.0) if len(answer) else np.zeros(positions.shape)
        cleaned: Floats = values + 0.0
        return cleaned


def build_model(scenario: Scenario, county: County, demand: Demand, arcs: Arcs, rates: Rates, programme: Programme) -> Model:
    """Build every column, row and aim of the model from the inputs.

    ``county`` is the county at the scenario's detail. Nothing is solved here.
    """
    inputs = Inputs(scenario, county, demand, arcs, rates, programme)
    columns, layout = build_columns(inputs)
    rows = tuple(family(inputs, layout) for family in ROW_FAMILIES)
    folds = build_folds(inputs, layout, columns, rows)
    return Model(Program(columns, rows, aims.build_aims(inputs, layout), folds), inputs, layout)
