"""The county that ships: it meets the published totals, comes out of the builder as it stands, and hangs together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from planner.county.build.fitting import apportion, fit, round_to_margins, spread
from planner.county.build.inputs import best_match
from planner.county.build.tables import as_text, build_tables, write_tables
from planner.county.read import read_county
from planner.names import PHASES
from planner.rates.lookup import book, find

if TYPE_CHECKING:
    from planner.county.county import County

FOLDER = Path(__file__).parents[2] / "data" / "staffordshire"
EHCPS = 8461


@pytest.fixture(scope="module")
def built() -> dict[str, pd.DataFrame]:
    return build_tables(FOLDER)


@pytest.fixture(scope="module")
def county() -> County:
    return read_county(FOLDER)


@pytest.fixture(scope="module")
def stock(county: County) -> pd.DataFrame:
    kinds = county.table("units").set_index("unit")["provision_type"]
    table = county.table("stock")
    return table.assign(provision_type=table["unit"].map(kinds))


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / "published" / f"{name}.csv", keep_default_na=False)


def test_the_builder_makes_the_tables_that_ship(built: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    write_tables(built, tmp_path)
    for name, table in built.items():
        shipped = pd.read_csv(FOLDER / f"{name}.csv", keep_default_na=False)
        made = pd.read_csv(tmp_path / f"{name}.csv", keep_default_na=False)
        assert list(made.columns) == list(shipped.columns), name
        assert len(made) == len(shipped) == len(table), name
        for column in made.columns:
            if made[column].dtype.kind == "f" and name != "finance":
                assert np.allclose(made[column], shipped[column], atol=2e-4), f"{name}.{column}"
            else:
                assert made[column].tolist() == shipped[column].tolist(), f"{name}.{column}"


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        ("ehcps_by_need_and_phase", ["need", "phase"]),
        ("ehcps_by_provision_and_phase", ["provision_type", "phase"]),
        ("ehcps_by_need_and_provision", ["need", "provision_type"]),
    ],
)
def test_the_stock_meets_every_published_total(stock: pd.DataFrame, table: str, keys: list[str]) -> None:
    wanted = published(table).set_index(keys)["children"].astype(float)
    have = stock.groupby(keys)["children"].sum()
    both = pd.concat([wanted, have], axis=1, keys=["wanted", "have"]).fillna(0.0)
    assert np.abs(both["wanted"] - both["have"]).max() < 1e-6
    assert wanted.sum() == EHCPS


def test_each_cell_of_need_phase_and_provision_is_whole_children(stock: pd.DataFrame) -> None:
    cells = stock.groupby(["need", "phase", "provision_type"])["children"].sum()
    assert np.abs(cells - cells.round()).max() < 1e-6
    assert stock["children"].sum() == pytest.approx(EHCPS, abs=1e-6)


def test_every_area_has_children_in_proportion(stock: pd.DataFrame, county: County) -> None:
    district = county.table("areas").set_index("area")["district"]
    by_district = stock.groupby(stock["area"].map(district))["children"].sum()
    people = county.table("population").groupby(county.table("population")["area"].map(district))["children"].sum()
    assert by_district.between(700, 1500).all()
    assert np.abs(by_district / by_district.sum() - people / people.sum()).max() < 0.02
    assert stock["area"].nunique() == 109


def test_the_county_has_its_areas_and_schools(county: County) -> None:
    areas, units = county.table("areas"), county.table("units")
    assert len(areas) == 109
    assert areas["district"].nunique() == 8
    assert 24 <= areas["planning_area"].nunique() <= 28
    assert areas.groupby("planning_area")["district"].nunique().max() == 1
    real = units[(units["provision_type"] == "state_special") & units["easting_m"].notna() & ~units["illustrative"]]
    assert len(real) == 23
    assert (units["provision_type"] == "mainstream_support").sum() == len(areas)


def test_hosts_of_bases_are_said_to_be_made_up(county: County) -> None:
    units = county.table("units")
    hosts = units[units["unit"].str.match(r"(rc|cb)_.*_(primary|secondary)$") & ~units["unit"].str.contains("existing")]
    assert len(hosts) == 32 + 24
    assert hosts["illustrative"].all()
    assert hosts["unit_name"].str.startswith("Illustrative").all()
    names = county.table("areas")["area_name"]
    assert all(any(name.endswith(area) for area in names) for name in hosts["unit_name"])


def test_state_special_schools_are_about_full(stock: pd.DataFrame, county: County) -> None:
    units = county.table("units").set_index("unit")
    special = stock[stock["provision_type"] == "state_special"].groupby("unit")["children"].sum()
    assert 1.0 <= special.sum() / units.loc[special.index, "places"].sum() <= 1.03
    rolls = pd.read_csv(FOLDER / "assumed" / "state_special_places.csv").set_index("unit")["roll"]
    assert np.abs(special - rolls.reindex(special.index)).max() < 0.5


def test_every_unit_may_be_entered_or_only_opens_with_an_option(county: County, stock: pd.DataFrame) -> None:
    units, may = county.table("units"), county.table("band_provision")
    allowed = set(zip(may["provision_type"], may["phase"], strict=True))
    opened = set(county.table("options")["unit"])
    for unit in units.to_dict("records"):
        phases = PHASES if "*" in unit["phases"] else unit["phases"]
        if unit["provision_type"] == "contact_base":
            assert unit["unit"] in opened
            continue
        assert any((unit["provision_type"], phase) in allowed for phase in phases), unit["unit"]
        if unit["places"] == 0:
            assert unit["unit"] in opened, unit["unit"]
    assert set(stock["unit"]) <= set(units["unit"])


def test_entrants_are_the_published_new_ehcps(county: County) -> None:
    entrants = county.table("entrants")
    new = published("new_ehcps_by_phase").set_index("phase")["new_ehcps"]
    assert new.sum() == 1236
    assert published("new_ehcps_by_need_and_phase")["children"].sum() == 1236
    by_phase = entrants.groupby("phase")["new_ehcps"].sum()
    assert np.abs(by_phase - new.reindex(by_phase.index)).max() < 1e-6
    assert entrants["arrivals"].sum() == pytest.approx(EHCPS - 7490 - 1236 + published("ehcps_ceased_by_phase")["ceased_2024"].sum())
    log = county.table("assumptions").set_index("assumption")["value"]
    assert entrants["arrivals"].sum() == pytest.approx(float(log["arrivals_per_year"]))
    assert (entrants["arrivals"] >= 0).all()


def test_first_placements_in_special_schools_are_near_the_published(county: County) -> None:
    entrants, mix = county.table("entrants"), county.table("band_mix")
    listed = published("new_ehcps_by_phase").set_index("phase")
    for phase in ("primary", "secondary"):
        part = entrants[entrants["phase"] == phase]
        rows = [best_match(mix[mix["band"] == "specialist"], {"need": need, "phase": phase})["share"].iloc[0] for need in part["need"]]
        modelled = float((part["new_ehcps"] * rows).sum() / part["new_ehcps"].sum())
        wanted = float(listed.loc[phase, "share_state_special"] + listed.loc[phase, "share_independent_special"])
        assert modelled == pytest.approx(wanted, abs=0.03)


def test_children_escalate_three_to_four_times_as_often_in_mainstream(county: County) -> None:
    table = county.table("transitions")
    for phase in ("primary", "secondary"):
        for need in ("ASD", "SEMH"):
            child = {"need": need, "phase": phase, "band": "enhanced"}
            mainstream, base = (
                float(best_match(table, {**child, "provision_type": kind})["escalates_per_year"].iloc[-1])
                for kind in ("mainstream_support", "resource_centre")
            )
            assert 3.0 <= mainstream / base <= 4.0


def test_the_base_year_costs_what_was_spent(county: County, stock: pd.DataFrame) -> None:
    prices = book(county.rates)
    lines = ("place_funding", "top_up", "independent_fees", "mainstream_support", "other_placements")
    cost = sum(float((find(prices, line, "child_year", stock) * stock["children"]).sum()) for line in lines)
    units = county.table("units").assign(phase="", need="", band="")
    cost += float(np.nansum(find(prices, "place_funding", "place_year", units) * units["places"]))
    finance = county.table("finance")
    year = finance[finance["financial_year"].astype(str) == "2024/25"].set_index("measure")["value_gbp"]
    spent = float(year["high_needs_block"] + year["in_year_overspend"])
    assert cost + float(year["other_high_needs_spend"]) == pytest.approx(spent, rel=0.01)


def test_every_source_named_is_listed(county: County) -> None:
    listed = set(county.table("sources")["source"])
    for name in ("areas", "units", "entrants", "band_mix", "transitions", "sen_support", "options", "finance", "assumptions"):
        assert set(county.table(name)["source"]) <= listed, name
    assert {rate.source for rate in county.rates} <= listed
    for folder in ("published", "assumed"):
        for path in sorted((FOLDER / folder).glob("*.csv")):
            table = pd.read_csv(path, keep_default_na=False)
            named = table["source"] if "source" in table.columns else []
            assert {text.split(" ")[0] for text in named if text} <= listed, path.name


def test_the_assumptions_log_is_complete(county: County) -> None:
    log = county.table("assumptions")
    assert len(log) >= 25
    assert (log[["what", "value", "owner_role", "effect"]] != "").all().all()


def test_the_assumptions_log_says_what_the_tables_hold(county: County) -> None:
    log = county.table("assumptions").set_index("assumption")["value"]
    table = county.table("transitions")
    for name, kind, band in (
        ("escalation_mainstream", "mainstream_support", "enhanced"),
        ("escalation_resource_centre", "resource_centre", "enhanced"),
        ("escalation_waiting", "waiting", "enhanced"),
        ("escalation_support", "mainstream_support", "support"),
    ):
        row = best_match(table, {"need": "ASD", "phase": "primary", "band": band, "provision_type": kind})
        assert float(log[name]) == pytest.approx(float(row["escalates_per_year"].iloc[-1])), name
    prices = book(county.rates)
    share = prices[(prices["per"] == "journey_share_carried") & (prices["provision_type"] == "state_special")]["value_gbp"]
    assert float(log["transport_share_carried"]) == pytest.approx(float(share.iloc[0]))
    options = county.table("options")
    bases = options[(options["kind"] == "resource_centre") & options["illustrative"]]
    assert set(bases["capital_gbp_per_place"]) == {float(log["base_capital"])}
    assert set(bases["block_places"]) == {float(log["base_block"])}


def test_fitting_meets_margins_that_agree() -> None:
    seed = np.ones((2, 3))
    rows, columns = np.array([4.0, 6.0]), np.array([5.0, 3.0, 2.0])
    table = fit(seed, [((0,), rows), ((1,), columns)])
    assert np.allclose(table.sum(axis=1), rows)
    assert np.allclose(table.sum(axis=0), columns)
    assert table[0, 0] == pytest.approx(2.0)


def test_rounding_keeps_every_two_way_total() -> None:
    table = np.full((2, 2, 2), 1.5)
    whole = round_to_margins(table)
    assert set(np.unique(whole)) <= {1, 2}
    for axis in range(3):
        assert (whole.sum(axis=axis) == 3).all()


def test_apportioning_keeps_the_total_and_the_order_of_ties() -> None:
    assert apportion(np.array([1.0, 1.0, 1.0]), 4).tolist() == [2, 1, 1]
    assert apportion(np.zeros(3), 0).tolist() == [0, 0, 0]
    assert spread(np.array([1.0, 2.0]), 1.0, 2).tolist() == [0.33, 0.67]


def test_the_best_match_names_the_most_keys() -> None:
    table = pd.DataFrame({"need": ["*", "ASD"], "phase": ["primary", "primary"], "share": [0.1, 0.2]})
    assert best_match(table, {"need": "ASD", "phase": "primary"})["share"].tolist() == [0.2]
    with pytest.raises(KeyError):
        best_match(table, {"need": "ASD", "phase": "secondary"})


def test_tables_are_written_plainly() -> None:
    assert as_text(pd.DataFrame({"places": [8.0, np.nan, 0.25]})) == 'places\n8\n""\n0.25\n'
