"""``planner doctor`` and ``planner new``: whether the machine is ready, and a scenario to begin from."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path

from planner.commands.talk import EXIT_DONE, EXIT_OTHERWISE, Commands, add_data, add_json, say, tell_json

_WORDS = {"ok": "ok", "note": "note", "missing": "MISSING"}


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    doctor = commands.add_parser("doctor", help="look at what a run needs of this machine, and say what is missing")
    doctor.add_argument("--out", type=Path, default=Path("outputs"), help="folder for the results (default: outputs)")
    new = commands.add_parser("new", help="write a scenario to begin from; nothing is overwritten")
    new.add_argument("name", metavar="NAME", help="its name: small letters, figures and _, such as early_help_half")
    new.add_argument(
        "--from", dest="parent", default="baseline", metavar="SCENARIO", help="the scenario that it extends (default: baseline)"
    )
    for command, work in ((doctor, _doctor), (new, _new)):
        command.add_argument("--scenarios", type=Path, default=Path("scenarios"), help="folder of the scenarios (default: scenarios)")
        command.set_defaults(work=work)
    add_data(doctor)
    add_json(doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    from planner.doctor import look_round

    data = arguments.data if arguments.data is not None else arguments.scenarios.resolve().parent / "data"
    looks = look_round(arguments.out, arguments.scenarios, data)
    missing = [look for look in looks if look.state == "missing"]
    code = EXIT_OTHERWISE if missing else EXIT_DONE
    if arguments.json:
        tell_json({"looks": [dataclasses.asdict(look) for look in looks], "ready": not missing, "exit_code": code})
        return code
    for look in looks:
        sys.stdout.write(f"{_WORDS[look.state]:8}{look.what}: {look.found}\n")
        if look.remedy:
            sys.stdout.write(f"        {look.remedy}\n")
    if missing:
        say(f"Not ready: {', '.join(look.what.lower() for look in missing)}.")
    else:
        say("Ready. Next: planner run scenarios/baseline.yaml, or planner new NAME to write a scenario of your own.")
    return code


def _new(arguments: argparse.Namespace) -> int:
    from planner.report.write import write_text
    from planner.scenario.starter import starter

    path, text = starter(arguments.name, arguments.scenarios, arguments.parent)
    write_text(path, text)
    sys.stdout.write(f"{path}\n")
    say(f"Next: change {path} in an editor, then planner validate {path}")
    return EXIT_DONE
