"""Runs that write their tables only, for tests of what happens around the writing."""

from __future__ import annotations

import pytest


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out charts, pages, papers, workbooks and what is published."""
    for name in ("draw_all", "write_internal", "write_finance"):
        monkeypatch.setattr(f"planner.run_folder.{name}", lambda *_: None)
    monkeypatch.setattr("planner.run_folder.publish_into", lambda *_: "")
