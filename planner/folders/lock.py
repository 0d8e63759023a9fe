"""A lock for each folder of results, so that two runs never write the same one at once.

The operating system holds the lock and lets it go when a process ends, however it ends: there is no stale lock to clear by hand. What is written
in the file only says who holds it.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_FAR: Final = 1 << 30
"""The byte that is locked: far behind the text, because Windows lets nobody read a locked byte."""

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        os.lseek(handle, _FAR, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


class BusyError(Exception):
    """Another process holds the lock; its text says which."""


def lock_file(target: Path) -> Path:
    """Where the lock of a folder of results lies: beside it."""
    return target.with_name(f".{target.name}.lock")


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a folder of results.

    Raises:
        BusyError: if another process holds it.
        OSError: if the lock's file cannot be made.

    """
    path = lock_file(target)
    handle = _hold(path)
    try:
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps({"process": os.getpid(), "computer": platform.node()}).encode())
        yield
    finally:
        if sys.platform == "win32":
            os.close(handle)
            with suppress(OSError):
                path.unlink()
        else:
            with suppress(OSError):
                path.unlink()
            os.close(handle)


def _hold(path: Path) -> int:
    """An open, locked handle to the file that has this name now; where the disk knows no locks, an open one."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            _take(handle)
            if path.stat().st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass
        except OSError as error:
            if error.errno in (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP):
                return handle
            os.close(handle)
            if isinstance(error, BlockingIOError | PermissionError):
                raise BusyError(_holder(path)) from error
            raise
        os.close(handle)


def _holder(path: Path) -> str:
    """Who holds a lock, in words."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return f"process {int(said['process'])} on {said['computer']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
