"""Solving a PuLP problem with HiGHS or CBC as anybody would, and when it came to a value that somebody else found."""

from __future__ import annotations

import re
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import pulp

SOLVERS = ("HiGHS", "CBC")
PRINTED = 1e-6
"""CBC's log gives values to seven figures."""
_FOUND = re.compile(r"Integer solution of (\S+) found.*\((\d+(?:\.\d+)?) seconds\)")
_WALL = re.compile(r"\(Wallclock seconds\):\s+(\d+(?:\.\d+)?)")


def missing(solver: str) -> str:
    """Why a solver cannot run here, or nothing."""
    return "" if solver == "HiGHS" or _cbc_name() else "CBC is not here: PuLP 4 no longer brings it; install cbcbox"


def _cbc_name() -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("PULP_CBC_CMD", "COIN_CMD"):
            if name in pulp.listSolvers() and pulp.getSolver(name, msg=False).available():
                return name
    return ""


def solve(problem: Any, solver: str, seconds: float, gap: float, target: float | None = None) -> dict[str, Any]:
    """Solve a problem on one thread, with a relative gap and a time limit.

    ``target`` is a value of the problem's objective (without its constant): HiGHS stops as soon as it has a plan as good; CBC runs on, and
    its log says when it had one. CBC counts from the start of its search, which is in its favour.

    Returns:
        ``seconds`` from the handing over of the problem to the answer, ``reached_seconds`` until a plan as good as the target stood (None if
        never), ``value`` of the best plan (None without), ``bound`` where known, ``proven`` whether the gap was reached.

    """
    started = time.perf_counter()
    if solver == "HiGHS":
        found = _highs(problem, seconds, gap, target)
    else:
        found = _cbc(problem, seconds, gap, target)
    took = time.perf_counter() - started
    value, early = found.get("value"), found.pop("reached_seconds", None)
    reached = None
    if target is not None and value is not None and value <= target + 1e-9 * abs(target):
        reached = took if early is None else min(took, max(0.0, took - found["own_seconds"]) + early)
    return {"seconds": took, "reached_seconds": reached, **found}


def _value(problem: Any) -> float:
    return float(sum(coefficient * (variable.value() or 0.0) for variable, coefficient in problem.objective.items()))


def _highs(problem: Any, seconds: float, gap: float, target: float | None) -> dict[str, Any]:
    extra = {} if target is None else {"objective_target": target}
    problem.solve(pulp.HiGHS(msg=False, timeLimit=seconds, gapRel=gap, threads=1, **extra))
    info, status = problem.solverModel.getInfo(), problem.solverModel.getModelStatus()
    words = problem.solverModel.modelStatusToString(status)
    has_plan = info.primal_solution_status == 2
    whole = any(variable.cat == "Integer" for variable in problem.variables())
    bound = float(info.mip_dual_bound) if whole else None
    finite = bound is not None and abs(bound) < 1e25
    return {
        "value": _value(problem) if has_plan else None,
        "bound": bound if finite else None,
        "proven": words == "Optimal",
        "status": words,
    }


def _cbc(problem: Any, seconds: float, gap: float, target: float | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        log = Path(folder) / "cbc.log"
        solver = pulp.getSolver(_cbc_name(), msg=False, timeLimit=seconds, gapRel=gap, threads=1, logPath=str(log))
        ended = problem.solve(solver)
        text = log.read_text(encoding="utf-8", errors="replace")
    if hasattr(ended, "has_solution"):  # PuLP 4
        has_plan, words = bool(ended.has_solution), str(ended.status_str)
        finished = words.lower() in ("optimal", "gaplimit")
    else:
        has_plan = problem.sol_status in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
        finished, words = problem.sol_status == pulp.LpSolutionOptimal, pulp.LpSolution[problem.sol_status]
    stopped = "Stopped on time" in text
    times = [float(when) for value, when in _FOUND.findall(text) if target is not None and float(value) <= target + PRINTED * abs(target)]
    wall = _WALL.findall(text)
    return {
        "value": _value(problem) if has_plan else None, "bound": None,
        "proven": finished and not stopped,
        "status": "stopped on time" if stopped else words,
        "own_seconds": float(wall[-1]) if wall else 0.0, "reached_seconds": times[0] if times and wall else None,
    }  # fmt: skip
