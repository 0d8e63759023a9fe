"""Ends this process at a chosen file operation, as a power cut or ``kill -9`` would: no handler runs and nothing is flushed.

Python tells an audit hook of every file that it opens, renames, makes or removes, just before it does so.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.truncate")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

_listeners: list[Callable[[str, tuple[Any, ...]], None]] = []


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _listeners and (event in CHANGES or (event == "open" and len(arguments) > 2 and (arguments[2] or 0) & WRITING)):
        _listeners[-1](event, arguments)


sys.addaudithook(_hook)


def listen(listener: Callable[[str, tuple[Any, ...]], None]) -> None:
    """Have every operation that changes a file told to a listener, until ``rest``."""
    _listeners.append(listener)


def rest() -> None:
    """Tell nobody any more."""
    _listeners.clear()


def die() -> None:
    """End this process now."""
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)


def die_at(number: int) -> None:
    """End this process just before its file operation of this number, counted from now."""
    seen = [0]

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        seen[0] += 1
        if seen[0] == number:
            die()

    listen(count)


def die_between_the_renames(target: Path) -> None:
    """End this process when the old folder has left its place and the new one has not yet taken it."""

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and Path(os.fsdecode(arguments[1])) == target:
            die()

    listen(watch)


def main() -> int:
    """Run the program's command and die on the way: ``killer.py between TARGET WORDS...`` or ``killer.py NUMBER TARGET WORDS...``."""
    when, target, *words = sys.argv[1:]
    from planner.cli import main as command

    if when == "between":
        die_between_the_renames(Path(target))
    else:
        die_at(int(when))
    return command(words)


if __name__ == "__main__":
    sys.exit(main())
