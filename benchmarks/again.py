"""The same answer again: ``python -m benchmarks.again SCENARIO --examples 10``.

A scenario is worked out so many times; with so many seeds; with one and two threads; with the rows of every table in so many orders; and with
another solver. Printed are which tables differ, byte by byte, how far the objectives are apart, the range of the program's numbers and the
largest differences that the check let pass. Ends with 1 if anything is not as ``docs/reliability.md`` says.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import pulp

from planner.run import build, prepare
from planner.solve.scaling import ranges, too_wide
from tests.again import Told, apart, ask, differing, shuffled

WITHIN = 1e-6


def same(name: str, base: Told, others: list[Told]) -> bool:
    """Print how many of some answers have the same tables as the first, byte by byte."""
    bad = [names for names in (differing(base, other) for other in others) if names]
    print(
        f"{name}: {len(others) - len(bad)} of {len(others)} byte-equal"
        + (f"; the first that is not differs in {', '.join(bad[0])}" if bad else "")
    )
    return not bad


def close(name: str, base: Told, others: list[Told], aims: tuple[str, ...], within: float) -> bool:
    """Print how far the objectives of some answers are from the first, as a share of it."""
    worst = max(
        (apart(other.values[aim], base.values[aim]) for other in others for aim in aims if abs(base.values[aim]) > 1e-3), default=0.0
    )
    print(f"{name}: {len(others)} answers, objectives within {worst:.1e} of the first; {within:.1e} allowed")
    return worst <= within


def main() -> int:
    """Ask again and again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario", type=Path, nargs="?", default=Path("tests/scenarios/tiny.yaml"))
    parser.add_argument("--data", type=Path, default=Path("tests/counties"))
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name) / "scratch"
        scratch.mkdir()

        def once(data: Path = options.data, **keys: object) -> Told:
            return ask(options.scenario, data, scratch, **keys)

        case = prepare(options.scenario, options.data, lambda text: None)
        program = build(case).program
        for found in ranges(program):
            print(f"  {found}")
        wide = too_wide(ranges(program))
        good &= not wide
        print("\n".join(wide) or "no number in the program is too large for the solver")
        base = once()
        within = max(2 * base.gap, WITHIN)
        good &= not base.negative_zeros
        print(f"tables with a negative zero: {len(base.negative_zeros)}")
        good &= base.passed and base.children_off <= 1e-6 and base.pounds_off <= 0.01
        print(f"the check passed: {base.passed}; it let {base.children_off:.1e} of a child and £{base.pounds_off:.1e} pass at most")
        good &= same("the same again", base, [once() for _ in range(options.examples)])
        orders = [
            shuffled(options.data / case.loaded.scenario.county, Path(name) / f"order_{seed}" / case.loaded.scenario.county, seed)
            for seed in range(options.examples)
        ]
        good &= same("rows in another order", base, [once(order.parent) for order in orders])
        good &= close("other seeds", base, [once(solve={"random_seed": seed}) for seed in range(1, options.seeds)], ("cost",), within)
        two = once(solve={"threads": 2})
        same("two threads", base, [two])
        good &= close("two threads", base, [two], ("cost",), within)
        other = next((solver for solver in ("PULP_CBC_CMD", "COIN_CMD") if solver in pulp.listSolvers(onlyAvailable=True)), None)
        if other is None:
            print("no second solver is installed with this PuLP")
        else:
            good &= close(f"HiGHS against {other}", base, [once(solve={"solver": other})], ("cost",), within)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
