"""A scenario file and the scenarios it extends, merged and checked: every slip is named with its line, and every value remembers where it was set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from planner.errors import InputError, Problems, nearest
from planner.names import is_device
from planner.scenario.messages import explain_error, is_setting, may_be_nothing, once_each, problem_at
from planner.scenario.schema import Scenario
from planner.scenario.sense import unlikely_amounts
from planner.scenario.strict_yaml import Origin, read_yaml

MOST_PARENTS: Final = 10
MOST_NAME: Final = 60

_FILE_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9 _.()\-]*[A-Za-z0-9_)\-])?")


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario with the place of every value in it.

    ``origins`` holds, by dotted name, the place that set the final value; ``earlier`` the places and values that it
    replaced, the nearest parent first. ``files`` are the scenario and its parents, the scenario first. ``base`` is the scenario that
    this one extends, with its own parents merged in; None where it extends none.
    """

    scenario: Scenario
    path: Path
    files: tuple[Path, ...]
    origins: dict[str, Origin]
    earlier: dict[str, tuple[tuple[Origin, Any], ...]] = field(default_factory=dict)
    base: Scenario | None = None

    def place(self, name: str) -> Origin:
        """The place that set a value, or the nearest place above it, or the top of the file."""
        while name:
            if name in self.origins:
                return self.origins[name]
            name = name.rpartition(".")[0]
        return Origin(str(self.path), 1, 0)


@dataclass
class _File:
    """One parsed file: plain data, and the mark of every dotted name."""

    path: Path
    shown: str
    data: dict[str, Any]
    marks: dict[str, Origin]


def check_file_name(path: Path) -> None:
    """Refuse a scenario whose name cannot be the name of a folder of results on every computer.

    Raises:
        InputError: if the name has other signs than letters, digits, spaces and ``_ . ( ) -``, is too long, is kept by Windows for a
            device, or does not end in ``.yaml`` or ``.yml``.

    """
    problems = Problems()
    expected = f"a name of at most {MOST_NAME} letters a to z, digits, spaces and _ . ( ) -, such as my_scenario.yaml"
    stem = path.stem
    if path.suffix.lower() not in (".yaml", ".yml"):
        problems.add(path.name, "", "a scenario's file name ends in .yaml", expected=expected, fix="Rename the file.")
    elif is_device(stem):
        problems.add(path.name, "", f"'{stem}' is a name that Windows keeps for a device", expected=expected, fix="Rename the file.")
    elif len(stem) > MOST_NAME or not _FILE_NAME.fullmatch(stem):
        problems.add(path.name, "", "the results cannot be kept under this file's name", expected=expected, fix="Rename the file.")
    problems.raise_if_any()


def _parse(path: Path, shown: str, problems: Problems) -> _File:
    file = read_yaml(path, shown, problems)
    return _File(path, shown, file.data, file.marks)


def _inside(file: _File, wanted: str, root: Path) -> Path | None:
    """The file meant by ``extends`` if it lies in the scenario's own folder, links followed; else None."""
    if "\\" in wanted or ":" in wanted or "\x00" in wanted or Path(wanted).is_absolute() or not wanted.lower().endswith((".yaml", ".yml")):
        return None
    try:
        target = (file.path.parent / wanted).resolve()
        target.is_file()
    except (OSError, RuntimeError, ValueError):
        return None
    return target if target.is_relative_to(root) else None


def _parent(file: _File, root: Path, problems: Problems) -> Path | None:
    if "extends" not in file.data:
        return None
    wanted = file.data.pop("extends")
    at = file.marks.get("extends", Origin(file.shown, 1, 1))
    known = sorted(path.name for path in root.glob("*.yaml") if path != file.path.resolve())
    beside = "the name of a scenario beside this one, such as baseline.yaml"
    target = _inside(file, wanted, root) if isinstance(wanted, str) else None
    if target is not None and target.is_file():
        return target
    if target is not None:
        wrong, fix = f"there is no scenario '{wanted}'", nearest(str(wanted), known)
    elif wanted is None:
        wrong, fix = "no scenario is named", "Name one, or delete the line."
    else:
        wrong = f"'{wanted}' is not a scenario file inside the scenario's own folder"
        fix = nearest(f"{wanted}.yaml" if "." not in str(wanted) else str(wanted), known)
    problems.add(file.shown, "extends", wrong, line=at.line, column=at.column, expected=beside, fix=fix)
    return None


def _merge(base: Any, over: Any, removed: list[str], name: str = "") -> Any:
    """Two files' data as one: maps key by key, anything else replaced; groups that ``over`` leaves empty are named in ``removed``."""
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            dotted = f"{name}.{key}" if name else key
            if value is None and isinstance(base.get(key), dict):
                merged.pop(key, None)
                removed.append(dotted)
            else:
                merged[key] = _merge(base[key], value, removed, dotted) if key in base else value
        return merged
    return over


def _leaves(data: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(data, dict) and data:
        return [leaf for key, value in data.items() for leaf in _leaves(value, f"{name}.{key}" if name else key)]
    return [(name, data)]


def _read_chain(path: Path, problems: Problems) -> list[_File]:
    """The scenario and every scenario that it extends, the scenario first."""
    try:
        root = path.resolve().parent
    except (OSError, RuntimeError, ValueError) as error:
        problems.add(path.name, "", f"the file cannot be read ({error})")
        raise InputError(problems.found) from error
    chain: list[_File] = []
    current: Path | None = path
    while current is not None:
        if any(current.resolve() == file.path.resolve() for file in chain) or len(chain) > MOST_PARENTS:
            last = chain[-1]
            at = last.marks.get("extends", Origin("", 1, 1))
            circle = (
                "the scenarios extend one another in a circle" if len(chain) <= MOST_PARENTS else "too many scenarios extend one another"
            )
            problems.add(last.shown, "extends", circle, line=at.line, column=at.column, fix="Let one of them extend no other.")
            break
        chain.append(_parse(current, current.name if current.resolve().parent == root else str(current.relative_to(root)), problems))
        current = _parent(chain[-1], root, problems)
    return chain


def load_scenario(path: Path) -> LoadedScenario:
    """Read a scenario and the scenarios it extends, and check every key.

    A map in the scenario is merged into its parent's, key by key; a number, word or list replaces the parent's. Writing nothing
    after a name that the parent gives (an option under ``fixed``, a unit) removes it. Only ``extends`` is not a setting of its own.

    Raises:
        InputError: with every problem found, each with its file, line and column.

    """
    path = Path(path)
    check_file_name(path)
    problems = Problems()
    chain = _read_chain(path, problems)
    merged: Any = {}
    parent: Any = {}
    origins: dict[str, Origin] = {}
    earlier: dict[str, tuple[tuple[Origin, Any], ...]] = {}
    values: dict[str, Any] = {}
    for file in reversed(chain):
        removed: list[str] = []
        parent = merged
        merged = _merge(merged, file.data, removed)
        for name, mark in file.marks.items():
            if name in values and name in origins and not isinstance(values[name], dict):
                earlier[name] = ((origins[name], values[name]), *earlier.get(name, ()))
            origins[name] = mark
        values.update(_leaves(file.data))
        for name in removed:
            if is_setting(name) and not may_be_nothing(name):
                advice = "Write its settings below it, indented, or delete the line to keep the parent's."
                problems.found.append(problem_at(name, origins, file.shown, "nothing is written under this name", fix=advice))
    return LoadedScenario(
        _validated(merged, origins, chain, problems), path, tuple(file.path for file in chain), origins, earlier, _base(parent, chain)
    )


def _validated(merged: Any, origins: dict[str, Origin], chain: list[_File], problems: Problems) -> Scenario:
    """The scenario, if neither reading nor the schema found anything; else every problem of both at once."""
    unread = {problem.where for problem in problems.found}
    try:
        scenario = Scenario.model_validate(merged)
    except ValidationError as error:
        known = explain_error(error, merged, origins, chain[0].shown)
        problems.found += [problem for problem in known if problem.where not in unread]
        homes = {problem.fix.split("'")[1] for problem in problems.found if problem.fix.startswith("It belongs under '")}
        problems.found[:] = [
            one for one in once_each(problems.found) if not (one.wrong.startswith("nothing is written") and one.where in homes)
        ]
        raise InputError(problems.found) from error
    for one in unlikely_amounts(scenario):
        problems.found.append(problem_at(one.name, origins, chain[0].shown, one.wrong, one.expected, one.fix))
    problems.raise_if_any()
    return scenario


def _base(parent: Any, chain: list[_File]) -> Scenario | None:
    """The scenario that this one extends, or None: it extends none, or the parent is no scenario by itself."""
    if len(chain) < 2:
        return None
    try:
        return Scenario.model_validate(parent)
    except ValidationError:
        return None
