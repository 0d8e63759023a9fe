"""The arrays of a program straight to HiGHS."""

from __future__ import annotations

import os
import sys
import threading
import time
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from planner.errors import SolveError
from planner.solve import guard
from planner.solve.outcome import Outcome
from planner.solve.task import Floats, Found, Progress, Task, judge

_STOPS = {
    highspy.HighsModelStatus.kTimeLimit: "time limit",
    highspy.HighsModelStatus.kInterrupt: "stopped by hand",
    highspy.HighsModelStatus.kSolutionLimit: "search limit",
    highspy.HighsModelStatus.kIterationLimit: "iteration limit",
    highspy.HighsModelStatus.kMemoryLimit: "memory limit",
}
_INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@cache
def version() -> str:
    """The version of HiGHS that is in use.

    The first HiGHS object of a process prints a banner on the standard output, whatever its options say; it is made here
    with the output turned away, so that what the program prints is its own.
    """
    sys.stdout.flush()
    kept, away = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(away, 1)
        return str(highspy.Highs().version())
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(away)


def solve(task: Task) -> Found:
    """Solve a task with HiGHS; a program without free whole-number columns is solved as a linear program.

    Raises:
        SolveError: if HiGHS refuses the program.

    """
    started = time.perf_counter()
    version()
    highs = highspy.Highs()
    choices = task.choices
    _set_options(highs, task, bool(choices.any()))
    if highs.passModel(_lp(task, choices)) == highspy.HighsStatus.kError:
        raise SolveError("HiGHS refused the program")
    if task.start is not None and choices.any():
        solution = highspy.HighsSolution()
        solution.col_value = list(task.start)
        highs.setSolution(solution)
    listen(highs, task, started)
    kept = guard.Incumbent()
    if choices.any():
        guard.keep_incumbent(highs, kept)
    try:
        run = guard.run_highs(highs, task.time_limit_seconds)
    except guard.SolverFailedError as error:
        return Found(Outcome.FAILED, None, None, time.perf_counter() - started, message=str(error))
    seconds = time.perf_counter() - started
    if not run.ended:
        return left_running(task, kept, seconds)
    found = _read(highs, task, choices, seconds)
    return replace(found, limit=guard.OVERRUN) if run.overran and found.limit == _STOPS[highspy.HighsModelStatus.kInterrupt] else found


def left_running(task: Task, kept: guard.Incumbent, seconds: float) -> Found:
    """What is known of a search that neither ended nor stopped when it was asked: the best plan that it had told of, if any."""
    none = Found(Outcome.STOPPED_WITHOUT_PLAN, None, None, seconds, guard.OVERRUN)
    if kept.values is None or guard.unsound(task, kept.values):
        return none
    bound = None if kept.bound is None else kept.bound * task.scale + task.constant
    return judged(task, kept.values.copy(), bound, seconds, guard.OVERRUN)


def judged(task: Task, values: Floats, bound: float | None, seconds: float, limit: str) -> Found:
    """A plan that has been found sound, with its whole numbers whole and the outcome that its bound bears out."""
    whole = task.program.whole
    values[whole] = np.round(values[whole])
    value = float(task.costs @ values) + task.constant
    trusted = guard.believed(bound, value, task.scale)
    if trusted is None and not limit:
        limit = "the solver's bound or objective, which its own plan disproves"
    return Found(judge(value, trusted, task.gap, task.scale, limit), values, trusted, seconds, limit)


def open_relaxed(task: Task) -> Any:
    """A HiGHS object that holds the program without its whole numbers, for several questions in turn."""
    version()
    highs = highspy.Highs()
    _set_options(highs, task, False)
    if highs.passModel(_lp(task, np.zeros(0, dtype=bool))) == highspy.HighsStatus.kError:
        raise SolveError("HiGHS refused the program")
    listen(highs, task, time.perf_counter())
    return highs


def least_of(task: Task, costs: Floats, seconds: float) -> float:
    """Find a lower bound of ``costs @ x`` over the program without its whole numbers, for costs that are nowhere negative.

    The interior-point method without crossover: quick, and its dual value is a bound whatever the vertex. 0 if time runs out.
    """
    highs = open_relaxed(task)
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    for name, value in (("solver", "ipm"), ("run_crossover", "off"), ("time_limit", max(seconds, 1.0))):
        highs.setOptionValue(name, value)
    if not guard.run_highs(highs, seconds).ended or highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return 0.0
    info = highs.getInfo()
    slip = abs(info.primal_dual_objective_error) * (1.0 + abs(info.objective_function_value))
    return max(0.0, float(info.objective_function_value) - slip - 1e-6)


def _set_options(highs: Any, task: Task, whole: bool) -> None:
    options: dict[str, Any] = {
        "output_flag": False,
        "threads": task.threads,
        "random_seed": task.random_seed,
        "time_limit": max(task.time_limit_seconds, 0.01),
        "mip_rel_gap": task.gap,
        "mip_abs_gap": 1e-6,
        "primal_feasibility_tolerance": 1e-7,
    }
    if whole:
        options["mip_feasibility_tolerance"] = 1e-6
    if not task.presolve:
        options["presolve"] = "off"
    for name, value in options.items():
        if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise SolveError(f"HiGHS does not know the option {name}")


def _lp(task: Task, choices: Any) -> Any:
    program = task.program
    matrix = program.matrix
    if task.kept:
        matrix = sparse.vstack([matrix, sparse.csr_matrix(np.vstack([kept.costs for kept in task.kept]))], format="csr")
    columns = matrix.tocsc()
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.column_count, matrix.shape[0]
    lp.col_cost_ = task.costs / task.scale
    lp.col_lower_, lp.col_upper_ = task.bounds
    lp.row_lower_ = np.concatenate([program.row_lower, np.full(len(task.kept), -np.inf)])
    lp.row_upper_ = np.concatenate([program.row_upper, [kept.limit for kept in task.kept]])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = columns.indptr.astype(np.int32)
    lp.a_matrix_.index_ = columns.indices.astype(np.int32)
    lp.a_matrix_.value_ = columns.data
    if choices.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in choices]
    return lp


def listen(highs: Any, task: Task, started: float) -> None:
    """Have HiGHS stop when the task's ``stop`` or its own ``asked`` is set, and tell how its search stands."""
    highs.asked = threading.Event()

    def interrupt(event: Any) -> None:
        if task.stop.is_set() or highs.asked.is_set():
            event.interrupt()

    def report(event: Any) -> None:
        if task.progress is None:
            return
        best, bound = event.data_out.mip_primal_bound, event.data_out.mip_dual_bound
        task.progress(
            Progress(
                task.aim,
                task.unit,
                best * task.scale + task.constant if np.isfinite(best) and abs(best) < 1e25 else None,
                bound * task.scale + task.constant if np.isfinite(bound) and abs(bound) < 1e25 else None,
                time.perf_counter() - started,
            )
        )

    highs.cbSimplexInterrupt.subscribe(interrupt)
    highs.cbIpmInterrupt.subscribe(interrupt)
    highs.cbMipInterrupt.subscribe(interrupt)
    highs.cbMipLogging.subscribe(report)


@dataclass(frozen=True)
class Ending:
    """How a search ended, in our words: whether it has a plan, whether there can be none, whether it ended by itself, and why not."""

    plan: bool
    infeasible: bool
    finished: bool
    limit: str
    message: str


def ending(highs: Any, whole: bool) -> Ending:
    """How HiGHS ended. A linear program that was stopped has no plan, whatever it holds."""
    status = highs.getModelStatus()
    optimal = status == highspy.HighsModelStatus.kOptimal
    feasible = highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    message = "" if optimal else str(highs.modelStatusToString(status))
    return Ending(feasible and (optimal or whole), status in _INFEASIBLE, optimal, _STOPS.get(status, ""), message)


def proven(highs: Any, task: Task, value: float, whole: bool) -> float | None:
    """The bound that HiGHS proves, in the aim's unit: a search's own, or a linear program's objective where it is what its values add to."""
    info = highs.getInfo()
    raw = float(info.mip_dual_bound if whole else info.objective_function_value) * task.scale + task.constant
    if not np.isfinite(raw):
        return None
    if whole:
        return raw
    return value if abs(raw - value) <= guard.BOUND_WITHIN * max(abs(value), task.scale) else None


def without_plan(at: Ending, seconds: float) -> Found:
    """What is said of a search that has no plan: that there can be none, that it was stopped, or that it failed and how."""
    if at.infeasible:
        return Found(Outcome.INFEASIBLE, None, None, seconds, message=at.message)
    if at.finished or at.limit:
        return Found(Outcome.STOPPED_WITHOUT_PLAN, None, None, seconds, at.limit, message=at.message)
    return Found(Outcome.FAILED, None, None, seconds, message=f"the solver ended with '{at.message}'")


def _read(highs: Any, task: Task, choices: Any, seconds: float) -> Found:
    whole = bool(choices.any())
    at = ending(highs, whole)
    if at.infeasible or not at.plan:
        return without_plan(at, seconds)
    solution = highs.getSolution()
    values = np.array(solution.col_value)
    wrong = guard.unsound(task, values)
    if wrong:
        return Found(Outcome.FAILED, None, None, seconds, message=wrong)
    value = float(task.costs @ values) + task.constant
    limit = at.limit or ("" if at.finished else at.message)
    found = judged(task, values, proven(highs, task, value, whole), seconds, limit)
    if task.want_duals and not whole:
        duals = np.array(solution.row_dual)[: task.program.row_count] * task.scale
        return replace(found, duals=duals, row_range=ranging(highs, task.program.row_count))
    return found


def ranging(highs: Any, rows: int) -> Floats | None:
    """(rows, 2) how far each row's limit may fall and rise before its dual changes; None where HiGHS cannot say."""
    status, found = highs.getRanging()
    if status != highspy.HighsStatus.kOk:
        return None
    pair = [np.array(record.value_)[:rows] for record in (found.row_bound_dn, found.row_bound_up)]
    return np.column_stack(pair)
