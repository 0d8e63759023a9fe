"""``planner export``: a finished run in the shape of a return that the Department for Education asks for."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planner.commands.talk import EXIT_DONE, Commands, say
from planner.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd

    from planner.compare.finished import Finished

SHAPES = ("capacity-survey", "dsg-plan")


def add(commands: Commands) -> None:
    """Add the command of this module to the parser."""
    export = commands.add_parser("export", help="write a finished run in the shape of an official return (exact figures, internal)")
    export.add_argument(
        "shape", choices=SHAPES, metavar="SHAPE", help="capacity-survey (SEND forecast) or dsg-plan (children and young people tab)"
    )
    export.add_argument("folder", type=Path, metavar="OUTPUTS/NAME")
    export.add_argument("--out", type=Path, default=None, help="new folder (default: beside the run, as NAME_SHAPE)")
    export.add_argument(
        "--areas", choices=("district", "authority"), default="district", help="planning areas of the capacity survey (default: district)"
    )
    export.add_argument(
        "--unmitigated",
        type=Path,
        default=None,
        metavar="OUTPUTS/BASE",
        help="the run without the programme, for the dsg-plan's unmitigated forecast",
    )
    export.set_defaults(work=_export)


def _export(arguments: argparse.Namespace) -> int:
    run = _finished(arguments.folder)
    base = _finished(arguments.unmitigated) if arguments.unmitigated is not None else None
    if base is not None and (base.years, base.manifest["facts"].get("county")) != (run.years, run.manifest["facts"].get("county")):
        raise InputError(
            [
                Problem(
                    str(arguments.unmitigated),
                    0,
                    0,
                    "--unmitigated",
                    "this run has other years or another county",
                    "a run like the first",
                    "",
                )
            ]
        )
    name = arguments.shape.replace("-", "_")
    out = arguments.out if arguments.out is not None else arguments.folder.resolve().parent / f"{arguments.folder.resolve().name}_{name}"
    if arguments.shape == "capacity-survey":
        tables, title, notes = _survey(run, by_area=arguments.areas == "district")
    else:
        tables, title, notes = _dsg(run, base)
    folder = _write(out, name, tables, f"{title}: {run.title}", notes, run)
    sys.stdout.write(f"{folder}\n")
    say(f"  Exact figures for the council and the Department: not for publication. Open {folder / f'{name}_internal.xlsx'}")
    return EXIT_DONE


def _finished(folder: Path) -> Finished:
    from planner.compare.finished import read_one

    run = read_one(folder)
    if not run.manifest.get("check", {}).get("passed", False):
        raise InputError(
            [
                Problem(
                    str(folder),
                    0,
                    0,
                    "check",
                    "the check of this run failed, so that nothing is exported",
                    "a run that passed",
                    "Run it again.",
                )
            ]
        )
    return run


Made = tuple[dict[str, tuple[str, "pd.DataFrame"]], str, list[str]]


def _survey(run: Finished, *, by_area: bool) -> Made:
    from planner.results.survey import across, forecast, places

    long = forecast(run.tables["ehcps"], run.years, by_area=by_area)
    held = places(run.tables["occupancy"], run.years, by_area=by_area)
    tables = {
        "forecast": ("Pupils with an EHC plan by planning area, phase and provision", across(long, "pupils_with_ehc_plan")),
        "places": ("Places by where the provision is", across(held.drop(columns="pupils_with_ehc_plan"), "places")),
        "pupils_where_placed": ("Pupils by where the provision is", across(held.drop(columns="places"), "pupils_with_ehc_plan")),
    }
    return tables, "School Capacity survey, SEND forecast", [
        "Pupils are counted where they live; the sheets of places count provision, and the pupils in it, where it is.",
        "Counted in January of the academic year. The first year is the base year; later years are a projection under the scenario's assumptions.",
        "Whole numbers: parts add to totals by phase, provision and planning area (largest remainders).",
        "Units and resourced provision are one kind in the model. It knows ages in January by phase and no single year groups: ages 5 to 10 are about Years 1 to 6 with part of Reception, 11 to 15 about Years 7 to 11.",
        "Check the headings against the survey's guidance for the year before you copy figures into the return.",
    ]  # fmt: skip


def _dsg(run: Finished, base: Finished | None) -> Made:
    from planner.results.survey import across

    tables = {}
    for key, label, title in (("setting", "setting", "placement"), ("age", "age_group", "age group"), ("need", "need", "primary need")):
        own = _dsg_table(run, key, label, "Mitigated" if base is not None else "")
        if base is not None:
            import pandas as pd

            own = pd.concat([_dsg_table(base, key, label, "Unmitigated"), own], ignore_index=True)
        tables[f"by_{key}"] = (f"Children and young people with an EHC plan by {title}", across(own, "ehcps", "counted_in"))
    return tables, "DSG management plan, children and young people", [
        "EHC plans in January of each year; the first January is that of the base year, later ones are a projection.",
        "Whole numbers: parts add to the total of each January (largest remainders), and the three tables have the same totals.",
        "Ages are those of the model's phases: 16 to 25 is one group.",
        *(["Mitigated: with the programme of this scenario. Unmitigated: " + base.title + "."] if base is not None else []),
        "Check the headings against the template's own tab before you copy figures into it.",
    ]  # fmt: skip


def _dsg_table(run: Finished, key: str, label: str, forecast: str) -> pd.DataFrame:
    table = run.tables[f"dsg_placements_by_{key}"].rename(columns={"counted": "counted_in"})
    columns = [label, "counted_in", "ehcps"]
    return table[columns] if not forecast else table.assign(forecast=forecast)[["forecast", *columns]]


def _write(out: Path, name: str, tables: dict[str, tuple[str, pd.DataFrame]], title: str, notes: list[str], run: Finished) -> Path:
    from planner.report.new_folder import write_new_folder
    from planner.report.official_workbook import INTERNAL, official_workbook
    from planner.report.write import write_bytes, write_table, write_text

    def write(part: Path) -> None:
        for table, (_, frame) in tables.items():
            write_table(part / f"{name}_{table}_internal.csv", frame)
        created = str(run.manifest.get("created", ""))
        write_bytes(part / f"{name}_internal.xlsx", official_workbook(title, [INTERNAL, *notes], tables, created))
        write_text(part / "about.txt", "\n".join([title, INTERNAL, *notes, f"Made from the run {run.name} of {created}.", ""]))

    return write_new_folder(out, write)
