"""A plain workbook of an export: a cover that says what it is, then a sheet for each table; text stays text and there is no formula."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Final

import pandas as pd
import xlsxwriter

INTERNAL: Final = "INTERNAL: exact figures, not for publication."
_WIDEST, _PIXELS = 60, 1.15


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
    bold, large, number = (
        book.add_format(style) for style in ({"bold": True, "text_wrap": True}, {"bold": True, "font_size": 16}, {"num_format": "#,##0"})
    )
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    cover = book.add_worksheet("Cover")
    cover.set_column(0, 0, 110)
    cover.write_string(0, 0, title, large)
    for line, note in enumerate(notes, start=2):
        cover.write_string(line, 0, note, bold if note == INTERNAL else wrapped)
    for number_of, (tab, (heading, table)) in enumerate(sheets.items(), start=1):
        page = book.add_worksheet(tab)
        page.write_string(0, 0, f"{heading}. {INTERNAL}", large)
        columns = [{"header": str(column)} for column in table.columns]
        page.add_table(
            2,
            0,
            2 + max(len(table), 1),
            len(columns) - 1,
            {"name": f"table_{number_of}", "columns": columns, "autofilter": False, "style": None},
        )
        for across, column in enumerate(table.columns):
            page.write_string(2, across, str(column), bold)
            values = table[column].tolist()
            for down, value in enumerate(values, start=3):
                if isinstance(value, int | float) and not isinstance(value, bool):
                    page.write_number(down, across, value, number)
                else:
                    page.write_string(down, across, str(value))
            longest = max([len(str(column)), *(len(str(value)) for value in values)])
            page.set_column(across, across, min(longest * _PIXELS + 2, _WIDEST))
        page.freeze_panes(3, 0)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(2)
    book.close()
    return buffer.getvalue()


def _created(text: str) -> object:
    from datetime import UTC, datetime

    try:
        return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
    except ValueError:
        return datetime(2000, 1, 1)
