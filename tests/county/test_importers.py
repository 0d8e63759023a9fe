"""Readers of official files: the published columns, and every trap that such files set."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from planner.county.importers.ees import EES_BY_KIND, Authority, read_ees
from planner.county.importers.ees_tables import by_provision, import_ees, placement
from planner.county.importers.figures import FigureError, age, code, figure, january
from planner.county.importers.findings import Findings
from planner.county.importers.gias import kind_of, need_of, phases_of, read_gias, sector_of
from planner.county.importers.history import ages_of, years_held_of
from planner.county.importers.population import age_columns, read_places, read_population
from planner.county.importers.school_sen import read_school_sen
from planner.county.importers.section251 import read_section_251
from planner.county.importers.travel import read_matrix
from planner.county.new.gather import gather
from planner.county.new.sorting import sort_files
from planner.errors import Problems
from planner.names import PHASES
from tests.county import official_columns as columns
from tests.county import official_files as files

UPLAND = Authority(files.LA)


def said(problems: Problems) -> str:
    return "\n".join(str(problem) for problem in problems.found)


@pytest.mark.parametrize(
    ("text", "value", "mark"),
    [("1,234", 1234.0, ""), ("£2,000.50", 2000.5, ""), ("(450)", -450.0, ""), ("z", 0.0, "z"), ("low", 0.0, "low"), ("x", math.nan, "x"), ("C", math.nan, "c"), ("u", math.nan, "u"), ("", math.nan, "empty"), ("12.5%", 12.5, "")],
)  # fmt: skip
def test_a_cell_is_a_figure_or_a_code(text: str, value: float, mark: str) -> None:
    found = figure(text)
    assert found[1] == mark
    assert found[0] == value or (math.isnan(value) and math.isnan(found[0]))


@pytest.mark.parametrize("text", ["twelve", "1.2.3", "inf", "nan"])
def test_a_cell_that_is_neither_is_refused(text: str) -> None:
    with pytest.raises(FigureError):
        figure(text)


@pytest.mark.parametrize(("text", "year"), [("202425", 2025), ("2025", 2025), ("2024/25", 2025), ("202425.0", 2025)])
def test_periods_are_read_in_both_spellings(text: str, year: int) -> None:
    assert january(text) == year


@pytest.mark.parametrize("text", ["2024/26", "25", "January"])
def test_other_periods_are_refused(text: str) -> None:
    with pytest.raises(FigureError):
        january(text)


def test_ages_and_codes_are_read_as_they_are_written() -> None:
    assert [
        age(text) for text in ("age 10", "Aged 4", "under 3", "age 2 and under", "age 20 and over", "Age unknown", "All EHC plans")
    ] == [10, 4, 2, 2, 20, None, None]
    assert [ages_of(text) for text in ("under 3", "age 20 and over", "age 7", "Age unknown")] == [(0, 2), (20, 25), (7, 7), None]
    assert [
        years_held_of(text) for text in ("Less than a year", "3", "12 or more", "Under a year", "9 years", "12 years and over", "All")
    ] == [(0, 0), (3, 3), (12, 25), (0, 0), (9, 9), (12, 25), None]
    assert [code(text) for text in ("860", "860.0", " e10000028 ")] == ["860", "860", "E10000028"]


def test_a_caseload_file_gives_one_council_by_age_and_placement(tmp_path: Path) -> None:
    problems, findings = Problems(), Findings()
    table = read_ees(files.caseload(tmp_path), EES_BY_KIND["caseload"], UPLAND, problems)
    assert table is not None, said(problems)
    assert table.years == [2024, 2025] and table.authority.gss == files.GSS and table.authority.name == files.NAME
    made = import_ees({"caseload": table}, findings, lambda file, text: pytest.fail(f"{file}: {text}")).tables
    stock = made["ehcps_by_provision_and_phase"]
    assert stock["children"].sum() == sum(files.ages_here(years) for years in range(26)) == made["ehcps_by_age"]["children"].sum()
    bases = stock[stock["provision_type"] == "resource_centre"].set_index("phase")["children"]
    assert bases.to_dict() == {"early_years": 0, "primary": 6, "secondary": 5, "post_16": 0}
    assert any("placement" in guess.name for guess in findings.guessed), "the child whose placement is not recorded is told"
    assert any("notes" in text for text in table.findings.found) and any("x (" in text for text in table.findings.found)


def test_codes_as_numbers_find_the_council(tmp_path: Path) -> None:
    path = files.caseload(tmp_path, ("399.0", files.GSS, files.NAME))
    assert read_ees(path, EES_BY_KIND["caseload"], UPLAND, Problems()) is not None


def test_a_council_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    problems = Problems()
    assert read_ees(files.caseload(tmp_path), EES_BY_KIND["caseload"], Authority("398", name="Uplands"), problems) is None
    assert "no row is about the local authority 398" in said(problems) and "399 Upland" in said(problems)
    assert "Did you mean 'Upland'?" in said(problems)


def test_every_fault_is_told_at_once_with_its_line_and_column(tmp_path: Path) -> None:
    path = files.caseload(tmp_path)
    text = path.read_text(encoding="utf-8-sig").splitlines()
    at = next(number for number, line in enumerate(text) if ",399," in line and ",age 10," in line)
    text[at] = text[at].replace("age 10,11,", "age 10,twelve,")
    text[at + 1] = text[at + 1].replace("202324", "2023-2024x", 1)
    path.write_text("\n".join(text), encoding="utf-8")
    problems = Problems()
    assert read_ees(path, EES_BY_KIND["caseload"], UPLAND, problems) is None
    assert f"caseload.csv:{at + 1}  column ehcplans: 'twelve' is not a figure" in said(problems)
    assert f"caseload.csv:{at + 2}  column time_period" in said(problems)


def test_a_column_with_another_name_is_found_or_the_nearest_is_offered(tmp_path: Path) -> None:
    path = files.caseload(tmp_path)
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(",ehcplans,", ",EHC_plans,"), encoding="utf-8")
    table = read_ees(path, EES_BY_KIND["caseload"], UPLAND, Problems())
    assert table is not None and any("EHC_plans for ehcplans" in told for told in table.findings.found)
    path.write_text(text.replace(",mainstream_total,", ",mainstream_totals,"), encoding="utf-8")
    problems = Problems()
    assert read_ees(path, EES_BY_KIND["caseload"], UPLAND, problems) is None
    assert "column mainstream_total: this column is missing" in said(problems) and "Did you mean 'mainstream_totals'?" in said(problems)


def test_a_reorganised_council_counts_once(tmp_path: Path) -> None:
    """The council stands under its old and its new code; the rows of the code in use last count, and other figures are a fault."""
    path = files.caseload(tmp_path)
    header, *lines = path.read_text(encoding="utf-8-sig").splitlines()
    mine = [line for line in lines if ",399," in line]
    old = [line.replace(files.GSS, "E10000001") for line in mine if line.startswith("202324")]
    path.write_text("\n".join([header, *old, *mine]), encoding="utf-8")
    table = read_ees(path, EES_BY_KIND["caseload"], UPLAND, Problems())
    assert table is not None and len(table.rows) == len(mine)
    assert any("stood twice" in text for text in table.findings.found)
    clash = mine[3].replace(mine[3].split(",")[12], "99")
    path.write_text("\n".join([header, *mine, clash]), encoding="utf-8")
    problems = Problems()
    assert read_ees(path, EES_BY_KIND["caseload"], UPLAND, problems) is None
    assert "two rows give different figures" in said(problems)


def test_hidden_figures_are_told_and_no_child_is_lost() -> None:
    """A council whose parts are hidden: what they leave of the total is counted as unknown."""
    made = by_provision(
        {"ehcplans": 10.0, "mainstream_total": math.nan, "mainstream_academy": 4.0, "special_academy_free": math.nan}, "ehcplans"
    )
    assert made["mainstream_support"] == 4.0 and made["unknown"] == 6.0


@pytest.mark.parametrize(
    ("breakdown", "kinds"),
    [
        ("Mainstream - total", [("mainstream_support", 1)]), ("Mainstream - academy", []), ("Mainstream - LA maintained (SEN unit)", [("resource_centre", 1), ("mainstream_support", -1)]),
        ("Special - Academy/free schools", [("state_special", 1)]), ("Special - academy/free school", [("state_special", 1)]), ("Special - total", []),
        ("Special - non-maintained", [("independent_special", 1)]), ("AP/PRU - total", [("alternative_provision", 1)]), ("AP/PRU - free school", []),
        ("FE - UKRLP provider", []), ("FE - total", [("further_education", 1)]), ("Educated elsewhere - NEET", []), ("Educated elsewhere - total", [("educated_elsewhere", 1)]),
        ("Non-maintained early years", [("early_years_setting", 1)]), ("Placement not recorded", [("educated_elsewhere", 1)]),
    ],
)  # fmt: skip
def test_totals_and_their_parts_are_not_both_counted(breakdown: str, kinds: list[tuple[str, int]]) -> None:
    assert placement(breakdown) == kinds


def test_staffordshires_published_tables_come_out_of_wide_rows(tmp_path: Path) -> None:
    """Wide rows made from the county that ships give its published margins back, parts and totals among each other."""
    folder = Path(__file__).parents[2] / "data" / "staffordshire" / "published"
    shipped = {
        name: pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
        for name in ("ehcps_by_need_and_phase", "ehcps_by_need_and_provision", "ehcps_by_provision_and_phase")
    }
    council = ("860", "E10000028", "Staffordshire")
    column = {
        f"number_{need.lower()}": need for need in ("SPLD", "MLD", "SLD", "PMLD", "SEMH", "SLCN", "HI", "VI", "MSI", "PD", "ASD", "OTH")
    } | {"number_need_unknown": "NSA"}
    first_age = {"early_years": "age 4", "primary": "age 7", "secondary": "age 12", "post_16": "age 17"}
    by_phase = shipped["ehcps_by_need_and_phase"].set_index(["need", "phase"])["children"]
    by_kind = shipped["ehcps_by_need_and_provision"].set_index(["need", "provision_type"])["children"]

    def needs_row(topic: str, breakdown: str, counts: dict[str, int]) -> dict[str, object]:
        return {**files.head("202425", council, topic, breakdown), "ehc_plans": sum(counts.values()), **counts}

    rows = [
        needs_row("Child or young persons age", label, {c: int(by_phase.get((need, phase), 0)) for c, need in column.items()})
        for phase, label in first_age.items()
    ]
    names = {
        "Special - Academy/free schools": "state_special",
        "Special - independent": "independent_special",
        "FE - total": "further_education",
        "AP/PRU - total": "alternative_provision",
        "Non-maintained early years": "early_years_setting",
        "Educated elsewhere - total": "educated_elsewhere",
        "Mainstream - academy (SEN unit)": "resource_centre",
    }
    rows += [
        needs_row("Type of placement", title, {c: int(by_kind[need, kind]) for c, need in column.items()}) for title, kind in names.items()
    ]
    mainstream = {c: int(by_kind[need, "mainstream_support"] + by_kind[need, "resource_centre"]) for c, need in column.items()}
    rows.append(needs_row("Type of placement", "Mainstream - total", mainstream))
    rows.append(needs_row("Type of placement", "Mainstream - academy", mainstream))
    needs = files.write(tmp_path / "sen_needs_all_plans.csv", [*columns.EES_HEAD, *columns.NEEDS], rows, mark=True, ends="\r\n")
    stock = shipped["ehcps_by_provision_and_phase"].set_index(["provision_type", "phase"])["children"]
    wide = {
        "resource_centre": "mainstream_academy_senunit",
        "state_special": "special_academy_free",
        "independent_special": "special_independent",
        "further_education": "fe_total",
        "alternative_provision": "ap_pru_total",
        "early_years_setting": "nm_early_years",
        "educated_elsewhere": "ed_elsewhere",
    }
    held = []
    for phase, label in first_age.items():
        row: dict[str, object] = {
            **files.head("202425", council, "Child or young persons age", label),
            **dict.fromkeys(columns.CASELOAD, 0),
        }
        row |= {to: int(stock.get((kind, phase), 0)) for kind, to in wide.items()}
        row["mainstream_total"] = int(stock["mainstream_support", phase] + stock["resource_centre", phase])
        row["ehcplans"] = int(sum(stock.get((kind, phase), 0) for kind in (*wide, "mainstream_support")))
        held.append(row)
    caseload = files.write(tmp_path / "caseload.csv", [*columns.EES_HEAD, *columns.CASELOAD], held, mark=True)
    problems = Problems()
    got = gather([needs, caseload], Authority("860"), problems, areas=False)
    assert not problems.found, said(problems)
    for name, table in shipped.items():
        keys = [key for key in table.columns if key in ("need", "phase", "provision_type")]
        have = got.tables[name].set_index(keys)["children"]
        for key, children in table.set_index(keys)["children"].items():
            assert have[key] == children, (name, key)
        assert have.sum() == 8461


def test_the_list_of_schools_is_read_with_its_traps(tmp_path: Path) -> None:
    problems = Problems()
    read = read_gias(files.gias(tmp_path), UPLAND, problems)
    assert read is not None, said(problems)
    schools = {school.urn: school for school in read[0]}
    assert set(schools) == {"1", "2", "3", "4", "5", "6", "7", "9"}, "closed schools and those of other councils are left out"
    assert schools["1"].name == "Hill – Top Special School", "a dash in Windows letters"
    assert math.isnan(schools["2"].easting) and any("Brook School" in text for text in read[1].missing), "0 is no place"
    assert schools["3"].kind == "independent_special" and math.isnan(schools["3"].capacity), "no capacity is no limit of 0"
    assert schools["3"].needs == ("ASD",) and schools["2"].needs == ("SEMH",)
    assert schools["4"].base_places == 10 and schools["5"].base_places == 8 and schools["5"].base_pupils == 6
    assert (
        phases_of(2, 11) == ("early_years", "primary")
        and phases_of(13, 18) == ("secondary", "post_16")
        and phases_of(11, 16) == ("secondary",)
    )


def test_a_file_without_the_columns_of_bases_is_read_and_told(tmp_path: Path) -> None:
    kept = [name for name in columns.GIAS if "Resourced" not in name and "SenUnit" not in name and "Ofsted" not in name]
    rows = [{key: value for key, value in school.items() if key in kept} for school in files.SCHOOLS]
    read = read_gias(files.write(tmp_path / "edubasealldata.csv", kept, rows, encoding="cp1252"), UPLAND, Problems())
    assert read is not None and any("existing bases cannot be told" in text for text in read[1].missing)


@pytest.mark.parametrize(
    ("text", "need"),
    [("ASD - Autistic Spectrum Disorder", "ASD"), ("SpLD - Specific Learning Difficulty", "SPLD"), ("Hearing Impairment", "HI"), ("Not Applicable", ""), ("VI - Visual Impairment", "VI"), ("Social, Emotional and Mental Health", "SEMH"), ("MSI - Multi-Sensory Impairment", "MSI"), ("", "")],
)  # fmt: skip
def test_needs_of_schools_are_read(text: str, need: str) -> None:
    assert need_of(text) == need


@pytest.mark.parametrize(
    ("name", "kind", "sector"),
    [("Community special school", "state_special", "maintained"), ("Free schools special", "state_special", "academy"), ("Non-maintained special school", "independent_special", "independent"), ("Other independent special school", "independent_special", "independent"), ("Pupil referral unit", "alternative_provision", "maintained"), ("Academy alternative provision converter", "alternative_provision", "academy"), ("Further education", "further_education", "college"), ("Special post 16 institution", "further_education", "college"), ("Local authority nursery school", "early_years_setting", "maintained"), ("Academy sponsor led", "mainstream_support", "academy"), ("Other independent school", "mainstream_support", "independent")],
)  # fmt: skip
def test_types_of_establishment_are_told_apart(name: str, kind: str, sector: str) -> None:
    assert (kind_of(name), sector_of(name)) == (kind, sector)


def test_population_with_titles_sexes_and_totals(tmp_path: Path) -> None:
    problems = Problems()
    read = read_population(files.population(tmp_path), problems)
    assert read is not None, said(problems)
    area = read[0][files.lsoa_code(0, "A")]
    assert area.by_age[4] == 2 * 12 and set(area.by_age) == set(range(26)), "girls and boys together, ages to 25"
    assert "E07000991" not in read[0], "a district among the rows is not a small area"
    assert area.district == "North Vale"


def test_ages_in_single_years_of_persons_and_in_groups() -> None:
    single, _ = age_columns(["LSOA Code", "All Ages", *map(str, range(90)), "90+"])
    assert single["4"] == [4] and single["90+"] == [90] and len(single) == 91
    _, groups = age_columns(["lsoa11_code", "pop_0_3", "pop_4_10", "pop_11_15", "pop_16_18", "pop_19_24", "pop_0_24"])
    assert set(groups) == {"aged_0_3", "aged_4_10", "aged_11_15", "aged_16_18", "aged_19_24"}


def test_centres_in_degrees_are_refused(tmp_path: Path) -> None:
    path = files.write(tmp_path / "centroids.csv", ["LSOA21CD", "X", "Y"], [{"LSOA21CD": "E01000001", "X": "-2.1", "Y": "52.7"}])
    problems = Problems()
    assert read_places(path, problems) is None
    assert "looks like degrees" in said(problems) and "British National Grid" in said(problems)


def test_sen_support_by_school_keeps_every_pupil(tmp_path: Path) -> None:
    gias = read_gias(files.gias(tmp_path), UPLAND, Problems())
    assert gias is not None
    read = read_school_sen(files.school_sen(tmp_path), UPLAND, {school.urn: school for school in gias[0]}, Problems())
    assert read is not None
    table = read.tables["sen_support"].set_index(["need", "phase"])["children"]
    assert table.sum() == pytest.approx(150), "the special school is left out, the hidden cell is not lost"
    assert table["NSA"].sum() == pytest.approx(6) and set(read.tables["sen_support"]["phase"]) == set(PHASES)
    assert table["SEMH", "secondary"] > 0 and table["SEMH", "post_16"] > 0, "an upper school has two phases"


def test_section_251_lines_and_the_deficit(tmp_path: Path) -> None:
    read = read_section_251(files.section_251(tmp_path), UPLAND, Problems())
    assert read is not None
    lines = read.tables["section_251"].set_index("line")["net_expenditure"]
    assert lines["1.2.3"] == 800_000.5 and lines["1.0.2"] == 1_200_000 and lines["1.2.6"] == 0
    assert read.tables["finance"].to_dict("records") == [
        {"financial_year": "2024/25", "measure": "deficit_at_year_end", "value_gbp": 450_000.0, "status": "outturn", "source": "S251"}
    ]


def test_a_matrix_in_seconds_and_metres(tmp_path: Path) -> None:
    rows = [
        {"from_id": "E02090000", "to_id": "1", "duration": "600", "distance": "8,500"},
        {"from_id": "E02090000", "to_id": "2", "duration": "", "distance": ""},
        {"from_id": "E02090000", "to_id": "77", "duration": "60", "distance": "500"},
    ]
    path = files.write(tmp_path / "matrix.csv", ["from_id", "to_id", "duration", "distance"], rows)
    read = read_matrix(path, ["E02090000"], {"1": "sp_hill", "2": "sp_brook"}, Problems())
    assert read is not None
    assert read.tables["travel_minutes"].to_dict("records") == [{"area": "E02090000", "site": "sp_hill", "minutes": 10.0, "km": 8.5}]
    assert len(read.findings.missing) == 2, "a journey without a time, and a site that is no unit"
    problems = Problems()
    assert read_matrix(path, ["E02090001"], {}, problems) is None and "is not an area of the county" in said(problems)


def test_kinds_of_files_are_told_by_their_headers(tmp_path: Path) -> None:
    problems = Problems()
    found = sort_files(files.all_files(tmp_path), problems)
    assert not problems.found, said(problems)
    assert set(found.ehcp) == {"caseload", "new-plans", "needs", "new-needs", "ceased"}
    assert (len(found.schools), len(found.population), len(found.places), len(found.school_sen), len(found.section_251)) == (1, 1, 2, 1, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "empty"), (b"PK\x03\x04rest", "workbook or a zip"), ("a,b\n1,2\n".encode("utf-16"), "UTF-16"), (b"a;b;c\n1;2;3\n", "no kind that is read"), (b"name,colour\nx,red\n", "no kind that is read")],
)  # fmt: skip
def test_other_files_are_refused_with_what_to_do(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(data)
    problems = Problems()
    sort_files([path], problems)
    assert words in said(problems) and problems.found[0].fix
