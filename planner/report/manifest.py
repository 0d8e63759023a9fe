"""The manifest: what a run was made from, what it proved and what the check found, enough to make it again."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import platform
from pathlib import Path
from typing import Any

import planner
from planner.check.report import CheckReport
from planner.county.county import County
from planner.county.read import file_hash
from planner.report.versions import PACKAGES
from planner.scenario.load import LoadedScenario
from planner.solve.outcome import SolveRecord


def made_with() -> dict[str, Any]:
    """The program as it is installed: its version, the hash of its own text, and the versions of Python and of every package that it uses."""
    root = Path(planner.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes().replace(b"\r\n", b"\n"))
    return {
        "planner_version": planner.__version__,
        "program": digest.hexdigest(),
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in PACKAGES},
    }


def inputs_of(loaded: LoadedScenario, county: County) -> dict[str, str]:
    """The SHA-256 of every file that a run reads, by name: scenario files as ``scenarios/NAME``, county files as ``data/COUNTY/NAME``."""
    hashes = {f"scenarios/{path.name}": file_hash(path) for path in loaded.files}
    hashes.update({f"data/{county.name}/{name}": digest for name, digest in county.hashes.items()})
    matrix = loaded.scenario.travel.matrix
    if matrix is not None:
        hashes[f"data/{county.name}/{matrix}"] = file_hash(county.folder / matrix)
    return hashes


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
        **made_with(),
        "created": created,
        "system": platform.system(),
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
