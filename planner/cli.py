"""The command ``planner``: its words, handed to the module of the command that was asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from planner import __version__
from planner.commands import checking, exporting, importing, reading, running
from planner.commands.talk import EXIT_INTERRUPTED, EXIT_TEXT, explain_failure, say
from planner.errors import PlannerError

GROUPS = (running, reading, checking, importing, exporting)
"""The modules of commands, in the order in which help shows them."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="planner",
        description="Plan places and bases for children with special educational needs and disabilities.",
        epilog=EXIT_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"planner {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; a scenario file by itself means ``run``."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0].lower().endswith((".yaml", ".yml")):
        words.insert(0, "run")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    arguments = _parser().parse_args(words)
    try:
        return int(arguments.work(arguments))
    except PlannerError as error:
        return explain_failure(error)
    except KeyboardInterrupt:
        say("Interrupted; the last good results are untouched.")
        return EXIT_INTERRUPTED
