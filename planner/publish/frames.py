"""The frames of a run's pack: long form, in words for people, with rows of totals, every place and year of the grid present.

Every row of the grid is there, with 0 where there is nothing, so that a missing row tells nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from planner.county.county import County
from planner.county.programme import Programme
from planner.names import FUND_TITLES, LINE_TITLES, NEED_TITLES, OPTION_KIND_TITLES, PHASES, PROVISION_TITLES, WAITING, Fund
from planner.network.arcs import Arcs
from planner.publish.pack import NOT_APPLICABLE, NOT_AVAILABLE
from planner.results.reasons import REASONS
from planner.results.solution import Solution
from planner.scenario.differences import SAID_ELSEWHERE, base_name, differences
from planner.scenario.load import LoadedScenario

TOTAL: Final = "Total"
PHASE_TITLES: Final = {phase: phase.replace("_", " ").capitalize().replace("Post 16", "Post-16") for phase in PHASES}
ON_MAP: Final = ("state_special", "independent_special", "resource_centre", "contact_base")
"""Kinds of provision with single places that are shown on a map."""

Titles = Mapping[str, str] | None


def _words(labels: list[str], titles: Titles) -> list[str]:
    """Labels as people read them: by ``titles``, needs by their names, other codes with spaces; None leaves them as they are."""
    if titles is None:
        return labels
    return [titles.get(label) or NEED_TITLES.get(label) or label.replace("_", " ").capitalize() for label in labels]


def grid(frame: pd.DataFrame, years: tuple[str, ...], key: str, value: str, titles: Titles) -> pd.DataFrame:
    """Sums of ``children`` by year and key over the whole grid, with a Total for each year: columns year, key, value."""
    order = sorted(set(frame[key].astype(str)))
    if titles:
        order = [label for label in titles if label in order] + [label for label in order if label not in titles]
    table = frame.pivot_table(index="year", columns=key, values="children", aggfunc="sum", observed=False)
    table = table.reindex(index=list(years), columns=order).fillna(0.0)
    rows: list[tuple[str, str, float]] = []
    for year in years:
        rows += [(year, word, float(table.loc[year, label])) for word, label in zip(_words(order, titles), order, strict=True)]
        rows.append((year, TOTAL, float(table.loc[year].sum())))
    return pd.DataFrame(rows, columns=["year", key, value])


def ehcps_by_year(solution: Solution, years: tuple[str, ...]) -> pd.DataFrame:
    """EHCPs held, new EHCPs before early help and EHCPs avoided, by year; the base year's new EHCPs are not known."""
    held = solution.table("ehcps").groupby("year")["children"].sum().reindex(list(years)).fillna(0.0)
    new = solution.table("growth").groupby("year")["new_ehcps"].sum()
    avoided = solution.table("avoided").groupby("year")["children"].sum()
    return pd.DataFrame(
        {
            "year": list(years),
            "ehcps": held.to_numpy(dtype=float),
            "new_ehcps": pd.Series([NOT_AVAILABLE, *(float(new.get(year, 0.0)) for year in years[1:])], dtype=object),
            "avoided": [float(avoided.get(year, 0.0)) for year in years],
        }
    )


def ehcps_by(solution: Solution, years: tuple[str, ...], key: str, titles: Titles) -> pd.DataFrame:
    """EHCPs by year and one key."""
    return grid(solution.table("ehcps"), years, key, "ehcps", titles)


def placements(solution: Solution, years: tuple[str, ...]) -> pd.DataFrame:
    """EHCPs by year and where they are met, with places where every unit of the kind has a limit; waiting is the last row before Total."""
    frame = solution.table("ehcps").rename(columns={"situation": "provision_type"})
    seen = set(frame["provision_type"])
    kinds = [kind for kind in PROVISION_TITLES if kind != WAITING and kind in seen]
    table = frame.pivot_table(index="year", columns="provision_type", values="children", aggfunc="sum")
    table = table.reindex(index=list(years), columns=[*kinds, WAITING]).fillna(0.0)
    limits = _places(solution)
    rows: list[tuple[object, ...]] = []
    for year in years:
        for kind in kinds:
            places = limits.get((kind, year))
            rows.append((year, PROVISION_TITLES[kind], float(table.loc[year, kind]), NOT_AVAILABLE if places is None else places))
        rows.append((year, PROVISION_TITLES[WAITING], float(table.loc[year, WAITING]), NOT_APPLICABLE))
        rows.append((year, TOTAL, float(table.loc[year].sum()), NOT_APPLICABLE))
    return pd.DataFrame(rows, columns=["year", "provision_type", "children", "places"])


def _places(solution: Solution) -> dict[tuple[str, str], float]:
    occupancy = solution.table("occupancy")
    sums = occupancy.groupby(["provision_type", "year"])["places"].agg(["sum", "count", "size"])
    return {(str(kind), str(year)): float(row["sum"]) for (kind, year), row in sums.iterrows() if row["count"] == row["size"]}


def waiting_by_year(solution: Solution, years: tuple[str, ...]) -> pd.DataFrame:
    """Children waiting by year, and child-years over all years."""
    waits = solution.table("ehcps")
    waits = waits[waits["situation"] == WAITING].groupby("year")["children"].sum().reindex(list(years)).fillna(0.0)
    return pd.DataFrame({"year": [*years, TOTAL], "children": [*waits.to_numpy(dtype=float), float(waits.sum())]})


def waiting_by(solution: Solution, years: tuple[str, ...], key: str, titles: Titles) -> pd.DataFrame:
    """Children waiting by year and one key, every label of the county present, and child-years over all years (year ``Total``)."""
    frame = solution.table("ehcps")
    frame = frame.assign(children=frame["children"].where(frame["situation"] == WAITING, 0.0))
    every = grid(frame, years, key, "children", titles)
    total = every.groupby(key, sort=False, as_index=False)["children"].sum()
    return pd.concat([every, total.assign(year=TOTAL)[["year", key, "children"]]], ignore_index=True)


def waiting_reasons(solution: Solution) -> pd.DataFrame:
    """Child-years of waiting by reason and detail, the largest first, with a Total."""
    table = solution.table("waiting_reasons")
    if table.empty:
        return pd.DataFrame({"reason": [TOTAL], "detail": [""], "children": [0.0]})
    summed = table.groupby(["reason", "detail"], as_index=False)["children"].sum().sort_values("children", ascending=False, kind="stable")
    rows = [(REASONS.get(str(reason), str(reason)), detail, float(children)) for reason, detail, children in summed.itertuples(index=False)]
    return pd.DataFrame([*rows, (TOTAL, "", float(summed["children"].sum()))], columns=["reason", "detail", "children"])


def _children_paid_for(solution: Solution, years: tuple[str, ...], share: float) -> dict[tuple[str, str], float]:
    """How many children (or episodes) each line pays for in each financial year; lines that pay for places or buildings are left out.

    Where the two academic years in a financial year differ it is the fewer, if they are any, since money tells of both.
    """
    ledger = solution.table("ledger")
    counted = ledger[ledger["quantity_unit"].isin(["children", "episodes"])]
    sums = counted.groupby(["line", "academic_year"])["quantity"].sum()
    found: dict[tuple[str, str], float] = {}
    for line in sorted(set(counted["line"])):
        for before, year in zip(("", *years[1:]), years[1:], strict=False):
            now = float(sums.get((line, year), 0.0))
            last = float(sums.get((line, before), 0.0)) if before else now
            paid = [children for children, part in ((now, share), (last, 1.0 - share)) if children > 0 and part > 0]
            found[(line, year)] = min(paid, default=0.0)
    return found


def _section_251(solution: Solution) -> dict[str, str]:
    codes = solution.table("ledger")[["line", "section_251"]].drop_duplicates()
    codes = codes[codes["section_251"].astype(str).str.len() > 0].sort_values(["line", "section_251"])
    return {str(line): ", ".join(part["section_251"].astype(str)) for line, part in codes.groupby("line")}


Paid = tuple[pd.DataFrame, tuple[float, ...]]


def cost_by_line(solution: Solution, years: tuple[str, ...], share: float) -> Paid:
    """Cost by financial year, fund and line with a Total for each year, and the children that each row pays for."""
    paid = solution.table("ledger_financial_year").groupby(["financial_year", "fund", "line"])["cash_gbp"].sum()
    children, codes = _children_paid_for(solution, years, share), _section_251(solution)
    rows: list[tuple[object, ...]] = []
    behind: list[float] = []
    for year, part in paid.groupby(level=0):
        for fund in FUND_TITLES:
            for line in LINE_TITLES:
                if (year, fund, line) not in part.index:
                    continue
                rows.append((year, FUND_TITLES[fund], LINE_TITLES[line], codes.get(line, ""), float(part[(year, fund, line)])))
                behind.append(children.get((line, str(year)), math.nan))
        rows.append((year, TOTAL, TOTAL, "", float(part.sum())))
        behind.append(sum(count for (_, when), count in children.items() if when == year))
    frame = pd.DataFrame(rows, columns=["financial_year", "fund", "line", "section_251", "cost_gbp"])
    frame["section_251"] = [NOT_APPLICABLE if code == "" else code for code in frame["section_251"]]
    return frame, tuple(behind)


def cost_by_fund(solution: Solution, years: tuple[str, ...], share: float) -> Paid:
    """Cost by financial year and fund with a Total for each year, and the children that each row pays for."""
    lines, behind = cost_by_line(solution, years, share)
    lines = lines.assign(behind=behind)
    rows, counts = [], []
    for (year, fund), part in lines.groupby(["financial_year", "fund"], sort=False):
        rows.append((year, fund, float(part["cost_gbp"].sum())))
        counts.append(math.nan if part["behind"].isna().all() else float(part["behind"].sum()))
    return pd.DataFrame(rows, columns=["financial_year", "fund", "cost_gbp"]), tuple(counts)


def dsg_position(solution: Solution, years: tuple[str, ...], share: float) -> Paid:
    """The position of the grant as its table stands; figures that were not published are marked so."""
    frame = solution.table("dsg_position").copy()
    funds, behind = cost_by_fund(solution, years, share)
    ours = funds["fund"] == FUND_TITLES[Fund.HIGH_NEEDS]
    children = dict(zip(funds.loc[ours, "financial_year"], np.asarray(behind)[ours.to_numpy()], strict=True))
    for column in frame.columns:
        if frame[column].dtype.kind == "f":
            frame[column] = pd.Series([NOT_AVAILABLE if math.isnan(value) else float(value) for value in frame[column]], dtype=object)
    return frame, tuple(float(children.get(year, math.nan)) for year in frame["financial_year"])


def as_they_are(table: pd.DataFrame) -> pd.DataFrame:
    """A table of a solution with its codes in words, and a mark where a cell is empty."""
    frame = table.copy()
    titles = {"fund": FUND_TITLES, "line": LINE_TITLES, "kind": OPTION_KIND_TITLES}
    for column in frame.columns:
        words = titles.get(str(column), {})
        cells = [NOT_APPLICABLE if value == "" or (isinstance(value, float) and math.isnan(value)) else value for value in frame[column]]
        frame[column] = pd.Series([words.get(value, value) if isinstance(value, str) else value for value in cells], dtype=object)
    return frame


def options(programme: Programme, county: County, arcs: Arcs, solution: Solution) -> pd.DataFrame:
    """Every scheme that opens: the year, places at the end and capital for that size (prices of the county's table, as changed)."""
    table = solution.table("options")
    opened = table[table["open"] == 1].sort_values("year")
    units = arcs.units.set_index("unit")
    district = county.table("areas").set_index("area")["district"]
    spent = solution.table("ledger")
    spent = spent[(spent["fund"] == Fund.CAPITAL) & ~spent["academic_year"].str.startswith("after")].groupby("option")["cash_gbp"].sum()
    rows = []
    for option, part in opened.groupby("option", sort=False):
        first, last = part.iloc[0], part.iloc[-1]
        area = str(units["area"].get(first["unit"], ""))
        rows.append(
            (
                option,
                first["option_name"],
                OPTION_KIND_TITLES.get(str(first["kind"]), str(first["kind"])),
                str(district.get(area, "")) or "Whole county",
                str(first["year"]),
                float(last["places"]),
                float(spent.get(option, 0.0)),
                "decided" if first["decided"] else "chosen by the model",
            )
        )
    frame = pd.DataFrame(rows, columns=["option", "name", "kind", "district", "opens", "places", "capital_gbp", "why"])
    return frame.sort_values(["opens", "name"], kind="stable", ignore_index=True)


def journeys(solution: Solution, years: tuple[str, ...]) -> pd.DataFrame:
    """Mean journey by district and year, with the children who make it; the county's mean is the row Total."""
    travel = solution.table("travel")
    rows: list[tuple[object, ...]] = []
    districts = sorted(set(solution.table("ehcps")["district"]))
    sums = travel.groupby(["district", "year"])[["children", "child_minutes"]].sum()
    for year in years[1:]:
        here = sums[sums.index.get_level_values("year") == year]
        for district in districts:
            count, minutes = (float(value) for value in here.loc[(district, year)]) if (district, year) in here.index else (0.0, 0.0)
            rows.append((district, year, count, minutes / count if count > 0 else NOT_APPLICABLE))
        count, minutes = float(here["children"].sum()), float(here["child_minutes"].sum())
        rows.append((TOTAL, year, count, minutes / count if count > 0 else NOT_APPLICABLE))
    return pd.DataFrame(rows, columns=["district", "year", "travelling", "mean_minutes"])


def units(arcs: Arcs, county: County, solution: Solution) -> pd.DataFrame:
    """Units with a place on the map that have places at the end or open in the plan."""
    table = solution.table("options")
    grows = table[(table["open"] == 1) & (table["kind"] != "close_unit")].groupby("unit")["year"].min()
    last = solution.table("occupancy")
    last = last[last["year"] == last["year"].max()].set_index("unit")["places"]
    district = county.table("areas").set_index("area")["district"]
    rows = []
    for row in arcs.units.to_dict("records"):
        unit = str(row["unit"])
        places = float(last.get(unit, 0.0))
        if row["provision_type"] not in ON_MAP or pd.isna(row["easting_m"]) or not (places > 0 or unit in grows.index):
            continue
        where = str(district.get(row["area"], "")) or "Whole county"
        kind = PROVISION_TITLES[str(row["provision_type"])]
        opens = str(grows[unit]) if unit in grows.index else NOT_APPLICABLE
        rows.append((unit, str(row["unit_name"]), kind, where, float(row["easting_m"]), float(row["northing_m"]), places, opens))
    return pd.DataFrame(rows, columns=["unit", "name", "provision_type", "district", "easting", "northing", "places", "opens"])


def districts(solution: Solution, county: County, years: tuple[str, ...]) -> pd.DataFrame:
    """The middle of each district's areas, child-years waiting, and the mean journey in the last year with the children who make it."""
    waits = waiting_by(solution, years, "district", None)
    waits = waits[waits["year"] == TOTAL].set_index("district")["children"]
    trips = journeys(solution, years)
    trips = trips[trips["year"] == years[-1]].set_index("district")
    rows = []
    for district, middle in county.table("areas").groupby("district")[["easting_m", "northing_m"]].mean().iterrows():
        if district not in waits.index:
            continue
        trip = trips.loc[district]
        rows.append(
            (district, float(middle["easting_m"].round()), float(middle["northing_m"].round()), float(waits[district]), trip["travelling"], trip["mean_minutes"])
        )  # fmt: skip
    return pd.DataFrame(rows, columns=["district", "easting", "northing", "waiting", "travelling", "journeys"])


def scenario_changes(loaded: LoadedScenario) -> pd.DataFrame:
    """Every setting that differs from the scenario's base, or one row saying that none does.

    Lists stand without their brackets, which published tables keep for shorthand.
    """
    base = base_name(loaded)

    def bare(value: str) -> str:
        return value[1:-1] if value.startswith("[") and value.endswith("]") else value

    rows = [(one.name, bare(one.value), bare(one.base_value), one.place) for one in differences(loaded) if one.name not in SAID_ELSEWHERE]
    none = [("none", f"every setting is as in {base}", NOT_APPLICABLE, NOT_APPLICABLE)]
    return pd.DataFrame(rows or none, columns=["setting", "value", "base_value", "file_and_line"])


def assumptions(county: County) -> pd.DataFrame:
    """The county's log of assumptions, with the title of each source and the post that owns it."""
    log, sources = county.table("assumptions"), county.table("sources").set_index("source")["title"]

    def text(value: object) -> object:
        return NOT_AVAILABLE if value is None or (isinstance(value, float) and math.isnan(value)) or str(value) == "" else str(value)

    return pd.DataFrame(
        {
            "id": [str(value) for value in log["assumption"]],
            "what": [text(value) for value in log["what"]],
            "value": [text(value) for value in log["value"]],
            "unit": [text(value) for value in log["unit"]],
            "low": [text(value) for value in log["low"]],
            "high": [text(value) for value in log["high"]],
            "source": [str(sources.get(value, value)) for value in log["source"]],
            "owner": [text(value) for value in log["owner_role"]],
            "quality": [text(value) for value in log["quality"]],
            "effect": [text(value) for value in log["effect"]],
        }
    )
