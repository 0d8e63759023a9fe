"""Differences between scenarios, worked out again from figures that are rounded already."""

from __future__ import annotations

from typing import Final

import pandas as pd

from planner.publish import rounding
from planner.publish.kinds import LABELS
from planner.publish.pack import NOT_AVAILABLE, PackTable
from planner.scenario.schema import Publish

CHANGES: Final = ("change", "difference", "against_base", "less_base")
"""How the name of a column of differences begins or ends."""


def is_change(name: str) -> bool:
    """Whether a column holds differences, by its name."""
    return any(name.startswith(word) or name.removesuffix("_gbp").endswith(word) for word in CHANGES)


def value_column(table: PackTable, change: str) -> str | None:
    """The column whose figures a column of differences compares between scenarios: the only other one of its kind."""
    kind = table.column(change).kind
    others = [
        column.name
        for column in table.columns
        if column.kind is kind and not is_change(column.name) and not column.name.startswith("base_")
    ]
    named = [name for name in others if name in change]
    return named[0] if len(named) == 1 else others[0] if len(others) == 1 else None


def recompute(table: PackTable, frame: pd.DataFrame, scenarios: tuple[str, ...], rules: Publish) -> pd.DataFrame:
    """The frame with every difference taken between the rounded figures it stands beside.

    A difference with no such figures beside it (a cause in a bridge) stays rounded by itself.
    """
    frame = frame.copy()
    for column in table.columns:
        if not is_change(column.name) or column.kind in LABELS:
            continue
        cells = _beside(table, frame, column.name, scenarios)
        if cells is not None:
            frame[column.name] = pd.Series(cells, dtype=object)
    return frame


def _beside(table: PackTable, frame: pd.DataFrame, change: str, scenarios: tuple[str, ...]) -> list[object] | None:
    """The differences from columns of the same row, or from the base scenario's row; None where there are neither."""
    names = list(frame.columns)
    for scenario in scenarios[1:]:
        if change.endswith(f"_{scenario}") and scenario in names and scenarios[0] in names:
            return [rounding.less(one, base) for one, base in zip(frame[scenario], frame[scenarios[0]], strict=True)]
    value = value_column(table, change)
    if value is None:
        return None
    if f"base_{value}" in names:
        return [rounding.less(one, base) for one, base in zip(frame[value], frame[f"base_{value}"], strict=True)]
    if "scenario" not in names or not len(frame):
        return None
    labels = [str(label) for label in frame["scenario"]]
    base_name = next((name for name in scenarios if name in labels), labels[0])
    keys = [column.name for column in table.columns if column.kind in LABELS and column.name not in ("scenario", "kind")]
    rows = [tuple(str(row[key]) for key in keys) for row in frame.to_dict("records")]
    base = {row: figure for row, label, figure in zip(rows, labels, frame[value], strict=True) if label == base_name}
    return [rounding.less(figure, base.get(row, NOT_AVAILABLE)) for row, figure in zip(rows, frame[value], strict=True)]
