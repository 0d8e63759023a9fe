"""``planner validate``, ``planner explain``, ``planner write-model`` and ``planner schema``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands.talk import EXIT_DONE, EXIT_INPUT, Commands, add_data, data_root, tell_advice, tell_problems
from planner.errors import InputError


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    validate = commands.add_parser("validate", help="check scenarios and their county without running them")
    validate.add_argument("scenarios", nargs="+", type=Path, metavar="SCENARIO.yaml")
    explain = commands.add_parser("explain", help="print every value of a scenario and the file and line that set it")
    explain.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    model = commands.add_parser("write-model", help="write the model of a scenario as an LP or MPS file, for another solver")
    model.add_argument("scenario", type=Path, metavar="SCENARIO.yaml")
    model.add_argument("file", type=Path, metavar="FILE.lp")
    schema = commands.add_parser("schema", help="write scenarios/schema.json and the reference of every key")
    schema.add_argument("--root", type=Path, default=Path(), help="the project's folder")
    for command in (validate, model):
        add_data(command)
    for command, work in ((validate, _validate), (explain, _explain), (model, _write_model), (schema, _schema)):
        command.set_defaults(work=work)


def _validate(arguments: argparse.Namespace) -> int:
    from planner.run import prepare

    worst = EXIT_DONE
    for path in arguments.scenarios:
        try:
            case = prepare(path, data_root(arguments.data, path), lambda text: None)
        except InputError as error:
            tell_problems(error.problems)
            worst = EXIT_INPUT
        else:
            sys.stdout.write(
                f"{path}: ok ({case.county.title}, {len(case.county.table('areas'))} areas, {len(case.programme.options)} options in play)\n"
            )
            tell_advice([advice.problem(case.loaded) for advice in case.advice])
    return worst


def _explain(arguments: argparse.Namespace) -> int:
    from planner.scenario.explain import explain_lines
    from planner.scenario.load import load_scenario

    for line in explain_lines(load_scenario(arguments.scenario)):
        sys.stdout.write(line + "\n")
    return EXIT_DONE


def _write_model(arguments: argparse.Namespace) -> int:
    from planner.run import write_model

    sys.stdout.write(f"{write_model(arguments.scenario, data_root(arguments.data, arguments.scenario), arguments.file)}\n")
    return EXIT_DONE


def _schema(arguments: argparse.Namespace) -> int:
    from planner.report.reference import write_references

    for path in write_references(arguments.root):
        sys.stdout.write(f"{path}\n")
    return EXIT_DONE
