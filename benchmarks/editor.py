"""What a planner sees in an editor: ``python -m benchmarks.editor``.

Starts yaml-language-server (the program behind the YAML extension of VS Code) without a network, opens scenarios with one fault each against
``scenarios/schema.json``, and counts those that it underlines; then asks for the hover text of every setting. The faults are made from the
schema itself: for every setting a wrong type, a value below and above its range, and a word that is not a choice; for every group an unknown
name; and a scenario without a title.

It needs Node and the package: ``npm install yaml-language-server``, then the environment variable ``YAML_LANGUAGE_SERVER`` with the path of
``node_modules/yaml-language-server/bin/yaml-language-server``, or the program on the path.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MODELINE = "# yaml-language-server: $schema=schema.json\n"
PATIENCE_SECONDS = 60.0
UNKNOWN = "not_a_setting_of_any_kind"


@dataclass(frozen=True)
class Setting:
    """One setting of the schema: its keys from the top (``NAME`` stands for a name that the planner chooses), and its part of the schema."""

    keys: tuple[str, ...]
    schema: dict[str, Any]
    group: bool


@dataclass(frozen=True)
class Fault:
    """A scenario with one fault: what kind it is, where, and its text."""

    kind: str
    where: str
    text: str


def whole_schema() -> dict[str, Any]:
    """The schema that editors read."""
    return json.loads((ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8"))


def _plain(schema: dict[str, Any], whole: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema with references followed and "or none" left out; the description nearest to the setting counts."""
    found = dict(schema)
    while True:
        if "$ref" in found:
            target = whole["$defs"][found.pop("$ref").rsplit("/", 1)[-1]]
            found = {**target, **found}
        elif "anyOf" in found:
            first = next(one for one in found.pop("anyOf") if one.get("type") != "null")
            found = {**first, **found}
        else:
            return found


def settings(whole: dict[str, Any]) -> list[Setting]:
    """Every setting of the schema, groups before what stands in them."""

    def walk(schema: dict[str, Any], keys: tuple[str, ...]) -> Iterator[Setting]:
        for name, part in schema.get("properties", {}).items():
            plain = _plain(part, whole)
            here = (*keys, name)
            inner = plain.get("additionalProperties")
            named = _plain(inner, whole) if isinstance(inner, dict) else {}
            items = _plain(plain.get("items", {}), whole)
            yield Setting(here, plain, "properties" in plain or bool(named))
            yield from walk(plain, here)
            yield from walk(named, (*here, "NAME"))
            yield from walk(items, (*here, "0"))

    return list(walk(whole, ()))


def written(keys: tuple[str, ...], value: str) -> str:
    """A setting as it stands in a file, under its groups."""
    lines, indent, dash = [], 0, False
    for key in keys[:-1]:
        if key == "0":
            dash = True
            continue
        lines.append(f"{' ' * indent}{'- ' if dash else ''}{key}:")
        indent, dash = indent + 2, False
    lines.append(f"{' ' * indent}{'- ' if dash else ''}{keys[-1]}: {value}")
    return "\n".join(lines) + "\n"


def _head(keys: tuple[str, ...]) -> str:
    return MODELINE + "".join(f"{name}: {value}\n" for name, value in (("title", "A test"), ("county", "tiny")) if keys[0] != name)


def faults(whole: dict[str, Any]) -> list[Fault]:
    """A scenario for every fault that the schema can express."""
    found = [
        Fault("missing title", "title", MODELINE + "county: tiny\n"),
        Fault("missing county", "county", MODELINE + "title: A test\n"),
        Fault("unknown name", UNKNOWN, _head(("x",)) + f"{UNKNOWN}: 1\n"),
    ]

    def add(kind: str, one: Setting, value: str) -> None:
        found.append(Fault(kind, ".".join(one.keys), _head(one.keys) + written(one.keys, value)))

    for one in settings(whole):
        kind = one.schema.get("type")
        if one.group:
            add("wrong type", one, "a word")
            if one.schema.get("additionalProperties") is False:
                found.append(Fault("unknown name", ".".join(one.keys), _head(one.keys) + written((*one.keys, UNKNOWN), "1")))
            continue
        if kind in ("number", "integer", "boolean"):
            add("wrong type", one, "a word")
        elif kind in ("string", "array"):
            add("wrong type", one, "{a: 1}")
        if "enum" in one.schema:
            add("wrong choice", one, "zzz")
        if "pattern" in one.schema:
            add("wrong form", one, "'?'")
        for bound, beyond in (("minimum", -1), ("exclusiveMinimum", -1), ("maximum", 1), ("exclusiveMaximum", 1)):
            if bound in one.schema:
                add("out of range", one, repr(one.schema[bound] + beyond))
    return found


def command() -> list[str] | None:
    """How the language server is started here; nothing if it is not there."""
    node, given = shutil.which("node"), os.environ.get("YAML_LANGUAGE_SERVER", "")
    if node and given and Path(given).is_file():
        return [node, given, "--stdio"]
    found = shutil.which("yaml-language-server")
    return [found, "--stdio"] if found else None


class Editor:
    """An editor's side of the language server protocol, over pipes."""

    def __init__(self, words: list[str], folder: Path) -> None:
        self.folder, self.next = folder, 0
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self.shown: dict[str, list[dict[str, Any]]] = {}
        threading.Thread(target=self._listen, daemon=True).start()
        self.ask(
            "initialize",
            {"processId": None, "rootUri": folder.as_uri(), "capabilities": {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}},
        )
        self.tell("initialized", {})
        yaml_settings = {"validate": True, "hover": True, "completion": False, "schemaStore": {"enable": False}, "customTags": []}
        self.tell("workspace/didChangeConfiguration", {"settings": {"yaml": yaml_settings}})
        self.settings = yaml_settings

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _listen(self) -> None:
        out = self.process.stdout
        assert out is not None
        while True:
            length = 0
            try:
                while line := out.readline().strip():
                    name, _, value = line.partition(b":")
                    length = int(value) if name.lower() == b"content-length" else length
                if not length:
                    return
                self.heard.put(json.loads(out.read(length)))
            except ValueError:
                return

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def tell(self, method: str, parameters: dict[str, Any]) -> None:
        """Tell the server something."""
        self._send({"method": method, "params": parameters})

    def _hear(self, until: float) -> dict[str, Any]:
        """The next message; what the server asks of the editor is answered, what it shows is kept."""
        message = self.heard.get(timeout=max(until - time.monotonic(), 0.01))
        if message.get("method") == "textDocument/publishDiagnostics":
            self.shown[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            answer: Any = None
            if message["method"] == "workspace/configuration":
                answer = [self.settings if item.get("section") == "yaml" else {} for item in message["params"]["items"]]
            self._send({"id": message["id"], "result": answer})
        return message

    def ask(self, method: str, parameters: dict[str, Any]) -> Any:
        """Ask the server and wait for its answer."""
        self.next += 1
        number = self.next
        self._send({"id": number, "method": method, "params": parameters})
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            message = self._hear(until)
            if message.get("id") == number and "method" not in message:
                return message.get("result")

    def open(self, name: str, text: str) -> str:
        """Open a file; gives its address."""
        uri = (self.folder / name).as_uri()
        self.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}})
        return uri

    def underlined(self, texts: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
        """Open files and give, for each, what the server underlines in it."""
        addresses = {name: self.open(name, text) for name, text in texts.items()}
        until = time.monotonic() + PATIENCE_SECONDS
        while not all(address in self.shown for address in addresses.values()):
            self._hear(until)
        return {name: self.shown[address] for name, address in addresses.items()}

    def hover(self, uri: str, line: int, character: int) -> str:
        """The text shown when the pointer rests on a place."""
        answer = self.ask("textDocument/hover", {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
        contents = (answer or {}).get("contents", "")
        return contents.get("value", "") if isinstance(contents, dict) else str(contents)


def example(one: Setting) -> str:
    """A value that a setting may have."""
    if "enum" in one.schema:
        return str(one.schema["enum"][0])
    kind = one.schema.get("type")
    if kind in ("number", "integer") and one.schema.get("default") is not None:
        return repr(one.schema["default"])
    return {"number": "1.0", "integer": "1", "boolean": "true", "array": "[]", "object": "{}"}.get(
        str(kind), "2026/27" if "pattern" in one.schema else "text"
    )


def measure(words: list[str], most: int | None = None, seed: int = 0) -> tuple[dict[str, tuple[int, int]], list[str], int, list[str]]:
    """Faults shown of those tried, by kind, and which were not; settings asked for hover, and which have none of their own text."""
    whole = whole_schema()
    tried, asked = faults(whole), settings(whole)
    if most is not None:
        chance = random.Random(seed)
        tried = tried[:3] + chance.sample(tried[3:], most)
        asked = chance.sample(asked, most)
    counts: dict[str, tuple[int, int]] = {}
    missed, silent = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        shutil.copy(ROOT / "scenarios" / "schema.json", folder)
        with Editor(words, folder) as editor:
            good = {"good.yaml": _head(("x",)) + "years: 5\n", "child.yaml": MODELINE + "extends: good.yaml\n"}
            seen = editor.underlined({**good, **{f"f{number}.yaml": fault.text for number, fault in enumerate(tried)}})
            missed += [f"{name} has no fault and shows one: {seen[name]}" for name in good if seen[name]]
            for number, fault in enumerate(tried):
                shown, of = counts.get(fault.kind, (0, 0))
                hit = bool(seen[f"f{number}.yaml"])
                counts[fault.kind] = (shown + hit, of + 1)
                missed += [] if hit else [f"{fault.kind}: {fault.where}"]
            for number, one in enumerate(asked):
                text = _head(one.keys) + written(one.keys, example(one))
                uri = editor.open(f"h{number}.yaml", text)
                lines = text.rstrip().split("\n")
                said = editor.hover(uri, len(lines) - 1, lines[-1].index(one.keys[-1]) + 1)
                wanted = str(one.schema.get("description", ""))[:25]
                if not wanted or _letters(wanted) not in _letters(said):
                    silent.append(".".join(one.keys))
    return counts, missed, len(asked), silent


def _letters(text: str) -> str:
    """Letters and figures alone: a server may mark up what stands between them."""
    return "".join(letter for letter in text.lower() if letter.isalnum())


def main(argv: list[str] | None = None) -> int:
    """Print the figures; ends with 1 if less than 95% of the faults are shown or a setting has no hover text."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--examples", type=int, default=None, help="so many faults and settings, chosen by chance (default: all)")
    arguments = parser.parse_args(argv)
    words = command()
    if words is None:
        sys.stdout.write("yaml-language-server is not here: see the first lines of benchmarks/editor.py\n")
        return 2
    counts, missed, asked, silent = measure(words, arguments.examples)
    shown, tried = (sum(pair[place] for pair in counts.values()) for place in (0, 1))
    for kind, (hit, of) in counts.items():
        sys.stdout.write(f"{kind}: {hit} of {of} shown\n")
    sys.stdout.write(f"all faults: {shown} of {tried} shown ({shown / tried:.1%})\n")
    sys.stdout.write(f"settings with their own hover text: {asked - len(silent)} of {asked}\n")
    for text in (*missed, *(f"no hover text: {name}" for name in silent)):
        sys.stdout.write(f"  {text}\n")
    return 0 if shown >= 0.95 * tried and not silent else 1


if __name__ == "__main__":
    sys.exit(main())
