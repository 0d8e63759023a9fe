"""A sample of what two benchmarks try by the thousand: files made by chance, and random single edits of the shipped scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import fuzz, silent
from planner.scenario.load import LoadedScenario


def test_files_made_by_chance_are_read_or_refused_in_words(tmp_path: Path) -> None:
    state = fuzz.fuzz(150, tmp_path / "work", chance=7)
    assert not state.tracebacks, state.tracebacks[0]
    assert sum(state.ends.values()) >= 140
    assert state.ends["read"] > 0
    assert state.ends["refused in words"] > 0
    assert state.slowest < 5, state.slowest_is
    assert state.listing() == state.before
    assert [path.name for path in tmp_path.iterdir()] == ["work"]


def test_a_reader_that_breaks_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> LoadedScenario:
        raise OverflowError("planted")

    monkeypatch.setattr(fuzz, "load_scenario", broken)
    state = fuzz.fuzz(10, tmp_path / "work")
    assert state.ends["TRACEBACK"] == sum("planted" in text for text in state.tracebacks) > 0


def test_random_edits_of_the_shipped_scenarios_are_refused_or_shown(tmp_path: Path) -> None:
    ends, quiet = silent.try_edits(60, tmp_path, seed=7)
    assert not quiet, quiet[0]
    assert sum(ends.values()) == 60
    assert ends["refused"] > 0
    assert ends["shown"] > 0


def test_an_edit_that_nothing_shows_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silent, "seen", lambda loaded: ())
    ends, quiet = silent.try_edits(30, tmp_path, seed=7)
    assert ends["SILENT"] == len(quiet) > 0
