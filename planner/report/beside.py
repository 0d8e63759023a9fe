"""A second process that draws pictures while the first goes on writing."""

from __future__ import annotations

import importlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

Work = Callable[..., None]

LEAVE_SECONDS = 2.0
"""So long the second process may take to end by itself once nothing more is to come."""

MOST_SECONDS = 120.0
"""A piece of work that the second process does not finish within so long is done by the first."""

WANTED_EARLY = ("planner.report.charts", "planner.report.charts.public")
"""What the second process reads in before the first piece of work comes."""


class Beside:
    """Pieces of work, each done in a second process or, where there is none, at once; ``finish`` returns when all are done.

    A piece is a function of a module and its arguments, writes files of its own and gives nothing back, so that it may be done over.
    Should the second process end for whatever reason, what it has not reported as done is done here, and what is wrong shows here. It ends
    with the first process, however that ends, and leaves Ctrl-C to it.
    """

    def __init__(self, *, wanted: bool = True) -> None:
        self._pending: list[tuple[Work, tuple[Any, ...]]] = []
        self._tasks: Connection | None = None
        self._done: Connection | None = None
        self._process: BaseProcess | None = None
        if wanted and (os.cpu_count() or 1) > 1:
            with suppress(ImportError, OSError, RuntimeError):
                self._start()

    def _start(self) -> None:
        import multiprocessing  # only here, so that the rest works where it is not allowed

        if multiprocessing.parent_process() is not None:
            return
        spawn = multiprocessing.get_context("spawn")
        tasks_there, self._tasks = spawn.Pipe(duplex=False)
        self._done, done_there = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_serve, args=(tasks_there, done_there), daemon=True)
        process.start()
        self._process = process
        tasks_there.close()
        done_there.close()

    def __enter__(self) -> Beside:
        """Begin; the second process is already reading in what it needs."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the second process."""
        for pipe in (self._tasks, self._done):
            if pipe is not None:
                pipe.close()
        self._end(0.0 if error is not None else LEAVE_SECONDS)

    def _end(self, seconds: float) -> None:
        """Let the second process end by itself within so long, or end it."""
        if self._process is not None:
            self._process.join(seconds)
            if self._process.is_alive():
                self._process.kill()
                self._process.join(LEAVE_SECONDS)

    @property
    def apart(self) -> bool:
        """Whether there is a second process."""
        return self._process is not None

    def do(self, work: Work, *arguments: Any) -> None:
        """Have a piece of work done beside, or do it now if there is no second process."""
        if self._process is None or self._tasks is None or not _of_a_module(work):
            work(*arguments)
            return
        self._pending.append((work, arguments))
        with suppress(OSError):
            self._tasks.send((work, arguments))

    def finish(self) -> None:
        """Wait for all pieces; those that the second process did not do are done here.

        Raises:
            WriteError: if a file cannot be written.

        """
        with suppress(OSError, EOFError):
            while self._pending and self._done is not None:
                if not self._done.poll(MOST_SECONDS):
                    break
                self._done.recv()
                self._pending.pop(0)
        if self._pending:
            self._end(0.0)  # or two processes would write the same files
        while self._pending:
            work, arguments = self._pending.pop(0)
            work(*arguments)


def _of_a_module(work: Work) -> bool:
    """Whether another process can find a function by its name."""
    return getattr(sys.modules.get(work.__module__), work.__qualname__, None) is work


def _serve(tasks: Connection, done: Connection) -> None:
    """The second process: does each piece that comes and says so; a piece that fails ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        inbox: queue.SimpleQueue[tuple[Work, tuple[Any, ...]]] = queue.SimpleQueue()
        threading.Thread(target=_receive, args=(tasks, inbox), daemon=True).start()
        for name in WANTED_EARLY:
            importlib.import_module(name)
        while True:
            work, arguments = inbox.get()
            work(*arguments)
            done.send(True)


def _receive(tasks: Connection, inbox: queue.SimpleQueue[tuple[Work, tuple[Any, ...]]]) -> None:
    """Take pieces in as they come, so that the first process never waits; when it is gone, this one goes at once."""
    with suppress(OSError, EOFError):
        while True:
            inbox.put(tasks.recv())
    os._exit(0)
