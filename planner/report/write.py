"""The one place where files are written: whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import numpy as np
import pandas as pd

from planner.errors import WriteError

_LIKE_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[-+]\d[\d,]*(\.\d+)?%?")
_MARKUP = re.compile(r"[<>]|&#?\w+;")
_MARKS = re.compile(r"([\[\]`\\])")
_TRIES, _PAUSE_SECONDS = 20, 0.1


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
        _replace(part, path)
    except OSError as error:
        raise WriteError(
            f"{path} could not be written: {error.strerror}. Close it if it is open elsewhere, and check the free space."
        ) from error


def _replace(source: Path, target: Path) -> None:
    for attempt in range(_TRIES):
        try:
            source.replace(target)
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8 with plain line ends."""
    write_bytes(path, text.encode("utf-8"))


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
            frame[column] = [safe_text(value) for value in values]
    frame.columns = [safe_text(name) for name in frame.columns]
    write_text(path, frame.to_csv(index=False, lineterminator="\n", float_format=_exact))


def _exact(value: float) -> str:
    return repr(float(np.float64(value)))


def begin_folder(target: Path) -> Path:
    """A new, empty folder beside the target to write into; ``finish_folder`` puts it in the target's place.

    Raises:
        WriteError: if it cannot be made.

    """
    part = target.with_name(f".{target.name}.part-{os.getpid()}")
    if target.is_symlink() or part.is_symlink():
        raise WriteError(
            f"{target if target.is_symlink() else part} is a link to another place. Delete the link, or give another folder with --out."
        )
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
    except OSError as error:
        raise WriteError(f"{part} could not be made: {error.strerror}. Check that the output folder may be written to.") from error
    return part


def finish_folder(part: Path, target: Path) -> Path:
    """Put a finished folder in the target's place; what was there is kept until the new one stands.

    If the old folder cannot be moved (a file in it is open in another program) the new one is kept beside it under another name,
    which is returned.

    Raises:
        WriteError: if neither is possible.

    """
    aside = target.with_name(f".{target.name}.old-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    try:
        if target.exists():
            try:
                _replace(target, aside)
            except OSError:
                other = next(path for number in range(2, 1000) if not (path := target.with_name(f"{target.name} ({number})")).exists())
                _replace(part, other)
                return other
        _replace(part, target)
    except OSError as error:
        raise WriteError(f"{target} could not be put in place: {error.strerror}. The new results are in {part}.") from error
    shutil.rmtree(aside, ignore_errors=True)
    return target
