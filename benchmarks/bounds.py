"""The oldest and the newest packages that pyproject.toml allows: ``python -m benchmarks.bounds oldest`` and ``newest``.

Makes an environment in a temporary folder, installs exactly the lower bounds (or the newest releases) of what the program needs when it runs, and runs a quick part of the
tests there. Needs a package index, which the program itself never does. Ends with the tests' own exit code.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
QUICK = (
    "tests/faults/test_swap.py",
    "tests/report",
    "tests/scenario",
    "tests/check",
    "tests/finance",
    "tests/test_cli.py",
    "tests/compare",
)
TOOLS = ("pytest", "hypothesis", "jsonschema", "openpyxl", "lxml", "pypdf")


def wanted(which: str) -> list[str]:
    """What to install: each direct dependency at its lower bound, or as pyproject.toml names it."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return [re.sub(r">=([^,]+),.*", r"==\1", one) for one in named] if which == "oldest" else list(named)


def main() -> int:
    """Make the environment and run the tests in it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=("oldest", "newest"))
    parser.add_argument("tests", nargs="*", default=QUICK, help="tests to run instead of the usual ones")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        upgrade = ["--upgrade", "--upgrade-strategy", "eager"] if options.which == "newest" else []
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--only-binary=:all:", *upgrade, *wanted(options.which), *TOOLS], check=True
        )
        listed = subprocess.run([python, "-m", "pip", "list", "--format=freeze"], check=True, capture_output=True, text=True).stdout
        print(", ".join(line for line in listed.split() if line.split("==")[0].lower() not in ("pip", "setuptools")))
        return subprocess.run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options.tests], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
