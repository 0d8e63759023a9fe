"""Ugly scenario files and county tables, thousands of them: what is not answered in words is a fault.

``python -m benchmarks.fuzz --examples 10000`` prints how many ended in a message, in a county or scenario that was read, or in a
traceback; the slowest; the memory taken beyond the start; and files left anywhere but where they belong.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from benchmarks.ugly import COUNTY, TINY, scenario_files, table_files
from planner.errors import InputError
from planner.run import prepare
from planner.scenario.explain import explain_lines
from planner.scenario.load import load_scenario


@dataclass
class Fuzz:
    """The working folder, and what was seen."""

    folder: Path
    ends: Counter[str] = field(default_factory=Counter)
    tracebacks: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_is: str = ""

    def __post_init__(self) -> None:
        shutil.copytree(COUNTY, self.folder / "data" / "tiny")
        (self.folder / "scenarios").mkdir()
        self.before = self.listing()

    def listing(self) -> list[str]:
        """Every file and folder below the working folder."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*"))

    def attempt(self, what: str, work: Callable[[], object]) -> None:
        """Do one example and note how it ended."""
        began = time.process_time()
        try:
            work()
            end = "read"
        except InputError as error:
            end = "refused in words"
            if not error.problems or "\x1b" in str(error) or "\u202e" in str(error):
                end = "refused without words"
                self.tracebacks.append(f"{what}\n{error!r}")
        except Exception:  # noqa: BLE001 - to count these is what this is for
            end = "TRACEBACK"
            self.tracebacks.append(f"{what}\n{traceback.format_exc(limit=-4)}")
        self.ends[end] += 1
        spent = time.process_time() - began
        if spent > self.slowest:
            self.slowest, self.slowest_is = spent, what[:200]

    def scenario(self, raw: bytes) -> None:
        """One scenario file; where it is sound, all that is worked out before the search."""
        path = self.folder / "scenarios" / "mine.yaml"
        path.write_bytes(raw)

        def work() -> None:
            loaded = load_scenario(path)
            explain_lines(loaded)
            if loaded.scenario.years <= 5:
                prepare(path, self.folder / "data", lambda text: None)

        self.attempt(f"scenario {raw!r}", work)
        path.unlink()

    def table(self, name: str, raw: bytes) -> None:
        """One file of the county; where it is sound, all that is worked out before the search."""
        path = self.folder / "data" / "tiny" / name
        path.write_bytes(raw)
        self.attempt(f"{name} {raw!r}", lambda: prepare(TINY, self.folder / "data", lambda text: None))
        shutil.copy(COUNTY / name, path)


def fuzz(examples: int, folder: Path, chance: int = 0) -> Fuzz:
    """Try so many examples, three scenarios to each two tables, in a folder of their own."""
    state = Fuzz(folder)

    def run(strategy: st.SearchStrategy[object], many: int, use: Callable[..., None]) -> None:
        @seed(chance)
        @settings(max_examples=many, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
        @given(strategy)
        def one(example: object) -> None:
            if isinstance(example, tuple):
                use(*example)
            else:
                use(example)

        one()

    run(scenario_files(), max(1, examples * 3 // 5), state.scenario)
    run(table_files(), max(1, examples * 2 // 5), state.table)
    return state


def main() -> int:
    """Fuzz and print what was seen."""
    import resource  # not on Windows, where the samples of the tests run too

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as inside:
        here = Path(inside)
        os.chdir(here)
        (here / "work").mkdir()
        fuzz(20, here / "work", chance=1)
        shutil.rmtree(here / "work")
        (here / "work").mkdir()
        start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        state = fuzz(arguments.examples, here / "work", arguments.seed)
        extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - start) / (1024 if sys.platform != "darwin" else 1024**2)
        stray = sorted(set(state.listing()) ^ set(state.before)) + [
            path.name for path in here.iterdir() if path.name not in ("work", ".hypothesis")
        ]
        os.chdir("/")
    print(f"{sum(state.ends.values())} files: " + ", ".join(f"{count} {end}" for end, count in state.ends.most_common()))
    print(
        f"tracebacks: {len(state.tracebacks)}; slowest {state.slowest:.2f} s of processor time; {extra:.0f} MB beyond the start; files elsewhere: {len(stray)}"
    )
    seen: set[str] = set()
    for text in state.tracebacks:
        last = "\n".join(text.splitlines()[-3:])
        if last not in seen:
            seen.add(last)
            print(text[:2500])
    return 1 if state.tracebacks or stray else 0


if __name__ == "__main__":
    raise SystemExit(main())
