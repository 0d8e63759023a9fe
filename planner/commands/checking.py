"""``planner check`` and ``planner attack``: finished results looked at again, from their files alone."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands.talk import EXIT_CHECK, EXIT_DONE, EXIT_REFUSED, Commands, add_data, add_json, say, tell_json


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    check = commands.add_parser("check", help="check finished results again, from the written files and the inputs alone")
    check.add_argument("folders", nargs="+", type=Path, metavar="OUTPUTS/NAME")
    attack = commands.add_parser("attack", help="try to work small counts out of published files, as a patient reader would")
    attack.add_argument("folders", nargs="+", type=Path, metavar="OUTPUTS/NAME", help="folders whose public files are read together")
    attack.add_argument("--prices", type=Path, default=None, help="CSV of public unit prices: line, quantity, low_gbp, high_gbp")
    attack.add_argument("--whole", action="store_true", help="take it that the exact figures are whole numbers of children")
    add_data(check)
    add_json(check)
    check.set_defaults(work=_check)
    attack.set_defaults(work=_attack)


def _check(arguments: argparse.Namespace) -> int:
    from planner.check.replay import check_folder

    worst = EXIT_DONE
    found: list[dict[str, object]] = []
    for folder in arguments.folders:
        report = check_folder(folder, arguments.data if arguments.data is not None else Path("data"))
        worst = worst if report.passed else EXIT_CHECK
        findings = [str(finding) for finding in report.findings]
        found.append({"folder": str(folder), "passed": report.passed, "tests": dict(report.tested), "findings": findings})
        if arguments.json:
            continue
        if report.passed:
            sys.stdout.write(f"{folder}: pass, {sum(report.tested.values()):,} tests of {len(report.tested)} rules\n")
        else:
            sys.stdout.write(f"{folder}: {len(findings)} findings\n")
            for finding in findings:
                sys.stdout.write(f"  {finding}\n")
    if arguments.json:
        tell_json({"runs": found, "exit_code": worst})
    return worst


def _attack(arguments: argparse.Namespace) -> int:
    from planner.publish.files import attack_folders

    found = attack_folders(arguments.folders, arguments.prices, whole=arguments.whole)
    if found.contradiction:
        say("The published figures contradict each other, so that nothing could be tried.")
        return EXIT_REFUSED
    sys.stdout.write(
        f"{len(found.narrowed)} of {found.tried} counts that may be small were narrowed to fewer than 3 values, in {found.seconds:.1f} s\n"
    )
    for one in found.narrowed:
        sys.stdout.write(f"  {one.cell}: between {one.low:.2f} and {one.high:.2f}\n")
    return EXIT_REFUSED if found.narrowed else EXIT_DONE
