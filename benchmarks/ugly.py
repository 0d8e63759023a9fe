"""Ugly inputs for fuzzing: scenario files and county tables as text, as structure and as bytes."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from planner.names import NEEDS, PHASES
from planner.scenario.messages import settings

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tests" / "scenarios" / "tiny.yaml"
COUNTY = ROOT / "tests" / "counties" / "tiny"

NASTY = (
    "", " ", "0", "-0", "-1", "1e308", "-1e308", "1e999", "NaN", "inf", "0x10", "012", "1_000", "1,200", "35%", "£5m", "ten", "yes", "no", "null", "~", "true",
    "2026/27", "2027/26", "2026-27", "1899/00", "9999/00", "0000/01", "0999/00", "Apr-24", "04-Oct", "1:30", "*", "&a", "!!int 1", "!!python/object:os.system x", "|", ">", "%", "@", "`",
    "'", '"', '""', "=1+1", "+1", "-", "#REF!", "<script>", "\u202e", "\x00", "\x1b[31m", "\ufeff", "\u2028", "\ud7ff", "𝟙", "٤٠", "ASD|ASD", "ASD|", "|", "*|*",
    "../x", "CON", "A123456789012", "ST16 2LH", "14/03/2015", "x" * 3000, "9" * 400, "0." + "1" * 400, "{}", "[]", "[[[[[[", "a: b: c", "- - -", "? ", ": ", "---", "...",
    "<<", "baseline.yaml", "tiny", "open_rc_south", "resource_centre", "sp_north", *NEEDS[:3], *PHASES,
)  # fmt: skip

_words = st.one_of(st.sampled_from(NASTY), st.text(max_size=20), st.text(alphabet=" \t\n:-#'\"[]{},&*!|>%@`?~.0123456789ae_", max_size=30))
_scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.integers(-5, 40), st.floats(), st.floats(-1, 2), _words)
_keys = st.one_of(
    st.sampled_from(sorted({path[-1] for path in settings()} | {"extends", "<<"})), st.sampled_from(NASTY), st.text(max_size=8)
)
_trees = st.recursive(
    _scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_keys, inner, max_size=4)), max_leaves=12
)


@st.composite
def settings_at_random(draw: st.DrawFn) -> str:
    """A scenario that sets known settings to unlikely values."""
    data: dict[str, Any] = {"title": "Ugly", "county": "tiny", "years": 2}
    for path in draw(st.lists(st.sampled_from(settings()), max_size=4)):
        at = data
        for part in path[:-1]:
            name = draw(st.sampled_from(("open_rc_south", "sp_north", "2025/26", "0"))) if part == "*" else part
            if not isinstance(at.get(name), dict):
                at[name] = {}
            at = at[name]
        at[path[-1]] = draw(_trees)
    return yaml.safe_dump(data, allow_unicode=draw(st.booleans()), sort_keys=False)


@st.composite
def edited_text(draw: st.DrawFn, text: str) -> str:
    """A text with one to four pieces cut out, put in, doubled or moved."""
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 12)))
        kind = draw(st.sampled_from(("cut", "put", "double", "move")))
        piece = draw(_words) if kind == "put" else text[start:end] * (2 if kind == "double" else 1)
        rest = text[:start] + text[end:]
        at = draw(st.integers(0, len(rest))) if kind == "move" else start
        text = rest if kind == "cut" else rest[:at] + piece + rest[at:]
    return text


def scenario_files() -> st.SearchStrategy[bytes]:
    """The bytes of a scenario file: the tiny county's, edited; known settings with unlikely values; any tree; any text; any bytes."""
    tiny = TINY.read_text(encoding="utf-8")
    texts = st.one_of(
        edited_text(tiny), settings_at_random(), _trees.map(lambda tree: yaml.safe_dump(tree, allow_unicode=True)), st.lists(_words, max_size=40).map("\n".join)
    )  # fmt: skip
    return st.one_of(texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=200))


@st.composite
def _cells(draw: st.DrawFn, text: str) -> str:
    """A table with some cells, rows or columns changed."""
    rows = [list(row) for row in csv.reader(io.StringIO(text))]
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.integers(0, len(rows) - 1))
        column = draw(st.integers(0, max(len(rows[row]) - 1, 0)))
        kind = draw(
            st.sampled_from(
                ("cell", "cell", "cell", "row twice", "no row", "short row", "no column", "column twice", "columns swapped", "other's cell")
            )
        )
        if kind == "cell" and rows[row]:
            rows[row][column] = draw(_words)
        elif kind == "row twice":
            rows.insert(row, list(rows[row]))
        elif kind == "no row" and len(rows) > 1:
            del rows[row]
        elif kind == "short row":
            rows[row] = rows[row][:column]
        elif kind == "no column":
            rows = [[cell for number, cell in enumerate(each) if number != column] for each in rows]
        elif kind == "column twice":
            rows = [[*each, *each[column : column + 1]] for each in rows]
        elif kind == "columns swapped":
            rows = [each[::-1] for each in rows]
        elif rows[row]:
            other = rows[draw(st.integers(0, len(rows) - 1))]
            rows[row][column] = draw(st.sampled_from(other)) if other else ""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@st.composite
def table_files(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file of the tiny county by name, with its bytes spoilt."""
    name = draw(st.sampled_from(sorted(path.relative_to(COUNTY).as_posix() for path in COUNTY.rglob("*.*"))))
    text = (COUNTY / name).read_text(encoding="utf-8")
    if draw(st.integers(0, 9)) == 0:
        return name, draw(
            st.one_of(
                st.binary(max_size=300),
                st.just(text.encode("utf-16")),
                st.just(text.replace(",", ";").encode()),
                st.just(text.encode()[:40]),
            )
        )
    spoilt = draw(edited_text(text) if name.endswith(".yaml") or draw(st.booleans()) else _cells(text))
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16-le")))
    return name, spoilt.encode(encoding, "replace")
