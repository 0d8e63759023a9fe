"""Two hundred kinds of doctored answer, and more, none of which passes; and how little the check lets pass of a right one."""

from __future__ import annotations

import sys

import pytest

from tests.check.doctors import kinds
from tests.check.rich import Written, answer


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return answer(tmp_path_factory.mktemp("rich"))


def test_the_right_answer_passes_and_little_would_have_been_let_pass(written: Written) -> None:
    report = written.check(written.tables, written.cost, written.broken)
    assert report.passed, report.findings
    # Placements in the shape of the management plan are whole numbers, so that waiting may be up to one child from the exact figure.
    exact = {rule: value for rule, value in report.worst.items() if rule != "placements"}
    in_pounds = ("ledger", "two_clocks", "appraisal", "financial_year", "dsg", "broken", "capital", "high_needs_limit", "slack")
    worst = {kind: max(value for rule, value in exact.items() if rule.startswith(in_pounds) == kind) for kind in (True, False)}
    assert worst[True] <= 0.01
    assert worst[False] <= 1e-6
    for name in ("waiting", "early_help", "avoided", "slacks", "occupancy_phase"):
        assert len(written.tables[name]), f"the answer has nothing in {name}, so doctoring it would prove nothing"
    assert set(written.tables["slacks"]["limit"]) >= {"over_capacity", "over_capital", "over_high_needs", "over_travel_limit"}


def test_every_kind_of_doctored_answer_is_refused(
    written: Written, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    every = kinds(written)
    tried, passed = 0, []
    for name, doctor in every.items():
        doctored = doctor(written)
        if doctored is None:
            continue
        tried += 1
        if written.check(doctored.tables, doctored.cost, doctored.broken).passed:
            passed.append(name)
            if request.config.getoption("maxfail") == 1:
                break
    with capsys.disabled():
        sys.stdout.write(f"\n{tried - len(passed)} of {tried} kinds of doctored answer refused ({len(every) - tried} did not apply)\n")
    assert passed == []
    assert tried >= 200
