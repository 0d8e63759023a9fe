"""Which columns and rows of neighbouring areas are alike, so that a smaller program can stand for a large one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planner.model.layout import Floats, Inputs, Ints, Layout
from planner.model.program import Columns, Fold, Rows

LEAST_SHARE = 1e-6
"""Weight of a cohort that holds nobody, so that shares of a group always add to 1."""


def build_folds(inputs: Inputs, layout: Layout, columns: tuple[Columns, ...], rows: tuple[Rows, ...]) -> tuple[Fold, ...]:
    """Folds from fine to coarse: areas as planning areas, as districts, and as one; those that make nothing smaller are left out.

    Without a table of areas there are none.
    """
    areas = inputs.county.tables.get("areas")
    if areas is None:
        return ()
    found, before = [], len(areas)
    for labels in (areas["planning_area"], areas["district"], pd.Series("all", index=areas.index)):
        if 2 * labels.nunique() <= before:
            before = labels.nunique()
            found.append(_fold(inputs, layout, columns, rows, dict(zip(areas["area"], labels.astype(str), strict=True))))
    return tuple(found)


def _fold(inputs: Inputs, layout: Layout, columns: tuple[Columns, ...], rows: tuple[Rows, ...], planning: dict[str, str]) -> Fold:
    """Groups of columns and rows that differ only in the area inside a larger one.

    Cohorts of one larger area, need, phase and band form a group, as do units that serve their own area; other units and all options
    stand alone.
    """
    cohorts = inputs.demand.cohorts
    labels = [cohorts["area"].map(planning), cohorts["need"].astype(str), cohorts["phase"].astype(str), cohorts["band"].astype(str)]
    cohort = _codes(labels)
    unit = _unit_groups(inputs, planning)
    arcs = inputs.arcs
    axes = {
        "cohort": cohort,
        "unit": unit,
        "arc": _codes([cohort[arcs.cohort], unit[arcs.unit]]),
        "help_arc": _codes([cohort[arcs.help_cohort], unit[arcs.help_unit]]),
        "phase_row": _codes([unit[layout.phase_rows["unit"].to_numpy(dtype=np.int64)], layout.phase_rows["phase"]]),
    }
    weight = _cohort_weights(inputs)
    of = {"cohort": weight, "arc": weight[arcs.cohort], "help_arc": weight[arcs.help_cohort]}
    column_group = _grouped(columns, axes)
    heavy = np.concatenate([_weights(block, of) for block in columns])
    total = np.bincount(column_group, weights=heavy)
    return Fold(column_group, heavy / total[column_group], _grouped(rows, axes))


def _unit_groups(inputs: Inputs, planning: dict[str, str]) -> Ints:
    units = inputs.arcs.units
    own = (units["serves"] == "own_area").to_numpy(dtype=bool, copy=True)
    own[inputs.option_unit] = False
    place = units["area"].map(planning).fillna("").astype(str)
    alone = np.where(own, "", units["unit"].astype(str))
    return _codes([units["provision_type"].astype(str).where(own, ""), place.where(own, ""), alone])


def _cohort_weights(inputs: Inputs) -> Floats:
    """(C,) children who come new or arrive over the years planned, and those there are."""
    demand = inputs.demand
    weight = demand.new.sum(axis=1) + demand.arrivals.sum(axis=1) + LEAST_SHARE
    np.add.at(weight, demand.stock_cohort, demand.stock_children)
    return np.asarray(weight, dtype=float)


def _weights(block: Columns, of: dict[str, Floats]) -> Floats:
    axis = next((name for name in of if name in block.keys), None)
    return np.ones(block.count) if axis is None else of[axis][block.keys[axis].to_numpy(dtype=np.int64)]


def _grouped(blocks: tuple[Columns, ...] | tuple[Rows, ...], axes: dict[str, Ints]) -> Ints:
    """The group of every column or row, block by block: those whose labels are alike once areas are."""
    found: list[Ints] = [np.zeros(0, dtype=np.int64)]
    first = 0
    for block in blocks:
        keys = [axes[name][block.keys[name].to_numpy(dtype=np.int64)] if name in axes else block.keys[name] for name in block.keys]
        codes = _codes(keys) if keys and block.count else np.arange(block.count, dtype=np.int64)
        found.append(codes + first)
        first += int(codes.max(initial=-1)) + 1
    return np.concatenate(found)


def _codes(labels: list[pd.Series | Ints]) -> Ints:
    """One number a combination of labels, in the order in which they first come."""
    codes = np.zeros(len(labels[0]), dtype=np.int64)
    for label in labels:
        own, names = pd.factorize(np.asarray(label))
        codes = pd.factorize(codes * (len(names) + 1) + own)[0].astype(np.int64)
    return codes
