"""The manifest: what a run was made from, what it proved and what the check found, enough to make it again."""

from __future__ import annotations

import dataclasses
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

import planner
from planner.check.report import CheckReport
from planner.report.versions import PACKAGES
from planner.scenario.load import LoadedScenario
from planner.solve.outcome import SolveRecord


def solve_part(record: SolveRecord, cost_gbp: float, broken_gbp: float, waiting_child_years: float) -> dict[str, Any]:
    """The solve record as plain data, with the cost that the ledger must add to."""
    data = dataclasses.asdict(record)
    data["outcome"] = str(record.outcome)
    data["cost_gbp"], data["broken_limits_gbp"], data["waiting_child_years"] = cost_gbp, broken_gbp, waiting_child_years
    for stage in data["stages"]:
        stage["outcome"] = str(stage["outcome"])
    return data


def build_manifest(
    loaded: LoadedScenario, inputs: dict[str, str], solve: dict[str, Any], check: CheckReport | None, created: str
) -> dict[str, Any]:
    """Everything about a run as plain data.

    ``inputs`` holds the SHA-256 of every file read, by name: scenario files as ``scenarios/NAME``, county files as ``data/COUNTY/NAME``.
    """
    return {
        "planner_version": planner.__version__,
        "created": created,
        "python": platform.python_version(),
        "system": platform.system(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
        "scenario_name": loaded.path.stem,
        "scenario": loaded.scenario.model_dump(mode="json"),
        "origins": {name: f"{Path(origin.file).name}:{origin.line}" for name, origin in sorted(loaded.origins.items()) if name},
        "inputs": inputs,
        "solve": solve,
        "check": None
        if check is None
        else {"passed": check.passed, "tested": check.tested, "findings": [str(finding) for finding in check.findings]},
    }


def manifest_text(data: dict[str, Any]) -> str:
    """The manifest as JSON text."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
