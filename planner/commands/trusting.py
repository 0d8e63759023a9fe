"""``planner reproduce`` and ``planner sensitivity``: whether a run comes out the same again, and what it hangs on."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
from pathlib import Path

from planner.commands.talk import (
    EXIT_DONE,
    EXIT_INTERRUPTED,
    EXIT_OTHERWISE,
    Commands,
    Teller,
    add_data,
    add_json,
    data_root,
    say,
    tell_json,
)

MOST_SHOWN = 10


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    again = commands.add_parser("reproduce", help="make a finished run again and compare every table with what it wrote")
    again.add_argument("folder", type=Path, metavar="OUTPUTS/NAME")
    again.add_argument("--scenarios", type=Path, default=None, help="folder of the scenarios (default: scenarios, beside the counties)")
    add_data(again)
    add_json(again)
    again.set_defaults(work=_reproduce)
    what = commands.add_parser("sensitivity", help="move each assumption to its low and high, and find where early help stops paying")
    what.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    what.add_argument("--out", type=Path, default=Path("outputs"), help="folder of the results (default: outputs)")
    what.add_argument(
        "--plan", type=Path, default=None, metavar="OUTPUTS/NAME", help="hold what opens in this run (default: this scenario's own)"
    )
    what.add_argument("--reopen", action="store_true", help="let every trial choose its openings anew: as long as a run each")
    what.add_argument(
        "--only", nargs="+", default=None, metavar="SETTING", help="try these settings only, such as demand.early_help.effect"
    )
    add_data(what)
    add_json(what)
    what.set_defaults(work=_sensitivity)


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


def _sensitivity(arguments: argparse.Namespace) -> int:
    from planner.report.summary import signed
    from planner.sensitivity.study import study
    from planner.sensitivity.words import switch_sentence

    data = data_root(arguments.data, arguments.scenario)
    try:
        with Teller() as teller:
            done = study(
                arguments.scenario, data, arguments.out,
                plan=arguments.plan, reopen=arguments.reopen, only=arguments.only, stage=teller.stage,
            )  # fmt: skip
    except KeyboardInterrupt:
        say("Interrupted. What was tried is kept; the same command goes on from there.")
        return EXIT_INTERRUPTED
    code = EXIT_OTHERWISE if done.failed else EXIT_DONE
    if arguments.json:
        told = {
            "folder": str(done.folder),
            "base": dataclasses.asdict(done.base),
            "changes": [{key: None if value != value else value for key, value in row.items()} for row in done.table.to_dict("records")],
            "switching_value": None if done.switch is None else dataclasses.asdict(done.switch),
            "failed": done.failed,
            "exit_code": code,
        }
        tell_json(told)
        return code
    sys.stdout.write(f"{done.folder}\n")
    for row in done.table.head(MOST_SHOWN).to_dict("records"):
        if row["largest_change_gbp"] >= 1.0:
            say(
                f"  {row['label']}, {row['low']:.3g} to {row['high']:.3g}: {signed(row['cost_change_low_gbp'])} to {signed(row['cost_change_high_gbp'])}"
            )
    if done.switch is not None:
        say(f"  {switch_sentence(done.switch)}")
    for text in done.failed:
        say(f"  Not tried: {text}")
    say(f"  Read {done.folder / 'internal' / 'sensitivity.md'}")
    return code
