"""The public workbook keeps the checklist, and the checker that says so finds every spoilt workbook."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pandas as pd
import pytest
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image
from openpyxl.styles import Alignment, PatternFill
from PIL import Image as Picture

from planner.publish.comparison import comparison_pack
from planner.publish.contents import RunSource, run_pack
from planner.publish.gate import publish
from planner.publish.pack import LOW, Pack
from planner.report.tables_workbook import tables_workbook
from planner.run import RunResult
from tests.workbook_rules import failed_rules

DATA = "2_ehcps_by_phase"


@pytest.fixture(scope="module")
def public(tiny_run: RunResult) -> Pack:
    case = tiny_run.case
    source = RunSource(case.loaded, case.county, case.demand, case.arcs, case.programme, tiny_run.solution, tiny_run.check, 1e6)
    return publish(run_pack(source))


@pytest.fixture(scope="module")
def data(public: Pack) -> bytes:
    return tables_workbook(public)


def test_ours_keeps_every_rule(data: bytes) -> None:
    assert failed_rules(data) == []


def test_a_comparison_keeps_every_rule_too() -> None:
    frame = pd.DataFrame(
        {"scenario": ["base", "=other"] * 2, "year": ["2025/26", "2025/26", "2026/27", "2026/27"], "children": [3.0, 9.0, 0.0, 40.0]}
    )
    none = pd.DataFrame(columns=["scenario", "setting", "value"])
    pack = publish(
        comparison_pack("two", {"waiting_compared": frame, "input_differences": none}, {"base_year": "2024/25"}, ("base", "=other"))
    )
    book = tables_workbook(pack)
    assert failed_rules(book) == []
    cell = openpyxl.load_workbook(io.BytesIO(book))["2_waiting_compared"]["A6"]
    assert cell.value == "=other"
    assert cell.data_type == "s"


def test_figures_are_numbers_and_marks_stand_in_brackets(data: bytes, public: Pack) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(data))[DATA]
    rows = list(sheet.iter_rows(5, values_only=True))
    frame = public.table("ehcps_by_phase").frame
    assert len(rows) == len(frame)
    for row, shown in zip(rows, frame["ehcps"], strict=True):
        assert row[2] == (str(shown) if shown == LOW else shown)
    assert any(row[2] == "[low]" for row in rows)
    assert sheet["C5"].number_format == "#,##0"


def put(cell: str, value: object, sheet: str = DATA) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book[sheet][cell] = value

    return change


def without_table(book: openpyxl.Workbook) -> None:
    del book[DATA].tables["table_ehcps_by_phase"]


def named_table1(book: openpyxl.Workbook) -> None:
    table = book[DATA].tables.pop("table_ehcps_by_phase")
    table.name = table.displayName = "Table1"
    book[DATA].add_table(table)


def blank_row(book: openpyxl.Workbook) -> None:
    for column in "ABC":
        book[DATA][f"{column}6"] = None


def unwrapped(book: openpyxl.Workbook) -> None:
    book["Notes"]["B5"].alignment = Alignment(wrap_text=False)


def too_low(book: openpyxl.Workbook) -> None:
    book["Notes"].row_dimensions[5].height = 10


def filtered(book: openpyxl.Workbook) -> None:
    book[DATA].auto_filter.ref = "A4:C9"


def hidden(book: openpyxl.Workbook) -> None:
    book[DATA].column_dimensions["B"].hidden = True


def picture(book: openpyxl.Workbook) -> None:
    buffer = io.BytesIO()
    Picture.new("RGB", (4, 4)).save(buffer, "PNG")
    book[DATA].add_image(Image(buffer), "F2")


def comment(book: openpyxl.Workbook) -> None:
    book[DATA]["A1"].comment = Comment("floating", "somebody")


def unlinked(book: openpyxl.Workbook) -> None:
    book["Contents"]["A8"].hyperlink = None


SPOILT: list[tuple[str, str, Callable[[openpyxl.Workbook], object]]] = [
    ("1", "no table", without_table),
    ("1", "a table without a name of its own", named_table1),
    ("2", "merged cells", lambda book: book[DATA].merge_cells("A1:C1")),
    ("3", "a blank row", blank_row),
    ("3", "two headers alike", put("B4", "Academic year")),
    ("3", "an empty header", put("B4", None)),
    ("4", "text that does not wrap", unwrapped),
    ("4", "text that is cut off", too_low),
    ("5", "frozen panes", lambda book: setattr(book[DATA], "freeze_panes", "A5")),
    ("5", "a filter", filtered),
    ("5", "a hidden column", hidden),
    ("5", "a hidden sheet", lambda book: setattr(book[DATA], "sheet_state", "hidden")),
    ("6", "an empty cell", put("C7", None)),
    ("6", "shorthand that is not explained", put("C7", "[q]")),
    ("7", "a note that is not there", put("A1", "Table 2: EHCPs [note 99]")),
    ("7", "an asterisk for a note", put("A1", "Table 2: EHCPs by phase*")),
    ("8", "text below the table", put("A60", "Source: somewhere")),
    ("8", "text beside the table", put("F6", "see left")),
    ("9", "no title in A1", put("A1", None)),
    ("9", "a blank sheet", lambda book: book.create_sheet("Sheet1")),
    ("10", "a fill", lambda book: setattr(book[DATA]["C6"], "fill", PatternFill("solid", fgColor="FFFF00"))),
    ("10", "a header", lambda book: setattr(book[DATA].oddHeader.center, "text", "Confidential")),
    ("10", "a picture", picture),
    ("10", "a floating comment", comment),
    ("10", "a formula", put("C6", "=SUM(C7:C8)")),
    ("11", "no title", lambda book: setattr(book.properties, "title", None)),
    ("11", "no language", lambda book: setattr(book.properties, "language", None)),
    ("11", "the cursor elsewhere", lambda book: setattr(book, "active", 3)),
    ("12", "contents without a link", unlinked),
    ("12", "no cover", lambda book: book.remove(book["Cover"])),
]


def resaved(data: bytes, change: Callable[[openpyxl.Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_saving_again_spoils_nothing_by_itself(data: bytes) -> None:
    assert failed_rules(resaved(data, lambda book: None)) == []


@pytest.mark.filterwarnings("ignore:File may not be readable")
@pytest.mark.parametrize(("rule", "name", "spoil"), SPOILT, ids=[f"{rule} {name}" for rule, name, _ in SPOILT])
def test_a_spoilt_workbook_is_found_by_its_rule(rule: str, name: str, spoil: Callable[[openpyxl.Workbook], object], data: bytes) -> None:
    assert any(found.startswith(f"{rule}:") for found in failed_rules(resaved(data, spoil))), name
