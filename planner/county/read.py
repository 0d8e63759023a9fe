"""A county's folder, read and checked: every problem in every table is found before anything is worked out."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pandas as pd

from planner.county.cells import clean
from planner.county.columns import TableSpec
from planner.county.county import County
from planner.county.rates_book import read_rates
from planner.county.rules import check_rules, complete_band_mix
from planner.county.specs import SPECS
from planner.county.table import LINE, changed_by_a_spreadsheet, read_bytes, read_table
from planner.errors import Problems, nearest

MOST_UNKNOWN = 20
"""So many unknown names of one column are listed, each once."""


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, as hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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
    for column in spec.columns:
        if not column.refers_to:
            continue
        table, name = column.refers_to.split(".")
        if table not in tables:
            continue
        known = set(tables[table][name].dropna().astype(str))
        said: set[str] = set()
        for value, line in zip(tables[spec.name][column.name], tables[spec.name][LINE], strict=True):
            for part in value if isinstance(value, tuple) else (value,):
                if part is None or part != part or part in ("", "*") or str(part) in known or str(part) in said:
                    continue
                said.add(str(part))
                fix = changed_by_a_spreadsheet(str(part), known) or nearest(str(part), known)
                problems.add(spec.file, f"column {column.name}", f"'{part}' is not in {table}.csv", line=int(line), fix=fix)
            if len(said) >= MOST_UNKNOWN:
                problems.add(spec.file, f"column {column.name}", "no more unknown names are listed after so many")
                break


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
        raw = read_bytes(path, spec.file, problems)
        if raw is None:
            continue
        hashes[spec.file] = hashlib.sha256(raw).hexdigest()
        frame = read_table(spec, raw, problems)
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
