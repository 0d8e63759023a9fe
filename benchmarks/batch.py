"""A batch of which one process is killed: ``python -m benchmarks.batch --examples 8`` prints whose results stand.

The killed process is found by the lock of its scenario, which names it. It is killed each time that it begins, then the same command is given again.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from planner.folders.swap import manifest_of
from planner.folders.whole import damage

ROOT = Path(__file__).resolve().parent.parent
TINY = ROOT / "tests" / "scenarios" / "tiny.yaml"


def whole(out: Path, names: list[str]) -> list[str]:
    """The scenarios whose results stand whole."""
    found = {name: manifest_of(out / name) for name in names}
    return [name for name, manifest in found.items() if manifest is not None and not damage(out / name, manifest, edited=False)]


def kill_holder(lock: Path) -> bool:
    """Kill the process that holds a lock, if there is one."""
    try:
        process = int(json.loads(lock.read_text(encoding="utf-8"))["process"])
        os.kill(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    except (OSError, ValueError, KeyError):
        return False
    return True


def main() -> int:
    """Run the batch, kill one of its processes each time, and run it again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=8)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, out = Path(folder), Path(folder) / "out"
        names = [f"case_{number}" for number in range(options.examples)]
        shutil.copy(TINY, root / "tiny.yaml")
        for name in names:
            (root / f"{name}.yaml").write_text(f"extends: tiny.yaml\ntitle: {name}\n", encoding="utf-8")
        victim = names[len(names) // 2]
        words = ["run", *(str(root / f"{name}.yaml") for name in names), "--data", str(ROOT / "tests" / "counties"), "--out", str(out)]
        command = [sys.executable, "-m", "planner", *words, "--jobs", str(options.jobs)]
        with (root / "said.txt").open("w", encoding="utf-8") as said:
            run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=said)
            kills = 0
            while run.poll() is None:
                lock = out / f".{victim}.lock"
                if kill_holder(lock):
                    kills += 1
                    lock.unlink(missing_ok=True)
                time.sleep(0.05)
        text = (root / "said.txt").read_text(encoding="utf-8")
        first = whole(out, names)
        print(f"{len(first)} of {len(names)} have results after {kills} kills of {victim}; the command ended with {run.returncode}")
        print(
            "\n".join(line for line in text.splitlines() if "ended from outside" in line or "Without:" in line).replace(
                f"{root}{os.sep}", ""
            )
        )
        again = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        last = whole(out, names)
        kept, searched = again.stderr.count("so the results were kept"), again.stderr.count("Searching")
        print(f"the same command again: {len(last)} of {len(names)}, {kept} kept, {searched} run, ended with {again.returncode}")
    return 0 if set(names) - set(first) == {victim} and len(last) == len(names) and searched == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
