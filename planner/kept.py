"""Whether the results that stand are still what a run would write, so that it need not be run again."""

from __future__ import annotations

import datetime
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.county.read import read_county
from planner.folders.swap import manifest_of, put_right
from planner.folders.whole import damage
from planner.report.manifest import inputs_of, made_with
from planner.scenario.load import load_scenario


@dataclass(frozen=True)
class Standing:
    """Results that stand, and why a run would not write the same; ``changed`` is empty where nothing changed."""

    folder: Path
    manifest: dict[str, Any]
    changed: tuple[str, ...]

    @property
    def when(self) -> str:
        """When the results were made, in this computer's time."""
        try:
            made = datetime.datetime.fromisoformat(str(self.manifest["created"])).astimezone()
        except (KeyError, ValueError, OverflowError, OSError):
            return "an unknown day"
        return f"{made.day} {made:%B %Y, %H:%M}"


def standing(path: Path, data_root: Path, out_root: Path) -> Standing | None:
    """The results that stand for a scenario, and what changed since they were made; None where none stand.

    Compared are the scenario's files, every table of the county, the program with its packages, and whether what was written is still there.

    Raises:
        InputError: if the scenario or the county is wrong.

    """
    folder = out_root / path.stem
    put_right(folder)
    manifest = manifest_of(folder)
    if manifest is None:
        return None
    loaded = load_scenario(path)
    inputs = inputs_of(loaded, read_county(data_root / loaded.scenario.county))
    return Standing(folder, manifest, tuple(_changed(folder, manifest, inputs)))


def _changed(folder: Path, manifest: dict[str, Any], inputs: dict[str, str]) -> list[str]:
    had = manifest.get("inputs")
    had = had if isinstance(had, dict) else {}
    found = [f"{name} changed" for name in inputs if name in had and had[name] != inputs[name]]
    found += [f"{name} is new" for name in inputs if name not in had]
    found += [f"{name} is no longer read" for name in had if name not in inputs]
    found += _program(manifest)
    check = manifest.get("check")
    if not (isinstance(check, dict) and check.get("passed")):
        found.append("the check of these results failed")
    if manifest.get("stopped_by_hand"):
        found.append("the search was stopped by hand")
    return found + (damage(folder, manifest) if "files" in manifest else ["it was written by an earlier version"])


def _program(manifest: dict[str, Any]) -> list[str]:
    now = made_with()
    if manifest.get("planner_version") != now["planner_version"]:
        return [f"the program was version {manifest.get('planner_version')} and is {now['planner_version']}"]
    if manifest.get("program") != now["program"]:
        return ["the program changed"]
    had = manifest.get("packages")
    found = [f"{name} is {version}" for name, version in now["packages"].items() if not isinstance(had, dict) or had.get(name) != version]
    python = str(manifest.get("python")).split(".")[:2]
    return found + ([] if python == list(platform.python_version_tuple()[:2]) else [f"Python is {now['python']}"])
