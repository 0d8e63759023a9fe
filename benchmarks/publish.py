"""Every published table of speed and scale, one after another, each put on its page as soon as it is measured.

    python -m benchmarks.publish

Writes ``docs/benchmarks.md`` and ``docs/scale.md``. On two processors with nothing else running it takes about an hour and a half; ``--full`` gives
peers the long limits (about five hours). It may be stopped at any time: tables that are done stay on their pages, and ``--parts`` names what is
still to be measured. Where a measurement fails, the table says how.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks import common

DOCS = common.ROOT / "docs"


@dataclass(frozen=True)
class Part:
    """One table: its page, the benchmark that makes it and what the benchmark is told, usually and with ``--full``."""

    page: str
    module: str
    usual: str
    full: str


PARTS = {
    "command": Part("benchmarks.md", "command", "--repeats 3", "--repeats 5"),
    "linopy": Part("benchmarks.md", "linopy_build", "--areas area --repeats 3", "--areas area --repeats 5"),
    "plain": Part(
        "benchmarks.md", "plain", "--areas area --gap 0.005 --time-limit 1200 --repeats 1", "--areas area --gap 0.005 --time-limit 1200 --repeats 3"
    ),
    "facility": Part(
        "benchmarks.md",
        "facility",
        "--size 100x1000 --seeds 1 --no-median --time-limit 120 --repeats 1",
        "--size 100x1000 --seeds 1 2 3 --no-median --time-limit 600 --repeats 3",
    ),
    "median": Part(
        "benchmarks.md",
        "facility",
        "--size 100x1000 --seeds 1 --only-median --peers HiGHS --time-limit 300 --repeats 1",
        "--size 100x1000 --seeds 1 2 3 --only-median --time-limit 600 --repeats 3",
    ),
    "scale": Part("scale.md", "scale", "--gap 0.01 --time-limit 300", "--gap 0.01 --time-limit 300"),
}  # fmt: skip


def marks(name: str) -> tuple[str, str]:
    """The lines of a page between which a table stands."""
    return f"<!-- {name} table: made by benchmarks/publish.py -->", f"<!-- end of {name} table -->"


def placed(text: str, name: str, table: str) -> str:
    """A page with the text between a table's marks replaced.

    Raises:
        ValueError: if the page has no marks for it.

    """
    start, end = marks(name)
    if start not in text or end not in text:
        raise ValueError(f"the page has no place for the table: it needs the lines '{start}' and '{end}'")
    before, after = text.split(start)[0], text.split(end)[1]
    return f"{before}{start}\n\n{table.strip()}\n\n{end}{after}"


def publish(name: str, docs: Path, out: Path, *, full: bool, smoke: bool) -> bool:
    """Measure one table and put it on its page; whether all of it was measured.

    A run that failed, or was ended because it stayed too long, stands in the table with the reason.
    """
    part = PARTS[name]
    words = "--smoke" if smoke else part.full if full else part.usual
    folder = out / name
    started = time.perf_counter()
    benchmark = importlib.import_module(f"benchmarks.{part.module}")
    if smoke and part.module == "facility":
        words += " --only-median" if name == "median" else " --no-median"
    complete = benchmark.main([*words.split(), "--out", str(folder)]) == 0
    made = folder / f"{part.module}.md"
    if not made.is_file():
        print(f"{name}: nothing was measured", file=sys.stderr)
        return False
    kept = common.machine()
    said = ", ".join(f"{key} {kept[key]}" for key in ("planner", "python", "pulp", "highspy")) + f", {kept['processors']} processors"
    command = f"python -m benchmarks.{part.module} {words}"
    table = f"{made.read_text(encoding='utf-8').strip()}\n\nMade by `{command}` in {time.perf_counter() - started:,.0f} s ({said})."
    page = docs / part.page
    page.write_text(placed(page.read_text(encoding="utf-8"), name, table), encoding="utf-8", newline="\n")
    return complete


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", nargs="*", choices=list(PARTS), default=list(PARTS), help="which tables, in this order")
    parser.add_argument("--docs", type=Path, default=DOCS, help="the folder of the pages")
    parser.add_argument("--out", type=Path, default=common.ROOT / "outputs" / "benchmarks", help="folder for reports and their figures")
    parser.add_argument("--full", action="store_true", help="long limits for peers and more repeats")
    parser.add_argument("--smoke", action="store_true", help="the smallest problems, to see that everything works")
    chosen = parser.parse_args(arguments)
    if chosen.smoke and chosen.docs.resolve() == DOCS:
        parser.error("--smoke does not write the published pages: give --docs a folder with a copy of them")
    short = []
    for name in chosen.parts:
        print(f"== {name}", flush=True)
        if not publish(name, chosen.docs, chosen.out, full=chosen.full, smoke=chosen.smoke):
            short.append(name)
    if short:
        print(f"Not everything was measured in: {', '.join(short)}", file=sys.stderr)
    return int(bool(short))


if __name__ == "__main__":
    raise SystemExit(main())
