"""The editor: every setting explains itself, and a fault is underlined while it is typed."""

from __future__ import annotations

import re

import jsonschema
import pytest
import yaml

from benchmarks import editor
from planner.scenario.schema import Scenario

WHOLE = editor.whole_schema()
SETTINGS = editor.settings(WHOLE)
SIZE = re.compile(
    r"share|year|month|minutes|pounds|pound|children|child|places|blocks|km|names?\b|file|multiplied|factor|rounded|counts?\b|seed|threads|"
    r"percentage|seconds|at most|times|title|sentence|over straight-line|price|own unit|\bfor\b.*\bby\b",
    re.IGNORECASE,
)
"""What says in which unit or how large a value is."""


@pytest.mark.parametrize("one", SETTINGS, ids=lambda one: ".".join(one.keys))
def test_every_setting_says_what_it_means_how_large_it_may_be_and_what_counts_without_it(one: editor.Setting) -> None:
    text = str(one.schema.get("description", ""))
    assert len(text) > 15 and text.endswith((".", "?"))
    if one.group:
        return
    bounded = {"enum", "minimum", "maximum", "exclusiveMinimum", "pattern", "minLength", "minItems"} & set(one.schema)
    assert one.schema.get("type") == "boolean" or bounded or SIZE.search(text), "neither its unit nor its range is said"
    if one.schema.get("type") in ("number", "integer"):
        assert SIZE.search(text), "its unit is not said"
    parent = WHOLE
    for key in one.keys[:-1]:
        parent = editor._plain(parent.get("properties", {}).get(key, {}), WHOLE) if key not in ("NAME", "0") else _inside(parent)
    required = one.keys[-1] in parent.get("required", ()) or one.keys in (("title",), ("county",), ("extends",))
    assert required or "default" in one.schema or re.search(r"default|none|not named|in place of", text, re.IGNORECASE), (
        "what counts without it is not said"
    )


def _inside(schema: dict[str, object]) -> dict[str, object]:
    part = schema.get("additionalProperties") or schema.get("items")
    return editor._plain(part, WHOLE)  # type: ignore[arg-type]


def test_the_walk_finds_every_setting_of_the_scenario() -> None:
    tops = {one.keys[0] for one in SETTINGS}
    assert tops == {*Scenario.model_fields, "extends"}
    names = {".".join(one.keys) for one in SETTINGS}
    assert {"demand.early_help.effect", "options.fixed.NAME.year", "objective.0.tolerance", "demand.spike.factor"} <= names


def test_every_fault_that_the_schema_can_express_is_one_to_a_plain_validator() -> None:
    validator = jsonschema.Draft202012Validator(WHOLE)
    for fault in editor.faults(WHOLE):
        assert list(validator.iter_errors(yaml.safe_load(fault.text))), f"{fault.kind}: {fault.where}"
    for one in SETTINGS:
        if one.schema.get("type") in ("number", "boolean") and not {"spike", "NAME"} & set(one.keys):
            data = yaml.safe_load(editor._head(one.keys) + editor.written(one.keys, editor.example(one)))
            assert not [error for error in validator.iter_errors(data) if "required" not in error.message], one.keys
    assert not list(validator.iter_errors({"extends": "baseline.yaml"}))


def test_the_editor_underlines_faults_and_explains_settings() -> None:
    words = editor.command()
    if words is None:
        pytest.skip("Node with yaml-language-server is not here; benchmarks/editor.py says how to get it")
    counts, missed, asked, silent = editor.measure(words, most=25)
    assert not missed and not silent
    assert asked == 25 and sum(of for _, of in counts.values()) == 28
