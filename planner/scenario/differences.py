"""What a scenario changes: every value that is not as in the scenario it extends, or not the program's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from planner.scenario.schema import Scenario

if TYPE_CHECKING:
    from planner.scenario.load import LoadedScenario

OWN_VALUES = "the program's own values"
"""What a scenario that extends no other is held against."""

SAID_ELSEWHERE = ("title", "description")
"""Settings that stand at the head of every page and say nothing about the answer."""


@dataclass(frozen=True)
class Difference:
    """One value that differs: its dotted name, the value here and in the base as text, and the file and line that set it."""

    name: str
    value: str
    base_value: str
    place: str


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
    if isinstance(value, float):
        return (
            f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else f"{value:g}" if float(f"{value:g}") == value else f"{value!r}"
        )
    return f"{value}"


def base_name(loaded: LoadedScenario) -> str:
    """What a scenario is held against: the file it extends, or the program's own values."""
    return loaded.files[1].name if loaded.base is not None else OWN_VALUES


def differences(loaded: LoadedScenario) -> tuple[Difference, ...]:
    """Every value that differs from the base's, in the order of the reference; nothing that differs is left out.

    The base is the scenario that this one extends, with all that it extends itself; without one it is the program's own values.
    A name that only the base has shows with the value ``none``.
    """
    mine = dict(values(loaded.scenario))
    base: dict[str, Any]
    if loaded.base is not None:
        base = dict(values(loaded.base))
    else:
        base = {name: value for name, value in values(Scenario(title="none", county="none")) if name not in ("title", "county")}
    found = []
    for name in [*mine, *(name for name in base if name not in mine)]:
        here, there = mine.get(name), base.get(name)
        if here == there and type(here) is type(there) and (name in mine) == (name in base):
            continue
        if here in (None, {}, []) and there in (None, {}, []):
            continue
        found.append(Difference(name, _said(here), _said(there), _place(loaded, name)))
    return tuple(found)


def difference_lines(loaded: LoadedScenario, most: int | None = None) -> list[str]:
    """The differences in words, a line each, at most so many, after a line that says from what."""
    found = [one for one in differences(loaded) if one.name not in SAID_ELSEWHERE]
    number = "1 setting differs" if len(found) == 1 else f"{len(found)} settings differ"
    lines = [f"{number} from {base_name(loaded)}{':' if found else '.'}"]
    lines += [f"  {one.name} = {one.value}  ({one.place}; there {one.base_value})" for one in found[:most]]
    return lines if most is None or len(found) <= most else [*lines, f"  ... and {len(found) - most} more (planner explain shows all)"]


def _said(value: Any) -> str:
    return "none" if value in ({}, []) else shown(value)


def _place(loaded: LoadedScenario, name: str) -> str:
    """The file and line that set a value, or that took it away."""
    while name:
        if name in loaded.origins:
            at = loaded.origins[name]
            return f"{Path(at.file).name}:{at.line}"
        name = name.rpartition(".")[0]
    return "not written here"
