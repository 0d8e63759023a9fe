"""The tables of a finished run, read from its folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from planner.errors import InputError, Problem

TEXT = ("section_251", "unit", "option", "provision_type", "academic_year", "financial_year", "year", "opens")
"""Columns that are text even where they look like numbers."""

NUMBERS = ("_gbp", "children", "places", "quantity", "open", "blocks", "avoided", "ehcps", "order")


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """One table that a run wrote, by its name; empty text stays text.

    Raises:
        InputError: if the folder holds no such table.

    """
    path = folder / "internal" / "tables" / f"{name}.csv"
    if not path.is_file():
        raise InputError(
            [Problem(str(path), 0, 0, "", "there is no such table", "the folder of a finished run", "Run the scenario again.")]
        )
    columns = list(pd.read_csv(path, nrows=0, encoding="utf-8").columns)
    figures = {column: ["", "nan"] for column in columns if column not in TEXT and column.endswith(NUMBERS)}
    return pd.read_csv(path, encoding="utf-8", keep_default_na=False, na_values=figures, dtype=dict.fromkeys(set(columns) & set(TEXT), str))


def read_tables(folder: Path, names: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Several tables that a run wrote, by name.

    Raises:
        InputError: if the folder lacks one of them.

    """
    return {name: read_table(folder, name) for name in names}
