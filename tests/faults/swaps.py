"""Swaps a small folder of results in a process of its own and ends that process at every one of its file operations; prints what was left."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from planner.folders.swap import claimed, put_right
from planner.report import write
from tests.faults.killer import die_at, listen, rest

FILES = ("internal/tables/a.csv", "internal/page.html", "public/tables/a.csv")


def write_version(target: Path, version: str) -> None:
    """Write a folder of results all of whose files hold the version."""
    with claimed(target):
        part = write.begin_folder(target)
        for name in FILES:
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            write.write_text(part / name, version)
        write.write_text(part / "manifest.json", json.dumps({"planner_version": version}))
        write.finish_folder(part, target)


def version_of(target: Path) -> str:
    """The version of a whole folder; what is wrong with another."""
    if not target.is_dir():
        return "missing"
    found = {path.relative_to(target).as_posix(): path.read_text(encoding="utf-8") for path in target.rglob("*") if path.is_file()}
    manifest = found.pop("manifest.json", "{}")
    versions = {*found.values(), json.loads(manifest).get("planner_version")}
    return str(versions.pop()) if len(versions) == 1 and set(found) == set(FILES) else f"torn: {sorted(found)}"


def killed(number: int, work: Callable[[], None]) -> bool:
    """Do some work in a process that ends at its file operation of this number; whether it got that far."""
    child = os.fork()
    if child == 0:
        die_at(number)
        work()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def operations(work: Callable[[], None]) -> int:
    """How many file operations some work does."""
    seen: list[str] = []
    listen(lambda event, arguments: seen.append(event))
    work()
    rest()
    return len(seen)


def main() -> int:
    """Try every point, and every point of the repair after it; print the counts as JSON."""
    root = Path(sys.argv[1])
    target = root / "out" / "baseline"

    def afresh() -> None:
        shutil.rmtree(root / "out", ignore_errors=True)
        write_version(target, "old")

    afresh()
    points = operations(lambda: write_version(target, "new"))
    left: dict[str, int] = {}
    away = repairs = stray = 0
    for number in range(1, points + 1):
        afresh()
        if not killed(number, lambda: write_version(target, "new")):
            continue
        gone = not target.is_dir()
        if gone:
            away += 1
            shutil.copytree(root / "out", root / "kept")
            again = 1
            while killed(again, lambda: put_right(target)):
                put_right(target)
                left[version_of(target)] = left.get(version_of(target), 0) + 1
                repairs, again = repairs + 1, again + 1
                shutil.rmtree(root / "out")
                shutil.copytree(root / "kept", root / "out")
            shutil.rmtree(root / "kept")
        put_right(target)
        left[version_of(target)] = left.get(version_of(target), 0) + 1
        write_version(target, "next")
        stray += version_of(target) != "next" or len(list(target.parent.iterdir())) != 1
    sys.stdout.write(json.dumps({"points": points, "left": left, "away": away, "repairs": repairs, "stray": stray}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
