"""Contradictions that a planner can write: each is named with its line, both numbers and a way out, before anything is solved."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from planner.advice.contradictions import contradictions, possible
from planner.advice.facts import Facts
from planner.case import Case
from planner.cli import main
from planner.county.agree import check_names
from planner.county.county import County
from planner.county.detail import at_detail
from planner.county.programme import build_programme
from planner.county.read import read_county
from planner.demand.project import project
from planner.errors import InputError
from planner.network.build import build_arcs
from planner.rates.build import build_rates
from planner.run import all_tables, build
from planner.scenario.load import load_scenario
from planner.solve.run import solve
from tests.strategies import merged

COUNTIES = Path(__file__).resolve().parent.parent / "counties"
TINY = yaml.safe_load((COUNTIES.parent / "scenarios" / "tiny.yaml").read_text(encoding="utf-8"))
Tables = dict[str, pd.DataFrame]
Change = Callable[[Tables], None]


@cache
def tiny() -> County:
    return read_county(COUNTIES / "tiny")


def facts(folder: Path, keys: dict[str, Any], change: Change | None = None) -> Facts:
    """The tiny county and scenario with some keys and tables changed, worked out as a run does."""
    path = folder / "asked.yaml"
    path.write_text(yaml.safe_dump(merged(TINY, keys), sort_keys=False), encoding="utf-8")
    loaded = load_scenario(path)
    tables = {name: frame.copy() for name, frame in tiny().tables.items()}
    if change is not None:
        change(tables)
    whole = dataclasses.replace(tiny(), tables=tables)
    check_names(loaded, whole)
    county = at_detail(whole, loaded.scenario)
    demand = project(loaded.scenario, county)
    arcs = build_arcs(loaded.scenario, county, demand)
    programme = build_programme(loaded.scenario, county)
    return Facts(loaded, county, demand, arcs, programme, build_rates(loaded.scenario, county, demand, arcs, programme))


def options(**changes: dict[str, Any]) -> Change:
    """Cells of the options table, by option."""

    def change(tables: Tables) -> None:
        frame = tables["options"].set_index("option", drop=False)
        for name, cells in changes.items():
            for column, value in cells.items():
                frame.loc[name, column] = value
        tables["options"] = frame.reset_index(drop=True)

    return change


def closing(tables: Tables) -> None:
    """An option that closes the special school, which alone takes primary age in the specialist band."""
    row = {
        **tables["options"].iloc[0].to_dict(),
        "option": "close_sp",
        "kind": "close_unit",
        "unit": "sp_north",
        "least_blocks": 0,
        "most_blocks": 0,
    }
    tables["options"] = pd.concat([tables["options"], pd.DataFrame([row])], ignore_index=True)
    units = tables["units"].set_index("unit", drop=False)
    units.at["ind_south", "phases"] = ("secondary",)
    tables["units"] = units.reset_index(drop=True)


def no_enhanced_secondary(tables: Tables) -> None:
    frame = tables["band_provision"]
    tables["band_provision"] = frame[~((frame["band"] == "enhanced") & (frame["phase"] == "secondary"))].reset_index(drop=True)


def no_secondary_in_special(tables: Tables) -> None:
    units = tables["units"].set_index("unit", drop=False)
    for name in ("sp_north", "ind_south"):
        units.at[name, "phases"] = ("primary",)
    tables["units"] = units.reset_index(drop=True)


def empty_special(tables: Tables) -> None:
    tables["units"]["places"] = tables["units"]["places"].where(~tables["units"]["unit"].isin(["sp_north", "ind_south"]), 0.0)
    tables["stock"] = tables["stock"][~tables["stock"]["unit"].isin(["sp_north", "ind_south"])].reset_index(drop=True)


def fixed(**years: str) -> dict[str, Any]:
    return {name: {"year": year} for name, year in years.items()}


RC, CB, SP = "open_rc_south", "open_cb_east", "grow_sp_north"
COST_ONLY = [{"aim": "cost"}]

CASES: dict[str, tuple[dict[str, Any], Change | None, str, bool, str, tuple[str, ...]]] = {
    "two fixed options exclude each other": (
        {"options": {"offer": [], "fixed": fixed(open_rc_south="2025/26", open_cb_east="2026/27")}},
        options(open_rc_south={"exclusive_group": "site"}, open_cb_east={"exclusive_group": "site"}),
        "exclusive_decided", True, f"options.fixed.{CB}", ("'open_cb_east' (2026/27, £9,000)", "'open_rc_south' (2025/26, £32,000)", "at most 1", "'open_cb_east'."),
    ),
    "a fixed option needs another that is not in play": (
        {"options": {"offer": [], "fixed": fixed(open_rc_south="2025/26")}},
        options(open_rc_south={"requires": SP}),
        "needs_missing", True, f"options.fixed.{RC}", ("2025/26", "neither fixed nor committed nor offered", "'grow_sp_north' in options.fixed"),
    ),
    "a fixed option needs another that opens later": (
        {"options": {"offer": [], "fixed": fixed(open_rc_south="2025/26", grow_sp_north="2026/27")}},
        options(open_rc_south={"requires": SP}),
        "needs_later", True, f"options.fixed.{RC}", ("opens in 2025/26", "opens in 2026/27", "to 2026/27 or later"),
    ),
    "a fixed option needs another that can open only later": (
        {"options": {"offer": [SP], "fixed": fixed(open_rc_south="2025/26")}},
        options(open_rc_south={"requires": SP}),
        "needs_later", True, f"options.fixed.{RC}", ("opens in 2025/26", "can open in 2026/27 at the earliest"),
    ),
    "a fixed option needs another that is only offered": (
        {"options": {"offer": [SP], "fixed": fixed(open_rc_south="2026/27")}},
        options(open_rc_south={"requires": SP}),
        "needs_only_offered", False, f"options.fixed.{RC}", ("decided for 2026/27", "only offered"),
    ),
    "an offered option needs another that is not in play": (
        {"options": {"offer": [RC]}},
        options(open_rc_south={"requires": SP}),
        "offered_needs_missing", False, "options.offer.0", ("can never open", "Add 'grow_sp_north'"),
    ),
    "a fixed option is put off beyond the last year": (
        {"options": {"offer": [], "fixed": fixed(open_rc_south="2026/27"), "change": {RC: {"delay_years": 2}}}},
        None,
        "opens_after_the_end", False, f"options.fixed.{RC}", ("2028/29", "2026/27", "Plan 4 years instead of 2"),
    ),
    "an offered option cannot open by the last year": (
        {"options": {"offer": [SP], "change": {SP: {"delay_years": 1}}}},
        None,
        "opens_after_the_end", False, "options.offer.0", ("2027/28 at the earliest", "2026/27", "Plan 3 years instead of 2"),
    ),
    "a fixed size above the largest that a change allows": (
        {"options": {"offer": [], "fixed": {RC: {"year": "2025/26", "blocks": 2}}, "change": {RC: {"most_blocks": 1}}}},
        None,
        "decided_above_most", True, f"options.change.{RC}.most_blocks", ("2 blocks", "at most 1"),
    ),
    "a largest size below the smallest": (
        {"options": {"offer": [RC], "change": {RC: {"most_blocks": 0}}}},
        None,
        "no_size_left", False, f"options.change.{RC}.most_blocks", ("at most 0 blocks", "smallest size is 1"),
    ),
    "fixed for a year before work could be done": (
        {"options": {"offer": [], "fixed": fixed(grow_sp_north="2025/26")}},
        None,
        "fixed_before_work", False, f"options.fixed.{SP}.year", ("opens in 2025/26", "takes 1 year", "Write 2026/27"),
    ),
    "no opening is allowed though options are offered": (
        {"options": {"most_openings_per_year": 0}},
        None,
        "none_may_open", False, "options.most_openings_per_year", ("3 options are offered", "0 may open"),
    ),
    "offered and fixed at once": (
        {"options": {"offer": [RC], "fixed": fixed(open_rc_south="2025/26")}},
        None,
        "offered_and_fixed", False, "options.offer.0", ("fixed for 2025/26",),
    ),
    "a change to an option that is not in play": (
        {"options": {"offer": [RC], "change": {SP: {"capital_factor": 2.0}}}},
        None,
        "change_of_nothing", False, f"options.change.{SP}", ("no such option is offered",),
    ),
    "a school that is to close and to grow": (
        {"options": {"offer": [], "fixed": fixed(close_sp="2025/26", grow_sp_north="2026/27")}},
        closing,
        "close_and_grow", False, "options.fixed.close_sp", ("from 2025/26", "2 places to it in 2026/27", "saves £50,000"),
    ),
    "a capital limit below what decided schemes cost": (
        {"options": {"offer": [], "fixed": fixed(open_rc_south="2025/26")}, "limits": {"capital_gbp_by_year": {"2025/26": 20_000.0}}},
        None,
        "capital_limit_below_decided", False, "limits.capital_gbp_by_year.2025/26", ("£20,000", "£32,000 in that year", "Write 32000 or more"),
    ),
    "a high needs limit below what the children already placed cost": (
        {"options": {"offer": []}, "limits": {"high_needs_gbp_by_year": {"2026/27": 10_000.0}}},
        None,
        "high_needs_limit_below_placed", False, "limits.high_needs_gbp_by_year.2026/27", ("£10,000", "already placed"),
    ),
    "waiting is no aim and costs nothing": (
        {"objective": COST_ONLY, "money": {"price_factor": {"interim_tuition": 0.0}}},
        None,
        "waiting_is_cheapest", False, "objective", ("£0 against £", "Write waiting as the first aim"),
    ),
    "a place over the limit is cheaper than waiting": (
        {"objective": COST_ONLY, "money": {"slack_prices": {"over_capacity_gbp_per_child_year": 100.0}}},
        None,
        "overfilling_is_cheaper", False, "money.slack_prices.over_capacity_gbp_per_child_year", ("costs £100", "or more"),
    ),
    "a price is changed that the county does not have": (
        {"money": {"uprating_per_year": {"other_placements": 0.05}}},
        None,
        "price_of_nothing", False, "money.uprating_per_year.other_placements", ("0.05", "no price"),
    ),
    "a travel limit whose price is nothing": (
        {"travel": {"limit": "priced", "over_limit_gbp_per_minute_year": 0.0}},
        None,
        "limit_without_price", False, "travel.over_limit_gbp_per_minute_year", ("£0 a minute", "30 minutes"),
    ),
    "a travel limit so short that a group reaches no unit": (
        {"travel": {"limit_minutes": {"primary": 5.0}}},
        None,
        "none_within_travel_limit", False, "travel.limit_minutes.primary", ("within 5 minutes", "minutes away", "Write "),
    ),
    "a band that no provision type may meet in a phase": (
        {}, no_enhanced_secondary, "no_provision_for_band", False, "county", ("secondary, band 'enhanced'", "band_provision.csv"),
    ),
    "a phase that no unit of the right kind takes": (
        {}, no_secondary_in_special, "no_unit_takes_them", False, "county", ("secondary, band 'specialist'", "state_special"),
    ),
    "only units that never have a place": (
        {"options": {"offer": [RC]}}, empty_special, "only_units_without_places", False, "options.offer", ("ind_south, sp_north",),
    ),
    "closing the only school for a group": (
        {"options": {"offer": [], "fixed": fixed(close_sp="2025/26")}},
        closing,
        "closing_leaves_none", False, "options.fixed.close_sp", ("'sp_north' from 2025/26", "primary"),
    ),
    "places set below the children already there": (
        {"units": {"sp_north": {"places": 2.0}}},
        None,
        "places_below_children", False, "units.sp_north.places", ("2 places", "of the 5 children"),
    ),
    "a least occupancy of more children than there are": (
        {"options": {"offer": [], "fixed": fixed(open_rc_south="2025/26")}},
        options(open_rc_south={"block_places": 400.0}),
        "least_occupancy_out_of_reach", False, f"options.fixed.{RC}", ("400 places", "50%", "200 children", "Leave 'open_rc_south' out"),
    ),
    "nothing is offered though all is full": (
        {"options": {"offer": []}, "units": {"sp_north": {"places": 5.0}, "ind_south": {"places": 2.0}}},
        None,
        "full_and_nothing_offered", False, "options.offer", ("places are free there", "wait"),
    ),
    "early help for no band": (
        {"demand": {"early_help": {"bands": []}}},
        None,
        "early_help_reaches_no_band", False, "demand.early_help.bands", ("no band", "0 children", "support"),
    ),
    "early help whose effect comes after the last year": (
        {"demand": {"early_help": {"lag_years": 3}}},
        None,
        "early_help_too_late", False, "demand.early_help.lag_years", ("3 years after", "2 years planned", "Write 1 or fewer"),
    ),
}  # fmt: skip
"""What the planner wrote, tables changed, the contradiction's name, whether it is impossible, its key and what its words hold."""


def test_there_are_at_least_twenty_kinds() -> None:
    assert len({kind for _, _, kind, _, _, _ in CASES.values()}) >= 20


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_contradiction_is_named(name: str, tmp_path: Path) -> None:
    keys, change, kind, impossible, key, words = CASES[name]
    asked = facts(tmp_path, keys, change)
    found = [advice for advice in contradictions(asked) if advice.kind == kind]
    assert len(found) == 1, f"found {[advice.kind for advice in contradictions(asked)]}"
    advice = found[0]
    assert (advice.impossible, advice.key) == (impossible, key)
    said = str(advice.problem(asked.loaded))
    for word in words:
        assert word in said
    line = advice.problem(asked.loaded).line
    assert key.rpartition(".")[2].split(".")[0] in asked.loaded.path.read_text(encoding="utf-8").splitlines()[line - 1] or key[-1].isdigit()
    if impossible:
        with pytest.raises(InputError, match=r"asked\.yaml"):
            possible(asked)
    else:
        assert advice in possible(asked) or any(other.impossible for other in contradictions(asked))


def test_a_scenario_without_contradictions_has_none(tmp_path: Path) -> None:
    assert contradictions(facts(tmp_path, {})) == ()


SCHEMA = {
    "a spike outside the years": (
        {"demand": {"spike": {"first_year": "2029/30", "last_year": "2030/31", "factor": 1.5}}},
        ("demand.spike", "2025/26 to 2026/27"),
    ),
    "a limit outside the years": ({"limits": {"capital_gbp_by_year": {"2031/32": 1.0}}}, ("2031/32", "2024/25 to 2026/27")),
    "fixed outside the years": ({"options": {"fixed": fixed(open_rc_south="2031/32")}}, ("2031/32", "2025/26 to 2026/27")),
    "growth that levels off before it begins": ({"demand": {"new_ehcps": {"until": "2020/21"}}}, ("2020/21", "2025/26")),
    "more blocks than there may be": ({"options": {"fixed": {RC: {"year": "2025/26", "blocks": 9}}}}, ("9 blocks", "1 to 2 blocks")),
    "the same aim twice": ({"objective": [{"aim": "cost"}, {"aim": "cost"}]}, ("only once",)),
}


@pytest.mark.parametrize("name", sorted(SCHEMA))
def test_years_and_sizes_that_cannot_be_are_refused_when_read(name: str, tmp_path: Path) -> None:
    keys, words = SCHEMA[name]
    with pytest.raises(InputError) as caught:
        facts(tmp_path, keys)
    for word in words:
        assert word in str(caught.value)


def solved(asked: Facts) -> dict[str, pd.DataFrame]:
    case = Case(asked.loaded, asked.county, asked.demand, asked.arcs, asked.programme, asked.rates)
    model = build(case)
    answer = solve(model.program, asked.scenario, want_duals=False)
    assert answer.values is not None
    return all_tables(case, model, answer, answer.values).tables


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("a capital limit below what decided schemes cost", "over_capital"),
        ("a high needs limit below what the children already placed cost", "over_high_needs"),
        ("places set below the children already there", "over_capacity"),
        ("a least occupancy of more children than there are", "under_occupancy"),
    ],
)
def test_what_is_said_to_break_a_limit_breaks_it_by_as_much(name: str, limit: str, tmp_path: Path) -> None:
    keys, change, kind, _, _, _ = CASES[name]
    asked = facts(tmp_path, keys, change)
    slacks = solved(asked)["slacks"]
    broken = slacks[slacks["limit"] == limit]
    assert len(broken)
    if limit == "over_capital":
        assert float(broken["amount"].sum()) == pytest.approx(12_000.0)
    assert any(advice.kind == kind for advice in contradictions(asked))


@pytest.mark.parametrize(
    "name",
    [
        "a travel limit so short that a group reaches no unit", "a band that no provision type may meet in a phase",
        "only units that never have a place", "closing the only school for a group", "nothing is offered though all is full",
    ],
)  # fmt: skip
def test_who_is_said_to_wait_waits(name: str, tmp_path: Path) -> None:
    keys, change, _, _, _, _ = CASES[name]
    plain = float(solved(facts(tmp_path, {"options": keys.get("options", {})}))["waiting"]["children"].sum()) if change is None else 0.0
    waits = float(solved(facts(tmp_path, keys, change))["waiting"]["children"].sum())
    assert waits > plain + 0.05


def test_a_limit_just_above_what_is_settled_can_be_kept(tmp_path: Path) -> None:
    keys, change, *_ = CASES["a capital limit below what decided schemes cost"]
    enough = merged(keys, {"limits": {"capital_gbp_by_year": {"2025/26": 32_000.0}}})
    assert contradictions(facts(tmp_path, enough, change)) == ()
    assert not (solved(facts(tmp_path, enough, change))["slacks"]["limit"] == "over_capital").any()


def test_validate_tells_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "scenarios"
    folder.mkdir()
    for name, keys in {
        "bad": {"options": {"fixed": {RC: {"year": "2025/26", "blocks": 2}}, "offer": [], "change": {RC: {"most_blocks": 1}}}},
        "odd": {"options": {"most_openings_per_year": 0}},
    }.items():
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(merged(TINY, keys)), encoding="utf-8")
    assert main(["validate", str(folder / "odd.yaml"), "--data", str(COUNTIES)]) == 0
    said = capsys.readouterr()
    assert "ok" in said.out
    assert "note: odd.yaml:" in said.err
    assert "0 may open in a year" in said.err
    assert main(["validate", str(folder / "bad.yaml"), "--data", str(COUNTIES)]) == 2
    assert "allows at most 1" in capsys.readouterr().err
