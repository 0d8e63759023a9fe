"""The same arrays as a PuLP problem, for any solver that PuLP knows."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pulp

from planner.errors import SolveError, nearest
from planner.solve.outcome import Outcome
from planner.solve.task import Found, Task, judge


def build_problem(task: Task) -> tuple[Any, list[Any]]:
    """A PuLP problem with the program's columns and rows, and its variables in the order of the columns.

    Names are for people only; nothing is ever read back by name.
    """
    program, choices = task.program, task.choices
    problem = pulp.LpProblem("places", pulp.LpMinimize)
    lower, upper = task.bounds
    variables: list[Any] = []
    for block in program.columns:
        for number, position in enumerate(range(block.first, block.first + block.count)):
            high = None if np.isinf(upper[position]) else float(upper[position])
            kind = "Integer" if choices[position] else "Continuous"
            variables.append(problem.add_variable(f"{block.family}_{number}", float(lower[position]), high, kind))
    used = np.nonzero(task.costs)[0]
    problem += pulp.lpSum(float(task.costs[place] / task.scale) * variables[place] for place in used)
    for rows in program.rows:
        matrix = rows.matrix
        for number in range(rows.count):
            part = slice(matrix.indptr[number], matrix.indptr[number + 1])
            terms = pulp.lpSum(
                float(value) * variables[place] for place, value in zip(matrix.indices[part], matrix.data[part], strict=True)
            )
            _add_row(problem, terms, float(rows.lower[number]), float(rows.upper[number]), f"{rows.family}_{number}")
    for kept in task.kept:
        terms = pulp.lpSum(float(kept.costs[place]) * variables[place] for place in np.nonzero(kept.costs)[0])
        problem += (terms <= kept.limit, f"kept_aim_{kept.aim}")
    return problem, variables


def _add_row(problem: Any, terms: Any, lower: float, upper: float, name: str) -> None:
    if lower == upper:
        problem += (terms == upper, name)
        return
    if not np.isinf(upper):
        problem += (terms <= upper, name)
    if not np.isinf(lower):
        problem += (terms >= lower, f"{name}_least")


CBC = ("COIN_CMD", "PULP_CBC_CMD")
"""Two names of one solver: PuLP 3 brings a copy under the second, PuLP 4 finds it under the first where the package cbcbox is installed."""


def missing(name: str) -> str:
    """Why a solver cannot be used on this computer, in words; nothing if it can."""
    known = sorted(set(pulp.listSolvers()) | set(CBC))
    if name not in known:
        return f"PuLP does not know a solver called '{name}'. It knows {', '.join(known)}. {nearest(name, known)}".rstrip()
    if _available(name):
        return ""
    here = ", ".join(sorted(set(pulp.listSolvers(onlyAvailable=True))))
    return f"The solver '{name}' is not installed on this computer. Installed are {here}: write one of these, or install it."


def _available(name: str) -> str:
    """The name by which PuLP has a solver here, or nothing: CBC has two, and either finds it."""
    here = pulp.listSolvers(onlyAvailable=True)
    return next((one for one in (name, *(CBC if name in CBC else ())) if one in here), "")


def _solver(name: str, task: Task) -> Any:
    if wrong := missing(name):
        raise SolveError(wrong)
    name = _available(name)
    common: dict[str, Any] = {"msg": False, "timeLimit": max(task.time_limit_seconds, 0.01)}
    if name == "HiGHS":
        return pulp.HiGHS(**common, gapRel=task.gap, threads=task.threads, random_seed=task.random_seed)
    return pulp.getSolver(name, **common, gapRel=task.gap)


def solve(task: Task, name: str) -> Found:
    """Solve a task with a solver that PuLP knows, and say only what it proved.

    PuLP's own ``status`` calls a search that ran out of time optimal, so it is not read. A bound is known for HiGHS; for other
    solvers only where the search ended by itself.

    Raises:
        SolveError: if PuLP does not know the solver or it is not installed.

    """
    started = time.perf_counter()
    problem, variables = build_problem(task)
    solver = _solver(name, task)
    try:
        returned = problem.solve(solver)
    except pulp.PulpSolverError as error:
        return Found(Outcome.FAILED, None, None, time.perf_counter() - started, message=str(error))
    seconds = time.perf_counter() - started
    has_plan, infeasible, finished = _ending(problem, returned)
    if infeasible:
        return Found(Outcome.INFEASIBLE, None, None, seconds)
    if not has_plan:
        return Found(Outcome.STOPPED_WITHOUT_PLAN, None, None, seconds, limit="time limit")
    values = np.array([0.0 if variable.value() is None else float(variable.value()) for variable in variables])
    values[task.program.whole] = np.round(values[task.program.whole])
    value = float(task.costs @ values) + task.constant
    bound = _bound(problem, task, value, finished)
    limit = "" if finished else "time limit"
    return Found(judge(value, bound, task.gap, task.scale, limit), values, bound, seconds, limit)


def _ending(problem: Any, returned: Any) -> tuple[bool, bool, bool]:
    """Tell whether there is a plan, whether there can be none, and whether the search ended by itself.

    PuLP 3 keeps this in ``sol_status``, PuLP 4 in what ``solve`` returns.
    """
    if hasattr(returned, "has_solution"):
        words = str(returned.status_str).lower()
        finished = words in ("optimal", "gaplimit")  # the second: the best plan was found, or one within the gap asked for
        return bool(returned.has_solution), "infeasible" in words and not returned.has_solution, finished
    status = problem.sol_status
    has_plan = status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
    return has_plan, status == pulp.LpSolutionInfeasible, status == pulp.LpSolutionOptimal


def _bound(problem: Any, task: Task, value: float, finished: bool) -> float | None:
    model = getattr(problem, "solverModel", None)
    if model is not None and hasattr(model, "getInfo"):
        if not task.choices.any():
            return value if finished else None
        raw = float(model.getInfo().mip_dual_bound)
        return raw * task.scale + task.constant if np.isfinite(raw) else None
    if not finished:
        return None
    if not task.choices.any():
        return value
    return value - task.gap * abs(value - task.constant)


def write_problem(task: Task, path: Path) -> None:
    """Write the program as an LP or MPS file, by the file's ending, for another solver or a careful reader."""
    problem, _ = build_problem(task)
    if path.suffix.lower() == ".mps":
        problem.writeMPS(str(path))
    else:
        problem.writeLP(str(path))
