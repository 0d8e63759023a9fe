"""A scenario file, read strictly: every slip is named with its line, and every value remembers where it was set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from planner.errors import InputError, Problems, nearest
from planner.scenario.messages import explain_error
from planner.scenario.schema import Scenario

MOST_BYTES: Final = 1_000_000
MOST_NODES: Final = 50_000
MOST_DEPTH: Final = 20
MOST_PARENTS: Final = 10
PLAIN_TAGS: Final = frozenset({"str", "int", "float", "bool", "null", "timestamp", "map", "seq"})

_NUMBER_AS_TEXT = re.compile(r"^[£]?\s*-?\d[\d,_]*(\.\d+)?\s*(%|k|m|p)?$", re.IGNORECASE)
_LOOSE_WORDS = {"yes", "no", "on", "off", "y", "n"}


@dataclass(frozen=True)
class Origin:
    """Where a value was written: file, line and column as an editor counts them."""

    file: str
    line: int
    column: int


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario with the place of every value in it.

    ``origins`` holds, by dotted name, the place that set the final value; ``earlier`` the places and values that it
    replaced, the nearest parent first. ``files`` are the scenario and its parents, the scenario first.
    """

    scenario: Scenario
    path: Path
    files: tuple[Path, ...]
    origins: dict[str, Origin]
    earlier: dict[str, tuple[tuple[Origin, Any], ...]] = field(default_factory=dict)

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


class _Reader:
    """Turns composed YAML nodes into plain data, noting each problem and each place."""

    def __init__(self, shown: str, problems: Problems) -> None:
        self.shown, self.problems = shown, problems
        self.marks: dict[str, Origin] = {}
        self.nodes = 0

    def mark(self, node: yaml.Node) -> Origin:
        return Origin(self.shown, node.start_mark.line + 1, node.start_mark.column + 1)

    def problem(self, node: yaml.Node, where: str, wrong: str, expected: str = "", fix: str = "") -> None:
        at = self.mark(node)
        self.problems.add(self.shown, where, wrong, line=at.line, column=at.column, expected=expected, fix=fix)

    def read(self, node: yaml.Node, name: str, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MOST_NODES or depth > MOST_DEPTH:
            self.problem(node, name, "the file is nested too deeply or has too many values", fix="Write a shorter scenario.")
            raise InputError(self.problems.found)
        if node.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN_TAGS:
            self.problem(node, name, f"the tag {node.tag} is not allowed in a scenario", fix="Remove the word that begins with '!'.")
            return None
        self.marks[name] = self.mark(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, name, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, f"{name}.{number}" if name else str(number), depth + 1) for number, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101 - YAML has no other kind of node
        return self._scalar(node, name)

    def _mapping(self, node: yaml.MappingNode, name: str, depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode) or key == "<<":
                self.problem(key_node, name, "a key must be a plain word", fix="Write each setting as 'name: value'.")
                continue
            dotted = f"{name}.{key}" if name else key
            if key in data:
                self.problem(
                    key_node, dotted, f"this key stands twice; it was first written on line {first[key]}", fix="Keep one of the two."
                )
                continue
            first[key] = key_node.start_mark.line + 1
            data[key] = self.read(value_node, dotted, depth + 1)
            self.marks[dotted] = self.mark(key_node)
        return data

    def _scalar(self, node: yaml.ScalarNode, name: str) -> Any:
        text = str(node.value)
        kind = node.tag.rsplit(":", 1)[1]
        plain = node.style is None
        if kind == "bool" and text.lower() in _LOOSE_WORDS:
            self.problem(
                node,
                name,
                f"'{text}' can be read as a word or as true/false",
                "true, false or a word in quotes",
                f"Write true or false, or '{text}' in quotes.",
            )
            return None
        if plain and kind in ("int", "float") and (":" in text or "_" in text or re.match(r"^[-+]?0\d", text)):
            self.problem(
                node,
                name,
                f"'{text}' would be read as another number",
                "a plain number",
                "Write the number without colons, underscores or leading zeros.",
            )
            return None
        if kind == "int":
            return int(text, 0)
        if kind == "float":
            return float(text.replace(".inf", "inf").replace(".nan", "nan"))
        if kind == "bool":
            return text.lower() == "true"
        if kind == "null":
            return None
        if kind == "timestamp":
            return text
        if plain and _NUMBER_AS_TEXT.match(text) and not re.fullmatch(r"\d{4}/\d{2}", text):
            self.problem(node, name, f"'{text}' is not read as a number", "digits only, with a point for decimals", _plain_number(text))
            return None
        return text


def _plain_number(text: str) -> str:
    digits = text.strip("£ ").lower().replace(",", "").replace("_", "")
    scale = {"%": 0.01, "k": 1e3, "m": 1e6}.get(digits[-1], 1.0)
    try:
        return f"Write {float(digits.rstrip('%kmp')) * scale:g}."
    except ValueError:
        return ""


def _parse(path: Path, shown: str, problems: Problems) -> _File:
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.add(shown, "", f"the file cannot be read ({error.strerror})", fix="Check the name and the folder.")
        raise InputError(problems.found) from error
    if len(raw) > MOST_BYTES:
        problems.add(shown, "", f"the file holds {len(raw):,} bytes", expected=f"at most {MOST_BYTES:,}")
        raise InputError(problems.found)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.add(shown, "", "the file is not saved as UTF-8", line=line, fix="In the editor choose 'Save as' with the encoding UTF-8.")
        raise InputError(problems.found) from error
    try:
        for token in yaml.scan(text):
            if isinstance(token, yaml.AnchorToken | yaml.AliasToken):
                problems.add(
                    shown,
                    "",
                    "anchors and aliases (& and *) are not used in scenarios",
                    line=token.start_mark.line + 1,
                    column=token.start_mark.column + 1,
                    fix="Write the value out.",
                )
                raise InputError(problems.found)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.add(
            shown,
            "",
            f"the file is not valid YAML: {error.problem or error.context}",
            line=mark.line + 1 if mark else 0,
            column=mark.column + 1 if mark else 0,
            fix="Check the indents, the colons and the quotes on this line and the one before.",
        )
        raise InputError(problems.found) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        problems.add(shown, "", f"the file is not valid YAML: {error}")
        raise InputError(problems.found) from error
    reader = _Reader(shown, problems)
    if node is None or not isinstance(node, yaml.MappingNode):
        problems.add(shown, "", "the file holds no settings", line=1, expected="lines of the form 'name: value'")
        raise InputError(problems.found)
    data = reader.read(node, "", 0)
    return _File(path, shown, data, reader.marks)


def _parent(file: _File, root: Path, problems: Problems) -> Path | None:
    wanted = file.data.pop("extends", None)
    if wanted is None:
        return None
    at = file.marks.get("extends", Origin(file.shown, 1, 1))
    bad = (
        not isinstance(wanted, str) or "\\" in str(wanted) or ":" in str(wanted) or Path(str(wanted)).is_absolute() or "\x00" in str(wanted)
    )
    target = None if bad else (file.path.parent / str(wanted)).resolve()
    if target is None or not target.is_relative_to(root):
        problems.add(
            file.shown,
            "extends",
            f"'{wanted}' is not a file inside the scenario's own folder",
            line=at.line,
            column=at.column,
            expected="the name of a scenario beside this one, such as baseline.yaml",
        )
        return None
    if not target.is_file():
        known = [path.name for path in file.path.parent.glob("*.yaml")]
        problems.add(
            file.shown, "extends", f"there is no scenario '{wanted}'", line=at.line, column=at.column, fix=nearest(str(wanted), known)
        )
        return None
    return target


def _merge(base: Any, over: Any) -> Any:
    if isinstance(base, dict) and isinstance(over, dict):
        merged = dict(base)
        for key, value in over.items():
            if value is None and isinstance(base.get(key), dict):
                merged.pop(key, None)
            else:
                merged[key] = _merge(base[key], value) if key in base else value
        return merged
    return over


def _leaves(data: Any, name: str = "") -> list[tuple[str, Any]]:
    if isinstance(data, dict) and data:
        return [leaf for key, value in data.items() for leaf in _leaves(value, f"{name}.{key}" if name else key)]
    return [(name, data)]


def load_scenario(path: Path) -> LoadedScenario:
    """Read a scenario and the scenarios it extends, and check every key.

    A map in the scenario is merged into its parent's, key by key; a number, word or list replaces the parent's. Writing nothing
    after the name of an inherited group (``rc_tamworth:``) removes the group. Only ``extends`` is not a setting of its own.

    Raises:
        InputError: with every problem found, each with its file, line and column.

    """
    path = Path(path)
    root = path.resolve().parent
    problems = Problems()
    chain: list[_File] = []
    current: Path | None = path
    while current is not None:
        if any(current.resolve() == file.path.resolve() for file in chain) or len(chain) > MOST_PARENTS:
            problems.add(
                chain[-1].shown,
                "extends",
                "the scenarios extend one another in a circle",
                line=chain[-1].marks.get("extends", Origin("", 1, 1)).line,
            )
            break
        file = _parse(current, current.name if current.resolve().parent == root else str(current), problems)
        chain.append(file)
        current = _parent(file, root, problems)
    problems.raise_if_any()
    merged: Any = {}
    origins: dict[str, Origin] = {}
    earlier: dict[str, tuple[tuple[Origin, Any], ...]] = {}
    values: dict[str, Any] = {}
    for file in reversed(chain):
        merged = _merge(merged, file.data)
        for name, mark in file.marks.items():
            if name in values and name in origins and not isinstance(values[name], dict):
                earlier[name] = ((origins[name], values[name]), *earlier.get(name, ()))
            origins[name] = mark
        values.update(_leaves(file.data))
    try:
        scenario = Scenario.model_validate(merged)
    except ValidationError as error:
        for found in explain_error(error, merged, origins, chain[0].shown):
            problems.found.append(found)
        problems.raise_if_any()
        raise
    return LoadedScenario(scenario, path, tuple(file.path for file in chain), origins, earlier)
