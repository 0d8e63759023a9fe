"""The person-level return: counted at once, and nothing of a child anywhere, not even in a message about a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.cli import main
from planner.county.importers.ees import Authority
from planner.county.importers.sen2 import MODULES, census_day, day
from planner.county.new.gather import gather
from planner.errors import Problems
from tests.county import official_columns as columns
from tests.county import official_files as files


def test_plans_are_counted_by_need_phase_and_provision(tmp_path: Path) -> None:
    problems = Problems()
    got = gather([*files.sen2(tmp_path), files.gias(tmp_path)], Authority(files.LA), problems, areas=False)
    assert not problems.found, problems.found
    table = got.tables["ehcps_by_need_phase_and_provision"].set_index(["need", "phase", "provision_type"])["children"]
    assert table.to_dict() == {
        ("SLCN", "primary", "resource_centre"): 1, ("ASD", "primary", "state_special"): 1, ("SEMH", "secondary", "state_special"): 1,
        ("ASD", "secondary", "independent_special"): 1, ("MLD", "post_16", "further_education"): 1, ("SLCN", "early_years", "early_years_setting"): 1,
        ("SEMH", "secondary", "educated_elsewhere"): 1, ("DS", "primary", "mainstream_support"): 1, ("NSA", "secondary", "resource_centre"): 1,
        ("PD", "primary", "educated_elsewhere"): 1,
    }  # fmt: skip
    guessed = {guess.name: guess.value for guess in got.findings.guessed}
    assert guessed["sen2_no_need"] == "1" and guessed["sen2_no_placement"] == "1", "a placement that has ended does not count"
    for name in ("ehcps_by_age", "ehcps_by_need_and_phase", "ehcps_by_provision_and_phase", "ehcps_by_need_and_provision"):
        assert got.tables[name]["children"].sum() == len(files.RETURN)


def test_a_look_up_of_postcodes_gives_areas(tmp_path: Path) -> None:
    problems = Problems()
    got = gather([*files.sen2(tmp_path), files.gias(tmp_path), files.postcodes(tmp_path)], Authority(files.LA), problems, areas=False)
    assert not problems.found, problems.found
    by_area = got.tables["ehcps_by_area_need_phase_and_provision"].groupby("area")["children"].sum()
    assert by_area.to_dict() == {"": 1, files.msoa_code(0): 6, files.msoa_code(3): 3}


def test_nothing_of_a_child_is_written_or_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [*files.sen2(tmp_path / "in"), files.gias(tmp_path / "in"), files.postcodes(tmp_path / "in")]
    assert main(["import", "sen2", *map(str, paths), "--la-code", files.LA, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir())
    for secret in ("Surname", "Forename", "UP1 1A", "UP11A", "Z0000", "-01-10", "10/01/"):
        assert secret not in written and secret not in said.out + said.err, secret


@pytest.mark.parametrize(("column", "bad"), [("personbirthdate", "31/02/2015 secret"), ("sentype", "SECRET")])
def test_a_fault_is_told_without_what_stood_there(tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str, bad: str) -> None:
    paths = [*files.sen2(tmp_path), files.gias(tmp_path)]
    path = next(path for path in paths if path.stem.endswith("person" if column == "personbirthdate" else "sen-need"))
    header, first, *rest = path.read_text(encoding="utf-8-sig").splitlines()
    cells = first.split(",")
    cells[header.split(",").index(column)] = bad
    path.write_text("\n".join([header, ",".join(cells), *rest]), encoding="utf-8")
    assert main(["import", "sen2", *map(str, paths), "--la-code", files.LA, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr()
    assert f"{path.name}:2  column {column}" in said.err and bad not in said.err + said.out
    assert not (tmp_path / "out").exists()


def test_a_missing_module_and_a_missing_list_of_schools_are_told_together(tmp_path: Path) -> None:
    problems = Problems()
    gather([path for path in files.sen2(tmp_path) if not path.stem.endswith("person")], Authority(files.LA), problems, areas=False)
    text = "\n".join(map(str, problems.found))
    assert "module person: no file holds this module" in text and "edubasealldata" in text


def test_no_name_number_or_ethnicity_is_read() -> None:
    read = {column.name for module in MODULES.values() for column in module}
    assert not read & {"surname", "forename", "upn", "uniquelearnernumber", "ethnicity", "sex", "gendercurrent"}
    assert all(column.name in columns.SEN2[module] for module, wanted in MODULES.items() for column in wanted), "the columns of 2025"


def test_dates_are_read_as_exports_spell_them() -> None:
    assert str(census_day(2025)) == "2025-01-16" and str(census_day(2026)) == "2026-01-15"
    assert {str(day(text)) for text in ("2015-09-01", "01/09/2015", "2015-09-01T00:00:00", "01-Sep-2015", "01/09/2015 00:00")} == {
        "2015-09-01"
    }
    assert day("31/02/2015") is None and day("") is None
