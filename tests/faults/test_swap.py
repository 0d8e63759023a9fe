"""Killed at any moment: the last good results are whole, and the next run finds nothing in its way."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.cli import main
from planner.compare.finished import read_one
from planner.errors import InputError, WriteError
from planner.folders.swap import begin_folder, claimed, finish_folder, put_right
from planner.folders.whole import damage
from planner.publish.files import public_tables
from planner.report import write
from planner.run import RunResult, run_scenario
from tests.conftest import COUNTIES, ROOT, TINY
from tests.faults import killer
from tests.faults.swaps import version_of, write_version

DATA = ["--data", str(COUNTIES)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the points are tried in forked processes")
def test_a_process_killed_at_any_file_operation_leaves_whole_results(tmp_path: Path) -> None:
    run = subprocess.run([sys.executable, "-m", "tests.faults.swaps", str(tmp_path)], cwd=ROOT, capture_output=True, check=True)
    found = json.loads(run.stdout)
    assert set(found["left"]) == {"old", "new"}, found
    assert sum(found["left"].values()) == found["points"] + found["repairs"]
    assert found["points"] > 25
    assert found["away"] == 1, "one point lies between the two renames"
    assert found["repairs"] > 5, "the repair is killed at each of its own operations too"
    assert found["stray"] == 0


def test_a_real_run_killed_between_the_two_renames_is_finished_by_the_next_reader(tiny_run: RunResult, tmp_path: Path) -> None:
    target = tmp_path / "tiny"
    shutil.copytree(tiny_run.folder, target)
    words = ["between", str(target), "run", str(TINY), *DATA, "--out", str(tmp_path), "--again"]
    run = subprocess.run([sys.executable, "-m", "tests.faults.killer", *words], cwd=ROOT, capture_output=True, check=False)
    assert run.returncode not in (0, 1), run.stderr
    assert not target.exists()
    found = read_one(target)
    assert damage(target, found.manifest, edited=False) == []
    assert found.manifest["created"] >= read_one(tiny_run.folder).manifest["created"]
    assert len(found.manifest["files"]) == len(read_one(tiny_run.folder).manifest["files"])


def test_whatever_moment_of_a_real_run_is_frozen_its_results_are_whole(tiny_run: RunResult, tmp_path: Path) -> None:
    """A copy of the disk as it is at chosen file operations is what a process killed there would leave."""
    out, target = tmp_path / "out", tmp_path / "out" / "tiny"
    shutil.copytree(tiny_run.folder, target)
    frozen: list[Path] = []
    seen = [0]

    def freeze(event: str, arguments: tuple[Any, ...]) -> None:
        seen[0] += 1
        name = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
        swapping = event == "os.rename" and Path(os.fsdecode(arguments[1])).parent == out
        if seen[0] in (3, 100, 200, 300) or swapping or name.endswith(("manifest.json.part", "finance.xlsx.part")):
            killer.rest()
            frozen.append(tmp_path / f"at_{seen[0]}")
            shutil.copytree(out, frozen[-1])
            killer.listen(freeze)

    killer.listen(freeze)
    try:
        run_scenario(TINY, COUNTIES, out)
    finally:
        killer.rest()
    assert len(frozen) >= 8
    old = read_one(tiny_run.folder).manifest
    for place in frozen:
        found = read_one(place / "tiny")
        assert damage(place / "tiny", found.manifest, edited=False) == []
        assert found.manifest["files"].keys() == old["files"].keys()


def test_readers_do_not_take_an_unfinished_folder_for_results(
    tiny_run: RunResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "half"
    shutil.copytree(tiny_run.folder, copy)
    (copy / "manifest.json").write_text('{"planner_version": "0.1', encoding="utf-8")
    with pytest.raises(InputError, match="no finished run here"):
        read_one(copy)
    with pytest.raises(InputError, match="not finished"):
        public_tables(copy)
    assert main(["check", str(copy), *DATA]) == 2
    assert "no finished manifest.json" in capsys.readouterr().err


def test_an_old_folder_whose_place_is_empty_goes_back(tmp_path: Path) -> None:
    target = tmp_path / "baseline"
    write_version(target, "good")
    target.rename(tmp_path / ".baseline.old-999999")
    (tmp_path / ".baseline.part-999999").mkdir()
    put_right(target)
    assert version_of(target) == "good"
    assert list(tmp_path.iterdir()) == [target]


def test_what_a_living_process_writes_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "baseline"
    write_version(target, "good")
    with claimed(target):
        part = begin_folder(target)
        write.write_text(part / "a.csv", "half")
        put_right(target)
        assert (part / "a.csv").is_file()
        write.write_text(part / "manifest.json", '{"planner_version": "new"}')
        put_right(target)
        assert version_of(target) == "good"
        finish_folder(part, target)


def test_names_of_other_scenarios_are_not_leftovers(tmp_path: Path) -> None:
    other = tmp_path / ".baseline.part-two"
    other.mkdir()
    write_version(tmp_path / "baseline", "good")
    assert other.is_dir()


def test_a_swap_that_cannot_be_ended_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "baseline"
    write_version(target, "good")
    real = Path.replace

    def refuse(self: Path, other: Path) -> Path:
        if ".part-" in self.name and other == target:
            raise OSError(5, "Input/output error")
        return real(self, other)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(WriteError, match=r"Input/output error.*The new results are in"):
        write_version(target, "new")
    assert version_of(target) == "good"
    monkeypatch.undo()
    with claimed(target):
        assert version_of(target) == "new", "the next run puts in place what stood ready"


def spoil(call: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(WriteError) as caught:
            call()
    monkeypatch.undo()
    return str(caught.value)


@pytest.mark.parametrize("number", range(1, 6))
def test_a_disk_that_is_full_at_any_write_keeps_the_last_good_results(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "baseline"
    write_version(target, "good")
    seen = [0]
    real = os.fsync

    def full(handle: int) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    assert "the disk is full. Free some space" in spoil(lambda: write_version(target, "new"), monkeypatch)
    assert version_of(target) == "good"
    with claimed(target):
        assert version_of(target) in ("good", "new")
    assert list(tmp_path.iterdir()) == [target]
