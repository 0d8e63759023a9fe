"""A county's tables are checked before anything is worked out; every fault has its file and row."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.county.read import read_county
from planner.errors import InputError
from tests.conftest import COUNTIES

Edit = Callable[[Path], None]


def change(file: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def raw(file: str, data: bytes) -> Edit:
    return lambda folder: (folder / file).write_bytes(data) and None


FAULTS: list[tuple[str, Edit, str]] = [
    ("unknown column", change("areas.csv", "easting_m", "eastnig_m"), "Did you mean 'easting_m'?"),
    ("missing column", change("areas.csv", "area_name,", ""), "missing"),
    ("not a number", change("population.csv", "east,0,40", "east,0,forty"), "'forty' is not a number"),
    ("number with a comma", change("population.csv", "east,0,40", 'east,0,"1,040"'), "Write 1040."),
    ("negative", change("population.csv", "east,0,40", "east,0,-4"), "too small"),
    ("not finite", change("population.csv", "east,0,40", "east,0,inf"), "finite"),
    ("row twice", change("population.csv", "east,1,40", "east,0,40"), "stands twice"),
    ("an age is missing", change("population.csv", "east,3,40\n", ""), "25 ages"),
    ("outside Britain", change("areas.csv", "404000", "904000"), "too large"),
    ("unknown need", change("entrants.csv", "ASD,primary", "AUT,primary"), "'AUT' is not known"),
    ("unknown phase", change("entrants.csv", "ASD,primary", "ASD,prim"), "Did you mean 'primary'?"),
    ("unknown area", change("stock.csv", "north,SEMH", "nroth,SEMH"), "Did you mean 'north'?"),
    ("unknown unit", change("options.csv", "contact_base,cb_east", "contact_base,cb_west"), "not in units.csv"),
    ("empty cell", change("units.csv", "primary|secondary,*,enhanced", ",*,enhanced"), "empty"),
    ("yes or no", change("units.csv", "maintained,yes", "maintained,maybe"), "neither yes nor no"),
    ("a spreadsheet's date", change("finance.csv", "2023/24", "Apr-24"), "changed the cell to a date"),
    ("years out of step", change("finance.csv", "2023/24", "2023/25"), "not a year"),
    ("band mix", change("band_mix.csv", "0.5", "0.6"), "add to 1.1"),
    ("chances over 1", change("transitions.csv", "0.05,0.15,0.2", "0.5,0.4,0.2"), "more than 1"),
    ("no row for a phase", change("transitions.csv", "*,*,*,*,0.05", "*,primary,*,*,0.05"), "no row for every"),
    ("escalates downwards", change("bands.csv", "Enhanced,2,specialist", "Enhanced,2,support"), "not above"),
    (
        "child in the wrong phase",
        change("stock.csv", "south,SEMH,secondary,specialist,ind_south", "south,SEMH,post_16,specialist,ind_south"),
        "does not take",
    ),
    (
        "child in the wrong band",
        change("stock.csv", "north,SEMH,primary,enhanced,ms_north", "north,SEMH,primary,specialist,ms_north"),
        "may not be met",
    ),
    (
        "sizes out of order",
        change("options.csv", "resource_centre,rc_south,4,1,2", "resource_centre,rc_south,4,3,2"),
        "more than most_blocks",
    ),
    ("option of another kind", change("options.csv", "contact_base,cb_east", "contact_base,sp_north"), "is state_special"),
    ("capital shares", change("options.csv", "0.5|0.5", "0.5|0.4"), "do not add to 1"),
    ("half committed", change("options.csv", "0.5|0.5,0,40,no,,0,,,,", "0.5|0.5,0,40,no,,0,,,2025/26,"), "both be filled"),
    ("contact base without episodes", change("units.csv", "*,*,0,2,county", "*,*,0,,county"), "episodes_per_place"),
    ("row with another comma", change("sources.csv", "Made up for tests", "Made up, for tests"), "cells"),
    ("UTF-16", raw("bands.csv", "band".encode("utf-16")), "UTF-16"),
    ("empty file", raw("bands.csv", b""), "empty"),
    ("missing table", lambda folder: (folder / "bands.csv").unlink(), "missing"),
    ("no prices", lambda folder: shutil.rmtree(folder / "rates"), "no prices"),
    ("unknown line of cost", change("rates/prices.yaml", "line: top_up", "line: topup"), "Did you mean 'top_up'?"),
    ("price as text", change("rates/prices.yaml", "value_gbp: 60000", "value_gbp: 60k"), "not a number"),
    ("price without source", change("rates/prices.yaml", "source: assumption, quality: red}", "source: '', quality: red}"), "no source"),
    ("price key twice", change("rates/prices.yaml", "{value_gbp: 60000,", "{value_gbp: 60000, value_gbp: 1,"), "twice"),
    ("prices not YAML", change("rates/prices.yaml", "blocks:", "blocks: ]"), "not valid YAML"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(COUNTIES / "tiny", tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.mark.parametrize(("name", "edit", "words"), FAULTS, ids=[fault[0] for fault in FAULTS])
def test_a_fault_is_named(name: str, edit: Edit, words: str, folder: Path) -> None:
    edit(folder)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert words in str(caught.value), name
    assert all(problem.file for problem in caught.value.problems)


def test_faults_in_several_tables_are_named_at_once(folder: Path) -> None:
    change("population.csv", "east,0,40", "east,0,forty")(folder)
    change("entrants.csv", "ASD,primary", "AUT,primary")(folder)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert {problem.file for problem in caught.value.problems} == {"population.csv", "entrants.csv"}
    assert all(problem.line == 2 for problem in caught.value.problems)


def test_other_encodings_are_read(folder: Path) -> None:
    text = (folder / "areas.csv").read_text(encoding="utf-8")
    (folder / "areas.csv").write_bytes(text.replace("East town", "Éast town").encode("cp1252"))
    (folder / "bands.csv").write_bytes(b"\xef\xbb\xbf" + (folder / "bands.csv").read_bytes())
    assert "Éast town" in set(read_county(folder).table("areas")["area_name"])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_random_text_in_a_table_never_ends_in_a_traceback(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("fuzz") / "tiny"
    shutil.copytree(COUNTIES / "tiny", folder)
    path = folder / data.draw(st.sampled_from(["areas.csv", "stock.csv", "options.csv", "transitions.csv", "rates/prices.yaml"]))
    text = path.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text)))
    path.write_text(text[:at] + data.draw(st.text(max_size=12)) + text[at:], encoding="utf-8", newline="")
    try:
        read_county(folder)
    except InputError as error:
        assert error.problems
