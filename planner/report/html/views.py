"""Tables as a page shows them: cells already worded, each figure with the value that a machine reads."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from planner.publish.pack import NOT_APPLICABLE, Column, Kind, Mark, PackTable
from planner.report.html.values import MINUS, NOT_KNOWN, data_value, digits_for, marks_in, number, say, shown

_TEXTS = (Kind.TEXT, Kind.CODE, Kind.YEAR)
_UNITS = {Kind.MINUTES: "minutes", Kind.KILOMETRES: "km", Kind.METRES: "metres"}
MANY_ROWS = 15
"""A table of more rows than this is folded, and can be filtered where scripts run."""


@dataclass(frozen=True)
class Cell:
    """One cell: its words, the figure that a machine reads (if it is one), and whether it is set as a figure or as a year."""

    text: str
    value: str | None = None
    figure: bool = False
    year: bool = False


@dataclass(frozen=True)
class View:
    """A table ready for a page: a caption, one row of heads, rows whose first cell heads the row, notes and shorthand."""

    name: str
    caption: str
    measure: str
    head: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()
    source: str = ""
    marks: tuple[tuple[str, str], ...] = ()

    @property
    def long(self) -> bool:
        """Whether the table is too long to be read at a glance."""
        return len(self.rows) > MANY_ROWS

    @property
    def broad(self) -> bool:
        """Whether the table has so many columns that print needs smaller figures."""
        return len(self.head) > 7


def _finished(view: View) -> View:
    return replace(view, marks=marks_in([cell.text for row in view.rows for cell in row]))


def _head(column: Column) -> Cell:
    unit = _UNITS.get(column.kind)
    title = column.title or say(column.name)
    return Cell(f"{title} ({unit})" if unit and unit.split()[0] not in title.lower() else title, figure=column.kind not in _TEXTS)


def row_kind(text: object, otherwise: Kind) -> Kind:
    """The kind that a row names for itself, in a table whose rows are of several kinds."""
    return Kind(str(text)) if str(text) in {kind.value for kind in Kind} else otherwise


def names_kinds(table: PackTable) -> bool:
    """Whether each row of a table names the kind of its own figures."""
    kinds = {kind.value for kind in Kind}
    return "kind" in table.frame.columns and len(table.frame) > 0 and {str(value) for value in table.frame["kind"]} <= kinds


def plain(table: PackTable, leave_out: tuple[str, ...] = ()) -> View:
    """A table with its own columns in their order. A column named ``kind`` that holds kinds words its row and is not shown."""
    by_row = names_kinds(table)
    hidden = (*leave_out, "kind") if by_row else leave_out
    columns = [column for column in table.columns if column.name not in hidden and column.name in table.frame.columns]
    digits = {column.name: digits_for(column.kind, list(table.frame[column.name])) for column in columns}
    rows, totals = [], set()
    for at, record in enumerate(table.frame.to_dict("records")):
        cells = []
        for column in columns:
            raw, kind, places = record[column.name], column.kind, digits[column.name]
            if by_row and (number(raw) is not None or isinstance(raw, Mark)):
                kind = row_kind(record["kind"], kind)
                places = digits_for(kind, [record[other.name] for other in columns])
            figure = kind not in _TEXTS
            cells.append(Cell(shown(raw, kind, places, column.name), data_value(raw) if figure else None, figure, kind is Kind.YEAR))
        if any(str(record[column.name]) == table.total for column in columns if column.kind in _TEXTS):
            totals.add(at)
            cells = [
                Cell(str(NOT_APPLICABLE)) if cell.text == NOT_KNOWN and not str(record[column.name]).strip() else cell
                for cell, column in zip(cells, columns, strict=True)
            ]
        rows.append(tuple(cells))
    return _finished(
        View(
            table.name,
            table.title,
            table.measure,
            tuple(_head(column) for column in columns),
            tuple(rows),
            frozenset(totals),
            table.notes,
            table.source,
        )
    )


def _in_order(values: list[str], last: str) -> list[str]:
    seen = list(dict.fromkeys(values))
    return [value for value in seen if value != last] + [value for value in seen if value == last]


def wide(table: PackTable, down: str, across: str, value: str) -> View:
    """A long table with one row for each ``down``, one column for each ``across``, both in the order in which they come.

    Money of millions is printed in millions; the full figure stays in the cell for machines. A pair that comes twice makes the
    table unfit for this, so it is then shown as it is.
    """
    frame, column = table.frame, table.column(value)
    if frame.empty or frame.duplicated([down, across]).any():
        return plain(table)
    cells = {(str(row[down]), str(row[across])): row[value] for row in frame.to_dict("records")}
    rows = _in_order(list(frame[down].astype(str)), table.total)
    heads = _in_order(list(frame[across].astype(str)), table.total)
    everything = list(cells.values())
    largest = max((abs(number(cell) or 0.0) for cell in everything), default=0.0)
    scaled = column.kind == Kind.MONEY and largest >= 1e6
    digits = (1 if largest >= 1e8 else 2) if scaled else digits_for(column.kind, everything)

    def cell(key: tuple[str, str]) -> Cell:
        if key not in cells:
            return Cell("[z]", figure=True)
        raw = cells[key]
        value_now = number(raw)
        small = scaled and value_now is not None and data_value(raw) is not None
        text = shown(value_now / 1e6, Kind.PLACES, digits) if small and value_now is not None else shown(raw, column.kind, digits)
        return Cell(text, data_value(raw), figure=True)

    body = tuple((Cell(say(row, down)), *(cell((row, head)) for head in heads)) for row in rows)
    unit = "£ million" if scaled else _UNITS.get(column.kind, "")
    measure = f"{table.measure.rstrip('.')}. Unit: {unit}." if unit and unit not in table.measure else table.measure
    across_kind = table.column(across).kind
    first = Cell(table.column(down).title or say(down))
    names = tuple(Cell(head if across_kind == Kind.YEAR else say(head, across), figure=True) for head in heads)
    totals = frozenset(at for at, row in enumerate(rows) if row == table.total)
    return _finished(View(table.name, table.title, measure, (first, *names), body, totals, table.notes, table.source))


_CERTAINTY = ("red", "amber", "green")


def assumptions_view(table: PackTable) -> View:
    """The log of assumptions as people read it: what, value with its range, certainty (the least certain first), effect and source."""
    titles = {column.name: column.title or say(column.name) for column in table.columns}
    shown_as = [("what", titles.get("what", "What is assumed")), ("value", "Value and range")]
    shown_as += [(name, titles[name]) for name in ("quality", "effect", "source", "owner") if name in titles]
    if "what" not in titles or "value" not in titles:
        return plain(table)
    records = table.frame.to_dict("records")
    records.sort(key=lambda row: _CERTAINTY.index(str(row.get("quality")).lower()) if str(row.get("quality")).lower() in _CERTAINTY else 3)
    rows = tuple(
        tuple(Cell(_value_and_range(record) if name == "value" else shown(record.get(name), Kind.TEXT, 0, "value")) for name, _ in shown_as)
        for record in records
    )
    head = tuple(Cell(title) for _, title in shown_as)
    return _finished(View(table.name, table.title, table.measure, head, rows, notes=table.notes, source=table.source))


def _value_and_range(record: dict[Hashable, object]) -> str:
    """``0.15 EHCPs an episode (0.05 to 0.3)``: a value, its unit and its range, as far as they are given."""

    def given(name: str) -> str:
        value = record.get(name)
        text = "" if value is None or isinstance(value, Mark) else shown(value, Kind.TEXT, 0, "value")
        return "" if text == NOT_KNOWN else text.replace("-", MINUS) if text.startswith("-") else text

    text = " ".join(part for part in (given("value"), given("unit")) if part) or NOT_KNOWN
    span = given("range") or (f"{given('low')} to {given('high')}" if given("low") and given("high") else "")
    return f"{text} ({span})" if span else text
