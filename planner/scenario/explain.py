"""Where every value of a scenario comes from, and what a scenario changes."""

from __future__ import annotations

from pathlib import Path

from planner.scenario.differences import difference_lines, shown, values
from planner.scenario.load import LoadedScenario


def explain_lines(loaded: LoadedScenario) -> list[str]:
    """What differs from the base, then one line a value: its name, the value, and the file and line that set it, or the word default.

    A value that replaced a parent's also shows the parent's.
    """
    lines = [*difference_lines(loaded), "", "Every value:"]
    for name, value in values(loaded.scenario):
        at = loaded.origins.get(name)
        where = f"{Path(at.file).name}:{at.line}" if at else "default"
        before = "".join(f"; {Path(origin.file).name}:{origin.line} had {shown(old)}" for origin, old in loaded.earlier.get(name, ()))
        lines.append(f"{name} = {shown(value)}  ({where}{before})")
    return lines
