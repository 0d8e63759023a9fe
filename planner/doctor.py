"""What the program needs of the machine, looked at one by one and said in plain words."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

State = Literal["ok", "note", "missing"]

OLDEST_PYTHON: Final = (3, 11)
NEEDED_MB, COMFORTABLE_MB = 100, 1000
"""A run of the example county writes about 20 MB; below the first nothing should be begun."""

BROWSERS: Final = ("msedge", "microsoft-edge", "chrome", "google-chrome", "chromium", "chromium-browser", "brave-browser", "firefox")
_BROWSER_FILES: Final = (
    ("ProgramFiles(x86)", "Microsoft/Edge/Application/msedge.exe"),
    ("ProgramFiles", "Microsoft/Edge/Application/msedge.exe"),
    ("ProgramFiles", "Google/Chrome/Application/chrome.exe"),
    ("LocalAppData", "Google/Chrome/Application/chrome.exe"),
)
_MAC_BROWSERS: Final = ("Google Chrome", "Microsoft Edge", "Safari", "Firefox")


@dataclass(frozen=True)
class Look:
    """One thing that was looked at: how it stands, what was found and, if it is not well, what to do.

    ``note`` means that runs work without it; ``missing`` that they do not.
    """

    what: str
    state: State
    found: str
    remedy: str = ""


def look_round(out: Path, scenarios: Path, data: Path) -> list[Look]:
    """Look at everything that a run needs, and at what only some uses need."""
    looks = [_python(), *_packages()]
    if all(look.state != "missing" for look in looks):
        for one in (_solver, _fonts):
            try:
                looks.append(one())
            except ImportError as error:
                looks.append(
                    Look(
                        "Packages",
                        "missing",
                        f"a package does not start: {error}",
                        "Install it again: python -m pip install --force-reinstall .",
                    )
                )
    return [*looks, _writable(out), _disk(out), _browser(), _console(), _files(scenarios, data)]


def _python() -> Look:
    found = f"Python {platform.python_version()} on {platform.system()}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Look("Python", "missing", found, f"Install Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer.")
    return Look("Python", "ok", found)


def _packages() -> list[Look]:
    from planner.report.versions import PACKAGES

    found, gone = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            gone.append(name)
    looks = [Look("Packages", "ok", ", ".join(found))] if not gone else []
    if gone:
        looks.append(Look("Packages", "missing", f"not installed: {', '.join(gone)}", "In the project's folder: python -m pip install ."))
    return looks


def _solver() -> Look:
    import pulp

    from planner.solve.highs_arrays import version

    name = version()
    problem = pulp.LpProblem("doctor", pulp.LpMinimize)
    some, more = problem.add_variable("some", 0, None, "Integer"), problem.add_variable("more", 0, None, "Continuous")
    problem += some + 2 * more
    problem += 2 * some + more >= 3.5
    try:
        problem.solve(pulp.HiGHS(msg=False))
        answer = float(pulp.value(problem.objective))
    except (pulp.PulpSolverError, TypeError, RuntimeError, OSError, ImportError, AttributeError) as error:
        return Look(
            "Solver", "missing", f"HiGHS did not answer: {error}", "Install it again: python -m pip install --force-reinstall highspy"
        )
    if abs(answer - 2.0) > 1e-6:
        return Look(
            "Solver",
            "missing",
            f"HiGHS gave {answer:g} for a small problem whose answer is 2",
            "Install it again: python -m pip install --force-reinstall highspy",
        )
    return Look("Solver", "ok", f"HiGHS {name} solved a small problem correctly")


def _fonts() -> Look:
    from matplotlib import font_manager

    from planner.report.charts.style import SETTINGS

    wanted = SETTINGS["font.sans-serif"]
    there = {entry.name for entry in font_manager.fontManager.ttflist}
    first = next((name for name in wanted if name in there), None)
    if first == wanted[0] or first == wanted[1]:
        return Look("Fonts", "ok", f"charts are drawn in {first}")
    return Look(
        "Fonts",
        "note",
        f"charts are drawn in {first or 'a stand-in'}; {wanted[0]} is not there",
        "Nothing need be done; charts look a little different.",
    )


def _near(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    folder = folder.resolve()
    return next((one for one in (folder, *folder.parents) if one.is_dir()), Path.cwd())


def _writable(out: Path) -> Look:
    place = _near(out)
    try:
        with tempfile.NamedTemporaryFile(dir=place, prefix=".planner-", suffix=".part") as handle:
            handle.write(b"x")
            handle.flush()
        if out.exists() and not out.is_dir():
            raise NotADirectoryError(20, "it is a file, not a folder")
    except OSError as error:
        return Look(
            "Results folder", "missing", f"{out} cannot be written to: {error.strerror or error}", "Choose another folder with --out."
        )
    return Look("Results folder", "ok", f"{out} can be written to")


def _disk(out: Path) -> Look:
    free = shutil.disk_usage(_near(out)).free / 1e6
    said = f"{free / 1000:,.1f} GB free" if free >= 1000 else f"{free:,.0f} MB free"
    if free < NEEDED_MB:
        return Look("Free space", "missing", said, f"Make room: at least {NEEDED_MB} MB.")
    if free < COMFORTABLE_MB:
        return Look("Free space", "note", said, "Enough for some runs; make room before many.")
    return Look("Free space", "ok", said)


def _browser() -> Look:
    found = next((name for name in BROWSERS if shutil.which(name)), None)
    if found is None:
        files = [Path(os.environ[base]) / rest for base, rest in _BROWSER_FILES if base in os.environ]
        files += [Path("/Applications") / f"{name}.app" for name in _MAC_BROWSERS]
        found = next((file.stem for file in files if file.exists()), None)
    if found is None:
        return Look(
            "Browser", "note", "no browser was found", "Needed only to read report.html and to print it as PDF; any browser will do."
        )
    return Look("Browser", "ok", f"{found} opens report.html; print it to PDF from there")


def _console() -> Look:
    encoding = (getattr(sys.stdout, "encoding", None) or "unknown").lower()
    try:
        "£".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return Look(
            "Console",
            "note",
            f"letters are written as {encoding}, which has no pound sign",
            "Pounds are shown as GBP here; the files hold every letter.",
        )
    return Look("Console", "ok", f"letters are written as {encoding}")


def _files(scenarios: Path, data: Path) -> Look:
    found = sorted(path.stem for path in scenarios.glob("*.yaml")) if scenarios.is_dir() else []
    counties = sorted(path.parent.name for path in data.glob("*/units.csv")) if data.is_dir() else []
    if not found or not counties:
        lacking = " and ".join(word for word, there in (("scenarios", found), ("counties", counties)) if not there)
        return Look(
            "Project", "note", f"no {lacking} in {scenarios} and {data}", "Start the command in the project's folder, or name the folders."
        )
    return Look("Project", "ok", f"{len(found)} scenario{'s' if len(found) != 1 else ''}; counties: {', '.join(counties)}")
