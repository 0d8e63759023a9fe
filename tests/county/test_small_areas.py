"""A county planned by small areas: children are shared out to the last one, provision stays where it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.case import Case
from planner.county.detail import at_detail
from planner.county.read import read_county
from planner.county.small import child_shares
from planner.errors import InputError
from planner.run import build, prepare
from planner.scenario.load import load_scenario
from planner.solve.run import solve
from tests.conftest import COUNTIES, ROOT, TINY

HEADER = "small_area,small_area_name,area,easting_m,northing_m,rural_urban,aged_0_4,aged_5_10,aged_11_15,aged_16_25,source"
HERE = (
    "e_one,East one,east,404000,320000,urban,50,60,150,200,assumption",
    "e_two,East two,east,404000,320000,urban,150,180,50,200,assumption",
    "n_one,North one,north,400000,328000,rural,{north},assumption",
    "s_one,South one,south,400000,320000,urban,{south},assumption",
)


def rows() -> list[str]:
    population = pd.read_csv(COUNTIES / "tiny" / "population.csv")
    ages = ((0, 4), (5, 10), (11, 15), (16, 25))
    children = {
        area: ",".join(f"{part.loc[part['age'].between(*span), 'children'].sum():g}" for span in ages)
        for area, part in population.groupby("area")
    }
    return [row.format(**children) for row in HERE]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(COUNTIES / "tiny", tmp_path / "data" / "tiny")
    (tmp_path / "scenarios").mkdir()
    text = TINY.read_text(encoding="utf-8")
    for level in ("area", "small_area"):
        (tmp_path / "scenarios" / f"{level}.yaml").write_text(text.replace("areas: area", f"areas: {level}"), encoding="utf-8")
    write(tmp_path, rows())
    return tmp_path


def write(root: Path, lines: list[str]) -> None:
    (root / "data" / "tiny" / "small_areas.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")


def case(root: Path, level: str = "small_area") -> Case:
    return prepare(root / "scenarios" / f"{level}.yaml", root / "data", lambda text: None)


def test_children_are_shared_by_the_children_of_the_phase(root: Path) -> None:
    county = case(root).county
    stock = county.table("stock").set_index(["area", "need", "phase"])["children"]
    assert stock["e_one", "ASD", "primary"] == pytest.approx(6 * 60 / 240)
    assert stock["e_two", "ASD", "primary"] == pytest.approx(6 * 180 / 240)
    assert stock["e_one", "ASD", "secondary"] == pytest.approx(2 * 150 / 200)
    assert stock["n_one", "SEMH", "primary"] == 2.0
    population = county.table("population").set_index(["area", "age"])["children"]
    assert population["e_one", 3] == pytest.approx(40 * 50 / 200)
    assert population["e_two", 12] == pytest.approx(40 * 50 / 200)


def test_no_child_is_lost_and_new_ehcps_stay_the_same(root: Path) -> None:
    fine, whole = case(root), case(root, "area")
    for table in ("stock", "population"):
        assert fine.county.table(table)["children"].sum() == pytest.approx(whole.county.table(table)["children"].sum(), rel=1e-12)
    keys = ["need", "phase", "band"]
    for name in ("new", "arrivals", "at_risk", "avoidable"):
        added = [
            pd.DataFrame(getattr(item.demand, name)).groupby([item.demand.cohorts[key] for key in keys]).sum() for item in (fine, whole)
        ]
        assert np.allclose(*added, rtol=1e-12)


def test_an_own_area_unit_serves_every_small_area_of_its_area_and_no_other(root: Path) -> None:
    found = case(root)
    units = found.arcs.units
    assert set(units.loc[units["unit"] == "ms_east", "area"]) <= {"e_one", "e_two"}
    homes = found.demand.cohorts["area"].to_numpy()[found.arcs.cohort]
    names = units["unit"].to_numpy()[found.arcs.unit]
    for unit, areas in {"ms_east": {"e_one", "e_two"}, "ms_north": {"n_one"}, "ms_south": {"s_one"}}.items():
        assert set(homes[names == unit]) == areas


def test_small_areas_at_the_same_spot_cost_what_the_area_costs(root: Path) -> None:
    values = []
    for level in ("area", "small_area"):
        prepared = case(root, level)
        stage = solve(build(prepared).program, prepared.loaded.scenario).record.stage("cost")
        assert stage is not None and stage.value is not None
        values.append(stage.value)
    assert values[0] == pytest.approx(values[1], rel=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("e_two,East two,east", "e_two,East two,eats", "Did you mean 'east'?"),
        ("150,180,50,200", "150,181,50,200", "add to 241"),
        ("e_two", "e_one", "stands twice"),
        ("50,60,150,200", "50,-60,150,200", "too small"),
    ],
)
def test_a_fault_is_named(root: Path, old: str, new: str, words: str) -> None:
    write(root, [row.replace(old, new) for row in rows()])
    with pytest.raises(InputError, match=r"small_areas\.csv") as caught:
        read_county(root / "data" / "tiny")
    assert words in str(caught.value)


def test_an_area_without_small_areas_is_named(root: Path) -> None:
    write(root, rows()[:3])
    with pytest.raises(InputError, match=r"area south: no small area lies in this area"):
        read_county(root / "data" / "tiny")


def test_a_county_without_the_table_says_so(root: Path) -> None:
    (root / "data" / "tiny" / "small_areas.csv").unlink()
    with pytest.raises(InputError, match="no table of small areas") as caught:
        case(root)
    assert caught.value.problems[0].line > 0


def test_shares_where_there_are_no_children_of_a_phase() -> None:
    columns = ["aged_0_4", "aged_5_10", "aged_11_15", "aged_16_25"]
    small = pd.DataFrame([(3, 1, 0, 0), (1, 3, 0, 4), (0, 0, 0, 0), (0, 0, 0, 0)], columns=columns).assign(area=["a", "a", "b", "b"])
    shares = child_shares(small)
    assert shares[:2].T.tolist() == [[0.75, 0.25], [0.25, 0.75], [4 / 12, 8 / 12], [0.0, 1.0]]
    assert (shares[2:] == 0.5).all()


def test_the_county_that_ships_has_528_small_areas(tmp_path: Path) -> None:
    county = read_county(ROOT / "data" / "staffordshire")
    small = county.table("small_areas")
    assert len(small) == 528
    assert set(small["area"]) == set(county.table("areas")["area"])
    path = tmp_path / "fine.yaml"
    text = (ROOT / "scenarios" / "baseline.yaml").read_text(encoding="utf-8")
    path.write_text(text.replace("areas: planning_area", "areas: small_area"), encoding="utf-8")
    fine = at_detail(county, load_scenario(path).scenario)
    assert fine.table("areas")["area"].tolist() == small.sort_values(["area", "small_area"])["small_area"].tolist()
    parent = dict(zip(small["small_area"], small["area"], strict=True))
    for table in ("stock", "population"):
        wanted = county.table(table).groupby("area")["children"].sum()
        have = fine.table(table)["children"].groupby(fine.table(table)["area"].map(parent)).sum()
        assert np.allclose(have.reindex(wanted.index), wanted, rtol=1e-12)
    district = county.table("areas").set_index("area")["district"]
    assert fine.table("areas")["district"].tolist() == fine.table("areas")["area"].map(parent).map(district).tolist()
