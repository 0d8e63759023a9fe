"""A second process draws while the first writes: whatever becomes of it, every file is there and every fault is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from planner.errors import WriteError
from planner.report import beside
from planner.report.beside import Beside
from planner.report.write import write_text
from planner.run import RunResult, run_scenario
from tests.conftest import COUNTIES, TINY


def whose(path: Path, text: str) -> None:
    """Write a text and which process wrote it."""
    write_text(path, f"{text} {os.getpid()}")


def fails_there(path: Path, first: int) -> None:
    """Fail in any process but the first."""
    if os.getpid() != first:
        raise ValueError("not here")
    write_text(path, "done over")


def never_ends_there(first: int) -> None:
    """Hang in any process but the first."""
    while os.getpid() != first:
        time.sleep(0.05)


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with two processors."""
    monkeypatch.setattr(beside.os, "cpu_count", lambda: 2)


@pytest.mark.usefixtures("two_processors")
class TestBeside:
    def test_a_second_process_does_the_pieces_in_their_order(self, tmp_path: Path) -> None:
        with Beside() as second:
            for number in range(3):
                second.do(whose, tmp_path / f"{number}.txt", f"piece {number}")
            second.do(whose, tmp_path / "0.txt", "the last")
            second.finish()
            found = [(tmp_path / f"{number}.txt").read_text(encoding="utf-8").rsplit(" ", 1) for number in range(3)]
        assert [text for text, _ in found] == ["the last", "piece 1", "piece 2"]
        assert {int(process) for _, process in found}.isdisjoint({os.getpid()})

    def test_what_fails_there_is_done_here(self, tmp_path: Path) -> None:
        with Beside() as second:
            second.do(fails_there, tmp_path / "a.txt", os.getpid())
            second.do(whose, tmp_path / "b.txt", "after")
            second.finish()
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "done over"
        assert (tmp_path / "b.txt").read_text(encoding="utf-8") == f"after {os.getpid()}"

    def test_what_is_wrong_is_told_by_the_first_process(self, tmp_path: Path) -> None:
        with Beside() as second:
            second.do(whose, tmp_path / "no such folder" / "a.txt", "lost")
            with pytest.raises(WriteError, match="no such folder"):
                second.finish()

    def test_what_cannot_be_sent_is_done_here(self, tmp_path: Path) -> None:
        with Beside() as second:
            second.do(lambda path: whose(path, "here"), tmp_path / "a.txt")
            second.finish()
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == f"here {os.getpid()}"

    def test_a_process_that_is_killed_loses_nothing(self, tmp_path: Path) -> None:
        with Beside() as second:
            second.do(never_ends_there, os.getpid())
            second.do(whose, tmp_path / "a.txt", "still")
            assert second._process is not None
            second._process.kill()
            second.finish()
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == f"still {os.getpid()}"

    def test_a_process_that_hangs_is_ended_and_loses_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(beside, "MOST_SECONDS", 0.2)
        with Beside() as second:
            second.do(never_ends_there, os.getpid())
            second.do(whose, tmp_path / "a.txt", "still")
            second.finish()
            assert second._process is not None
            assert not second._process.is_alive(), "two processes would write the same files"
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == f"still {os.getpid()}"

    def test_it_is_gone_when_the_first_has_done(self) -> None:
        second = Beside()
        second.do(never_ends_there, os.getpid())
        second.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
        assert second._process is not None
        assert not second._process.is_alive()


def test_pieces_are_done_at_once_where_no_second_process_is_wanted(tmp_path: Path) -> None:
    with Beside(wanted=False) as second:
        second.do(whose, tmp_path / "a.txt", "at once")
        assert (tmp_path / "a.txt").read_text(encoding="utf-8") == f"at once {os.getpid()}"


@pytest.mark.skipif(os.name == "nt", reason="asks for a signal that Windows does not have")
def test_it_ends_with_a_first_process_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "first.py"
    script.write_text(
        textwrap.dedent("""
            import os, time
            from planner.report import beside
            if __name__ == "__main__":
                os.cpu_count = lambda: 2
                with beside.Beside() as second:
                    second.do(time.sleep, 600)
                    print(second._process.pid, flush=True)
                    time.sleep(600)
        """),
        encoding="utf-8",
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        second = int(first.stdout.readline())
        first.send_signal(signal.SIGKILL)
    until = time.monotonic() + 30
    while alive(second) and time.monotonic() < until:
        time.sleep(0.05)
    assert not alive(second)


def alive(process: int) -> bool:
    """Whether a process still runs; one that has ended and waits to be collected does not."""
    status = Path(f"/proc/{process}/stat")
    if status.parent.parent.joinpath("self").exists():
        return status.exists() and status.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.usefixtures("two_processors")
def test_a_run_writes_the_same_files_either_way(tiny_run: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.run.DRAWN_BESIDE", 0)
    again = run_scenario(TINY, COUNTIES, tmp_path)
    pictures = [path.relative_to(tiny_run.folder) for path in tiny_run.folder.rglob("charts/*")]
    assert len(pictures) > 20
    for name in pictures:
        assert (again.folder / name).read_bytes() == (tiny_run.folder / name).read_bytes(), name
