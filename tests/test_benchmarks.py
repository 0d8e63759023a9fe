"""Benchmarks measure what they say: every peer solves the same problem, instances are read as written, and each runs in its smoke mode."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pulp
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp

from benchmarks import common, facility, generate, linopy_build, orlib, peers, plain, publish, scale
from benchmarks.plain_model import THOUSAND, plain_model
from planner.case import Case
from planner.county.read import read_county
from planner.model.build import build_model
from planner.run import prepare
from tests import five_children as five
from tests.conftest import COUNTIES, ROOT, TINY

Parts = tuple[Any, ...]


def truth(parts: Parts) -> tuple[float, float]:
    """The least of the one objective in the program's own arrays, by a solver that neither side uses; and the settled pounds."""
    program = build_model(*parts).program
    costs = (program.aims["cost"].costs + common.WAITING_GBP * program.aims["waiting"].costs) / THOUSAND
    found = milp(
        costs,
        constraints=LinearConstraint(program.matrix, program.row_lower, program.row_upper),
        bounds=Bounds(program.lower, program.upper),
        integrality=program.whole.astype(int),
        options={"mip_rel_gap": 0.0},
    )
    assert found.success
    return float(found.fun), program.aims["cost"].constant


def plainly(parts: Parts) -> tuple[float, float, dict[str, float]]:
    model = plain_model(*parts)
    model.problem.solve(pulp.HiGHS(msg=False, gapRel=0.0, threads=1))
    opened = {model.options[o]["option"]: v.value() for (name, o, *t), v in model.v.items() if name == "open" and t == [model.H]}
    return float(pulp.value(model.problem.objective)), model.settled, opened


def five_parts(seed: int) -> Parts:
    """The five children with other prices, places and demand: from one seed to the next other options are worth taking."""
    chance = np.random.default_rng(seed)

    def varied(values: Any) -> Any:
        return {line: rate * chance.uniform(0.3, 3.0, rate.shape) for line, rate in values.items()}

    rates, demand, programme = five.rates(0.035), five.demand(), five.programme().options.copy()
    rates = dataclasses.replace(
        rates,
        arc=varied(rates.arc),
        place=varied(rates.place),
        episode=varied(rates.episode),
        option_running=varied(rates.option_running),
        capital_fixed=rates.capital_fixed * chance.uniform(0.0, 1.0),
        arc_tail=chance.uniform(0.0, 4.0, 6),
        stock_tail=chance.uniform(0.0, 4.0, 2),
        waiting_tail=chance.uniform(0.0, 4.0, 4),
        unit_tail=chance.uniform(0.0, 4.0, 4),
        option_tail=chance.uniform(0.0, 4.0, len(programme)),
        arc_over_limit=chance.uniform(0.0, 500.0, 6),
        capital_residual=chance.uniform(0.0, 0.5, rates.capital_residual.shape),
    )
    demand = dataclasses.replace(demand, new=demand.new * chance.uniform(0.2, 4.0), stock_children=np.array([3.0, 2.0]))
    programme.loc[seed % len(programme), "decided"] = seed % 2 == 0
    programme["fixed_blocks"] = programme["least_blocks"]
    return five.scenario(), five.county(), demand, five.arcs(), rates, type(five.programme())(programme)


def tiny_parts(case: Case) -> Parts:
    return case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme


def test_the_plain_model_has_the_optimum_of_the_program_whatever_the_prices() -> None:
    taken: set[str] = set()
    for seed in range(14):
        value, settled = truth(five_parts(seed))
        mine, mine_settled, opened = plainly(five_parts(seed))
        assert mine == pytest.approx(value, rel=1e-6), seed
        assert mine_settled == pytest.approx(settled, rel=1e-9), seed
        taken |= {name for name, size in opened.items() if size > 0.5}
    assert taken == set(five.OPTIONS), "the prices should make every option worth taking at some time"


def test_the_plain_model_has_the_optimum_of_the_program_in_the_tiny_county(tiny_case: Case) -> None:
    value, settled = truth(tiny_parts(tiny_case))
    mine, mine_settled, _ = plainly(tiny_parts(tiny_case))
    assert (mine, mine_settled) == pytest.approx((value, settled), rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_the_linopy_model_has_the_optimum_of_the_program(tiny_case: Case) -> None:
    pytest.importorskip("linopy", reason="linopy is not installed: python -m pip install '.[bench]'")
    from benchmarks.linopy_model import linopy_model

    value, settled = truth(tiny_parts(tiny_case))
    model, mine_settled = linopy_model(*tiny_parts(tiny_case))
    model.solve(solver_name="highs", io_api="direct", output_flag=False)
    assert (model.objective.value, mine_settled) == pytest.approx((value, settled), rel=1e-6)
    with pytest.raises(ValueError, match="does not have"):
        linopy_model(*five_parts(1))


LITERATURE = """ 3 4
 8 1000.0
 14 1500.0
 6 900.0
 4
 400.0 1600.0 800.0
 3
 600.0 900.0 1500.0
 2
 1200.0 400.0 200.0
 5
 4500.0 500.0 3500.0
"""
"""Three facilities and four customers, worked by hand in test_facility_location: the least is 4,400."""


def test_an_instance_is_read_and_written_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "small.txt").write_text(LITERATURE, encoding="ascii")
    small = orlib.read(tmp_path / "small.txt")
    assert small.shape == (3, 4)
    assert small.capacity.tolist() == [8.0, 14.0, 6.0]
    assert small.fixed.tolist() == [1000.0, 1500.0, 900.0]
    assert small.demand.tolist() == [4.0, 3.0, 2.0, 5.0]
    assert small.cost[3].tolist() == [4500.0, 500.0, 3500.0]
    made = orlib.generate(5, 9, 7)
    orlib.write(made, tmp_path / "made.txt")
    again = orlib.read(tmp_path / "made.txt")
    for name in ("capacity", "fixed", "demand", "cost"):
        assert np.array_equal(getattr(made, name), getattr(again, name)), name
    assert np.array_equal(made.cost, orlib.generate(5, 9, 7).cost)
    assert made.capacity.sum() > made.demand.sum()


def test_a_file_that_leaves_the_capacity_open_needs_one(tmp_path: Path) -> None:
    path = tmp_path / "open.txt"
    path.write_text(LITERATURE.replace(" 8 1000.0", " capacity 1000.0"), encoding="ascii")
    with pytest.raises(ValueError, match="leaves the capacity open"):
        orlib.read(path)
    assert orlib.read(path, 8000.0).capacity[0] == 8000.0
    path.write_text(LITERATURE.rsplit(" 3500.0", 1)[0], encoding="ascii")
    with pytest.raises(ValueError, match="24 numbers, but holds 23"):
        orlib.read(path)


def test_the_program_and_a_plain_model_find_the_optimum_worked_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "small.txt"
    path.write_text(LITERATURE, encoding="ascii")
    mine = facility.run_ours(orlib.read(path), None, 60.0)
    assert mine["value"] == pytest.approx(4400.0)
    assert mine["proven_seconds"] == mine["seconds"]
    for name in ("HiGHS", "HiGHS pairs"):
        assert facility.run_plain(path, None, name, None, 60.0)["value"] == pytest.approx(4400.0)
    only_one = facility.run_ours(orlib.read(path), 1, 60.0)
    assert only_one["value"] == pytest.approx(4900.0)
    assert facility.run_plain(path, None, "HiGHS", 1, 60.0)["value"] == pytest.approx(4900.0)


def test_capacities_above_what_a_block_holds_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    small = orlib.generate(5, 12, 3)
    large = dataclasses.replace(small, demand=small.demand * 100.0, capacity=small.capacity * 100.0)
    orlib.write(large, path)
    assert large.capacity.max() > 1000.0
    assert facility.run_ours(large, None, 60.0)["value"] == pytest.approx(
        facility.run_plain(path, None, "HiGHS", None, 60.0)["value"], rel=2e-4
    )


def test_ways_above_what_a_matrix_holds_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "far.txt"
    near = orlib.generate(5, 12, 3)
    far = dataclasses.replace(near, cost=near.cost * 100.0, fixed=near.fixed * 100.0)
    orlib.write(far, path)
    assert (far.cost / far.demand[:, None]).max() > 2000.0
    found = facility.run_ours(far, None, 60.0)["value"]
    assert found == pytest.approx(facility.run_plain(path, None, "HiGHS", None, 60.0)["value"], rel=2e-4)
    assert found == pytest.approx(100.0 * facility.run_ours(near, None, 60.0)["value"], rel=2e-4)


@pytest.mark.parametrize("solver", peers.SOLVERS)
@pytest.mark.filterwarnings("ignore")
def test_a_peer_says_when_it_had_a_plan_as_good(solver: str) -> None:
    if reason := peers.missing(solver):
        pytest.skip(reason)

    def asked(target: float) -> dict[str, Any]:
        return peers.solve(facility.plain_problem(orlib.generate(6, 20, 1), True), solver, 60.0, 0.0, target)

    best = asked(0.0)
    assert best["proven"] and best["reached_seconds"] is None
    found = asked(best["value"] * (1 + 1e-6))
    assert found["value"] == pytest.approx(best["value"], rel=1e-5)
    assert 0.0 <= found["reached_seconds"] <= found["seconds"]


def test_a_larger_county_holds_together(tmp_path: Path) -> None:
    source = ROOT / "data" / "staffordshire"
    one, four = read_county(source), read_county(generate.generate(source, tmp_path / "data" / "fourfold", 4))
    for table in ("areas", "small_areas", "population", "stock", "options"):
        assert len(four.table(table)) == 4 * len(one.table(table)), table
    assert four.table("stock")["children"].sum() == pytest.approx(4 * one.table("stock")["children"].sum(), rel=1e-9)
    assert four.table("entrants")["new_ehcps"].sum() == pytest.approx(4 * one.table("entrants")["new_ehcps"].sum(), rel=1e-9)
    assert four.table("units")["places"].sum() == pytest.approx(4 * one.table("units")["places"].sum())
    assert four.table("population")["children"].sum() == pytest.approx(4 * one.table("population")["children"].sum(), rel=0.02)
    assert not four.table("areas").duplicated(["easting_m", "northing_m"]).any()
    apart = four.table("areas").set_index("area").loc[one.table("areas")["area"]].reset_index()
    pd.testing.assert_frame_equal(apart, one.table("areas"))
    again = generate.generate(source, tmp_path / "again", 4)
    for path in again.glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "data" / "fourfold" / path.name).read_bytes(), path.name
    with pytest.raises(FileExistsError):
        generate.generate(source, tmp_path / "again", 4)


def test_a_larger_county_has_prices_for_every_copy(tmp_path: Path) -> None:
    generate.generate(COUNTIES / "tiny", tmp_path / "tiny", 2)
    case = prepare(TINY, tmp_path, lambda text: None)
    assert set(case.arcs.units["unit"]) >= {"sp_north", "sp_north_2", "ms_east_2"}
    far = case.arcs.units.set_index("unit").loc["sp_north_2", "easting_m"] - case.arcs.units.set_index("unit").loc["sp_north", "easting_m"]
    assert far == pytest.approx(5_000, abs=generate.MOVED_M)


def test_a_child_process_that_fails_or_stays_too_long_is_said_to() -> None:
    assert "failed" in common.child("benchmarks.scale", ["--one", "no_such_scenario.yaml"], 60.0)
    assert common.child("benchmarks.scale", ["--smoke"], 0.05)["failed"].startswith("ended after")


def test_ratios_and_tables() -> None:
    assert common.ratio(6.0, 2.0) == "3"
    assert common.ratio(None, 2.0, 60.0) == "> 30"
    assert common.ratio(None, None, 60.0) == "-"
    assert common.markdown(["Who", "Seconds"], [["ours", 1234.0], ["peer", None]]).splitlines()[2] == "| ours | 1,234 |"
    runs = iter([{"seconds": 3.0}, {"seconds": 1.0}, {"seconds": 2.0}])
    assert common.repeated(3, lambda: next(runs), "seconds") == {"seconds": 2.0, "repeats": 3, "seconds_all": [3.0, 1.0, 2.0]}


def test_the_scale_page_keeps_its_words_and_gets_its_table() -> None:
    text = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    made = scale.page(text, "| a |\n", "python -m benchmarks.scale")
    assert made.startswith(text.split(scale.START)[0])
    assert made.endswith(text.split(scale.END)[1])
    assert "| a |\n\nMade by `python -m benchmarks.scale`" in made
    with pytest.raises(ValueError, match="no place for the table"):
        scale.page("nothing", "| a |\n", "")


def results(folder: Path, name: str) -> dict[str, Any]:
    assert (folder / f"{name}.md").read_text(encoding="utf-8").count("| ours |") or name == "scale"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def test_smoke_plain(tmp_path: Path) -> None:
    assert plain.main(["--smoke", "--out", str(tmp_path)]) == 0
    found = results(tmp_path, "plain")
    for who in ("PuLP + HiGHS", "PuLP + CBC"):
        if "skipped" not in found[who]:
            assert found[who]["objective_gbp"] == pytest.approx(found["ours"]["objective_gbp"], rel=1e-5)
            assert found[who]["columns"] == found["ours"]["columns"]


def test_smoke_facility(tmp_path: Path) -> None:
    assert facility.main(["--smoke", "--out", str(tmp_path)]) == 0
    found = results(tmp_path, "facility")
    for name in ("generated_6x20_1", "generated_6x20_1_median"):
        values = [run["value"] for run in found[name].values() if "skipped" not in run]
        assert len(values) >= 2
        assert values == pytest.approx([values[0]] * len(values), rel=2e-4)
        assert all(run["proven_seconds"] for run in found[name].values() if "skipped" not in run)
    assert "DISAGREES" not in (tmp_path / "facility.md").read_text(encoding="utf-8")


def test_smoke_scale(tmp_path: Path) -> None:
    assert scale.main(["--smoke", "--out", str(tmp_path)]) == 0
    found = results(tmp_path, "scale")
    assert found["four_area"]["areas"] == 4 * found["area"]["areas"]
    assert found["four_area"]["gap"] == pytest.approx(0.0, abs=1e-6)


def test_smoke_linopy_build(tmp_path: Path) -> None:
    if reason := linopy_build.missing():
        pytest.skip(reason)
    assert linopy_build.main(["--smoke", "--out", str(tmp_path)]) == 0
    found = results(tmp_path, "linopy_build")
    assert found["linopy"]["columns"] == found["ours"]["columns"]


def test_smoke_publish(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for page in {part.page for part in publish.PARTS.values()}:
        shutil.copy(ROOT / "docs" / page, docs)
    parts = ["command", *([] if linopy_build.missing() else ["linopy"])]
    assert publish.main(["--smoke", "--docs", str(docs), "--out", str(tmp_path / "out"), "--parts", *parts]) == 0
    text = (docs / "benchmarks.md").read_text(encoding="utf-8")
    for name in parts:
        start, end = publish.marks(name)
        made = text.split(start)[1].split(end)[0]
        assert "Made by `python -m benchmarks." in made
        assert made.count("\n| ") >= 3
    found = json.loads((tmp_path / "out" / "command" / "command.json").read_text(encoding="utf-8"))
    fixed = next(run for name, run in found.items() if "options fixed" in name)
    assert fixed["gap"] == "0.000%"


def test_every_published_table_has_its_place() -> None:
    for name, part in publish.PARTS.items():
        text = (ROOT / "docs" / part.page).read_text(encoding="utf-8")
        made = publish.placed(text, name, "| a |")
        start, end = publish.marks(name)
        assert made == text.split(start)[0] + f"{start}\n\n| a |\n\n{end}" + text.split(end)[1]
    with pytest.raises(ValueError, match="no place for the table"):
        publish.placed("nothing", "scale", "| a |")
    with pytest.raises(SystemExit):
        publish.main(["--smoke"])
