"""The command ``planner``: its words, handed to the module of the command that was asked for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from planner import __version__
from planner.commands import checking, exporting, forecasting, importing, reading, running, starting, trusting
from planner.commands.talk import EXIT_INPUT, EXIT_INTERRUPTED, EXIT_NO_PLAN, EXIT_TEXT, NO_MEMORY, explain_failure, plain_streams, say
from planner.errors import PlannerError, nearest

GROUPS = (starting, reading, running, trusting, checking, forecasting, importing, exporting)
"""The modules of commands, in the order in which help shows them."""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="planner",
        description="Plan places and bases for children with special educational needs and\ndisabilities. Begin with: planner doctor",
        epilog=EXIT_TEXT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"planner {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in GROUPS:
        group.add(commands)
    return parser


def _slip(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What is wrong with the command's name, if it is not known, with the nearest right name."""
    known = next(action.choices for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    if not words or words[0].startswith("-") or words[0] in known:
        return ""
    near = nearest(words[0], known)
    return f"There is no command '{words[0]}'. {near or 'The commands are ' + ', '.join(known) + '.'}"


def _parsed(words: list[str]) -> argparse.Namespace | None:
    """What was typed, understood; None where a command or an option is not known, with the nearest right name said."""
    parser = _parser()
    if not words:
        parser.print_help(sys.stderr)
        return None
    if slip := _slip(parser, words):
        say(slip)
        return None
    arguments, left = parser.parse_known_args(words)
    if not left:
        return arguments
    commands = next(action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    options = [option for action in commands.choices[arguments.command]._actions for option in action.option_strings]
    for word in left:
        hint = nearest(word.split("=")[0], options) if word.startswith("-") else ""
        say(f"planner {arguments.command} does not know '{word}'. {hint or f'See planner {arguments.command} --help.'}")
    return None


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; a scenario file by itself means ``run``."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0].lower().endswith((".yaml", ".yml")):
        words.insert(0, "run")
    plain_streams()
    arguments = _parsed(words)
    if arguments is None:
        return EXIT_INPUT
    try:
        return int(arguments.work(arguments))
    except PlannerError as error:
        return explain_failure(error)
    except MemoryError:
        say(NO_MEMORY)
        return EXIT_NO_PLAN
    except KeyboardInterrupt:
        say("Interrupted; the last good results are untouched.")
        return EXIT_INTERRUPTED
