"""Runs the program's commands in a process that may open no socket, start no process and start no thread; any try ends it with a traceback.

``multiprocessing`` cannot even be imported until the last command.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from pathlib import Path
from typing import Any

FORBIDDEN = (
    "socket.", "subprocess.", "os.fork", "os.exec", "os.spawn", "os.posix_spawn", "os.system", "os.startfile", "_thread.start", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.", "pty.",
)  # fmt: skip


class SealedError(BaseException):
    """Something was tried that is not allowed here; nothing may catch it."""


def seal(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse what reaches outside this process."""
    if event.startswith(FORBIDDEN):
        raise SealedError(f"{event} {arguments}")


def no_thread(thread: threading.Thread) -> None:
    """Refuse a thread as Pythons without threads do, in a browser for one."""
    raise RuntimeError(f"can't start new thread {thread.name}")


def refusals() -> int:
    """How many of three plain tries are refused."""
    import subprocess

    def connect() -> None:
        socket.socket().close()

    def begin() -> None:
        subprocess.run([sys.executable, "-c", ""], check=False)

    refused = 0
    for one in (connect, begin, threading.Thread(target=print).start):
        try:
            one()
        except (SealedError, RuntimeError):
            refused += 1
    return refused


def main() -> int:
    """Run each command; print their exit codes as JSON."""
    scenario, counties, out, other = sys.argv[1:]
    data = ["--data", counties]
    result = str(Path(out) / Path(scenario).stem)
    sys.modules["multiprocessing"] = None  # type: ignore[assignment]
    sys.addaudithook(seal)
    threading.Thread.start = no_thread  # type: ignore[method-assign]
    codes: dict[str, int] = {"refusals": refusals()}
    from planner.cli import main as command
    from planner.run import run_scenario

    codes["validate"] = command(["validate", scenario, *data])
    codes["explain"] = command(["explain", scenario])
    codes["run"] = int(not run_scenario(Path(scenario), Path(counties), Path(out)).check.passed)
    codes["check"] = command(["check", result, *data])
    codes["compare"] = command(["compare", other, result, *data, "--out", out])
    codes["attack"] = command(["attack", result])
    del sys.modules["multiprocessing"]
    codes["run again"] = command(["run", scenario, *data, "--out", out])
    sys.stderr.write(json.dumps(codes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
