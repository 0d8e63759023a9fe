"""Several scenarios: what stands is kept, what is stale or missing is run, and none stops the others."""

from __future__ import annotations

import datetime
import json
import shutil
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from planner.cli import main
from planner.commands import batch
from planner.commands.batch import Ended, Task, side_by_side
from planner.kept import standing
from tests.conftest import COUNTIES, TINY
from tests.faults import workers
from tests.faults.swaps import version_of


class Bench:
    """A folder with scenarios, counties and results, and a command that runs in it."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root, self.capsys = root, capsys
        (root / "scenarios").mkdir()
        shutil.copytree(COUNTIES, root / "data")
        self.scenario = root / "scenarios" / "tiny.yaml"
        shutil.copy(TINY, self.scenario)

    def run(self, *words: str, code: int = 0) -> str:
        names = [word if word.startswith("-") else str(self.root / "scenarios" / word) for word in words]
        assert main(["run", *names, "--out", str(self.root / "out")]) == code
        return self.capsys.readouterr().err

    def manifest(self, change: dict[str, Any] | None = None) -> dict[str, Any]:
        path = self.root / "out" / "tiny" / "manifest.json"
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if change:
            path.write_text(json.dumps({**data, **change}), encoding="utf-8")
        return data

    def changed(self) -> list[str]:
        stands = standing(self.scenario, self.root / "data", self.root / "out")
        assert stands is not None
        return list(stands.changed)


@pytest.fixture
def bench(brief: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, capsys)


def test_what_stands_is_kept_until_something_changes(bench: Bench) -> None:
    assert "Searching" in bench.run("tiny.yaml")
    first = bench.manifest()
    said = bench.run("tiny.yaml")
    assert "Unchanged since " in said
    assert "so the results were kept. Give --again to run it anew." in said
    assert "Searching" not in said
    assert bench.manifest() == first
    assert "Searching" in bench.run("tiny.yaml", "--again")
    table = bench.root / "data" / "tiny" / "units.csv"
    table.write_text(table.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    said = bench.run("tiny.yaml")
    assert "Run anew, because since " in said
    assert "data/tiny/units.csv changed" in said
    assert "Searching" in said
    assert bench.changed() == []


def test_what_makes_results_stale(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run("tiny.yaml")
    good = bench.manifest()
    for change, reason in (
        ({"program": "other"}, "the program changed"),
        ({"planner_version": "0.0.9"}, "the program was version 0.0.9"),
        ({"packages": {**good["packages"], "highspy": "1.0"}}, "highspy is"),
        ({"python": "3.9.1"}, "Python is"),
        ({"stopped_by_hand": True}, "stopped by hand"),
        ({"check": {"passed": False}}, "the check of these results failed"),
        ({"files": {**good["files"], "internal/gone.html": "0"}}, "internal/gone.html is missing"),
        ({"files": {**good["files"], "internal/tables/ledger.csv": "0"}}, "internal/tables/ledger.csv is not as it was written"),
        ({"inputs": {}}, "scenarios/tiny.yaml is new"),
        ({"inputs": {**good["inputs"], "scenarios/parent.yaml": "0"}}, "scenarios/parent.yaml is no longer read"),
    ):
        bench.manifest({**good, **change})
        assert any(reason in one for one in bench.changed()), reason
    bench.manifest(good)
    assert bench.changed() == []
    (bench.root / "out" / "tiny" / "internal" / "summary.md").write_text("edited", encoding="utf-8")
    assert bench.changed() == [], "a paper may be edited"


def test_a_kept_run_ends_with_the_code_it_had(bench: Bench) -> None:
    bench.run("tiny.yaml")
    good = bench.manifest({"withheld": "Nothing was published: why."})
    assert "Nothing was published: why." in bench.run("tiny.yaml", code=7)
    bench.manifest({**good, "solve": {**good["solve"], "outcome": "stopped with a plan"}})
    assert "Its search stopped at a limit then." in bench.run("tiny.yaml", code=3)


def test_a_clock_that_jumps_changes_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class Back(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return cls(1999, 12, 31, 23, 59, tzinfo=tz)

    bench.run("tiny.yaml")
    monkeypatch.setattr("planner.run_folder.datetime.datetime", Back)
    assert "Unchanged since" in bench.run("tiny.yaml")
    bench.run("tiny.yaml", "--again")
    monkeypatch.undo()
    assert bench.manifest()["created"].startswith("1999")
    bench.manifest({**bench.manifest(), "created": "9999-99-99"})
    assert bench.changed() == []


def test_an_interrupted_batch_runs_only_what_is_missing_and_one_bad_scenario_stops_none(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bench.root / "scenarios"
    (folder / "bad.yaml").write_text("title: Bad\ncounty: tiny\nyeers: 2\n", encoding="utf-8")
    (folder / "other.yaml").write_text("extends: tiny.yaml\ntitle: Other\n", encoding="utf-8")
    monkeypatch.setattr("planner.commands.running.compared", lambda *_, **__: (0, {}))
    bench.run("tiny.yaml")
    said = bench.run("tiny.yaml", "bad.yaml", "other.yaml", code=2)
    assert said.count("so the results were kept") == 1
    assert said.splitlines().count("  Searching for the best plan") == 1
    assert "2 of 3 scenarios have results. Without: " in said
    assert "bad.yaml. The same command again runs only what is missing." in said
    (folder / "bad.yaml").write_text("extends: tiny.yaml\ntitle: Mended\n", encoding="utf-8")
    said = bench.run("tiny.yaml", "bad.yaml", "other.yaml")
    assert said.count("so the results were kept") == 2
    assert said.splitlines().count("  Searching for the best plan") == 1


def test_a_fault_in_the_program_is_told_and_the_others_still_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    bench.run("tiny.yaml")
    (bench.root / "scenarios" / "first.yaml").write_text("extends: tiny.yaml\ntitle: First\n", encoding="utf-8")
    monkeypatch.setattr("planner.run.build", fault)
    said = bench.run("first.yaml", "tiny.yaml", code=1)
    assert "ZeroDivisionError: a fault" in said
    assert "first.yaml: a fault in the program; the other scenarios still run." in said
    assert "so the results were kept" in said
    with pytest.raises(ZeroDivisionError):
        bench.run("first.yaml")


def test_two_scenarios_of_one_name_are_refused(bench: Bench) -> None:
    (bench.root / "scenarios" / "TINY.yml").write_text("extends: tiny.yaml\n", encoding="utf-8")
    said = bench.run("tiny.yaml", "TINY.yml", code=2)
    assert "its results would take the place of those of" in said
    assert not (bench.root / "out").exists()


def test_a_worker_that_is_killed_loses_only_its_own_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "_alone", workers.alone)
    names = ["a", "dies", "b", "dies_once", "faulty", "c"]
    tasks = [Task(Path(f"{name}.yaml"), COUNTIES, tmp_path / "out") for name in names]
    ended = {one.scenario.stem: one for one in side_by_side(tasks, 2, threading.Event())}
    assert {name: one.code for name, one in ended.items()} == {"a": 0, "dies": 4, "b": 0, "dies_once": 0, "faulty": 1, "c": 0}
    for name in ("a", "b", "c", "dies_once"):
        assert version_of(tmp_path / "out" / name) == name
    said = capsys.readouterr().err
    assert said.count("it is begun once more") == 2
    assert said.count("dies.yaml: its process was ended from outside, perhaps for want of memory") == 1
    assert "ZeroDivisionError: a fault" in said


def test_a_worker_marks_what_it_says(bench: Bench) -> None:
    before = signal.getsignal(signal.SIGINT)
    try:
        ended = batch._alone(Task(bench.scenario, bench.root / "data", bench.root / "out"))
    finally:
        signal.signal(signal.SIGINT, before)
    assert ended == Ended(bench.scenario, 0, bench.root / "out" / "tiny")
    said = bench.capsys.readouterr().err.splitlines()
    assert all(line.startswith("[tiny] ") for line in said)
    assert "Searching" in bench.run("tiny.yaml", "--start-from", str(bench.root / "out" / "tiny")), "a search that is to begin there is run"


def test_memory_may_run_out_anywhere(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(*_: object) -> None:
        raise MemoryError

    bench.run("tiny.yaml")
    monkeypatch.setattr("planner.kept.read_county", burst)
    assert "The computer ran out of memory." in bench.run("tiny.yaml", code=4)
    monkeypatch.setattr("planner.run.read_county", burst)
    assert main(["validate", str(bench.scenario)]) == 4
    assert "The computer ran out of memory." in bench.capsys.readouterr().err


def test_a_batch_that_is_stopped_begins_nothing_more(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    assert list(side_by_side([Task(TINY, COUNTIES, tmp_path)], 2, stop)) == []


@pytest.mark.parametrize("text", ["0", "-1", "two", "65", "1.5"])
def test_jobs_is_a_sensible_number(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["run", str(TINY), "--jobs", text])
    assert "is not a whole number from 1 to 64" in capsys.readouterr().err or text == "-1"
