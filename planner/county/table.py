"""One CSV file, read by its spec into a typed frame: bounded in size, every fault with its row and column."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any, Final

import pandas as pd

from planner.county.cells import CellError, clean, read_cell
from planner.county.columns import Column, TableSpec
from planner.county.personal import ADVICE, personal_header, personal_value
from planner.errors import Problems, nearest

MOST_BYTES: Final = 50_000_000
MOST_COLUMNS: Final = 200
MOST_SHOWN_PER_TABLE: Final = 200
"""After so many problems in one table the rest of it is not read: the cause is likely one and the same."""

LINE: Final = "file_line"
"""A column added to every table while it is checked: the line of the file."""

_SEPARATORS: Final = {";": "semicolons", "\t": "tabs", "|": "bars"}
CSV_UTF8: Final = "In the spreadsheet choose 'Save as' and 'CSV UTF-8 (comma delimited)'."
_NOT_TEXT: Final = ((b"PK\x03\x04", "a workbook or a compressed file"), (b"\x1f\x8b", "a compressed file"), (b"%PDF", "a PDF"),
                    (b"\xd0\xcf\x11\xe0", "an old workbook"))  # fmt: skip


def read_bytes(path: Path, shown: str, problems: Problems) -> bytes | None:
    """The bytes of a file that is neither too large nor a device; None with a problem noted otherwise."""
    try:
        if not path.is_file():
            problems.add(shown, "", "the file is missing or is not a file")
            return None
        with path.open("rb") as handle:
            raw = handle.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        problems.add(shown, "", f"the file cannot be read ({getattr(error, 'strerror', None) or error})", fix="Check its name and folder.")
        return None
    if len(raw) > MOST_BYTES:
        problems.add(shown, "", "the file is too large", expected=f"at most {MOST_BYTES:,} bytes")
        return None
    return raw


def _text(raw: bytes, shown: str, problems: Problems) -> str | None:
    kind = next((words for sign, words in _NOT_TEXT if raw.startswith(sign)), "")
    if not raw.strip():
        problems.add(shown, "", "the file is empty", fix="Put the table back, with its header line.")
    elif kind:
        problems.add(shown, "", f"the file is {kind}, whatever its name says", fix=CSV_UTF8)
    elif raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:2000]:
        problems.add(shown, "", "the file is saved as UTF-16 or is not text", fix=CSV_UTF8)
    elif b"\x00" in raw:
        line = raw[: raw.index(b"\x00")].count(b"\n") + 1
        problems.add(shown, f"row {line}", "a null character stands in the row", line=line, fix="Delete it and type the row anew.")
    else:
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        problems.add(shown, "", "the file's letters cannot be read", fix=CSV_UTF8)
    return None


def read_table(spec: TableSpec, raw: bytes, problems: Problems, shown: str = "") -> pd.DataFrame | None:
    """The typed frame of one table with the line of each row, or None if its rows cannot be told apart; faults are noted."""
    shown = shown or spec.file
    text = _text(raw, shown, problems)
    if text is None:
        return None
    rows = raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")
    if rows > spec.most_rows + 1:
        problems.add(shown, "", f"the table has about {rows:,} rows", expected=f"at most {spec.most_rows:,}")
        return None
    return _rows(spec, text, shown, problems)


def _header(spec: TableSpec, header: list[str], shown: str, problems: Problems) -> bool:
    known = [column.name for column in spec.columns]
    if len(header) > MOST_COLUMNS:
        problems.add(shown, "", f"the table has {len(header):,} columns", line=1, expected=f"the columns {', '.join(known)}")
        return False
    good = True
    for number, name in enumerate(header):
        if name in known and header.index(name) == number:
            continue
        good = good and name not in known
        if personal_value("stock", name):
            problems.add(shown, f"column {number + 1}", "the header looks like data about one child", line=1, fix=ADVICE)
        elif personal_header(name):
            problems.add(shown, f"column {name}", "this column would tell of single children", line=1, fix=ADVICE)
            good = False
        elif name in known:
            problems.add(shown, f"column {name}", "the column stands twice", line=1, fix="Keep one of the two.")
        elif name:
            wanted = f"the columns {', '.join(known)}"
            problems.add(shown, f"column {name}", "this column is not known", line=1, expected=wanted, fix=nearest(name, known))
        else:
            problems.add(shown, f"column {number + 1}", "the column has no name", line=1, fix="Delete the column, or give it its name.")
    offered = " ".join(problem.fix for problem in problems.found if problem.file == shown)
    for column in spec.columns:
        if column.name not in header and not column.may_be_missing:
            good = False
            if f"'{column.name}'" not in offered:
                problems.add(shown, f"column {column.name}", "this column is missing", line=1, expected=column.meaning, fix="Add it.")
    return good


def _rows(spec: TableSpec, text: str, shown: str, problems: Problems) -> pd.DataFrame | None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    at = 1
    data: dict[str, list[Any]] = {column.name: [] for column in spec.columns}
    lines: list[int] = []
    before = len(problems.found)
    try:
        first = next(reader)
        if len(first) == 1 and (sign := next((sign for sign in _SEPARATORS if sign in first[0]), "")):
            problems.add(shown, "", f"the columns are separated by {_SEPARATORS[sign]}", line=1, expected="commas", fix=CSV_UTF8)
            return None
        header = [clean(name) for name in first]
        if not _header(spec, header, shown, problems):
            return None
        places = [header.index(column.name) if column.name in header else None for column in spec.columns]
        known: list[dict[str, Any]] = [{} for _ in spec.columns]
        at = reader.line_num + 1
        odd = len(problems.found) > before
        for cells in reader:
            line, at = at, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                if odd:
                    continue
                _width(cells, header, shown, line, problems)
                continue
            for column, place, read in zip(spec.columns, places, known, strict=True):
                words = "" if place is None else cells[place]
                if words not in read and (value := _cell(spec, column, words, line, shown, problems)) is not None:
                    read[words] = value
                data[column.name].append(read.get(words))
            lines.append(line)
            if len(problems.found) - before > MOST_SHOWN_PER_TABLE:
                problems.add(shown, "", "the rest of the file was not read after so many problems")
                break
    except (csv.Error, StopIteration) as error:
        said = f"{error}"
        wrong = "a quote is opened and not closed, or stands inside a cell" if "end of data" in said or "expected after" in said else said
        fix = "Close the quote; a quote inside a cell is written twice." if wrong != said else CSV_UTF8
        problems.add(shown, f"row {at}", f"the row cannot be read: {wrong}", line=at, fix=fix)
        return None
    frame = pd.DataFrame(data)
    frame[LINE] = lines
    if frame.empty and len(problems.found) == before:
        problems.add(shown, "", "the table has no rows", line=1, expected=f"rows, each {spec.row}")
    return frame


def _width(cells: list[str], header: list[str], shown: str, line: int, problems: Problems) -> None:
    more = len(cells) > len(header)
    fix = "A comma inside a name must stand in quotes, and a number has no commas." if more else "Fill the row to its end."
    problems.add(shown, f"row {line}", f"{len(cells):,} cells", line=line, expected=f"{len(header)} cells", fix=fix)


def _cell(spec: TableSpec, column: Column, text: str, line: int, shown: str, problems: Problems) -> Any:
    try:
        value = read_cell(column, text)
    except CellError as error:
        kind = personal_value(spec.name, text)
        if kind:
            problems.add(shown, f"column {column.name}", f"the cell looks like {kind}", line=line, fix=ADVICE)
        else:
            problems.add(shown, f"column {column.name}", error.wrong, line=line, expected=error.expected, fix=error.fix)
        return None
    if column.kind == "text" and (kind := personal_value(spec.name, text)):
        problems.add(shown, f"column {column.name}", f"the cell looks like {kind}", line=line, fix=ADVICE)
        return None
    return value


def changed_by_a_spreadsheet(text: str, known: set[str]) -> str:
    """What a spreadsheet did to a code that is not known, in words: dropped its leading noughts, made it a date or a power of ten."""
    bare = re.sub(r"\.0$", "", text).lstrip("0")
    whole = next((code for code in known if code != text and code.lstrip("0") == bare), "") if bare.isdigit() else ""
    if whole:
        return f"A spreadsheet may have dropped the leading noughts of '{whole}'; format the column as text."
    if re.fullmatch(r"\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{2}|\d{1,2}/\d{1,2}/\d{2,4}", text):
        return "A spreadsheet may have changed the code to a date; format the column as text."
    return (
        "A spreadsheet may have changed the code to a power of ten; format the column as text."
        if re.fullmatch(r"\d\.?\d*E\+\d+", text)
        else ""
    )
