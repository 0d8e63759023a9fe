"""Results side by side: every chief result of each scenario, the base first."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import pandas as pd

from planner.compare.finished import Finished
from planner.names import FUND_TITLES, NEED_TITLES, PROVISION_TITLES, WAITING, Fund

TOTAL = "Total"
NO_PAYBACK = "not within the years planned"


def wide(runs: list[Finished], one: Callable[[Finished], pd.Series], keys: list[str]) -> pd.DataFrame:
    """A column of figures for each scenario, rows by key in the order in which they first come; 0 where a scenario has none."""
    columns = {run.name: one(run) for run in runs}
    index = list(dict.fromkeys(key for column in columns.values() for key in column.index))
    frame = pd.DataFrame({name: column.reindex(index).fillna(0.0) for name, column in columns.items()})
    labels = pd.DataFrame([key if isinstance(key, tuple) else (key,) for key in index], columns=keys)
    return pd.concat([labels, frame.reset_index(drop=True)], axis=1)


def waiting(run: Finished) -> pd.DataFrame:
    """The EHCP rows of children who wait."""
    return run.tables["ehcps"][run.tables["ehcps"]["situation"] == WAITING]


def compared(runs: list[Finished]) -> dict[str, pd.DataFrame]:
    """Year by year, a column a scenario: cost by fund, grant, waiting, EHCPs, placements and journeys."""

    def cost(run: Finished) -> pd.Series:
        table = run.tables["ledger_financial_year"]
        by_fund = table.groupby(["financial_year", "fund"])["cash_gbp"].sum()
        found = {
            (year, title): float(by_fund.get((year, fund), 0.0))
            for year in sorted(set(table["financial_year"]))
            for fund, title in FUND_TITLES.items()
        }
        for year in sorted(set(table["financial_year"])):
            found[(year, TOTAL)] = sum(found[(year, title)] for title in FUND_TITLES.values())
        return pd.Series(found)

    def grant(run: Finished) -> pd.Series:
        table = run.tables["dsg_position"]
        return table[table["status"] == "projected"].set_index("financial_year")["deficit_at_year_end_gbp"].astype(float)

    def placements(run: Finished) -> pd.Series:
        summed = run.tables["ehcps"].groupby(["year", "situation"])["children"].sum()
        kinds = [kind for kind in PROVISION_TITLES if kind in set(run.tables["ehcps"]["situation"]) or kind == WAITING]
        return pd.Series({(year, PROVISION_TITLES[kind]): float(summed.get((year, kind), 0.0)) for year in run.years for kind in kinds})

    def by_year(frame: pd.DataFrame, run: Finished) -> pd.Series:
        return frame.groupby("year")["children"].sum().reindex(list(run.years)).fillna(0.0)

    def journeys(run: Finished) -> pd.Series:
        summed = run.tables["travel"].groupby("year")[["children", "child_minutes"]].sum()
        return summed["child_minutes"] / summed["children"]

    return {
        "cost_by_fund_compared": wide(runs, cost, ["financial_year", "fund"]),
        "dsg_compared": wide(runs, grant, ["financial_year"]),
        "waiting_compared": wide(runs, lambda run: by_year(waiting(run), run), ["year"]),
        "ehcps_compared": wide(runs, lambda run: by_year(run.tables["ehcps"], run), ["year"]),
        "placements_compared": wide(runs, placements, ["year", "provision_type"]),
        "journeys_compared": wide(runs, journeys, ["year"]),
    }


def fairness(runs: list[Finished]) -> dict[str, pd.DataFrame]:
    """Who waits, by district and by need, with journeys in the last year, what changes against the base; and why."""
    found: dict[str, list[tuple[object, ...]]] = {"equity_by_district": [], "equity_by_need": [], "waiting_reasons_compared": []}
    for run in runs:
        waits, travel = waiting(run), run.tables["travel"]
        last = travel[travel["year"] == run.years[-1]].groupby("district")[["children", "child_minutes"]].sum()
        summed = waits.groupby("district")["children"].sum()
        for district in sorted(set(run.tables["ehcps"]["district"])):
            children, minutes = (float(last[name].get(district, 0.0)) for name in ("children", "child_minutes"))
            mean = minutes / children if children else math.nan
            found["equity_by_district"].append((run.name, district, float(summed.get(district, 0.0)), children, mean))
        by_need = waits.groupby("need")["children"].sum()
        for need in sorted(set(run.tables["ehcps"]["need"])):
            title = NEED_TITLES.get(need) or str(need).replace("_", " ").capitalize()
            found["equity_by_need"].append((run.name, title, float(by_need.get(need, 0.0))))
        reasons = run.tables["waiting_reasons"]
        for reason, children in reasons.groupby("reason")["children"].sum().sort_values(ascending=False).items():
            found["waiting_reasons_compared"].append((run.name, str(reason), float(children)))
    columns = {
        "equity_by_district": ["scenario", "district", "waiting", "travelling", "journeys"],
        "equity_by_need": ["scenario", "need", "waiting"],
        "waiting_reasons_compared": ["scenario", "reason", "children"],
    }
    frames = {name: pd.DataFrame(rows, columns=columns[name]) for name, rows in found.items()}
    for name, key, values in (("equity_by_district", "district", ("waiting", "journeys")), ("equity_by_need", "need", ("waiting",))):
        base = frames[name][frames[name]["scenario"] == runs[0].name].set_index(key)
        for value in values:
            frames[name][f"change_{value}"] = frames[name][value] - frames[name][key].map(base[value])
    return frames


def side_by_side(runs: list[Finished], appraisals: dict[str, dict[str, object]]) -> pd.DataFrame:
    """The chief results: columns measure, kind (of its figures) and one a scenario. ``appraisals`` holds each scenario's against the base."""
    last = runs[0].years[-1]
    rows: list[tuple[object, ...]] = []

    def add(measure: str, kind: str, one: Callable[[Finished], object]) -> None:
        rows.append((measure, kind, *(one(run) for run in runs)))

    def in_last(run: Finished, kind: str) -> float:
        frame = run.tables["ehcps"]
        return float(frame.loc[(frame["year"] == last) & (frame["situation"] == kind), "children"].sum())

    def fund(run: Finished, name: str) -> float:
        ledger = run.tables["ledger"]
        return float(ledger.loc[ledger["fund"] == name, "present_value_gbp"].sum())

    def worth(name: str) -> Callable[[Finished], object]:
        return lambda run: _in_words(appraisals.get(run.name, {}).get(name))

    add("Public cost, present value", "money", lambda run: run.cost_gbp)
    add("Proven gap of the cost", "money", lambda run: None if math.isinf(run.gap_gbp) else run.gap_gbp)
    for code, title in FUND_TITLES.items():
        add(f"{title}, in present money", "money", functools.partial(fund, name=code))
    add("Cumulative deficit at the end", "money", lambda run: float(run.tables["dsg_position"]["deficit_at_year_end_gbp"].iloc[-1]))
    add("Capital spent in the years planned, cash", "money", _capital)
    add("Net present value against the base", "money", worth("net_present_value_gbp"))
    add("Payback year", "year", worth("payback_year"))
    add("Child-years waiting", "children", lambda run: float(waiting(run)["children"].sum()))
    add(
        "EHCPs in the last year",
        "children",
        lambda run: float(run.tables["ehcps"].loc[run.tables["ehcps"]["year"] == last, "children"].sum()),
    )
    add("EHCPs avoided by early help", "children", lambda run: float(run.tables["avoided"]["children"].sum()))
    add("Children in resource centres in the last year", "children", lambda run: in_last(run, "resource_centre"))
    add("Children in independent special schools in the last year", "children", lambda run: in_last(run, "independent_special"))
    add("Places that options add by the end", "places", lambda run: _places(run, last))
    return pd.DataFrame(rows, columns=["measure", "kind", *(run.name for run in runs)])


def _in_words(value: object) -> object:
    """A payback year as it stands; where there is none, words without a year."""
    return NO_PAYBACK if isinstance(value, str) and value.startswith("not") else value


def _capital(run: Finished) -> float:
    ledger = run.tables["ledger"]
    mine = (ledger["fund"] == Fund.CAPITAL) & ~ledger["academic_year"].astype(str).str.startswith("after")
    return float(ledger.loc[mine, "cash_gbp"].sum())


def _places(run: Finished, last: str) -> float:
    options = run.tables["options"]
    mine = (options["year"] == last) & (options["kind"] != "contact_base")
    return float(options.loc[mine, "places"].sum())
