"""Results are written to a folder beside their place and swapped in whole; whatever a fault leaves behind is put right.

Beside ``outputs/baseline`` a run keeps ``.baseline.part-N`` (what it writes; finished once its manifest stands, which is written last),
``.baseline.old-N`` (what stood there, while the swap lasts) and ``.baseline.lock``. A process that ends at any moment leaves one of four things, and each is known
again: an unfinished part is removed; a finished one is put in place; an old folder whose place is empty goes back; anything else of these names is removed.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from planner.errors import WriteError
from planner.folders.disk import MANIFEST, discard, in_words, replace_patiently, sync_folder
from planner.folders.lock import BusyError, lock_file, locked
from planner.folders.names import refuse_name

LEAST_FREE_BYTES: Final = 64 * 1024 * 1024
"""Free space without which no run begins; assumption: several times what the largest shipped scenario writes."""

_WAIT_SECONDS: Final = 2.0
"""How long a reader waits for a run that is just putting its results in place."""


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of a finished folder of results; None where there is none."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return manifest if isinstance(manifest, dict) and "planner_version" in manifest else None


def begin_folder(target: Path) -> Path:
    """A new, empty folder beside the target to write into; ``finish_folder`` puts it in the target's place.

    Raises:
        WriteError: if it cannot be made.

    """
    part = _beside(target, "part")
    try:
        discard(part)
        part.mkdir(parents=True)
    except OSError as error:
        raise WriteError(f"{part} could not be made: {in_words(error)}") from error
    return part


def finish_folder(part: Path, target: Path) -> Path:
    """Put a finished folder in the target's place; what was there is kept until the new one stands.

    If the old folder cannot be moved (a file in it is open in another program) the new one is kept beside it under another name,
    which is returned.

    Raises:
        WriteError: if neither is possible; what stood there stands, and the new folder is kept and named.

    """
    aside = _beside(target, "old")
    try:
        for folder, _, _ in os.walk(part):
            sync_folder(Path(folder))
        discard(aside)
        if os.path.lexists(target):
            try:
                replace_patiently(target, aside)
            except OSError:
                return _other_name(part, target)
        try:
            replace_patiently(part, target)
        except OSError:
            if aside.exists():
                aside.replace(target)
            raise
        sync_folder(target.parent)
    except OSError as error:
        raise WriteError(f"{target} could not be put in place: {in_words(error)} The new results are in {part}.") from error
    discard(aside)
    return target


@contextmanager
def claimed(target: Path) -> Iterator[None]:
    """Be the only process that writes a folder of results, from before the search until the results stand.

    Everything that can be known beforehand is: the name, the length of the path, what stands there, who else writes it, and the free space.
    What an earlier process left behind is put right first, and what this one leaves behind at the end.

    Raises:
        WriteError: if the folder cannot be written, or another run is writing it.

    """
    refuse_name(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        holding = locked(target)
        holding.__enter__()
    except BusyError as error:
        raise WriteError(
            f"{target} is being written by {error}. Wait until that run ends, or end it; nothing was changed. Other scenarios can be run meanwhile."
        ) from error
    except OSError as error:
        raise WriteError(f"{target.parent} cannot be written: {in_words(error)} Nothing was changed.") from error
    try:
        _settle(target)
        _refuse_place(target)
        _refuse_full(target)
        yield
    finally:
        _settle(target, finish=False)
        holding.__exit__(None, None, None)


def put_right(folder: Path) -> None:
    """Before a folder of results is read: if a process ended while it swapped the folder, bring it back; otherwise leave all as it is."""
    folder = Path(os.path.abspath(folder))  # noqa: PTH100 - resolve() would follow a link
    if manifest_of(folder) is not None or not folder.name or not (_leftovers(folder, "part") or _leftovers(folder, "old")):
        return
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until:
        try:
            with locked(folder):
                _settle(folder)
            return
        except BusyError:
            time.sleep(0.1)
            if manifest_of(folder) is not None:
                return
        except OSError:
            return


def _beside(target: Path, kind: str) -> Path:
    return target.with_name(f".{target.name}.{kind}-{os.getpid()}")


def _leftovers(target: Path, kind: str) -> list[Path]:
    """The folders of one kind beside a target, the newest first."""
    start = f".{target.name}.{kind}-"
    try:
        found = [path for path in target.parent.iterdir() if path.name.startswith(start) and path.name[len(start) :].isdigit()]
        return sorted(found, key=lambda path: path.lstat().st_mtime, reverse=True)
    except OSError:
        return []


def _settle(target: Path, *, finish: bool = True) -> None:
    """Put right what processes that are gone left beside a target, while its lock is held.

    ``finish`` says whether a finished part takes the place of a folder that stands; it takes an empty place in any case.
    """
    parts, old = _leftovers(target, "part"), _leftovers(target, "old")
    whole = [part for part in parts if manifest_of(part) is not None]
    if whole and (finish or not os.path.lexists(target)):
        with suppress(WriteError):
            finish_folder(whole.pop(0), target)
    if not os.path.lexists(target):
        back = next((folder for folder in old if folder.exists() and manifest_of(folder) is not None), None)
        if back is not None:
            with suppress(OSError):
                replace_patiently(back, target)
    for leftover in [part for part in parts if part not in whole] + (old if os.path.lexists(target) else []):
        discard(leftover)


def _other_name(part: Path, target: Path) -> Path:
    other = next(path for number in range(2, 1000) if not os.path.lexists(path := target.with_name(f"{target.name} ({number})")))
    replace_patiently(part, other)
    sync_folder(target.parent)
    return other


def _refuse_place(target: Path) -> None:
    if target.is_symlink() or not target.exists():
        return
    if not target.is_dir():
        raise WriteError(f"{target} is a file where a folder of results should be. Move it, or choose another folder with --out.")
    if manifest_of(target) is None and any(target.iterdir()):
        raise WriteError(
            f"{target} holds files that no run of this program wrote. They were left alone. Move them, rename the scenario, or choose another folder with --out."
        )


def _refuse_full(target: Path) -> None:
    held = sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) if target.is_dir() else 0
    needed = max(LEAST_FREE_BYTES, 2 * held)
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise WriteError(
            f"{target.parent} has {free / 1e6:,.0f} MB free; a run needs {needed / 1e6:,.0f} MB. Free some space, or choose another folder with --out. Nothing was changed."
        )


__all__ = ["begin_folder", "claimed", "finish_folder", "lock_file", "manifest_of", "put_right"]
