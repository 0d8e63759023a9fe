"""Finished runs as they lie in their folders: what they were made from, what they proved and their tables. Nothing is solved again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from planner.errors import InputError, Problem
from planner.finance.written import read_table
from planner.folders.swap import manifest_of, put_right

NEEDED = ("facts", "scenario_name", "scenario", "origins", "inputs", "solve", "planner_version")
"""What a manifest must hold for a run to be compared."""


@dataclass(frozen=True)
class Finished:
    """One finished run: its folder and its manifest."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def name(self) -> str:
        """The scenario's name in files."""
        return str(self.manifest["scenario_name"])

    @property
    def title(self) -> str:
        """What people call the scenario."""
        return str(self.manifest["scenario"].get("title") or self.name)

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every table that the run wrote, by name."""
        paths = sorted((self.folder / "internal" / "tables").glob("*.csv"))
        try:
            tables = {path.stem: read_table(self.folder, path.stem) for path in paths}
        except OSError:
            tables = {}
        if not tables or manifest_of(self.folder) != self.manifest:
            raise InputError([Problem(str(self.folder), 0, 0, "", "the results changed while they were read", "", "Try again.")])
        return tables

    @property
    def years(self) -> tuple[str, ...]:
        """The base year and the years planned."""
        return tuple(sorted(set(self.tables["ehcps"]["year"].astype(str))))

    @property
    def cost_gbp(self) -> float:
        """Public cost, present value, pounds: what the ledger adds to."""
        return float(self.tables["ledger"]["present_value_gbp"].sum())

    @property
    def gap_gbp(self) -> float:
        """How much cheaper the best plan could be than this one as it is written, pounds; infinite where nothing was proven."""
        broken = float(self.tables["slacks"]["objective_gbp"].sum())
        for stage in self.manifest["solve"]["stages"]:
            if stage["aim"] == "cost" and stage["bound"] is not None:
                return max(self.cost_gbp + broken - float(stage["bound"]), 0.0)
        return float("inf")

    @property
    def facts(self) -> dict[str, str]:
        """What the run says of itself: county, years, versions, outcome."""
        return {str(key): str(value) for key, value in self.manifest["facts"].items()}

    @property
    def county(self) -> str:
        """The county's folder name."""
        return str(self.manifest["scenario"]["county"])

    @property
    def county_hashes(self) -> dict[str, str]:
        """The hash of every file of the county that was read."""
        return {name: digest for name, digest in self.manifest["inputs"].items() if name.startswith("data/")}


def read_finished(folders: list[Path]) -> list[Finished]:
    """Read finished runs from their folders, in the order given.

    Raises:
        InputError: with every folder that holds no finished run, or one that cannot be compared.

    """
    problems: list[Problem] = []
    found: list[Finished] = []
    for folder in folders:
        one = _read(folder, problems)
        if one is not None and one.name in {other.name for other in found}:
            problems.append(Problem(str(folder), 0, 0, "", f"the scenario '{one.name}' is named twice", "each scenario once"))
        elif one is not None:
            found.append(one)
    if not problems and len(found) < 2:
        problems.append(
            Problem(", ".join(map(str, folders)), 0, 0, "", "there is nothing to compare", "the folders of at least two finished runs")
        )
    if problems:
        raise InputError(problems)
    return found


def read_one(folder: Path) -> Finished:
    """Read one finished run.

    Raises:
        InputError: if the folder holds none that can be used, and why.

    """
    problems: list[Problem] = []
    found = _read(folder, problems)
    if found is None:
        raise InputError(problems)
    return found


def _read(folder: Path, problems: list[Problem]) -> Finished | None:
    path = folder / "manifest.json"
    put_right(folder)
    manifest = manifest_of(folder)
    if manifest is None:
        problems.append(
            Problem(str(folder), 0, 0, "", "there is no finished run here", "a folder that planner run wrote, such as outputs/baseline")
        )
        return None
    missing = [key for key in NEEDED if key not in manifest]
    if missing:
        problems.append(
            Problem(
                str(path),
                0,
                0,
                "",
                f"the manifest lacks {', '.join(missing)}",
                "a run of this version of the program",
                "Run the scenario again.",
            )
        )
        return None
    if not isinstance(manifest.get("check"), dict) or not manifest["check"].get("passed"):
        problems.append(
            Problem(
                str(folder),
                0,
                0,
                "",
                "the check of this run failed",
                "a run whose check passed",
                "Do not compare it; run the scenario again.",
            )
        )
        return None
    return Finished(folder, manifest)


def changed_since(run: Finished, scenarios: Path, data: Path) -> list[str]:
    """The files whose text is no longer what the run read, or which are gone; files that cannot be looked for are left out."""
    changed = []
    for name, digest in run.manifest["inputs"].items():
        kind, _, rest = name.partition("/")
        path = (scenarios if kind == "scenarios" else data) / rest
        if not path.parent.is_dir():
            continue
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            changed.append(name)
    return changed
