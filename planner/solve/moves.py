"""Better openings by small moves, each judged by the exact linear program: open, put off, bring forward, drop, resize, exchange."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice

import numpy as np

from planner.model.program import Program
from planner.solve.task import Floats

Judge = Callable[[Floats], tuple[Floats, Floats] | None]
"""Values of the best allocation for held openings and its reduced costs (both by column), or None where these openings are not possible."""

EXCHANGES = 100
"""So many exchanges are tried, the most promising first, before the rest are left alone."""

LEAST_GAIN = 1e-9
"""A move helps if it lowers the cost by more than this share of it."""


class Openings:
    """The openings of a plan as a start year and a size for each option that is free to choose."""

    def __init__(self, program: Program) -> None:
        opens, blocks = program.family("open"), program.family("blocks")
        option, self.year = opens.keys["option"].to_numpy(), opens.keys["year"].to_numpy()
        self.program = program
        self.columns = {int(number): opens.places[option == number] for number in np.unique(option)}
        self.sizes = {int(number): blocks.places[option == number] for number in np.unique(option)}
        self.free = [number for number, places in self.columns.items() if (program.upper[places] > program.lower[places]).any()]

    def of(self, values: Floats, option: int) -> tuple[int, float]:
        """Give the place of the first open year (the number of years if it never opens) and the final size."""
        on = values[self.columns[option]] > 0.5
        return (int(np.argmax(on)), float(values[self.sizes[option]][-1])) if on.any() else (len(on), 0.0)

    def moved(self, values: Floats, option: int, start: int, size: float) -> Floats | None:
        """Give the plan with one option opening at another time or size; None where its bounds do not allow it."""
        held = values.copy()
        on = np.arange(len(self.columns[option])) >= start
        held[self.columns[option]] = on
        held[self.sizes[option]] = on * size
        for places in (self.columns[option], self.sizes[option]):
            if (held[places] > self.program.upper[places]).any() or (held[places] < self.program.lower[places]).any():
                return None
        return held

    def near(self, values: Floats, option: int) -> Iterator[Floats]:
        """Give every small move of one option: drop it, bring it forward, put it off, resize it; or open it early, midway or at once larger."""
        start, size = self.of(values, option)
        span = len(self.columns[option])
        if start < span:
            wanted = [
                (span, 0.0),
                (start - 1, size),
                (start + 1, size),
                (start, size - 1),
                (start, size + 1),
                (start - 3, size),
                (start + 3, size),
            ]
        else:
            first = int(np.argmax(self.program.upper[self.columns[option]] > 0.5))
            wanted = [(first, 1.0), (first + 2, 1.0), (first, 2.0), (first + 4, 1.0)]
        for at, blocks in wanted:
            if at >= 0 and (blocks >= 1.0 or at >= span):
                held = self.moved(values, option, at, blocks)
                if held is not None:
                    yield held

    def exchanges(self, values: Floats, slope: Floats) -> Iterator[Floats]:
        """Give plans in which two options take each other's year and size, those first that the slope promises most of."""
        opens, blocks = (np.array([places[option] for option in self.free]) for places in (self.columns, self.sizes))
        taken = slope[opens] @ values[opens].T + slope[blocks] @ values[blocks].T
        change = taken + taken.T - np.add.outer(taken.diagonal(), taken.diagonal())
        one, other = np.nonzero(np.triu(change < 0.0, 1))
        for place in np.argsort(change[one, other], kind="stable"):
            first, second = self.free[one[place]], self.free[other[place]]
            held = self.moved(values, first, *self.of(values, second))
            held = None if held is None else self.moved(held, second, *self.of(values, first))
            if held is not None:
                yield held


class _Climb:
    """A plan that gets better: what it costs, and how fast that changes with each whole-number column (its slope, None if not known)."""

    def __init__(self, program: Program, best: Floats, costs: Floats, judge: Judge) -> None:
        self.whole, self.costs, self.judge = program.whole, costs, judge
        self.best, self.value = best, float(costs @ best)
        found = judge(best)
        self.slope = None if found is None else found[1]

    def helped(self, held: Floats) -> bool:
        """Take a plan with other openings if it is better; one that the slope proves to be no better is not looked at."""
        least = LEAST_GAIN * abs(self.value)
        if self.slope is not None and float(self.slope[self.whole] @ (held - self.best)[self.whole]) >= -least:
            return False
        found = self.judge(held)
        if found is None or float(self.costs @ found[0]) >= self.value - least:
            return False
        self.best, self.slope = found
        self.value = float(self.costs @ self.best)
        return True


def improve(program: Program, best: Floats, costs: Floats, judge: Judge, deadline: float, target: float, stop: threading.Event) -> Floats:
    """Try small moves option by option, and then exchanges of two, and keep each that makes ``costs @ x`` smaller.

    What the best allocation costs is a convex function of the openings, and the reduced costs of where it stands are its slope: a move
    that the slope says cannot help is proven not to, and is not tried. Ends when no move helps, the target is reached, or
    ``time.perf_counter()`` passes the deadline.
    """
    openings = Openings(program)

    def over(value: float) -> bool:
        return time.perf_counter() > deadline or stop.is_set() or value <= target

    if not openings.free or over(float(costs @ best)):
        return best
    climb = _Climb(program, best, costs, judge)

    def one_by_one() -> None:
        quiet = 0
        while quiet < len(openings.free):
            for option in openings.free:
                helped = False
                for held in openings.near(climb.best, option):
                    if over(climb.value):
                        return
                    if helped := climb.helped(held):
                        break
                quiet = 0 if helped else quiet + 1

    def exchanged() -> bool:
        if climb.slope is None:
            return False
        return any(not over(climb.value) and climb.helped(held) for held in islice(openings.exchanges(climb.best, climb.slope), EXCHANGES))

    one_by_one()
    while not over(climb.value) and exchanged():
        one_by_one()
    return climb.best
