"""What a command found, as data for other programs: read from the finished folder, so that kept and new results tell the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from planner.commands.talk import problem_data
from planner.errors import InputError, PlannerError


def failure_data(path: Path, error: PlannerError, code: int) -> dict[str, Any]:
    """A run that failed, as data for other programs."""
    problems = problem_data(error.problems) if isinstance(error, InputError) else []
    return {"scenario": path.stem, "folder": None, "exit_code": code, "error": str(error), "problems": problems}


def run_data(folder: Path, code: int, *, kept: bool = False) -> dict[str, Any]:
    """The chief results of a finished run, as data for other programs; ``kept`` where results that stood were not made again."""
    import pandas as pd

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    solve, check = manifest["solve"], manifest["check"]
    avoided = pd.read_csv(folder / "internal" / "tables" / "avoided.csv")
    return {
        "scenario": manifest["scenario_name"],
        "folder": str(folder),
        "exit_code": code,
        "kept": kept,
        "outcome": solve["outcome"],
        "check_passed": check["passed"],
        "findings": check["findings"],
        "withheld": manifest["withheld"],
        "cost_present_value_gbp": solve["cost_gbp"],
        "waiting_child_years": solve["waiting_child_years"],
        "ehcps_avoided": float(avoided["children"].sum()),
        "aims": [{key: stage[key] for key in ("aim", "outcome", "value", "bound", "limit")} for stage in solve["stages"]],
    }
