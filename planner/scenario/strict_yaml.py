"""A YAML file read strictly: plain data, the place of every value, and a sentence for every slip.

Scenarios and a county's prices are both read this way. Anchors, tags and very deep or very large files are refused before anything
is built from them, so that a hostile file can neither run code nor take long.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from planner.errors import InputError, Problems, looks_personal

MOST_BYTES: Final = 400_000
MOST_NODES: Final = 20_000
MOST_DEPTH: Final = 20
MOST_DIGITS: Final = 40
PLAIN_TAGS: Final = frozenset({"str", "int", "float", "bool", "null", "timestamp", "map", "seq"})

_LOOSE_WORDS = {"yes", "no", "on", "off", "y", "n"}
_OTHER_NUMBER = re.compile(r"^[-+]?0[\dxXbBoO]|[:_]")
_SLIPS: Final = (
    ("'\\t'", "a tab stands where spaces are needed", "Put spaces in place of the tab; the editor can do this for the whole file."),
    ("mapping values are not allowed", "a second colon, or an indent that does not fit the line before",
     "Give this line the indent of its neighbours, and put text that holds a colon in quotes."),
    ("expected <block end>", "the indent does not fit the lines before", "Settings of one group start in one column, below the group's name."),
    ("could not find expected ':'", "a line without a colon", "Write each setting as 'name: value', with a space after the colon."),
    ("found unexpected end of stream", "a quote is opened and never closed", "Close the quote."),
    ("expected ',' or", "a bracket is opened and not closed, or a comma is missing", "Close the bracket and put commas between its entries."),
    ("found unknown escape", "a backslash in double quotes", "Use single quotes."),
    ("found character", "a character that cannot begin a value", "Put the text in quotes."),
    ("special characters", "a hidden character that YAML does not allow", "Delete it and write the line anew."),
    ("another document", "a second document begins ('---')", "Keep one scenario in one file."),
)  # fmt: skip
_TO_THE_OPENING = ("found unexpected end of stream", "expected ',' or", "could not find expected ':'")
"""Slips whose place is where something was opened, not where the reader gave up."""


@dataclass(frozen=True)
class Origin:
    """Where a value was written: file, line and column of its name as an editor counts them, and the line on which the value begins."""

    file: str
    line: int
    column: int
    value_line: int = 0


@dataclass(frozen=True)
class YamlFile:
    """A file as plain data, with the place of every dotted name in it (of its key, where it has one)."""

    data: dict[str, Any]
    marks: dict[str, Origin]


class _RefusedError(Exception):
    """A construct that no file of ours needs."""

    def __init__(self, event: yaml.Event, wrong: str, fix: str) -> None:
        super().__init__(wrong)
        mark = event.start_mark
        self.line, self.column = (mark.line + 1, mark.column + 1) if mark else (1, 0)
        self.wrong, self.fix = wrong, fix


class _Loader(yaml.SafeLoader):
    """Composes nodes and stops at the first anchor, alias, or value too many or too deep."""

    nodes = 0
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next node, if it may be there."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _RefusedError(event, "anchors and aliases (& and *) are not used here", "Write the value out, or put the text in quotes.")
        self.nodes += 1
        if self.nodes > MOST_NODES or self.depth > MOST_DEPTH:
            raise _RefusedError(event, "the file is nested too deeply or has too many values", "Write a shorter file.")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Reader:
    """Turns composed nodes into plain data, noting each problem and each place."""

    def __init__(self, shown: str, problems: Problems) -> None:
        self.shown, self.problems = shown, problems
        self.marks: dict[str, Origin] = {}

    def mark(self, node: yaml.Node) -> Origin:
        return Origin(self.shown, node.start_mark.line + 1, node.start_mark.column + 1)

    def problem(self, node: yaml.Node, where: str, wrong: str, expected: str = "", fix: str = "") -> None:
        at = self.mark(node)
        self.problems.add(self.shown, where, wrong, line=at.line, column=at.column, expected=expected, fix=fix)

    def read(self, node: yaml.Node, name: str) -> Any:
        if node.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN_TAGS:
            self.problem(node, name, f"the tag {node.tag} is not allowed here", fix="Remove the word that begins with '!'.")
            return None
        self.marks[name] = self.mark(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, name)
        if isinstance(node, yaml.SequenceNode):
            return [self.read(item, f"{name}.{number}" if name else str(number)) for number, item in enumerate(node.value)]
        return self._scalar(node, name)

    def _mapping(self, node: yaml.MappingNode, name: str) -> dict[str, Any]:
        data: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if not isinstance(key_node, yaml.ScalarNode) or key in ("<<", ""):
                self.problem(key_node, name, "a key must be a plain word", fix="Write each setting as 'name: value'.")
                continue
            dotted = f"{name}.{key}" if name else key
            if not self._letters(key_node, name):
                continue
            if key in data:
                again = f"this key stands twice; it was first written on line {first[key]}"
                self.problem(key_node, dotted, again, fix="Keep one of the two.")
                continue
            first[key] = key_node.start_mark.line + 1
            data[key] = self.read(value_node, dotted)
            key_at = self.mark(key_node)
            self.marks[dotted] = Origin(key_at.file, key_at.line, key_at.column, value_node.start_mark.line + 1)
        return data

    def _letters(self, node: yaml.Node, name: str) -> bool:
        """Whether a key or value holds neither hidden characters nor what looks like a child's number."""
        text = str(node.value)
        hidden = next((letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") and letter != "\n"), "")
        if hidden:
            self.problem(
                node, name, f"a hidden character, U+{ord(hidden):04X}, stands in the text", fix="Delete it and write the text anew."
            )
        elif looks_personal(text):
            self.problem(node, name, "what is written looks like a unique pupil number; it is not shown here", fix="Remove it. No data about single children may be in these files.")  # fmt: skip
        else:
            return True
        return False

    def _scalar(self, node: yaml.Node, name: str) -> Any:
        text = str(node.value)
        kind = node.tag.rsplit(":", 1)[1]
        if not self._letters(node, name):
            return None
        if kind == "bool" and text.lower() in _LOOSE_WORDS:
            self.problem(
                node, name, f"'{text}' can be read as a word or as true/false", "true or false, or a word in quotes",
                f"Write {'true' if text.lower() in ('yes', 'on', 'y') else 'false'}, or '{text}' in quotes.",
            )  # fmt: skip
            return None
        if kind in ("int", "float"):
            return self._number(node, name, text, kind)
        if kind == "bool":
            return text.lower() == "true"
        return None if kind == "null" else text

    def _number(self, node: yaml.Node, name: str, text: str, kind: str) -> int | float | None:
        if len(text) > MOST_DIGITS:
            self.problem(node, name, f"the number has {len(text):,} digits", f"at most {MOST_DIGITS}")
            return None
        if _OTHER_NUMBER.search(text):
            plain = text.replace("_", "").lstrip("+").lstrip("0")
            fix = f"Write {plain}." if re.fullmatch(r"[1-9]\d*(\.\d+)?", plain) else "Write the number in plain digits."
            self.problem(node, name, f"'{text}' would be read as another number", "a plain number", fix)
            return None
        return int(text) if kind == "int" else float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))


def _text(path: Path, shown: str, problems: Problems) -> str:
    try:
        if path.exists() and not path.is_file():
            problems.add(shown, "", "this is not a file", expected="a text file")
            raise InputError(problems.found)
        with path.open("rb") as handle:
            raw = handle.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        problems.add(shown, "", f"the file cannot be read ({why})", fix="Check the name and the folder.")
        raise InputError(problems.found) from error
    if len(raw) > MOST_BYTES:
        problems.add(shown, "", "the file is too large", expected=f"at most {MOST_BYTES:,} bytes")
        raise InputError(problems.found)
    try:
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
            raise UnicodeDecodeError("utf-8", raw, 0, 1, "UTF-16, or not text")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.add(shown, "", "the file is not saved as UTF-8", line=line, fix="In the editor choose 'Save as' with the encoding UTF-8.")
        raise InputError(problems.found) from error


def _say(error: yaml.MarkedYAMLError, shown: str, problems: Problems) -> None:
    said = f"{error.problem or error.context}"
    words, fix = next(
        ((words, fix) for sign, words, fix in _SLIPS if sign in said),
        (said, "Check the indents, the colons and the quotes on this line and the one before."),
    )
    mark = error.problem_mark or error.context_mark
    if error.context_mark is not None and said.startswith(_TO_THE_OPENING):
        mark = error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    problems.add(shown, "", f"the file is not valid YAML: {words}", line=line, column=column, fix=fix)


def read_yaml(path: Path, shown: str, problems: Problems) -> YamlFile:
    """Read one file; slips inside it are noted in ``problems``, and what is sound is given back.

    Raises:
        InputError: if nothing can be read from the file at all, with every problem noted so far.

    """
    text = _text(path, shown, problems)
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except _RefusedError as error:
        problems.add(shown, "", error.wrong, line=error.line, column=error.column, fix=error.fix)
        raise InputError(problems.found) from error
    except yaml.MarkedYAMLError as error:
        _say(error, shown, problems)
        raise InputError(problems.found) from error
    except yaml.reader.ReaderError as error:
        line = text[: int(error.position)].count("\n") + 1
        problems.add(shown, "", f"a hidden character, U+{ord(text[int(error.position)]):04X}, is not allowed", line=line, fix="Delete it.")
        raise InputError(problems.found) from error
    if not isinstance(node, yaml.MappingNode):
        problems.add(shown, "", "the file holds no settings", line=1, expected="lines of the form 'name: value'")
        raise InputError(problems.found)
    reader = _Reader(shown, problems)
    data = reader.read(node, "")
    return YamlFile(data if isinstance(data, dict) else {}, reader.marks)
