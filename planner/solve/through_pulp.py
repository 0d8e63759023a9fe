"""The same arrays as a PuLP problem, for any solver that PuLP knows."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pulp

from planner.errors import SolveError, nearest
from planner.solve import guard, highs_arrays
from planner.solve.outcome import Outcome
from planner.solve.task import Floats, Found, Task

NEAR_LIMIT = 0.9
"""A solver of another kind that ends without a plan after this share of its time limit is taken to have run out of time."""


class _Heard(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS, which can be stopped, says how it stands and hands over each better plan while it searches."""

    def __init__(self, task: Task, variables: list[Any], kept: guard.Incumbent, **options: Any) -> None:
        super().__init__(**options)
        self.task, self.ours, self.kept = task, variables, kept
        self.model: Any = None

    def callSolver(self, lp: Any) -> None:  # noqa: N802 - PuLP's name
        """Search, as PuLP does, with our callbacks."""
        exported = lp.exported_variables() if hasattr(lp, "exported_variables") else lp.variables()
        at = {str(variable.name): place for place, variable in enumerate(self.ours)}
        places = np.array([at[str(variable.name)] for variable in exported], dtype=np.int64)

        def order(values: Floats) -> Floats:
            ours = self.task.bounds[0]
            ours[places] = values
            return ours

        self.model = lp.solverModel
        highs_arrays.listen(self.model, self.task, time.perf_counter())
        if self.task.choices.any():
            guard.keep_incumbent(self.model, self.kept, order)
        self.model.run()


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


def _solver(name: str, task: Task, variables: list[Any], kept: guard.Incumbent) -> Any:
    if wrong := missing(name):
        raise SolveError(wrong)
    name = _available(name)
    common: dict[str, Any] = {"msg": False, "timeLimit": max(task.time_limit_seconds, 0.01)}
    if name == "HiGHS":
        more = {} if task.presolve else {"presolve": "off"}
        return _Heard(task, variables, kept, **common, gapRel=task.gap, threads=task.threads, random_seed=task.random_seed, **more)
    return pulp.getSolver(name, **common, gapRel=task.gap)


def solve(task: Task, name: str) -> Found:
    """Solve a task with a solver that PuLP knows, and say only what it proved.

    PuLP's own ``status`` calls a search that ran out of time optimal, so it is not read. A bound is known for HiGHS; for other
    solvers only where the search ended by itself. A solver that goes past its time limit is asked to stop, and left alone if it does not.

    Raises:
        SolveError: if PuLP does not know the solver or it is not installed.

    """
    started = time.perf_counter()
    problem, variables = build_problem(task)
    kept, asked = guard.Incumbent(), threading.Event()
    solver = _solver(name, task, variables, kept)

    def cancel() -> None:
        getattr(getattr(solver, "model", None), "asked", asked).set()

    try:
        run = guard.watch(lambda: problem.solve(solver), task.time_limit_seconds, cancel)
    except (pulp.PulpSolverError, *guard.FAILURES) as error:
        return Found(
            Outcome.FAILED, None, None, time.perf_counter() - started, message=f"the solver failed: {error or type(error).__name__}"
        )
    seconds = time.perf_counter() - started
    if not run.ended:
        return highs_arrays.left_running(task, kept, seconds)
    at = _ending(problem, run.value, task, seconds)
    if at.infeasible or not at.plan:
        return highs_arrays.without_plan(at, seconds)
    lower, upper = task.bounds  # a variable that stands in no row and costs nothing has no value
    values = np.array([np.nan if variable.value() is None else float(variable.value()) for variable in variables])
    unused = np.array([variable.value() is None for variable in variables])
    values[unused] = np.clip(0.0, lower[unused], upper[unused])
    wrong = guard.unsound(task, values)
    if wrong:
        return Found(Outcome.FAILED, None, None, seconds, message=wrong)
    limit = guard.OVERRUN if run.overran and not at.finished else at.limit or ("" if at.finished else at.message)
    value = float(task.costs @ values) + task.constant
    return highs_arrays.judged(task, values, _bound(problem, task, value, at.finished), seconds, limit)


def _model(problem: Any) -> Any:
    """The HiGHS object behind a PuLP problem, if that is what solved it."""
    model = getattr(problem, "solverModel", None)
    return model if hasattr(model, "getModelStatus") else None


def _ending(problem: Any, returned: Any, task: Task, seconds: float) -> highs_arrays.Ending:
    """How the search ended.

    HiGHS is asked itself. Of other solvers PuLP 3 keeps this in ``sol_status``, PuLP 4 in what ``solve`` returns.
    """
    model = _model(problem)
    if model is not None:
        return highs_arrays.ending(model, bool(task.choices.any()))
    late = "time limit" if seconds >= NEAR_LIMIT * task.time_limit_seconds else ""
    if hasattr(returned, "has_solution"):
        words = str(returned.status_str)
        plan = bool(returned.has_solution)
        finished = words.lower() in ("optimal", "gaplimit")  # the second: the best plan was found, or one within the gap asked for
        infeasible = "infeasible" in words.lower() and not plan
    else:
        status = problem.sol_status
        finished, infeasible = status == pulp.LpSolutionOptimal, status == pulp.LpSolutionInfeasible
        plan, words = finished or status == pulp.LpSolutionIntegerFeasible, str(pulp.LpSolution.get(status, status))
    return highs_arrays.Ending(plan, infeasible, finished, "time limit" if plan and not finished else late, words)


def _bound(problem: Any, task: Task, value: float, finished: bool) -> float | None:
    whole, model = bool(task.choices.any()), _model(problem)
    if model is not None:
        return highs_arrays.proven(model, task, value, whole) if whole or finished else None
    if not finished:
        return None
    return value - task.gap * abs(value - task.constant) if whole else value


def write_problem(task: Task, path: Path) -> None:
    """Write the program as an LP or MPS file, by the file's ending, for another solver or a careful reader."""
    problem, _ = build_problem(task)
    if path.suffix.lower() == ".mps":
        problem.writeMPS(str(path))
    else:
        problem.writeLP(str(path))
