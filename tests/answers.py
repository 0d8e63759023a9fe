"""Answers written by hand for the five children, so that every table that follows can be worked out on paper."""

from __future__ import annotations

import pandas as pd

from planner.results.solution import TABLE_COLUMNS, Solution
from planner.solve.outcome import Outcome, SolveRecord, StageRecord
from tests import five_children as five

YEARS = ("2025/26", "2026/27", "2027/28")


def record(*stages: StageRecord) -> SolveRecord:
    """The record of a search that proved its cost, unless other stages are given."""
    proven = StageRecord("cost", Outcome.PROVEN, 1.0, 1.0, 0.0, 0.1, "")
    return SolveRecord("HiGHS", "1", "by hand", 1, 0, 1, 1, 1, 0, 0.0, 0.1, stages or (proven,))


def options(opened: dict[str, tuple[int, ...]]) -> pd.DataFrame:
    """The options table: blocks of each option in each year; an option that closes a unit is open without blocks (write 1)."""
    table = five.programme().options.set_index("option")
    rows = []
    for name, row in table.iterrows():
        for year, size in zip(YEARS, opened.get(str(name), (0, 0, 0)), strict=True):
            blocks = 0 if row["kind"] == "close_unit" else size
            rows.append(
                (name, row["option_name"], row["kind"], row["unit"], year, int(size > 0), blocks, blocks * row["block_places"], False)
            )
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS["options"]))


def solution(
    entries: list[tuple[object, ...]] | None = None,
    waiting: list[tuple[object, ...]] | None = None,
    episodes: list[tuple[object, ...]] | None = None,
    opened: dict[str, tuple[int, ...]] | None = None,
) -> Solution:
    """An answer.

    Entries are (phase, band, unit, year, children), waiting (phase, band, year, children) and episodes (unit, year, episodes).
    """
    kinds = five.arcs().units.set_index("unit")["provision_type"]
    allocation = [("a", "ASD", phase, band, unit, kinds[unit], year, children) for phase, band, unit, year, children in entries or []]
    tables = {
        "allocation": pd.DataFrame(allocation, columns=list(TABLE_COLUMNS["allocation"])),
        "waiting": pd.DataFrame([("a", "ASD", *row) for row in waiting or []], columns=list(TABLE_COLUMNS["waiting"])),
        "early_help": pd.DataFrame(
            [("a", "ASD", "primary", "light", *row) for row in episodes or []], columns=list(TABLE_COLUMNS["early_help"])
        ),
        "options": options(opened or {}),
        "slacks": pd.DataFrame(columns=list(TABLE_COLUMNS["slacks"])),
    }
    return Solution("by hand", tables, record())
