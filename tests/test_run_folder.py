"""The folder of a run: charts may be drawn before the rest is known, and those of the plan that is written stand in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from planner.report.beside import Beside
from planner.results.solution import Solution
from planner.run import RunResult
from planner.run_folder import RunFolder


def test_charts_are_drawn_once_for_each_solution(tiny_run: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Solution] = []
    monkeypatch.setattr("planner.run_folder.draw_all", lambda *given: drawn.append(given[-1]))
    folder = RunFolder(tiny_run.case, tmp_path, Beside(wanted=False))
    other = replace(tiny_run.solution)
    for solution in (tiny_run.solution, tiny_run.solution, other, other):
        folder.draw(solution)
    assert [id(solution) for solution in drawn] == [id(tiny_run.solution), id(other)]
    assert not (tmp_path / "tiny").exists(), "nothing takes the place of what stands until the rest is written"
