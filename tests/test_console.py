"""Every command on every console: narrow letters, a pipe, 80 columns, no colour; data apart from messages; slips named; runs made again."""

from __future__ import annotations

import argparse
import base64
import io
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from matplotlib.figure import Figure

from planner import cli, doctor
from planner.cli import main
from planner.reproduce import compare_tables
from planner.scenario.load import load_scenario
from planner.scenario.starter import LONGEST_NAME, OFFERED, name_problems
from tests.conftest import COUNTIES, ROOT, TINY

DATA = ["--data", str(COUNTIES)]
TINY_COUNTY = COUNTIES / "tiny"
DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
"""The smallest picture there is."""


@pytest.fixture(scope="module", autouse=True)
def no_pictures() -> Iterator[None]:
    """Pictures are left blank here: they take most of a run's time and say nothing on a console."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda self, file, **_: file.write(DOT))
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two runs of the tiny county, whose title holds letters that no narrow console has."""
    folder = tmp_path_factory.mktemp("place")
    (folder / "scenarios").mkdir()
    text = TINY.read_text(encoding="utf-8").replace("title: A tiny county", "title: A tiny county – £, ≤ and →")
    (folder / "scenarios" / "tiny.yaml").write_text(text, encoding="utf-8")
    help_ = "extends: tiny.yaml\ntitle: Early help\noptions: {offer: [], fixed: {open_cb_east: {year: 2025/26}}}\n"
    (folder / "scenarios" / "helped.yaml").write_text(help_, encoding="utf-8")
    (folder / "scenarios" / "bad.yaml").write_text("extends: tiny.yaml\nyeers: '→ 2'\n", encoding="utf-8")
    assert main(["run", str(folder / "scenarios" / "tiny.yaml"), *DATA, "--out", str(folder / "out")]) == 0
    assert main(["run", str(folder / "scenarios" / "helped.yaml"), *DATA, "--out", str(folder / "out")]) in (0, 7)
    return folder


def commands(place: Path) -> dict[str, tuple[list[str], set[int]]]:
    """A line for each command, with the exit codes that are right."""
    scenario, bad, run = place / "scenarios" / "tiny.yaml", place / "scenarios" / "bad.yaml", place / "out" / "tiny"
    near = ["--scenarios", str(place / "scenarios")]
    return {
        "doctor": (["doctor", *near, *DATA, "--out", str(place / "out")], {0}),
        "new": (["new", "mine", "--from", "tiny", *near], {0, 2}),
        "validate": (["validate", str(scenario), str(bad), *DATA], {2}),
        "explain": (["explain", str(scenario)], {0}),
        "write-model": (["write-model", str(scenario), str(place / "model.lp"), *DATA], {0}),
        "schema": (["schema", "--root", str(place / "project")], {0}),
        "run": (["run", str(scenario), str(bad), *DATA, "--out", str(place / "again")], {2}),
        "compare": (["compare", str(run), str(place / "out" / "helped"), *DATA, "--out", str(place / "again")], {0, 7}),
        "reproduce": (["reproduce", str(run), *near, *DATA], {0}),
        "sensitivity": (["sensitivity", str(place / "scenarios" / "helped.yaml"), *DATA, "--out", str(place / "out"), "--only", "demand.net_moves_per_year", "demand.early_help.effect"], {0}),
        "check": (["check", str(run), *DATA], {0}),
        "attack": (["attack", str(run / "public" / "tables")], {0}),
        "export": (["export", "dsg-plan", str(run), "--out", str(place / "dsg")], {0, 2}),
        "import": (["import", "schools", str(bad), "--out", str(place / "imported")], {2}),
        "new-county": (["new-county", "somewhere", str(bad), "--la-code", "860", "--data", str(place / "counties")], {2}),
        "forecast": (["forecast", str(scenario), *DATA, "--out", str(place / "forecast")], {0, 2}),
        "backtest": (["backtest", str(TINY_COUNTY), "--out", str(place / "backtest")], {2}),
        "calibrate": (["calibrate", str(TINY_COUNTY), "--out", str(place / "calibrate")], {2}),
    }  # fmt: skip


def known() -> set[str]:
    parser = cli._parser()
    return set(next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction)).choices)


def on_console(words: list[str], encoding: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Run a command with streams that cannot show every letter and are no terminal."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict") for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    for name, value in (("NO_COLOR", "1"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    code = main(words)
    texts = []
    for stream in streams:
        stream.flush()
        texts.append(stream.buffer.getvalue().decode(encoding))  # type: ignore[attr-defined]
    return code, texts[0], texts[1]


def test_every_command_has_a_line_here(place: Path) -> None:
    assert set(commands(place)) == known()


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_every_command_speaks_on_a_narrow_console(encoding: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = {"run", "compare", "reproduce", "schema"} if encoding == "cp1252" else set()
    for name, (words, right) in commands(place).items():
        if name in slow:
            continue
        code, out, err = on_console(words, encoding, monkeypatch)
        assert code in right, f"{name} ended with {code}: {err}"
        assert "Traceback" not in out + err
        assert "\x1b" not in out + err, f"{name} coloured or moved what is no terminal"
        assert out or code, f"{name} gave no data"


def test_letters_that_a_console_lacks_are_written_plainly(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, out, _ = on_console(["explain", str(place / "scenarios" / "tiny.yaml")], "ascii", monkeypatch)
    assert "title = A tiny county - GBP , <= and ->" in out
    _, out, _ = on_console(["explain", str(place / "scenarios" / "tiny.yaml")], "cp1252", monkeypatch)
    assert "title = A tiny county – £, <= and ->" in out


def test_help_fits_into_eighty_columns(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for words in ([], *([name] for name in known())):
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0
        assert all(len(line) <= 80 for line in capsys.readouterr().out.split("\n")), words


@pytest.mark.parametrize("name", ["validate", "compare", "check", "doctor", "sensitivity"])
def test_json_is_all_that_the_output_stream_holds(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words, right = commands(place)[name]
    code, out, _ = on_console([*words, "--json"], "ascii", monkeypatch)
    data = json.loads(out)
    assert code in right and data["exit_code"] == code
    if name == "validate":
        good, bad = data["scenarios"]
        assert good["ok"] and not good["problems"]
        assert not bad["ok"] and bad["problems"][0]["line"] == 2 and "years" in bad["problems"][0]["fix"]
    if name == "compare":
        assert data["comparison"]["scenarios"] == ["tiny", "helped"]
        assert {"measure", "tiny", "helped"} <= set(data["comparison"]["results"][0])
    if name == "check":
        assert data["runs"][0]["passed"] and sum(data["runs"][0]["tests"].values()) > 100


def test_a_run_as_json_gives_the_figures_that_its_tables_hold(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["run", str(place / "scenarios" / "tiny.yaml"), str(place / "scenarios" / "bad.yaml"), *DATA, "--out", str(tmp_path), "--json"]
    )
    data = json.loads(capsys.readouterr().out)
    good, bad = data["runs"]
    manifest = json.loads((Path(good["folder"]) / "manifest.json").read_text(encoding="utf-8"))
    assert good["cost_present_value_gbp"] == pytest.approx(manifest["solve"]["cost_gbp"], abs=0.01)
    assert good["exit_code"] == 0 and good["check_passed"]
    assert bad["exit_code"] == code == 2 and bad["folder"] is None and bad["problems"][0]["file"] == "bad.yaml"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["rnu"], "Did you mean 'run'?"),
        (["reproduse", "x"], "Did you mean 'reproduce'?"),
        (["zzz"], "The commands are"),
        (["run", str(TINY), "--uot", "x"], "Did you mean '--out'?"),
        ([], "usage: planner"),
    ],
)
def test_a_slip_on_the_command_line_is_named(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_the_next_command_is_offered(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(TINY), *DATA]) == 0
    assert f"Next: planner run {TINY}" in capsys.readouterr().err


BAD_NAMES = [
    "con",
    "CON",
    "nul.txt",
    "com1",
    "LPT9",
    "aux.yaml",
    "mine.",
    "mine ",
    "a" * 41,
    "my plan",
    "größer",
    "../up",
    "a/b",
    "",
    "2027",
    "=1",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_name_that_some_system_cannot_keep_is_refused(name: str, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = sorted(path.name for path in (place / "scenarios").iterdir())
    assert main(["new", name, "--from", "tiny", "--scenarios", str(place / "scenarios")]) == 2
    assert "Expected" in capsys.readouterr().err
    assert sorted(path.name for path in (place / "scenarios").iterdir()) == before


@pytest.mark.parametrize("name", ["mine", "a" * LONGEST_NAME, "early_help_half", "console", "common"])
def test_other_names_are_taken(name: str) -> None:
    assert not name_problems(name)


def test_a_new_scenario_changes_nothing_and_overwrites_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    near = ["--scenarios", str(place / "scenarios")]
    assert main(["new", "fresh.yaml", "--from", "tiny", *near]) == 0
    path = place / "scenarios" / "fresh.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=schema.json\n")
    fresh, tiny = load_scenario(path).scenario, load_scenario(place / "scenarios" / "tiny.yaml").scenario
    assert fresh.model_copy(update={"title": tiny.title, "description": tiny.description}) == tiny
    assert main(["new", "fresh", "--from", "tiny", *near]) == 2
    assert main(["new", "other", "--from", "tniy", *near]) == 2
    assert "Did you mean 'tiny'?" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


def test_every_setting_that_a_new_scenario_offers_may_be_switched_on(place: Path) -> None:
    near = ["--scenarios", str(place / "scenarios")]
    assert main(["new", "all_on", "--from", "tiny", *near]) == 0
    path = place / "scenarios" / "all_on.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.endswith(":") and line.startswith("# "))
    path.write_text("\n".join([*lines[:start], *(line.removeprefix("# ") for line in lines[start:])]), encoding="utf-8")
    loaded, tiny = load_scenario(path), load_scenario(place / "scenarios" / "tiny.yaml")
    assert all(loaded.origins[name].file == "all_on.yaml" for name, _ in OFFERED)
    assert loaded.scenario.model_copy(update={"title": tiny.scenario.title, "description": tiny.scenario.description}) == tiny.scenario
    assert len(yaml.safe_load(path.read_text(encoding="utf-8"))) == 7


def test_doctor_says_what_is_missing(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "file").write_text("x", encoding="utf-8")
    words = ["doctor", "--scenarios", str(place / "none"), "--out", str(place / "file")]
    monkeypatch.setattr(doctor.shutil, "which", lambda name: None)
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 10**6))  # type: ignore[attr-defined]
    monkeypatch.setattr(doctor.sys, "version_info", (3, 9, 0))
    assert main(words) == 8
    out = capsys.readouterr().out
    for text in ("MISSING Python", "MISSING Results folder", "MISSING Free space: 1 MB free", "note    Browser", "note    Project"):
        assert text in out


def test_doctor_names_a_package_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.report.versions.PACKAGES", ("pandas", "no-such-package"))
    look = next(one for one in doctor.look_round(ROOT, ROOT, ROOT) if one.what == "Packages")
    assert look.state == "missing" and "no-such-package" in look.found and "pip install" in look.remedy


def test_a_run_made_again_is_the_same_or_says_why(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy, scenarios = tmp_path / "tiny", tmp_path / "scenarios"
    shutil.copytree(place / "out" / "tiny", copy)
    shutil.copytree(place / "scenarios", scenarios)
    with (scenarios / "tiny.yaml").open("a", encoding="utf-8") as handle:
        handle.write("# a remark\n")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    manifest["packages"]["pandas"] = "0.1"
    manifest["solve"]["stages"][1]["limit"] = "time limit"
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    table = copy / "internal" / "tables" / "ledger.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("2025/26", "2029/30", 1), encoding="utf-8")
    assert main(["reproduce", str(copy), "--scenarios", str(scenarios), *DATA, "--json"]) == 8
    data: dict[str, Any] = json.loads(capsys.readouterr().out)
    tell_of_files = {"internal/assumptions.csv", "internal/data_log.csv", "public/tables/scenario_changes.csv"}
    assert {one["table"] for one in data["differences"]} == {"internal/tables/ledger.csv", *tell_of_files}
    assert "2029/30" in next(one["what"] for one in data["differences"] if one["table"] == "internal/tables/ledger.csv")
    assert data["inputs"] == ["scenarios/tiny.yaml has other contents"]
    assert any(text.startswith("pandas was 0.1 and is") for text in data["versions"])
    assert data["limits"] == ["time limit while improving cost"]
    assert "manifest were used" in data["notes"][0]
    assert data["equal"] > 50


def test_tables_that_are_gone_new_or_end_lines_otherwise_are_named(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, files in ((one, {"a": "x\n1\n", "b": "y\n", "d": "z\n"}), (two, {"a": "x\n2\n", "c": "y\n", "d": "z\r\n"})):
        folder.mkdir()
        for name, text in files.items():
            (folder / f"{name}.csv").write_bytes(text.encode())
    equal, found = compare_tables(one, two)
    assert equal == 0
    assert [difference.table for difference in found] == ["a.csv", "b.csv", "c.csv", "d.csv"]
    assert "was '1', is '2'" in found[0].what
    assert "not made any more" in found[1].what and "was not there" in found[2].what


def test_a_folder_that_holds_no_run_cannot_be_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", str(tmp_path), *DATA]) == 2
    assert "no finished run" in capsys.readouterr().err
