"""The school-level file of 'Special educational needs in England': pupils on SEN support by primary need, school by school."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pandas as pd

from planner.county.importers.ees import Authority
from planner.county.importers.figures import FigureError, code, figure
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.gias import School, phases_of
from planner.county.importers.official import Wanted, plain, read_official
from planner.errors import Problems
from planner.names import NEEDS, PHASE_AGES, PHASES

_SUFFIX: Final[dict[str, tuple[str, ...]]] = {"NSA": ("nsa", "no_specialist_assessment"), "DS": ("ds", "downs")}
SUPPORT: Final = {need: _SUFFIX.get(need, (need.lower(),)) for need in NEEDS}

COLUMNS: Final = (
    Wanted("URN", meaning="the school's number"),
    Wanted("time_period", needed=False),
    Wanted("old_la_code", ("LA code", "la_code"), needed=False),
    Wanted("new_la_code", needed=False),
    Wanted("phase_type_grouping", ("phase", "PhaseOfEducation"), needed=False),
    Wanted("Total pupils", ("total_pupils", "headcount"), meaning="all pupils"),
    Wanted("SEN support", ("sen_support",), meaning="pupils on SEN support"),
    Wanted("EHC plan", ("ehc_plan",), meaning="pupils with an EHC plan"),
    *(
        Wanted(f"SUP_Primary_need_{names[0]}", tuple(f"SUP_Primary_need_{name}" for name in names[1:]), needed=False)
        for names in SUPPORT.values()
    ),
    Wanted("SEN_Unit", needed=False),
    Wanted("RP_Unit", needed=False),
)

_GROUPS: Final = (
    ("nursery", "early_years"),
    ("primary", "primary"),
    ("secondary", "secondary"),
    ("special", ""),
    ("alternative", ""),
    ("pupil referral", ""),
)


def read_school_sen(path: Path, authority: Authority, schools: Mapping[str, School], problems: Problems) -> Imported | None:
    """Pupils on SEN support by need and phase of a council's mainstream schools.

    A school's children are split over the phases of its ages in proportion to the years of each; where the file names no council,
    the schools of the council in ``schools`` count.
    """

    def keep(row: dict[str, str]) -> bool:
        if row.get("old_la_code") or row.get("new_la_code"):
            return authority.matches(row.get("old_la_code", ""), row.get("new_la_code", ""))
        return code(row["URN"]) in schools and schools[code(row["URN"])].la_code == authority.la_code

    table = read_official(path, COLUMNS, problems, keep)
    if table is None:
        return None
    if not table.rows:
        problems.add(path.name, "column old_la_code", f"no school of {authority.la_code} is in the file", line=2,
                     fix="Give edubasealldata as well if the file has no column of councils.")  # fmt: skip
        return None
    latest = max(row.get("time_period", "") for row in table.rows)
    children = {(need, phase): 0.0 for need in NEEDS for phase in PHASES}
    hidden, unsplit, pupils = 0, 0.0, 0.0
    before = len(problems.found)
    for row, line in zip(table.rows, table.lines, strict=True):
        if row.get("time_period", "") != latest:
            continue
        shares = _phases(row, schools.get(code(row["URN"])))
        if not shares:
            continue
        counts = {name: _count(row.get(name, ""), name, path.name, line, problems) for name in ("SEN support", "Total pupils")}
        needs = {
            need: _count(row.get(f"SUP_Primary_need_{names[0]}", "z"), names[0], path.name, line, problems)
            for need, names in SUPPORT.items()
        }
        hidden += sum(math.isnan(value) for value in (*needs.values(), counts["SEN support"]))
        known = {need: value for need, value in needs.items() if value > 0}
        total = counts["SEN support"] if not math.isnan(counts["SEN support"]) else sum(known.values())
        pupils += 0.0 if math.isnan(counts["Total pupils"]) else counts["Total pupils"]
        left = max(total - sum(known.values()), 0.0)
        unsplit += left
        known["NSA"] = known.get("NSA", 0.0) + left
        for phase, share in shares.items():
            for need, value in known.items():
                children[need, phase] += value * share
    if len(problems.found) > before:
        return None
    findings = Findings()
    whole = sum(children.values())
    findings.found.append(
        f"{path.name}: {whole:,.0f} pupils on SEN support in mainstream schools by need and phase, of {pupils:,.0f} pupils"
    )
    if hidden:
        findings.found.append(f"{path.name}: {hidden} hidden cells (c, x); what they leave of a school's total counts as need not recorded")
    if unsplit:
        findings.guess(
            "sen_support_need_not_known",
            "Pupils on SEN support whose need the file hides count as need not recorded (NSA)",
            f"{unsplit:.0f}",
            unit="children",
        )
    frame = pd.DataFrame([(need, phase, round(value, 2), "SENSCH") for (need, phase), value in children.items()],
                         columns=["need", "phase", "children", "source"])  # fmt: skip
    return Imported({"sen_support": frame}, findings)


def _count(text: str, name: str, file: str, line: int, problems: Problems) -> float:
    try:
        return figure(text)[0]
    except FigureError as error:
        problems.add(file, f"column {name}", str(error), line=line, expected="a number, or one of x, z, c, low")
        return math.nan


def _phases(row: dict[str, str], school: School | None) -> dict[str, float]:
    """How a school's pupils fall into phases, by years of age; nothing for a special school or one of unknown kind."""
    if school is not None:
        if school.kind not in ("mainstream_support", "early_years_setting"):
            return {}
        years = {
            phase: max(0, min(school.high, PHASE_AGES[phase][1] + 1) - max(school.low, PHASE_AGES[phase][0]))
            for phase in phases_of(school.low, school.high)
        }
        # A sixth form lasts two years, whatever the highest age says.
        years = {phase: min(count, 2) if phase == "post_16" else count for phase, count in years.items()}
        whole = sum(years.values())
        return {phase: count / whole for phase, count in years.items() if count} if whole else {}
    group = plain(row.get("phase_type_grouping", ""))
    return next(({phase: 1.0} if phase else {} for word, phase in _GROUPS if word in group), {})
