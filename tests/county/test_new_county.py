"""A county made from official files alone: whole or not at all, valid, true to the files, and run by the ordinary command."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from planner.cli import main
from planner.commands.importing import named_files
from planner.county.build.fitting import round_to_margins, round_two_way
from planner.county.importers.findings import Findings
from planner.county.new.margins import agree
from planner.county.new.template import COPIED, shares, template_table, template_text
from planner.county.read import read_county
from planner.errors import InputError
from planner.run import run_scenario
from tests.county import official_files as files


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("new")
    paths = files.all_files(folder / "files")
    (folder / "data").mkdir()
    assert len(paths) == len(list((folder / "files").iterdir()))
    words = [
        "new-county",
        "upland",
        str(folder / "files"),
        "--la-code",
        files.LA,
        "--name",
        "Upland County",
        "--data",
        str(folder / "data"),
    ]
    assert main(words) == 0
    return folder / "data"


def test_the_county_is_whole_and_holds_every_child(data: Path) -> None:
    county = read_county(data / "upland")
    assert county.title == "Upland County"
    stock = county.table("stock")
    kinds = stock["unit"].map(county.table("units").set_index("unit")["provision_type"])
    have = stock.groupby([kinds, stock["phase"]])["children"].sum()
    published = pd.read_csv(data / "upland" / "published" / "ehcps_by_provision_and_phase.csv")
    for kind, phase, children in published[["provision_type", "phase", "children"]].itertuples(index=False):
        assert have.get((kind, phase), 0.0) == pytest.approx(children, abs=1e-6), (kind, phase)
    assert stock["children"].sum() == pytest.approx(sum(files.ages_here(years) for years in range(26)))


def test_areas_schools_bases_and_tiers_come_from_the_files(data: Path) -> None:
    county = read_county(data / "upland")
    areas = county.table("areas")
    assert set(areas["area"]) == {files.msoa_code(number) for number in range(5)} and set(areas["district"]) == set(files.DISTRICTS)
    units = county.table("units").set_index("unit")
    assert units.loc["sp_hill_top_special_school", "easting_m"] == 401_000
    assert units.loc["sp_brook_school", "area"] in set(areas[areas["district"] == "South Vale"]["area"]), (
        "without coordinates: its district"
    )
    assert units.loc["rc_ash_primary_school", "places"] == 10 and units.loc["rc_vale_high_school", "places"] == 8
    assert units.loc["sp_hill_top_special_school", "places"] <= 64, "places of other councils' children are not the county's"
    tiers = pd.read_csv(data / "upland" / "published" / "school_tiers.csv").set_index("district")
    assert tiers.loc["North Vale", "ages_of_transfer"] == "9|13" and str(tiers.loc["South Vale", "ages_of_transfer"]) == "11"
    small = county.table("small_areas")
    assert len(small) == 10


def test_the_report_says_what_was_found_guessed_and_missing(data: Path) -> None:
    report = (data / "upland" / "report.md").read_text(encoding="utf-8")
    assert all(heading in report for heading in ("## Found", "## Guessed", "## Missing", "## Next"))
    assert "three-tier schools in North Vale" in report and "no coordinates for Brook School" in report
    log = pd.read_csv(data / "upland" / "assumptions.csv", keep_default_na=False).set_index("assumption")
    for name in ("special_school_rolls", "high_needs_block", "rural_or_urban"):
        assert f"`{name}`" in report and log.loc[name, "source"] == "assumption"
    sources = pd.read_csv(data / "upland" / "sources.csv", keep_default_na=False)
    assert sources["address"].str.startswith("SHA-256 ").sum() == 11, "every file that was read is named with its hash"


def test_history_for_forecasting_is_there(data: Path) -> None:
    history = pd.read_csv(data / "upland" / "ehcp_history.csv")
    key = ["place", "measure", "year", "first_age", "last_age", "need", "provision_type"]
    assert not history.duplicated(key).any()
    held = history[(history["place"] == "county") & (history["measure"] == "held") & (history["year"] == 2025)].set_index(key[3:])[
        "children"
    ]
    assert held[7, 7, "*", "*"] == files.ages_here(7) and held[0, 25, "*", "*"] == sum(files.ages_here(years) for years in range(26))
    parts = sum(value for at, value in held.items() if at[:3] == (7, 7, "*") and at[3] != "*")
    assert parts == files.ages_here(7), "parts by provision add to the age"
    assert set(history[history["measure"] == "ceased"]["year"]) == {2024} and "Age unknown" not in history.to_string()


def test_the_county_runs_by_the_ordinary_command(data: Path, tmp_path: Path) -> None:
    scenario = tmp_path / "short.yaml"
    first = (data / "upland" / "first_scenario.yaml").read_text(encoding="utf-8")
    assert main(["validate", str(data / "upland" / "first_scenario.yaml"), "--data", str(data)]) == 0
    scenario.write_text(
        first.replace("years: 5", "years: 2").replace("offer: [resource_centre, contact_base]", "offer: []"), encoding="utf-8"
    )
    result = run_scenario(scenario, data, tmp_path / "out")
    assert result.check.passed and (result.folder / "manifest.json").is_file()
    assert result.solution.table("ehcps")["children"].sum() > 0


def test_a_folder_that_is_there_is_never_changed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {path: path.stat().st_mtime_ns for path in (data / "upland").rglob("*")}
    assert main(["new-county", "upland", "nothing.csv", "--la-code", files.LA, "--data", str(data)]) == 2
    assert "nothing is written over it" in capsys.readouterr().err
    assert {path: path.stat().st_mtime_ns for path in (data / "upland").rglob("*")} == before


def test_nothing_is_left_where_files_are_at_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [files.caseload(tmp_path), files.population(tmp_path)]
    words = ["new-county", "half", *map(str, paths), "--la-code", files.LA, "--data", str(tmp_path / "data")]
    assert main(words) == 2
    assert "The file has the districts Newcastle-under-Lyme, North Vale, South Vale" in capsys.readouterr().err
    assert main([*words, "--districts", "North Vale,South Vail"]) == 2
    assert "Did you mean 'South Vale'?" in capsys.readouterr().err
    assert main([*words, "--districts", "North Vale,South Vale"]) == 2
    assert "10 areas have no centre" in capsys.readouterr().err
    assert not (tmp_path / "data").exists() or not list((tmp_path / "data").iterdir())


def test_a_caseload_and_a_population_are_enough(tmp_path: Path) -> None:
    """Everything else is guessed, told and valid: needs, flows, schools and money."""
    paths = [files.caseload(tmp_path), files.population(tmp_path), files.centroids(tmp_path)]
    words = ["--la-code", files.LA, "--districts", "North Vale,South Vale", "--population-year", "2023", "--data", str(tmp_path / "data")]
    assert main(["new-county", "bare", *map(str, paths), *words]) == 0
    county = read_county(tmp_path / "data" / "bare")
    assert county.table("stock")["children"].sum() == pytest.approx(sum(files.ages_here(years) for years in range(26)))
    report = (tmp_path / "data" / "bare" / "report.md").read_text(encoding="utf-8")
    for name in ("needs_as_england", "new_ehcps_as_england", "ceased_as_england", "sen_support_as_england", "areas_from_names"):
        assert f"`{name}`" in report
    assert "no list of schools" in report
    assert "population_year" not in report, "the year was given"


def test_import_writes_into_the_counties_folder_once(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = files.gias(tmp_path)
    words = ["import", "schools", str(path), "--county", "upland", "--data", str(data)]
    assert main(words) == 0, "the council's code is that of its folder"
    folder = data / "upland" / "imported" / "schools"
    assert len(pd.read_csv(folder / "schools.csv")) == 8 and (folder / "report.md").is_file()
    assert main(words) == 2 and "nothing is written over it" in capsys.readouterr().err
    assert main(["import", "ehcp", str(path), "--county", "upland", "--data", str(data)]) == 2
    assert "a file is of the kind schools" in capsys.readouterr().err


def test_a_star_and_a_folder_stand_for_files(tmp_path: Path) -> None:
    for name in ("a.csv", "b.CSV", "c.txt"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.name for path in named_files([tmp_path])] == ["a.csv", "b.CSV"]
    assert [path.name for path in named_files([tmp_path / "*.txt"])] == ["c.txt"]
    with pytest.raises(InputError, match="no CSV file is there"):
        named_files([tmp_path / "*.ods"])


def test_the_template_is_complete_and_has_sources() -> None:
    for name in COPIED:
        assert template_text(name).strip()
    log = template_table("assumptions.csv")
    assert not log["assumption"].duplicated().any() and (log["source"] != "").all()
    known = set(template_table("sources.csv")["source"])
    assert set(log["source"]) <= known
    assert shares()["state_special_outside_share"] == 0.05
    england = template_table("england/needs.csv").groupby("phase")[["share_of_ehcps", "share_of_new_ehcps"]].sum()
    assert np.allclose(england, 1.0, atol=0.01)


def test_tables_that_differ_are_fitted_to_the_placements() -> None:
    def table(rows: list[tuple[str, str, int]], one: str, other: str) -> pd.DataFrame:
        return pd.DataFrame([(*row, "EES25") for row in rows], columns=[one, other, "children", "source"])

    findings = Findings()
    made = agree(
        {
            "ehcps_by_provision_and_phase": table([("mainstream_support", "primary", 60), ("state_special", "secondary", 43)], "provision_type", "phase"),
            "ehcps_by_need_and_phase": table([("ASD", "primary", 30), ("SLCN", "primary", 29), ("ASD", "secondary", 40)], "need", "phase"),
            "ehcps_by_need_and_provision": table([("ASD", "mainstream_support", 30), ("SLCN", "mainstream_support", 30), ("ASD", "state_special", 40)], "need", "provision_type"),
        },
        findings,
    )  # fmt: skip
    by_phase = made["ehcps_by_need_and_phase"].groupby("phase")["children"].sum()
    by_kind = made["ehcps_by_need_and_provision"].groupby("provision_type")["children"].sum()
    assert (
        by_phase["primary"] == 60 and by_phase["secondary"] == 43 and by_kind["mainstream_support"] == 60 and by_kind["state_special"] == 43
    )
    by_need = made["ehcps_by_need_and_phase"].groupby("need")["children"].sum()
    assert by_need.equals(made["ehcps_by_need_and_provision"].groupby("need")["children"].sum())
    assert len(findings.guessed) == 2


def test_two_way_rounding_keeps_every_sum() -> None:
    grid = np.array([[0.5, 1.5, 2.0], [1.5, 0.25, 1.25], [3.0, 0.25, 0.75]])
    made = round_two_way(grid)
    assert np.array_equal(made.sum(axis=0), grid.sum(axis=0)) and np.array_equal(made.sum(axis=1), grid.sum(axis=1))
    assert np.abs(made - grid).max() < 1


def test_a_three_way_table_without_a_rounding_loses_no_child() -> None:
    """Half a child in each of eight cells but one pair: no whole numbers beside these keep all two-way sums."""
    table = np.zeros((2, 2, 3))
    table[0, 0, 0] = table[0, 1, 1] = table[0, 0, 2] = table[0, 1, 2] = 0.5
    table[1, 0, 0] = table[1, 1, 0] = table[1, 0, 1] = table[1, 1, 1] = table[1, 0, 2] = 0.5
    table[0, 1, 0] = table[0, 0, 1] = table[1, 1, 2] = 0.5
    for seed in range(4):
        uneven = np.random.default_rng(seed).random((4, 3, 5)).round(1)
        uneven *= 40 / uneven.sum()
        assert round_to_margins(uneven).sum() == 40
    assert round_to_margins(table).sum() == round(table.sum())
