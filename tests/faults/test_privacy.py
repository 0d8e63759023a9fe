"""Nothing about few children leaves `internal/`: not the screen, not errors, not manifests, not public files; and each internal file says what it is."""

from __future__ import annotations

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from planner.cli import main
from planner.comparison import write_comparison
from planner.report.write import MARK
from planner.run import RunResult
from tests.conftest import COUNTIES, TINY

UNTOLD = ("area", "unit", "district", "need")
"""Columns by which a count is of few children."""
COUNTS = ("children", "episodes", "ehcps", "avoided", "child_years")
THRESHOLD = 5.0


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a run whose exact counts have many digits, and all that the command said."""
    root = tmp_path_factory.mktemp("private")
    scenario = root / "odd.yaml"
    text = (
        TINY.read_text(encoding="utf-8").replace("growth_per_year: 0.0", "growth_per_year: 0.0137").replace("effect: 0.5", "effect: 0.4373")
    )
    scenario.write_text(text.replace("A tiny county", "Odd numbers"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        said = io.StringIO()
        patch.setattr("sys.stderr", said)
        assert main(["run", str(scenario), "--data", str(COUNTIES), "--out", str(root / "out")]) == 0
    return root / "out" / "odd", said.getvalue()


def small_counts(folder: Path) -> set[str]:
    """The exact counts under the threshold that some table gives by area, unit, district or need, to the fourth digit, as text."""
    found = set()
    for path in (folder / "internal" / "tables").glob("*.csv"):
        frame = pd.read_csv(path)
        if not any(column in frame.columns for column in UNTOLD):
            continue
        for column in frame.columns:
            if column in COUNTS and frame[column].dtype.kind == "f":
                values = frame[column][(frame[column] > 0.01) & (frame[column] < THRESHOLD)]
                digits = {f"{value:.6f}"[:6]: repr(float(value)) for value in values if len(f"{value:.9f}".rstrip("0").split(".")[1]) >= 5}
                found |= {count for count, written in digits.items() if written.startswith(count)}
    return found


def texts(folder: Path) -> dict[str, str]:
    """The text of every file in a folder, parts of packed files too; pictures of points have none."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix in (".docx", ".xlsx"):
            with zipfile.ZipFile(path) as packed:
                found.update({f"{path.name}/{name}": packed.read(name).decode("utf-8", "replace") for name in packed.namelist()})
        elif path.is_file() and path.suffix != ".png":
            found[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return found


def drawn(text: str) -> str:
    """A text without the numbers that only place something on a page: paths, points and sizes of pictures, and hashes."""
    text = re.sub(r'\b(d|points|transform|x|y|x1|x2|y1|y2|cx|cy|r|width|height|viewBox|style|id|href|xlink:href)="[^"]*"', "", text)
    return re.sub(r"[0-9a-f]{40,}", "", text)


def test_no_exact_count_of_few_children_is_said_or_published(told: tuple[Path, str]) -> None:
    folder, said = told
    secret = small_counts(folder)
    assert len(secret) > 30, "the county has counts to keep"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for part in ("solve", "scenario", "origins"):
        manifest.pop(part)
    places = {
        "the screen": said,
        "manifest": drawn(json.dumps(manifest)),
        **{name: drawn(text) for name, text in texts(folder / "public").items()},
    }
    leaks = [(where, count) for where, text in places.items() for count in secret if re.search(rf"(?<![\d.]){re.escape(count)}", text)]
    assert leaks == []
    exact = "".join(texts(folder / "internal").values())
    assert sum(count in exact for count in secret) == len(secret), "the search finds what is there"


def test_what_is_said_on_the_screen_names_no_area(told: tuple[Path, str]) -> None:
    areas = pd.read_csv(COUNTIES / "tiny" / "areas.csv", dtype=str)
    for name in [*areas["area"], *areas["area_name"]]:
        assert not re.search(rf"\b{re.escape(name)}\b", told[1])


def test_an_error_about_a_table_says_the_cell_and_no_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(COUNTIES, tmp_path / "data")
    path = tmp_path / "data" / "tiny" / "population.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    cells = lines[3].split(",")
    lines[3] = ",".join([*cells[:-1], "minus four"])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert main(["validate", str(TINY), "--data", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert "population.csv:4" in said
    others = {line.split(",")[-1] for line in lines[1:]} - {"minus four"}
    assert not [value for value in others if re.search(rf"(?<![\d:.]){re.escape(value)}(?![\d:])", said.replace("1 problem found", ""))]


def test_a_run_writes_no_log_and_nothing_beside_its_folder(told: tuple[Path, str]) -> None:
    folder, _ = told
    assert {path.name for path in folder.parent.iterdir()} == {"odd"}
    assert not [path for path in folder.rglob("*") if path.suffix in (".log", ".tmp", ".part")]


def test_every_kind_of_internal_file_says_that_it_is_internal(told: tuple[Path, str], tiny_run: RunResult, tmp_path: Path) -> None:
    folder, _ = told
    both = write_comparison([folder, tiny_run.folder], "", TINY.parent, COUNTIES, tmp_path / "out").folder
    for root in (folder, both):
        kinds = set()
        for path in (root / "internal").rglob("*"):
            if path.is_dir():
                continue
            kinds.add(path.suffix)
            if path.suffix == ".csv" or path.name == MARK:
                assert (path.parent / MARK).read_text(encoding="utf-8").startswith("INTERNAL")
            elif path.suffix == ".png":
                assert "INTERNAL" in path.with_suffix(".svg").read_text(encoding="utf-8"), "the same picture with words"
            elif path.suffix in (".docx", ".xlsx"):
                with zipfile.ZipFile(path) as packed:
                    assert any(b"INTERNAL" in packed.read(name) for name in packed.namelist()), path.name
            else:
                assert "INTERNAL" in path.read_text(encoding="utf-8"), path.name
        assert {".csv", ".docx", ".html"} <= kinds
        assert json.loads((root / "manifest.json").read_text(encoding="utf-8"))["audience"] == "internal"
        assert not [name for name, text in texts(root / "public").items() if "INTERNAL" in text]
