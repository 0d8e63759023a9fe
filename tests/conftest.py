"""What several tests share: the tiny county, run once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from planner.run import Case, RunResult, prepare, run_scenario

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
