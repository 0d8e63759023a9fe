"""Hostile scenario files and folders: refused in words, nothing run, nothing written outside, nothing that hangs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from planner.cli import main
from planner.errors import InputError
from planner.report import write
from planner.scenario.load import check_file_name, load_scenario
from tests.conftest import COUNTIES

HEAD = "title: A test\ncounty: tiny\nyears: 2\n"

BOMBS = {
    "aliases that grow": "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
    "an alias to itself": "description: &a [*a]\n",
    "a merge key": HEAD + "money: {<<: {discount_rate: 0.03}}\n",
    "2,000 brackets": "description: " + "[" * 2000,
    "2,000 closed brackets": "description: " + "[" * 2000 + "]" * 2000,
    "2,000 braces": "description: " + "{a: " * 2000,
    "2,000 dashes": "- " * 2000,
    "2,000 indents": "".join(" " * depth + f"k{depth}:\n" for depth in range(600)),
    "100,000 keys": "".join(f"k{number}: 1\n" for number in range(40_000)),
    "a scalar of 10 MB": "description: " + "x" * 10_000_000,
    "a quoted scalar of 10 MB": 'description: "' + "\\u0041" * 1_700_000 + '"',
    "a key of 300 kB": "k" * 300_000 + ": 1\n",
    "a complex key": "? [a, b]\n: c\n",
    "an empty key": ": 1\n",
    "a number of 400 digits": HEAD + "solve: {random_seed: " + "9" * 400 + "}\n",
    "a number of 5,000 digits": HEAD + "solve: {random_seed: " + "9" * 5000 + "}\n",
    "a decimal of 5,000 digits": HEAD + "money: {autumn_share: 0." + "1" * 5000 + "}\n",
    "beyond any number": HEAD + "money: {autumn_share: 1.0e+999}\n",
    "beyond any number, negative": HEAD + "money: {block_growth_per_year: -1.0e+999}\n",
    "base 60": HEAD + "solve: {threads: 1:1:1:1:1:1:1:1:1:1:1}\n",
    "a Python object": "!!python/object/apply:os.system [touch pwned]\n",
    "a Python name": HEAD + "description: !!python/name:os.system\n",
    "a Python module": HEAD + "description: !!python/module:os\n",
    "a tag of its own": "%TAG ! tag:example.invalid,2026:\n---\n!x {a: 1}\n",
    "binary": HEAD + "description: !!binary aGVsbG8=\n",
    "a set": HEAD + "options: {offer: !!set {a, b}}\n",
    "a date": HEAD + "base_year: 2024-09-01\n",
    "null bytes": HEAD + "description: a\x00b\n",
    "not text": "\x7fELF\x02\x01",
    "only a mark": "\ufeff",
    "a bare word": "hello",
    "a number": "1",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_scenario_is_refused_in_words_and_soon(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "mine.yaml"
    path.write_text(BOMBS[name], encoding="utf-8")
    began = time.process_time()
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert time.process_time() - began < 5
    assert len(str(caught.value)) < 10_000
    assert [item.name for item in tmp_path.iterdir()] == ["mine.yaml"]


PATHS = [
    "../secret.yaml", "../../secret.yaml", "sub/../../secret.yaml", "./../secret.yaml", "/etc/passwd", "/etc/hosts.yaml", "//server/share/x.yaml",
    "\\\\server\\share\\x.yaml", "C:\\x.yaml", "C:/x.yaml", "C:x.yaml", "..\\secret.yaml", "file:///etc/passwd", "http://example.invalid/x.yaml",
    "~/x.yaml", "$HOME/x.yaml", "%APPDATA%/x.yaml", "/dev/stdin", "/dev/zero", "\\\\.\\pipe\\x", "\\\\?\\C:\\x.yaml", "CON", "NUL.yaml", "mine.yaml:stream",
    "secret.yaml\x00.yaml", "link.yaml", "linked/secret.yaml", "loop.yaml", "folder.yaml", "pipe.yaml", "mine.yaml", ".", "..", "", " ",
    "a" * 300 + ".yaml", "%2e%2e/secret.yaml", "..%2fsecret.yaml", "．．/secret.yaml", "notes.txt",
]  # fmt: skip


@pytest.mark.parametrize("parent", PATHS, ids=[repr(path)[:40] for path in PATHS])
def test_a_parent_outside_the_folder_is_never_read(parent: str, tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("title: Secret words\ncounty: tiny\nyears: 9\n", encoding="utf-8")
    folder = tmp_path / "scenarios"
    (folder / "folder.yaml").mkdir(parents=True)
    (folder / "notes.txt").write_text(HEAD, encoding="utf-8")
    (folder / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "loop.yaml").symlink_to(folder / "loop.yaml")
    os.mkfifo(folder / "pipe.yaml")
    quoted = parent.replace("\\", "\\\\").replace("\x00", "\\0")
    (folder / "mine.yaml").write_text(f'extends: "{quoted}"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(folder / "mine.yaml")
    assert "extends" in str(caught.value) and "Secret words" not in str(caught.value)


def test_a_chain_of_parents_that_loops_or_is_long_is_refused(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"s{number}.yaml").write_text(f"extends: s{number + 1}.yaml\n", encoding="utf-8")
    (tmp_path / "s30.yaml").write_text(HEAD, encoding="utf-8")
    with pytest.raises(InputError, match="too many scenarios"):
        load_scenario(tmp_path / "s0.yaml")
    (tmp_path / "s3.yaml").write_text("extends: s0.yaml\n", encoding="utf-8")
    with pytest.raises(InputError, match="in a circle"):
        load_scenario(tmp_path / "s0.yaml")


NAMES = [
    "CON.yaml", "con.yaml", "aux.yml", "NUL.yaml", "COM1.yaml", "lpt9.yaml", "CON.x.yaml", "...yaml", "....yaml", "a..yaml", "a .yaml", " a.yaml",
    ".hidden.yaml", "-rf.yaml", "a" * 200 + ".yaml", "bаse.yaml", "naïve.yaml", "a\u202eb.yaml", "a\nb.yaml", "a\x1b[31m.yaml", "a*b.yaml", "a:b.yaml",
    "a|b.yaml", "a<b>.yaml", 'a"b.yaml', "a?b.yaml", "=1+1.yaml", "a.txt", "a", "$(touch x).yaml", "`x`.yaml", "a;b.yaml", "a%00b.yaml",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=[ascii(name)[:30] for name in NAMES])
def test_a_file_name_that_cannot_be_a_folder_everywhere_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / name
    path.write_text(HEAD, encoding="utf-8")
    assert main(["run", str(path), "--data", str(COUNTIES), "--out", str(tmp_path / "out")]) == 2
    assert not (tmp_path / "out").exists()
    said = capsys.readouterr().err
    assert "\x1b" not in said and "\u202e" not in said and "Rename the file" in said


@pytest.mark.parametrize("name", ["baseline.yaml", "Stress test (2).yaml", "plan_2026-27.yml", "a.b.yaml", "x.yaml", "console.yaml"])
def test_ordinary_file_names_are_taken(name: str) -> None:
    check_file_name(Path(name))


@pytest.mark.parametrize("county", ["../tiny", "tiny/..", "/etc", "C:tiny", "tiny\\x", "tiny.", "tiny ", "CON", "~", "tiny\n", "x" * 41])
def test_a_county_is_a_plain_name(county: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: A test\nyears: 2\ncounty: " + '"' + county.replace("\\", "\\\\").replace("\n", "\\n") + '"\n', encoding="utf-8")
    assert main(["validate", str(path), "--data", str(COUNTIES)]) == 2
    assert "mine.yaml:3" in capsys.readouterr().err


@pytest.mark.parametrize("matrix", ["../x.csv", "/etc/passwd", "a\\b.csv", "C:x.csv", "", ".", "rates", "bands.csv", "a" * 300])
def test_a_journey_file_outside_the_county_is_never_read(matrix: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + f"travel: {{matrix: '{matrix}'}}\n", encoding="utf-8")
    assert main(["validate", str(path), "--data", str(COUNTIES)]) == 2
    assert "root:" not in capsys.readouterr().err


def test_a_result_is_never_written_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").symlink_to(elsewhere)
    part = write.begin_folder(tmp_path / "out" / "mine")
    (part / "manifest.json").write_text("{}", encoding="utf-8")
    write.finish_folder(part, tmp_path / "out" / "mine")
    assert not list(elsewhere.iterdir()) and not (tmp_path / "out" / "mine").is_symlink()
    (elsewhere / "kept.txt").write_text("kept", encoding="utf-8")
    (tmp_path / "out" / ".note.txt.part").symlink_to(elsewhere / "kept.txt")
    write.write_text(tmp_path / "out" / "note.txt", "new")
    assert (elsewhere / "kept.txt").read_text(encoding="utf-8") == "kept"
    assert (tmp_path / "out" / "note.txt").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null"])
def test_a_device_is_not_read(path: str, tmp_path: Path) -> None:
    link = tmp_path / "mine.yaml"
    link.symlink_to(path)
    with pytest.raises(InputError, match="not a file"):
        load_scenario(link)
