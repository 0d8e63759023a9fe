"""A county's folder, read and checked: every problem in every table is found before anything is worked out."""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path
from typing import Any

import pandas as pd

from planner.county.cells import CellError, clean, read_cell
from planner.county.county import County
from planner.county.rates_book import read_rates
from planner.county.rules import check_rules, complete_band_mix
from planner.county.specs import SPECS, Column, TableSpec
from planner.errors import Problems, nearest

MOST_SHOWN_PER_TABLE = 200
"""After so many problems in one table the rest of it is not read: the cause is likely one and the same."""

LINE = "file_line"
"""A column added to every table while it is checked: the line of the file."""


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _text(path: Path, problems: Problems) -> str | None:
    raw = path.read_bytes()
    if not raw.strip():
        problems.add(path.name, "", "the file is empty", fix="Put the table back, with its header line.")
        return None
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:1000]:
        problems.add(path.name, "", "the file is saved as UTF-16 or is not text", fix="Save it as 'CSV UTF-8'.")
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    problems.add(path.name, "", "the file's letters cannot be read", fix="Save it as 'CSV UTF-8'.")
    return None


def _header(spec: TableSpec, header: list[str], problems: Problems) -> bool:
    known = [column.name for column in spec.columns]
    for name in header:
        if header.count(name) > 1:
            problems.add(spec.file, f"column {name}", "the column stands twice", line=1, fix="Keep one of the two.")
            return False
        if name not in known:
            problems.add(
                spec.file,
                f"column {name}",
                "this column is not known",
                line=1,
                expected=f"the columns {', '.join(known)}",
                fix=nearest(name, known),
            )
    missing = [column.name for column in spec.columns if column.name not in header and not column.may_be_missing]
    for name in missing:
        problems.add(
            spec.file,
            f"column {name}",
            "this column is missing",
            line=1,
            expected=next(column.meaning for column in spec.columns if column.name == name),
        )
    return not missing


def _rows(spec: TableSpec, text: str, problems: Problems) -> pd.DataFrame | None:
    reader = csv.reader(io.StringIO(text))
    try:
        header = [clean(name) for name in next(reader)]
        if not _header(spec, header, problems):
            return None
        columns = {column.name: header.index(column.name) for column in spec.columns if column.name in header}
        data: dict[str, list[Any]] = {column.name: [] for column in spec.columns}
        known: dict[str, dict[str, Any]] = {column.name: {} for column in spec.columns}
        lines: list[int] = []
        before = len(problems.found)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(header):
                problems.add(
                    spec.file,
                    f"row {line}",
                    f"{len(cells)} cells",
                    line=line,
                    expected=f"{len(header)} cells",
                    fix="A comma inside a name must stand in quotes.",
                )
                continue
            for column in spec.columns:
                text = cells[columns[column.name]] if column.name in columns else ""
                data[column.name].append(_cell(spec, column, text, line, problems, known[column.name]))
            lines.append(line)
            if len(problems.found) - before > MOST_SHOWN_PER_TABLE:
                problems.add(spec.file, "", "the rest of the file was not read after so many problems")
                break
    except (csv.Error, StopIteration) as error:
        problems.add(spec.file, "", f"the file is not a table of comma-separated values ({error})", fix="Save it as 'CSV UTF-8'.")
        return None
    frame = pd.DataFrame(data)
    frame[LINE] = lines
    if frame.empty:
        problems.add(spec.file, "", "the table has no rows", line=1)
    return frame


def _cell(spec: TableSpec, column: Column, text: str, line: int, problems: Problems, known: dict[str, Any]) -> Any:
    """The value of a cell; ``known`` keeps what was read well in this column, where the same words come again and again."""
    if text in known:
        return known[text]
    try:
        value = known[text] = read_cell(column, text)
        return value
    except CellError as error:
        problems.add(spec.file, f"column {column.name}", error.wrong, line=line, expected=error.expected, fix=error.fix)
        return None


def _keys(spec: TableSpec, frame: pd.DataFrame, problems: Problems) -> None:
    if not spec.key:
        return
    again = frame[frame.duplicated(list(spec.key), keep="first")]
    for row in again.head(20).to_dict("records"):
        shown = ", ".join(f"{name} {row[name]}" for name in spec.key)
        problems.add(
            spec.file,
            shown,
            "this row stands twice",
            line=int(row[LINE]),
            expected="one row for each",
            fix="Add the two together or delete one.",
        )


def _references(spec: TableSpec, tables: dict[str, pd.DataFrame], problems: Problems) -> None:
    frame = tables[spec.name]
    for column in spec.columns:
        if not column.refers_to:
            continue
        table, name = column.refers_to.split(".")
        if table not in tables:
            continue
        known = set(tables[table][name].dropna().astype(str))
        for value, line in zip(frame[column.name], frame[LINE], strict=True):
            for part in value if isinstance(value, tuple) else (value,):
                if part is not None and part == part and part not in ("", "*") and str(part) not in known:
                    problems.add(
                        spec.file, f"column {column.name}", f"'{part}' is not in {table}.csv", line=int(line), fix=nearest(str(part), known)
                    )


def read_county(folder: Path) -> County:
    """Read every table and rate of a county, and check them.

    Raises:
        InputError: with every problem found, each with its file and line.

    """
    folder = Path(folder)
    problems = Problems()
    if not folder.is_dir():
        siblings = [path.name for path in folder.parent.iterdir() if path.is_dir()] if folder.parent.is_dir() else []
        problems.add(folder.name, "county", f"there is no folder {folder}", fix=nearest(folder.name, siblings))
        problems.raise_if_any()
    tables: dict[str, pd.DataFrame] = {}
    hashes: dict[str, str] = {}
    for spec in SPECS:
        path = folder / spec.file
        if not path.is_file():
            if not spec.optional:
                problems.add(spec.file, "", "the table is missing", expected=f"a file whose rows are each {spec.row}")
            continue
        hashes[spec.file] = file_hash(path)
        text = _text(path, problems)
        frame = _rows(spec, text, problems) if text is not None else None
        if frame is not None:
            tables[spec.name] = frame
    for spec in SPECS:
        if spec.name in tables:
            _keys(spec, tables[spec.name], problems)
            _references(spec, tables, problems)
    rates = read_rates(folder, problems, hashes)
    problems.raise_if_any()
    check_rules(tables, problems)
    problems.raise_if_any()
    tables = {name: frame.drop(columns=LINE) for name, frame in tables.items()}
    tables["band_mix"] = complete_band_mix(tables["band_mix"])
    return County(folder.name, folder, _title(folder), tables, rates, hashes)


def _title(folder: Path) -> str:
    """The county's name for people: as ``published/authority.csv`` has it, else made from the folder's name."""
    path = folder / "published" / "authority.csv"
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as handle:
            given = next((clean(row.get("title") or "") for row in csv.DictReader(handle)), "")
        if given:
            return given
    return folder.name.replace("_", " ").title()
