"""Why a group waits: each reason of the closed list, from a case made so that it holds."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.network.arcs import Arcs
from planner.results.presence import presence
from planner.results.reasons import REASONS, waiting_reasons
from planner.results.solution import Solution
from planner.results.tables import unit_places
from tests import answers
from tests import five_children as five

COLUMNS = ["district", "need", "phase", "band", "provision_type", "reason", "pairs"]


def refused(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


def reasons(solution: Solution, arcs: Arcs | None = None, keeps_places: bool = False) -> pd.DataFrame:
    arcs = arcs or dataclasses.replace(five.arcs(), refused=refused())
    tables = {"areas": pd.DataFrame({"area": ["a"], "district": ["North"]})}
    if keeps_places:
        tables["unit_phase_places"] = five.county().table("unit_phase_places")
    county = County("five", Path("five"), "Five children", tables, (), {})
    here = presence(solution, five.demand(), arcs)
    places = unit_places(five.demand(), arcs, five.programme(), solution)
    return waiting_reasons(five.scenario(), county, five.demand(), arcs, here, places)


def without(arcs: Arcs, cohort: int) -> Arcs:
    kept = arcs.cohort != cohort
    values = {name: getattr(arcs, name)[kept] for name in ("cohort", "unit", "minutes", "km", "over_limit_minutes")}
    return dataclasses.replace(arcs, **values)


def only(frame: pd.DataFrame) -> tuple[str, str]:
    assert len(frame) == 1
    assert frame["reason"].iloc[0] in REASONS
    return frame["reason"].iloc[0], frame["detail"].iloc[0]


WAITS = [("secondary", "heavy", "2025/26", 2.0)]


def test_nobody_waits() -> None:
    assert reasons(answers.solution()).empty


def test_no_unit_takes_them() -> None:
    arcs = without(dataclasses.replace(five.arcs(), refused=refused(("North", "ASD", "secondary", "heavy", "state_special", "need", 1))), 3)
    assert only(reasons(answers.solution(waiting=WAITS), arcs))[0] == "no_unit_takes_them"


def test_none_within_the_travel_limit() -> None:
    arcs = without(
        dataclasses.replace(five.arcs(), refused=refused(("North", "ASD", "secondary", "heavy", "state_special", "too_far", 1))), 3
    )
    assert only(reasons(answers.solution(waiting=WAITS), arcs)) == (
        "none_within_travel_limit",
        "No unit that takes them is within 75 minutes",
    )


def test_all_full() -> None:
    solution = answers.solution(entries=[("primary", "heavy", "special", "2025/26", 1.3)], waiting=WAITS)
    assert only(reasons(solution)) == ("all_full", "1 unit within 75 minutes, which is full")


def test_not_open_yet() -> None:
    arcs = dataclasses.replace(five.arcs(), refused=refused())
    arcs = dataclasses.replace(arcs, units=arcs.units.assign(places=[0.0, 0.0, np.nan, 0.0]))
    solution = answers.solution(waiting=WAITS)
    assert only(reasons(solution, arcs))[0] == "not_open_yet"


def test_a_free_place_is_kept_for_others() -> None:
    reason, detail = only(reasons(answers.solution(waiting=WAITS)))
    assert reason == "place_kept_for_others"
    assert detail == "1 unit within 75 minutes, 1 place free; the plan uses them for other children or years"


def test_a_unit_full_for_the_phase_is_full() -> None:
    solution = answers.solution(
        entries=[("secondary", "heavy", "special", "2025/26", 1.0)], waiting=WAITS, opened={"open_centre": (1, 1, 1)}
    )
    assert only(reasons(solution, keeps_places=True))[0] == "all_full"


def test_the_sum_by_reason_is_everyone_who_waits() -> None:
    waits = [("secondary", "heavy", "2025/26", 2.0), ("primary", "light", "2026/27", 0.25), ("primary", "heavy", "2026/27", 1e-7)]
    frame = reasons(answers.solution(waiting=waits))
    assert frame["children"].sum() == 2.25
    assert "without a limit on places" in frame["detail"].iloc[0]
    assert list(frame["year"]) == ["2026/27", "2025/26"]
