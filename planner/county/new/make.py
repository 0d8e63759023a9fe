"""A county's folder made from files: every file of it as text, and the report of what was found, guessed and missing."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from planner.county.build.tables import as_text
from planner.county.importers.ees import Authority
from planner.county.importers.findings import Findings, report_lines
from planner.county.importers.travel import read_matrix
from planner.county.new.fill import fill_flows, fill_needs, fill_sen_support, finance_rows
from planner.county.new.gather import Gathered, gather
from planner.county.new.ground import ground_tables, of_authority, population_year
from planner.county.new.margins import agree
from planner.county.new.schools import base_table, listed_options, special_tables, tiers, transfer_ages
from planner.county.new.template import COPIED, shares, template_table, template_text
from planner.errors import Problems
from planner.names import PHASES, Year

REPORT: Final = "report.md"
SCENARIO: Final = "first_scenario.yaml"
_PUBLISHED: Final = (
    "ehcps_by_age", "ehcps_by_need_and_phase", "ehcps_by_need_and_provision", "ehcps_by_provision_and_phase", "ehcps_ceased_by_phase",
    "new_ehcps_by_phase", "new_ehcps_by_need_and_phase", "areas", "small_areas", "county_by_age", "requests", "assessments", "timeliness",
    "section_251", "sen_support", "ehcps_by_need_phase_and_provision", "ehcps_by_area_need_phase_and_provision",
)  # fmt: skip
_HISTORY: Final = ("ehcp_history", "ehcp_years_held")
"""Tables of the past, which forecasting reads from the county's folder as they are."""


@dataclass(frozen=True)
class Ask:
    """What is asked for: the folder's name, the council, its title, and what no file says."""

    name: str
    authority: Authority
    title: str
    districts: tuple[str, ...] = ()
    high_needs_block: float | None = None
    population_year: int | None = None


@dataclass(frozen=True)
class Made:
    """Files of the new folder by name relative to it (forward slashes), and what was found."""

    files: dict[str, str]
    findings: Findings


def make_county(ask: Ask, paths: Sequence[Path], problems: Problems) -> Made | None:
    """Read the files and make everything that a county's folder holds except the tables that the builder makes.

    Nothing is returned if a file has a fault or if what no guess can stand in for is missing: children with an EHCP by provision
    and age (the caseload file or a person-level return), and a population with centres of areas.
    """
    got = gather(paths, ask.authority, problems)
    if "ehcps_by_provision_and_phase" not in got.tables and not problems.found:
        problems.add("EHCP files", "caseload", "no file gives children with an EHCP by age and placement",
                     expected="the caseload file of explore education statistics, or a SEN2 person-level return")  # fmt: skip
    if problems.found:
        return None
    base = _base_year(got)
    ages = population_year([path for path, _ in got.files.population], base, ask.population_year, got.findings)
    behind = max(base - ages - 0.5, 0.0)
    mine = of_authority(got.areas, got.authority, got.schools, ask.districts, got.findings, problems)
    if mine:
        got.tables |= ground_tables(mine, got.lowest, behind, got.findings, problems)
    if problems.found:
        return None
    return _assemble(ask, got, base, behind, paths, problems)


def _base_year(got: Gathered) -> int:
    if "caseload" in got.ees:
        return got.ees["caseload"].years[-1]
    source = str(got.tables["ehcps_by_age"]["source"].iloc[0])
    return 2000 + int(source[-2:])


def _assemble(ask: Ask, got: Gathered, base: int, behind: float, paths: Sequence[Path], problems: Problems) -> Made | None:
    tables, findings = got.tables, got.findings
    fill_needs(tables, findings)
    tables |= agree(tables, findings)
    fill_flows(tables, base, findings)
    children = {
        str(kind): int(count) for kind, count in tables["ehcps_by_provision_and_phase"].groupby("provision_type")["children"].sum().items()
    }
    ehcps = sum(children.values())
    tables["ehcps_by_age"] = _all_ages(tables["ehcps_by_age"])
    if not got.schools:
        findings.missing.append(
            "no list of schools (edubasealldata): every child in a special school is put in one outside the council's area"
        )
    made: dict[str, pd.DataFrame] = special_tables(got.mine, children, shares(), tables["areas"], findings)
    bases = base_table(got.mine, tables["areas"])
    if len(bases):
        made["published/bases"] = bases
    if got.mine:
        made["published/school_tiers"] = tiers(got.mine, findings)
        tables["areas"] = transfer_ages(tables["areas"], got.mine, findings)
    pupils = float(tables["areas"][["aged_4_10", "aged_11_15"]].to_numpy().sum())
    support, support_shares = fill_sen_support(tables, pupils, findings)
    made["assumed/sen_support_shares"] = support_shares
    made["published/finance"], made["assumed/finance"] = finance_rows(tables, ask.high_needs_block, base, ehcps, findings)
    made["assumed/sites"] = _sites(tables["areas"])
    made["assumed/listed_options"] = _options(made["assumed/state_special_places"], ask.title)
    made |= {f"published/{name}": tables[name] for name in _PUBLISHED if name in tables}
    made |= {name: tables[name] for name in _HISTORY if name in tables}
    made["published/authority"] = pd.DataFrame(
        [(got.authority.la_code, got.authority.gss, got.authority.name, ask.title)], columns=["la_code", "new_la_code", "la_name", "title"]
    )
    _journeys(got, tables["areas"], made, problems)
    if problems.found:
        return None
    values = {
        "population_years_behind": (behind, "years", "Years from the population estimate to January of the base year"),
        "sen_support_children": (support, "children", "Children on SEN support"),
        **_places_left(tables, bases, children),
    }
    files = {name: template_text(name) for name in COPIED}
    files |= {f"{name}.csv": as_text(table) for name, table in made.items()}
    files["assumptions.csv"] = _assumptions(values, findings)
    files["sources.csv"] = _sources(paths, base)
    files[SCENARIO] = _scenario(ask, base)
    files[REPORT] = "\n".join(_report(ask, got, base, ehcps, findings))
    return Made(files, findings)


def _all_ages(table: pd.DataFrame) -> pd.DataFrame:
    """EHCPs by age with the ages after which children move up, which the builder looks for."""
    listed = set(table["age"])
    more = [(years, 0, "no child") for years in (4, 10, 15) if years not in listed]
    return pd.concat([table, pd.DataFrame(more, columns=["age", "children", "source"])], ignore_index=True) if more else table


def _places_left(tables: Mapping[str, pd.DataFrame], bases: pd.DataFrame, children: Mapping[str, int]) -> dict[str, tuple[float, str, str]]:
    """Places of provision that is known for the county only: what children are there who are at no base that is listed."""
    table = tables["ehcps_by_provision_and_phase"]
    here = table[table["provision_type"] == "resource_centre"].set_index("phase")["children"]
    left = {phase: int(here.get(phase, 0)) for phase in PHASES}
    for phases in bases["phases"] if len(bases) else ():
        left |= dict.fromkeys((phase for phase in PHASES if phase in str(phases).split("|")), 0)
    alternative = children.get("alternative_provision", 0)
    say = "Places in existing bases that no list of schools names; as many as the children who are there"
    return {
        "existing_base_places_primary": (left["early_years"] + left["primary"], "places", f"{say} (early years and primary)"),
        "existing_base_places_secondary": (left["secondary"] + left["post_16"], "places", f"{say} (secondary and post-16)"),
        "alternative_provision_places": (
            math.ceil(alternative * 1.15),
            "places",
            "Places in alternative provision for children with an EHCP: 15% more than are there",
        ),
    }


def _sites(areas: pd.DataFrame) -> pd.DataFrame:
    """One site for a new special school, in the district with most children, and one block of independent places, in the middle."""
    size = areas.assign(children=areas[["aged_4_10", "aged_11_15"]].sum(axis=1)).groupby("district")["children"].sum()
    largest = str(size.sort_values(ascending=False, kind="stable").index[0])
    every = "|".join(sorted(str(district) for district in size.index))
    columns = [
        "unit",
        "unit_name",
        "provision_type",
        "phases",
        "needs",
        "bands",
        "places",
        "districts",
        "sector",
        "illustrative",
        "source",
        "quality",
    ]
    return pd.DataFrame(
        [
            ("ind_block_county", "Illustrative block of independent places", "independent_special", "primary|secondary", "SEMH|ASD|SLCN|MLD", "*", 0,
             every, "independent", "yes", "assumption", "red"),
            ("sp_new_all_age", f"Illustrative all-age special school, {largest}", "state_special", "primary|secondary|post_16", "*", "*", 0,
             largest, "academy", "yes", "assumption", "red"),
        ],
        columns=columns,
    )  # fmt: skip


def _options(state: pd.DataFrame, title: str) -> pd.DataFrame:
    listed = listed_options(state)
    words = {
        "new_special_all_age": "New all-age special school, illustrative site",
        "block_independent_county": f"Block of independent places, {title}",
    }
    names = [
        words.get(option, f"Illustrative expansion of {unit.removeprefix('sp_').replace('_', ' ').capitalize()}")
        for option, unit in zip(listed["option"], listed["unit"], strict=True)
    ]
    return listed.assign(option_name=names)[["option", "option_name", "kind", "unit"]]


def _journeys(got: Gathered, areas: pd.DataFrame, made: dict[str, pd.DataFrame], problems: Problems) -> None:
    """A matrix of journeys, its sites named by URN or by unit; it is put beside the tables for a scenario to use."""
    from planner.county.new.schools import unit_names

    for path in got.files.travel:
        sites: dict[str, str] = {}
        for kind, start in (("state_special", "sp"), ("independent_special", "ind"), ("mainstream_support", "rc")):
            sites |= unit_names([school for school in got.mine if school.kind == kind], start)
        read = read_matrix(path, [str(area) for area in areas["area"]], {**sites, **{unit: unit for unit in sites.values()}}, problems)
        if read is not None:
            made |= read.tables
            got.findings.take([read.findings])


def _assumptions(values: Mapping[str, tuple[float, str, str]], findings: Findings) -> str:
    table = template_table("assumptions.csv")
    columns = [str(column) for column in table.columns]
    rows = [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    had = {row["assumption"] for row in rows}

    def row(name: str, what: str, value: str, unit: str, effect: str) -> dict[str, object]:
        filled = {"assumption": name, "what": what, "value": value, "unit": unit, "source": "assumption", "owner_role": "SEND data lead",
                  "quality": "red", "effect": effect}  # fmt: skip
        return {column: filled.get(column, "") for column in columns}

    for name, (value, unit, what) in values.items():
        rows.append(row(name, what, f"{value:g}" if value < 1e6 else f"{value:.0f}", unit, "See the table it is used in"))
    for guess in findings.guessed:
        if guess.name not in had | set(values):
            rows.append(row(guess.name, guess.what, guess.value or "see the table", guess.unit, guess.effect))
            had.add(guess.name)
    return _csv(columns, rows)


def _sources(paths: Sequence[Path], base: int) -> str:
    table = template_table("sources.csv")
    columns = [str(column) for column in table.columns]
    rows = [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
    ours = {
        "GIAS": "Get Information about Schools, all establishments", "ONSPOP": "Small-area population estimates and centres of areas",
        "SENSCH": "Special educational needs in England, school level", "S251": "Section 251 statements",
        f"EES{base % 100:02d}": f"Education, health and care plans: reporting year {base}, underlying data",
        f"SEN2{base % 100:02d}": "SEN2 person-level return, counted by need, phase and provision", "given": "Given on the command line",
    }  # fmt: skip
    had = {row["source"] for row in rows}
    for key, title in ours.items():
        if key not in had:
            rows.append(
                {
                    "source": key,
                    "title": title,
                    "publisher": "As the file",
                    "date": str(base),
                    "address": "see the files below",
                    "licence": "",
                    "used_for": "Published tables",
                }
            )
    for number, path in enumerate(paths, start=1):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        rows.append(
            {
                "source": f"FILE{number}",
                "title": path.name,
                "publisher": "As the file",
                "date": "",
                "address": f"SHA-256 {digest}",
                "licence": "",
                "used_for": "Read to make this county",
            }
        )
    return _csv(columns, rows)


def _csv(columns: list[str], rows: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _scenario(ask: Ask, base: int) -> str:
    return (
        template_text(SCENARIO)
        .replace("COUNTY", ask.name)
        .replace("TITLE", ask.title)
        .replace("BASE_YEAR", str(Year(base - 1)))
        .replace("LEVEL_YEAR", str(Year(base + 5)))
    )


def _report(ask: Ask, got: Gathered, base: int, ehcps: int, findings: Findings) -> list[str]:
    lines = report_lines(f"{ask.title}: how this county was made", findings)
    districts = sorted(set(got.tables["areas"]["district"]))
    head = [
        "",
        f"Local authority {got.authority.la_code or 'without a three-figure code'}"
        + (f" ({got.authority.gss})" if got.authority.gss else "")
        + f": {ehcps:,} children and young people with an EHCP in January {base}, in {len(got.tables['areas'])} areas of "
        f"{len(districts)} district{'s' if len(districts) != 1 else ''} ({', '.join(districts)}).",
        "",
        "What was guessed is the first thing to mend: put your own figures in `published/` and `assumed/`, then build the tables again with",
        f"`python -m planner.county.build data/{ask.name} data/{ask.name}`. Bands, escalation, terms of options and prices are the program's",
        "template until you change them.",
        "",
    ]
    next_steps = ["## Next", "", f"- Check the folder: `planner validate data/{ask.name}/{SCENARIO} --data data`",
                  f"- Run it: `planner run data/{ask.name}/{SCENARIO} --data data`",
                  "- Replace the illustrative hosts of bases before any decision: no real school has been asked.", ""]  # fmt: skip
    return [lines[0], *head, *lines[2:], *next_steps]
