"""``tables.xlsx``: a public pack as a workbook by the Government Analysis Function's checklist of accessible spreadsheets.

One table a sheet from cell A4 down with nothing below it, a cover, contents with links, notes and shorthand on sheets of their own.
No merged cells, filters, frozen panes, fills, pictures or charts: the charts are in the report and in ``charts/``.
"""

from __future__ import annotations

import datetime
import io
import re
import textwrap
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import xlsxwriter

from planner.publish.kinds import cell_kind, row_kinds
from planner.publish.pack import MARKS, NOT_APPLICABLE, Column, Kind, Mark, Pack, PackTable
from planner.report.write import write_bytes

LANGUAGE: Final = "en-GB"
FILE: Final = "tables.xlsx"
FIRST_ROW: Final = 3
"""The row of a table's header, counted from 0: below the title, what the sheet holds and where its shorthand is explained."""

_FORMATS: Final[dict[Kind, str]] = {
    Kind.CHILDREN: "#,##0",
    Kind.PLACES: "#,##0",
    Kind.MONEY: "£#,##0;-£#,##0",
    Kind.PERCENT: "0%",
    Kind.MINUTES: "0",
    Kind.KILOMETRES: "0",
    Kind.METRES: "0",
}
_UNITS: Final[dict[Kind, str]] = {
    Kind.MONEY: "pounds",
    Kind.PERCENT: "percent",
    Kind.MINUTES: "minutes one way",
    Kind.KILOMETRES: "kilometres",
    Kind.METRES: "metres",
}
_WIDEST, _NARROWEST = 60, 10
_LINE_POINTS: Final = 16.0


@dataclass(frozen=True)
class Sheet:
    """One sheet with a table: its tab, the table's name in the file, its title in A1, header, rows of cells and their kinds."""

    tab: str
    table: str
    title: str
    says: str
    header: Sequence[str]
    cells: Sequence[Sequence[object]]
    kinds: Sequence[Sequence[Kind]]


def write_tables_workbook(folder: Path, pack: Pack) -> None:
    """Write ``tables.xlsx`` from a public pack.

    Raises:
        WriteError: if the file cannot be written.

    """
    write_bytes(folder / FILE, tables_workbook(pack))


def tables_workbook(pack: Pack) -> bytes:
    """The workbook of a public pack as the bytes of its file."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(buffer, options)
    book.set_properties({"title": pack.title, "subject": "Tables for publication", "created": _created(pack.facts.get("created", ""))})
    looks = _Looks(book)
    notes, numbers = _notes(pack)
    sheets = [_data_sheet(number, table, numbers[table.name]) for number, table in enumerate(pack.tables.values(), 1)]
    tabs = ["Cover", "Contents", "Notes", "Shorthand", *(sheet.tab for sheet in sheets)]
    made = {tab: book.add_worksheet(tab) for tab in tabs}
    _cover(made["Cover"], pack, looks)
    _table_sheet(made["Contents"], _contents(pack, sheets), looks, links=True)
    _table_sheet(made["Notes"], _words_sheet("Notes", "notes", "Notes to the tables", ("Note number", "Note text"), notes), looks)
    shorthand = [(f"[{code}]", meaning) for code, meaning in MARKS.items()]
    _table_sheet(
        made["Shorthand"], _words_sheet("Shorthand", "shorthand", "Shorthand in the tables", ("Shorthand", "Meaning"), shorthand), looks
    )
    for sheet in sheets:
        _table_sheet(made[sheet.tab], sheet, looks)
    made["Cover"].activate()
    book.close()
    return _with_language(buffer.getvalue())


class _Looks:
    """The few formats of the workbook; none has a fill and none tells anything by colour."""

    def __init__(self, book: Any) -> None:
        plain = {"font_name": "Arial", "font_size": 12, "valign": "top"}
        self.title = book.add_format({**plain, "bold": True, "font_size": 16})
        self.line = book.add_format(plain)
        self.paragraph = book.add_format({**plain, "text_wrap": True})
        self.header = book.add_format({**plain, "bold": True, "text_wrap": True, "bottom": 1})
        self.header_right = book.add_format({**plain, "bold": True, "text_wrap": True, "bottom": 1, "align": "right"})
        self.text = book.add_format({**plain, "text_wrap": True})
        self.mark = book.add_format({**plain, "align": "right"})
        self.link = book.add_format({**plain, "underline": 1, "font_color": "#1D70B8"})
        self.numbers = {kind: book.add_format({**plain, "num_format": text}) for kind, text in _FORMATS.items()}


def _created(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return datetime.datetime(2000, 1, 1)


def _notes(pack: Pack) -> tuple[list[tuple[str, str]], dict[str, list[int]]]:
    """Every note once with its number, and the numbers that each table needs."""
    texts: list[str] = []
    numbers: dict[str, list[int]] = {}
    for table in pack.tables.values():
        wanted = [*table.notes, *([f"Source: {table.source}."] if table.source else [])]
        for text in wanted:
            if text not in texts:
                texts.append(text)
        numbers[table.name] = sorted({texts.index(text) + 1 for text in wanted})
    return [(f"[note {number}]", text) for number, text in enumerate(texts, 1)] or [("[note 1]", "There are no notes.")], numbers


def tab_name(number: int, name: str) -> str:
    """A sheet's name: unique by its number, at most 31 characters, without those that a sheet's name may not have."""
    return f"{number}_{re.sub(r'[^A-Za-z0-9_]', '_', name)}"[:31]


def _header(columns: Sequence[Column]) -> list[str]:
    """Titles with units, each different from the others."""
    titles: list[str] = []
    for column in columns:
        unit = _UNITS.get(column.kind, "")
        title = f"{column.title} ({unit})" if unit and unit not in column.title else column.title
        titles.append(title if title and title not in titles else f"{title} {column.name}".strip())
    return titles


def _data_sheet(number: int, table: PackTable, notes: list[int]) -> Sheet:
    rows, marks = row_kinds(table), " ".join(f"[note {note}]" for note in notes)
    names = [column.name for column in table.columns]
    cells = [list(row) for row in table.frame[names].itertuples(index=False, name=None)] or [[NOT_APPLICABLE] * len(names)]
    rows = rows or [None]
    kinds = [
        [cell_kind(column, row, value) for column, value in zip(table.columns, line, strict=True)]
        for row, line in zip(rows, cells, strict=True)
    ]
    return Sheet(
        tab_name(number, table.name), f"table_{re.sub(r'[^A-Za-z0-9_]', '_', table.name)}", f"Table {number}: {table.title} {marks}".strip(),
        table.measure, _header(table.columns), cells, kinds,
    )  # fmt: skip


def _words_sheet(tab: str, name: str, title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Sheet:
    return Sheet(tab, name, title, "This sheet holds one table.", header, rows, [[Kind.TEXT] * len(header)] * len(rows))


def _contents(pack: Pack, sheets: Sequence[Sheet]) -> Sheet:
    first = [("Notes", "Notes to the tables", "Every table"), ("Shorthand", "Shorthand in the tables", "Every table")]
    rows = first + [(sheet.tab, sheet.title.split(" [note")[0], sheet.says) for sheet in sheets]
    return _words_sheet("Contents", "contents", f"Contents: {pack.title}", ("Sheet", "What it holds", "Measure, place and period"), rows)


def _cover(page: Any, pack: Pack, looks: _Looks) -> None:
    facts = pack.facts
    page.set_column(0, 0, 95)
    page.write_string(0, 0, pack.title, looks.title)
    period = f"{facts.get('county_title', '')}, academic years {facts.get('base_year', '')} to {facts.get('last_year', '')}."
    lines = [
        period,
        facts.get("scenario_description", ""),
        f"For publication. Counts of children and totals are each rounded to the nearest {facts.get('round_to', '5')}, so that parts may not add to totals. "
        "Differences are taken between rounded figures.",
        "Years after the base year are what a plan would lead to under stated assumptions. They are not a forecast of what will be decided.",
        "This workbook follows the checklist for accessible spreadsheets of the Government Analysis Function. It has no charts; they are published beside it.",
        f"Made by planner {facts.get('planner_version', '')} on {facts.get('created', '')[:10] or 'an unknown date'}.",
    ]
    kept = [line for line in lines if line.strip()]
    page.set_row(0, _LINE_POINTS + 8)
    for row, line in enumerate(kept, 1):
        page.write_string(row, 0, line, looks.paragraph)
        page.set_row(row, _height(line, 95))
    _paper(page)
    page.write_url(len(kept) + 1, 0, "internal:'Contents'!A1", looks.link, "Go to the contents")


def _table_sheet(page: Any, sheet: Sheet, looks: _Looks, *, links: bool = False) -> None:
    """Write one sheet: title in A1, what it holds in A2, where its shorthand is explained in A3, the table from A4."""
    page.write_string(0, 0, sheet.title, looks.title)
    page.write_string(1, 0, sheet.says, looks.line)
    if sheet.tab in ("Contents", "Notes", "Shorthand"):
        page.write_string(2, 0, "Each row is one sheet, note or piece of shorthand.", looks.line)
    else:
        page.write_string(
            2,
            0,
            "This sheet holds one table. Notes are on the sheet Notes, and words in square brackets on the sheet Shorthand.",
            looks.line,
        )
    last, right = FIRST_ROW + len(sheet.cells), len(sheet.header) - 1
    columns = [
        {"header": title, "header_format": looks.header_right if sheet.kinds[0][place] in looks.numbers else looks.header}
        for place, title in enumerate(sheet.header)
    ]
    page.add_table(
        FIRST_ROW, 0, last, right, {"name": sheet.table, "columns": columns, "autofilter": False, "style": None, "description": sheet.title}
    )
    widths = _widths(sheet)
    for place, width in enumerate(widths):
        page.set_column(place, place, width)
    page.set_row(0, _LINE_POINTS + 8)
    page.set_row(FIRST_ROW, max(_height(title, width - 2) for title, width in zip(sheet.header, widths, strict=True)))
    _paper(page)
    for down, (line, kinds) in enumerate(zip(sheet.cells, sheet.kinds, strict=True), FIRST_ROW + 1):
        page.set_row(down, max(_height(str(value), width) for value, width in zip(line, widths, strict=True)))
        for across, (value, kind) in enumerate(zip(line, kinds, strict=True)):
            if links and across == 0:
                page.write_url(down, 0, f"internal:'{value}'!A1", looks.link, str(value))
            else:
                _cell(page, down, across, value, kind, looks)


def _height(text: str, width: float) -> float:
    """The height of a row, points, that holds a text wrapped in a column of this width: Arial 12 is wider than the unit of widths."""
    return _LINE_POINTS * max(len(textwrap.wrap(text, max(int(width / 1.18), 4))), 1) + 2


def _paper(page: Any) -> None:
    """A4 across, as wide as one page."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _cell(page: Any, down: int, across: int, value: object, kind: Kind, looks: _Looks) -> None:
    if isinstance(value, Mark):
        page.write_string(down, across, str(value), looks.mark)
    elif isinstance(value, int | float) and not isinstance(value, bool) and kind in looks.numbers:
        page.write_number(down, across, value, looks.numbers[kind])
    else:
        text = str(value)
        page.write_string(down, across, text if text.strip() else str(NOT_APPLICABLE), looks.text)


def _widths(sheet: Sheet) -> list[float]:
    """Widths that hold the longest word or figure of each column, wider for text up to a limit beyond which it wraps."""
    widths = []
    for across, title in enumerate(sheet.header):
        words = max((len(word) for word in title.split()), default=0)
        longest = max((_length(line[across], kinds[across]) for line, kinds in zip(sheet.cells, sheet.kinds, strict=True)), default=0)
        widths.append(min(max(words, longest, len(title) / 2, _NARROWEST) * 1.25 + 2, _WIDEST))
    return widths


def _length(value: object, kind: Kind) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return len(f"£{value:,.0f}") if kind is Kind.MONEY else len(f"{value:,.0f}")
    return len(str(value))


def _with_language(data: bytes) -> bytes:
    """The workbook with its language in its properties, which the library does not write."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            part = old.read(item.filename)
            if item.filename == "docProps/core.xml":
                part = part.replace(b"</cp:coreProperties>", f"<dc:language>{LANGUAGE}</dc:language></cp:coreProperties>".encode())
            new.writestr(item, part)
    return result.getvalue()
