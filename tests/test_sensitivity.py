"""What an answer hangs on: each assumption moved by itself with openings held, where early help stops paying, and the logs beside a run."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.figure import Figure

from planner.cli import main
from planner.county.read import read_county
from planner.county.register import unsigned
from planner.errors import InputError
from planner.report.assurance import NO_EFFECTS, assumption_log, data_log, effects_beside, fingerprint
from planner.report.charts.tornado import tornado
from planner.run import build, prepare, run_scenario
from planner.scenario.load import load_scenario
from planner.scenario.ranges import RANGES, meaning, moved, numeric_settings
from planner.sensitivity import trial as trials
from planner.sensitivity.moves import changed, find_moves
from planner.sensitivity.study import Study, study
from planner.sensitivity.switching import TOLERANCE, without_bases
from planner.sensitivity.trial import HELD, Bench
from planner.sensitivity.words import signed, switch_sentence
from planner.solve.run import solve
from tests.conftest import COUNTIES, ROOT, TINY

HELPED = """extends: tiny.yaml
title: Early help that is worth it
options: {offer: [], fixed: {open_cb_east: {year: 2025/26}}}
demand: {early_help: {most_avoidable_share: 1.0, reachable_share: 1.0}}
money: {price_factor: {mainstream_support: 6.0, independent_fees: 6.0, top_up: 6.0}}
"""


TRIED = ("demand.early_help.effect", "demand.new_ehcps.growth_per_year", "travel.pick_up_minutes", "travel.detour")
"""Some of the settings that have a range: all take longer and show no more."""


@pytest.fixture(scope="module", autouse=True)
def no_pictures() -> Iterator[None]:
    """Pictures are left blank here: they take most of the time and are looked at elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda self, file, **_: file.write(b"picture"))
        yield


def place(folder: Path, text: str = HELPED, name: str = "helped") -> Path:
    """A scenario beside the tiny one, and a county that is a copy of the tiny one."""
    (folder / "scenarios").mkdir(exist_ok=True)
    shutil.copy(TINY, folder / "scenarios")
    if not (folder / "data").exists():
        shutil.copytree(COUNTIES, folder / "data")
    path = folder / "scenarios" / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("study")
    return study(place(folder), folder / "data", folder / "outputs", only=list(TRIED))


def least_cost(folder: Path, text: str) -> float:
    """The cost of a scenario by the ordinary way, with everything searched."""
    text += "objective: [{aim: waiting, tolerance: 0.01}, {aim: cost}]\n"
    case = prepare(place(folder, text, "plain"), folder / "data", lambda text: None)
    program = build(case).program
    answer = solve(program, case.loaded.scenario, want_duals=False)
    assert answer.values is not None
    broken = float(program.aims["broken_limits"].costs @ answer.values)
    return float(program.aims["cost"].costs @ answer.values) + program.aims["cost"].constant - broken


def test_a_change_is_the_difference_of_two_ordinary_runs(whole: Study, tmp_path: Path) -> None:
    rows = whole.table.set_index("setting")
    low = HELPED.replace("most_avoidable_share: 1.0,", "most_avoidable_share: 1.0, effect: 0.05,")
    wanted = least_cost(tmp_path, low) - least_cost(tmp_path, HELPED)
    assert wanted > 1000
    assert rows.loc["demand.early_help.effect", "cost_change_low_gbp"] == pytest.approx(wanted, abs=1.0)
    assert rows.loc["demand.early_help.effect", "avoided_change_low"] < -0.5
    assert rows.loc["demand.new_ehcps.growth_per_year", "waiting_change_high"] > 0.0


def test_every_assumption_is_tried_and_what_moves_nothing_says_so(whole: Study) -> None:
    assert set(whole.table["setting"]) == set(TRIED)
    assert not whole.failed
    still = whole.table.set_index("setting")["clear"]
    assert still["travel.pick_up_minutes"] == "no change"
    changes = whole.table[["cost_change_low_gbp", "cost_change_high_gbp"]].abs().max(axis=1)
    assert changes.tolist() == pytest.approx(whole.table["largest_change_gbp"].tolist())
    assert changes.is_monotonic_decreasing


def test_the_switching_value_is_where_the_bases_cost_what_they_save(whole: Study, tmp_path: Path) -> None:
    switch = whole.switch
    assert switch is not None and switch.verdict == "found" and switch.value is not None
    without = least_cost(tmp_path, HELPED.replace("{open_cb_east: {year: 2025/26}}", "{}"))
    for effect, dearer in ((switch.value - TOLERANCE, True), (switch.value + TOLERANCE, False)):
        text = HELPED.replace("most_avoidable_share: 1.0,", f"most_avoidable_share: 1.0, effect: {effect:.6f},")
        assert (least_cost(tmp_path, text) > without) == dearer
    said = switch_sentence(switch)
    assert f"{switch.value:.3f}" in said and "The contact base pays for itself from" in said


@pytest.mark.parametrize(
    ("old", "new", "verdict", "said"),
    [
        ("price_factor: {mainstream_support: 6.0, independent_fees: 6.0, top_up: 6.0}", "price_factor: {early_help: 90.0}", "never", "never pays for itself within the range from 0 to 1"),
        ("open_cb_east: {year: 2025/26}}}", "open_cb_east: {year: 2025/26}}, change: {open_cb_east: {capital_factor: 0.0, running_factor: 0.0}}}", "always", "pays for itself whatever"),
        ("fixed: {open_cb_east: {year: 2025/26}}", "fixed: {}", "no bases", "opens no contact base"),
    ],
)  # fmt: skip
def test_where_there_is_no_switching_value_the_study_says_so(old: str, new: str, verdict: str, said: str, tmp_path: Path) -> None:
    text = HELPED.replace(old, new)
    assert text != HELPED
    if verdict == "always":
        text = text.replace("money: {price_factor: {", "money: {price_factor: {early_help: 1.0e-7, ")
    path = place(tmp_path, text + "ranges: {demand.early_help.effect: {low: 0.5, high: 0.5}}\n")
    done = study(path, tmp_path / "data", tmp_path / "out", only=["demand.early_help.effect"])
    assert done.switch is not None and done.switch.verdict == verdict
    assert said in switch_sentence(done.switch)
    assert said in (done.folder / "internal" / "sensitivity.md").read_text(encoding="utf-8")


def test_openings_are_held_unless_they_may_be_chosen_anew(tmp_path: Path) -> None:
    text = "extends: tiny.yaml\ntitle: Chosen\noptions: {offer: [resource_centre]}\nranges: {money.price_factor.capital: {low: 1.0, high: 50.0}}\n"
    path, only = place(tmp_path, text), ["money.price_factor.capital"]
    held = study(path, tmp_path / "data", tmp_path / "held", only=only)
    anew = study(path, tmp_path / "data", tmp_path / "anew", only=only, reopen=True)
    assert anew.switch is None and not anew.held
    one, other = held.table.iloc[0], anew.table.iloc[0]
    assert other["cost_change_high_gbp"] <= one["cost_change_high_gbp"] + 1.0
    assert other["cost_change_low_gbp"] == one["cost_change_low_gbp"] == 0.0
    assert "chooses its openings anew" in (anew.folder / "internal" / "sensitivity.md").read_text(encoding="utf-8")
    case = prepare(path, tmp_path / "data", lambda text: None)
    program = build(case).program
    values = program.upper.copy()
    again = program.holding(values, HELD)
    fixed = [block for block in again.columns if block.family in HELD]
    assert fixed and all((block.lower == block.upper).all() for block in fixed)
    assert (again.lower <= program.lower).sum() < program.column_count


def test_a_study_goes_on_from_what_is_solved_and_one_failure_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = place(tmp_path)
    data, out = tmp_path / "data", tmp_path / "out"
    words = ["sensitivity", str(path), "--data", str(data), "--out", str(out), "--only", "travel.detour"]
    real, asked = trials.solve, []

    def failing(program: object, scenario: object, **more: object) -> object:
        asked.append(scenario)
        if scenario.travel.detour == 1.5:  # type: ignore[attr-defined]
            raise RuntimeError("the solver fell over")
        return real(program, scenario, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(trials, "solve", failing)
    assert main(words) == 8
    assert "Not tried: travel.detour: high: the solver fell over" in capsys.readouterr().err
    table = pd.read_csv(out / "sensitivity_helped" / "internal" / "sensitivity.csv").set_index("setting")
    assert table.loc["travel.detour", "error"] == "high: the solver fell over"
    assert math.isnan(table.loc["travel.detour", "cost_change_high_gbp"]) and table.loc["travel.detour", "cost_change_low_gbp"] < 0
    files = {file.name for file in (out / "sensitivity_helped" / "internal" / "solves").glob("*.json")}
    assert {"base.json", "travel-detour__1.2.json", "travel-detour__1.5.json"} == files
    asked.clear()
    monkeypatch.setattr(trials, "solve", lambda *given, **more: asked.append(given[1]) or real(*given, **more))
    assert main(words) == 0
    assert [scenario.travel.detour for scenario in asked] == [1.5]
    (data / "tiny" / "sources.csv").write_text((data / "tiny" / "sources.csv").read_text(encoding="utf-8") + "\n", encoding="utf-8")
    asked.clear()
    assert main(words) == 0
    assert len(asked) == 3, "a county that changed is tried again"


def test_ranges_come_from_the_scenario_then_the_county_then_the_program(tmp_path: Path) -> None:
    text = HELPED + "ranges: {demand.arrivals_factor: {low: 0.9, high: 1.2}}\noptions: {}\n".replace("options: {}\n", "")
    path = place(tmp_path, text)
    tiny = tmp_path / "data" / "tiny"
    log = (tiny / "assumptions.csv").read_text(encoding="utf-8").splitlines()
    log += [
        "fee,Fee of a place,\"10,000\",\"8,000\",15000,pounds,assumption,Finance lead,red,Cost",
        "arrivals,Children who arrive,100,50,200,children,assumption,SEND data lead,amber,Growth",
        "effect,What an episode avoids,in the scenario,0.1,0.2,EHCPs,assumption,Early help lead,red,Cost",
    ]  # fmt: skip
    (tiny / "assumptions.csv").write_text("\n".join(log) + "\n", encoding="utf-8")
    register = [
        "assumption,set_on,signed_off_by,setting,setting_low,setting_high",
        "fee,2026-11-01,Finance lead,money.price_factor.independent_fees,,",
        "arrivals,,,demand.arrivals_factor,,",
        "effect,2026-11-02,,demand.early_help.effect,,0.25",
    ]
    (tiny / "assumption_register.csv").write_text("\n".join(register) + "\n", encoding="utf-8")
    loaded, county = load_scenario(path), read_county(tiny)
    moves, problems = find_moves(loaded, county)
    assert not problems
    by = {move.setting: move for move in moves}
    fee, arrivals, effect = by["money.price_factor.independent_fees"], by["demand.arrivals_factor"], by["demand.early_help.effect"]
    assert (fee.now, fee.low, fee.high) == pytest.approx((6.0, 4.8, 9.0)), "a factor is in proportion, times the scenario's own"
    assert (arrivals.low, arrivals.high, arrivals.source) == (0.9, 1.2, "the scenario")
    assert (effect.low, effect.high, effect.source) == (0.1, 0.25, "the county's log of assumptions")
    assert by["travel.detour"].source == "the program"
    assert unsigned(county) == 3
    table = assumption_log(loaded, county, NO_EFFECTS).set_index("assumption")
    assert table.loc["fee", "signed_off_by"] == "Finance lead" and table.loc["fee", "set_on"] == "2026-11-01"
    assert table.loc["effect", "value"] == "0.5"
    assert "demand.early_help.effect" not in table.index, "an assumption stands once"
    assert table.loc["demand.early_help.most_avoidable_share", "source"] == "helped.yaml, line 4"
    (tiny / "assumption_register.csv").write_text(
        "\n".join(register).replace("arrivals_factor", "arivals_factor").replace("-02", "-33"), encoding="utf-8"
    )
    with pytest.raises(InputError) as failed:
        read_county(tiny)
    assert "Did you mean 'demand.arrivals_factor'?" in str(failed.value) and "'2026-11-33' is not a day" in str(failed.value)


def test_wrong_ranges_are_named_with_their_line(tmp_path: Path) -> None:
    text = HELPED + "ranges:\n  demand.early_help.efect: {low: 0.1, high: 0.2}\n  travel.detour: {low: 1.5, high: 1.2}\n"
    path = place(tmp_path, text)
    with pytest.raises(InputError) as failed:
        study(path, tmp_path / "data", tmp_path / "out", only=["travel.detur"])
    found = {problem.where or problem.file: problem for problem in failed.value.problems}
    assert found["ranges.demand.early_help.efect"].line == 7 and "demand.early_help.effect" in found["ranges.demand.early_help.efect"].fix
    assert found["ranges.travel.detour"].line == 8 and "travel.detour" in found["--only"].fix


def test_a_change_of_a_kind_reaches_options_that_are_changed_one_by_one(tmp_path: Path) -> None:
    text = HELPED + "ranges: {options.change.contact_base.capital_factor: {low: 0.5, high: 2.0}}\n"
    text = text.replace("2025/26}}}", "2025/26}}, change: {open_cb_east: {capital_factor: 3.0}}}")
    loaded, county = load_scenario(place(tmp_path, text)), read_county(tmp_path / "data" / "tiny")
    move = next(one for one in find_moves(loaded, county)[0] if one.setting.startswith("options"))
    new = changed(move, 2.0, loaded.scenario, county)
    assert new.options.change["open_cb_east"].capital_factor == 6.0 and new.options.change["contact_base"].capital_factor == 2.0


def test_every_range_is_of_a_setting_and_holds_its_default() -> None:
    now = numeric_settings(load_scenario(ROOT / "scenarios" / "baseline.yaml").scenario)
    for name, assumed in RANGES.items():
        assert assumed.low <= now[name] <= assumed.high, name
        assert meaning(name)
        for value in (assumed.low, assumed.high):
            moved(load_scenario(TINY).scenario, {name: value})


def test_the_bench_has_no_contact_base_in_the_plan_without(whole: Study) -> None:
    options = pd.DataFrame({"option": ["open_cb_east", "open_rc_south"], "kind": ["contact_base", "resource_centre"], "open": [1, 1]})
    scenario, rest = without_bases(whole.loaded.scenario, options)
    assert rest["option"].tolist() == ["open_rc_south"] and not scenario.options.fixed
    assert isinstance(replace(Bench(whole.loaded, None, None, Path(), print), openings=rest), Bench)  # type: ignore[arg-type]


def test_a_run_shows_the_effects_of_the_study_beside_it_and_only_of_the_same(whole: Study, tmp_path: Path) -> None:
    folder = whole.folder.parent.parent
    path, county = folder / "scenarios" / "helped.yaml", read_county(folder / "data" / "tiny")
    made_from = fingerprint(whole.loaded.scenario, county, None)
    found = effects_beside(whole.folder, made_from)
    assert len(found.table) == len(TRIED) and len(found.sha256) == 64
    assert effects_beside(whole.folder, "another") is NO_EFFECTS and effects_beside(tmp_path, made_from) is NO_EFFECTS
    log = assumption_log(load_scenario(path), county, found)
    assert log["cost_change_low_gbp"].notna().sum() == len(TRIED)
    red = log[log["quality"] == "red"]
    assert log["quality"].tolist()[: len(red)] == ["red"] * len(red), "the least certain stand first"
    page = (whole.folder / "internal" / "assumptions.md").read_text(encoding="utf-8")
    assert f"The effect on cost is known for {len(TRIED)} of them" in page


def test_every_assumption_of_the_example_county_is_accounted_for() -> None:
    loaded, county = load_scenario(ROOT / "scenarios" / "transformation.yaml"), read_county(ROOT / "data" / "staffordshire")
    log = assumption_log(loaded, county, NO_EFFECTS)
    for column in ("what", "value", "source_title", "set_on", "owner_role"):
        assert (log[column] != "").all(), f"{column}: {log.loc[log[column] == '', 'assumption'].tolist()}"
    assert set(log["quality"]) <= {"red", "amber", "green"}
    assert unsigned(county) == len(county.table("assumptions"))
    moves, problems = find_moves(loaded, county)
    assert not problems and len(moves) > len(RANGES)
    assert all(move.low < move.high and move.low <= move.now <= move.high for move in moves)


def test_the_logs_and_the_page_on_quality_stand_in_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("draw_all", "write_internal", "write_finance"):
        monkeypatch.setattr(f"planner.run_folder.{name}", lambda *_: None)
    monkeypatch.setattr("planner.run_folder.publish_into", lambda *_: "")
    run = run_scenario(place(tmp_path), tmp_path / "data", tmp_path / "out")
    inside = run.folder / "internal"
    data = pd.read_csv(inside / "data_log.csv")
    manifest = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert dict(zip(data["file"], data["sha256"], strict=True)) == manifest["inputs"]
    assert data["sources"].notna().all()
    quality = (inside / "quality.md").read_text(encoding="utf-8")
    for heading in ("Repeatable", "Independent", "Grounded in reality", "Objective", "Uncertainty-managed", "Robust"):
        assert f"## {heading}\n" in quality
    assert f"{sum(run.check.tested.values()):,} tests" in quality
    assert "1 are not signed off" in (inside / "summary.md").read_text(encoding="utf-8")
    assert (inside / "assumptions.csv").is_file() and "not tried" in (inside / "assumptions.md").read_text(encoding="utf-8")
    names = data_log(run.case.county, {"data/tiny/units.csv": "0", "data/tiny/rates/prices.yaml": "1", "scenarios/x.yaml": "2"})
    assert names["kind"].tolist() == ["prices", "table of the county", "scenario"]


def test_the_tornado_draws_the_longest_first_and_names_each_end(whole: Study) -> None:
    rows = whole.table[whole.table["largest_change_gbp"] > 0]
    figure = tornado(rows, "Tiny", "Note")
    axes = figure.axes[0]
    assert axes.get_yticklabels()[0].get_text().replace("\n", " ") == rows["label"].iloc[0]
    ends = [text.get_text() for text in axes.texts]
    assert any("0.05" in text for text in ends)
    assert len(axes.patches) >= len(rows)
    assert tornado(rows.iloc[:0], "Tiny", "Note").axes


def test_changes_in_pounds_are_signed() -> None:
    assert [signed(value) for value in (0.2, 1234.0, -60_000.0, 2.5e6, float("nan"))] == ["no change", "+£1,234", "-£0.1m", "+£2.5m", "-"]
