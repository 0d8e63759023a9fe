"""All the tables of a county, from its inputs to its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planner.county.build.flows import build_band_mix, build_entrants, build_sen_support, build_transitions
from planner.county.build.inputs import Inputs
from planner.county.build.options import build_options
from planner.county.build.places import build_areas, build_population, build_small_areas, ehcp_shares, phase_shares
from planner.county.build.stock import KINDS, build_stock, published_cells
from planner.county.build.units import Ground, build_units
from planner.names import NEEDS, PHASE_AGES, PHASES

if TYPE_CHECKING:
    from pathlib import Path


def build_tables(source: Path) -> dict[str, pd.DataFrame]:
    """The tables that the builder makes, by name. The rest of a county's tables are kept by hand beside them."""
    inputs = Inputs(source)
    areas = build_areas(inputs)
    population = build_population(inputs)
    ground = Ground(areas, {phase: _children(population, phase) for phase in PHASES})
    units = build_units(inputs, ground, "|".join(_needs_past_five(inputs)))
    finance = pd.concat([inputs.published("finance"), inputs.assumed("finance")], ignore_index=True)
    small = {"small_areas": build_small_areas(inputs, population)} if len(inputs.maybe("small_areas")) else {}
    return {
        "areas": areas,
        **small,
        "population": population,
        "units": units,
        "stock": build_stock(inputs, areas, ehcp_shares(inputs, areas, phase_shares(population)), units),
        "entrants": build_entrants(inputs),
        "band_mix": build_band_mix(inputs),
        "transitions": build_transitions(inputs),
        "sen_support": build_sen_support(inputs),
        "options": build_options(inputs, units),
        "finance": finance,
    }


def _children(population: pd.DataFrame, phase: str) -> np.ndarray:
    first, last = PHASE_AGES[phase]
    ages = population[population["age"].between(first, last)]
    return np.asarray(ages.groupby("area", sort=True)["children"].sum(), dtype=float)


def _needs_past_five(inputs: Inputs) -> list[str]:
    """Needs of the children past five whom the return counts in an early-years setting."""
    cells = published_cells(inputs)
    at, phase = KINDS.index("early_years_setting"), PHASES.index("primary")
    return [need for n, need in enumerate(NEEDS) if cells[n, phase, at]]


def write_tables(tables: dict[str, pd.DataFrame], folder: Path) -> None:
    """Write each table as CSV (UTF-8, line feeds) into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        (folder / f"{name}.csv").write_text(as_text(table), encoding="utf-8", newline="\n")


def as_text(table: pd.DataFrame) -> str:
    """A table as CSV text: whole numbers without a point, nothing for a value that is missing."""
    plain = table.copy()
    for column in plain.columns:
        if plain[column].dtype.kind == "f":
            plain[column] = [("" if np.isnan(value) else f"{value:.10g}") for value in plain[column]]
    return str(plain.to_csv(index=False, lineterminator="\n"))
