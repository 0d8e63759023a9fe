"""What a solve came to, in our own words: never better than what was proven."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Outcome(StrEnum):
    """How a search ended. Unknown is never good."""

    PROVEN = "proven optimal"
    WITHIN_GAP = "within gap"
    STOPPED_WITH_PLAN = "stopped with a plan"
    STOPPED_WITHOUT_PLAN = "stopped without a plan"
    INFEASIBLE = "infeasible"
    FAILED = "failed"


@dataclass(frozen=True)
class StageRecord:
    """What one stage of the search (one aim) found and proved.

    ``bound`` is the best possible value of the aim that was proven, ``value`` the value of the plan, ``gap`` their
    difference as a share of the value (0 when both are 0); ``None`` where nothing was proven.
    ``seconds`` is wall time. ``limit`` names the limit that stopped it or says how the solver failed, or is empty.
    """

    aim: str
    outcome: Outcome
    value: float | None
    bound: float | None
    gap: float | None
    seconds: float
    limit: str
    openings_held: bool = False

    @property
    def failed(self) -> bool:
        """Whether the solver failed here or contradicted itself, so that the plan is an earlier one or nothing is proven of it."""
        return self.aim != "travel" and self.limit.startswith("the solver")


@dataclass(frozen=True)
class SolveRecord:
    """The whole search: solver, size, stages in order and the outcome of the cost aim.

    ``numbers`` says how far apart the model's numbers are, a line for each kind; ``too_wide`` which of them a solver deals with badly.
    """

    solver: str
    solver_version: str
    method: str
    threads: int
    random_seed: int
    columns: int
    rows: int
    nonzeros: int
    whole_columns: int
    build_seconds: float
    solve_seconds: float
    stages: tuple[StageRecord, ...]
    numbers: tuple[str, ...] = ()
    too_wide: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The least good outcome of the aims that decide what opens; travel is improved afterwards with openings held."""
        order = list(Outcome)
        deciding = [stage.outcome for stage in self.stages if not stage.openings_held or stage.aim != "travel"]
        return max(deciding, key=order.index, default=Outcome.FAILED)

    def stage(self, aim: str) -> StageRecord | None:
        """The record of one aim, if it was part of the objective."""
        return next((stage for stage in self.stages if stage.aim == aim), None)


def why_no_plan(record: SolveRecord) -> str:
    """Why a search has no plan, in plain words, with what may be done."""
    last = record.stages[-1]
    if last.outcome is Outcome.INFEASIBLE:
        return (
            f"{record.solver} says that no plan is possible, while improving {last.aim}. Limits can be broken at a price and everyone can "
            "wait, so decisions must exclude one another: 'planner validate' names those that it finds."
        )
    if last.outcome is Outcome.STOPPED_WITHOUT_PLAN:
        return (
            f"The search was stopped before it had a plan, while improving {last.aim} ({last.limit or 'no reason was given'}). "
            "Raise solve.time_limit_seconds, or plan by larger areas (detail.areas)."
        )
    return f"{record.solver} failed while improving {last.aim}: {last.limit or 'it gave no reason'}."


@dataclass(frozen=True)
class Answer:
    """A vector of column values (None without a plan) with the record of how it was found.

    ``duals`` holds pounds of present value per unit of each row, from the program with whole numbers
    fixed; ``row_range`` (rows, 2) how far each row's limit may fall and rise before its dual changes.
    Both are None when they were not asked for or there is no plan.
    """

    values: Floats | None
    record: SolveRecord
    duals: Floats | None = None
    row_range: Floats | None = None
