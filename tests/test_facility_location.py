"""A capacitated facility-location problem from the literature, written as a county and solved by the ordinary command.

Customers are areas, facilities are options with a fixed cost and a size, journeys come from a matrix, and there is one year. Worked
by hand: four customers of 4, 3, 2 and 5 children, three facilities.

Fixed costs are 1,000, 1,500 and 900 pounds; capacities 8, 14 and 6 children. Serving a child costs 100 pounds a kilometre, and the
kilometres are::

              east  north  south  west
    f_one       1      2      6     9
    f_two       4      3      2     1
    f_three     2      5      1     7

- f_two alone: 1,500 + 100 (4x4 + 3x3 + 2x2 + 5x1) = 1,500 + 3,400 = 4,900.
- f_one and f_two: 2,500 + 100 (4x1 + 3x2 + 2x2 + 5x1) = 2,500 + 1,900 = 4,400: the least.
- f_two and f_three: 2,400 + 100 (4x2 + 3x3 + 2x1 + 5x1) = 2,400 + 2,400 = 4,800.
- all three: 3,400 + 100 (4x1 + 3x2 + 2x1 + 5x1) = 3,400 + 1,700 = 5,100.
- f_one and f_three: 1,900 + 100 (4x1 + 3x2 + ... + 5x7 ...): west alone makes it dearer, and the places do not suffice.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from planner.cli import main
from planner.run import run_scenario
from tests.conftest import COUNTIES

DEMAND = {"east": 4, "north": 3, "south": 2, "west": 5}
FACILITIES = {"f_one": (1000, 8), "f_two": (1500, 14), "f_three": (900, 6)}
KM = {"f_one": (1, 2, 6, 9), "f_two": (4, 3, 2, 1), "f_three": (2, 5, 1, 7)}

SCENARIO = """
title: Facility location
county: places
base_year: 2024/25
years: 1
detail: {areas: area}
demand: {births_change_per_year: 0.0, early_help: {bands: []}, new_ehcps: {shape: continue, growth_per_year: 0.0}}
travel: {matrix: minutes.csv}
options: {offer: [new_special], most_openings_per_year: null}
money: {discount_rate: 0.0, horizon_end: none}
objective: [{aim: waiting}, {aim: cost}]
solve: {gap: 0.0}
"""


def build(root: Path) -> Path:
    """Write the problem as a county on the frame of the tiny one."""
    folder = root / "data" / "places"
    shutil.copytree(COUNTIES / "tiny", folder)

    def table(name: str, *rows: str) -> None:
        (folder / name).write_text("\n".join(rows) + "\n", encoding="utf-8")

    header = {path.name: path.read_text(encoding="utf-8").split("\n", 1)[0] for path in folder.glob("*.csv")}
    total = sum(DEMAND.values())
    table(
        "areas.csv",
        header["areas.csv"],
        *(f"{area},{area},All,All,{400000 + number},300000,urban,assumption" for number, area in enumerate(DEMAND)),
    )
    table("population.csv", "area,age,children", *(f"{area},{age},{size}" for area, size in DEMAND.items() for age in range(26)))
    table("bands.csv", header["bands.csv"], "only,Only,1,,Everyone")
    table("band_provision.csv", header["band_provision.csv"], "only,primary,state_special")
    table("band_mix.csv", header["band_mix.csv"], "*,*,only,1,assumption")
    table("transitions.csv", header["transitions.csv"], "*,*,*,*,1,0,0,assumption")
    table("entrants.csv", header["entrants.csv"], f"ASD,primary,{total},0,assumption")
    table("sen_support.csv", header["sen_support.csv"], "ASD,primary,0,assumption")
    units = [f"{name},{name},state_special,east,400000,300000,primary,*,*,0,,county,academy,yes,assumption,red" for name in FACILITIES]
    table("units.csv", header["units.csv"], *units)
    table("stock.csv", header["stock.csv"], "east,ASD,primary,only,f_one,0")
    table(
        "options.csv",
        header["options.csv"],
        *(
            f"open_{name},{name},new_special,{name},{size},1,1,,0,{cost},0,1,0,50,no,,0,,,,,yes,assumption,red"
            for name, (cost, size) in FACILITIES.items()
        ),
    )
    table(
        "minutes.csv",
        "area,site,minutes,km",
        *(f"{area},{name},0,{KM[name][number]}" for name in FACILITIES for number, area in enumerate(DEMAND)),
    )
    (folder / "rates" / "prices.yaml").write_text(
        """
blocks:
  - {line: top_up, per: child_year, rates: [{value_gbp: 0, provision_type: state_special, price_year: 2024/25, source: assumption, quality: red}]}
  - {line: interim_tuition, per: waiting_year, rates: [{value_gbp: 90000, price_year: 2024/25, source: assumption, quality: red}]}
  - {line: transport, per: journey_year_km, rates: [{value_gbp: 100, price_year: 2024/25, source: assumption, quality: red}]}
  - {line: transport, per: journey_share_carried, rates: [{value_gbp: 1, price_year: 2024/25, source: assumption, quality: red}]}
""",
        encoding="utf-8",
    )
    (root / "scenarios").mkdir()
    path = root / "scenarios" / "location.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def test_the_optimum_worked_by_hand_is_found(tmp_path: Path) -> None:
    path = build(tmp_path)
    result = run_scenario(path, tmp_path / "data", tmp_path / "out")
    stage = result.answer.record.stage("cost")
    assert stage is not None
    assert stage.value == pytest.approx(4400.0, abs=0.01)
    assert stage.bound == pytest.approx(4400.0, abs=0.01)
    options = result.solution.table("options")
    assert set(options.loc[options["open"] == 1, "option"]) == {"open_f_one", "open_f_two"}
    entered = result.solution.table("allocation").groupby(["area", "unit"])["children"].sum()
    assert entered["west", "f_two"] == pytest.approx(5.0)
    assert entered["east", "f_one"] == pytest.approx(4.0)
    assert result.check.passed


def test_the_ordinary_command_solves_it(tmp_path: Path) -> None:
    assert main(["run", str(build(tmp_path)), "--out", str(tmp_path / "out")]) == 0
    assert "Nobody waits" in (tmp_path / "out" / "location" / "internal" / "summary.md").read_text(encoding="utf-8")
