"""Small moves of openings: none that helps is left out, and two that help only together are found."""

from __future__ import annotations

import threading
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.model.program import Columns, Program
from planner.solve.moves import Openings, improve
from planner.solve.session import Session, allocated, best_rounding
from planner.solve.task import Floats
from tests.solve.test_priced import COUNTIES, SOME, program, task_of, weighted

YEARS = 2


def of_two(costs: list[list[float]]) -> tuple[Program, Floats]:
    """Two options of one size over two years, and what being open in each year costs (below nothing: saves)."""
    keys = pd.DataFrame({"option": np.repeat(np.arange(2), YEARS), "year": np.tile(np.arange(1, YEARS + 1), 2)})
    none, one = np.zeros(2 * YEARS), np.ones(2 * YEARS)
    families = (Columns("open", keys, none, one, whole=True, first=0), Columns("blocks", keys, none, one, whole=True, first=2 * YEARS))
    return Program(families, (), {}), np.concatenate([np.ravel(costs), none])


def opened(*starts: int) -> Floats:
    """The plan in which each option opens in the year given; a year after the last is never."""
    on = np.concatenate([(np.arange(1, YEARS + 1) >= start).astype(float) for start in starts])
    return np.concatenate([on, on])


def climbed(whole: Program, costs: Floats, start: Floats, *, most: int = 1) -> tuple[Floats, list[Floats]]:
    """Where moves lead if at most so many options may open in one year, and every plan that was looked at."""
    seen: list[Floats] = []

    def judge(held: Floats) -> tuple[Floats, Floats] | None:
        seen.append(held)
        on = held[: 2 * YEARS].reshape(2, YEARS)
        new = np.diff(on, axis=1, prepend=0.0) > 0.5
        return (held.copy(), costs) if (new.sum(axis=0) <= most).all() else None

    return improve(whole, start, costs, judge, time.perf_counter() + 10.0, -1e9, threading.Event()), seen


def test_two_options_take_each_others_year_where_neither_can_move_alone() -> None:
    whole, costs = of_two([[4.0, -10.0], [-4.0, -10.0]])
    best, _ = climbed(whole, costs, opened(1, 2))
    assert best.tolist() == opened(2, 1).tolist()
    assert float(costs @ best) == -24.0


def test_one_option_moves_alone_where_it_can() -> None:
    whole, costs = of_two([[4.0, -10.0], [-4.0, -10.0]])
    best, _ = climbed(whole, costs, opened(3, 3), most=2)
    assert best.tolist() == opened(2, 1).tolist()


def test_a_move_that_is_proven_not_to_help_is_not_looked_at() -> None:
    whole, costs = of_two([[4.0, -10.0], [-4.0, -10.0]])
    best, seen = climbed(whole, costs, opened(2, 1))
    assert best.tolist() == opened(2, 1).tolist()
    assert len(seen) == 1, "only where it stands"


@pytest.mark.parametrize("stopped", [True, False])
def test_nothing_is_looked_at_once_the_search_is_over(stopped: bool) -> None:
    whole, costs = of_two([[4.0, -10.0], [-4.0, -10.0]])
    stop = threading.Event()
    stop.set() if stopped else None
    looked: list[Floats] = []

    def judge(held: Floats) -> tuple[Floats, Floats]:
        looked.append(held)
        return held.copy(), costs

    until = time.perf_counter() + (10.0 if stopped else -1.0)
    assert improve(whole, opened(1, 2), costs, judge, until, -1e9, stop).tolist() == opened(1, 2).tolist()
    assert not looked


@SOME
@given(**COUNTIES, later=st.integers(0, 3))
def test_no_move_is_better_than_the_slope_promises(new: tuple[float, float], dear: float, rate: float, later: int) -> None:
    whole, _ = program(new, dear, rate)
    costs, session = weighted(whole), Session(task_of(whole))
    relaxed, _, proven = session.minimise(costs, 60.0)
    assert relaxed is not None and proven
    best = best_rounding(session.task, session, relaxed, costs, None, 60.0)
    assert best is not None
    openings, tried = Openings(whole), 0
    for option in openings.free[later:]:
        here = allocated(session, best, costs, 60.0)
        assert here is not None
        slope = session.reduced_costs()
        for held in [*openings.near(here, option), *openings.exchanges(here, slope)]:
            found = allocated(session, held, costs, 60.0)
            if found is not None:
                tried += 1
                promised = float(costs @ here) + float(slope[whole.whole] @ (held - here)[whole.whole])
                assert float(costs @ found) >= promised - 1e-6 * max(1.0, abs(promised))
    assert tried or not openings.free[later:]
