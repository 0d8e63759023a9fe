"""Hostile names through a real run: nothing that a reader opens runs, fetches or hides anything, and ordinary names stay as they are."""

from __future__ import annotations

import csv
import json
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path

import openpyxl
import pytest
import yaml
from lxml import etree, html

from planner.comparison import ComparisonResult, write_comparison
from planner.county.cells import clean
from planner.report.write import safe_text
from planner.run import RunResult, run_scenario
from tests.conftest import COUNTIES, TINY

PAYLOADS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "payloads.yaml").read_text(encoding="utf-8"))
ACTIVE = [text for kind in ("formulas", "markup", "signs") for text in PAYLOADS[kind]]
EVERY = [*ACTIVE, *PAYLOADS["kept"]]
A_NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?%?", re.IGNORECASE)


def poison(folder: Path) -> None:
    """Put the payloads in place of the tiny county's names, codes, notes and sources."""
    given = iter(EVERY * 3)

    def edit(name: str, columns: tuple[str, ...], more: bool = False) -> None:
        with (folder / name).open(encoding="utf-8", newline="") as handle:
            table = list(csv.DictReader(handle))
        if more:
            table = [
                {**table[0], next(iter(table[0])): f"{table[0][next(iter(table[0]))]}{number}"} for number in range(len(EVERY))
            ] + table
        for row in table:
            for column in columns:
                row[column] = next(given) if not more else EVERY[(table.index(row) + columns.index(column)) % len(EVERY)]
        with (folder / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(table[0]))
            writer.writeheader()
            writer.writerows(table)

    edit("units.csv", ("unit_name",))
    edit("options.csv", ("option_name",))
    edit("areas.csv", ("area_name", "district", "planning_area"))
    edit("bands.csv", ("band_title", "meaning"))
    edit("assumptions.csv", ("what", "value", "effect", "owner_role"), more=True)
    edit("sources.csv", ("title", "publisher", "address", "used_for"), more=True)
    for name in folder.glob("*.csv"):
        text = name.read_text(encoding="utf-8")
        name.write_text(text.replace("open_rc_south", "=1+1").replace("sp_north", "<b>sp").replace("rc_south", "@rc"), encoding="utf-8")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(COUNTIES / "tiny", folder / "data" / "tiny")
    poison(folder / "data" / "tiny")
    scenario = folder / "scenarios" / "mine.yaml"
    scenario.parent.mkdir()
    text = TINY.read_text(encoding="utf-8").replace("title: A tiny county", "title: '=1+1</title><script>alert(1)</script>'")
    text = text.replace("description: Two", "description: '[x](javascript:alert(1)) <img src=x onerror=alert(1)> $\\frac{$ Two").replace(
        "by hand.", "by hand.'"
    )
    groups = (
        "  need_groups: {'<script>alert(2)</script>': [ASD, SPLD, MLD, SLD, PMLD, SLCN, HI], '=2+2': [SEMH, VI, MSI, PD, DS, OTH, NSA]}\n"
    )
    scenario.write_text(text.replace("  areas: area\n", "  areas: area\n" + groups), encoding="utf-8")
    before = sorted(path for path in folder.rglob("*") if "out" not in path.parts)
    result = run_scenario(scenario, folder / "data", folder / "out")
    assert sorted(path for path in folder.rglob("*") if "out" not in path.relative_to(folder).parts) == before
    return result


@pytest.fixture(scope="module")
def compared(hostile: RunResult, tmp_path_factory: pytest.TempPathFactory) -> ComparisonResult:
    """The hostile run beside one of the same county with fewer places and a title that is as bad."""
    root = hostile.folder.parent.parent
    path = tmp_path_factory.mktemp("beside") / "yours.yaml"
    text = (
        (root / "scenarios" / "mine.yaml").read_text(encoding="utf-8").replace("=1+1</title><script>alert(1)", "@x</title><script>alert(1)")
    )
    path.write_text(text.replace("years: 2\n", "years: 2\nunits: {ind_south: {places: 2}}\n", 1), encoding="utf-8")
    yours = run_scenario(path, root / "data", path.parent)
    found = write_comparison([hostile.folder, yours.folder], "", root / "scenarios", root / "data", path.parent / "both")
    assert not found.withheld
    return found


@pytest.fixture(params=["run", "comparison"])
def made(request: pytest.FixtureRequest) -> RunResult | ComparisonResult:
    """What was written of a run, and of a comparison."""
    found: RunResult | ComparisonResult = request.getfixturevalue({"run": "hostile", "comparison": "compared"}[request.param])
    return found


def files(result: RunResult | ComparisonResult, ending: str) -> list[Path]:
    found = sorted(result.folder.rglob(f"*{ending}"))
    assert found, f"no file ends in {ending}"
    return found


def test_there_are_forty_strings() -> None:
    assert len(ACTIVE) >= 40
    assert len(set(EVERY)) == len(EVERY)


def test_the_run_is_whole_and_its_files_have_plain_names(hostile: RunResult) -> None:
    assert hostile.check.passed
    assert {path.name for path in hostile.folder.iterdir()} == {"internal", "public", "manifest.json"}, hostile.withheld
    assert [path.name for path in hostile.folder.parent.iterdir()] == ["mine"]
    for path in hostile.folder.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_.]+", path.name), path.name


def test_no_cell_of_a_csv_file_is_a_formula(made: RunResult | ComparisonResult) -> None:
    cells = 0
    for path in files(made, ".csv"):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.reader(handle):
                for cell in row:
                    cells += cell.startswith("'")
                    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) or A_NUMBER.fullmatch(cell), (path.name, cell)
    assert cells > (20 if isinstance(made, RunResult) else 10), "the payloads reached the tables"


def test_no_cell_of_a_workbook_is_a_formula_from_a_name(made: RunResult | ComparisonResult) -> None:
    seen = 0
    for path in files(made, ".xlsx"):
        book = openpyxl.load_workbook(path)
        for sheet in book:
            for row in sheet.iter_rows():
                for cell in row:
                    said = str(cell.value)
                    seen += said.startswith("=") and cell.data_type == "s"
                    if cell.data_type == "f":
                        assert path.name == "finance.xlsx", (sheet.title, cell.coordinate, said)
                        assert not any(
                            word in said for word in ("cmd", 'HYPERLINK("http', "WEBSERVICE", "IMPORT", "DDE", "=1+1", "=2+2")
                        ), said
                    if cell.hyperlink is not None:
                        assert not cell.hyperlink.target, "links lead inside the workbook only"
        with zipfile.ZipFile(path) as parts:
            assert not [name for name in parts.namelist() if re.search(r"vba|external|embeddings|connections", name, re.IGNORECASE)]
    assert seen > (5 if isinstance(made, RunResult) else 0), "the payloads reached the workbooks as text"


def _active(tree: etree._Element) -> list[str]:
    found = []
    for node in tree.iter():
        if not isinstance(node.tag, str):
            continue
        name = etree.QName(node).localname.lower()
        if name in ("iframe", "object", "embed", "foreignobject", "form", "input", "base", "image", "img") and name != "input":
            found.append(name)
        for key, value in node.attrib.items():
            local = etree.QName(key).localname.lower()
            remote = local in ("href", "src", "action") and not value.startswith(("#", "data:image/"))
            if local.startswith("on") or value.strip().lower().startswith("javascript:") or remote:
                found.append(f"{name} {local}={value}")
    return found


def test_nothing_in_a_page_runs_or_is_fetched(hostile: RunResult, tiny_run: RunResult) -> None:
    clean_scripts = len(html.parse(str(files(tiny_run, ".html")[0])).findall(".//script"))
    for path in files(hostile, ".html"):
        tree = html.parse(str(path)).getroot()
        assert len(tree.findall(".//script")) == clean_scripts
        assert not _active(tree), path
        assert "<script>alert(1)</script>" in tree.text_content(), "the name is shown as text"
        assert tree.find(".//title").text.startswith("=1+1</title>")


def test_nothing_in_a_page_of_a_comparison_runs_or_is_fetched(compared: ComparisonResult) -> None:
    for path in files(compared, ".html"):
        tree = html.parse(str(path)).getroot()
        assert not _active(tree), path
        assert all("alert" not in (node.text or "") for node in tree.findall(".//script"))
        assert tree.text_content().count("<script>alert(1)</script>") > 1, "both names are shown as text"


def test_nothing_in_a_picture_runs_or_is_fetched(hostile: RunResult) -> None:
    for path in files(hostile, ".svg"):
        tree = etree.parse(str(path), etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
        assert not [node for node in tree.iter() if isinstance(node.tag, str) and etree.QName(node).localname == "script"]
        assert not [said for said in _active(tree) if not said.startswith("use ")], path


def test_a_briefing_holds_no_fields_and_no_links(made: RunResult | ComparisonResult) -> None:
    for path in files(made, ".docx"):
        with zipfile.ZipFile(path) as parts:
            for name in parts.namelist():
                if name.endswith((".xml", ".rels")):
                    tree = etree.fromstring(parts.read(name), etree.XMLParser(resolve_entities=False))
                    tags = {etree.QName(node).localname for node in tree.iter() if isinstance(node.tag, str)}
                    fields = {
                        str(node.text) for node in tree.iter() if isinstance(node.tag, str) and etree.QName(node).localname == "instrText"
                    }
                    assert not {"object", "OLEObject", "altChunk"} & tags, name
                    assert all(word.split()[0] in ("PAGE", "NUMPAGES", "TOC") for word in fields if word.strip()), fields
                    assert b'TargetMode="External"' not in parts.read(name), name


def test_a_summary_has_no_tags_and_no_links(hostile: RunResult) -> None:
    for path in files(hostile, ".md"):
        text = path.read_text(encoding="utf-8")
        assert "<" not in text and not re.search(r"(?<!\\)\]\(", text)
        assert "&lt;script&gt;" in text


def test_no_text_holds_hidden_signs(made: RunResult | ComparisonResult) -> None:
    for path in made.folder.rglob("*"):
        if path.suffix in (".csv", ".html", ".svg", ".md", ".json"):
            with path.open(encoding="utf-8-sig", newline="") as handle:
                hidden = {letter for letter in handle.read() if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")} - set(
                    "\r\n\t\u00ad"
                )
            assert not hidden, (path.name, hidden)
    json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))


def test_ordinary_names_and_numbers_are_written_as_they_are(hostile: RunResult) -> None:
    with (hostile.folder / "public" / "tables" / "assumptions.csv").open(encoding="utf-8-sig", newline="") as handle:
        cells = {cell for row in csv.reader(handle) for cell in row}
    assert set(PAYLOADS["kept"]) <= cells
    assert all(safe_text(text) == text and clean(text) == text for text in PAYLOADS["kept"])
