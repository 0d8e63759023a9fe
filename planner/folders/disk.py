"""The few things asked of a disk that can go wrong, done patiently and told in plain words."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import time
from pathlib import Path
from typing import Final

MANIFEST: Final = "manifest.json"
"""The last file that is written: a folder that has it is finished."""

_TRIES, _PAUSE_SECONDS = 20, 0.1
_WORDS: Final = {
    errno.ENOSPC: "the disk is full. Free some space and run it again",
    errno.EDQUOT: "your share of the disk is full. Free some space and run it again",
    errno.EROFS: "the folder may only be read. Choose another with --out",
    errno.EACCES: "it may not be written to, or it is open in another program. Close it there, or choose another folder with --out",
    errno.EPERM: "it may not be written to. Choose another folder with --out",
    errno.ENAMETOOLONG: "the path is too long. Choose a shorter folder with --out",
    errno.ENOTDIR: "a file stands where a folder should be. Move it, or choose another folder with --out",
    errno.EEXIST: "a file stands where a folder should be. Move it, or choose another folder with --out",
}


def in_words(error: OSError) -> str:
    """What an error of the disk means, and what to do about it."""
    words = _WORDS.get(error.errno or 0)
    return f"{words}." if words else f"{error.strerror or error}."


def replace_patiently(source: Path, target: Path) -> None:
    """Rename, and try again for about two seconds while another program holds the file.

    Raises:
        OSError: if it cannot be done.

    """
    for attempt in range(_TRIES):
        try:
            source.replace(target)
        except PermissionError:
            if attempt == _TRIES - 1:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk itself, where the system can."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def discard(folder: Path) -> None:
    """Remove a folder of ours, its manifest first, so that what is left of it is never taken for a finished one.

    A link is removed and what it points at left alone. What is open in another program stays until the next time.
    """
    try:
        kind = folder.lstat().st_mode
        if not stat.S_ISDIR(kind):
            folder.unlink()
            return
        (folder / MANIFEST).unlink(missing_ok=True)
    except OSError:
        return
    shutil.rmtree(folder, ignore_errors=True)
