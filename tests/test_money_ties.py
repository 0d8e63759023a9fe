"""One run, every page that shows its money: ledger, objective, financial years, finance workbook, pack, summary and page agree to the penny."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import openpyxl
import pytest

from planner.check.replay import check_folder
from planner.publish.contents import RunSource, run_pack
from planner.publish.pack import Pack
from planner.report.summary import millions
from planner.run import RunResult, run_scenario
from tests.conftest import COUNTIES, TINY

PENNY = 0.005


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    """Schemes of every kind, prices that grow, an uplift, another autumn share and income of its own, so that nothing agrees by chance."""
    folder = tmp_path_factory.mktemp("ties")
    text = TINY.read_text(encoding="utf-8").replace("years: 2", "years: 4")
    fixed = "  fixed: {open_rc_south: {year: 2026/27}, open_cb_east: {year: 2025/26}, grow_sp_north: {year: 2026/27}}"
    text = text.replace("  offer: [resource_centre, contact_base, expand_special]", fixed)
    text += (
        "money: {optimism_bias: 0.24, autumn_share: 0.6, discount_rate: 0.04, block_growth_per_year: 0.01,"
        " uprating_per_year: {capital: 0.03, transport: 0.02}, transfer_in_gbp_by_year: {2026/27: 1000}, other_income_gbp_by_year: {2027/28: 500}}\n"
    )
    (folder / "ties.yaml").write_text(text, encoding="utf-8")
    return run_scenario(folder / "ties.yaml", COUNTIES, folder / "out")


@pytest.fixture(scope="module")
def manifest(run: RunResult) -> dict[str, object]:
    found: dict[str, object] = json.loads((run.folder / "manifest.json").read_text(encoding="utf-8"))["solve"]
    return found


@pytest.fixture(scope="module")
def pack(run: RunResult, manifest: dict[str, object]) -> Pack:
    case = run.case
    parts = (case.loaded, case.county, case.demand, case.arcs, case.programme, run.solution, run.check)
    return run_pack(RunSource(*parts, float(str(manifest["cost_gbp"]))))


@pytest.fixture(scope="module")
def book(run: RunResult) -> openpyxl.Workbook:
    return openpyxl.load_workbook(run.folder / "internal" / "finance.xlsx", data_only=True)


def labelled(book: openpyxl.Workbook, sheet: str, label: str) -> list[object]:
    """The row of a sheet that begins with a label."""
    return next([cell.value for cell in row] for row in book[sheet].iter_rows() if str(row[0].value).startswith(label))


def test_the_ledger_is_the_objective(run: RunResult, manifest: dict[str, object]) -> None:
    assert run.solution.table("ledger")["present_value_gbp"].sum() == pytest.approx(manifest["cost_gbp"], abs=PENNY)
    assert manifest["cost_gbp"] == pytest.approx(float(str(manifest["cost_gbp"])))


def test_the_workbook_is_the_ledger(run: RunResult, manifest: dict[str, object], book: openpyxl.Workbook) -> None:
    total = labelled(book, "Summary", "Public cost, present value")
    assert total[1] == pytest.approx(manifest["cost_gbp"], abs=PENNY) and total[2] == pytest.approx(manifest["cost_gbp"], abs=PENNY)
    assert labelled(book, "Checks", "All checks")[1] == "Every check ties."
    years = labelled(book, "Financial years", "All funds, total")
    assert years[7] == pytest.approx(run.solution.table("ledger_financial_year")["cash_gbp"].sum(), abs=PENNY)
    assert labelled(book, "Clock reconciliation", "Total")[6:8] == pytest.approx([years[7], 0.0], abs=PENNY)
    closing = run.solution.table("dsg_position")["deficit_at_year_end_gbp"].iloc[-1]
    assert labelled(book, "DSG plan", "Cumulative deficit")[-1] == pytest.approx(closing, abs=PENNY)
    capital = run.solution.table("appraisal").iloc[-1]
    assert labelled(book, "Appraisal", "All schemes")[5:7] == pytest.approx(
        [capital["capital_gbp"], capital["capital_uplift_gbp"]], abs=PENNY
    )
    assert capital["capital_uplift_gbp"] == pytest.approx(capital["capital_gbp"] * 0.24 / 1.24) and capital["capital_gbp"] > 50_000


def test_the_pack_is_the_financial_years(run: RunResult, pack: Pack) -> None:
    paid = run.solution.table("ledger_financial_year")
    lines = pack.table("cost_by_line").frame
    for year, mine in lines.groupby("financial_year"):
        whole, parts = mine[mine["line"] == "Total"], mine[mine["line"] != "Total"]
        expected = paid[paid["financial_year"] == year]["cash_gbp"].sum()
        assert float(whole["cost_gbp"].iloc[0]) == pytest.approx(expected, abs=PENNY)
        assert float(parts["cost_gbp"].astype(float).sum()) == pytest.approx(expected, abs=PENNY)
    clocks = pack.table("clock_reconciliation").frame
    assert set(clocks["difference_gbp"]) == {0.0}
    assert float(clocks["financial_years_gbp"].astype(float).sum()) == pytest.approx(paid["cash_gbp"].sum(), abs=PENNY)
    plan = pack.table("dsg_plan").frame
    cost = run.solution.table("dsg_position")["high_needs_cost_gbp"].iloc[-1]
    last = plan[(plan["line"] == "Total high needs expenditure") & (plan["financial_year"] == "2028/29")]
    assert float(last["amount_gbp"].iloc[0]) == pytest.approx(cost, abs=PENNY)


def test_the_summary_and_the_page_say_the_same(run: RunResult, manifest: dict[str, object]) -> None:
    cost = float(str(manifest["cost_gbp"]))
    assert f"| Public cost, present value | {millions(cost)} " in (run.folder / "internal" / "summary.md").read_text(encoding="utf-8")
    assert f"£{cost:,.2f}" in (run.folder / "internal" / "report.html").read_text(encoding="utf-8")


def test_separate_code_agrees_from_the_written_files(run: RunResult) -> None:
    report = check_folder(Path(run.folder), COUNTIES)
    assert report.passed, report.findings[:3]
    assert {"two_clocks", "dsg_plan", "placements", "appraisal"} <= set(report.tested)


def test_an_uplift_of_capital_costs_what_it_says(run: RunResult) -> None:
    capital = run.solution.table("ledger").query("fund == 'capital' and not academic_year.str.startswith('after')")
    bare = {"open_rc_south": 8_000 + 4 * 6_000, "open_cb_east": 5_000 + 4 * 1_000, "grow_sp_north": 10_000 + 2 * 20_000}
    opens = {"open_rc_south": 2, "open_cb_east": 1, "grow_sp_north": 2}
    for option, pounds in bare.items():
        spent = capital.loc[capital["option"] == option, "cash_gbp"].sum()
        assert spent == pytest.approx(pounds * 1.24 * 1.03 ** opens[option]), option


@pytest.mark.usefixtures("without_pictures")
@pytest.mark.parametrize("years", [1, 2])
def test_a_county_that_pays_for_nothing_but_journeys_ties_too(years: int, tmp_path: Path) -> None:
    """Nothing paid by the high needs block and nothing that opens: the workbook has its sheets, and every check holds."""
    shutil.copytree(COUNTIES / "tiny", tmp_path / "counties" / "tiny")
    prices = tmp_path / "counties" / "tiny" / "rates" / "prices.yaml"
    prices.write_text(re.sub(r"value_gbp: -?\d+(?=, provision_type)", "value_gbp: 0", prices.read_text(encoding="utf-8")), encoding="utf-8")
    text = (
        TINY.read_text(encoding="utf-8")
        .replace("years: 2", f"years: {years}")
        .replace("offer: [resource_centre, contact_base, expand_special]", "offer: []")
    )
    (tmp_path / "bare.yaml").write_text(text + "money: {price_factor: {interim_tuition: 0}}\n", encoding="utf-8")
    bare = run_scenario(tmp_path / "bare.yaml", tmp_path / "counties", tmp_path / "out")
    ledger = bare.solution.table("ledger")
    assert set(ledger.loc[ledger["cash_gbp"] != 0, "line"]) == {"transport"} and bare.solution.table("appraisal").empty
    assert bare.check.passed, bare.check.findings[:3]
    book = openpyxl.load_workbook(bare.folder / "internal" / "finance.xlsx", data_only=True)
    assert labelled(book, "Checks", "All checks")[1] == "Every check ties."
    assert labelled(book, "DSG plan", "Maintained special")[-1] == 0 and labelled(book, "Appraisal", "Nothing opens")
