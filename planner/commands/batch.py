"""Scenarios run one after the other, or each in a process of its own; none of them stops the others.

A process that is ended from outside (by the system for want of memory, by hand, by a crash of the solver) takes nothing with it but its own scenario: each process
runs one scenario and then ends. That scenario is tried once more and then recorded as failed.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.commands.talk import (
    EXIT_BUG,
    EXIT_CHECK,
    EXIT_DONE,
    EXIT_NO_PLAN,
    EXIT_REFUSED,
    EXIT_STOPPED,
    NO_MEMORY,
    Teller,
    explain_failure,
    say,
    tell_advice,
)
from planner.commands.told import failure_data, run_data
from planner.errors import InputError, PlannerError, Problem, SolveError

if TYPE_CHECKING:
    from planner.kept import Standing
    from planner.run import RunResult

TRIES = 2
"""How often a scenario is begun whose process is ended from outside."""

FAULTS = (ArithmeticError, AssertionError, AttributeError, ImportError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What a fault in the program raises. In a batch it is told in full and the others still run; a scenario by itself ends with it."""


@dataclass(frozen=True)
class Task:
    """One scenario to run: its file, its counties, where results go, where the search begins, whether results that stand are made again,
    and whether the output stream is kept for data.
    """

    scenario: Path
    data: Path
    out: Path
    start_from: Path | None = None
    again: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Ended:
    """How a scenario ended: its exit code, its folder if that can be compared, and what is told of it as data."""

    scenario: Path
    code: int
    folder: Path | None = None
    told: dict[str, Any] = field(default_factory=dict, compare=False)


def refuse_twins(tasks: Sequence[Task]) -> None:
    """Refuse two scenarios that would write one folder.

    Raises:
        InputError: with every such scenario.

    """
    first: dict[str, Path] = {}
    problems = []
    for task in tasks:
        name = task.scenario.stem.casefold()
        if name in first:
            wrong = f"its results would take the place of those of {first[name]}"
            problems.append(Problem(str(task.scenario), 0, 0, "", wrong, "each scenario once, each with a name of its own", "Rename one."))
        first.setdefault(name, task.scenario)
    if problems:
        raise InputError(problems)


def in_turn(tasks: Sequence[Task], stop: threading.Event) -> Iterator[Ended]:
    """Run scenarios one after the other, until all are done or somebody stops them."""
    for task in tasks:
        try:
            yield one(task, stop)
        except FAULTS:
            if len(tasks) == 1:
                raise
            say(f"{traceback.format_exc()}{task.scenario}: a fault in the program; the other scenarios still run.")
            yield Ended(task.scenario, EXIT_BUG)
        if stop.is_set():
            return


def side_by_side(tasks: Sequence[Task], jobs: int, stop: threading.Event) -> Iterator[Ended]:
    """Run scenarios in so many processes at once, each scenario in a new one; they are given as they end."""
    spawn = multiprocessing.get_context("spawn")
    queue = deque((task, 1) for task in tasks)
    running: dict[Future[Ended], tuple[Task, int, ProcessPoolExecutor]] = {}
    try:
        while running or (queue and not stop.is_set()):
            while queue and len(running) < jobs and not stop.is_set():
                task, number = queue.popleft()
                pool = ProcessPoolExecutor(1, mp_context=spawn)
                running[pool.submit(_alone, task)] = (task, number, pool)
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                task, number, pool = running.pop(future)
                pool.shutdown()
                error = future.exception()
                if error is None:
                    yield future.result()
                elif not isinstance(error, BrokenProcessPool):
                    say(
                        f"{''.join(traceback.format_exception(error))}{task.scenario}: a fault in the program; the other scenarios still run."
                    )
                    yield Ended(task.scenario, EXIT_BUG)
                elif number < TRIES and not stop.is_set():
                    say(f"{task.scenario}: its process was ended from outside; it is begun once more.")
                    queue.appendleft((task, number + 1))
                else:
                    say(
                        f"{task.scenario}: its process was ended from outside, perhaps for want of memory. Its last good results are untouched."
                    )
                    yield Ended(task.scenario, EXIT_NO_PLAN)
    finally:
        for _, _, pool in running.values():
            pool.shutdown(wait=False, cancel_futures=True)


def one(task: Task, stop: threading.Event) -> Ended:
    """Run one scenario, or keep its results if they are what a run would write, and say how it ended."""
    say(f"{task.scenario}")
    try:
        if not task.again and task.start_from is None:
            from planner.kept import standing

            stands = standing(task.scenario, task.data, task.out)
            if stands is not None and not stands.changed:
                return _kept(task, stands)
            if stands is not None:
                more = f" and {len(stands.changed) - 3} more" if len(stands.changed) > 3 else ""
                say(f"  Run anew, because since {stands.when}: {'; '.join(stands.changed[:3])}{more}")
        from planner.run import run_scenario

        with Teller() as teller:
            result = run_scenario(
                task.scenario,
                task.data,
                task.out,
                stage=teller.stage,
                progress=teller.progress,
                stop=stop,
                start_from=task.start_from,
            )
    except PlannerError as error:
        code = explain_failure(error)
        return Ended(task.scenario, code, told=failure_data(task.scenario, error, code))
    except MemoryError:
        say(NO_MEMORY)
        return Ended(task.scenario, EXIT_NO_PLAN, told=failure_data(task.scenario, SolveError(NO_MEMORY), EXIT_NO_PLAN))
    code = _finish(result, quiet=task.quiet)
    return Ended(task.scenario, code, result.folder if result.check.passed else None, run_data(result.folder, code))


class _Marked(io.TextIOBase):
    """A stream whose lines begin with the name of the scenario that says them."""

    def __init__(self, stream: Any, mark: str) -> None:
        self.stream, self.mark = stream, mark

    def write(self, text: str) -> int:
        self.stream.write("".join(f"{self.mark}{line}" for line in text.splitlines(keepends=True)))
        return len(text)

    def flush(self) -> None:
        self.stream.flush()


def _alone(task: Task) -> Ended:
    """Run one scenario in a process that does nothing else; Ctrl-C keeps its best plan so far."""
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: stop.set() if not stop.is_set() else signal.default_int_handler(signal.SIGINT, None))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    with contextlib.redirect_stderr(_Marked(sys.stderr, f"[{task.scenario.stem}] ")):
        ended = one(task, stop)
    sys.stdout.flush()
    return ended


def _kept(task: Task, stands: Standing) -> Ended:
    from planner.solve.outcome import Outcome

    say(f"  Unchanged since {stands.when}, so the results were kept. Give --again to run it anew.")
    if not task.quiet:
        sys.stdout.write(f"{stands.folder}\n")
    solve = stands.manifest["solve"]
    say(f"  Cost £{float(solve['cost_gbp']) / 1e6:,.1f}m present value. Read {stands.folder / 'internal' / 'report.html'}")
    withheld = str(stands.manifest.get("withheld") or "")
    if withheld:
        say(f"  {withheld} The exact results are in {stands.folder / 'internal'}.")
        code = EXIT_REFUSED
    else:
        say(f"  What may be published is in {stands.folder / 'public'}")
        code = EXIT_DONE if solve["outcome"] in (Outcome.PROVEN, Outcome.WITHIN_GAP) else EXIT_STOPPED
        if code == EXIT_STOPPED:
            say("  Its search stopped at a limit then.")
    return Ended(task.scenario, code, stands.folder, run_data(stands.folder, code, kept=True))


def _finish(result: RunResult, *, quiet: bool) -> int:
    from planner.solve.outcome import Outcome

    record = result.answer.record
    if not quiet:
        sys.stdout.write(f"{result.folder}\n")
    usual = result.case.loaded.path.stem
    if result.folder.name != usual:
        say(
            f"  The earlier results in '{usual}' are open in another program and still stand; these are beside them in '{result.folder.name}'."
        )
    cost = record.stage("cost")
    if cost is not None and cost.value is not None:
        paid = float(result.solution.table("ledger")["present_value_gbp"].sum())
        over = paid + float(result.solution.table("slacks")["objective_gbp"].sum()) - (paid if cost.bound is None else cost.bound)
        proven = f", proven within {max(over, 0.0) / abs(paid):.2%}" if cost.bound is not None and paid else ""
        say(f"  Cost £{paid / 1e6:,.1f}m present value{proven}. Read {result.folder / 'internal' / 'report.html'}")
    tell_advice([advice.problem(result.case.loaded) for advice in result.case.advice])
    if len(result.attempts) > 1:
        for attempt in result.attempts:
            say(f"  {attempt}")
    if not result.check.passed:
        say(f"  CHECK FAILED: {len(result.check.findings)} findings. Do not use these results.")
        for finding in result.check.findings[:10]:
            say(f"    {finding}")
        return EXIT_CHECK
    if result.withheld:
        say(f"  {result.withheld} The exact results are in {result.folder / 'internal'}.")
        return EXIT_REFUSED
    say(f"  What may be published is in {result.folder / 'public'}")
    return EXIT_DONE if record.outcome in (Outcome.PROVEN, Outcome.WITHIN_GAP) else EXIT_STOPPED
