"""The metamorphic relations in full: ``python -m benchmarks.relations --examples 100``.

Each relation is tried on so many small counties that it says something of; every violation is printed, and its county written to a
folder if one is given. Ends with 1 if there was any.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from tests.relations import RELATIONS, NotHereError
from tests.strategies import Small, smalls


def examples_of(relation: Callable[[Small, int], str | None], count: int, start: int, out: Path | None, name: str) -> tuple[int, list[str]]:
    """How many counties a relation was tried on, and every violation."""
    tried, wrong = 0, list[str]()

    @seed(start)
    @settings(max_examples=count, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(small=smalls(), pick=st.integers(0, 10_000))
    def search(small: Small, pick: int) -> None:
        nonlocal tried
        try:
            problem = relation(small, pick)
        except NotHereError:
            reject()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a violation to be shown
            problem = f"{type(error).__name__}: {error}"
        tried += 1
        if problem is not None:
            wrong.append(f"pick {pick}: {problem}")
            if out is not None:
                small.write(out / f"{name}_{len(wrong)}")

    search()
    return tried, wrong


def main() -> int:
    """Try the relations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="counties for each relation")
    parser.add_argument("--only", default="", help="one relation by name")
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--out", type=Path, default=None, help="folder for counties that violate a relation")
    options = parser.parse_args()
    failed = total = 0
    chosen = {name: relation for name, relation in RELATIONS.items() if options.only in ("", name)}
    for name, relation in chosen.items():
        started = time.perf_counter()
        tried, wrong = examples_of(relation, options.examples, options.seed, options.out, name)
        total += tried
        failed += len(wrong)
        print(f"{name}: {tried} tried, {len(wrong)} violations, {time.perf_counter() - started:.0f} s", flush=True)
        for line in wrong[:20]:
            print(f"  {line}", flush=True)
    print(f"{len(chosen)} relations, {total} examples, {failed} violations")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
