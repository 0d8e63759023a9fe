"""Names that cannot be folders everywhere, refused before anything is worked out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from planner.errors import WriteError
from planner.names import is_device

MOST_BYTES_OF_NAME: Final = 220
"""File systems allow 255 bytes in a name; the folders beside it need some of them."""

MOST_OF_WINDOWS: Final = 259
DEEPEST: Final = 70
"""Characters that the longest path inside a folder of results adds, with the mark of the folder beside it."""


def refuse_name(target: Path, *, windows: bool = os.name == "nt") -> None:
    """Refuse a folder of results that could not be made, or not be opened on another computer.

    Raises:
        WriteError: with the reason and what to do.

    """
    name = target.name
    wrong = ""
    if is_device(name):
        wrong = "is a name that Windows keeps for itself"
    elif not name or name != name.rstrip(". ") or name.startswith("."):
        wrong = "begins with a dot, or ends with a dot or a space"
    elif any(letter in '<>:"/\\|?*' or not letter.isprintable() for letter in name):
        wrong = "holds a character that cannot stand in the name of a folder"
    elif len(name.encode("utf-8", "replace")) > MOST_BYTES_OF_NAME:
        wrong = f"is longer than {MOST_BYTES_OF_NAME} letters"
    if wrong:
        shown = name if len(name) <= 60 else f"{name[:60]}…"
        raise WriteError(f"'{ascii(shown)[1:-1]}' {wrong}, so no folder of results can have it. Rename the scenario's file.")
    length = len(os.path.abspath(target))  # noqa: PTH100 - resolve() would follow a link
    if windows and length + DEEPEST > MOST_OF_WINDOWS:
        raise WriteError(
            f"{target} has {length} characters. Windows allows {MOST_OF_WINDOWS}, and results need {DEEPEST} of them. Choose a shorter folder with --out."
        )
