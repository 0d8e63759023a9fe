"""The model against trying everything, and against a second solver: ``python -m benchmarks.against --examples 500``.

On each small county: the least cost by HiGHS, by CBC, and by trying every programme, each with a linear program of its own that was
written apart from the model; and, with waiting first, the route by prices: its bound, the plan of the whole model, its plan.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.oracle.against import Compared, bounds_in_order, second_solver, trying_everything
from tests.strategies import Small, smalls


def main() -> int:
    """Compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=500)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--priced-every", type=int, default=5, help="the route by prices is tried on one county in so many")
    options = parser.parse_args()
    found, wrong, worst = Counter[str](), list[str](), dict[str, float]()
    started = time.perf_counter()

    @seed(options.seed)
    @settings(max_examples=options.examples, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    @given(small=smalls())
    def compare(small: Small) -> None:
        found["counties"] += 1
        for name, test in (("everything", trying_everything), ("second solver", second_solver), ("prices", bounds_in_order)):
            if name == "prices" and found["counties"] % options.priced_every:
                continue
            try:
                result = test(small)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is a miss to be shown
                result = Compared(1.0, f"{type(error).__name__}: {error}")
            if result is None:
                continue
            found[name] += 1
            worst[name] = max(worst.get(name, 0.0), result.apart)
            if result.wrong:
                wrong.append(f"{name}: {result.wrong}")
                print(wrong[-1], flush=True)

    compare()
    for name in ("everything", "second solver", "prices"):
        print(f"{name}: {found[name]} compared, largest relative difference {worst.get(name, 0.0):.1e}")
    print(f"{found['counties']} counties, {len(wrong)} misses, {time.perf_counter() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
