"""What differs in the inputs, and whether runs can be compared at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from planner.compare.finished import Finished
from planner.errors import Problem

NOT_COMPARED = ("title", "description", "extends")
"""Settings that say nothing about the answer."""

DEFAULT = "the program's own value"


def input_differences(runs: list[Finished]) -> pd.DataFrame:
    """Every setting that differs from the base's: columns scenario, setting, value, base_value, file_and_line; the base is first in ``runs``."""
    base = dict(_flat(runs[0].manifest["scenario"]))
    rows: list[tuple[str, ...]] = []
    for run in runs[1:]:
        mine = dict(_flat(run.manifest["scenario"]))
        for key in sorted({*mine, *base}):
            if key.split(".")[0] in NOT_COMPARED or mine.get(key) == base.get(key):
                continue
            if key not in base and key not in run.manifest["origins"] and any(key.startswith(f"{set_here}.") for set_here in _blocks(run)):
                continue
            rows.append((run.name, key, _said(mine.get(key)), _said(base.get(key)), _where(run, runs[0], key)))
    return pd.DataFrame(rows, columns=["scenario", "setting", "value", "base_value", "file_and_line"])


def _blocks(run: Finished) -> set[str]:
    """The blocks in which a file sets something: what it leaves unsaid there stays as the program has it, and differs from nothing."""
    return {name.rpartition(".")[0] for name in run.manifest["origins"] if "." in name}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _said(value: Any) -> str:
    """A value as a reader of scenarios writes it."""
    if value is None or value in ({}, []):
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)


def _where(run: Finished, base: Finished, setting: str) -> str:
    """The file and line that set a value: in the scenario, or, where it only takes something away, in the base."""
    for one in (run, base):
        origins: dict[str, str] = one.manifest["origins"]
        parts = setting.split(".")
        for end in range(len(parts), 0, -1):
            if ".".join(parts[:end]) in origins and (end > 1 or len(parts) == 1):
                return origins[".".join(parts[:end])]
    return DEFAULT


def unlike(runs: list[Finished], *, align: bool) -> tuple[list[Problem], list[str]]:
    """Why runs cannot be compared, and what was done so that they can, in words.

    Runs of another county, base year, county data or version of scenarios are refused. Other numbers of years are refused too,
    unless ``align`` asks for the years that all have.
    """
    base = runs[0]
    problems: list[Problem] = []
    notes: list[str] = []
    for run in runs[1:]:
        for what, mine, its in (
            ("county", run.county, base.county),
            ("base year", run.years[0], base.years[0]),
            ("version of scenarios", run.facts.get("schema_version"), base.facts.get("schema_version")),
        ):
            if mine != its:
                problems.append(_refused(run, f"its {what} is {mine} and that of {base.name} is {its}"))
        changed = [name for name, digest in run.county_hashes.items() if name in base.county_hashes and base.county_hashes[name] != digest]
        if changed:
            problems.append(_refused(run, f"the county's tables changed between it and {base.name}: {', '.join(changed)}"))
        if run.years[0] == base.years[0] and run.years[-1] != base.years[-1]:
            if align:
                notes.append(
                    f"{run.title} plans to {run.years[-1]} and {base.title} to {base.years[-1]}; only years that all plan are compared, without what follows them."
                )
            else:
                problems.append(
                    _refused(
                        run,
                        f"it plans to {run.years[-1]} and {base.name} to {base.years[-1]}",
                        "Give --align to compare the years that both plan.",
                    )
                )
    return problems, notes


def _refused(run: Finished, wrong: str, fix: str = "Run both again with the same inputs.") -> Problem:
    return Problem(str(run.folder), 0, 0, "", f"it cannot be compared: {wrong}", "runs that are alike but for what is compared", fix)
