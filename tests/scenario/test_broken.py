"""Scenarios with one known fault each: it is reported with its line and a suggestion, once, and nothing is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner.cli import main
from tests.conftest import COUNTIES

HEAD = "title: A test\ncounty: tiny\nyears: 3\n"
PARENT = HEAD + "demand: {births_change_per_year: 0.0}\noptions: {fixed: {open_rc_south: {year: 2025/26}}}\n"
CORPUS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "broken.yaml").read_text(encoding="utf-8"))


def told(case: dict[str, Any], folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What ``planner run`` says of a broken scenario, a line a problem."""
    place = folder / "scenarios"
    place.mkdir()
    (place / "baseline.yaml").write_text(PARENT, encoding="utf-8")
    if "parent" in case:
        (place / "parent.yaml").write_text(case["parent"] + "\n", encoding="utf-8")
    text = case["text"] if case.get("whole") else HEAD + case["text"]
    (place / "mine.yaml").write_text(text + "\n" if text else "", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    assert main(["run", str(place / "mine.yaml"), "--data", str(COUNTIES), "--out", str(folder / "out")]) == 2
    assert sorted(folder.rglob("*")) == before, "a broken scenario leaves nothing behind"
    said = capsys.readouterr()
    assert "Traceback" not in said.err and not said.out
    return [line for line in said.err.splitlines() if re.match(r"\S+\.yaml(:\d+)", line)]


def test_the_corpus_is_large_and_each_case_has_a_name() -> None:
    assert len(CORPUS) >= 60
    assert len({case["name"] for case in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("case", CORPUS, ids=[case["name"] for case in CORPUS])
def test_a_fault_is_named_with_its_line_and_a_suggestion(case: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(case, tmp_path, capsys)
    assert len(lines) == case.get("problems", 1), "\n".join(lines)
    assert lines[0].startswith(f"{case.get('file', 'mine.yaml')}:{case['line']}"), lines[0]
    assert re.match(rf"\S+:{case['line']}\b", lines[0]), lines[0]
    assert case["says"] in lines[0], lines[0]


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = {
        "text": "yeers: 1\nmoney: {discount_rate: 7, autumn_share: half}\nsolve: {threads: 0}\nmoney: {}\ntravel: {limit: soft, detour: yes}\n"
    }
    lines = told(case, tmp_path, capsys)
    assert [line.split(":")[1] for line in lines] == ["4", "5", "5", "6", "7", "8", "8"]
