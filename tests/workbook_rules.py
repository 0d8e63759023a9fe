"""The Government Analysis Function's checklist of accessible spreadsheets as a checker: give it a workbook, get the rules it breaks."""

from __future__ import annotations

import io
import re
import textwrap
import zipfile

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

MEANT = re.compile(r"\[(?!note )([^\]]+)\]")
NOTES = re.compile(r"\[note (\d+)\]")
FORBIDDEN_PARTS = re.compile(r"xl/(drawings|media|charts|comments|vbaProject|embeddings|ctrlProps)")


def failed_rules(data: bytes) -> list[str]:
    """Every broken rule as ``number: what is wrong``; an empty list for a workbook that keeps them all."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    found: list[str] = []
    sheets = book.worksheets
    told = _first_column(book, "Shorthand") | _first_column(book, "Notes")
    used: set[str] = set()
    for sheet in sheets:
        found += _everywhere(sheet)
        used |= {f"[note {number}]" for cell in _cells(sheet) for number in NOTES.findall(str(cell.value)) if sheet.title != "Notes"}
        if sheet is not sheets[0]:
            found += _table(sheet, told)
    found += [f"7: {note} is not in the notes table" for note in sorted(used - told)]
    found += [f"7: {note} is used nowhere" for note in sorted({note for note in told if NOTES.fullmatch(note)} - used) if used]
    return found + _whole(book, sheets) + _parts(data)


def _cells(sheet: Worksheet) -> list:
    return [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]


def _first_column(book: openpyxl.Workbook, name: str) -> set[str]:
    return {str(cell.value) for cell in book[name]["A"] if cell.value} if name in book.sheetnames else set()


def _everywhere(sheet: Worksheet) -> list[str]:
    name, found = sheet.title, []
    if sheet.merged_cells.ranges:
        found.append(f"2: {name} has merged cells")
    if sheet.freeze_panes:
        found.append(f"5: {name} has frozen panes")
    if sheet.auto_filter.ref or any(table.autoFilter is not None for table in sheet.tables.values()):
        found.append(f"5: {name} has a filter")
    if sheet.sheet_state != "visible" or any(part.hidden for part in [*sheet.row_dimensions.values(), *sheet.column_dimensions.values()]):
        found.append(f"5: {name} hides something")
    if not isinstance(sheet["A1"].value, str) or len(sheet["A1"].value) < 5:
        found.append(f"9: {name} has no title in A1")
    if re.fullmatch(r"Sheet ?\d*", name) or not _cells(sheet):
        found.append(f"9: {name} is blank or has no name of its own")
    heads = [sheet.oddHeader, sheet.oddFooter, sheet.evenHeader, sheet.evenFooter, sheet.firstHeader, sheet.firstFooter]
    if any(part.text for head in heads for part in (head.left, head.center, head.right)):
        found.append(f"10: {name} has a header or footer")
    for cell in _cells(sheet):
        if cell.fill.fill_type:
            found.append(f"10: {name}!{cell.coordinate} has a fill")
        if cell.data_type == "f":
            found.append(f"10: {name}!{cell.coordinate} is a formula")
        if re.search(r"[*†‡§¹²³]", str(cell.value)) or cell.font.vertAlign:
            found.append(f"7: {name}!{cell.coordinate} has a symbol or superscript")
    return found


def _table(sheet: Worksheet, told: set[str]) -> list[str]:
    name, tables = sheet.title, list(sheet.tables.values())
    if len(tables) != 1:
        return [f"1: {name} has {len(tables)} tables" if not tables else f"8: {name} has {len(tables)} tables"]
    table, found = tables[0], []
    if re.fullmatch(r"(?i)table_?\d*", table.name):
        found.append(f"1: {name}'s table has no name of its own")
    left, top, right, bottom = range_boundaries(table.ref)
    header = [sheet.cell(top, column).value for column in range(left, right + 1)]
    if table.headerRowCount not in (None, 1) or any(not str(text or "").strip() for text in header) or len(set(header)) < len(header):
        found.append(f"3: {name}'s header is not one row of different, filled cells")
    if left != 1:
        found.append(f"8: {name}'s table does not begin in column A")
    for cell in _cells(sheet):
        if cell.row > bottom or (cell.column > right and cell.row >= top):
            found.append(f"8: {name}!{cell.coordinate} stands below or beside the table")
    for row in sheet.iter_rows(top + 1, bottom, left, right):
        empty = [cell for cell in row if str(cell.value if cell.value is not None else "").strip() == ""]
        if len(empty) == len(row):
            found.append(f"3: {name} has a blank row {row[0].row}")
        elif empty:
            found.append(f"6: {name}!{empty[0].coordinate} is empty")
        for cell in row:
            found += _fits(sheet, cell)
            if isinstance(cell.value, str) and name not in ("Shorthand", "Notes"):
                found += [f"6: {name}!{cell.coordinate} uses [{code}]" for code in MEANT.findall(cell.value) if f"[{code}]" not in told]
    return found


def _fits(sheet: Worksheet, cell) -> list[str]:
    dimensions = [part for part in sheet.column_dimensions.values() if part.min and part.min <= cell.column <= part.max]
    width = dimensions[0].width if dimensions else 8.43
    text = f"{cell.value:,.0f}" if isinstance(cell.value, int | float) else str(cell.value or "")
    lines = len(textwrap.wrap(text, max(int(width), 1)))
    where = f"4: {sheet.title}!{cell.coordinate}"
    if lines <= 1:
        return []
    if not cell.alignment.wrap_text:
        return [f"{where} does not wrap"]
    height = sheet.row_dimensions[cell.row].height
    return [f"{where} is cut off"] if height is not None and height < 14 * lines else []


def _whole(book: openpyxl.Workbook, sheets: list[Worksheet]) -> list[str]:
    found = []
    if not book.properties.title:
        found.append("11: the workbook has no title")
    if not book.properties.language:
        found.append("11: the workbook has no language")
    if book.active is not sheets[0] or any(view.activeCell not in (None, "A1") for view in sheets[0].sheet_view.selection):
        found.append("11: the cursor is not in A1 of the first sheet")
    if [sheet.title for sheet in sheets[:2]] != ["Cover", "Contents"]:
        return [*found, "12: the first two sheets are not the cover and the contents"]
    linked = {cell.hyperlink.location.split("!")[0].strip("'") for cell in _cells(sheets[1]) if cell.hyperlink and cell.hyperlink.location}
    found += [f"12: the contents do not link to {sheet.title}" for sheet in sheets[2:] if sheet.title not in linked]
    return found


def _parts(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [f"10: the file holds {name}" for name in archive.namelist() if FORBIDDEN_PARTS.match(name)]
