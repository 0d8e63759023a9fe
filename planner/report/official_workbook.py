"""A plain workbook of an export: a cover that says what it is, then a sheet for each table; text stays text and there is no formula."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd
import xlsxwriter

INTERNAL: Final = "INTERNAL: exact figures, not for publication."
_WIDEST, _COVER, _TOP = 60, 100, 2


def official_workbook(title: str, notes: Sequence[str], sheets: Mapping[str, tuple[str, pd.DataFrame]], created: str = "") -> bytes:
    """The bytes of a workbook.

    Args:
        title: What it is.
        notes: Sentences for the cover, the mark INTERNAL first.
        sheets: For each tab its title and its table; whole numbers are numbers, everything else is text.
        created: When the run was made, for the properties, so that the same run gives the same bytes.

    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": title, "subject": INTERNAL, "created": _created(created)})
    looks = {
        "large": book.add_format({"bold": True, "font_size": 16, "text_wrap": True, "valign": "top"}),
        "bold": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "plain": book.add_format({"bold": True}),
        "number": book.add_format({"num_format": "#,##0", "valign": "top"}),
    }
    _cover(book.add_worksheet("Cover"), title, notes, looks)
    for number, (tab, (heading, table)) in enumerate(sheets.items(), start=1):
        _sheet(book.add_worksheet(tab), number, heading, table, looks)
    book.close()
    return buffer.getvalue()


def _cover(page: Any, title: str, notes: Sequence[str], looks: Mapping[str, Any]) -> None:
    page.set_column(0, 0, _COVER)
    page.write_string(0, 0, title, looks["large"])
    page.set_row(0, _height(title, _COVER * 0.6, 22))
    for line, note in enumerate(notes, start=2):
        page.write_string(line, 0, note, looks["bold" if note == INTERNAL else "text"])
        page.set_row(line, _height(note, _COVER, 16))
    _paper(page)


def _sheet(page: Any, number: int, heading: str, table: pd.DataFrame, looks: Mapping[str, Any]) -> None:
    page.write_string(0, 0, f"{heading}. {INTERNAL}", looks["plain"])
    columns = [{"header": str(column)} for column in table.columns]
    options = {"name": f"table_{number}", "columns": columns, "autofilter": False, "style": None}
    page.add_table(_TOP, 0, _TOP + max(len(table), 1), len(columns) - 1, options)
    for across, column in enumerate(table.columns):
        page.write_string(_TOP, across, str(column), looks["bold"])
        values = table[column].tolist()
        for down, value in enumerate(values, start=_TOP + 1):
            if isinstance(value, int | float) and not isinstance(value, bool):
                page.write_number(down, across, value, looks["number"])
            else:
                page.write_string(down, across, str(value), looks["text"])
        longest = max([len(str(column)), *(len(str(value)) for value in values)])
        page.set_column(across, across, min(longest * 1.15 + 2, _WIDEST))
    page.freeze_panes(_TOP + 1, 0)
    page.repeat_rows(_TOP)
    _paper(page)


def _height(text: str, width: float, points: int) -> float:
    """The height of a row, points, that holds a text wrapped in a column of this width."""
    return float(points * max(len(textwrap.wrap(text, int(width))), 1))


def _paper(page: Any) -> None:
    """A4 across, as wide as one page."""
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _created(text: str) -> object:
    from datetime import UTC, datetime

    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return datetime(2000, 1, 1)
