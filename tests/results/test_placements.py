"""Placements in the shape of the management plan: whole numbers whose parts add to totals."""

from __future__ import annotations

import math

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from planner.names import NEEDS, PHASES, SITUATIONS
from planner.results.placements import SETTINGS, TOTAL, dsg_placements, whole
from planner.run import RunResult

PARTS = st.lists(st.floats(0, 5_000), max_size=14)


@given(PARTS)
def test_parts_add_to_the_rounded_total_and_none_moves_by_a_child(parts: list[float]) -> None:
    found = whole(parts)
    assert sum(found) == math.floor(round(sum(parts), 6) + 0.5)
    assert all(math.floor(part + 1e-9) <= count <= math.ceil(part) for part, count in zip(parts, found, strict=True))


def test_the_largest_remainders_get_the_child() -> None:
    assert whole([1.2, 2.5, 3.3]) == [1, 3, 3]
    assert whole([0.5, 0.5]) == [1, 0]
    assert whole([0.3, 0.1, 0.0]) == [0, 0, 0]
    assert whole([]) == []


ROW = st.tuples(st.sampled_from(SITUATIONS), st.sampled_from(PHASES), st.sampled_from(NEEDS[:4]), st.sampled_from(["2024/25", "2025/26"]))


@given(st.dictionaries(ROW, st.floats(0.001, 900), max_size=25))
def test_every_table_has_the_same_total_in_every_year(children: dict[tuple[str, str, str, str], float]) -> None:
    rows = [(*key, count) for key, count in children.items()]
    ehcps = pd.DataFrame(rows, columns=["situation", "phase", "need", "year", "children"])
    tables = dsg_placements(ehcps, ("2024/25", "2025/26"))
    for year in ("2024/25", "2025/26"):
        exact = sum(count for key, count in children.items() if key[3] == year)
        totals = set()
        for table in tables.values():
            mine = table[table["year"] == year]
            label = mine.columns[2]
            totals.add(int(mine.loc[mine[label] == TOTAL, "ehcps"].iloc[0]))
            assert mine.loc[mine[label] != TOTAL, "ehcps"].sum() == mine.loc[mine[label] == TOTAL, "ehcps"].iloc[0]
        assert totals == {math.floor(round(exact, 6) + 0.5)}


def test_the_plans_settings_ages_and_months(tiny_run: RunResult) -> None:
    settings, ages = (tiny_run.solution.table(f"dsg_placements_by_{name}") for name in ("setting", "age"))
    first = settings[settings["year"] == "2025/26"]
    assert list(first["setting"]) == [*dict.fromkeys(SETTINGS.values()), TOTAL]
    assert set(first["counted"]) == {"January 2026"}
    assert list(ages[ages["year"] == "2025/26"]["age_group"]) == ["Under 5", "5 to 10", "11 to 15", "16 to 25", TOTAL]
    held = tiny_run.solution.table("ehcps")
    exact = held[(held["year"] == "2026/27") & (held["situation"] == "state_special")]["children"].sum()
    mine = settings[(settings["year"] == "2026/27") & (settings["setting"] == SETTINGS["state_special"])]["ehcps"].iloc[0]
    assert abs(mine - exact) < 1
