"""A new folder, written whole or not at all, and never over one that is there."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from planner.errors import InputError, Problem
from planner.report.write import begin_folder, finish_folder


def must_be_new(target: Path) -> None:
    """Refuse a folder that is there already.

    Raises:
        InputError: if it is.

    """
    if target.exists():
        wrong = "the folder is there already, and nothing is written over it"
        raise InputError([Problem(str(target), 0, 0, "", wrong, "a new folder", "Choose another name, or move the old one away.")])


def write_new_folder(target: Path, write: Callable[[Path], None]) -> Path:
    """Let ``write`` fill a hidden folder beside the target and put it in place; whatever goes wrong, nothing of it is left.

    Raises:
        InputError: if the target is there already.
        WriteError: if the folder cannot be written.

    """
    must_be_new(target)
    part = begin_folder(target)
    whole = False
    try:
        write(part)
        whole = True
    finally:
        if not whole:
            shutil.rmtree(part, ignore_errors=True)
    return finish_folder(part, target)
