"""The summary and the manifest of a run: the verdict first, honest words about the proof, and every table told."""

from __future__ import annotations

import dataclasses
import json

import pandas as pd
import pytest

from planner.check.report import CheckReport, Finding
from planner.report.manifest import build_manifest, manifest_text, solve_part
from planner.report.summary import Story, millions, pounds, rows, summary_text
from planner.results.solution import TABLE_COLUMNS, Solution
from planner.run import RunResult
from planner.solve.outcome import Outcome, StageRecord
from tests import answers

PASSED = CheckReport((), {"placed": 5}, {})


def story(
    run: RunResult, check: CheckReport = PASSED, stages: tuple[StageRecord, ...] = (), broken: float = 0.0, **tables: pd.DataFrame
) -> Story:
    case = run.case
    record = answers.record(*stages) if stages else run.solution.record
    solution = Solution(run.solution.scenario, {**run.solution.tables, **tables}, record)
    cost = float(run.solution.table("ledger")["present_value_gbp"].sum())
    return Story(case.loaded, case.county, case.demand, case.rates, case.programme, solution, check, cost, broken)


def frame(name: str, *values: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(values), columns=list(TABLE_COLUMNS[name]))


def section(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_the_verdict_stands_before_everything_else(tiny_run: RunResult) -> None:
    good = summary_text(story(tiny_run))
    assert good.index("**Check: passed.**") < good.index("## Five numbers")
    bad = CheckReport((Finding("placed", "allocation", "row 3", "two children too many"),), {"placed": 5}, {})
    text = summary_text(story(tiny_run, bad))
    assert "CHECK FAILED: 1 finding. Do not use these results." in text[:400]
    assert "two children too many" in text[:600]
    assert "passed" not in text[: text.index("## Five numbers")]


def test_five_numbers_are_those_of_the_tables(tiny_run: RunResult) -> None:
    waiting = frame("waiting", ("east", "ASD", "primary", "support", "2025/26", 1.5), ("east", "ASD", "primary", "support", "2026/27", 2.5))
    told = story(tiny_run, waiting=waiting)
    numbers = section(summary_text(told), "Five numbers")
    assert numbers.count("\n| ") == 7
    held = told.table("ehcps").groupby("year")["children"].sum()
    assert f"{held['2026/27']:,.0f} in 2026/27, from {held['2024/25']:,.0f} in 2024/25" in numbers
    assert "4.0 child-years over 2 years; most in one year 2.5 children" in numbers
    assert millions(told.cost_gbp) in numbers


def test_what_opens_says_when_how_large_and_who_decided(tiny_run: RunResult) -> None:
    options = frame(
        "options",
        ("open_rc_south", "Open a resource centre", "resource_centre", "rc_south", "2025/26", 1, 1, 4.0, False),
        ("open_rc_south", "Open a resource centre", "resource_centre", "rc_south", "2026/27", 1, 2, 8.0, False),
        ("grow_sp_north", "Grow", "expand_special", "sp_north", "2025/26", 0, 0, 0.0, True),
        ("grow_sp_north", "Grow", "expand_special", "sp_north", "2026/27", 1, 1, 2.0, True),
    )
    opens = section(summary_text(story(tiny_run, options=options)), "What opens")
    assert "| Open a resource centre | Open a resource centre | 2025/26 | 8 | chosen by the model |" in opens
    assert "| Grow | Expand a special school | 2026/27 | 2 | decided |" in opens
    assert "no real school has been chosen" in opens
    assert "Nothing opens" in section(summary_text(story(tiny_run, options=options.assign(open=0))), "What opens")


def test_who_waits_is_listed_with_the_reason_and_the_rest_are_counted(tiny_run: RunResult) -> None:
    many = [("East", "ASD", "primary", f"band {number}", "2025/26", 20.0 - number, "all_full", "3 units, all full") for number in range(15)]
    waits = section(summary_text(story(tiny_run, waiting_reasons=frame("waiting_reasons", *many))), "Who waits, and why")
    assert "| East | ASD | primary | band 0 | 20.0 | 2025/26 to 2025/26 | Every unit in reach is full. 3 units, all full. |" in waits
    assert "band 12" not in waits
    assert "3 smaller groups are in waiting_reasons.csv." in waits
    none = frame("waiting_reasons")
    assert "Nobody waits" in section(summary_text(story(tiny_run, waiting_reasons=none)), "Who waits, and why")


def test_early_help_is_counted_against_what_it_costs(tiny_run: RunResult) -> None:
    ledger = frame(
        "ledger",
        ("high_needs_block", "early_help", "", "contact_base", "cb_east", "", "2025/26", 8.0, "episodes", 3_000.0, 3_000.0),
        ("high_needs_block", "running_cost", "", "contact_base", "cb_east", "open_cb_east", "2025/26", 1.0, "options", 7_000.0, 7_000.0),
        ("high_needs_block", "running_cost", "", "resource_centre", "rc_south", "open_rc", "2025/26", 1.0, "options", 9e9, 9e9),
        ("high_needs_block", "early_help", "", "contact_base", "cb_east", "", "after 2026/27", 0.0, "places", 8e9, 8e9),
    )
    text = summary_text(
        story(
            tiny_run,
            early_help=frame("early_help", ("east", "ASD", "primary", "support", "cb_east", "2025/26", 8.0)),
            avoided=frame("avoided", ("east", "ASD", "primary", "support", "2026/27", 4.0)),
            options=frame("options", ("open_cb_east", "A base", "contact_base", "cb_east", "2025/26", 1, 1, 4.0, False)),
            ledger=ledger,
        )
    )
    said = section(text, "Early help")
    assert "1 contact base gives 8 episodes" in said
    assert "avoid 4 EHCPs" in said
    assert "2.0 episodes and £2,500 of running cost for each" in said


@pytest.mark.parametrize(
    ("stage", "said", "never"),
    [
        (StageRecord("cost", Outcome.PROVEN, 2e6, 2e6, 0.0, 1.0, ""), "Cost: proven to be the best possible", "too dear"),
        (StageRecord("cost", Outcome.PROVEN, 2e6, 1.9e6, 0.05, 1.0, ""), "£0.1m (5.00%) too dear", "proven to be the best"),
        (StageRecord("cost", Outcome.WITHIN_GAP, 2e6, 1.8e6, 0.1, 1.0, ""), "within the gap that was asked for", "proven to be the best"),
        (StageRecord("cost", Outcome.STOPPED_WITH_PLAN, 2e6, 1e6, 0.5, 1.0, "time"), "£1.0m (50.00%) too dear", "proven to be the best"),
        (StageRecord("cost", Outcome.STOPPED_WITH_PLAN, 2e6, None, None, 1.0, "time"), "no bound is known", "too dear"),
        (StageRecord("waiting", Outcome.PROVEN, 10.0, 9.0, 0.1, 1.0, ""), "at least 9.0", "proven to be the best"),
    ],
)
def test_the_proof_is_never_told_better_than_it_is(tiny_run: RunResult, stage: StageRecord, said: str, never: str) -> None:
    proof = section(summary_text(story(tiny_run, stages=(stage,))), "How good this plan is")
    first = proof.strip().splitlines()[0]
    assert said in first
    assert never not in first


def test_the_plan_as_written_is_set_against_the_bound(tiny_run: RunResult) -> None:
    told = story(tiny_run)
    stage = StageRecord("cost", Outcome.PROVEN, told.cost_gbp - 100_000, told.cost_gbp - 200_000, 0.0, 1.0, "")
    proof = section(summary_text(story(tiny_run, stages=(stage,))), "How good this plan is")
    assert f"The plan as written costs {millions(told.cost_gbp)}, £0.2m" in proof
    assert "Of that, £0.1m buys a later aim" in proof


def test_broken_limits_are_said_apart_from_the_cost(tiny_run: RunResult) -> None:
    assert "their price in the search was £3.0m" in summary_text(story(tiny_run, broken=3e6))
    assert "Limits were broken" not in summary_text(story(tiny_run))


def test_published_growth_stands_beside_the_projection_if_the_log_has_it(tiny_run: RunResult) -> None:
    told = story(tiny_run)
    plain = section(summary_text(told), "Is the projection plausible?")
    assert "9.8%" not in plain
    log = told.county.table("assumptions")
    row = log.iloc[[0]].assign(assumption="published_growth", what="EHCPs grew", value="9.8% a year", source="S1")
    sources = told.county.table("sources").iloc[[0]].assign(source="S1", title="A published table")
    county = dataclasses.replace(told.county, tables={**told.county.tables, "assumptions": pd.concat([log, row]), "sources": sources})
    text = section(summary_text(dataclasses.replace(told, county=county)), "Is the projection plausible?")
    assert "EHCPs grew: 9.8% a year (source: A published table)." in text


def test_it_says_that_figures_are_internal_and_which_assumptions_are_least_certain(tiny_run: RunResult) -> None:
    text = summary_text(story(tiny_run))
    assert "INTERNAL: exact figures" in text.splitlines()[0]
    log = tiny_run.case.county.table("assumptions")
    assert all(str(what) in text for what in log.loc[log["quality"] == "red", "what"])


def test_amounts_are_rounded_for_people() -> None:
    assert millions(1_234_567_890) == "£1,234.6m"
    assert millions(-50_000) == "-£0.1m" or millions(-50_000) == "-£0.0m"
    assert pounds(12_345) == "£12,300"
    assert pounds(-12_345) == "-£12,300"
    assert rows(["a"], [["x|y"]])[2] == "| x/y |"


def test_the_manifest_holds_what_a_run_was_made_from_and_what_it_proved(tiny_run: RunResult) -> None:
    data = json.loads((tiny_run.folder / "manifest.json").read_text(encoding="utf-8"))
    assert data["check"]["passed"] is True
    assert data["check"]["findings"] == []
    assert {"scenarios/tiny.yaml", "data/tiny/areas.csv", "data/tiny/rates/prices.yaml"} <= set(data["inputs"])
    assert all(len(digest) == 64 for digest in data["inputs"].values())
    assert {"pandas", "pulp", "highspy"} <= set(data["packages"])
    assert data["scenario"]["county"] == "tiny"
    assert data["origins"]["years"].startswith("tiny.yaml:")
    assert [stage["aim"] for stage in data["solve"]["stages"]] == ["waiting", "cost", "travel"]
    assert data["solve"]["waiting_child_years"] == pytest.approx(tiny_run.solution.table("waiting")["children"].sum())


def test_the_manifest_tells_a_failed_check_and_comes_back_from_json(tiny_run: RunResult) -> None:
    bad = CheckReport((Finding("placed", "allocation", "row 3", "wrong"),), {"placed": 5}, {})
    solve = solve_part(answers.record(), 5.0, 1.0, 2.0)
    data = build_manifest(tiny_run.case.loaded, {"a": "0" * 64}, solve, bad, "2026-01-02T03:04:05+00:00")
    back = json.loads(manifest_text(data))
    assert back["check"]["passed"] is False
    assert back["check"]["findings"] == ["allocation: row 3: wrong (rule placed)"]
    assert back["created"] == "2026-01-02T03:04:05+00:00"
    assert (back["solve"]["cost_gbp"], back["solve"]["broken_limits_gbp"], back["solve"]["outcome"]) == (5.0, 1.0, "proven optimal")
