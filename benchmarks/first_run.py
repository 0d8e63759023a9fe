"""From nothing to a report: ``python -m benchmarks.first_run``.

Makes an empty virtual environment, installs the program into it as the README says, runs a scenario and measures each step, then how long
``--help`` and ``validate`` take. Needs the package index, or a pip that is set up to find packages elsewhere.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def timed(what: str, words: list[str], folder: Path) -> float:
    """Run a command in the project's folder, print how long it took and give that, seconds."""
    started = time.perf_counter()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - started
    if done.returncode not in (0, 3):
        raise SystemExit(f"{what} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    sys.stdout.write(f"{what}: {seconds:.1f} s\n")
    sys.stdout.flush()
    return seconds


def main(argv: list[str] | None = None) -> int:
    """Print the time of each step, and of the two commands together."""
    parser = argparse.ArgumentParser(description="From an empty environment to a report.")
    parser.add_argument("--scenario", type=Path, default=Path("scenarios/baseline.yaml"))
    parser.add_argument("--data", type=Path, default=Path("data"))
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = time.perf_counter()
        venv.create(folder / "env", with_pip=True)
        sys.stdout.write(f"an empty environment: {time.perf_counter() - started:.1f} s\n")
        python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        first = timed("1. python -m pip install .", [str(python), "-m", "pip", "install", "--quiet", str(ROOT)], ROOT)
        given = [str(arguments.scenario), "--data", str(arguments.data)]
        second = timed("2. planner run", [str(python), "-m", "planner", "run", *given, "--out", str(folder / "out")], ROOT)
        report = folder / "out" / arguments.scenario.stem / "internal" / "report.html"
        sys.stdout.write(f"two commands to a report of {report.stat().st_size / 1e6:.1f} MB: {first + second:.0f} s\n")
        timed("planner --help", [str(python), "-m", "planner", "--help"], ROOT)
        timed("planner validate", [str(python), "-m", "planner", "validate", *given], ROOT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
