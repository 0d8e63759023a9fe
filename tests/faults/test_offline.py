"""Nothing leaves the machine: no command opens a socket, starts a program or a thread, and the source names nothing that could."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

from planner.run import RunResult
from tests.conftest import COUNTIES, ROOT

MODULES = sorted((ROOT / "planner").rglob("*.py"))
NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib", "urllib3", "webbrowser",
    "websockets", "xmlrpc",
}  # fmt: skip
UNSAFE = {"ctypes", "dill", "joblib", "marshal", "pickle", "shelve", "subprocess", "cloudpickle"}
PROCESSES = {"concurrent", "multiprocessing"}


def test_every_command_works_where_nothing_may_leave_the_process(tiny_run: RunResult, tmp_path: Path) -> None:
    scenario = tmp_path / "sealed.yaml"
    scenario.write_text(
        (ROOT / "tests" / "scenarios" / "tiny.yaml").read_text(encoding="utf-8").replace("A tiny county", "Sealed"), encoding="utf-8"
    )
    words = [str(scenario), str(COUNTIES), str(tmp_path / "out"), str(tiny_run.folder)]
    run = subprocess.run([sys.executable, "-m", "tests.faults.sealed", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    codes = json.loads(run.stderr.splitlines()[-1])
    assert codes.pop("refusals") == 3, "the seal holds"
    assert codes == dict.fromkeys(("validate", "explain", "run", "check", "compare", "attack", "run again"), 0)


def imported(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_no_module_could_reach_the_network_run_what_it_reads_or_trust_a_clock_that_jumps() -> None:
    """Durations are measured by clocks that only go forward; days are stamped in UTC by the two modules that write manifests."""
    wrong = []
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = imported(tree) & (NETWORK | UNSAFE | (set() if path.name in ("batch.py", "beside.py") else PROCESSES))
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        found |= calls & {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow"}
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in sorted(found)]
    assert not wrong
