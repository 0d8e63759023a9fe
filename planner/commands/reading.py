"""``planner validate``, ``planner explain``, ``planner write-model`` and ``planner schema``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner.commands.talk import (
    EXIT_DONE,
    EXIT_INPUT,
    Commands,
    add_data,
    add_json,
    data_root,
    problem_data,
    say,
    tell_advice,
    tell_json,
    tell_problems,
)
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
    add_json(validate)
    for command, work in ((validate, _validate), (explain, _explain), (model, _write_model), (schema, _schema)):
        command.set_defaults(work=work)


def _validate(arguments: argparse.Namespace) -> int:
    from planner.run import prepare

    worst = EXIT_DONE
    found: list[dict[str, object]] = []
    for path in arguments.scenarios:
        one: dict[str, object] = {"scenario": path.stem, "file": str(path), "ok": True, "problems": []}
        try:
            case = prepare(path, data_root(arguments.data, path), lambda text: None)
        except InputError as error:
            tell_problems(error.problems)
            worst = EXIT_INPUT
            one |= {"ok": False, "problems": problem_data(error.problems)}
        else:
            areas, options = len(case.county.table("areas")), len(case.programme.options)
            notes = [advice.problem(case.loaded) for advice in case.advice]
            one |= {"county": case.county.name, "areas": areas, "options_in_play": options, "notes": problem_data(notes)}
            if not arguments.json:
                sys.stdout.write(f"{path}: ok ({case.county.title}, {areas} areas, {options} options in play)\n")
            tell_advice(notes)
        found.append(one)
    if arguments.json:
        tell_json({"scenarios": found, "exit_code": worst})
    elif worst == EXIT_DONE:
        say(f"Next: planner run {' '.join(str(path) for path in arguments.scenarios)}")
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
