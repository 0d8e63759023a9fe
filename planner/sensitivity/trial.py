"""One trial: a scenario solved with the openings of a plan held, or chosen anew, checked and kept in a file of its own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from planner.case import Case
from planner.check.replay import check_tables
from planner.county.county import County
from planner.errors import PlannerError
from planner.report.assurance import fingerprint
from planner.report.write import write_bytes
from planner.results.start import openings_of
from planner.run import all_tables, build, work_out
from planner.scenario.load import LoadedScenario
from planner.scenario.schema import Scenario
from planner.solve.run import solve

HELD: Final = ("open", "blocks")
"""The column families that say what opens, when and how large."""

FAILURES: Final = (PlannerError, ValueError, ArithmeticError, LookupError, RuntimeError, MemoryError)
"""What ends one trial and not the others."""


@dataclass(frozen=True)
class Trial:
    """What one trial came to, over all years planned.

    ``gap_gbp`` is how much cheaper the same question could have been answered; ``error`` says why there is no answer, and is empty
    where there is one. ``made_from`` is the fingerprint of everything that the answer depends on, ``question`` that of the solver's
    program: two trials with the same question have the same answer.
    """

    name: str
    made_from: str
    question: str = ""
    cost_gbp: float = 0.0
    gap_gbp: float = 0.0
    waiting_child_years: float = 0.0
    ehcps_avoided: float = 0.0
    seconds: float = 0.0
    error: str = ""


@dataclass(frozen=True)
class Bench:
    """What every trial of a study shares: the scenario as read, the county, the openings to hold (None: chosen anew) and the folder of files."""

    loaded: LoadedScenario
    county: County
    openings: pd.DataFrame | None
    folder: Path
    stage: Callable[[str], None]

    def case(self, scenario: Scenario) -> Case:
        """Everything worked out from a scenario before it is solved."""
        return work_out(replace(self.loaded, scenario=scenario), self.county, lambda text: None)

    def run(self, name: str, said: str, scenario: Scenario, openings: pd.DataFrame | None = None, same_as: Trial | None = None) -> Trial:
        """One trial, from its file if it was made from the same before; otherwise solved, checked and written, whole.

        ``name`` is that of its file, ``said`` what people are told of it. ``openings`` take the place of the study's. Where the question turns out to be that of ``same_as``, so is the answer. A trial that
        fails says why, and is tried again the next time.
        """
        held = self.openings if openings is None else openings
        made_from = fingerprint(scenario, self.county, held)
        path = self.folder / f"{name}.json"
        old = read_trial(path)
        if old is not None and old.made_from == made_from and not old.error:
            return old
        self.stage(said)
        try:
            trial = _solved(name, made_from, self.case(scenario), held, same_as)
        except FAILURES as error:
            trial = Trial(name, made_from, error=" ".join(str(error).split()) or type(error).__name__)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_bytes(path, (json.dumps(asdict(trial), indent=2) + "\n").encode())
        return trial


def read_trial(path: Path) -> Trial | None:
    """A trial that was written before; None where there is none that can be used."""
    try:
        return Trial(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _solved(name: str, made_from: str, case: Case, openings: pd.DataFrame | None, same_as: Trial | None) -> Trial:
    scenario = case.loaded.scenario
    two = scenario.model_copy(update={"objective": [aim for aim in scenario.objective if aim.aim != "travel"]})
    model = build(case)
    program = model.program if openings is None else model.program.holding(openings_of(model, openings), HELD)
    question = _question(program)
    if same_as is not None and same_as.question == question and not same_as.error:
        return replace(same_as, name=name, made_from=made_from, seconds=0.0)
    answer = solve(program, two, want_duals=False)
    if answer.values is None:
        raise PlannerError(f"no plan was found: {answer.record.outcome}")
    solution = all_tables(case, model, answer, answer.values)
    broken = float(program.aims["broken_limits"].costs @ answer.values)
    cost = float(program.aims["cost"].costs @ answer.values) + program.aims["cost"].constant - broken
    report = check_tables(solution.tables, scenario, case.county, case.demand, case.arcs, case.rates, case.programme, cost, broken)
    if not report.passed:
        raise PlannerError(f"the check failed: {report.findings[0]}")
    stage = answer.record.stage("cost")
    bound = cost + broken if stage is None or stage.bound is None else stage.bound
    return Trial(
        name,
        made_from,
        question,
        cost_gbp=cost,
        gap_gbp=max(cost + broken - bound, 0.0),
        waiting_child_years=float(solution.table("waiting")["children"].sum()),
        ehcps_avoided=float(solution.table("avoided")["children"].sum()),
        seconds=answer.record.solve_seconds,
    )


def _question(program: Any) -> str:
    found = hashlib.sha256()
    arrays = [program.lower, program.upper, program.row_lower, program.row_upper]
    arrays += [program.matrix.data, program.matrix.indices, program.matrix.indptr]
    for aim in sorted(program.aims.values(), key=lambda one: str(one.name)):
        arrays += [aim.costs]
        found.update(f"{aim.name} {aim.constant!r} ".encode())
    for array in arrays:
        found.update(array.tobytes())
    return found.hexdigest()
