"""The Department for Education's EHCP files (explore education statistics): wide columns, codes for figures, many councils in one file.

Traps handled: a mark at the start of the file, councils' codes as text or as numbers, several geographic levels, periods written
202425 or 2025, ``x z c low u`` where a figure would stand, thousands separators, notes at the end, rows that are totals of other
rows, columns renamed between years, and a council that stands twice after a reorganisation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from planner.county.importers.figures import FigureError, code, figure, january
from planner.county.importers.findings import Findings
from planner.county.importers.official import Official, Wanted, plain, read_official
from planner.errors import Problems, nearest

HEAD: Final = (
    Wanted("time_period", meaning="the period of the row"),
    Wanted("time_identifier", needed=False),
    Wanted("geographic_level", meaning="National, Regional or Local authority"),
    Wanted("new_la_code", ("lad_code", "la_code_new"), meaning="the council's code that begins with E"),
    Wanted("old_la_code", ("la_code_old",), needed=False),
    Wanted("la_name", meaning="the council's name"),
    Wanted("region_name", needed=False),
    Wanted("breakdown_topic", ("breakdown_type",), meaning="what the rows are split by"),
    Wanted("breakdown", ("breakdown_value",), meaning="the age, placement or other part that the row is about"),
)

RESOURCED: Final = tuple(
    f"mainstream_{school}_{kind}" for school in ("la_maintained", "academy", "free_school") for kind in ("resourced_provision", "senunit")
)
SETTINGS: Final = (
    "mainstream_la_maintained", "mainstream_academy", "mainstream_free_school", "mainstream_independent", *RESOURCED, "mainstream_total",
    "special_la_maintained", "special_academy_free", "special_independent", "special_non_maintained", "special_total",
    "ap_pru_total", "fe_total", "ed_elsewhere", "nm_early_years", "placement_unknown",
)  # fmt: skip
NEED_COLUMNS: Final = {
    "number_spld": "SPLD", "number_mld": "MLD", "number_sld": "SLD", "number_pmld": "PMLD", "number_semh": "SEMH", "number_slcn": "SLCN",
    "number_hi": "HI", "number_vi": "VI", "number_msi": "MSI", "number_pd": "PD", "number_asd": "ASD", "number_ds": "DS",
    "number_oth": "OTH", "number_need_unknown": "NSA",
}  # fmt: skip

_SPELLINGS: Final[dict[str, tuple[str, ...]]] = {
    "ehcplans": ("ehc_plans", "all_ehcplans"),
    "new_ehc_plans": ("new_ehcplans", "newplans"),
    "ehc_plans": ("ehcplans",),
    "ap_pru_total": ("AP_PRU_total",),
    "special_academy_free": ("special_academy_free_school",),
    "ed_elsewhere": ("ed_elsewhere_total", "educated_elsewhere_total"),
    "number_need_unknown": ("number_unknown", "need_unknown"),
}
_MAY_BE_ABSENT: Final = frozenset({*RESOURCED, "number_ds", "number_need_unknown", "placement_unknown", "nm_early_years"})


@dataclass(frozen=True)
class EesKind:
    """One of the EHCP files: its kind, what people call it, and its measures, the first of which is the total."""

    kind: str
    title: str
    measures: tuple[str, ...]
    yearly: str

    @property
    def wanted(self) -> tuple[Wanted, ...]:
        """The columns of the file."""
        return (
            *HEAD,
            *(
                Wanted(name, _SPELLINGS.get(name, ()), name not in _MAY_BE_ABSENT and at < 30, "a count of children or plans")
                for at, name in enumerate(self.measures)
            ),
        )


EES_KINDS: Final = (
    EesKind("caseload", "EHC plans in January by age and placement (caseload)", ("ehcplans", *SETTINGS), "january"),
    EesKind("new-plans", "New EHC plans by age and placement (newplans)", ("new_ehc_plans", *SETTINGS), "calendar"),
    EesKind("needs", "Primary need of all EHC plans (sen_needs_all_plans)", ("ehc_plans", *NEED_COLUMNS), "january"),
    EesKind("new-needs", "Primary need of new EHC plans (sen_need_newplans)", ("ehc_plans", *NEED_COLUMNS), "calendar"),
    EesKind(
        "ceased",
        "EHC plans that ceased (ceased_plans)",
        (
            "total_ceased",
            "max_age",
            "needs_met",
            "he",
            "employ",
            "transfer",
            "no_engage",
            "moved_outside_eng",
            "deceased",
            "not_rec",
            "other",
        ),
        "calendar",
    ),
    EesKind(
        "requests",
        "Requests for assessment (requests)",
        ("requests_received_in_year", "requests_decided_to_assess", "requests_decided_not_to_assess", "requests_withdrawn"),
        "calendar",
    ),
    EesKind("assessments", "Assessments (assessments)", ("assess_in_year", "assess_issued", "assess_not_issued"), "calendar"),
    EesKind(
        "timeliness",
        "Plans issued in 20 weeks (timeliness)",
        ("plans_issued_den", "plans_issued_den_ex", "plans_issued_within_20_weeks", "plans_issued_20_weeks_ex"),
        "calendar",
    ),
)
EES_BY_KIND: Final = {kind.kind: kind for kind in EES_KINDS}


@dataclass(frozen=True)
class Authority:
    """The council that files are read for: its three-figure code, the code that begins with E, and its name."""

    la_code: str
    gss: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        """Bring both codes to one spelling."""
        object.__setattr__(self, "la_code", code(self.la_code))
        object.__setattr__(self, "gss", code(self.gss))

    def matches(self, old: str, new: str) -> bool:
        """Whether a row with these codes is about this council."""
        return bool(self.la_code and code(old) == self.la_code) or bool(self.gss and code(new) == self.gss)


@dataclass(frozen=True)
class EesRow:
    """One row about the council: the year (of its January, or the calendar year), topic, breakdown and figures; NaN is not known."""

    year: int
    topic: str
    breakdown: str
    figures: dict[str, float]
    line: int
    gss: str = ""

    @property
    def is_total(self) -> bool:
        """Whether the row is of everybody: 'All EHC plans', 'Total', or a topic that is its own breakdown ('New EHC plans')."""
        return plain(self.breakdown).startswith(("all ", "total")) or plain(self.breakdown) == plain(self.topic)


@dataclass
class EesTable:
    """The rows of one EHCP file about one council, with what the file calls the council."""

    kind: EesKind
    file: str
    authority: Authority
    rows: list[EesRow]
    findings: Findings = field(default_factory=Findings)
    region: str = ""

    @property
    def years(self) -> list[int]:
        """The years that the file has, in order."""
        return sorted({row.year for row in self.rows})


def detect(header: tuple[str, ...] | list[str], file: str, sample: dict[str, str]) -> str:
    """Which EHCP file a header belongs to, or nothing. The two files of needs have one header: the file's name or its periods tell."""
    have = {plain(name) for name in header}
    if not {plain("geographic_level"), plain("breakdown")} <= have:
        return ""
    for kind, marks in (
        ("new-plans", ("new_ehc_plans", "new_ehcplans")),
        ("ceased", ("total_ceased",)),
        ("timeliness", ("plans_issued_den",)),
        ("requests", ("requests_received_in_year",)),
        ("assessments", ("assess_issued",)),
    ):
        if any(plain(mark) in have for mark in marks):
            return kind
    if plain("number_asd") in have:
        period = sample.get("time_period", "").removesuffix(".0")
        calendar = "calendar" in sample.get("time_identifier", "").lower() or (
            len(period) == 4 and "january" not in sample.get("time_identifier", "").lower()
        )
        return "new-needs" if "new" in file.lower() or (calendar and "all" not in file.lower()) else "needs"
    return "caseload" if plain("mainstream_total") in have else ""


def read_ees(path: Path, kind: EesKind, authority: Authority, problems: Problems) -> EesTable | None:
    """Read the rows of one council from an EHCP file."""
    known: dict[str, str] = {}

    def keep(row: dict[str, str]) -> bool:
        if plain(row["geographic_level"]) not in ("local authority", "la", "lad"):
            return False
        known.setdefault(f"{code(row.get('old_la_code', ''))} {row['la_name']}".strip(), row["la_name"])
        return authority.matches(row.get("old_la_code", ""), row["new_la_code"])

    table = read_official(path, kind.wanted, problems, keep)
    if table is None:
        return None
    if not table.rows:
        wanted = " or ".join(part for part in (authority.la_code, authority.gss) if part)
        hint = nearest(authority.name, known.values()) if authority.name else ""
        problems.add(
            path.name, "old_la_code", f"no row is about the local authority {wanted}", line=2,
            expected=f"one of the {len(known)} local authorities in the file, such as {', '.join(sorted(known)[:3])}" if known
            else "rows whose geographic_level is Local authority", fix=hint,
        )  # fmt: skip
        return None
    before = len(problems.found)
    codes: dict[str, int] = {}
    made = [_row(kind, row, line, path.name, codes, problems) for row, line in zip(table.rows, table.lines, strict=True)]
    if len(problems.found) > before:
        return None
    result = EesTable(kind, path.name, _named(table, authority), [], region=table.rows[-1].get("region_name", ""))
    result.rows = _one_each([row for row in made if row is not None], path.name, result.findings, problems)
    _tell(result, table, codes)
    return result if len(problems.found) == before else None


def read_rows(path: Path, kind: EesKind, level: str, name: str, problems: Problems) -> list[EesRow]:
    """The rows of an EHCP file about England (level ``national``) or one region (``regional``, by name); none if it has none."""

    def keep(row: dict[str, str]) -> bool:
        return plain(row["geographic_level"]) == level and (not name or plain(row.get("region_name", "") or row["la_name"]) == plain(name))

    table = read_official(path, kind.wanted, problems, keep)
    if table is None:
        return []
    made = [_row(kind, row, line, path.name, {}, problems) for row, line in zip(table.rows, table.lines, strict=True)]
    kept = [row for row in made if row is not None]
    return _one_each(kept, path.name, Findings(), problems) if kept else []


def _named(table: Official, authority: Authority) -> Authority:
    last = max(table.rows, key=lambda row: row["time_period"])
    return Authority(code(last.get("old_la_code", "")) or authority.la_code, code(last["new_la_code"]), authority.name or last["la_name"])


def _row(kind: EesKind, row: dict[str, str], line: int, file: str, codes: dict[str, int], problems: Problems) -> EesRow | None:
    figures: dict[str, float] = {}
    good = True
    for name in kind.measures:
        if name not in row:
            continue
        try:
            value, mark = figure(row[name])
        except FigureError as error:
            problems.add(file, f"column {name}", str(error), line=line, expected="a number, or one of x, z, c, low, u")
            good = False
            continue
        if value < 0:
            problems.add(file, f"column {name}", f"{row[name]} is below 0", line=line, expected="a count")
            good = False
        if mark:
            codes[mark] = codes.get(mark, 0) + 1
        figures[name] = value
    try:
        year = january(row["time_period"])
    except FigureError as error:
        problems.add(file, "column time_period", str(error), line=line, expected="202425 or 2025")
        return None
    return EesRow(year, row["breakdown_topic"], row["breakdown"], figures, line, code(row["new_la_code"])) if good else None


def _one_each(rows: list[EesRow], file: str, findings: Findings, problems: Problems) -> list[EesRow]:
    """One row for each year, topic and breakdown: of a council that stands twice, that with the code that is in use last."""
    last_year = max(row.year for row in rows)
    newest = max(row.gss for row in rows if row.year == last_year)
    groups: dict[tuple[int, str, str], list[EesRow]] = {}
    for row in rows:
        groups.setdefault((row.year, plain(row.topic), plain(row.breakdown)), []).append(row)
    kept, twice = [], 0
    for group in groups.values():
        mine = [row for row in group if row.gss == newest] or group
        twice += len(group) - 1
        if any(_unlike(row.figures, mine[0].figures) for row in mine[1:]):
            problems.add(
                file, f"{mine[0].year}, {mine[0].topic}: {mine[0].breakdown}", "two rows give different figures",
                line=mine[1].line, expected=f"one row, as on line {mine[0].line}", fix="Ask for the file again, or delete one row.",
            )  # fmt: skip
        kept.append(mine[0])
    if twice:
        findings.found.append(f"{file}: {twice} rows stood twice (a reorganised council, or a copy); the rows of {newest} were kept")
    return kept


def _unlike(one: dict[str, float], other: dict[str, float]) -> bool:
    return any(one[name] != other[name] and not (math.isnan(one[name]) and math.isnan(other[name])) for name in one)


def _tell(result: EesTable, table: Official, codes: dict[str, int]) -> None:
    years = result.years
    span = str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
    text = f"{result.file}: {result.kind.title}, {len(result.rows)} rows about {result.authority.name}, {span}; {table.dropped} other rows left out"
    result.findings.found.append(text)
    if codes:
        counted = ", ".join(f"{mark} ({number} cells)" for mark, number in sorted(codes.items()))
        result.findings.found.append(
            f"{result.file}: codes where figures would stand: {counted}; z and low count as 0, the others are not known"
        )
    if table.renamed:
        result.findings.found.append(
            f"{result.file}: other spellings read: {', '.join(f'{new} for {old}' for old, new in table.renamed.items())}"
        )
    if table.footers:
        result.findings.found.append(f"{result.file}: {len(table.footers)} lines of notes left out")
    absent = [name for name in table.absent if name not in ("time_identifier", "old_la_code", "region_name", "number_ds")]
    if absent:
        result.findings.missing.append(f"{result.file}: no column {', '.join(absent)}; counted as none")
