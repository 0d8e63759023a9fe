"""The mutation runner changes what it says it changes, and sees whether tests notice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.mutants import ROOT, mutants_of, survives

SOURCE = '''"""Words."""

WORDS = f"{1} and {2}"
LIMIT: int = 3


def far(value: float, strict: bool = True) -> bool:
    """Whether it is far."""
    total = value + 1
    total -= 2
    if not total or total > LIMIT:
        print(total)
        raise ValueError(f"{total + 1} is far")
    return list(zip([1], [2], strict=True)) == [] if value else total in (1, 2)
'''


def test_every_kind_of_change_is_made_once_and_words_are_let_be(tmp_path: Path) -> None:
    path = tmp_path / "far.py"
    path.write_text(SOURCE, encoding="utf-8")
    found = mutants_of(path)
    said = [mutant.what for mutant in found]
    assert len({mutant.source for mutant in found}) == len(found)
    for wanted in (
        "value + 1 with Sub", "total -= 2 left out", "not total without it", "total > LIMIT with GtE", "3 plus one", "print(total) left out",
        "not total or total > LIMIT with the other", "if not total or total > LIMIT turned round", "total in (1, 2) with NotIn",
    ):  # fmt: skip
        assert wanted in said
    assert not any("Words" in what or "is far" in what or what == "True turned round" for what in said)
    assert all(mutant.line for mutant in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_mutant_that_tests_notice_is_told_from_one_that_they_do_not() -> None:
    module = ROOT / "planner" / "demand" / "profiles.py"
    found = {mutant.what: mutant for mutant in mutants_of(module)}
    halved = next(mutant for what, mutant in found.items() if what.startswith("shapes[profile] / "))
    tests = (str(ROOT / "tests" / "demand" / "test_profiles.py"),)
    assert survives(None, tests, 120.0) == "survived"
    assert survives(halved, tests, 120.0) == "noticed"
