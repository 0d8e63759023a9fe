"""What every sheet of the finance workbook is written with: styles, names, and cells that remember their value."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

INTERNAL: Final = "INTERNAL: exact figures. Do not publish; the public tables are in the folder public."

MOST_WIDTH: Final = 58
"""No column is wider, in characters; longer text is wrapped."""

LABELS: Final = 8
"""Columns of labels before the first year on every sheet with years across, so that a year is in the same column everywhere."""

TOTAL_COLUMN: Final = LABELS - 1

_MONEY, _PENNIES, _COUNT = "#,##0;-#,##0;0", "#,##0.00;-#,##0.00;0.00", "#,##0.00;-#,##0.00;0.00"
_BLUE, _NAVY, _PLUM, _GREY, _RED = "#0000C0", "#12436D", "#801650", "#505A5F", "#942514"
_INPUT_FILL = "#FFF8DC"

STYLES: Final[dict[str, dict[str, Any]]] = {
    "title": {"bold": True, "font_size": 18, "font_color": _NAVY},
    "subtitle": {"font_size": 11, "font_color": _GREY},
    "internal": {"bold": True, "font_color": _RED},
    "banner": {"bold": True, "font_color": _PLUM},
    "section": {"bold": True, "font_size": 13, "font_color": _NAVY},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": _NAVY, "text_wrap": True, "border": 1},
    "year": {"bold": True, "font_color": "#FFFFFF", "bg_color": _NAVY, "align": "right", "border": 1, "text_wrap": True},
    "text": {},
    "after": {"indent": 1, "align": "left"},
    "wrap": {"text_wrap": True, "indent": 1, "align": "left"},
    "bold": {"bold": True},
    "link": {"font_color": _NAVY, "underline": 1},
    "input_text": {"font_color": _BLUE, "bg_color": _INPUT_FILL, "border": 1, "border_color": _GREY, "align": "right"},
    "input_left": {"font_color": _BLUE, "bg_color": _INPUT_FILL, "border": 1, "border_color": _GREY},
    "input_pounds": {"num_format": _PENNIES, "font_color": _BLUE, "bg_color": _INPUT_FILL, "border": 1, "border_color": _GREY},
    "input_percent": {"num_format": "0.0%", "font_color": _BLUE, "bg_color": _INPUT_FILL, "border": 1, "border_color": _GREY},
    "input_share": {"num_format": "0.0000", "font_color": _BLUE, "bg_color": _INPUT_FILL, "border": 1, "border_color": _GREY},
    "quantity": {"num_format": _COUNT, "font_color": _PLUM},
    "quantity_total": {"num_format": _COUNT, "bold": True, "top": 1},
    "number": {"num_format": "0"},
    "money": {"num_format": _MONEY},
    "money_total": {"num_format": _MONEY, "bold": True, "top": 1},
    "pennies": {"num_format": _PENNIES},
    "pennies_total": {"num_format": _PENNIES, "bold": True, "top": 1},
    "count": {"num_format": _COUNT},
    "factor": {"num_format": "0.000000"},
    "stored": {"num_format": _PENNIES, "font_color": _GREY},
    "stored_text": {"font_color": _GREY},
    "check": {"num_format": _PENNIES, "bold": True, "border": 1},
    "status": {"bold": True, "border": 1},
    "total_label": {"bold": True, "top": 1},
}
"""The styles by name. Inputs are blue on pale yellow with a border, model quantities plum, calculations black, figures kept for comparison grey."""

ALWAYS: Final = {"font_name": "Arial", "font_size": 10, "valign": "top"}


def sheet_name(text: str, taken: set[str]) -> str:
    r"""A name that every spreadsheet program takes for a sheet: at most 31 characters, none of ``[]:*?/\\``, told apart beyond case."""
    clean = re.sub(r"[\[\]:*?/\\]", "-", text).strip().strip("'") or "Sheet"
    name, number = clean[:31].strip(), 2
    while name.casefold() in taken or name.casefold() == "history":
        ending = f" {number}"
        name, number = clean[: 31 - len(ending)].strip() + ending, number + 1
    taken.add(name.casefold())
    return name


@dataclass
class Sheet:
    """One sheet: writes cells, knows where it is, and fits its columns to what it holds."""

    name: str
    sheet: Any
    formats: dict[str, Any]
    about: str = ""
    widths: dict[int, float] = field(default_factory=dict)
    wrapped: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    wide: bool = False

    def ref(self, row: int, column: int, *, rows_fixed: bool = True, columns_fixed: bool = True) -> str:
        """The address of a cell for a formula on another sheet."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=rows_fixed, col_abs=columns_fixed)}"

    def span(self, first_row: int, last_row: int, column: int, last_column: int | None = None) -> str:
        """The address of a block of cells, all fixed, for a formula on another sheet."""
        end = column if last_column is None else last_column
        return f"'{self.name}'!${xl_col_to_name(column)}${first_row + 1}:${xl_col_to_name(end)}${last_row + 1}"

    def _fit(self, column: int, text: str, extra: float = 0.0) -> None:
        longest = len(text) if "\n" not in text else max(map(len, text.split("\n")))
        width = min(longest * 1.05 + 2.0 + extra, MOST_WIDTH)
        if width > self.widths.get(column, 0.0):
            self.widths[column] = width

    def text(self, row: int, column: int, value: object, style: str = "text", *, fit: bool = True) -> None:
        """Write text, never taken for a formula, a number or an address."""
        self.sheet.write_string(row, column, str(value), self.formats[style])
        if STYLES[style].get("text_wrap"):
            self.wrapped.setdefault(row, []).append((column, str(value)))
        if fit:
            self._fit(column, str(value), 1.0 if style in ("header", "bold", "year") else 0.0)

    def number(self, row: int, column: int, value: float, style: str) -> None:
        """Write a real number."""
        self.sheet.write_number(row, column, float(value) + 0.0, self.formats[style])
        self._fit(column, f"{value:,.2f}")

    def formula(self, row: int, column: int, formula: str, value: float | str, style: str, *, fit: bool = True) -> None:
        """Write a formula with the value it has, so that a reader without recalculation sees it."""
        stored = value if isinstance(value, str) else float(value) + 0.0
        self.sheet.write_formula(row, column, formula, self.formats[style], stored)
        if fit:
            self._fit(column, f"{value:,.2f}" if not isinstance(value, str) else value)

    def heading(self, title: str, subtitle: str, banner: str = "") -> None:
        """Title, what the sheet shows, and that it is internal, in rows 1 to 3; a banner formula in row 4."""
        self.about = subtitle
        self.sheet.set_row(0, 26)
        self.text(0, 0, title, "title", fit=False)
        self.text(1, 0, subtitle, "subtitle", fit=False)
        self.text(2, 0, INTERNAL, "internal", fit=False)
        if banner:
            self.formula(3, 0, f'=IF(Price_switch="Changed",{_quoted(CHANGED)},{_quoted(banner)})', banner, "banner", fit=False)

    def section(self, row: int, title: str) -> None:
        """The title of a part of the sheet."""
        self.sheet.set_row(row, 20)
        self.text(row, 0, title, "section", fit=False)

    def headers(self, row: int, names: list[str], year_from: int | None = None, *, repeat: bool = False) -> None:
        """A row of headers, repeated on every printed page where the sheet is one long table."""
        for column, name in enumerate(names):
            self.text(row, column, name, "year" if year_from is not None and column >= year_from else "header", fit=False)
            longest = max(len(word) for word in f"{name} .".split())
            self.widths[column] = max(self.widths.get(column, 0.0), longest * 1.15 + 2.0, min(len(name) * 0.75 + 2.0, 16.0))
        if repeat:
            self.sheet.repeat_rows(row)

    def finish(self) -> None:
        """Set the widths of columns, the heights of rows with wrapped text, and the look on paper: A4 across, A3 for the widest."""
        for column, width in self.widths.items():
            self.sheet.set_column(column, column, width)
        for row, texts in self.wrapped.items():
            lines = max(_lines(text, self.widths.get(column, 8.43)) for column, text in texts)
            if lines > 1:
                self.sheet.set_row(row, 13.5 * lines + 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(8 if self.wide else 9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.sheet.set_header("&L&BINTERNAL&R&A")
        self.sheet.set_footer("&LExact figures, not for publication&RPage &P of &N")


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of this width, in characters, broken between words."""
    room, lines, used = max(width - 2.0, 4.0), 1, 0.0
    for word in text.split():
        length = len(word) * 0.92
        if used and used + 1 + length > room:
            lines, used = lines + 1, length
        else:
            used += length + (1 if used else 0)
        lines += max(math.ceil(length / room) - 1, 0)
    return lines


CHANGED: Final = "PRICES ARE CHANGED. Placements are as optimised; re-run for a new plan."
UNCHANGED: Final = "Prices are those of the plan. Placements are as optimised."


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


OLD_FUNCTIONS: Final = frozenset(
    ("ABS", "AND", "COUNTIF", "IF", "INDEX", "MATCH", "MAX", "MIN", "OR", "ROUND", "SUM", "SUMIF", "SUMIFS", "SUMPRODUCT")
)
"""Functions that every spreadsheet program knows by this name alone."""

_CALLED: Final = re.compile(r"([A-Za-z_.]+)\(")


class FormulaSheet(Worksheet):  # type: ignore[misc]  # the library has no types
    """A sheet of very many formulas: one that calls old functions only is not searched for each of the thirty newer ones."""

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        if formula.startswith("=") and OLD_FUNCTIONS.issuperset(_CALLED.findall(formula)):
            return formula[1:]
        prepared: str = super()._prepare_formula(formula, expand_future_functions)
        return prepared


@dataclass
class Book:
    """The workbook being written."""

    workbook: Any
    formats: dict[str, Any]
    sheets: list[Sheet] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def sheet(self, name: str) -> Sheet:
        """A new sheet at the end."""
        unique = sheet_name(name, self.taken)
        sheet = Sheet(unique, self.workbook.add_worksheet(unique, FormulaSheet), self.formats)
        self.sheets.append(sheet)
        return sheet

    def name(self, name: str, sheet: Sheet, row: int, column: int) -> None:
        """A name for one cell that formulas may use."""
        self.workbook.define_name(name, f"={sheet.ref(row, column)}")


def new_book(buffer: Any) -> Book:
    """An empty workbook in which text stays text."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(buffer, options)
    workbook.formats[0].set_font_name("Arial")
    workbook.formats[0].set_font_size(10)
    return Book(workbook, {name: workbook.add_format({**ALWAYS, **style}) for name, style in STYLES.items()})
