"""The command: exit codes, words and what is left on the disk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import highspy
import pytest

from planner.cli import main
from planner.errors import DisclosureError, InputError
from planner.publish.pack import Audience, Pack
from planner.report.packs import write_internal, write_public
from planner.run import RunResult, build, prepare, run_scenario
from planner.solve.outcome import Outcome
from planner.solve.session import WAITING_GBP
from planner.solve.through_pulp import missing
from tests.conftest import COUNTIES, ROOT, TINY

DATA = ["--data", str(COUNTIES)]


def test_run_writes_everything_and_check_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(TINY), *DATA, "--out", str(tmp_path)]) == 0
    folder = tmp_path / "tiny"
    assert capsys.readouterr().out.strip() == str(folder)
    assert {"internal", "public", "manifest.json"} == {path.name for path in folder.iterdir()}
    assert {"summary.md", "tables", "charts"} <= {path.name for path in (folder / "internal").iterdir()}
    assert (folder / "internal" / "summary.md").read_text(encoding="utf-8").startswith("INTERNAL")
    assert {"tables.xlsx", "tables", "charts"} <= {path.name for path in (folder / "public").iterdir()}
    for name in ("ehcps_by_provision", "places_against_demand", "cost_by_line", "dsg_position", "openings", "journeys", "map", "new_ehcps"):
        for kind in ("svg", "png", "csv"):
            assert (folder / "internal" / "charts" / f"{name}.{kind}").stat().st_size > 50
    assert main(["check", str(folder), *DATA]) == 0
    assert "pass" in capsys.readouterr().out


def test_ledger_equals_the_objective_to_the_penny(tiny_run: RunResult) -> None:
    manifest = json.loads((tiny_run.folder / "manifest.json").read_text(encoding="utf-8"))
    total = tiny_run.solution.table("ledger")["present_value_gbp"].sum()
    assert total == pytest.approx(manifest["solve"]["cost_gbp"], abs=0.005)
    assert manifest["check"]["passed"]
    assert manifest["inputs"]["data/tiny/units.csv"]


def test_a_wrong_scenario_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("title: Bad\ncounty: tiny\nyeers: 2\n", encoding="utf-8")
    assert main(["run", str(bad), *DATA, "--out", str(tmp_path / "out")]) == 2
    assert "Did you mean 'years'?" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("without_pictures")
def test_one_wrong_scenario_does_not_stop_the_others(tmp_path: Path) -> None:
    assert main(["run", str(tmp_path / "none.yaml"), str(TINY), *DATA, "--out", str(tmp_path / "out")]) == 2
    assert (tmp_path / "out" / "tiny" / "manifest.json").is_file()


def test_a_failed_check_is_an_exit_code_of_its_own(tiny_run: RunResult, tmp_path: Path) -> None:

    copy = tmp_path / "tiny"
    shutil.copytree(tiny_run.folder, copy)
    table = copy / "internal" / "tables" / "ledger.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("high_needs_block", "capital", 1), encoding="utf-8")
    assert main(["check", str(copy), *DATA]) == 6


def test_an_output_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert main([str(TINY), *DATA, "--out", str(tmp_path / "file" / "inside")]) == 5


def test_the_last_good_result_is_replaced_whole(tiny_run: RunResult, tmp_path: Path) -> None:
    shutil.copytree(tiny_run.folder, tmp_path / "tiny")
    (tmp_path / "tiny" / "stray.txt").write_text("old", encoding="utf-8")
    run_scenario(TINY, COUNTIES, tmp_path)
    assert not (tmp_path / "tiny" / "stray.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["tiny"]


@pytest.mark.usefixtures("without_pictures")
def test_a_search_stopped_by_hand_keeps_a_plan(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    result = run_scenario(TINY, COUNTIES, tmp_path, stop=stop)
    assert result.answer.values is not None
    assert result.check.passed
    assert len(result.answer.record.stages) == 1


@pytest.mark.usefixtures("without_pictures")
def test_no_choice_left_is_proven(tmp_path: Path) -> None:
    fixed = tmp_path / "fixed.yaml"
    fixed.write_text(
        TINY.read_text(encoding="utf-8").replace(
            "  offer: [resource_centre, contact_base, expand_special]", "  fixed: {open_rc_south: {year: 2025/26, blocks: 1}}"
        ),
        encoding="utf-8",
    )
    result = run_scenario(fixed, COUNTIES, tmp_path / "out")
    assert result.answer.record.outcome is Outcome.PROVEN
    opened = result.solution.table("options")
    assert opened["open"].tolist() == [1, 1]
    assert result.solution.table("allocation").query("unit == 'rc_south'")["children"].sum() > 0


def test_help_starts_without_the_heavy_libraries() -> None:
    code = "import sys, planner.cli; sys.exit(any(name in sys.modules for name in ('pandas', 'matplotlib', 'numpy', 'pulp')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_narrow_console_is_no_trouble(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "run_scenario.py", str(TINY), *DATA, "--out", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "NO_COLOR": "1"},  # what a Windows code page lacks, this lacks too
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0
    assert b"Traceback" not in run.stderr


@pytest.mark.usefixtures("without_pictures")
def test_what_the_gate_refuses_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise DisclosureError("Nothing was published: 1 small count could be worked out.")

    monkeypatch.setattr("planner.run_folder.publish", refuse)
    assert main([str(TINY), *DATA, "--out", str(tmp_path)]) == 7
    assert "Nothing was published" in capsys.readouterr().err
    assert not (tmp_path / "tiny" / "public").exists()
    assert (tmp_path / "tiny" / "internal" / "summary.md").is_file()
    assert "could be worked out" in json.loads((tmp_path / "tiny" / "manifest.json").read_text(encoding="utf-8"))["withheld"]


def test_an_attack_that_narrows_a_count_is_an_exit_code_of_its_own(
    tiny_run: RunResult, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "tiny"
    shutil.copytree(tiny_run.folder / "public" / "tables", copy)
    assert main(["attack", str(copy)]) == 0
    table = copy / "ehcps_by_district.csv"
    table.write_text(table.read_text(encoding="utf-8").replace(",low", ",2"), encoding="utf-8")
    assert main(["attack", str(copy)]) == 7
    assert "Moor" in capsys.readouterr().out
    assert main(["attack", str(tmp_path)]) == 2


def test_internal_writers_refuse_a_public_pack_and_public_ones_an_internal_one(tmp_path: Path) -> None:
    for audience, writer in ((Audience.INTERNAL, write_public), (Audience.PUBLIC, write_internal)):
        with pytest.raises(ValueError, match="was given to writers"):
            writer(tmp_path, Pack("plan", "A plan", audience, ("plan",), {}, {}))


def by_solver(folder: Path, solver: str) -> Path:
    shutil.copy(TINY, folder)
    path = folder / "another.yaml"
    path.write_text(f"extends: tiny.yaml\ntitle: Another solver\nsolve:\n  gap: 0.0\n  solver: {solver}\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("without_pictures")
def test_cbc_plans_the_tiny_county_by_the_ordinary_command(tiny_run: RunResult, tmp_path: Path) -> None:
    if reason := missing("COIN_CMD"):
        pytest.skip(reason)
    result = run_scenario(by_solver(tmp_path, "COIN_CMD"), COUNTIES, tmp_path / "out")
    for aim in ("waiting", "cost"):
        ours, theirs = tiny_run.answer.record.stage(aim), result.answer.record.stage(aim)
        assert ours is not None and theirs is not None
        assert theirs.value == pytest.approx(ours.value, rel=1e-6, abs=0.01)
        assert theirs.outcome is Outcome.PROVEN
    assert result.check.passed


@pytest.mark.parametrize(
    ("solver", "said"), [("COIN", "Did you mean 'COIN_CMD'?"), ("XPRESS_PY", "not installed on this computer. Installed are")]
)
def test_a_solver_that_is_not_there_is_refused_with_its_line(solver: str, said: str, tmp_path: Path) -> None:
    if not missing(solver):
        pytest.skip(f"{solver} is installed here")
    path = by_solver(tmp_path, solver)
    with pytest.raises(InputError) as caught:
        run_scenario(path, COUNTIES, tmp_path / "out")
    problem = caught.value.problems[0]
    assert said in problem.wrong
    assert problem.line == next(at for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if "solver:" in line)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("ending", [".lp", ".mps"])
def test_the_model_is_written_for_another_solver(ending: str, tiny_run: RunResult, tmp_path: Path) -> None:
    file = tmp_path / "deep" / f"model{ending}"
    assert main(["write-model", str(TINY), str(file), *DATA]) == 0
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    assert highs.readModel(str(file)) == highspy.HighsStatus.kOk
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.run()
    cost, waiting = tiny_run.answer.record.stage("cost"), tiny_run.answer.record.stage("waiting")
    assert cost is not None and waiting is not None and cost.value is not None and waiting.value is not None
    constant = write_constant()
    weighted = (cost.value - constant + WAITING_GBP * waiting.value) / 1000.0
    assert highs.getInfo().objective_function_value == pytest.approx(weighted, rel=2e-3)


def write_constant() -> float:
    """What the plan cannot change of the tiny county's cost, pounds."""
    case = prepare(TINY, COUNTIES, lambda text: None)
    return build(case).program.aims["cost"].constant


def test_a_model_file_needs_a_known_ending(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["write-model", str(TINY), str(tmp_path / "model.txt"), *DATA]) == 2
    assert ".lp or .mps" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
