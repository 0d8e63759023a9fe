"""What stands for a run in tests of many processes: it writes a small folder of results, or ends its own process."""

from __future__ import annotations

from planner.commands.batch import Ended, Task
from tests.faults.killer import die
from tests.faults.swaps import write_version


def alone(task: Task) -> Ended:
    """Write results, unless the scenario's name says that its process dies each time, dies once, or fails."""
    name = task.scenario.stem
    again = task.out / f"{name}.begun"
    if name == "dies" or (name == "dies_once" and not again.exists()):
        task.out.mkdir(exist_ok=True)
        again.write_text("begun", encoding="utf-8")
        die()
    if name == "faulty":
        raise ZeroDivisionError("a fault")
    write_version(task.out / name, name)
    return Ended(task.scenario, 0, task.out / name)
