"""What a solver says is not believed: its plan is tried against the rows, its bound against the plan, and its clock against ours."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

import highspy
import numpy as np

from planner.errors import SolveError
from planner.solve.task import Floats, Task

Result = TypeVar("Result")

PATIENCE, GRACE_SECONDS = 1.2, 5.0
"""A solver is asked to stop once it has taken so many times its time limit and so many seconds more."""

ANSWER_SECONDS = 5.0
"""So long it may take to stop when it is asked; then it is left alone and what it had found is used."""

WHOLE_WITHIN = 1e-4
"""A number that must be whole is believed if it is within this of one."""

ROWS_WITHIN = 1e-4
"""A row is believed if it is broken by no more than this share of what is added up in it. The check of the written tables is far stricter."""

BOUND_WITHIN = 1e-5
"""A bound above the value of the solver's own plan by more than this share is not believed."""

FAILURES = (OSError, RuntimeError, ValueError, TypeError, LookupError, ArithmeticError, MemoryError)
"""What a solver may raise in place of an answer: no licence, no memory, its process ended, an answer that cannot be read."""

OVERRUN = "time limit, which the solver went past"


class SolverFailedError(SolveError):
    """The solver itself failed, so that another way may lead further."""


@dataclass
class Incumbent:
    """The best plan so far of a search that is running, and what it had proven, as the solver's callbacks tell them."""

    values: Floats | None = None
    bound: float | None = None


@dataclass(frozen=True)
class Ended(Generic[Result]):
    """How a watched call ended: with a value, or not at all (``ended`` False: it was left running and is not waited for)."""

    value: Result | None
    ended: bool
    overran: bool = False


@dataclass
class _Kept(Generic[Result]):
    """Keeps what a call in another thread gives back or raises, to be raised again where it was asked for."""

    value: Result | None = None
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        reset = getattr(highspy.Highs, "resetThreadScheduler", None)
        if reset is not None:  # as HiGHS' own front end does before a thread ends, for Windows
            reset(False)
        self.done.set()
        return True

    def run(self, work: Callable[[], Result]) -> None:
        with self:
            self.value = work()

    def result(self) -> Result:
        self.done.wait()
        if self.error is not None:
            raise self.error
        return cast(Result, self.value)


def _begun(work: Callable[[], Result]) -> _Kept[Result]:
    """Work in a thread of its own; where a system has no threads it is done at once."""
    kept: _Kept[Result] = _Kept()
    try:
        threading.Thread(target=kept.run, args=(work,), daemon=True).start()
    except RuntimeError:
        kept.run(work)
    return kept


def watch(work: Callable[[], Result], seconds: float, cancel: Callable[[], None]) -> Ended[Result]:
    """Do a solver's work in a thread of its own and wait for it as long as its time limit bears out.

    ``seconds`` is the limit that the solver was given; ``cancel`` asks it to stop. A solver that neither ends nor answers is left alone:
    Python cannot stop it, its thread ends with the process. Where a system has no threads the work is done without a watch.
    """
    kept = _begun(work)
    overran = not kept.done.wait(min(seconds * PATIENCE + GRACE_SECONDS, threading.TIMEOUT_MAX))
    if overran:
        cancel()
        if not kept.done.wait(ANSWER_SECONDS):
            return Ended(None, ended=False, overran=True)
    return Ended(kept.result(), ended=True, overran=overran)


def aside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Begin work in a thread of its own; what is given back waits for it and gives its result, or raises what it raised.

    Where a system has no threads the work is done at once.
    """
    return _begun(work).result


def run_highs(highs: Any, seconds: float) -> Ended[Any]:
    """Let a HiGHS object solve, watched; where it was made to listen it is asked to stop by the event that it looks at.

    Raises:
        SolverFailedError: if HiGHS raises something in place of ending.

    """
    asked: threading.Event = getattr(highs, "asked", threading.Event())
    try:
        ended = watch(highs.run, seconds, asked.set)
    except FAILURES as error:
        raise SolverFailedError(said(error)) from error
    if ended.ended:
        asked.clear()
    return ended


def keep_incumbent(highs: Any, kept: Incumbent, order: Callable[[Floats], Floats] = lambda values: values) -> None:
    """Have HiGHS hand over every better plan and what it has proven; ``order`` puts its columns in ours."""

    def better(event: Any) -> None:
        kept.values = order(np.array(event.data_out.mip_solution, dtype=float))

    def proven(event: Any) -> None:
        bound = float(event.data_out.mip_dual_bound)
        kept.bound = bound if np.isfinite(bound) and abs(bound) < 1e25 else None

    highs.cbMipImprovingSolution.subscribe(better)
    highs.cbMipLogging.subscribe(proven)
    highs.cbMipInterrupt.subscribe(proven)


def unsound(task: Task, values: Floats) -> str:
    """Why a solver's plan is not one, in words; nothing where it is.

    It must be made of numbers, whole where whole numbers are asked for, and keep to the bounds, the rows and the aims that are kept.
    """
    program = task.program
    if len(values) != program.column_count or not np.isfinite(values).all():
        return "the solver's plan holds values that are not numbers"
    whole = values[program.whole]
    apart = float(np.abs(whole - np.round(whole)).max(initial=0.0))
    if apart > WHOLE_WITHIN:
        return f"the solver's plan has {apart:.4f} of an opening where it must be whole"
    lower, upper = task.bounds
    scale = ROWS_WITHIN * np.maximum(1.0, np.abs(values))
    if (values < lower - scale).any() or (values > upper + scale).any():
        return "the solver's plan goes past what a decision may be"
    matrix = program.matrix
    sums, sizes = matrix @ values, ROWS_WITHIN * np.maximum(1.0, abs(matrix) @ np.abs(values))
    broken = (sums < program.row_lower - sizes) | (sums > program.row_upper + sizes)
    if broken.any():
        return f"the solver's plan breaks {int(broken.sum())} of {program.row_count} rows, the first in {_family(task, int(np.argmax(broken)))}"
    for kept in task.kept:
        if float(kept.costs @ values) > kept.limit + ROWS_WITHIN * max(1.0, float(np.abs(kept.costs) @ np.abs(values))):
            return f"the solver's plan worsens an earlier aim, {kept.aim}"
    return ""


def said(error: BaseException) -> str:
    """What a solver raised, as a reason."""
    return f"the solver failed: {error or type(error).__name__}"


def _family(task: Task, row: int) -> str:
    for block in task.program.rows:
        if row < block.count:
            return block.family
        row -= block.count
    return ""


def believed(bound: float | None, value: float, scale: float) -> float | None:
    """The bound, unless it is no number or above the value of a plan that keeps every row: then nothing was proven."""
    if bound is None or not np.isfinite(bound) or bound - value > BOUND_WITHIN * max(abs(value), scale):
        return None
    return bound
