"""Places that cannot be written, and two runs at once: a plain message, exit code 5, and nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.cli import main
from planner.errors import WriteError
from planner.folders import swap
from planner.folders.lock import lock_file
from planner.folders.names import MOST_OF_WINDOWS, refuse_name
from planner.folders.swap import claimed
from planner.folders.whole import damage
from planner.run import RunResult, run_scenario
from tests.conftest import COUNTIES, ROOT, TINY
from tests.faults.swaps import version_of, write_version

DATA = ["--data", str(COUNTIES)]


@pytest.fixture
def out(tiny_run: RunResult, tmp_path: Path) -> Path:
    """A folder of results in which the tiny county's stand."""
    shutil.copytree(tiny_run.folder, tmp_path / "out" / "tiny")
    return tmp_path / "out"


def refused(out: Path, capsys: pytest.CaptureFixture[str], scenario: Path = TINY) -> str:
    """What a run says that must end with 5 before it searches."""
    assert main(["run", str(scenario), *DATA, "--out", str(out), "--again"]) == 5
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "Searching" not in said, "what can be known beforehand is said before the search"
    return said


def still_good(out: Path) -> bool:
    manifest = swap.manifest_of(out / "tiny")
    return manifest is not None and damage(out / "tiny", manifest, edited=False) == []


HOLDER = "import sys, time; from pathlib import Path; from planner.folders.swap import claimed\nwith claimed(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"


@pytest.fixture
def holder(out: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing the tiny county's results."""
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(out / "tiny")], cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "held"
        yield other
        other.kill()


def test_two_runs_of_one_scenario(holder: subprocess.Popen[str], out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(out, capsys)
    assert f"is being written by process {holder.pid} on " in said
    assert "Wait until that run ends" in said
    assert still_good(out)
    write_version(out / "another", "fine")
    assert version_of(out / "another") == "fine", "another scenario is not blocked"
    holder.kill()
    holder.wait()
    assert lock_file(out / "tiny").exists(), "a killed process leaves its lock's file"
    with claimed(out / "tiny"):
        assert still_good(out)
    assert not lock_file(out / "tiny").exists()


def test_a_lock_that_nobody_holds_is_no_lock(out: Path) -> None:
    lock_file(out / "tiny").write_text('{"process": 1, "computer": "gone"}', encoding="utf-8")
    with claimed(out / "tiny"):
        assert str(os.getpid()) in lock_file(out / "tiny").read_text(encoding="utf-8")


def test_a_folder_that_may_only_be_read(out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("planner.folders.lock.os.open", refuse)
    said = refused(out, capsys)
    monkeypatch.undo()
    assert "may not be written to" in said
    assert "--out" in said
    assert still_good(out)


def test_too_little_free_space(out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6))
    assert "has 1 MB free; a run needs 67 MB" in refused(out, capsys)
    assert still_good(out)


def test_a_file_where_the_folder_should_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny").write_text("notes", encoding="utf-8")
    assert "is a file where a folder of results should be" in refused(tmp_path, capsys)
    assert (tmp_path / "tiny").read_text(encoding="utf-8") == "notes"
    assert "a file stands where a folder should be" in refused(tmp_path / "tiny", capsys)


def test_a_folder_with_other_peoples_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "areas.csv").write_text("mine", encoding="utf-8")
    assert "holds files that no run of this program wrote" in refused(tmp_path, capsys)
    assert (tmp_path / "tiny" / "areas.csv").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["CON", "aux", "nul.yaml", "COM1", "LPT¹", "trailing.", "space ", "a:b", "tab\there", "x" * 240])
def test_names_that_no_folder_can_have(name: str, tmp_path: Path) -> None:
    with (
        pytest.raises(WriteError, match="no folder of results can have it"),
        claimed(tmp_path / "out" / name),
    ):
        pass
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["console", "auxiliary", "2026.2", "été", "plan (2)", "compare_a_with_b"])
def test_names_that_folders_can_have(name: str, tmp_path: Path) -> None:
    write_version(tmp_path / name, "fine")
    assert version_of(tmp_path / name) == "fine"


def test_a_scenario_of_a_reserved_name_is_refused_when_it_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario = tmp_path / "AUX.yaml"
    shutil.copy(TINY, scenario)
    assert main(["run", str(scenario), *DATA, "--out", str(tmp_path / "out")]) == 2
    assert "'AUX' is a name that Windows keeps for a device" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_long_paths(tmp_path: Path) -> None:
    deep = tmp_path
    while len(str(deep)) < 300:
        deep = deep / "a_folder_inside_another"
    write_version(deep / "baseline", "fine")
    assert version_of(deep / "baseline") == "fine"
    with pytest.raises(WriteError, match=f"Windows allows {MOST_OF_WINDOWS}"):
        refuse_name(deep / "baseline", windows=True)
    refuse_name(Path("outputs") / "baseline", windows=len(str(Path.cwd())) < 150)


@pytest.mark.skipif(os.name == "nt", reason="links need a right that few have there")
def test_a_link_where_the_folder_should_be_is_replaced_and_what_it_names_left_alone(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "out").mkdir()
    for name, to in (("baseline", elsewhere), ("dangling", tmp_path / "nothing")):
        target = tmp_path / "out" / name
        target.symlink_to(to)
        write_version(target, "fine")
        assert not target.is_symlink()
        assert version_of(target) == "fine"
    assert [path.name for path in elsewhere.iterdir()] == ["mine.txt"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"baseline", "dangling"}
    (tmp_path / "link").symlink_to(tmp_path / "out")
    write_version(tmp_path / "link" / "through", "fine")
    assert version_of(tmp_path / "out" / "through") == "fine", "the user's own link to a drive is followed"


def test_results_open_in_another_program_stand_and_the_new_ones_beside_them(
    brief: None, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, waited = Path.replace, [0.0]

    def held(self: Path, other: Path) -> Path:
        if self == out / "tiny":
            raise PermissionError(13, "The process cannot access the file because it is being used by another process")
        return real(self, other)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr("planner.folders.disk.time.sleep", lambda seconds: waited.__setitem__(0, waited[0] + seconds))
    assert main(["run", str(TINY), *DATA, "--out", str(out), "--again"]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(out / "tiny (2)")
    assert "The earlier results in 'tiny' are open in another program and still stand; these are beside them in 'tiny (2)'" in said.err
    assert 1.5 < waited[0] < 3.0
    assert still_good(out)


@pytest.mark.parametrize(("where", "code"), [("run.build", 4), ("run.solve", 4), ("run_folder.summary_text", 5)])
def test_a_computer_that_runs_out_of_memory(
    where: str, code: int, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(f"planner.{where}", burst)
    assert main(["run", str(TINY), *DATA, "--out", str(out), "--again"]) == code
    assert "The computer ran out of memory while it was " in capsys.readouterr().err
    assert still_good(out)
    assert [path.name for path in out.iterdir()] == ["tiny"]


def tmpfs(folder: Path, size: str) -> bool:
    """Whether a tiny disk of its own could be put in a folder."""
    folder.mkdir()
    mount = shutil.which("mount")
    done = mount is not None and subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False, capture_output=True
    )
    return bool(done) and done.returncode == 0  # type: ignore[union-attr]


@pytest.mark.skipif(sys.platform != "linux" or os.name == "nt" or os.getuid() != 0, reason="only an administrator can mount a small disk")
def test_a_real_disk_that_fills_up(tiny_run: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = tmp_path / "disk"
    held = sum(path.stat().st_size for path in tiny_run.folder.rglob("*") if path.is_file())
    if not tmpfs(disk, f"{int(held * 1.6) // 1024 + 300}k"):
        pytest.skip("no disk may be mounted here")
    try:
        shutil.copytree(tiny_run.folder, disk / "tiny")
        monkeypatch.setattr(swap, "_refuse_full", lambda target: None)
        with pytest.raises(WriteError, match="the disk is full"):
            run_scenario(TINY, COUNTIES, disk)
        assert still_good(disk)
        assert [path.name for path in disk.iterdir()] == ["tiny"], "what was half written is cleared, so that the disk is as free as before"
        subprocess.run([str(shutil.which("mount")), "-o", "remount,ro", str(disk)], check=True, capture_output=True)
        with pytest.raises(WriteError, match="may only be read"), claimed(disk / "tiny"):
            pass
    finally:
        subprocess.run([str(shutil.which("umount")), "-l", str(disk)], check=True, capture_output=True)
