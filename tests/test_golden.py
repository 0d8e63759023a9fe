"""The figures of small runs are as they were, or a dated line says why not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planner.run import RunResult
from tests.check.rich import SCENARIO, answer
from tests.golden_results import CHANGES, digest, figures, unexplained

GOLDEN = Path(__file__).parent / "golden"


def same(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


def test_the_tiny_county_costs_what_it_did(tiny_run: RunResult) -> None:
    same("tiny", figures(tiny_run.solution))


def test_a_county_with_something_in_every_table_costs_what_it_did(tmp_path: Path) -> None:
    same("rich", figures(answer(tmp_path).solution))
    assert "close_ind" in SCENARIO


def test_every_golden_file_has_a_dated_reason() -> None:
    assert unexplained(GOLDEN) == []


@pytest.mark.parametrize("reason", ["", "because", None])
def test_a_change_without_a_reason_is_refused(reason: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("pounds: 1\n", encoding="utf-8")
    number = digest(path)
    line = "" if reason is None else f"- 2026-11-24: x.txt ({number}): {reason}\n"
    (tmp_path / CHANGES).write_text(f"# Why\n\n{line}", encoding="utf-8")
    assert len(unexplained(tmp_path)) == 1
    (tmp_path / CHANGES).write_text(f"- 2026-11-24: x.txt ({number}): prices of places were raised\n", encoding="utf-8")
    assert unexplained(tmp_path) == []
    path.write_text("pounds: 2\n", encoding="utf-8")
    assert len(unexplained(tmp_path)) == 1
