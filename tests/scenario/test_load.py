"""A scenario is read strictly: each slip is named with its line, all at once, and nothing else happens."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.county.agree import check_names
from planner.county.read import read_county
from planner.errors import InputError
from planner.report.reference import references
from planner.scenario.explain import explain_lines
from planner.scenario.load import load_scenario
from tests.conftest import COUNTIES, ROOT, TINY

HEAD = "title: A test\ncounty: tiny\nyears: 2\n"

SLIPS = [
    ("yeers: 10\n", 4, "Did you mean 'years'?"),
    ("years: 3\n", 4, "stands twice"),
    ("money: {discount_rate: 3.5}\n", 4, "0.035"),
    ("money:\n  discount_rate: 35%\n", 5, "Write 0.35."),
    ("money:\n  discount_rate: 1,200\n", 5, "Write 1200."),
    ("limits:\n  capital_gbp_by_year: {2025/26: £5m}\n", 5, "Write 5000000."),
    ("money:\n  uprating_per_year: {tpo_up: 0.1}\n", 5, "Did you mean 'top_up'?"),
    ("demand:\n  early_help: {profile: liner}\n", 5, "Did you mean 'linear'?"),
    ("demand:\n  early_help: {effect: -0.1}\n", 5, "at least 0"),
    ("demand:\n  early_help: {lag_years: 0}\n", 5, "at least 1"),
    ("demand:\n  early_help: {lag_years: 1.5}\n", 5, "whole number"),
    ("demand:\nearly_help: {effect: 0.1}\n", 5, "not known here"),
    ("options: {committed: yes}\n", 4, "true or false"),
    ("options: {committed: maybe}\n", 4, "neither true nor false"),
    ("options: {offer: resource_centre}\n", 4, "a list"),
    ("options:\n  fixed:\n    open_rc_south: {year: 2026}\n", 6, "text"),
    ("options:\n  fixed:\n    open_rc_south: {yaer: 2025/26}\n", 6, "Did you mean 'year'?"),
    ("options:\n  fixed:\n    open_rc_south: {year: 2036/37}\n", 6, "outside the years planned"),
    ("base_year: 2024-25\n", 4, "not written as it should be"),
    ("solve: {time_limit_seconds: 1:30}\n", 4, "another number"),
    ("solve: {threads: 012}\n", 4, "another number"),
    ("solve: {gap: .inf}\n", 4, "finite"),
    ("travel: {limit: soft}\n", 4, "one of the choices"),
    ("detail: {need_groups: {all: [ASD]}}\n", 4, "in none"),
    ("objective: []\n", 4, "empty"),
    ("objective:\n  - {aim: waiting}\n  - {aim: waiting}\n", 4, "only once"),
    ("description: &a hello\n", 4, "anchors"),
    ("description: !!python/object:os.system x\n", 4, "tag"),
    ("options: {offer: [a, b\n", 4, "not valid YAML"),
    ("\tyears: 2\n", 4, "not valid YAML"),
]


def write(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("slip", "line", "words"), SLIPS, ids=[slip[0].split("\n")[-2].strip() for slip in SLIPS])
def test_a_slip_is_named_with_its_line(slip: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(write(tmp_path, HEAD + slip))
    hits = [problem for problem in caught.value.problems if words in str(problem)]
    assert hits, str(caught.value)
    assert any(abs(problem.line - line) <= 1 for problem in hits), str(caught.value)


def test_all_slips_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario(write(tmp_path, HEAD + "yeers: 1\nmoney: {discount_rate: 7}\nsolve: {threads: 0}\n"))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("parent", ["../other.yaml", "/etc/passwd", "C:/x.yaml", "a\\b.yaml", "missing.yaml", "mine.yaml"])
def test_a_parent_outside_the_folder_or_in_a_circle_is_refused(parent: str, tmp_path: Path) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    write(tmp_path, HEAD, "other.yaml")
    with pytest.raises(InputError, match="extends"):
        load_scenario(write(folder, f"extends: '{parent}'\n" + HEAD))


def test_a_child_says_only_what_differs(tmp_path: Path) -> None:
    write(tmp_path, HEAD + "money: {discount_rate: 0.05, autumn_share: 0.5}\noptions: {fixed: {a: {year: 2025/26}}}\n", "base.yaml")
    loaded = load_scenario(write(tmp_path, "extends: base.yaml\nmoney: {discount_rate: 0.02}\noptions: {fixed: {a: }}\n"))
    assert loaded.scenario.money.discount_rate == 0.02
    assert loaded.scenario.money.autumn_share == 0.5
    assert loaded.scenario.options.fixed == {}
    assert (loaded.origins["money.discount_rate"].file, loaded.origins["money.discount_rate"].line) == ("mine.yaml", 2)
    assert loaded.origins["money.autumn_share"].file == "base.yaml"
    text = "\n".join(explain_lines(loaded))
    assert "money.discount_rate = 0.02  (mine.yaml:2; base.yaml:4 had 0.05)" in text
    assert "solve.gap = 0.002  (default)" in text


def test_names_are_looked_up_in_the_county(tmp_path: Path) -> None:
    text = HEAD + "options:\n  offer: [resource_center]\n  fixed:\n    open_rc_suoth: {year: 2025/26}\nunits:\n  sp_nroth: {places: 3}\n"
    with pytest.raises(InputError) as caught:
        check_names(load_scenario(write(tmp_path, text)), read_county(COUNTIES / "tiny"))
    shown = str(caught.value)
    for line, name in ((5, "resource_centre"), (7, "open_rc_south"), (9, "sp_north")):
        assert f"mine.yaml:{line}:" in shown
        assert f"Did you mean '{name}'?" in shown


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_random_edits_never_end_in_a_traceback(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    text = TINY.read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text) - 1))
    edit = data.draw(st.sampled_from(["delete", "indent", "letter", "colon", "dash"]))
    changed = {
        "delete": text[:at] + text[at + 1 :],
        "indent": text[:at] + " " + text[at:],
        "letter": text[:at] + data.draw(st.characters(codec="utf-8")) + text[at:],
        "colon": text[:at] + ": " + text[at:],
        "dash": text[:at] + "- " + text[at:],
    }[edit]
    path = tmp_path_factory.mktemp("edit") / "mine.yaml"
    path.write_text(changed, encoding="utf-8")
    try:
        load_scenario(path)
    except InputError as error:
        assert all(problem.wrong for problem in error.problems)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_scenarios_load_and_fit_the_county_and_the_schema(path: Path) -> None:
    loaded = load_scenario(path)
    check_names(loaded, read_county(ROOT / "data" / loaded.scenario.county))
    schema = json.loads((ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), schema)
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=schema.json")


def test_the_schema_refuses_an_unknown_key() -> None:
    schema = json.loads((ROOT / "scenarios" / "schema.json").read_text(encoding="utf-8"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"extends": "baseline.yaml", "yeers": 3}, schema)


@pytest.mark.parametrize("name", sorted(references()))
def test_generated_files_are_up_to_date(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == references()[name], "run: planner schema"
