"""``planner reproduce`` and ``planner sensitivity``: whether a run comes out the same again, and what it hangs on."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from planner.commands.talk import EXIT_DONE, EXIT_OTHERWISE, Commands, Teller, add_data, add_json, say, tell_json

MOST_SHOWN = 10


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    again = commands.add_parser("reproduce", help="make a finished run again and compare every table with what it wrote")
    again.add_argument("folder", type=Path, metavar="OUTPUTS/NAME")
    again.add_argument("--scenarios", type=Path, default=None, help="folder of the scenarios (default: scenarios, beside the counties)")
    add_data(again)
    add_json(again)
    again.set_defaults(work=_reproduce)


def _reproduce(arguments: argparse.Namespace) -> int:
    from planner.reproduce import reproduce

    data = arguments.data if arguments.data is not None else Path("data")
    scenarios = arguments.scenarios if arguments.scenarios is not None else data.resolve().parent / "scenarios"
    with tempfile.TemporaryDirectory(prefix="planner-", ignore_cleanup_errors=True) as work, Teller() as teller:
        found = reproduce(arguments.folder, scenarios, data, Path(work), stage=teller.stage, progress=teller.progress)
    code = EXIT_DONE if found.same else EXIT_OTHERWISE
    if arguments.json:
        parts = {name: list(getattr(found, name)) for name in ("inputs", "versions", "limits", "notes")}
        differences = [dataclasses.asdict(one) for one in found.differences]
        tell_json(
            {
                "folder": str(arguments.folder),
                "same": found.same,
                "equal": found.equal,
                "differences": differences,
                **parts,
                "exit_code": code,
            }
        )
        return code
    for note in found.notes:
        say(f"  {note}")
    if found.same:
        sys.stdout.write(f"{arguments.folder}: made again, all {found.equal} tables the same to the byte\n")
        for cause in found.why:
            say(f"  Although {cause}.")
        return code
    sys.stdout.write(f"{arguments.folder}: {len(found.differences)} of {found.equal + len(found.differences)} tables differ\n")
    for one in found.differences[:MOST_SHOWN]:
        sys.stdout.write(f"  {one.table}: {one.what}\n")
    if len(found.differences) > MOST_SHOWN:
        sys.stdout.write(f"  ... and {len(found.differences) - MOST_SHOWN} more\n")
    for cause in found.why:
        say(f"  Likely because {cause}.")
    if not found.why:
        say(
            "  Inputs and versions are the same and no limit stopped the search, so the tables of the run were changed, or this is a fault in the program."
        )
    return code
