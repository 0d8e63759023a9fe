"""The figures of a run that are kept, so that none changes without somebody saying why."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pandas as pd

from planner.results.solution import Solution

CHANGES = "CHANGES.md"
LINE = re.compile(r"- (\d{4}-\d{2}-\d{2}): (\S+) \((\w{12})\): (.+)")
"""A line of the list of changes: the day, the file, the first twelve digits of its SHA-256, and the reason."""


def figures(solution: Solution) -> str:
    """Objective by aim, counts by year, and ledger lines by year, as text."""
    lines = [f"aim {stage.aim}: {stage.value:.6g} {stage.outcome}" for stage in solution.record.stages if stage.value is not None]

    def add(title: str, frame: pd.DataFrame, keys: list[str], column: str, digits: int) -> None:
        if frame.empty:
            lines.append(f"{title}: none")
            return
        for key, value in frame.groupby(keys)[column].sum().items():
            if round(float(value), digits):
                lines.append(f"{title} {', '.join(key) if isinstance(key, tuple) else key}: {value:.{digits}f}")

    add("waiting", solution.table("waiting"), ["year"], "children", 3)
    add("children", solution.table("ehcps"), ["situation", "year"], "children", 3)
    add("entries", solution.table("entries"), ["provision_type", "year"], "children", 3)
    add("avoided", solution.table("avoided"), ["year"], "children", 3)
    add("open", solution.table("options"), ["option", "year"], "blocks", 0)
    add("broken limits", solution.table("slacks"), ["limit", "year"], "objective_gbp", 2)
    add("pounds", solution.table("ledger"), ["fund", "line", "academic_year"], "cash_gbp", 2)
    add("present value", solution.table("ledger"), ["line"], "present_value_gbp", 2)
    return "\n".join(lines) + "\n"


def digest(path: Path) -> str:
    """The first twelve digits of a file's SHA-256, whatever its line ends."""
    return hashlib.sha256(path.read_text(encoding="utf-8").encode("utf-8")).hexdigest()[:12]


def unexplained(folder: Path) -> list[str]:
    """Golden files whose last line in the list of changes is not about them as they are."""
    last: dict[str, tuple[str, str]] = {}
    for line in (folder / CHANGES).read_text(encoding="utf-8").splitlines():
        match = LINE.fullmatch(line)
        if match:
            last[match[2]] = (match[3], match[4])
    found = []
    for path in sorted(folder.glob("*.txt")):
        known, reason = last.get(path.name, ("", ""))
        if known != digest(path):
            found.append(f"{path.name} has changed to {digest(path)}: add a line with the day, that number and the reason to {CHANGES}")
        elif len(reason) < 20:
            found.append(f"{path.name}: '{reason}' is not a reason")
    return found
