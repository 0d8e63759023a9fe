"""A finished run made again from its manifest, and every table of it compared byte by byte."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

import planner
from planner.compare.finished import Finished, read_one
from planner.county.read import file_hash
from planner.errors import CheckError
from planner.report.assurance import study_folder
from planner.run import run_scenario
from planner.solve.task import Progress

MODELINE = "# yaml-language-server: $schema=schema.json\n"


@dataclass(frozen=True)
class Difference:
    """One table that did not come out as it was: its path inside the run's folder and what is different."""

    table: str
    what: str


@dataclass(frozen=True)
class Again:
    """What came of making a run again.

    ``inputs`` and ``versions`` say what is no longer as it was, ``limits`` which limit ended the first search before its proof,
    ``notes`` how the run was made again. ``equal`` counts the tables that are the same to the byte.
    """

    run: Finished
    inputs: tuple[str, ...]
    versions: tuple[str, ...]
    limits: tuple[str, ...]
    notes: tuple[str, ...]
    equal: int
    differences: tuple[Difference, ...]

    @property
    def same(self) -> bool:
        """Whether every table is the same to the byte, and there was at least one."""
        return self.equal > 0 and not self.differences

    @property
    def why(self) -> tuple[str, ...]:
        """Why tables may differ, the likeliest first; empty where nothing that is known would explain it."""
        causes = []
        if self.inputs:
            causes.append(f"inputs have changed since: {'; '.join(self.inputs)}")
        if self.versions:
            causes.append(f"other versions: {'; '.join(self.versions)}")
        if self.limits:
            causes.append(f"the first search was stopped by a limit, so how far it got depends on the machine: {'; '.join(self.limits)}")
        return tuple(causes)


def changed_inputs(run: Finished, scenarios: Path, data: Path) -> tuple[str, ...]:
    """Every file that the run read and that is gone or no longer holds the same bytes."""
    changed = []
    for name, digest in run.manifest["inputs"].items():
        kind, _, rest = name.partition("/")
        path = (scenarios if kind == "scenarios" else data) / rest
        if not path.is_file():
            changed.append(f"{name} is gone")
        elif file_hash(path) != digest:
            changed.append(f"{name} has other contents")
    return tuple(changed)


def other_versions(manifest: dict[str, Any]) -> tuple[str, ...]:
    """The program, Python and packages whose versions are not those of the run, each with both."""
    then = {"planner": manifest["planner_version"], "python": manifest.get("python", ""), "system": manifest.get("system", "")}
    then |= dict(manifest.get("packages", {}))
    now = {"planner": planner.__version__, "python": platform.python_version(), "system": platform.system()}
    for name in manifest.get("packages", {}):
        try:
            now[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            now[name] = "not installed"
    return tuple(f"{name} was {was} and is {now[name]}" for name, was in then.items() if was != now[name])


def fired_limits(manifest: dict[str, Any]) -> tuple[str, ...]:
    """The limits that ended a stage of the search before its proof, as the manifest names them."""
    return tuple(f"{stage['limit']} while improving {stage['aim']}" for stage in manifest["solve"]["stages"] if stage["limit"])


def compare_tables(first: Path, second: Path) -> tuple[int, tuple[Difference, ...]]:
    """How many CSV files of two folders are the same to the byte, and what differs in the others."""
    names = sorted({path.relative_to(folder).as_posix() for folder in (first, second) for path in folder.rglob("*.csv")})
    equal, found = 0, []
    for name in names:
        one, two = first / name, second / name
        if not one.is_file() or not two.is_file():
            found.append(Difference(name, "was not there in the first run" if two.is_file() else "is not made any more"))
        elif one.read_bytes() == two.read_bytes():
            equal += 1
        else:
            found.append(Difference(name, _first_difference(one, two)))
    return equal, tuple(found)


def _first_difference(one: Path, two: Path) -> str:
    """The first line that differs, and how many do."""
    then, now = (path.read_text(encoding="utf-8", errors="replace").split("\n") for path in (one, two))
    longer = max(len(then), len(now))
    pairs = list(zip(then + [""] * (longer - len(then)), now + [""] * (longer - len(now)), strict=True))
    unlike = [number for number, (a, b) in enumerate(pairs, start=1) if a != b]
    if not unlike:
        return "only the ends of lines differ"
    was, is_now = pairs[unlike[0] - 1]
    many = f"{len(unlike)} lines differ" if len(unlike) > 1 else "1 line differs"
    return f"{many}, first line {unlike[0]}: was '{was[:100]}', is '{is_now[:100]}'"


def reproduce(
    folder: Path,
    scenarios: Path,
    data: Path,
    work: Path,
    *,
    stage: Callable[[str], None] = lambda text: None,
    progress: Callable[[Progress], None] | None = None,
) -> Again:
    """Make a finished run again in a folder of its own and compare every table.

    ``work`` is an empty folder for the new run. Where a scenario file is gone or has changed, the settings that the manifest holds
    are used in its place, and a note says so; tables of the county are read as they are now.

    Raises:
        InputError: if the folder holds no run, the county is gone, or the inputs are now wrong.
        CheckError: if the new run does not pass its check.

    """
    run = read_one(folder)
    inputs = changed_inputs(run, scenarios, data)
    notes: list[str] = []
    path = scenarios / f"{run.name}.yaml"
    if any(name.startswith("scenarios/") for name in inputs) or not path.is_file():
        path = work / "scenarios" / f"{run.name}.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(MODELINE + yaml.safe_dump(run.manifest["scenario"], allow_unicode=True, sort_keys=False), encoding="utf-8")
        notes.append("The scenario's file is gone or has changed; the settings in the manifest were used.")
    start = None
    if name := run.manifest.get("started_from"):
        start = folder.resolve().parent / str(name)
        if not (start / "manifest.json").is_file():
            start = None
            notes.append(f"The run began from the openings of {name}, which is not there any more; the search began afresh.")
    if wanted := run.manifest.get("effects_from"):
        study = study_folder(folder.resolve().parent, run.name)
        table = study / "internal" / "sensitivity.csv"
        if table.is_file() and file_hash(table) == wanted:
            shutil.copytree(study, study_folder(work / "again", run.name))
        else:
            notes.append("The log of assumptions showed the effects of a sensitivity study that is not there any more.")
    created = str(run.manifest.get("created", ""))
    result = run_scenario(path, data, work / "again", stage=stage, progress=progress, start_from=start, created=created)
    if not result.check.passed:
        raise CheckError("The run that was made again did not pass its check; compare nothing with it.")
    stage("Comparing every table")
    equal, differences = compare_tables(folder, result.folder)
    again = json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    limits = dict.fromkeys((*fired_limits(run.manifest), *fired_limits(again)))
    return Again(run, inputs, other_versions(run.manifest), tuple(limits), tuple(notes), equal, differences)
