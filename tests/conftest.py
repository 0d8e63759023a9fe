"""What several tests share: the tiny county, run once."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import pytest
from hypothesis import settings

from planner.case import Case
from planner.report.charts.public import draw_public
from planner.report.packs import PUBLIC_WRITERS, write_public
from planner.run import RunResult, prepare, run_scenario

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tests" / "scenarios" / "tiny.yaml"
COUNTIES = ROOT / "tests" / "counties"

settings.register_profile("the same each time", derandomize=True, database=None, print_blob=True, deadline=None)
settings.register_profile("searching", print_blob=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "the same each time"))


@pytest.fixture(scope="session")
def tiny_case() -> Case:
    return prepare(TINY, COUNTIES, lambda text: None)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run_scenario(TINY, COUNTIES, tmp_path_factory.mktemp("out"))


@pytest.fixture
def without_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs draw no chart: for tests of a whole run that look at something else, since pictures take most of its time."""
    monkeypatch.setattr("planner.run_folder.draw_all", lambda *given: None)
    writers = tuple(writer for writer in PUBLIC_WRITERS if writer is not draw_public)
    monkeypatch.setattr("planner.run_folder.write_public", partial(write_public, writers=writers))
