"""Every row family, written out for five children, is what the model page says.

The golden files were read line by line against the formulas on 23 November 2026; a change to one
needs a dated line in ``golden/CHANGES.md`` saying why.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from planner.model.build import ROW_FAMILIES, Model, build_model
from tests import five_children as five

GOLDEN = Path(__file__).parent / "golden"
FAMILIES = [family.__name__ for family in ROW_FAMILIES]


@pytest.fixture(scope="module")
def model() -> Model:
    return build_model(five.scenario(), five.county(), five.demand(), five.arcs(), five.rates(), five.programme())


def column_names(model: Model) -> list[str]:
    """A name for each column: its family and its labels."""
    names = []
    for block in model.program.columns:
        for key in block.keys.itertuples(index=False):
            names.append(f"{block.family}[{','.join(str(part) for part in key)}]")
    return names


def written(model: Model, family: str) -> str:
    """One row family as text, one row a line."""
    rows, _ = model.program.row_family(family)
    names = column_names(model)
    lines = []
    for number, key in enumerate(rows.keys.itertuples(index=False)):
        start, end = rows.matrix.indptr[number : number + 2]
        order = np.argsort(rows.matrix.indices[start:end], kind="stable") + start
        terms = " ".join(f"{rows.matrix.data[at]:+.6g} {names[rows.matrix.indices[at]]}" for at in order)
        low, high = rows.lower[number] + 0.0, rows.upper[number] + 0.0
        limit = f"= {high:.6g}" if low == high else f"<= {high:.6g}" if np.isinf(low) else f">= {low:.6g}"
        lines.append(f"{family}[{','.join(str(part) for part in key)}]: {terms} {limit}")
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("family", FAMILIES)
def test_row_family_is_as_written_down(model: Model, family: str) -> None:
    path = GOLDEN / f"{family}.lp"
    text = written(model, family)
    if os.environ.get("REWRITE_GOLDEN"):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text


def test_every_row_family_has_rows_and_a_golden_file(model: Model) -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.lp")) == sorted(FAMILIES)
    assert all(model.program.row_family(family)[0].count > 0 for family in FAMILIES)


def test_every_column_family_stands_in_some_row(model: Model) -> None:
    used = np.diff(model.program.matrix.tocsc().indptr) > 0
    for block in model.program.columns:
        assert used[block.first : block.first + block.count].any(), block.family
