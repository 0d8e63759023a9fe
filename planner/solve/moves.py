"""Better openings by small moves, each judged by the exact linear program: open, put off, bring forward, drop, resize."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np

from planner.model.program import Program
from planner.solve.task import Floats

Judge = Callable[[Floats], Floats | None]
"""Values of the best allocation for held openings, or None where these openings are not possible."""


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


def improve(program: Program, best: Floats, costs: Floats, judge: Judge, deadline: float, target: float, stop: threading.Event) -> Floats:
    """Try small moves option by option and keep each that makes ``costs @ x`` smaller.

    Ends when no move helps, the target is reached, or ``time.perf_counter()`` passes the deadline.
    """
    openings = Openings(program)
    value = float(costs @ best)
    quiet = 0
    while openings.free and quiet < len(openings.free):
        for option in openings.free:
            helped = False
            for held in openings.near(best, option):
                if time.perf_counter() > deadline or stop.is_set() or value <= target:
                    return best
                found = judge(held)
                if found is not None and float(costs @ found) < value - 1e-9 * abs(value):
                    best, value, helped = found, float(costs @ found), True
                    break
            quiet = 0 if helped else quiet + 1
    return best
