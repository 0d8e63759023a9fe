"""County tables with one known fault each: named with file, row and column, with what was expected and what to do."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner.county.read import read_county
from planner.county.specs import SPEC_BY_NAME
from planner.errors import InputError
from tests.conftest import COUNTIES

FAULTS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "faults.yaml").read_text(encoding="utf-8"))


def spoil(folder: Path, fault: dict[str, Any]) -> None:
    path = folder / fault["file"]
    if "content" in fault:
        path.write_bytes(fault["content"].encode(fault.get("encoding", "utf-8")))
        return
    text = path.read_text(encoding="utf-8")
    assert fault["old"] in text, f"{fault['old']!r} is not in {fault['file']}"
    new = "x" * 3000 if fault["new"] == "LONG" else fault["new"]
    path.write_bytes(text.replace(fault["old"], new, 1).encode("utf-8"))
    if "also" in fault:
        spoil(folder, fault["also"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(COUNTIES / "tiny", tmp_path / "tiny")
    return tmp_path / "tiny"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["name"] for fault in FAULTS])
def test_a_fault_is_named_with_its_place_and_its_remedy(fault: dict[str, Any], folder: Path) -> None:
    spoil(folder, fault)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    lines = str(caught.value).splitlines()
    if fault.get("problems", 1):
        assert len(lines) == fault.get("problems", 1), "\n".join(lines)
    place = fault.get("at", fault["file"]) + (f":{fault['row']}" if fault["row"] else "")
    hits = [line for line in lines if line.startswith(place) and all(word in line for word in fault["says"])]
    assert hits, "\n".join(lines)
    after = 0
    for word in fault["says"]:
        after = hits[0].index(word, after)
    if "hides" in fault:
        assert fault["hides"] not in str(caught.value)


def test_the_faults_of_every_table_are_named_at_once(folder: Path) -> None:
    some = ["number in letters", "unknown need", "unknown option required", "percentage for a share", "price in words", "a date for a year"]
    for fault in FAULTS:
        if fault["name"] in some:
            spoil(folder, fault)
    with pytest.raises(InputError) as caught:
        read_county(folder)
    files = {problem.file for problem in caught.value.problems}
    assert files == {"population.csv", "entrants.csv", "options.csv", "band_mix.csv", "rates/prices.yaml", "finance.csv"}


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_files_as_spreadsheets_save_them_are_read(encoding: str, folder: Path) -> None:
    for path in folder.glob("*.csv"):
        text = path.read_text(encoding="utf-8").replace("East town", "Éast’s town")
        path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    county = read_county(folder)
    assert "Éast’s town" in set(county.table("areas")["area_name"])
    assert len(county.table("population")) == len(read_county(COUNTIES / "tiny").table("population"))


def test_a_million_rows_are_refused_at_once(folder: Path) -> None:
    (folder / "population.csv").write_bytes(b"area,age,children\n" + b"east,1,40\n" * 1_000_000)
    began = time.process_time()
    with pytest.raises(InputError, match=r"1,000,001 rows. Expected at most 250,000"):
        read_county(folder)
    assert time.process_time() - began < 5


def test_many_unknown_names_are_listed_once_and_in_bounded_time(folder: Path) -> None:
    rows = "".join(f"area{number},ASD,primary,support,ms_east,1\n" for number in range(20_000))
    (folder / "stock.csv").write_text("area,need,phase,band,unit,children\n" + rows, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_county(folder)
    assert len(caught.value.problems) == 21


def test_a_very_wide_table_is_refused(folder: Path) -> None:
    (folder / "bands.csv").write_text(",".join(f"c{number}" for number in range(200_000)) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="200,000 columns"):
        read_county(folder)


def test_every_table_without_its_rows_is_named() -> None:
    assert {fault["file"].removesuffix(".csv") for fault in FAULTS} - {"rates/prices.yaml"} <= set(SPEC_BY_NAME)
