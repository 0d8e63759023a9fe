"""One question to a solver, and what came back: the small protocol behind which every solver stands."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from planner.model.program import Program
from planner.solve.outcome import Outcome

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Progress:
    """How a search stands: the aim in hand, the best plan's value and the proven bound, in the aim's own unit."""

    aim: str
    unit: str
    best: float | None
    bound: float | None
    seconds: float


@dataclass(frozen=True)
class Kept:
    """A row that keeps an earlier aim within its tolerance: ``costs @ x <= limit`` (row family ``kept_aim``)."""

    aim: str
    costs: Floats
    limit: float


@dataclass(frozen=True)
class Task:
    """Make ``costs @ x + constant`` small over the program's columns and rows and the kept rows.

    ``scale`` divides the costs before they reach the solver, so that pounds and children are of like size; every figure
    that comes back is in the aim's own unit. ``held`` fixes the whole-number columns to the values of a plan. ``start`` is a plan
    to begin from. ``presolve`` False leaves the solver's own simplifying out, as another way to the same answer. ``stop`` ends the search early with the best plan so far.
    """

    program: Program
    aim: str
    unit: str
    costs: Floats
    constant: float
    scale: float
    kept: tuple[Kept, ...]
    gap: float
    time_limit_seconds: float
    threads: int
    random_seed: int
    held: Floats | None = None
    start: Floats | None = None
    want_duals: bool = False
    presolve: bool = True
    progress: Callable[[Progress], None] | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """Bounds of the columns, with whole-number columns fixed where a plan is held."""
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        if self.held is not None:
            whole = self.program.whole
            lower[whole] = upper[whole] = np.round(self.held[whole])
        return lower, upper

    @property
    def choices(self) -> npt.NDArray[np.bool_]:
        """The columns that must be whole numbers and are not settled by their bounds."""
        lower, upper = self.bounds
        free: npt.NDArray[np.bool_] = self.program.whole & (lower < upper)
        return free


@dataclass(frozen=True)
class Found:
    """What a solver found for one task: a plan or none, the proven bound, how it ended and why it stopped."""

    outcome: Outcome
    values: Floats | None
    bound: float | None
    seconds: float
    limit: str = ""
    duals: Floats | None = None
    row_range: Floats | None = None
    message: str = ""


def judge(value: float | None, bound: float | None, gap: float, scale: float, stopped: str) -> Outcome:
    """The outcome that value and bound bear out: proven, within the gap asked for, or stopped.

    Proven means within one millionth of the value, or of one of the solver's units (``scale``).
    """
    if value is None:
        return Outcome.STOPPED_WITHOUT_PLAN
    if bound is not None:
        difference = value - bound
        if difference <= 1e-6 * max(abs(value), scale):
            return Outcome.PROVEN
        if difference <= gap * max(abs(value), scale) * (1 + 1e-9):
            return Outcome.WITHIN_GAP
    return Outcome.STOPPED_WITH_PLAN if stopped or bound is not None else Outcome.FAILED


def relative_gap(value: float | None, bound: float | None) -> float | None:
    """How far the bound is from the value, as a share of the value; None where either is missing."""
    if value is None or bound is None:
        return None
    difference = max(0.0, value - bound)
    if difference <= 1e-9 * max(1.0, abs(value)):
        return 0.0
    return difference / abs(value) if value else None
