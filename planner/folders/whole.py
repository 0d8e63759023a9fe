"""Whether every file that a run wrote is still there."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from planner.folders.disk import MANIFEST

TABLES = "internal/tables/"
"""The files that other commands read back; others may be edited, as a draft paper is."""


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder but its manifest, by its path with forward slashes."""
    return {
        path.relative_to(folder).as_posix(): _hash(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() != MANIFEST
    }


def damage(folder: Path, manifest: dict[str, Any], *, edited: bool = True) -> list[str]:
    """What is no longer as the run wrote it, in words: files that are missing, and tables whose text is another.

    ``edited`` allows other files to have been edited since.
    """
    found = []
    for name, digest in dict(manifest.get("files") or {}).items():
        path = folder / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif (not edited or name.startswith(TABLES)) and _hash(path) != digest:
            found.append(f"{name} is not as it was written")
    return found


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
