"""Small files to the exact published columns, about a made-up council of two districts, with the traps that real files set."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.county import official_columns as columns

LA, GSS, NAME = "399", "E10000099", "Upland"
DISTRICTS = {"North Vale": "E07000991", "South Vale": "E07000992"}
MSOAS = [("North Vale", 1), ("North Vale", 2), ("North Vale", 3), ("South Vale", 1), ("South Vale", 2)]
NEED_SHARES = {"slcn": 0.30, "asd": 0.28, "semh": 0.20, "mld": 0.12, "pd": 0.05, "sld": 0.05}
OTHER_COUNCILS = [("860", "E10000028", "Staffordshire"), ("861", "E06000021", "Stoke-on-Trent")]


def write(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Mapping[str, object]],
    *,
    mark: bool = False,
    ends: str = "\n",
    encoding: str = "utf-8",
    above: Sequence[str] = (),
    below: Sequence[str] = (),
) -> Path:
    """Write rows under a header; what a row does not name is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="", lineterminator=ends)
    writer.writeheader()
    writer.writerows(rows)
    body = "".join(line + ends for line in above) + text.getvalue() + "".join(line + ends for line in below)
    path.write_bytes((b"\xef\xbb\xbf" if mark else b"") + body.encode(encoding))
    return path


def head(period: str, council: tuple[str, str, str], topic: str, breakdown: str, level: str = "Local authority") -> dict[str, object]:
    """The common head of a row of the EHCP files."""
    return {
        "time_period": period, "time_identifier": "Academic year" if len(period) == 6 else "Calendar year", "geographic_level": level,
        "country_code": "E92000001", "country_name": "England", "old_la_code": council[0], "new_la_code": council[1], "la_name": council[2],
        "breakdown_topic": topic, "breakdown": breakdown,
    }  # fmt: skip


def ages_here(years: int) -> int:
    """Children with an EHCP of one age in the made-up council."""
    return (
        0 if years < 3 else 2 if years == 3 else 8 if years == 4 else 12 if years <= 10 else 16 if years <= 15 else 10 if years <= 19 else 2
    )


def settings(years: int, children: int, total: str) -> dict[str, object]:
    """Placements of the children of one age, in the published columns, parts and totals."""
    row: dict[str, object] = dict.fromkeys(columns.CASELOAD if total == "ehcplans" else columns.NEW_PLANS, 0)
    state = children // 3 if years <= 18 else 0
    independent = 1 if 8 <= years <= 16 and children > 6 else 0
    base = 1 if 5 <= years <= 15 and children > 6 else 0
    college = children - 2 if years >= 16 else 0
    state = min(state, children - independent - base - college) if years >= 16 else state
    early = 1 if years <= 4 and children > 1 else 0
    unknown = 1 if years == 12 else 0
    left = children - max(state, 0) - independent - base - max(college, 0) - early - unknown
    row.update(
        {
            total: children, "mainstream_academy": max(left, 0), "mainstream_academy_resourced_provision": base,
            "mainstream_total": max(left, 0) + base, "special_academy_free": max(state, 0), "special_independent": independent,
            "special_total": max(state, 0) + independent, "general_fe_tertiary_colleges": max(college, 0), "fe_total": max(college, 0),
            "nm_early_years": early, "placement_unknown": unknown, "await_prov_2022": "x", "perm_ex_2022": "x", "online_provider": "z",
        }
    )  # fmt: skip
    return row


def _age_name(years: int, top: int, low: str) -> str:
    if years <= 2:
        return low
    return f"age {top} and over" if years == top and top < 25 else f"age {years}"


def caseload(folder: Path, council: tuple[str, str, str] = (LA, GSS, NAME), **other: object) -> Path:
    """Caseload: two Januaries by age, totals of earlier years, England and two other councils in the same file, CRLF and a mark."""
    rows = []
    for period in ("202324", "202425"):
        for years in range(2, 26):
            name = "under 3" if years == 2 else f"age {years}"
            fewer = ages_here(years) - (1 if period == "202324" and ages_here(years) > 8 else 0)
            rows.append({**head(period, council, "Child or young persons age", name), **settings(years, fewer, "ehcplans")})
        whole = {"ehcplans": "1,234" if period == "202324" else sum(ages_here(y) for y in range(26))}
        rows.append({**head(period, council, "All EHC plans", "All EHC plans"), **dict.fromkeys(columns.CASELOAD, "x"), **whole})
        rows.append(
            {
                **head(period, ("", "", ""), "All EHC plans", "All EHC plans", "National"),
                **dict.fromkeys(columns.CASELOAD, 999),
                "ehcplans": 99_900,
            }
        )
        for others in OTHER_COUNCILS:
            rows.append({**head(period, others, "Child or young persons age", "age 10"), **dict.fromkeys(columns.CASELOAD, "c")})
    header = [*columns.EES_HEAD, *columns.CASELOAD]
    return write(folder / "caseload.csv", header, rows, mark=True, ends="\r\n", below=["Source: school census"], **other)  # type: ignore[arg-type]


def new_plans(folder: Path, council: tuple[str, str, str] = (LA, GSS, NAME)) -> Path:
    """New plans of two calendar years by age when they started."""
    rows = [
        {
            **head(period, council, "Age when plan started", _age_name(years, 20, "age 2 and under")),
            **settings(min(years, 15), 4 if years < 16 else 1, "new_ehc_plans"),
        }
        for period in ("2023", "2024")
        for years in range(2, 21)
    ]
    return write(folder / "newplans.csv", [*columns.EES_HEAD, *columns.NEW_PLANS], rows, mark=True)


def needs(
    folder: Path, name: str = "sen_needs_all_plans.csv", period: str = "202425", council: tuple[str, str, str] = (LA, GSS, NAME)
) -> Path:
    """Primary needs by age and by placement: totals of placements stand among their parts, as they are published."""
    import numpy as np

    from planner.county.build.fitting import apportion

    def counts(children: int) -> dict[str, object]:
        shares = apportion(np.array(list(NEED_SHARES.values())), children)
        row: dict[str, object] = {column: 0 for column in columns.NEEDS if column.startswith("number_")}
        return {"ehc_plans": children, **row, **{f"number_{need}": int(n) for need, n in zip(NEED_SHARES, shares, strict=True)}}

    rows, placed = (
        [],
        dict.fromkeys(
            (
                "mainstream_total",
                "special_academy_free",
                "special_independent",
                "fe_total",
                "nm_early_years",
                "placement_unknown",
                "mainstream_academy_resourced_provision",
            ),
            0,
        ),
    )
    for years in range(2, 26):
        row = settings(years, ages_here(years), "ehcplans")
        for column in placed:
            placed[column] += int(str(row[column]))
        label = "under 3" if years == 2 else f"age {years}"
        rows.append({**head(period, council, "Child or young persons age", label), **counts(ages_here(years))})
    names = {
        "Mainstream - total": "mainstream_total", "Special - Academy/free schools": "special_academy_free", "Special - independent": "special_independent",
        "FE - total": "fe_total", "FE - general FE and tertiary colleges": "fe_total", "Non-maintained early years": "nm_early_years",
        "Placement not recorded": "placement_unknown", "Mainstream - academy (resourced provision)": "mainstream_academy_resourced_provision",
    }  # fmt: skip
    rows += [{**head(period, council, "Type of placement", title), **counts(placed[column])} for title, column in names.items()]
    special = placed["special_academy_free"] + placed["special_independent"]
    rows.append({**head(period, council, "Type of placement", "Special - total"), **counts(special)})
    return write(folder / name, [*columns.EES_HEAD, *columns.NEEDS], rows, mark=True)


def ceased(folder: Path, council: tuple[str, str, str] = (LA, GSS, NAME)) -> Path:
    """Plans that ceased by age, with one whose age is not known."""
    rows = []
    for years in range(2, 21):
        gone = 0 if years < 10 else 1 if years < 19 else 6
        rows.append(
            {
                **head("2024", council, "Age plan ceased", _age_name(years, 20, "age 2 and under")),
                **dict.fromkeys(columns.CEASED, 0),
                "total_ceased": gone,
            }
        )
    rows.append({**head("2024", council, "Age plan ceased", "Age unknown"), **dict.fromkeys(columns.CEASED, 0), "total_ceased": 1})
    rows.append(
        {**head("2024", council, "All ceased EHC plans", "All ceased EHC plans"), **dict.fromkeys(columns.CEASED, 0), "total_ceased": 22}
    )
    return write(folder / "ceased_plans.csv", [*columns.EES_HEAD, *columns.CEASED], rows, mark=True)


def population(folder: Path) -> Path:
    """Children by LSOA and single year of age and sex, under title lines, with a total of each district among the rows."""
    header = [
        "LAD 2021 Code",
        "LAD 2021 Name",
        "LSOA 2021 Code",
        "LSOA 2021 Name",
        "Total",
        *(f"{sex}{age}" for sex in "FM" for age in (*range(90), 90)),
    ]
    rows = []
    for number, (district, msoa) in enumerate(MSOAS):
        for part in "AB":
            ages = {f"{sex}{age}": 12 + (number + age) % 4 for sex in "FM" for age in range(91)}
            rows.append(
                {
                    "LAD 2021 Code": DISTRICTS[district],
                    "LAD 2021 Name": district,
                    "LSOA 2021 Code": lsoa_code(number, part),
                    "LSOA 2021 Name": f"{district} {msoa:03d}{part}",
                    "Total": f"{sum(ages.values()):,}",
                    **ages,
                }
            )
    far = {f"{sex}{age}": 50 for sex in "FM" for age in range(91)}
    rows.append(
        {
            "LAD 2021 Code": "E07000195",
            "LAD 2021 Name": "Newcastle-under-Lyme",
            "LSOA 2021 Code": "E01029999",
            "LSOA 2021 Name": "Newcastle-under-Lyme 001A",
            "Total": "9,100",
            **far,
        }
    )
    rows.append(
        {
            "LAD 2021 Code": "E07000991",
            "LAD 2021 Name": "North Vale",
            "LSOA 2021 Code": "E07000991",
            "LSOA 2021 Name": "North Vale",
            "Total": "1",
            **far,
        }
    )
    above = ["Mid-2022: small area population estimates,,,", "This sheet has one table,,,", ""]
    return write(folder / "sapelsoasyoa2022.csv", header, rows, above=above, ends="\r\n")


def lsoa_code(number: int, part: str) -> str:
    """A made-up code of a small area."""
    return f"E0109{number}{'AB'.index(part):03d}"


def centroids(folder: Path) -> Path:
    """Centres of the small areas in the British National Grid."""
    rows = []
    for number, (district, msoa) in enumerate(MSOAS):
        for at, part in enumerate("AB"):
            rows.append(
                {
                    "FID": number,
                    "LSOA21CD": lsoa_code(number, part),
                    "LSOA21NM": f"{district} {msoa:03d}{part}",
                    "x": 400_000 + 4_000 * number,
                    "y": 300_000 + 3_000 * (number % 2) + 900 * at,
                }
            )
    return write(folder / "LSOA_PopCentroids_EW_2021.csv", ["FID", "LSOA21CD", "LSOA21NM", "GlobalID", "x", "y"], rows, mark=True)


def lookup(folder: Path) -> Path:
    """The look-up from output area to LSOA, MSOA, district and county, with a row for each output area."""
    header = [
        "OA21CD",
        "LSOA21CD",
        "LSOA21NM",
        "LSOA21NMW",
        "MSOA21CD",
        "MSOA21NM",
        "MSOA21NMW",
        "LAD22CD",
        "LAD22NM",
        "LAD22NMW",
        "CTY22CD",
        "CTY22NM",
    ]
    rows = []
    for number, (district, msoa) in enumerate(MSOAS):
        for part in "AB":
            for output in range(2):
                rows.append(
                    {
                        "OA21CD": f"E00{number}{output}{part}",
                        "LSOA21CD": lsoa_code(number, part),
                        "LSOA21NM": f"{district} {msoa:03d}{part}",
                        "MSOA21CD": msoa_code(number),
                        "MSOA21NM": f"{district} {msoa:03d}",
                        "LAD22CD": DISTRICTS[district],
                        "LAD22NM": district,
                        "CTY22CD": GSS,
                        "CTY22NM": NAME,
                    }
                )
    return write(folder / "OA_LSOA_MSOA_LAD.csv", header, rows)


def msoa_code(number: int) -> str:
    """A made-up code of an area."""
    return f"E0209{number:04d}"


def school(urn: int, name: str, kind: str, phase: str, ages: tuple[int, int], **other: object) -> dict[str, object]:
    """One row of the list of schools."""
    return {
        "URN": urn, "LA (code)": LA, "LA (name)": NAME, "EstablishmentName": name, "TypeOfEstablishment (name)": kind, "EstablishmentStatus (name)": "Open",
        "PhaseOfEducation (name)": phase, "StatutoryLowAge": ages[0], "StatutoryHighAge": ages[1], "DistrictAdministrative (name)": "North Vale",
        "DistrictAdministrative (code)": DISTRICTS["North Vale"], "UrbanRural (name)": "(England/Wales) Urban city and town",
        "Section41Approved (name)": "Not applicable", **other,
    }  # fmt: skip


SCHOOLS = [
    school(1, "Hill – Top Special School", "Academy special converter", "Not applicable", (2, 11), NumberOfPupils=60, SchoolCapacity=64, Easting=401000, Northing=301000),
    school(2, "Brook School", "Community special school", "Not applicable", (11, 19), NumberOfPupils=80, SchoolCapacity=76, Easting=0, Northing=0, **{"DistrictAdministrative (name)": "South Vale", "SEN1 (name)": "SEMH - Social, Emotional and Mental Health"}),
    school(3, "Grange House", "Other independent special school", "Not applicable", (8, 18), NumberOfPupils=30, SchoolCapacity="", Easting=412000, Northing=303000, **{"SEN1 (name)": "ASD - Autistic Spectrum Disorder", "SEN2 (name)": "Not Applicable"}),
    school(4, "Ash Primary School", "Academy converter", "Primary", (4, 11), NumberOfPupils=210, SchoolCapacity=210, Easting=400500, Northing=300500, ResourcedProvisionOnRoll=8, ResourcedProvisionCapacity=10, **{"TypeOfResourcedProvision (name)": "Resourced provision"}),
    school(5, "Vale High School", "Foundation school", "Secondary", (13, 18), NumberOfPupils=900, SchoolCapacity=950, Easting=404500, Northing=302000, SenUnitOnRoll=6, SenUnitCapacity=8),
    school(6, "Dale Middle School", "Community school", "Middle deemed secondary", (9, 13), NumberOfPupils=300, SchoolCapacity=320, Easting=404600, Northing=302000),
    school(7, "Fern First School", "Community school", "Primary", (4, 9), NumberOfPupils=120, SchoolCapacity=130, Easting=404700, Northing=302000),
    school(8, "Old School", "Community school", "Primary", (4, 11), **{"EstablishmentStatus (name)": "Closed"}),
    school(9, "Elm Primary School", "Community school", "Primary", (4, 11), NumberOfPupils=200, SchoolCapacity=210, Easting=412500, Northing=303000, **{"DistrictAdministrative (name)": "South Vale"}),
    school(10, "Far School", "Community school", "Primary", (4, 11), NumberOfPupils=200, **{"LA (code)": "860", "DistrictAdministrative (name)": "Stafford"}),
]  # fmt: skip


def gias(folder: Path) -> Path:
    """The list of schools in Windows letters, with a dash that UTF-8 would write otherwise."""
    return write(folder / "edubasealldata20250422.csv", columns.GIAS, SCHOOLS, encoding="cp1252", ends="\r\n")


def school_sen(folder: Path) -> Path:
    """The school-level file: two schools of the council, one special school, one with hidden needs."""

    def row(urn: int, phase: str, pupils: int, support: object, **need: object) -> dict[str, object]:
        return {
            "time_period": "202425",
            "old_la_code": LA,
            "new_la_code": GSS,
            "URN": urn,
            "phase_type_grouping": phase,
            "Total pupils": pupils,
            "SEN support": support,
            "EHC plan": 5,
            **{f"SUP_Primary_need_{name}": value for name, value in need.items()},
        }

    rows = [
        row(4, "State-funded primary", 210, 30, slcn=15, semh=5, mld="c", spld=4),
        row(5, "State-funded secondary", 900, 120, semh=50, spld=30, mld=20, asd=20),
        row(1, "State-funded special school", 60, 3, asd=3),
    ]  # fmt: skip
    return write(folder / "sen_school_level.csv", columns.SCHOOL_SEN, rows, encoding="cp1252")


def section_251(folder: Path) -> Path:
    """Lines of the outturn: amounts with thousands separators, a total among them, and another council."""

    def row(line: str, net: object, council: tuple[str, str, str] = (LA, GSS, NAME)) -> dict[str, object]:
        return {
            "time_period": "202425",
            "time_identifier": "Financial year",
            "geographic_level": "Local authority",
            "la_name": council[2],
            "old_la_code": council[0],
            "new_la_code": council[1],
            "category_of_expenditure": line,
            "sen_and_special_schools": net,
            "gross_expenditure": net,
            "income": 0,
            "net_expenditure": net,
        }

    rows = [
        row("1.0.2 High needs place funding within Individual Schools Budget", "1,200,000"), row("1.2.1 Top-up funding - maintained schools", "900,000"),
        row("1.2.2 Top-up funding - academies, free schools and colleges", "1,100,000"), row("1.2.3 Top-up and other funding - non-maintained and independent providers", "800,000.50"),
        row("1.2.6 Hospital education services", "z"), row("1.9.3 Dedicated Schools Grant carried forward to next year", "(450,000)"),
        row("1.2.1 Top-up funding - maintained schools", "5", ("860", "E10000028", "Staffordshire")), row("Total schools budget", "9,999,999"),
    ]  # fmt: skip
    return write(folder / "s251_outturn.csv", columns.SECTION_251, rows, mark=True)


def all_files(folder: Path) -> list[Path]:
    """Every file that a council needs, in one folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        caseload(folder), new_plans(folder), needs(folder), needs(folder, "sen_need_newplans.csv", "2024"), ceased(folder), population(folder),
        centroids(folder), lookup(folder), gias(folder), school_sen(folder), section_251(folder),
    ]  # fmt: skip


RETURN = [
    # age in January 2025, need, URN, UKPRN, setting, in a base, left on, postcode
    (7, "SLCN", "4", "", "", "1", "", "UP1 1AA"), (9, "ASD", "1", "", "", "0", "", "UP1 1AA"), (12, "SEMH", "2", "", "", "0", "", "UP1 1AB"),
    (13, "ASD", "3", "", "", "0", "", "UP1 1AB"), (17, "MLD", "", "10001234", "", "0", "", "UP1 1AB"), (4, "SLCN", "", "", "EYP", "0", "", "UP1 1AA"),
    (14, "SEMH", "", "", "EHE", "0", "", "UP9 9ZZ"), (10, "DS", "9", "", "", "0", "", "UP1 1AA"), (11, "", "5", "", "", "true", "", "UP1 1AA"),
    (8, "PD", "4", "", "", "0", "2024-07-19", "UP1 1AA"),
]  # fmt: skip


def sen2(folder: Path) -> list[Path]:
    """The modules of a person-level return about ten made-up children, as the collection exports them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: dict[str, list[dict[str, object]]] = {module: [] for module in columns.SEN2}
    rows["sen2"].append({"sen2tableid": 1, "year": 2025, "referencedate": "2025-01-16", "lea": LA})
    for number, (years, need, urn, ukprn, setting, base, left, postcode) in enumerate(RETURN, start=1):
        rows["person"].append(
            {
                "persontableid": number,
                "surname": f"Surname{number}",
                "forename": f"Forename{number}",
                "personbirthdate": f"{2025 - years}-01-10" if number % 2 else f"10/01/{2025 - years}",
                "postcode": postcode,
                "upn": f"Z{number:012d}",
            }
        )
        rows["requests"].append({"requeststableid": 100 + number, "persontableid": number})
        rows["active-plans"].append({"activeplanstableid": 200 + number, "requeststableid": 100 + number})
        common = {"activeplanstableid": 200 + number, "senunitindicator": base, "resourcedprovisionindicator": "0"}
        rows["placement-detail"].append(
            {
                **common,
                "placementdetailtableid": 300 + number,
                "urn": urn,
                "ukprn": ukprn,
                "sensetting": setting,
                "placementrank": 1,
                "leavingdate": left,
            }
        )
        rows["placement-detail"].append(
            {**common, "placementdetailtableid": 400 + number, "urn": "6", "placementrank": 2, "leavingdate": "2023-07-20"}
        )
        if need:
            rows["sen-need"].append({"senneedtableid": 500 + number, "activeplanstableid": 200 + number, "sentype": need, "sentyperank": 1})
            rows["sen-need"].append(
                {"senneedtableid": 600 + number, "activeplanstableid": 200 + number, "sentype": "OTH", "sentyperank": 2}
            )
    return [
        write(folder / f"Blade-Export_16-01-2025_{module}.csv", columns.SEN2[module], listed, mark=True) for module, listed in rows.items()
    ]


def postcodes(folder: Path) -> Path:
    """A part of the postcode directory."""
    rows = [
        {"pcds": "UP1 1AA", "lsoa21": lsoa_code(0, "A"), "msoa21": msoa_code(0)},
        {"pcds": "UP1 1AB", "lsoa21": lsoa_code(3, "B"), "msoa21": msoa_code(3)},
    ]
    return write(folder / "ONSPD.csv", ["pcd", "pcd2", "pcds", "lsoa21", "msoa21"], [{**row, "pcd": str(row["pcds"])} for row in rows])
