"""Exports in official shapes: whole numbers whose parts add to totals, every year and kind there, text that stays text."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.cli import main
from planner.names import PHASES, SITUATIONS
from planner.report.official_workbook import INTERNAL, official_workbook
from planner.results.survey import PLACES, PROVISIONS, TOTAL, across, forecast, places
from planner.run import RunResult

YEARS = ("2024/25", "2025/26")
CHILDREN = st.lists(
    st.tuples(
        st.sampled_from(("North", "South", "West")),
        st.sampled_from(PHASES),
        st.sampled_from(SITUATIONS),
        st.sampled_from(YEARS),
        st.floats(0, 40),
    ),
    max_size=40,
)


def ehcps(rows: list[tuple[str, str, str, str, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["district", "phase", "situation", "year", "children"]).astype({"children": float})


@given(CHILDREN, st.booleans())
@settings(max_examples=25, deadline=None)
def test_parts_add_to_totals_down_across_and_over_areas(rows: list[tuple[str, str, str, str, float]], by_area: bool) -> None:
    table = ehcps(rows)
    made = forecast(table, YEARS, by_area=by_area)
    cells = made.set_index(["planning_area", "phase", "provision", "academic_year"])["pupils_with_ehc_plan"]
    assert cells.index.is_unique and (cells >= 0).all() and made["pupils_with_ehc_plan"].dtype.kind == "i"
    areas = [area for area in made["planning_area"].unique() if area != TOTAL]
    kinds, phases = list(dict.fromkeys(PROVISIONS.values())), [phase for phase in made["phase"].unique() if phase != TOTAL]
    for year in YEARS:
        exact = table[table["year"] == year]["children"].sum()
        assert abs(cells[TOTAL, TOTAL, TOTAL, year] - exact) <= 0.5 + 1e-6
        for area in made["planning_area"].unique():
            for phase in phases:
                assert sum(cells[area, phase, kind, year] for kind in kinds) == cells[area, phase, TOTAL, year]
            for kind in (*kinds, TOTAL):
                assert sum(cells[area, phase, kind, year] for phase in phases) == cells[area, TOTAL, kind, year]
        for phase in (*phases, TOTAL):
            for kind in (*kinds, TOTAL):
                if areas:
                    assert sum(cells[area, phase, kind, year] for area in areas) == cells[TOTAL, phase, kind, year]


def test_a_plan_of_half_children_keeps_its_total() -> None:
    table = ehcps(
        [("North", phase, kind, "2024/25", 0.5) for phase in PHASES for kind in ("mainstream_support", "state_special", "waiting")]
    )
    made = forecast(table, ("2024/25",), by_area=False).set_index(["phase", "provision"])["pupils_with_ehc_plan"]
    assert made[TOTAL, TOTAL] == 6 and made["Primary", TOTAL] in (1, 2)


def test_places_are_counted_where_the_provision_is() -> None:
    rows = [
        ("a", "state_special", "North", "2024/25", 10.4, 12.0),
        ("b", "state_special", "", "2024/25", 3.3, 5.0),
        ("c", "state_special", "South", "2024/25", 2.4, np.nan),
        ("d", "mainstream_support", "North", "2024/25", 50.0, np.nan),
    ]
    table = pd.DataFrame(rows, columns=["unit", "provision_type", "district", "year", "children", "places"])
    made = places(table, ("2024/25",), by_area=True).set_index(["planning_area", "provision"])
    special = PROVISIONS["state_special"]
    assert made.loc[("North", special), "places"] == 12 and made.loc[(TOTAL, special), "places"] == 17
    assert made.loc[(TOTAL, special), "pupils_with_ehc_plan"] == 14, "10.4 and 3.3 are 13.7; a unit without a limit has no places"
    assert not any("South" in area for area, _ in made.index)
    assert len(made) == 3 * len(PLACES)


def test_years_stand_across() -> None:
    table = pd.DataFrame({"kind": ["a", "b", "a", "b"], "academic_year": ["2024/25"] * 2 + ["2025/26"] * 2, "n": [1, 2, 3, 4]})
    assert across(table, "n").to_dict("records") == [{"kind": "a", "2024/25": 1, "2025/26": 3}, {"kind": "b", "2024/25": 2, "2025/26": 4}]


def test_a_workbook_has_no_formula_and_says_that_it_is_internal() -> None:
    table = pd.DataFrame({"=name": ["=1+1", "+2", "http://example.org"], "n": [1, 2, 3]})
    book = openpyxl.load_workbook(io.BytesIO(official_workbook("Title", [INTERNAL], {"data": ("Heading", table)})))
    assert book["Cover"]["A3"].value == INTERNAL and INTERNAL in book["data"]["A1"].value
    cells = {cell.coordinate: cell for row in book["data"].iter_rows() for cell in row}
    assert cells["A4"].value == "=1+1" and cells["A4"].data_type == "s" and cells["A6"].hyperlink is None
    assert cells["B4"].value == 1 and cells["B4"].data_type == "n"


@pytest.fixture(scope="module")
def exported(tiny_run: RunResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    run = str(tiny_run.folder)
    assert main(["export", "capacity-survey", run, "--out", str(folder / "survey")]) == 0
    assert main(["export", "dsg-plan", run, "--unmitigated", run, "--out", str(folder / "dsg")]) == 0
    return folder


def test_the_survey_of_a_run_has_its_children(tiny_run: RunResult, exported: Path) -> None:
    made = pd.read_csv(exported / "survey" / "capacity_survey_forecast_internal.csv").set_index(["planning_area", "phase", "provision"])
    table = tiny_run.solution.table("ehcps")
    for year, children in table.groupby("year")["children"].sum().items():
        assert abs(made.loc[(TOTAL, TOTAL, TOTAL), year] - children) <= 0.5 + 1e-9
    assert set(made.index.get_level_values(0)) == {*table["district"], TOTAL}


def test_the_three_tables_of_the_dsg_plan_have_one_total(exported: Path) -> None:
    totals = []
    for key, label in (("setting", "setting"), ("age", "age_group"), ("need", "need")):
        table = pd.read_csv(exported / "dsg" / f"dsg_plan_by_{key}_internal.csv")
        assert list(table.columns[:2]) == ["forecast", label] and all(column.startswith("January ") for column in table.columns[2:])
        for _, part in table.groupby("forecast"):
            total = part[part[label] == TOTAL].iloc[0, 2:]
            assert (part[part[label] != TOTAL].iloc[:, 2:].sum() == total).all()
            totals.append(total.tolist())
    assert len({tuple(total) for total in totals}) == 1


def test_an_export_is_never_written_over_and_no_part_is_left(
    tiny_run: RunResult, exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "capacity-survey", str(tiny_run.folder), "--out", str(exported / "survey")]) == 2
    assert "nothing is written over it" in capsys.readouterr().err
    assert sorted(path.name for path in exported.iterdir()) == ["dsg", "survey"]


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    assert main(["export", "dsg-plan", str(tmp_path)]) == 2
