"""What the benchmarks share: child processes with a time limit, medians, tables, and one objective to compare by."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from importlib import metadata
from pathlib import Path
from typing import Any

import highspy
import yaml

from planner import __version__
from planner.case import Case
from planner.model.build import Model
from planner.run import build, prepare
from planner.solve.outcome import Answer
from planner.solve.run import solve

ROOT = Path(__file__).resolve().parent.parent
TINY, TINY_DATA = ROOT / "tests" / "scenarios" / "tiny.yaml", ROOT / "tests" / "counties"
"""The smallest county, for smoke runs."""
WAITING_GBP = 1_000_000.0
"""Pounds that a child-year of waiting weighs in the one objective by which all are compared; also the program's own weight."""
MARK = "RESULT "
"""A child process says what it measured in a line that starts so."""


def quiet(_: str) -> None:
    """Say nothing of the stages of a preparation."""


def prepared(scenario: Path, data: Path) -> Case:
    """A scenario with everything worked out from it before anything is solved."""
    return prepare(scenario, data, quiet)


def ours(case: Case) -> tuple[Model, Answer, float, float]:
    """Build and solve a prepared case by the program's own way: the model, the answer, seconds to build and seconds to solve."""
    started = time.perf_counter()
    model = build(case)
    built = time.perf_counter()
    answer = solve(model.program, case.loaded.scenario)
    return model, answer, built - started, time.perf_counter() - built


def objective_of(answer: Answer) -> float | None:
    """Pounds of the one objective: cost and a weight on waiting; None without a plan."""
    waiting, cost = (answer.record.stage(aim) for aim in ("waiting", "cost"))
    if cost is None or cost.value is None:
        return None
    return cost.value + WAITING_GBP * (waiting.value or 0.0 if waiting is not None else 0.0)


def peak_megabytes() -> float | None:
    """The most memory that this process, or one that it started and awaited (CBC), has held, megabytes; None where the system does not say."""
    try:
        import resource
    except ImportError:
        return None
    size = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return size / (1024.0**2 if sys.platform == "darwin" else 1024.0)


def say(result: dict[str, Any]) -> None:
    """Hand a measurement to the process that started this one."""
    print(MARK + json.dumps(result), flush=True)


def child(module: str, arguments: Iterable[str], seconds: float) -> dict[str, Any]:
    """Run ``python -m module`` by itself and return what it measured.

    Each measurement has a process of its own, so that none inherits another's memory. One that takes longer than ``seconds`` is
    ended with every process it has started (CBC is one), and the result says so: ``{"failed": ...}``.
    """
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    group: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment, **group)
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        _end(process)
        process.communicate()
        return {"failed": f"ended after {seconds:,.0f} s"}
    lines = [line.removeprefix(MARK) for line in out.splitlines() if line.startswith(MARK)]
    if process.returncode or not lines:
        return {"failed": (err.strip().splitlines() or [f"exit code {process.returncode}"])[-1][:200]}
    found: dict[str, Any] = json.loads(lines[-1])
    return found


def _end(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def repeated(times: int, measure: Callable[[], dict[str, Any]], key: str) -> dict[str, Any]:
    """The run with the median of ``key`` among several; a failed one at once, because it would only fail again."""
    runs: list[dict[str, Any]] = []
    for _ in range(times):
        found = measure()
        if found.get(key) is None:
            return found
        runs.append(found)
    middle = statistics.median_low([float(run[key]) for run in runs])
    chosen = next(run for run in runs if float(run[key]) == middle)
    return {**chosen, "repeats": times, f"{key}_all": [float(run[key]) for run in runs]}


def markdown(header: list[str], rows: Iterable[list[Any]]) -> str:
    """A Markdown table; numbers stand to the right."""
    body = [[shown(cell) for cell in row] for row in rows]
    right = [all(_numeric(row[place]) for row in body) for place in range(len(header))]
    lines = ["| " + " | ".join(header) + " |", "| " + " | ".join("---:" if flag else "---" for flag in right) + " |"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in body)]) + "\n"


def _numeric(text: str) -> bool:
    return not text or text[0].isdigit() or text.startswith(("> ", "< ", "-"))


def shown(value: Any) -> str:
    """A value for people: thousands apart, three figures where small, a dash for nothing."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value)


def ratio(peer: float | None, mine: float | None, limit: float | None = None) -> str:
    """How many times as long a peer took; ``> n`` where it was stopped at a limit without getting there."""
    if mine is None or mine <= 0:
        return "-"
    if peer is not None:
        return f"{peer / mine:.3g}"
    return "-" if limit is None else f"> {limit / mine:.3g}"


def machine() -> dict[str, Any]:
    """What the numbers were measured with."""
    return {
        "planner": __version__, "python": platform.python_version(), "pulp": metadata.version("pulp"),
        "highspy": highspy_version(), "system": platform.platform(terse=True), "processors": os.cpu_count(),
    }  # fmt: skip


def highspy_version() -> str:
    """The version of HiGHS that both the program and its peers use."""
    return f"{highspy.HIGHS_VERSION_MAJOR}.{highspy.HIGHS_VERSION_MINOR}.{highspy.HIGHS_VERSION_PATCH}"


def write_results(out: Path | None, name: str, text: str, results: dict[str, Any]) -> None:
    """Print a report, and keep it with its figures as Markdown and JSON where a folder is given."""
    print(text)
    if out is None:
        return
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{name}.md").write_text(text, encoding="utf-8", newline="\n")
    (out / f"{name}.json").write_text(json.dumps({"machine": machine(), **results}, indent=2) + "\n", encoding="utf-8", newline="\n")


def variant(scenario: Path, folder: Path, name: str, changes: dict[str, Any]) -> Path:
    """A scenario that extends another and says only what differs, written beside a copy of it in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in scenario.parent.glob("*.yaml"):
        shutil.copyfile(path, folder / path.name)
    made = folder / f"{name}.yaml"
    made.write_text(yaml.safe_dump({"extends": scenario.name, "title": f"Benchmark {name}", **changes}), encoding="utf-8")
    return made
