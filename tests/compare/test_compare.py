"""Finished runs side by side: what differs, what is refused, what is stale, and when there is no clear difference."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.cli import main
from planner.compare.findings import cheapest, clear, findings
from planner.compare.finished import Finished, read_finished
from planner.comparison import write_comparison
from planner.errors import InputError
from planner.run import run_scenario
from tests.conftest import COUNTIES, TINY


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny county twice: as it is, and with dearer transport; the folder that holds their scenarios and results."""
    root = tmp_path_factory.mktemp("compare")
    (root / "scenarios").mkdir()
    shutil.copytree(COUNTIES, root / "data")
    shutil.copy(TINY, root / "scenarios" / "tiny.yaml")
    text = "extends: tiny.yaml\ntitle: Dearer transport\nmoney:\n  price_factor:\n    transport: 2.0\n"
    (root / "scenarios" / "dear.yaml").write_text(text, encoding="utf-8")
    for name in ("tiny", "dear"):
        run_scenario(root / "scenarios" / f"{name}.yaml", root / "data", root / "out")
    return root


def compared(root: Path, out: Path, names: tuple[str, ...] = ("tiny", "dear"), **more: Any) -> Any:
    return write_comparison([root / "out" / name for name in names], "", root / "scenarios", root / "data", out, **more)


def test_what_differs_and_where_it_is_set(runs: Path, tmp_path: Path) -> None:
    result = compared(runs, tmp_path)
    frame = result.comparison.frames["input_differences"]
    assert frame.to_dict("records") == [
        {"scenario": "dear", "setting": "money.price_factor.transport", "value": "2", "base_value": "none", "file_and_line": "dear.yaml:5"}
    ]
    assert {"internal", "manifest.json"} <= {path.name for path in result.folder.iterdir()}
    assert (result.folder / "internal" / "report.html").read_text(encoding="utf-8").count("dear.yaml:5") >= 1
    assert (result.folder / "internal" / "briefing.docx").stat().st_size > 5_000


def test_the_bridge_of_real_runs_ties_to_both_ledgers(runs: Path, tmp_path: Path) -> None:
    result = compared(runs, tmp_path)
    base, dear = result.comparison.runs
    rows = result.comparison.frames["bridge"].set_index("cause")["change_gbp"]
    assert rows["Total"] == pytest.approx(dear.cost_gbp - base.cost_gbp, abs=0.005)
    assert rows.drop("Total").sum() == pytest.approx(rows["Total"], abs=0.005)
    assert rows["Transport"] > 0
    side = result.comparison.frames["results_side_by_side"].set_index("measure")
    assert side.loc["Public cost, present value", "dear"] == pytest.approx(dear.manifest["solve"]["cost_gbp"], abs=0.005)
    assert result.said[0].startswith("Cheapest: ")


def test_changed_inputs_are_marked(runs: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(runs, copy)
    assert not any(compared(copy, tmp_path / "one").comparison.changed.values())
    path = copy / "scenarios" / "dear.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("2.0", "2.5"), encoding="utf-8")
    again = compared(copy, tmp_path / "two")
    assert again.comparison.changed["dear"] == ["scenarios/dear.yaml"] and not again.comparison.changed["tiny"]
    assert any("out of date" in text for text in again.comparison.frames["findings"]["text"])


def edited(source: Path, target: Path, change: Any) -> Path:
    shutil.copytree(source, target)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return target


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda one: one["scenario"].update(county="elsewhere"), "its county is elsewhere"),
        (lambda one: one["facts"].update(schema_version="old"), "version of scenarios"),
        (lambda one: one["inputs"].update({"data/tiny/units.csv": "0"}), "tables changed between it and tiny: data/tiny/units.csv"),
        (lambda one: one["check"].update(passed=False), "the check of this run failed"),
        (lambda one: one.pop("facts"), "the manifest lacks facts"),
    ],
)
def test_unlike_runs_are_refused_with_the_reason(runs: Path, tmp_path: Path, change: Any, words: str) -> None:
    other = edited(runs / "out" / "dear", tmp_path / "dear", change)
    with pytest.raises(InputError) as refused:
        write_comparison([runs / "out" / "tiny", other], "", runs / "scenarios", runs / "data", tmp_path / "out")
    assert words in str(refused.value)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("without_pictures")
def test_other_lengths_are_refused_or_cut_to_the_years_that_both_plan(runs: Path, tmp_path: Path) -> None:
    text = (runs / "scenarios" / "tiny.yaml").read_text(encoding="utf-8")
    years = int(next(line.split(":")[1].split("#")[0] for line in text.splitlines() if line.startswith("years:")))
    (runs / "scenarios" / "longer.yaml").write_text(f"extends: tiny.yaml\ntitle: Longer\nyears: {years + 1}\n", encoding="utf-8")
    run_scenario(runs / "scenarios" / "longer.yaml", runs / "data", runs / "out")
    with pytest.raises(InputError, match="--align"):
        compared(runs, tmp_path / "no", ("tiny", "longer"))
    result = compared(runs, tmp_path / "yes", ("tiny", "longer"), align=True)
    frames = result.comparison.frames
    assert "only years that all plan" in " ".join(frames["findings"]["text"])
    assert len(frames["waiting_compared"]) == years + 1
    rows = frames["bridge"].set_index("cause")["change_gbp"]
    assert rows.drop("Total").sum() == pytest.approx(rows["Total"], abs=0.005)


def test_a_folder_that_holds_no_run_is_named(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", str(runs / "out" / "tiny"), str(tmp_path), "--data", str(runs / "data"), "--out", str(tmp_path / "out")]) == 2
    assert "no finished run" in capsys.readouterr().err
    assert main(["compare", str(runs / "out" / "tiny"), "--data", str(runs / "data")]) == 2
    assert "nothing to compare" in capsys.readouterr().err
    folders = [str(runs / "out" / "tiny"), str(runs / "out" / "dear")]
    assert main(["compare", *folders, "--base", "tinny", "--data", str(runs / "data"), "--out", str(tmp_path / "out")]) == 2
    assert "Did you mean 'tiny'?" in capsys.readouterr().err


def test_the_command_compares_and_says_the_answer(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = [str(runs / "out" / "tiny"), str(runs / "out" / "dear")]
    assert main(["compare", *folders, "--base", "dear", "--data", str(runs / "data"), "--out", str(tmp_path)]) in (0, 7)
    printed = capsys.readouterr()
    assert (tmp_path / "compare_dear_with_tiny" / "manifest.json").is_file()
    assert "Cheapest:" in printed.err and "Waiting, child-years:" in printed.err


@pytest.mark.usefixtures("without_pictures")
def test_several_scenarios_in_one_run_are_compared_at_once(runs: Path, tmp_path: Path) -> None:
    scenarios = [str(runs / "scenarios" / f"{name}.yaml") for name in ("tiny", "dear")]
    assert main(["run", *scenarios, "--data", str(runs / "data"), "--out", str(tmp_path)]) in (0, 7)
    assert (tmp_path / "compare_tiny_with_dear" / "internal" / "report.html").is_file()


def made(name: str, cost: float, gap: float) -> Finished:
    """A run of which only the cost and its gap matter."""
    stages = [{"aim": "cost", "value": cost, "bound": cost - gap}]
    run = Finished(Path(name), {"scenario_name": name, "scenario": {"title": name}, "solve": {"stages": stages}})
    run.__dict__["tables"] = {"ledger": pd.DataFrame({"present_value_gbp": [cost]}), "slacks": pd.DataFrame({"objective_gbp": [0.0]})}
    return run


def said_alike(said: list[str], one: str, other: str) -> bool:
    """Whether the findings say of two runs that there is no clear difference between them, and of no others by the way."""
    for text in said:
        if ": no clear difference in cost" in text:
            before, after = text.split(": no clear difference in cost")
            named = set(re.findall(r"run\d+", before)), set(re.findall(r"run\d+", after))
            pairs = [{one_of, another} for one_of in named[0] for another in named[1] or named[0]]
            if {one, other} in pairs:
                return True
    return False


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(1e5, 1e9), st.floats(0, 1e7)), min_size=2, max_size=5))
def test_no_clear_difference_is_said_of_every_pair_within_its_gaps_and_of_no_other(figures: list[tuple[float, float]]) -> None:
    runs = [made(f"run{place}", cost, gap) for place, (cost, gap) in enumerate(figures)]
    said = findings(runs, [], {})
    alike = cheapest(runs)
    for place, one in enumerate(runs):
        for other in runs[place + 1 :]:
            within = abs(one.cost_gbp - other.cost_gbp) <= one.gap_gbp + other.gap_gbp
            assert within == (not clear(one, other)) or abs(one.cost_gbp - other.cost_gbp) - one.gap_gbp - other.gap_gbp < 0.01
            assert said_alike(said, one.name, other.name) == (not clear(one, other))
    if len(alike) == 1:
        assert all(clear(alike[0], other) for other in runs if other is not alike[0])


def test_a_scenario_named_twice_is_refused(runs: Path) -> None:
    with pytest.raises(InputError, match="named twice"):
        read_finished([runs / "out" / "tiny", runs / "out" / "tiny"])
