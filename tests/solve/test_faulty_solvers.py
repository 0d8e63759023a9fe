"""A solver that fails, lies or hangs: what is said of its answer, how the command ends, and where a second way helps."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import highspy
import numpy as np
import pulp
import pytest

from planner import run as running
from planner import run_folder
from planner.case import Case
from planner.cli import main
from planner.model.build import build_model
from planner.model.program import Program
from planner.run import prepare
from planner.scenario.load import load_scenario
from planner.scenario.schema import Scenario
from planner.solve import another, guard, highs_arrays, run, through_pulp
from planner.solve.outcome import Answer, Outcome
from planner.solve.task import judge
from tests import five_children as five
from tests.solve.fakes import FAULTS, Fault, install

COUNTIES = Path(__file__).resolve().parent.parent / "counties"
TINY = COUNTIES.parent / "scenarios" / "tiny.yaml"


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "GRACE_SECONDS", 0.2)
    monkeypatch.setattr(guard, "ANSWER_SECONDS", 0.1)


def question(path: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Program, Scenario]:
    """The five children, by way of PuLP or of HiGHS' arrays."""
    objective = [{"aim": "cost"}] if path == "arrays" else [{"aim": "waiting"}, {"aim": "cost"}, {"aim": "travel"}]
    if path == "arrays":
        monkeypatch.setattr(run, "PULP_COLUMNS", 0)
    scenario = five.scenario(solve={"gap": 0.01, "time_limit_seconds": 0.5}, objective=objective)
    return build_model(scenario, five.county(), five.demand(), five.arcs(), five.rates(0.03), five.programme()).program, scenario


SAID = {
    "optimal": (Outcome.PROVEN, ""),
    "within gap": (Outcome.WITHIN_GAP, ""),
    "time limit with a plan": (Outcome.STOPPED_WITH_PLAN, "time limit"),
    "time limit without a plan": (Outcome.STOPPED_WITH_PLAN, "time limit"),
    "infeasible": (Outcome.INFEASIBLE, "Infeasible"),
    "unbounded": (Outcome.STOPPED_WITH_PLAN, "the solver ended with 'Unbounded'"),
    "error": (Outcome.STOPPED_WITH_PLAN, "the solver ended with 'Solve error'"),
    "raises": (Outcome.STOPPED_WITH_PLAN, "the solver failed: no licence was found"),
    "hangs": (Outcome.STOPPED_WITH_PLAN, "time limit, which the solver went past"),
    "values that are not numbers": (Outcome.STOPPED_WITH_PLAN, "the solver's plan holds values that are not numbers"),
    "wrong objective": (Outcome.STOPPED_WITH_PLAN, "the solver's bound or objective, which its own plan disproves"),
    "wrong plan": (Outcome.STOPPED_WITH_PLAN, "the solver's plan goes past what a decision may be"),
    "parts of an opening": (Outcome.STOPPED_WITH_PLAN, "the solver's plan has 0.3700 of an opening where it must be whole"),
    "killed": (Outcome.STOPPED_WITH_PLAN, "the solver failed: the process ran out of memory"),
}


@pytest.mark.parametrize("path", ["pulp", "arrays"])
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_faulty_search_is_called_what_it_is_and_never_better(name: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question(path, monkeypatch)
    release = threading.Event()
    right = run.solve(program, scenario)
    done = install(monkeypatch, FAULTS[name], release=release)
    answer = run.solve(program, scenario)
    release.set()
    outcome, words = SAID[name]
    stage = answer.record.stages[0]
    assert done
    if name == "hangs" and stage.outcome is Outcome.PROVEN:  # what its callbacks told before it hung may prove its plan
        assert stage.bound is not None
        assert stage.bound == pytest.approx(stage.value)
    else:
        assert stage.outcome is outcome
    assert words == stage.limit
    if outcome is not Outcome.INFEASIBLE:
        assert answer.values is not None
        assert np.isfinite(answer.values).all()
        assert (answer.values[program.whole] == np.round(answer.values[program.whole])).all()
        assert stage.value is not None
        assert right.record.stages[0].value is not None
        assert stage.value >= right.record.stages[0].value - 1e-3
        assert stage.bound is None or stage.bound <= stage.value + 1e-3


def test_the_best_plan_so_far_is_used_where_a_solver_does_not_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("arrays", monkeypatch)
    right = run.solve(program, scenario)
    release = threading.Event()
    install(monkeypatch, FAULTS["hangs"], release=release)
    answer = run.solve(program, scenario)
    release.set()
    assert right.values is not None
    assert answer.values is not None
    opens = program.family("open").places
    assert right.values[opens].sum() > 0, "the best plan opens something, or this would prove nothing"
    assert (answer.values[opens] == right.values[opens]).all()
    assert not answer.record.stages[0].openings_held


def test_a_solver_that_hangs_before_it_has_a_plan_leaves_what_was_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("arrays", monkeypatch)
    release = threading.Event()
    install(monkeypatch, Fault(run=lambda: release.wait(60.0)), release=release)
    answer = run.solve(program, scenario)
    release.set()
    assert answer.values is not None
    assert answer.values[program.family("open").places].sum() == 0
    assert answer.record.stages[0].openings_held
    assert answer.record.stages[0].limit == guard.OVERRUN


def test_a_session_whose_solver_hangs_answers_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("pulp", monkeypatch)
    release = threading.Event()
    monkeypatch.setattr(run, "PULP_COLUMNS", 0)
    install(monkeypatch, FAULTS["hangs"], everywhere=True, first=1, release=release)
    small = scenario.model_copy(update={"solve": scenario.solve.model_copy(update={"time_limit_seconds": 0.05, "method": "whole"})})
    answer = run.solve(program, small)
    release.set()
    assert answer.values is None
    assert answer.record.outcome is Outcome.STOPPED_WITHOUT_PLAN


def test_a_system_without_threads_solves_without_a_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("pulp", monkeypatch)

    def none(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    assert run.solve(program, scenario).record.outcome is Outcome.PROVEN


class _Other:
    """A solver of another kind, whose process is killed or which ends without a word."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    def actualSolve(self, problem: pulp.LpProblem, **_: object) -> object:  # noqa: N802 - PuLP's name
        if self.error is not None:
            raise self.error
        if hasattr(problem, "exported_variables"):
            return SimpleNamespace(has_solution=False, status_str="Not Solved")
        problem.sol_status = pulp.LpSolutionNoSolutionFound
        return 0

    solve = actualSolve


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            pulp.PulpSolverError("Pulp: Error while trying to execute, returned -9"),
            "the solver failed: Pulp: Error while trying to execute, returned -9",
        ),
        (FileNotFoundError("no licence file"), "the solver failed: no licence file"),
        (None, "the solver ended with"),
    ],
)
def test_a_solver_of_another_kind_that_dies_is_a_failure(error: Exception | None, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("pulp", monkeypatch)
    monkeypatch.setattr(through_pulp, "_solver", lambda *_: _Other(error))
    answer = run.solve(program, scenario)
    assert answer.record.outcome is Outcome.FAILED
    assert answer.record.stages[0].limit.startswith(words)


def test_the_outcome_is_judged_again_once_the_allocation_is_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("pulp", monkeypatch)
    real = highs_arrays.solve

    def dearer(task):
        found = real(task)
        cost = task.program.aims["cost"].costs
        worse = found.values.copy()
        worse[np.argmax(np.where(task.program.whole, 0.0, cost))] += 1.0
        return replace(found, values=worse)

    monkeypatch.setattr(highs_arrays, "solve", dearer)
    stage = run.solve(program, scenario).record.stage("cost")
    assert stage is not None
    assert stage.outcome is judge(stage.value, stage.bound, scenario.solve.gap, 1000.0, "")
    assert stage.outcome is not Outcome.PROVEN


# How the command ends


@cache
def prepared() -> Case:
    return prepare(TINY, COUNTIES, lambda text: None)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command without what takes time and has nothing to do with the solver: reading, drawings and workbooks."""
    monkeypatch.setattr(running, "prepare", lambda path, data, stage: replace(prepared(), loaded=load_scenario(path)))
    monkeypatch.setattr(run_folder, "draw_all", lambda *_: None)
    monkeypatch.setattr(run_folder, "write_internal", lambda *_: None)
    monkeypatch.setattr(run_folder, "write_finance", lambda *_: None)
    monkeypatch.setattr(run_folder, "publish_into", lambda *_: "")
    monkeypatch.setattr(run_folder, "run_pack", lambda source: type("Pack", (), {"facts": {}})())


def command(tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: float = 20.0) -> tuple[int, str]:
    scenario = tmp_path / "tiny.yaml"
    scenario.write_text(
        TINY.read_text(encoding="utf-8").replace("{gap: 0.0}", f"{{gap: 0.01, time_limit_seconds: {seconds:g}}}"), encoding="utf-8"
    )
    code = main(["run", str(scenario), "--data", str(COUNTIES), "--out", str(tmp_path / "outputs")])
    return code, capsys.readouterr().err


ENDS = {
    "optimal": (0, "proven within"),
    "within gap": (0, "proven within"),
    "time limit with a plan": (3, "Cost £"),
    "time limit without a plan": (4, "stopped before it had a plan, while improving waiting (time limit)"),
    "infeasible": (4, "says that no plan is possible"),
    "unbounded": (4, "failed while improving waiting: the solver ended with 'Unbounded'"),
    "error": (4, "failed while improving waiting: the solver ended with 'Solve error'"),
    "raises": (4, "failed while improving waiting: the solver failed: no licence was found"),
    "hangs": (4, "stopped before it had a plan, while improving waiting (time limit, which the solver went past)"),
    "values that are not numbers": (4, "the solver's plan holds values that are not numbers"),
    "wrong objective": (3, "the solver's bound or objective, which its own plan disproves"),
    "wrong plan": (4, "the solver's plan "),
    "parts of an opening": (3, "must be whole"),
    "killed": (4, "the process ran out of memory"),
}
"""How the command ends and what it says where every search is faulty and no other solver is there."""


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", sorted(ENDS))
def test_how_the_command_ends(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(another, "OTHERS", ())
    monkeypatch.setattr(run, "EXACT_LEAST_SECONDS", 0.2)
    monkeypatch.setattr(run, "EXACT_TIMES", 1.0)
    release = threading.Event()
    fault = Fault(run=lambda: release.wait(60.0)) if name == "hangs" else FAULTS[name]
    install(monkeypatch, fault, everywhere=True, release=release)
    code, said = command(tmp_path, capsys, 0.2 if name == "hangs" else 20.0)
    release.set()
    expected, words = ENDS[name]
    assert code == expected
    assert words in said
    assert "Traceback" not in said
    written = tmp_path / "outputs" / "tiny"
    assert written.exists() == (code != 4)
    if code == 3:
        assert "proven to be the best possible" not in (written / "internal" / "summary.md").read_text(encoding="utf-8").split("Travel")[0]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("name", ["infeasible", "raises", "values that are not numbers", "wrong objective"])
def test_a_solver_that_fails_once_is_asked_another_way_and_both_are_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    install(monkeypatch, FAULTS[name], first=1)
    code, said = command(tmp_path, capsys)
    assert code == 0
    assert "HiGHS as the scenario asks: " in said
    assert "HiGHS with seed 1 and without presolve: passed the check" in said
    manifest = json.loads((tmp_path / "outputs" / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    assert len(manifest["attempts"]) == 2
    assert manifest["solve"]["random_seed"] == 1
    assert "more than one way" in (tmp_path / "outputs" / "tiny" / "internal" / "summary.md").read_text(encoding="utf-8")


def spoilt(monkeypatch: pytest.MonkeyPatch, times: int) -> list[bool]:
    """The tables of the first so many answers hold a pound too much."""
    real, done = running.all_tables, list[bool]()

    def tables(case, model, answer: Answer, values: np.ndarray):
        found = real(case, model, answer, values)
        done.append(len(done) < times)
        if done[-1]:
            found.tables["ledger"].loc[0, "cash_gbp"] += 1.0
        return found

    monkeypatch.setattr(running, "all_tables", tables)
    return done


@pytest.mark.usefixtures("quick")
def test_a_plan_that_does_not_pass_the_check_is_looked_for_another_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert spoilt(monkeypatch, 1) == []
    code, said = command(tmp_path, capsys)
    assert code == 0
    assert "HiGHS as the scenario asks: " in said
    assert "findings of the check" in said or "finding of the check" in said
    assert "HiGHS with seed 1 and without presolve: passed the check" in said


@pytest.mark.usefixtures("quick")
def test_nothing_is_published_where_no_way_passes_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    done = spoilt(monkeypatch, 10)
    monkeypatch.setattr(run_folder, "publish_into", lambda *_: pytest.fail("published"))
    code, said = command(tmp_path, capsys)
    assert code == 6
    assert "CHECK FAILED" in said
    assert 2 <= len(done) <= 3
    assert not (tmp_path / "outputs" / "tiny" / "public").exists()
    written = json.loads((tmp_path / "outputs" / "tiny" / "manifest.json").read_text(encoding="utf-8"))
    assert written["withheld"] == "The check failed."
    assert len(written["attempts"]) == len(done)


def test_presolve_is_off_and_the_seed_another_the_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    program, scenario = question("pulp", monkeypatch)
    seen: list[tuple[object, object]] = []
    real = highspy.Highs

    class Seen(real):
        def run(self):
            seen.append((self.getOptionValue("presolve")[1], self.getOptionValue("random_seed")[1]))
            return super().run()

    monkeypatch.setattr(highspy, "Highs", Seen)
    second = another.ways(scenario.solve, program.column_count)[1]
    run.solve(program, scenario.model_copy(update={"solve": second.settings}), presolve=second.presolve)
    assert seen
    assert set(seen) == {("off", 1)}


def test_a_large_program_is_not_handed_to_another_kind_of_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    _, scenario = question("pulp", monkeypatch)
    assert len(another.ways(scenario.solve, another.MOST_COLUMNS + 1)) == 2
    assert all(way.settings.solver == "HiGHS" for way in another.ways(scenario.solve, another.MOST_COLUMNS + 1))
