"""Where every value of a scenario comes from, and what a scenario changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from planner.scenario.load import LoadedScenario


def values(block: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every value of a scenario by its dotted name; lists count as one value."""
    if isinstance(block, BaseModel):
        items = [(field, getattr(block, field)) for field in type(block).model_fields]
    elif isinstance(block, dict) and block:
        items = [(str(key), value) for key, value in block.items()]
    else:
        return [(name, block)]
    return [leaf for key, value in items for leaf in values(value, f"{name}.{key}" if name else key)]


def shown(value: Any) -> str:
    """A value as a planner would write it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, list):
        return "[" + ", ".join(shown(dict(values(item)) if isinstance(item, BaseModel) else item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}"
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else f"{value}"


def explain_lines(loaded: LoadedScenario) -> list[str]:
    """One line a value: its name, the value, and the file and line that set it, or the word default.

    A value that replaced a parent's also shows the parent's.
    """
    lines = []
    for name, value in values(loaded.scenario):
        at = loaded.origins.get(name)
        where = f"{Path(at.file).name}:{at.line}" if at else "default"
        before = "".join(f"; {Path(origin.file).name}:{origin.line} had {shown(old)}" for origin, old in loaded.earlier.get(name, ()))
        lines.append(f"{name} = {shown(value)}  ({where}{before})")
    return lines
