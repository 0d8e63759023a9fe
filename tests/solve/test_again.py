"""The same question gives the same answer: again, with rows in another order, with ties, seeds, threads and another solver."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from planner.run import build, prepare, run_scenario
from planner.solve.scaling import MOST, ranges, too_wide
from tests.again import Told, apart, ask, differing, shuffled

COUNTIES = Path(__file__).resolve().parent.parent / "counties"
TINY = COUNTIES.parent / "scenarios" / "tiny.yaml"


def with_twins(target: Path) -> Path:
    """The tiny county with the resource centre and its option there three times over: one in every way as good as another."""
    shutil.copytree(COUNTIES / "tiny", target)
    for file, columns, one in (
        ("units", ("unit", "unit_name"), "rc_south"),
        ("options", ("option", "unit", "option_name"), "open_rc_south"),
    ):
        frame = pd.read_csv(target / f"{file}.csv", dtype=str, keep_default_na=False)
        row = frame[frame[columns[0]] == one]
        twins = [row.assign(**{column: row[column] + f"_{letter}" for column in columns}) for letter in "cb"]
        pd.concat([frame, *twins]).to_csv(target / f"{file}.csv", index=False, lineterminator="\n")
    return target


@pytest.fixture(scope="module")
def tied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Told]:
    """A folder, the county with ties in it and what is told of it."""
    folder = tmp_path_factory.mktemp("tied")
    county = with_twins(folder / "plain" / "tiny")
    return folder, county, ask(TINY, county.parent, folder)


def test_the_same_again_is_the_same_byte_by_byte(tied: tuple[Path, Path, Told]) -> None:
    folder, county, told = tied
    assert differing(told, ask(TINY, county.parent, folder)) == []
    assert told.passed
    assert told.children_off <= 1e-6
    assert told.pounds_off <= 0.01


@pytest.mark.parametrize("seed", [0, 1])
def test_rows_in_another_order_give_the_same_plan_though_sites_are_tied(seed: int, tied: tuple[Path, Path, Told]) -> None:
    folder, county, told = tied
    mixed = shuffled(county, folder / f"mixed_{seed}" / "tiny", seed)
    assert (mixed / "options.csv").read_bytes() != (county / "options.csv").read_bytes()
    assert differing(told, ask(TINY, mixed.parent, folder)) == []


@pytest.mark.parametrize("keys", [{"random_seed": 3}, {"threads": 2}, {"solver": "PULP_CBC_CMD"}])
def test_other_seeds_threads_and_solvers_give_the_same_objective(keys: dict[str, object], tied: tuple[Path, Path, Told]) -> None:
    folder, county, told = tied
    if "solver" in keys:
        pulp = pytest.importorskip("pulp")
        if "PULP_CBC_CMD" not in pulp.listSolvers(onlyAvailable=True):
            pytest.skip("this PuLP brings no CBC")
    other = ask(TINY, county.parent, folder, solve=keys)
    assert other.values["waiting"] == pytest.approx(told.values["waiting"], abs=1e-4)
    assert apart(other.values["cost"], told.values["cost"]) <= 1e-6


def test_no_table_holds_a_negative_zero(tied: tuple[Path, Path, Told]) -> None:
    assert tied[2].negative_zeros == ()


def test_the_numbers_of_a_county_are_near_each_other_and_one_that_is_not_is_found() -> None:
    program = build(prepare(TINY, COUNTIES, lambda text: None)).program
    assert too_wide(ranges(program)) == []
    assert {found.name for found in ranges(program)} == {"rows", "limits", "bounds", "costs of waiting", "costs of cost", "costs of travel"}
    assert all(0 < found.least <= found.most <= MOST for found in ranges(program))
    cost = program.aims["cost"]
    wrong = too_wide(ranges(replace(program, aims={**program.aims, "cost": replace(cost, costs=cost.costs * 1e9)})))
    assert len(wrong) == 1
    assert wrong[0].startswith("The model's costs of cost")


def test_a_run_keeps_how_far_apart_its_numbers_are_and_warns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("planner.run.too_wide", lambda found: ["The model's rows hold a very large number."])
    made = run_scenario(TINY, COUNTIES, tmp_path)
    numbers = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))["solve"]["numbers"]
    assert [line.split(":")[0] for line in numbers] == ["rows", "limits", "bounds", "costs of waiting", "costs of cost", "costs of travel"]
    assert "The model's rows hold a very large number." in (made.folder / "internal" / "summary.md").read_text(encoding="utf-8")
