"""The one writer: whole files or none, and tables that come back as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import WriteError
from planner.report import write


def test_text_is_utf8_with_plain_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    write.write_text(path, "£5\nNewcastle’s\n")
    assert path.read_bytes() == "£5\nNewcastle’s\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_leaves_the_old_file_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table.csv"
    write.write_text(path, "old")

    def full(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(write.os, "fsync", full)
    with pytest.raises(WriteError, match=r"the disk is full. Free some space"):
        write.write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"


def test_a_locked_file_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = []
    real = Path.replace

    def locked(self: Path, target: Path) -> Path:
        tries.append(target)
        if len(tries) < 3:
            raise PermissionError(13, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    write.write_text(tmp_path / "a.txt", "here")
    assert len(tries) == 3
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "here"


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_come_back_exactly(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    path = tmp_path_factory.mktemp("numbers") / "x.csv"
    write.write_table(path, pd.DataFrame({"x": values}))
    assert [float(line) for line in path.read_text(encoding="utf-8").splitlines()[1:]] == values


def test_negative_zero_is_zero_and_nothing_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    frame = pd.DataFrame({"x": [-0.0, np.nan, 1.5], "n": [1, 2, 3], "t": [True, False, True]})
    write.write_table(path, frame)
    assert path.read_text(encoding="utf-8") == "x,n,t\n0.0,1,True\n,2,False\n1.5,3,True\n"
    assert np.signbit(frame["x"].iloc[0])


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_text_never_becomes_a_formula(tmp_path: Path, start: str) -> None:
    path = tmp_path / "x.csv"
    write.write_table(path, pd.DataFrame({"name": [f"{start}SUM(A1)", "plain"], "amount": [-5.0, 2.0]}))
    with path.open(encoding="utf-8", newline="") as handle:
        text = handle.read()
    assert f"'{start}SUM(A1)" in text
    assert "plain,2.0" in text
    assert ",-5.0" in text


def test_a_folder_is_put_in_place_whole(tmp_path: Path) -> None:
    target = tmp_path / "baseline"
    target.mkdir()
    (target / "old.txt").write_text("old", encoding="utf-8")
    part = write.begin_folder(target)
    write.write_text(part / "new.txt", "new")
    assert (target / "old.txt").exists()
    assert write.finish_folder(part, target) == target
    assert [path.name for path in target.iterdir()] == ["new.txt"]
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_in_use_is_kept_and_the_new_one_stands_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "baseline"
    target.mkdir()
    real = Path.replace

    def held(self: Path, other: Path) -> Path:
        if self == target:
            raise PermissionError(13, "in use")
        return real(self, other)

    monkeypatch.setattr(Path, "replace", held)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    part = write.begin_folder(target)
    write.write_text(part / "new.txt", "new")
    assert write.finish_folder(part, target) == tmp_path / "baseline (2)"
    assert target.exists()
