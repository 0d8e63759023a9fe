"""The figures of the shipped scenarios against those kept: ``python -m benchmarks.golden baseline transformation``.

``--write`` keeps new ones; a line in ``tests/golden/CHANGES.md`` must then say why they changed, or a test fails.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from benchmarks.common import ours, prepared
from planner.run import all_tables
from tests.golden_results import digest, figures

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden"


def main() -> int:
    """Run each scenario and compare its figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="+", help="names of files in scenarios/, without their ending")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    differing = 0
    for name in options.scenarios:
        case = prepared(ROOT / "scenarios" / f"{name}.yaml", ROOT / "data")
        model, answer, _, _ = ours(case)
        if answer.values is None:
            print(f"{name}: no plan")
            return 1
        text, path = figures(all_tables(case, model, answer, answer.values)), GOLDEN / f"{name}.txt"
        if options.write:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.name} ({digest(path)}) written; now its line in CHANGES.md")
            continue
        kept = path.read_text(encoding="utf-8") if path.is_file() else ""
        changes = list(difflib.unified_diff(kept.splitlines(), text.splitlines(), "kept", "now", lineterm="", n=0))
        differing += bool(changes)
        print(f"{name}: " + ("as kept" if not changes else "\n".join(changes)))
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
