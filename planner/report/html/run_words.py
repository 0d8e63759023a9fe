"""The sentences of one run's page. Every figure in them comes from the pack that is given, rounded or exact as that pack is."""

from __future__ import annotations

from collections.abc import Hashable

from planner.publish.pack import LOW, Mark
from planner.report.html.blocks import Fact
from planner.report.html.figures import Figures
from planner.report.html.run_charts import CODES
from planner.report.html.values import MINUS, children_words, commas, counted, is_nothing, number, pounds, say, short_pounds, worded_pounds
from planner.solve.outcome import Outcome

MOST_ASSUMPTIONS = 4
"""So many assumptions stand on the answer card; the log holds all."""
_OUTCOMES = {
    Outcome.PROVEN.value: "The search proved that no plan does better under these assumptions.",
    Outcome.WITHIN_GAP.value: "The search stopped once the plan was proven to be close enough to the best possible.",
    Outcome.STOPPED_WITH_PLAN.value: "The search was stopped with a plan before every aim was proven. The plan is whole and checked.",
}


def _ends(figures: Figures) -> tuple[list[str], float | None, float | None]:
    years = figures.labels("ehcps_by_year", "year")
    values = figures.along("ehcps_by_year", years, "ehcps") if years else ()
    return years, values[0] if values else None, values[-1] if values else None


def _share(first: float, last: float) -> str:
    """How much more or fewer, in per cent."""
    share = (last / first - 1) * 100
    return "about the same" if abs(share) < 0.5 else f"{abs(share):.0f}% {'more' if share > 0 else 'fewer'}"


def total_of(figures: Figures, name: str, value: str) -> object:
    """The total of a column over years: the row of totals if there is one, else the sum of what is shown."""
    if not figures.has(name, value):
        return None
    table = figures.table(name)
    key = str(table.columns[0].name)
    given = figures.cell(name, value, **{key: table.total})
    if given is not None:
        return given
    cells = list(table.frame[value])
    found = [number(cell) for cell in cells]
    total = sum(one for one in found if one is not None)
    return LOW if total == 0 and any(cell == LOW for cell in cells if isinstance(cell, Mark)) else total


def peak_waiting(figures: Figures) -> tuple[str, object]:
    """The year in which most children wait and how many do."""
    years = figures.labels("waiting_by_year", "year")
    cells = {year: figures.cell("waiting_by_year", "children", year=year) for year in years}
    if not cells:
        return "", None
    most = max(years, key=lambda year: (number(cells[year]) or 0.0, isinstance(cells[year], Mark)))
    return most, cells[most]


def _final_deficit(figures: Figures) -> tuple[str, float | None]:
    years = figures.labels("dsg_position", "financial_year")
    values = figures.along("dsg_position", years, "deficit_at_year_end_gbp", "financial_year") if years else ()
    known = [(year, value) for year, value in zip(years, values, strict=True) if value is not None]
    return known[-1] if known else ("", None)


def five_numbers(figures: Figures) -> list[Fact]:
    """The five numbers of the answer card; one that the pack does not hold says so."""
    facts = []
    years, first, last = _ends(figures)
    if last is not None and first is not None:
        facts.append(
            Fact(f"EHCPs in {years[-1]}", counted(last), f"{_share(first, last)} than {counted(first)} in {years[0]}" if first else "")
        )
    year, cell = peak_waiting(figures)
    if year:
        none = number(cell) == 0 and not isinstance(cell, Mark)
        value = number(cell)
        text = str(cell) if isinstance(cell, Mark) else counted(value or 0.0)
        facts.append(Fact("Most children waiting in a year", "0" if none else text, "nobody waits in any year" if none else f"in {year}"))
    cost = figures.fact_number("cost_pv_gbp")
    if cost is not None:
        gap = figures.fact_number("gap_gbp")
        facts.append(
            Fact(
                "Public cost, present value",
                pounds(cost / 1e6, 1) + "m" if abs(cost) >= 1e6 else short_pounds(cost),
                f"at most {worded_pounds(gap)} above the least possible" if gap else "",
            )
        )
    year, deficit = _final_deficit(figures)
    if deficit is not None:
        word = "deficit" if deficit >= 0 else "surplus"
        facts.append(
            Fact(
                f"Cumulative high needs {word}",
                pounds(abs(deficit) / 1e6, 1) + "m" if abs(deficit) >= 1e6 else short_pounds(abs(deficit)),
                f"at the end of {year}",
            )
        )
    avoided = total_of(figures, "ehcps_by_year", "avoided")
    if avoided is not None:
        value = number(avoided)
        text = str(avoided) if isinstance(avoided, Mark) or value is None else counted(value)
        facts.append(Fact("EHCPs avoided by early help", text, f"up to {years[-1]}" if years else ""))
    return facts


def growth_sentence(figures: Figures) -> str:
    """How EHCPs change over the plan."""
    years, first, last = _ends(figures)
    if first is None or last is None or not first:
        return ""
    way = "rise" if last > first else "fall" if last < first else "stay"
    return f"EHCPs {way} from {counted(first)} in {years[0]} to {counted(last)} in {years[-1]}, {_share(first, last)}."


def waiting_sentence(figures: Figures) -> str:
    """Who waits and the chief reason."""
    year, cell = peak_waiting(figures)
    if not year:
        return ""
    if is_nothing(cell):
        return "Every child with an EHCP has a place in every year: nobody waits."
    words = children_words(cell)
    one = words.startswith(("1 ", "a "))
    years = figures.labels("waiting_by_year", "year")
    others = [figures.cell("waiting_by_year", "children", year=other) for other in years if other != year]
    alone = all(is_nothing(other) for other in others)
    tail = "nobody waits in any other year" if alone else "the most in any year"
    text = f"{words[:1].upper()}{words[1:]} wait{'s' if one else ''} for a place in {year}; {tail}."
    reason = chief_reason(figures)
    return f"{text} The chief reason: {reason[:1].lower()}{reason[1:]}." if reason else text


def chief_reason(figures: Figures) -> str:
    """The reason behind most of the waiting, in words."""
    if not figures.has("waiting_reasons", "reason", "children"):
        return ""
    table = figures.table("waiting_reasons")
    frame = table.frame[table.frame["reason"].astype(str) != table.total]
    sums: dict[str, float] = {}
    for reason, cell in zip(frame["reason"].astype(str), frame["children"], strict=True):
        sums[reason] = sums.get(reason, 0.0) + (number(cell) or 0.0)
    return say(max(sums, key=lambda reason: sums[reason])).rstrip(".") if sums else ""


def money_sentence(figures: Figures) -> str:
    """What it costs and how near to the least possible that is proven to be."""
    cost = figures.fact_number("cost_pv_gbp")
    if cost is None:
        return ""
    gap, share = figures.fact_number("gap_gbp"), figures.fact_number("gap_percent")
    text = f"It costs {worded_pounds(cost)} in present value"
    if gap is None:
        return f"{text}; how near that is to the least possible is not proven."
    if gap < 0.5:
        return f"{text}, proven to be the least that is possible with so little waiting."
    percent = f" ({share:.2f}%)" if share is not None else ""
    return f"{text}, proven to be within {worded_pounds(gap)}{percent} of the least that is possible with so little waiting."


def three_sentences(figures: Figures) -> list[str]:
    """The three sentences of the answer card."""
    return [text for text in (growth_sentence(figures), waiting_sentence(figures), money_sentence(figures)) if text]


def assumptions_that_matter(figures: Figures) -> list[str]:
    """The least certain assumptions with what each changes: by rating, then by their effect in pounds if that is known, then those with a range."""
    if not figures.has("assumptions", "what"):
        return []
    rows = figures.rows("assumptions").to_dict("records")
    rank = {"red": 0, "amber": 1, "green": 2}

    def order(row: dict[Hashable, object]) -> tuple[int, float, bool]:
        return (
            rank.get(str(row.get("quality", "")).lower(), 3),
            -abs(number(row.get("effect_gbp")) or 0.0),
            any(isinstance(row.get(end), Mark) or not str(row.get(end) or "").strip() for end in ("low", "high")),
        )

    rows.sort(key=order)
    said = []
    for row in rows[:MOST_ASSUMPTIONS]:
        what = str(row["what"]).rstrip(".")
        effect = row.get("effect")
        tail = (
            ""
            if effect is None or isinstance(effect, Mark) or not str(effect).strip()
            else f" It changes: {str(effect)[:1].lower()}{str(effect)[1:]}".rstrip(".") + "."
        )
        said.append(f"{what}.{tail}")
    return said


def count_by_quality(figures: Figures) -> str:
    """How many assumptions there are and how certain they are."""
    if not figures.has("assumptions", "quality"):
        return ""
    quality = [str(value).lower() for value in figures.rows("assumptions")["quality"]]
    parts = [f"{quality.count(word)} {word}" for word in ("red", "amber", "green") if word in quality]
    unsigned = figures.pack.facts.get("assumptions_unsigned", "")
    signed = "" if unsigned in ("", "0") else f" {unsigned} of them nobody has signed off."
    return f"{len(quality)} assumptions are logged; by certainty they are rated {', '.join(parts)}. Red is the least certain.{signed}"


def families(figures: Figures) -> list[str]:
    """What the plan means for children and families, in sentences."""
    said = [waiting_sentence(figures)]
    years, _, last = _ends(figures)
    if figures.has("placements", "year", "provision_type", "children") and last:
        mainstream = next(
            (kind for kind in figures.labels("placements", "provision_type") if CODES.get(kind, kind) == "mainstream_support"), ""
        )
        value = figures.value("placements", "children", year=years[-1], provision_type=mainstream) if mainstream else None
        if value is not None:
            said.append(
                f"In {years[-1]}, {counted(value)} children and young people, {value / last:.0%} of all with an EHCP, are in a mainstream school with support."
            )
    if figures.has("journeys", "district", "year", "mean_minutes"):
        table = figures.table("journeys")
        when = figures.labels("journeys", "year")
        first, final = (figures.value("journeys", "mean_minutes", district=table.total, year=year) for year in (when[0], when[-1]))
        if first is not None and final is not None:
            way = "longer" if final > first else "shorter"
            digits = figures.minute_digits
            apart = round(abs(final - first), digits)
            change = f"{commas(apart, digits)} minutes {way} than in {when[0]}" if apart > 0 else f"as in {when[0]}"
            said.append(f"The mean journey in {when[-1]} is {commas(final, digits)} minutes one way, {change}.")
    avoided = total_of(figures, "ehcps_by_year", "avoided")
    if avoided is not None and (isinstance(avoided, Mark) or (number(avoided) or 0.0) > 0):
        said.append(
            f"Early help avoids {children_words(avoided, 'EHCPs')} over the years planned; no study gives a causal figure, so this rests on an assumption."
        )
    return [text for text in said if text]


def outcome_words(outcome: str) -> str:
    """How the search ended, as a sentence."""
    return _OUTCOMES.get(outcome, f"The search ended: {outcome}.")


def method(figures: Figures) -> list[str]:
    """How the answer was found, how good it is proven to be, and what the check found."""
    outcome = figures.fact("outcome")
    said = [outcome_words(outcome)] if outcome else []
    cost, gap, share = (figures.fact_number(name) for name in ("cost_pv_gbp", "gap_gbp", "gap_percent"))
    if cost is not None:
        exact = pounds(cost, 2) if figures.internal else worded_pounds(cost)
        said.append(f"Public cost, present value: {exact}.")
    if gap is not None:
        percent = f", {share:.2f}% of it" if share is not None else ""
        said.append(
            f"Proven gap: no plan with as little waiting costs more than {worded_pounds(gap)}{percent} less."
            if gap >= 0.5
            else "Proven gap: none; no plan with as little waiting costs less."
        )
    else:
        said.append("Proven gap: not known, because no bound on the cost was found.")
    bound = figures.fact_number("waiting_bound")
    if bound is not None and figures.internal:
        said.append(f"Waiting: the search proved that no plan leaves fewer than {counted(bound)} child-years.")
    check = figures.fact("check")
    if check:
        good = check.startswith("passed")
        said.append(
            "Check: passed. Separate code re-added every row and every pound." if good else f"Check: {check}. Do not use these results."
        )
    return [text.replace("-", MINUS) if text.startswith("-") else text for text in said]


def funds_sentence(figures: Figures) -> str:
    """What each fund pays over all the financial years that are shown."""
    name = "cost_by_fund"
    if not figures.has(name, "financial_year", "fund", "cost_gbp"):
        return ""
    years = figures.labels(name, "financial_year")
    sums = {
        fund: sum(value or 0.0 for value in figures.along(name, years, "cost_gbp", "financial_year", fund=fund))
        for fund in figures.labels(name, "fund")
    }
    parts = [f"{say(fund).lower() if fund != 'DSG' else fund} {worded_pounds(value)}" for fund, value in sums.items()]
    return f"From {years[0]} to {years[-1]}, in cash of constant prices: {', '.join(parts)}."
