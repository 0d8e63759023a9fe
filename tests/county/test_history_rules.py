"""The tables of history: what cannot be so is named with its row, and what can be is read."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from planner.county.read import read_county
from planner.errors import InputError
from tests.conftest import COUNTIES
from tests.histories import COLUMNS, row, tiny_rows

HELD = "place,january,least_years,most_years,provision_type,children,source\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(COUNTIES / "tiny", tmp_path / "tiny")
    return tmp_path / "tiny"


def told(folder: Path, rows: Iterable[tuple[object, ...]]) -> list[str]:
    """What reading says of the tiny county with these rows of history."""
    lines = [",".join(COLUMNS), *(",".join(str(cell) for cell in one) for one in rows)]
    (folder / "ehcp_history.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    try:
        read_county(folder)
    except InputError as error:
        return str(error).splitlines()
    return []


def test_a_history_that_adds_up_is_read(folder: Path) -> None:
    assert told(folder, tiny_rows()) == []


def test_ages_that_run_backwards_are_named_with_their_row(folder: Path) -> None:
    (line,) = told(folder, [*tiny_rows(), row("held", 2023, 1, (9, 4))])
    assert line.startswith(f"ehcp_history.csv:{len(tiny_rows()) + 2}")
    assert "9 is above 4" in line
    assert "first_age at most last_age" in line


def test_years_held_that_run_backwards_are_named_with_their_row(folder: Path) -> None:
    text = f"{HELD}county,2025,0,0,mainstream_support,4,assumption\ncounty,2025,5,2,mainstream_support,4,assumption\n"
    (folder / "ehcp_years_held.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert str(caught.value).startswith("ehcp_years_held.csv:3")
    assert "5 is above 2" in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "extra"),
    [
        ("ages", [row("held", 2022, 9, (0, 10)), row("held", 2022, 9, (10, 25))]),
        ("needs", [row("held", 2022, 9, need="ASD"), row("held", 2022, 9, need="SEMH")]),
        ("provision types", [row("held", 2022, 9, kind="state_special"), row("held", 2022, 9, kind="mainstream_support")]),
    ],
)
def test_parts_that_overlap_are_told_with_both_numbers(parts: str, extra: list[tuple[object, ...]], folder: Path) -> None:
    (line,) = told(folder, [*tiny_rows(), *extra])
    assert f"the {parts} add to 18, more than the 16 for all" in line
    assert "county, held, 2022" in line
    assert told(folder, [*tiny_rows(), extra[0]]) == []


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (row("kept", 2022, 1), "kept"),
        (row("held", 1822, 1), "1822 is too small"),
        (row("held", 2022, -1, (3, 3)), "-1"),
        (row("held", 2022, 1, (3, 30)), "30"),
        (row("held", 2022, 1, need="XYZ"), "XYZ"),
        (row("held", 2022, 1, kind="boarding"), "boarding"),
        (row("held", 2022, 1, place="wales"), "wales"),
        (row("held", 2021, 14), "twice"),
    ],
)
def test_a_wrong_cell_is_named(wrong: tuple[object, ...], says: str, folder: Path) -> None:
    lines = told(folder, [*tiny_rows(), wrong])
    assert any(line.startswith(f"ehcp_history.csv:{len(tiny_rows()) + 2}") for line in lines), lines
    assert any(says in line for line in lines), lines
