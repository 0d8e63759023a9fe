"""One comparison, from the folders of finished runs to a folder of its own: tables, page, paper, and what may be published."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import planner
from planner.compare.build import Comparison, compare
from planner.compare.findings import alike, cheapest, clear
from planner.folders.swap import claimed
from planner.folders.whole import file_hashes
from planner.publish.comparison import comparison_pack
from planner.publish.pack import ALIKE, NOT_APPLICABLE, NOT_AVAILABLE, Pack
from planner.report import write
from planner.report.packs import write_internal
from planner.run_folder import publish_into
from planner.scenario.schema import Publish

NAMED = 3
"""A comparison's folder is named by so many of its scenarios; its title names no more of them."""


@dataclass(frozen=True)
class ComparisonResult:
    """A finished comparison: its folder, what it found and why nothing was published (empty where something was)."""

    folder: Path
    comparison: Comparison
    said: list[str]
    withheld: str


def folder_name(names: list[str]) -> str:
    """The name of a comparison's folder: the base and what it is compared with."""
    others = names[1:NAMED]
    more = f"_and_{len(names) - NAMED}_more" if len(names) > NAMED else ""
    return f"compare_{names[0]}_with_{'_'.join(others)}{more}"


def write_comparison(
    folders: list[Path], base: str, scenarios: Path, data: Path, out_root: Path, *, align: bool = False
) -> ComparisonResult:
    """Compare finished runs and write the folder of the comparison, whole or not at all.

    Args:
        folders: the folders of the runs.
        base: the base's name; the first run if empty.
        scenarios: the folder where scenario files lie, to say which changed since they were run.
        data: the folder of counties, likewise.
        out_root: the folder in which the comparison's folder is put.
        align: whether runs of other numbers of years are cut to the years that all plan.

    Raises:
        InputError: if the runs cannot be compared.
        WriteError: if the results cannot be written.

    """
    comparison = compare(folders, base, scenarios, data, align=align)
    pack = internal_pack(comparison)
    target = out_root / folder_name([run.name for run in comparison.runs])
    with claimed(target):
        return _write(comparison, pack, target)


def _write(comparison: Comparison, pack: Pack, target: Path) -> ComparisonResult:
    """Write the folder of a comparison, which is claimed."""
    part = write.begin_folder(target)
    inside = part / "internal"
    write.internal_folder(inside / "tables")
    for name, frame in comparison.frames.items():
        write.write_table(inside / "tables" / f"{name}.csv", frame)
    write_internal(inside, pack)
    withheld = publish_into(part / "public", pack, strictest([run.manifest["scenario"].get("publish") for run in comparison.runs]))
    manifest: dict[str, Any] = {
        "planner_version": planner.__version__,
        "created": pack.facts["created"],
        "audience": "internal",
        "comparison": [run.name for run in comparison.runs],
        "runs": {run.name: {"created": run.manifest.get("created"), "inputs": run.manifest["inputs"]} for run in comparison.runs},
        "changed_since": comparison.changed,
        "withheld": withheld,
        "facts": dict(pack.facts),
    }
    manifest["files"] = file_hashes(part)
    write.write_text(part / "manifest.json", json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
    return ComparisonResult(write.finish_folder(part, target), comparison, answer(comparison), withheld)


def internal_pack(comparison: Comparison) -> Pack:
    """The exact pack of a comparison."""
    runs = comparison.runs
    names = tuple(run.name for run in runs)
    facts = {
        key: runs[0].facts.get(key, "")
        for key in ("county", "county_title", "base_year", "schema_version", "county_hash", "planner_version")
    }
    facts["last_year"] = min(run.years[-1] for run in runs)
    facts["created"] = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    facts["check"] = "passed"
    facts[ALIKE] = "; ".join(f"{one.name} = {other.name}" for one, other in alike(runs))
    for run in runs:
        facts[f"title_{run.name}"] = run.title
        if run.gap_gbp != float("inf"):
            facts[f"gap_gbp_{run.name}"] = f"{run.gap_gbp:.2f}"
    frames = dict(comparison.frames)
    frames["results_side_by_side"] = _marked(frames["results_side_by_side"], names)
    others = [run.title for run in runs[1:]]
    title = f"Comparison of {runs[0].title} with {_listed(others) if len(others) < NAMED else f'{len(others)} other scenarios'}"
    travelling = [run.tables["travel"].groupby("year")["children"].sum() for run in runs]
    years = frames["journeys_compared"]["year"] if "journeys_compared" in frames else []
    fewest = tuple(min(float(one.get(year, 0.0)) for one in travelling) for year in years)
    return comparison_pack("comparison", frames, facts, names, title, behind={"journeys_compared": fewest})


def _marked(frame: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Results with shorthand where there is no figure."""
    frame = frame.copy()
    for name in names:
        missing = [NOT_AVAILABLE if measure == "Proven gap of the cost" else NOT_APPLICABLE for measure in frame["measure"]]
        cells = [
            mark if value is None or value != value or value == "" else value for value, mark in zip(frame[name], missing, strict=True)
        ]
        frame[name] = pd.Series(cells, dtype=object)
    return frame


def strictest(rules: list[object]) -> Publish:
    """The rules of publication of the base; the wider rounding of any run counts for all."""
    found = [Publish.model_validate(one) for one in rules if one is not None]
    widest = max(found, key=lambda one: (one.round_to, one.money_round_to_gbp), default=Publish())
    return widest


def answer(comparison: Comparison) -> list[str]:
    """The answer in a few lines: the cheapest, who still waits, and when it pays back."""
    runs, frames = comparison.runs, comparison.frames
    least = cheapest(runs)
    said = [
        f"Cheapest: {least[0].title}, £{least[0].cost_gbp / 1e6:,.1f}m present value"
        if len(least) == 1
        else f"No clear difference in cost: {_listed([run.title for run in least])}, about £{least[0].cost_gbp / 1e6:,.1f}m present value"
    ]
    side = frames["results_side_by_side"].set_index("measure")
    waits = side.loc["Child-years waiting"]
    said.append("Waiting, child-years: " + "; ".join(f"{run.title} {float(waits[run.name]):,.1f}" for run in runs))
    back = side.loc["Payback year"]
    years = [
        f"{run.title} {back[run.name] if back[run.name] else 'not within the years planned'}"
        + ("" if clear(runs[0], run) else " (no clear difference in cost)")
        for run in runs[1:]
    ]
    said.append(f"Pays back against {runs[0].title}: " + "; ".join(years))
    said += [
        f"{run.title} is out of date: {', '.join(comparison.changed[run.name])} changed since"
        for run in runs
        if comparison.changed.get(run.name)
    ]
    return said


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
