"""The SEN2 person-level return, aggregated at once: only counts by need, phase and provision (and area) leave this module.

A problem in a file about persons names the file, the line and the column, never what stood there. Nothing is kept of a child, and
nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from planner.county.importers.ees_tables import KINDS, MAY_BE, phase_of
from planner.county.importers.figures import code
from planner.county.importers.findings import Findings, Imported
from planner.county.importers.gias import School
from planner.county.importers.official import HEADER_WITHIN, Official, Wanted, decode, plain, read_official
from planner.errors import Problems
from planner.names import NEEDS, PHASES

MODULES: Final[dict[str, tuple[Wanted, ...]]] = {
    "sen2": (Wanted("sen2tableid"), Wanted("referencedate", needed=False), Wanted("year", needed=False), Wanted("lea", needed=False)),
    "person": (Wanted("persontableid"), Wanted("personbirthdate", ("dateofbirth",)), Wanted("postcode", needed=False)),
    "requests": (Wanted("requeststableid"), Wanted("persontableid")),
    "active-plans": (Wanted("activeplanstableid"), Wanted("requeststableid")),
    "placement-detail": (
        Wanted("placementdetailtableid"),
        Wanted("activeplanstableid"),
        Wanted("urn"),
        Wanted("ukprn", needed=False),
        Wanted("sensetting"),
        Wanted("placementrank"),
        Wanted("leavingdate", needed=False),
        Wanted("senunitindicator", needed=False),
        Wanted("resourcedprovisionindicator", needed=False),
    ),
    "sen-need": (Wanted("senneedtableid"), Wanted("activeplanstableid"), Wanted("sentype"), Wanted("sentyperank")),
}
"""The modules of the return that are read and their columns. Names, numbers of pupils, sex and ethnicity are not read at all."""

NEEDED: Final = ("person", "requests", "active-plans", "placement-detail", "sen-need")

SETTINGS: Final[dict[str, str]] = {
    "OLA": "educated_elsewhere", "OPA": "educated_elsewhere", "EHE": "educated_elsewhere", "EYP": "early_years_setting",
    "OTH": "educated_elsewhere", "NEET": "educated_elsewhere", "NIEC": "educated_elsewhere", "NIEO": "educated_elsewhere",
}  # fmt: skip
"""Settings without a school's number, by the return's codes."""

_DATES: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d %b %Y", "%d-%b-%Y")
_YES: Final = frozenset({"1", "true", "y", "yes", "t"})
_THURSDAY, _WEEK = 3, 7


@dataclass(frozen=True)
class PostcodeLookup:
    """The area of each postcode, from the postcode directory or a table made from it."""

    path: Path
    small_to_area: Mapping[str, str]


def module_of(header: Sequence[str]) -> str:
    """Which module of the return a header belongs to, by the number that only it holds; nothing if it is none."""
    have = {plain(name) for name in header}
    key = {
        "placement-detail": "placementdetailtableid", "sen-need": "senneedtableid", "active-plans": "activeplanstableid",
        "plan-detail": "plandetailtableid", "named-plan": "namedplantableid", "assessment": "assessmenttableid",
        "requests": "requeststableid", "person": "persontableid", "sen2": "sen2tableid",
    }  # fmt: skip
    return next((module for module, name in key.items() if name in have), "")


def census_day(year: int) -> date:
    """The third Thursday of January, on which the return counts."""
    first = date(year, 1, 1)
    return date(year, 1, 1 + (_THURSDAY - first.weekday()) % _WEEK + 2 * _WEEK)


def day(text: str) -> date | None:
    """A date in one of the spellings that exports use; nothing if it is none of them."""
    for form in _DATES:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None


def read_sen2(
    paths: Sequence[Path], schools: Mapping[str, School] | None, postcodes: PostcodeLookup | None, problems: Problems
) -> Imported | None:
    """Count the active plans of a return by need, phase and provision type, and by area where postcodes can be looked up.

    Args:
        paths: The modules as CSV, one a file, in any order.
        schools: Every open school by its number: a return gives the number and not the kind of school.
        postcodes: The look-up from postcode to area, or nothing.
        problems: Where faults are noted.

    """
    modules: dict[str, Official] = {}
    for path in paths:
        _read_module(path, modules, problems)
    for name in NEEDED:
        if name not in modules:
            problems.add("SEN2 return", f"module {name}", "no file holds this module", expected=f"a file with {MODULES[name][0].name}")
    if schools is None:
        problems.add("SEN2 return", "schools", "a placement names a school by its number only", expected="the file of all schools beside it",
                     fix="Give edubasealldata as well.")  # fmt: skip
    if problems.found or schools is None:
        return None
    return _Count(modules, schools, postcodes, problems).tables()


def _read_module(path: Path, modules: dict[str, Official], problems: Problems) -> None:
    text = decode(path, problems)
    if text is None:
        return
    lines = (line.replace('"', "").split(",") for line in text[0].splitlines()[:HEADER_WITHIN])
    module = next((found for cells in lines if (found := module_of(cells))), "")
    if module not in MODULES:
        if not module:
            problems.add(
                path.name, "", "this is no module of the SEN2 return", line=1, expected="a column such as persontableid or senneedtableid"
            )
        return
    if module in modules:
        problems.add(
            path.name, f"module {module}", f"the module stands in {modules[module].file} already", fix="Give one return at a time."
        )
        return
    table = read_official(path, MODULES[module], problems)
    if table is not None:
        modules[module] = table


class _Count:
    """One pass over a return; holds the rows only while it counts."""

    def __init__(
        self, modules: dict[str, Official], schools: Mapping[str, School], postcodes: PostcodeLookup | None, problems: Problems
    ) -> None:
        self.modules, self.schools, self.problems = modules, schools, problems
        self.findings = Findings()
        self.on = self._day()
        self.lookup = postcodes

    def _day(self) -> date:
        rows = self.modules["sen2"].rows if "sen2" in self.modules else []
        given = day(rows[0].get("referencedate", "")) if rows else None
        if given is not None:
            return given
        year = rows[0].get("year", "") if rows else ""
        if year.isdigit():
            return census_day(int(year))
        found = [when for row in self.modules["placement-detail"].rows if (when := day(row.get("leavingdate", ""))) is not None]
        last = max(found, default=date(2025, 1, 1)).year
        self.findings.guess(
            "sen2_day", "The return's module sen2 is not there; the day it counts was taken from its dates", str(census_day(last))
        )
        return census_day(last)

    def tables(self) -> Imported | None:
        """The counts as tables."""
        counted, by_age = self._count()
        self.modules.clear()
        if self.problems.found:
            return None
        return Imported(_tables(counted, by_age, f"SEN2{self.on.year % 100:02d}"), self.findings)

    def _count(self) -> tuple[Counter[tuple[str, str, str, str]], Counter[int]]:
        ages = self._ages()
        person_of = {row["requeststableid"]: row["persontableid"] for row in self.modules["requests"].rows}
        needs, places, areas = self._needs(), self._placements(), self._areas()
        counted: Counter[tuple[str, str, str, str]] = Counter()
        by_age: Counter[int] = Counter()
        lost, unplaced, unneeded, moved = 0, 0, 0, 0
        seen: set[str] = set()
        for row in self.modules["active-plans"].rows:
            plan = row["activeplanstableid"]
            person = person_of.get(row["requeststableid"], "")
            if plan in seen:
                continue
            seen.add(plan)
            if person not in ages:
                lost += 1
                continue
            years = ages[person]
            phase = phase_of(years)
            need, kind = needs.get(plan, "NSA"), self._kind(places.get(plan), years)
            unneeded += plan not in needs
            unplaced += plan not in places
            if phase not in MAY_BE.get(kind, PHASES):
                kind, moved = "educated_elsewhere", moved + 1
            counted[need, phase, kind, areas.get(person, "")] += 1
            by_age[min(max(years, 0), 25)] += 1
        self._tell(sum(by_age.values()), lost, unplaced, unneeded, moved, sum(1 for key in counted if key[3]) > 0)
        return counted, by_age

    def _tell(self, total: int, lost: int, unplaced: int, unneeded: int, moved: int, by_area: bool) -> None:
        say = self.findings
        say.found.append(
            f"SEN2 return: {total} active plans on {self.on}, counted by need, phase and provision{' and area' if by_area else ''}"
        )
        if lost:
            say.missing.append(f"SEN2 return: {lost} active plans whose request or person is not in the files; left out")
        if unneeded:
            say.guess("sen2_no_need", "Active plans without a need count as need not recorded (NSA)", unneeded, unit="children")
        if unplaced:
            say.guess(
                "sen2_no_placement", "Active plans without a placement on the day count as educated elsewhere", unplaced, unit="children"
            )
        if moved:
            say.guess(
                "sen2_other_ages",
                "Children in provision that the model does not know at their age count as educated elsewhere",
                moved,
                unit="children",
            )
        if self.lookup is None:
            say.missing.append("SEN2 return: no look-up of postcodes, so that children are spread over areas by the number who live there")

    def _ages(self) -> dict[str, int]:
        table, ages = self.modules["person"], {}
        for row, line in zip(table.rows, table.lines, strict=True):
            born = day(row["personbirthdate"])
            if born is None or born > self.on:
                self.problems.add(table.file, "column personbirthdate", "not a date before the day of the return", line=line,
                                  expected="a date such as 2015-09-01 or 01/09/2015")  # fmt: skip
                continue
            ages[row["persontableid"]] = self.on.year - born.year - ((self.on.month, self.on.day) < (born.month, born.day))
        return ages

    def _needs(self) -> dict[str, str]:
        table = self.modules["sen-need"]
        best: dict[str, tuple[str, str]] = {}
        for row, line in zip(table.rows, table.lines, strict=True):
            need = row["sentype"].upper()
            if need not in NEEDS:
                self.problems.add(
                    table.file, "column sentype", "not a need that is known", line=line, expected=f"one of {', '.join(NEEDS)}"
                )
                continue
            plan, rank = row["activeplanstableid"], row["sentyperank"] or "9"
            if plan not in best or rank < best[plan][0]:
                best[plan] = (rank, need)
        return {plan: need for plan, (_, need) in best.items()}

    def _placements(self) -> dict[str, dict[str, str]]:
        """The placement of the first rank of each plan that had not ended on the day."""
        best: dict[str, tuple[str, dict[str, str]]] = {}
        for row in self.modules["placement-detail"].rows:
            left = day(row.get("leavingdate", ""))
            if left is not None and left <= self.on:
                continue
            plan, rank = row["activeplanstableid"], row["placementrank"] or "9"
            if plan not in best or rank < best[plan][0]:
                best[plan] = (rank, row)
        return {plan: row for plan, (_, row) in best.items()}

    def _kind(self, row: dict[str, str] | None, years: int) -> str:
        if row is None:
            return "educated_elsewhere"
        school = self.schools.get(code(row["urn"]))
        if school is not None:
            base = row.get("senunitindicator", "").lower() in _YES or row.get("resourcedprovisionindicator", "").lower() in _YES
            kind = "resource_centre" if base and school.kind == "mainstream_support" else school.kind
            return kind if kind in KINDS else "educated_elsewhere"
        if row["sensetting"].upper() in SETTINGS:
            return SETTINGS[row["sensetting"].upper()]
        return "further_education" if row.get("ukprn") and phase_of(years) == "post_16" else "educated_elsewhere"

    def _areas(self) -> dict[str, str]:
        if self.lookup is None:
            return {}
        mine = {row["persontableid"]: _tight(row.get("postcode", "")) for row in self.modules["person"].rows}
        used = set(mine.values())
        wanted = (
            Wanted("pcds", ("pcd", "pcd7", "pcd8", "postcode")),
            Wanted("msoa", ("msoa21", "msoa11", "msoa21cd", "msoa11cd", "area"), needed=False),
            Wanted("lsoa", ("lsoa21", "lsoa11", "lsoa21cd", "lsoa11cd"), needed=False),
        )
        table = read_official(self.lookup.path, wanted, self.problems, lambda row: _tight(row["pcds"]) in used)
        if table is None:
            return {}
        area_of = {_tight(row["pcds"]): row.get("msoa") or self.lookup.small_to_area.get(row.get("lsoa", ""), "") for row in table.rows}
        found = {person: area_of.get(postcode, "") for person, postcode in mine.items()}
        nowhere = sum(not area for area in found.values())
        if nowhere:
            self.findings.missing.append(
                f"SEN2 return: {nowhere} persons whose postcode the look-up does not know; counted without an area"
            )
        return found


def _tight(postcode: str) -> str:
    return postcode.replace(" ", "").upper()


def _tables(counted: Counter[tuple[str, str, str, str]], by_age: Counter[int], source: str) -> dict[str, pd.DataFrame]:
    rows = [(*key, children, source) for key, children in sorted(counted.items())]
    cube = pd.DataFrame(rows, columns=["need", "phase", "provision_type", "area", "children", "source"])

    def over(*keys: str) -> pd.DataFrame:
        table = cube.groupby(list(keys), sort=True)["children"].sum().reset_index()
        return table.assign(source=source)

    made = {
        "ehcps_by_age": pd.DataFrame([(years, by_age[years], source) for years in sorted(by_age)], columns=["age", "children", "source"]),
        "ehcps_by_need_and_phase": over("need", "phase"),
        "ehcps_by_provision_and_phase": over("provision_type", "phase"),
        "ehcps_by_need_and_provision": over("need", "provision_type"),
        "ehcps_by_need_phase_and_provision": over("need", "phase", "provision_type"),
    }
    if (cube["area"] != "").any():
        made["ehcps_by_area_need_phase_and_provision"] = over("area", "need", "phase", "provision_type")
    return made
