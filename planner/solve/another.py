"""Other ways to the same answer, for when a solver fails or its plan does not pass the check."""

from __future__ import annotations

from dataclasses import dataclass

import pulp

from planner.scenario.schema import Solve

OTHERS = ("HiGHS", "COIN_CMD", "PULP_CBC_CMD", "SCIP_PY", "GUROBI", "CPLEX_PY")
"""Solvers to turn to, in this order, where they are installed."""

MOST_COLUMNS = 20_000
"""A larger program is not handed to a solver of another kind: writing it out for one takes too long."""


@dataclass(frozen=True)
class Way:
    """One way to look for the answer: words for people, the settings, and whether the solver may simplify the program first."""

    words: str
    settings: Solve
    presolve: bool = True


def ways(settings: Solve, columns: int) -> tuple[Way, ...]:
    """The way that the scenario asks for, then the same solver with another seed and nothing simplified, then another solver if there is one."""
    again = settings.model_copy(update={"random_seed": settings.random_seed + 1})
    found = [
        Way(f"{settings.solver} as the scenario asks", settings),
        Way(f"{settings.solver} with seed {again.random_seed} and without presolve", again, presolve=False),
    ]
    if columns <= MOST_COLUMNS:
        found += [Way(other, settings.model_copy(update={"solver": other})) for other in _installed(settings.solver)[:1]]
    return tuple(found)


def _installed(but: str) -> list[str]:
    """Solvers that PuLP finds on this computer, other than one; asked for one by one, because asking for all of them starts each."""
    known = pulp.listSolvers()
    alike = {"COIN_CMD", "PULP_CBC_CMD"}
    left = [name for name in OTHERS if name in known and name != but and not {name, but} <= alike]
    return [name for name in left if pulp.getSolver(name, msg=False).available()]
