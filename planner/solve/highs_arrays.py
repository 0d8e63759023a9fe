"""The arrays of a program straight to HiGHS."""

from __future__ import annotations

import os
import sys
import time
from functools import cache
from typing import Any

import highspy
import numpy as np
from scipy import sparse

from planner.errors import SolveError
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
    _listen(highs, task, started)
    highs.run()
    return _read(highs, task, choices, time.perf_counter() - started)


def open_relaxed(task: Task) -> Any:
    """A HiGHS object that holds the program without its whole numbers, for several questions in turn."""
    version()
    highs = highspy.Highs()
    _set_options(highs, task, False)
    if highs.passModel(_lp(task, np.zeros(0, dtype=bool))) == highspy.HighsStatus.kError:
        raise SolveError("HiGHS refused the program")
    _listen(highs, task, time.perf_counter())
    return highs


def least_of(task: Task, costs: Floats, seconds: float) -> float:
    """Find a lower bound of ``costs @ x`` over the program without its whole numbers, for costs that are nowhere negative.

    The interior-point method without crossover: quick, and its dual value is a bound whatever the vertex. 0 if time runs out.
    """
    highs = open_relaxed(task)
    highs.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    for name, value in (("solver", "ipm"), ("run_crossover", "off"), ("time_limit", max(seconds, 1.0))):
        highs.setOptionValue(name, value)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
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


def _listen(highs: Any, task: Task, started: float) -> None:
    def interrupt(event: Any) -> None:
        if task.stop.is_set():
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


def _read(highs: Any, task: Task, choices: Any, seconds: float) -> Found:
    status = highs.getModelStatus()
    if status in _INFEASIBLE:
        return Found(Outcome.INFEASIBLE, None, None, seconds, message=highs.modelStatusToString(status))
    info = highs.getInfo()
    optimal = status == highspy.HighsModelStatus.kOptimal
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    limit = _STOPS.get(status, "" if optimal else highs.modelStatusToString(status))
    if not feasible or not (optimal or choices.any()):
        known = optimal or status in _STOPS
        return Found(
            Outcome.STOPPED_WITHOUT_PLAN if known else Outcome.FAILED, None, None, seconds, limit, message=highs.modelStatusToString(status)
        )
    solution = highs.getSolution()
    values = np.array(solution.col_value)
    whole = task.program.whole
    values[whole] = np.round(values[whole])
    value = float(task.costs @ values) + task.constant
    if choices.any():
        raw = info.mip_dual_bound
        bound = raw * task.scale + task.constant if np.isfinite(raw) else None
    else:
        bound = value
    duals = row_range = None
    if task.want_duals and not choices.any():
        duals = np.array(solution.row_dual)[: task.program.row_count] * task.scale
        row_range = ranging(highs, task.program.row_count)
    outcome = judge(value, bound, task.gap, task.scale, limit)
    return Found(outcome, values, bound, seconds, limit, duals, row_range)


def ranging(highs: Any, rows: int) -> Floats | None:
    """(rows, 2) how far each row's limit may fall and rise before its dual changes; None where HiGHS cannot say."""
    status, found = highs.getRanging()
    if status != highspy.HighsStatus.kOk:
        return None
    pair = [np.array(record.value_)[:rows] for record in (found.row_bound_dn, found.row_bound_up)]
    return np.column_stack(pair)
