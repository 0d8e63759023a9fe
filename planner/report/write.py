"""The one place where files are written: whole or not at all."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd

from planner.errors import WriteError
from planner.folders.disk import in_words, replace_patiently
from planner.folders.swap import begin_folder, finish_folder

MARK = "INTERNAL.txt"
"""Stands beside tables and charts, whose CSV files have no place for a word of their own."""

_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[-+]\d[\d,]*(\.\d+)?%?")
_MARKUP = re.compile(r"[<>]|&#?\w+;")
_MARKS = re.compile(r"([\[\]`\\])")


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file by way of a temporary one beside it, so that a reader never sees half of it.

    Raises:
        WriteError: if the folder cannot be written or the file stays locked by another program.

    """
    part = path.with_name(f".{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with part.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        replace_patiently(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise WriteError(f"{path} could not be written: {in_words(error)} The last good results are untouched.") from error


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with plain line ends."""
    write_bytes(path, text.encode("utf-8"))


def internal_folder(folder: Path) -> Path:
    """Make a folder of exact tables or charts, with a note in it that says so.

    Raises:
        WriteError: if it cannot be made.

    """
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WriteError(f"{folder} could not be made: {in_words(error)} The last good results are untouched.") from error
    write_text(folder / MARK, "INTERNAL. These files hold exact figures about small numbers of children. Keep them inside the council.\n")
    return folder


def safe_text(value: object) -> object:
    """A text that a spreadsheet will not take for a formula; numbers, negative ones too, and anything else as they are."""
    if isinstance(value, str) and value.startswith(_LIKE_A_FORMULA) and not _PLAIN_NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def safe_markdown(text: str) -> str:
    """A text that a reader of Markdown shows as it is: no tags, links, pictures or code."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") if _MARKUP.search(text) else text
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def write_table(path: Path, frame: pd.DataFrame) -> None:
    """Write a table as CSV: full precision, no negative zero, text that cannot become a formula."""
    frame = frame.copy()
    for column in frame.columns:
        values = frame[column]
        if values.dtype.kind == "f":
            frame[column] = values.to_numpy() + 0.0
        elif values.dtype.kind not in "iub":
            frame[column] = [safe_text(value) for value in values.tolist()]
    frame.columns = [safe_text(name) for name in frame.columns]
    write_text(path, frame.to_csv(index=False, lineterminator="\n", float_format=_exact))


def _exact(value: float) -> str:
    return repr(float(np.float64(value)))


__all__ = [
    "MARK",
    "begin_folder",
    "finish_folder",
    "internal_folder",
    "safe_markdown",
    "safe_text",
    "write_bytes",
    "write_table",
    "write_text",
]
