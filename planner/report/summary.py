"""The summary of a run in plain words: the verdict, five numbers, what was chosen, who waits and why."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from planner.check.report import CheckReport
from planner.county.county import County
from planner.county.programme import Programme
from planner.county.register import unsigned
from planner.demand.demand import Demand
from planner.names import FUND_TITLES, LINE_TITLES, OPTION_KIND_TITLES, PROVISION_TITLES, WAITING, Fund
from planner.rates.rates import Rates
from planner.report.write import safe_markdown
from planner.results.reasons import REASONS
from planner.results.solution import Solution
from planner.scenario.differences import SAID_ELSEWHERE, base_name, differences
from planner.scenario.load import LoadedScenario
from planner.solve.outcome import Outcome, StageRecord

MOST_SHOWN = 12
"""At most so many groups, or assumptions, are listed; the tables hold the rest."""

INTERNAL = "INTERNAL: exact figures, not for publication."
"""The first line of every page for inside the council."""

PROVEN_WITHIN = 1e-6
"""A bound this near to the value, as a share, proves it."""


@dataclass(frozen=True)
class Story:
    """What the summary is told from."""

    loaded: LoadedScenario
    county: County
    demand: Demand
    rates: Rates
    programme: Programme
    solution: Solution
    check: CheckReport
    cost_gbp: float
    broken_gbp: float
    attempts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def table(self, name: str) -> pd.DataFrame:
        """One table of the solution."""
        return self.solution.table(name)

    @property
    def last(self) -> str:
        """The last year planned."""
        return str(self.demand.years[-1])


def millions(pounds: float) -> str:
    """Pounds as millions with one decimal."""
    return f"-£{-pounds / 1e6:,.1f}m" if pounds < 0 else f"£{pounds / 1e6:,.1f}m"


def pounds(amount: float) -> str:
    """Pounds to the nearest hundred."""
    return f"-£{round(-amount, -2):,.0f}" if amount < 0 else f"£{round(amount, -2):,.0f}"


def signed(pounds: object) -> str:
    """A change in pounds as millions with its sign; a dash where there is none."""
    if not isinstance(pounds, float) or pounds != pounds:
        return "-"
    if abs(pounds) < 1.0:
        return "no change"
    if abs(pounds) < 50_000:
        return f"{'+' if pounds > 0 else '-'}£{abs(pounds):,.0f}"
    return ("+" if pounds > 0 else "") + millions(pounds)


def rows(header: list[str], body: list[list[str]]) -> list[str]:
    """A Markdown table."""
    return [
        "| " + " | ".join(header) + " |",
        "|" + "|".join(" --- " for _ in header) + "|",
        *("| " + " | ".join(safe_markdown(cell).replace("|", "/") for cell in row) + " |" for row in body),
        "",
    ]


def _at(frame: pd.DataFrame, year: str, situation: str) -> float:
    return float(frame.loc[(frame["year"] == year) & (frame["situation"] == situation), "children"].sum())


def _verdict(story: Story) -> list[str]:
    if story.check.passed:
        count = sum(story.check.tested.values())
        return [f"**Check: passed.** Separate code re-added every row and every pound: {count:,} tests, no finding.", "", *_attempts(story)]
    count = len(story.check.findings)
    lines = [f"**CHECK FAILED: {count} finding{'' if count == 1 else 's'}. Do not use these results.**", "", *_attempts(story)]
    return lines + [f"- {finding}" for finding in story.check.findings[:20]] + [""]


def _attempts(story: Story) -> list[str]:
    """The ways in which the answer was looked for, where the first was not enough."""
    if len(story.attempts) < 2:
        return []
    return ["The answer was looked for in more than one way:", "", *(f"- {attempt}" for attempt in story.attempts), ""]


def _proof(stage: StageRecord) -> str:
    """What was proven of one aim, in words that never say more than the bound does."""
    value = 0.0 if stage.value is None else stage.value
    short = 0.0 if stage.bound is None else max(value - stage.bound, 0.0)
    proven = stage.outcome == Outcome.PROVEN and stage.bound is not None and short <= PROVEN_WITHIN * max(abs(value), 1.0)
    words = {
        Outcome.PROVEN: "proven to be the best possible" if proven else "nearly the best possible",
        Outcome.WITHIN_GAP: "within the gap that was asked for",
        Outcome.STOPPED_WITH_PLAN: "the search stopped before it could be proven",
    }.get(stage.outcome, str(stage.outcome))
    share = short / abs(value) if value else 0.0
    if stage.aim == "cost":
        if stage.bound is None:
            return f"Cost: {words}; no bound is known."
        room = "" if proven else f" So it may be {millions(short)} ({share:.2%}) too dear."
        return f"Cost: {words}. No plan with so little waiting can cost less than {millions(stage.bound)}.{room}"
    if stage.aim == "waiting":
        if stage.bound is None:
            return f"Waiting: {words}; no bound is known."
        return f"Waiting: {words}; {value:,.1f} child-years in the search, at least {max(stage.bound, 0.0):,.1f} in any plan" + (
            "." if proven else f" ({share:.1%} apart)."
        )
    return f"Travel: {words}" + (", with openings held." if stage.openings_held else ".")


def _as_written(story: Story) -> list[str]:
    """How the plan that was written stands to what was proven, because each later aim may give back a little of the ones before."""
    by_aim = {stage.aim: stage for stage in story.solution.record.stages}
    lines = []
    cost = by_aim.get("cost")
    if cost is not None and cost.bound is not None and cost.value is not None:
        paid = story.cost_gbp + story.broken_gbp
        over = max(paid - cost.bound, 0.0)
        given = max(paid - cost.value, 0.0)
        text = f"The plan as written costs {millions(paid)}, {millions(over)} ({over / abs(cost.bound) if cost.bound else 0:.2%}) above the least that a plan with so little waiting can cost."
        lines.append(text + (f" Of that, {millions(given)} buys a later aim, within its tolerance." if given >= 50_000 else ""))
    waiting = by_aim.get("waiting")
    if waiting is not None and waiting.bound is not None:
        written = float(story.table("waiting")["children"].sum())
        if written >= 0.05:
            lines.append(
                f"It leaves {written:,.1f} child-years waiting; the search proved that no plan leaves fewer than {max(waiting.bound, 0.0):,.1f}."
            )
    return [f"- {line}" for line in lines]


def _numbers(story: Story) -> list[str]:
    ehcps, ledger = story.table("ehcps"), story.table("ledger")
    base, last = str(story.demand.years[0]), story.last
    total = ehcps.groupby("year")["children"].sum().reindex([str(year) for year in story.demand.years], fill_value=0.0)
    waiting = story.table("waiting").groupby("year")["children"].sum()
    capital = ledger.loc[(ledger["fund"] == Fund.CAPITAL) & ~ledger["academic_year"].str.startswith("after"), "cash_gbp"].sum()
    deficit = story.table("dsg_position")["deficit_at_year_end_gbp"].iloc[-1]
    avoided = story.table("avoided")["children"].sum()
    years = len(story.demand.years) - 1
    body = [
        ["EHCPs", f"{total[last]:,.0f} in {last}, from {total[base]:,.0f} in {base}"],
        [
            "Waiting for a place",
            f"{waiting.sum():,.1f} child-years over {years} years; most in one year {waiting.max() if len(waiting) else 0:,.1f} children",
        ],
        ["Public cost, present value", f"{millions(story.cost_gbp)} with costs after {last}; capital {millions(float(capital))} in cash"],
        ["Cumulative high needs deficit", f"{millions(float(deficit))} by the end of {last}"],
        ["EHCPs avoided by early help", f"{avoided:,.0f} over {years} years"],
    ]
    return ["## Five numbers", "", *rows(["What", "Answer"], body)]


def _where(story: Story) -> list[str]:
    ehcps = story.table("ehcps")
    years = [str(story.demand.years[number]) for number in sorted({0, 1, (len(story.demand.years) - 1) // 2, len(story.demand.years) - 1})]
    kinds = [kind for kind in (*PROVISION_TITLES,) if kind != "contact_base" and (ehcps["situation"] == kind).any()]
    body = [[PROVISION_TITLES[kind], *(f"{_at(ehcps, year, kind):,.0f}" for year in years)] for kind in kinds if kind != WAITING]
    body.append([PROVISION_TITLES[WAITING], *(f"{_at(ehcps, year, WAITING):,.1f}" for year in years)])
    return ["## Where EHCPs are met", "", *rows(["Provision", *years], body)]


def _growth(story: Story) -> list[str]:
    years = [str(year) for year in story.demand.years]
    ehcps = story.table("ehcps").groupby("year")["children"].sum().reindex(years, fill_value=0.0)
    early = min(3, len(years) - 1)
    start = float(ehcps[years[0]])
    rate = (float(ehcps[years[early]]) / start) ** (1 / early) - 1 if start else 0.0
    past = _published_growth(story.county)
    growth = story.table("growth")
    last = growth[growth["year"] == story.last][["children_population_effect", "children_rate_effect"]].sum()
    return [
        "## Is the projection plausible?",
        "",
        f"EHCPs grow by {rate:.1%} a year over the first {early} years. {past}".strip(),
        f"New EHCPs in {story.last} differ from the base year by {last['children_population_effect']:+,.0f} because the number of children changes and by {last['children_rate_effect']:+,.0f} because the rate changes.",
        "",
    ]


def _published_growth(county: County) -> str:
    """The growth that was published, if the county's assumptions log states it."""
    log = county.table("assumptions")
    row = log[log["assumption"] == "published_growth"]
    if row.empty:
        return ""
    sources = county.table("sources").set_index("source")["title"]
    source = str(row["source"].iloc[0])
    return safe_markdown(f"{row['what'].iloc[0]}: {row['value'].iloc[0]} (source: {sources.get(source, source)}).")


def _chosen(story: Story) -> list[str]:
    options = story.table("options")
    opened = options[options["open"] == 1]
    if opened.empty:
        return ["## What opens", "", "Nothing opens in this scenario.", ""]
    first = (
        opened.sort_values("year")
        .groupby("option", as_index=False)
        .agg(name=("option_name", "first"), kind=("kind", "first"), year=("year", "first"), decided=("decided", "first"))
    )
    final = opened.sort_values("year").groupby("option")["places"].last()
    body = [
        [
            str(row["name"]),
            OPTION_KIND_TITLES[str(row["kind"])],
            str(row["year"]),
            f"{final[row['option']]:,.0f}",
            "decided" if row["decided"] else "chosen by the model",
        ]
        for row in first.sort_values(["year", "option"]).to_dict("records")
    ]
    made_up = story.programme.options
    illustrative = made_up[made_up["illustrative"] & made_up["option"].isin(opened["option"])]
    note = (
        ["Hosts marked illustrative stand for a possible school in the area; no real school has been chosen.", ""]
        if len(illustrative)
        else []
    )
    return ["## What opens", "", *rows(["Scheme", "What it does", "Opens", "Places at the end", "Why"], body), *note]


def _waits(story: Story) -> list[str]:
    table = story.table("waiting_reasons")
    if table.empty:
        return ["## Who waits, and why", "", "Nobody waits for a place.", ""]
    summed = table.groupby(["district", "need", "phase", "band", "reason"], as_index=False).agg(
        children=("children", "sum"), first=("year", "min"), last=("year", "max"), detail=("detail", "first")
    )
    shown = summed.sort_values("children", ascending=False).head(MOST_SHOWN)
    body = [
        [
            str(row["district"]),
            str(row["need"]),
            str(row["phase"]),
            str(row["band"]),
            f"{row['children']:,.1f}",
            f"{row['first']} to {row['last']}",
            f"{REASONS[str(row['reason'])]}. {row['detail']}.",
        ]
        for row in shown.to_dict("records")
    ]
    rest = [f"{len(summed) - len(shown)} smaller groups are in waiting_reasons.csv.", ""] if len(summed) > len(shown) else []
    return ["## Who waits, and why", "", *rows(["District", "Need", "Phase", "Band", "Child-years", "When", "Why"], body), *rest]


def _early_help(story: Story) -> list[str]:
    episodes, avoided = story.table("early_help"), story.table("avoided")
    given = float(episodes["episodes"].sum())
    if given < 0.05:
        return ["## Early help", "", "No early-help episode is given.", ""]
    bases = story.table("options")
    bases = bases[(bases["kind"] == "contact_base") & (bases["open"] == 1)]
    ledger = story.table("ledger")
    base_units = set(bases["unit"])
    paid = ledger[
        (ledger["line"].isin(["early_help", "running_cost"]) & ledger["unit"].isin(base_units)) | (ledger["line"] == "early_help")
    ]
    paid_in_years = float(paid.loc[~paid["academic_year"].str.startswith("after"), "cash_gbp"].sum())
    fewer = float(avoided["children"].sum())
    bases_give = "1 contact base gives" if len(base_units) == 1 else f"{len(base_units)} contact bases give"
    each = f", which is {given / fewer:,.1f} episodes and {pounds(paid_in_years / fewer)} of running cost for each" if fewer >= 0.5 else ""
    return [
        "## Early help",
        "",
        f"{bases_give} {given:,.0f} episodes by {story.last} for {millions(paid_in_years)}. They avoid {fewer:,.0f} EHCPs in those years{each}. "
        "Later years would avoid more; they are not counted.",
        "",
    ]


def _money(story: Story) -> list[str]:
    table = story.table("ledger_financial_year")
    years = sorted(set(table["financial_year"]))
    picked = [years[0], years[len(years) // 2], years[-1]] if len(years) > 2 else years
    pivot = table.pivot_table(index=["fund", "line"], columns="financial_year", values="cash_gbp", aggfunc="sum").fillna(0.0)
    body = [
        [FUND_TITLES[str(fund)], LINE_TITLES[line], *(millions(float(pivot.loc[(fund, line), year])) for year in picked)]
        for fund, line in pivot.index
    ]
    broken = (
        [f"Limits were broken; their price in the search was {millions(story.broken_gbp)}, which is in no cost above. See slacks.csv.", ""]
        if story.broken_gbp > 1
        else []
    )
    return ["## Money by financial year, constant prices", "", *rows(["Fund", "Line", *picked], body), *broken]


def _red_assumptions(red: pd.DataFrame) -> list[str]:
    """The least certain assumptions, with what each would change."""
    body = [
        [str(row["what"]), f"{row['value']} {'' if pd.isna(row['unit']) else row['unit']}".strip(), str(row["effect"])]
        for row in red.head(MOST_SHOWN).to_dict("records")
    ]
    return rows(["What is assumed", "Value", "What it changes"], body) if body else []


def _limits_of_this(story: Story) -> list[str]:
    scenario = story.loaded.scenario
    help_ = scenario.demand.early_help
    log = story.county.table("assumptions")
    red = log[log["quality"] == "red"]
    return [
        "## What this rests on",
        "",
        "- New-EHCP rates: as the published history supports."
        if scenario.demand.new_ehcps.shape == "history"
        else f"- New-EHCP rates: {scenario.demand.new_ehcps.shape.replace('_', ' ')}, {scenario.demand.new_ehcps.growth_per_year:.0%} growth in the first year.",
        f"- Early help: {help_.effect:g} EHCPs avoided for each episode at full effect. No study gives a causal figure; test it with other values.",
        f"- Areas are planned as {scenario.detail.areas.replace('_', ' ')}s: {len(story.county.table('areas'))} of them.",
        "- These are exact figures for internal use. What may be published is in the folder `public`, rounded.",
        f"- {len(log)} assumptions are in the county's log (assumptions.csv); {len(red)} of them are rated red, the least certain, and {unsigned(story.county)} are not signed off. All are in assumptions.md. The first red ones:",
        "",
        *_red_assumptions(red),
    ]


def _changes(story: Story) -> list[str]:
    """What the scenario changes in the one it extends; everything, since a slip in the file shows here."""
    body = [[one.name, one.value, one.base_value, one.place] for one in differences(story.loaded) if one.name not in SAID_ELSEWHERE]
    base = base_name(story.loaded)
    if not body:
        return ["## What this scenario changes", "", f"Every setting is as in {base}.", ""]
    return ["## What this scenario changes", "", f"Held against {base}:", "", *rows(["Setting", "Here", "There", "Set in"], body)]


def summary_text(story: Story) -> str:
    """The whole summary as Markdown."""
    scenario, record = story.loaded.scenario, story.solution.record
    lines = [INTERNAL, "", f"# {safe_markdown(scenario.title)}", ""]
    lines += _verdict(story)
    if scenario.description:
        lines += [safe_markdown(scenario.description), ""]
    if story.notes:
        lines += ["## What the scenario asks for and cannot have in full", "", *(f"- {safe_markdown(note)}" for note in story.notes), ""]
    lines += _numbers(story) + _where(story) + _chosen(story) + _waits(story) + _early_help(story) + _money(story) + _growth(story)
    lines += ["## How good this plan is", ""]
    lines += [f"- {_proof(stage)}" for stage in record.stages]
    lines += _as_written(story)
    lines += [
        f"- {record.solver} {record.solver_version}, {record.method}: {record.columns:,} columns, {record.rows:,} rows, {record.solve_seconds:,.0f} seconds.",
        "",
    ]
    lines += _changes(story) + _limits_of_this(story)
    return "\n".join(lines)
