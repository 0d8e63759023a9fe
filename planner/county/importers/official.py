"""An official CSV file, read as text: its encoding, its header wherever it stands, other spellings, and footers."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from planner.county.cells import clean
from planner.errors import Problems, nearest

HEADER_WITHIN: Final = 25
"""The header must stand in the first so many lines; statistical offices put titles and notes above it."""

MOST_SHOWN: Final = 50
"""After so many problems in one file the rest is not read: the cause is likely one and the same."""


@dataclass(frozen=True)
class Wanted:
    """A column that a reader wants: its name, its other spellings and whether the file is of no use without it."""

    name: str
    also: tuple[str, ...] = ()
    needed: bool = True
    meaning: str = ""


@dataclass
class Official:
    """The rows of an official file that were kept, each a mapping from wanted name to text, with its line in the file.

    ``header`` holds the names as the file spells them; ``absent`` the wanted columns that are not in it; ``footers`` the lines that
    are notes and not rows; ``dropped`` how many rows ``keep`` left out; ``encoding`` how the bytes were read.
    """

    file: str
    header: tuple[str, ...]
    rows: list[dict[str, str]]
    lines: list[int]
    absent: tuple[str, ...] = ()
    footers: list[int] = field(default_factory=list)
    dropped: int = 0
    encoding: str = ""
    renamed: dict[str, str] = field(default_factory=dict)


def plain(name: str) -> str:
    """A column's name without case, outer spaces, doubled spaces and the signs that files write differently."""
    return re.sub(r"[\s_\-]+", " ", clean(name.replace("\N{NO-BREAK SPACE}", " "))).strip().lower()


def decode(path: Path, problems: Problems) -> tuple[str, str] | None:
    """The text of a file and the encoding it was read in: UTF-8 with or without a mark, else Windows-1252."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.add(path.name, "", f"the file cannot be read: {error.strerror}", fix="Check the name and the folder.")
        return None
    if not raw.strip():
        problems.add(path.name, "", "the file is empty", fix="Download it again.")
    elif raw[:4] == b"PK\x03\x04":
        problems.add(path.name, "", "the file is a workbook or a zip, not CSV", fix="Unpack it, or save the sheet as 'CSV UTF-8'.")
    elif raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw[:4000]:
        problems.add(path.name, "", "the file is saved as UTF-16 or is not text", fix="Save it as 'CSV UTF-8'.")
    else:
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return raw.decode(encoding), encoding
            except UnicodeDecodeError:
                continue
        # A byte that Windows-1252 does not know is a stray one: every byte is a letter of Latin-1.
        return raw.decode("latin-1"), "latin-1"
    return None


def find_header(rows: Iterable[Sequence[str]], wanted: Sequence[Wanted]) -> tuple[int, list[str]] | None:
    """The place (from 0) and the cells of the line that names most wanted columns; nothing if none names two of them."""
    names = {plain(name) for column in wanted for name in (column.name, *column.also)}
    best: tuple[int, int, list[str]] | None = None
    for at, cells in enumerate(rows):
        if at >= HEADER_WITHIN:
            break
        known = len(names & {plain(cell) for cell in cells})
        if known >= min(2, len(wanted)) and (best is None or known > best[0]):
            best = (known, at, list(cells))
    return (best[1], best[2]) if best is not None else None


def _columns(name: str, header: list[str], line: int, wanted: Sequence[Wanted], problems: Problems) -> dict[str, int]:
    at: dict[str, int] = {}
    for number, cell in enumerate(header):
        at.setdefault(plain(cell), number)
    found: dict[str, int] = {}
    for column in wanted:
        spelling = next((plain(other) for other in (column.name, *column.also) if plain(other) in at), None)
        if spelling is not None:
            found[column.name] = at[spelling]
        elif column.needed:
            also = f" (or {', '.join(column.also)})" if column.also else ""
            problems.add(
                name,
                f"column {column.name}",
                "this column is missing",
                line=line,
                expected=f"{column.meaning or 'a column of this name'}{also}",
                fix=nearest(column.name, [cell for cell in header if cell.strip()]),
            )
    return found


def read_official(
    path: Path, wanted: Sequence[Wanted], problems: Problems, keep: Callable[[dict[str, str]], bool] | None = None
) -> Official | None:
    """Read the wanted columns of a file; every problem is noted, and nothing is returned if the header is of no use.

    Args:
        path: The file.
        wanted: The columns, with their other spellings.
        problems: Where faults are noted.
        keep: Which rows to keep, so that a national file does not fill the memory.

    """
    text = decode(path, problems)
    if text is None:
        return None
    head = csv.reader(io.StringIO(text[0]))
    try:
        header = find_header(head, wanted)
    except csv.Error as error:
        problems.add(path.name, "", f"the file is not a table of comma-separated values ({error})", fix="Save it as 'CSV UTF-8'.")
        return None
    needed = [column.name for column in wanted if column.needed]
    if header is None:
        fix = "Save it with commas between the cells." if text[0][:2000].count(";") > text[0][:2000].count(",") else ""
        problems.add(path.name, "", "no line names the columns", line=1, expected=f"a header with {', '.join(needed[:8])}", fix=fix)
        return None
    before = len(problems.found)
    reader = csv.reader(io.StringIO(text[0]))
    for _ in range(header[0] + 1):
        next(reader)
    found = _columns(path.name, header[1], reader.line_num, wanted, problems)
    if len(problems.found) > before:
        return None
    absent = tuple(column.name for column in wanted if column.name not in found)
    renamed = {name: clean(header[1][at]) for name, at in found.items() if plain(header[1][at]) != plain(name)}
    table = Official(path.name, tuple(clean(cell) for cell in header[1]), [], [], absent, encoding=text[1], renamed=renamed)
    _fill(table, reader, found, len(header[1]), problems, keep)
    return table


def _fill(
    table: Official,
    reader: Iterable[list[str]],
    found: dict[str, int],
    width: int,
    problems: Problems,
    keep: Callable[[dict[str, str]], bool] | None,
) -> None:
    before = len(problems.found)
    last = max(found.values())
    for cells in reader:
        line = reader.line_num  # type: ignore[attr-defined]
        filled = [cell for cell in cells if cell.strip()]
        if not filled:
            continue
        if len(filled) == 1 and (len(cells) == 1 or cells[0].strip()) and width > 2:
            table.footers.append(line)
            continue
        if len(cells) <= last or (len(cells) > width and any(cell.strip() for cell in cells[width:])):
            problems.add(
                table.file, f"row {line}", f"{len(cells)} cells", line=line, expected=f"{width} cells, as the header has",
                fix="A comma inside a name must stand in quotes.",
            )  # fmt: skip
            if len(problems.found) - before > MOST_SHOWN:
                problems.add(table.file, "", "the rest of the file was not read after so many problems")
                return
            continue
        row = {name: clean(cells[at]) for name, at in found.items()}
        if keep is not None and not keep(row):
            table.dropped += 1
            continue
        table.rows.append(row)
        table.lines.append(line)
