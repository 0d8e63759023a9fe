"""``planner import`` and ``planner new-county``: official files made into tables, or into a whole county."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from planner.commands.talk import EXIT_DONE, Commands, say
from planner.errors import InputError, Problem, Problems

if TYPE_CHECKING:
    from planner.county.importers.findings import Findings

KIND_WORDS = ("ehcp", "sen2", "schools", "population", "school-sen", "section-251", "travel")


def add(commands: Commands) -> None:
    """Add the commands of this module to the parser."""
    one = commands.add_parser(
        "import", help="read official files of one kind into tables, in a new folder",
        epilog="kinds: ehcp (EHCP statistics), sen2 (person-level return, counted at once), schools (edubasealldata), population, school-sen, "
        "section-251, travel. What each reads is in docs/importers.md. A folder that is there already is never changed.",
    )  # fmt: skip
    one.add_argument("kind", choices=KIND_WORDS, metavar="KIND", help=", ".join(KIND_WORDS))
    one.add_argument(
        "files", nargs="+", type=Path, metavar="FILE", help="the files or a folder of them; sen2 needs edubasealldata beside its modules"
    )
    where = one.add_mutually_exclusive_group(required=True)
    where.add_argument("--county", metavar="NAME", help="write into imported/KIND in this county's folder")
    where.add_argument("--out", type=Path, metavar="FOLDER", help="write into this new folder")
    new = commands.add_parser("new-county", help="make a county's folder from official files")
    new.add_argument("name", metavar="NAME", help="name of the new folder, in small letters with underscores")
    new.add_argument("files", nargs="+", type=Path, metavar="FILE", help="the files, of any kind and in any order, or a folder of them")
    new.add_argument("--name", dest="title", default="", help="the council's name for people (default: as the files call it)")
    new.add_argument("--high-needs-block", type=float, default=None, metavar="POUNDS", help="high needs block of the base year")
    for command, work in ((one, _import), (new, _new_county)):
        command.add_argument("--la-code", default="", metavar="860", help="the council's three-figure code")
        command.add_argument("--gss", default="", metavar="E10000028", help="the council's code that begins with E, if there is no other")
        command.add_argument("--districts", default="", metavar="A,B", help="districts of the council, where no file tells them")
        command.add_argument("--population-year", type=int, default=None, metavar="2022", help="year of the population estimate")
        command.add_argument("--data", type=Path, default=Path("data"), help="folder that holds the counties (default: data)")
        command.set_defaults(work=work)


def named_files(given: list[Path]) -> list[Path]:
    """The files that arguments name: a folder stands for the CSV files in it, a name with ``*`` for what it matches.

    Windows' own command prompt leaves ``*`` to the program.
    """
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += sorted(each for each in path.iterdir() if each.suffix.lower() == ".csv")
        elif "*" in path.name and path.parent.is_dir():
            found += sorted(path.parent.glob(path.name))
        else:
            found.append(path)
    if not found:
        raise _refuse(", ".join(map(str, given)), "FILE", "no CSV file is there", "official files saved as CSV")
    return found


def _refuse(file: str, where: str, wrong: str, expected: str = "", fix: str = "") -> InputError:
    return InputError([Problem(file, 0, 0, where, wrong, expected, fix)])


def _import(arguments: argparse.Namespace) -> int:
    from planner.county.importers.ees import Authority
    from planner.county.importers.findings import report_lines
    from planner.county.new.one import import_kind
    from planner.report.new_folder import write_new_folder
    from planner.report.write import write_text

    if arguments.county and not (arguments.data / arguments.county).is_dir():
        raise _refuse(
            arguments.county, "--county", f"there is no folder {arguments.data / arguments.county}", fix="Use planner new-county, or --out."
        )
    out = arguments.out if arguments.out is not None else arguments.data / arguments.county / "imported" / arguments.kind
    authority = Authority(arguments.la_code or _code_of(arguments), arguments.gss)
    problems = Problems()
    made = import_kind(
        arguments.kind, named_files(arguments.files), authority, _named(arguments.districts), arguments.population_year, problems
    )
    problems.raise_if_any()

    def write(part: Path) -> None:
        from planner.county.build.tables import as_text

        for name, table in made.tables.items():
            write_text(part / f"{name}.csv", as_text(table))
        write_text(part / "report.md", "\n".join(report_lines(f"Imported: {arguments.kind}", made.findings)))

    folder = write_new_folder(out, write)
    _tell(folder, made.findings)
    return EXIT_DONE


def _code_of(arguments: argparse.Namespace) -> str:
    """The council's code as the county's folder has it."""
    import csv

    path = arguments.data / (arguments.county or "") / "published" / "authority.csv"
    if not arguments.county or not path.is_file():
        return ""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return next((row.get("la_code") or "" for row in csv.DictReader(handle)), "")


def _named(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _new_county(arguments: argparse.Namespace) -> int:
    from planner.county.build.tables import build_tables, write_tables
    from planner.county.importers.ees import Authority
    from planner.county.new.make import Ask, make_county
    from planner.county.read import read_county
    from planner.report.new_folder import must_be_new, write_new_folder
    from planner.report.write import write_text
    from planner.solve.highs_arrays import version

    version()  # The solver prints its banner the first time, whatever it is told: here, where it is turned away.
    if not arguments.name.replace("_", "").isalnum() or arguments.name != arguments.name.lower():
        raise _refuse(
            arguments.name,
            "NAME",
            "not a name for a folder",
            "small letters, digits and underscores",
            "Give the council's own name with --name.",
        )
    if not (arguments.la_code or arguments.gss):
        raise _refuse(arguments.name, "--la-code", "the council's code is missing", "a three-figure code such as 860")
    target = arguments.data / arguments.name
    must_be_new(target)
    problems = Problems()
    ask = Ask(
        arguments.name, Authority(arguments.la_code, arguments.gss, arguments.title), arguments.title or arguments.name.replace("_", " ").title(),
        _named(arguments.districts), arguments.high_needs_block, arguments.population_year,
    )  # fmt: skip
    made = make_county(ask, named_files(arguments.files), problems)
    problems.raise_if_any()
    if made is None:  # pragma: no cover - a county that is not made has a problem
        raise _refuse(arguments.name, "", "nothing was made")

    def write(part: Path) -> None:
        for name, text in made.files.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            write_text(part / name, text)
        say("  Building the tables")
        write_tables(build_tables(part), part)
        read_county(part)

    folder = write_new_folder(target, write)
    _tell(folder, made.findings)
    say(f"  Next: planner validate {folder / 'first_scenario.yaml'} --data {arguments.data}")
    return EXIT_DONE


def _tell(folder: Path, findings: Findings) -> None:
    sys.stdout.write(f"{folder}\n")
    say(
        f"  {len(findings.found)} things found, {len(findings.guessed)} guessed, {len(findings.missing)} missing: read {folder / 'report.md'}"
    )
    for guess in findings.guessed[:8]:
        say(f"  guessed: {guess.what}" + (f" ({guess.value}{' ' + guess.unit if guess.unit else ''})" if guess.value else ""))
    if len(findings.guessed) > 8:
        say(f"  ... and {len(findings.guessed) - 8} more")
