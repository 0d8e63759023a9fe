"""Solvers that misbehave: HiGHS as it is, but for one fault, behind both ways in which the program calls it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pytest

STATUS, SOLUTION = highspy.HighsModelStatus, highspy.SolutionStatus
REAL = highspy.Highs


class _Seen:
    """An object of HiGHS' with some of its fields replaced."""

    def __init__(self, real: Any, **changed: Any) -> None:
        self._real, self._changed = real, changed

    def __getattr__(self, name: str) -> Any:
        return self._changed[name] if name in self._changed else getattr(self._real, name)


@dataclass(frozen=True)
class Fault:
    """What a solver does in place of solving: what it says of how it ended, of the plan, of the bound, of the values."""

    status: Any = None
    feasible: Any = None
    bound: Callable[[float], float] = lambda value: value
    values: Callable[[np.ndarray, np.ndarray], np.ndarray] = lambda values, whole: values
    run: Callable[[], Any] = lambda: None
    hangs: bool = False


def _raise(error: Exception) -> Any:
    raise error


def _nan(values: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(np.arange(len(values)) == 0, np.nan, values)


def _half(values: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole, np.clip(values + 0.37, 0.0, 0.63), values)


def _much(values: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return values * 3.0


FAULTS: dict[str, Fault] = {
    "optimal": Fault(),
    "within gap": Fault(bound=lambda bound: bound - 0.005 * abs(bound)),
    "time limit with a plan": Fault(status=STATUS.kTimeLimit, bound=lambda bound: bound - 0.5 * abs(bound) - 1.0),
    "time limit without a plan": Fault(status=STATUS.kTimeLimit, feasible=SOLUTION.kSolutionStatusNone),
    "infeasible": Fault(status=STATUS.kInfeasible, feasible=SOLUTION.kSolutionStatusNone),
    "unbounded": Fault(status=STATUS.kUnbounded, feasible=SOLUTION.kSolutionStatusNone),
    "error": Fault(status=STATUS.kSolveError, feasible=SOLUTION.kSolutionStatusNone),
    "raises": Fault(run=lambda: _raise(RuntimeError("no licence was found"))),
    "hangs": Fault(hangs=True),
    "values that are not numbers": Fault(values=_nan),
    "wrong objective": Fault(bound=lambda bound: bound + 0.2 * abs(bound) + 5.0),
    "wrong plan": Fault(values=_much),
    "parts of an opening": Fault(values=_half),
    "killed": Fault(run=lambda: _raise(MemoryError("the process ran out of memory"))),
}


def install(
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    *,
    everywhere: bool = False,
    first: int = 1_000_000,
    release: threading.Event | None = None,
) -> list[str]:
    """Put a faulty solver in HiGHS' place.

    Only searches with whole numbers are faulty, or ``everywhere`` all; only the ``first`` so many. A solver that hangs does so until
    ``release`` is set. Gives the list to which each faulty search adds a word.
    """
    done: list[str] = []
    until = release or threading.Event()

    class Faulty(REAL):
        faulty = False

        def _whole(self) -> np.ndarray:
            kinds = list(self.getLp().integrality_)
            return np.array([kind == highspy.HighsVarType.kInteger for kind in kinds] or [False] * self.getNumCol())

        def run(self) -> Any:
            self.faulty = (everywhere or bool(self._whole().any())) and len(done) < first
            if not self.faulty:
                return super().run()
            done.append("faulty")
            fault.run()
            found = super().run()
            if fault.hangs:
                until.wait(60.0)
            return found

        def getModelStatus(self) -> Any:  # noqa: N802
            return fault.status if self.faulty and fault.status is not None else super().getModelStatus()

        def getInfo(self) -> Any:  # noqa: N802
            info = super().getInfo()
            if not self.faulty:
                return info
            changed: dict[str, Any] = {
                "mip_dual_bound": fault.bound(info.mip_dual_bound),
                "objective_function_value": fault.bound(info.objective_function_value),
            }
            if fault.feasible is not None:
                changed["primal_solution_status"] = fault.feasible
            return _Seen(info, **changed)

        def getSolution(self) -> Any:  # noqa: N802
            found = super().getSolution()
            if not self.faulty:
                return found
            return _Seen(found, col_value=list(fault.values(np.array(found.col_value), self._whole())))

    monkeypatch.setattr(highspy, "Highs", Faulty)
    return done
