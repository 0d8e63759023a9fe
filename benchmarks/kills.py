"""Real runs killed at random moments: ``python -m benchmarks.kills --examples 50`` prints how many left the last good results whole.

Half of the kills come from outside after a random time, half from inside at a random file operation, which falls into the writing and the swap. After each one
the results are read as ``compare`` reads them, every file is held against the manifest, and the check is run on them.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from planner.check.replay import check_folder
from planner.compare.finished import read_one
from planner.folders.whole import damage, file_hashes

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "tests" / "scenarios" / "tiny.yaml"
DATA = ROOT / "tests" / "counties"


def begun(out: Path, *killer: str) -> subprocess.Popen[bytes]:
    """A run of the tiny county in a process of its own, perhaps one that kills itself."""
    start = ["-m", "tests.faults.killer", *killer] if killer else ["-m", "planner"]
    words = ["run", str(SCENARIO), "--data", str(DATA), "--out", str(out), "--again"]
    return subprocess.Popen([sys.executable, *start, *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def left_whole(target: Path, before: dict[str, str]) -> str:
    """Which results stand whole, ``old`` or ``new``; or what is wrong with them."""
    manifest = read_one(target).manifest
    wrong = damage(target, manifest, edited=False)
    report = check_folder(target, DATA)
    if wrong or not report.passed:
        return "; ".join([*wrong, *map(str, report.findings)])
    return "old" if file_hashes(target) == before else "new"


def main() -> int:
    """Kill so many runs and look at what each left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    counts: dict[str, int] = {}
    moments: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        target = out / SCENARIO.stem
        started = time.monotonic()
        if begun(out).wait() != 0:
            print("the first run failed")
            return 1
        whole = time.monotonic() - started
        most = 4 * len(file_hashes(target))
        number = kills = 0
        while kills < options.examples:
            number += 1
            before = file_hashes(target)
            started = time.monotonic()
            if number % 2:
                run = begun(out, str(chance.randint(1, most)), str(target))
                code = run.wait()
            else:
                run = begun(out)
                try:
                    run.wait(chance.uniform(0.0, 1.05 * whole))
                except subprocess.TimeoutExpired:
                    run.kill()
                code = run.wait()
            moments.append(time.monotonic() - started)
            parts = len(list(out.glob(".*.part-*"))) if out.is_dir() else 0
            found = left_whole(target, before)
            kills += code == -signal.SIGKILL
            ended = "killed" if code == -signal.SIGKILL else f"ended with {code} before its kill"
            key = f"{ended}{' while writing' if parts else ''}: {found} results whole" if found in ("old", "new") else f"TORN: {found}"
            counts[key] = counts.get(key, 0) + 1
        after = begun(out).wait()
        stray = sorted(path.name for path in out.iterdir() if path != target)
        shutil.rmtree(out)
    for key, count in sorted(counts.items()):
        print(f"{count:4d}  {key}")
    print(
        f"moments from {min(moments):.1f} s to {max(moments):.1f} s of a run of {whole:.1f} s; the next run ended with {after}; left over: {stray or 'nothing'}"
    )
    return 1 if after or stray or any(key.startswith("TORN") for key in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
