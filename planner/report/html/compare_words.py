"""The sentences of a comparison's page: which is cheapest, who still waits and why, when it pays back. All from the pack given."""

from __future__ import annotations

from planner.publish.pack import Kind, Mark
from planner.publish.rounding import NOISE
from planner.report.html.blocks import Fact
from planner.report.html.figures import Figures
from planner.report.html.scenarios import Result, Scenarios
from planner.report.html.values import children_words, commas, counted, is_some, number, say, short_pounds, worded_pounds

_COUNTS = (Kind.CHILDREN,)


def findings(figures: Figures) -> list[str]:
    """The findings of the comparison as it states them, such as 'no clear difference'."""
    if not figures.has("findings"):
        return []
    table = figures.table("findings")
    name = "text" if "text" in table.frame.columns else next((column.name for column in table.columns if column.kind is Kind.TEXT), "")
    return [str(text) for text in table.frame[name]] if name else []


def listed(names: list[str]) -> str:
    """Names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def cheapest(scenarios: Scenarios) -> str:
    """Which scenario costs least, or between which there is no clear difference."""
    cost = scenarios.cost()
    if cost is None:
        return ""
    known = [name for name in scenarios.names if cost.value(name) is not None]
    if not known:
        return ""
    order = sorted(known, key=lambda name: (cost.value(name) or 0.0, scenarios.names.index(name)))
    least = order[0]
    alike = [name for name in order if name == least or scenarios.same(least, name)]
    figure = worded_pounds(cost.value(least) or 0.0)
    if len(alike) > 1:
        return f"There is no clear difference in cost between {listed([scenarios.title(name) for name in alike])}: about {figure} in present value."
    text = f"{scenarios.title(least)} is the cheapest, at {figure} in present value"
    base = cost.value(scenarios.base)
    if least == scenarios.base or base is None:
        return f"{text}. It is the base."
    return f"{text}, {worded_pounds(base - (cost.value(least) or 0.0))} less than {scenarios.title(scenarios.base)}."


def _waiting_row(scenarios: Scenarios) -> Result | None:
    return scenarios.find(_COUNTS, "wait", "child-year") or scenarios.find(_COUNTS, "wait")


def who_waits(scenarios: Scenarios) -> str:
    """In which scenarios children still wait, and how long together."""
    row = _waiting_row(scenarios)
    if row is None:
        return ""
    noun = "child-years" if "child-year" in row.measure.lower() else "children"
    waits = [name for name in scenarios.names if is_some(row.cells.get(name))]
    if not waits:
        return "Nobody waits for a place in any scenario."
    order = sorted(waits, key=lambda name: -(row.value(name) or 0.0))
    parts = [f"{scenarios.title(name)}, {children_words(row.cells[name], noun)}" for name in order]
    none = [scenarios.title(name) for name in scenarios.names if name not in waits and row.value(name) is not None]
    tail = f" Nobody waits in {listed(none)}." if none else ""
    return f"Children still wait in {len(waits)} of {len(scenarios.names)} scenarios: {'; '.join(parts)}.{tail}"


def where_and_why(scenarios: Scenarios) -> str:
    """The district and need that wait longest in the scenario with the most waiting, and the reason where the pack gives one."""
    row = _waiting_row(scenarios)
    if row is None:
        return ""
    worst = max(scenarios.names, key=lambda name: row.value(name) or 0.0)
    if not is_some(row.cells.get(worst)):
        return ""
    parts = []
    for table, index in (("equity_by_district", "district"), ("equity_by_need", "need")):
        cells = scenarios.across(table, index, "waiting").get(worst, {})
        total = scenarios.figures.table(table).total if cells else ""
        single = {label: number(cell) or 0.0 for label, cell in cells.items() if label != total}
        if is_some(max(single.values(), default=0.0)):
            label = max(single, key=lambda one: single[one])
            parts.append(f"{say(label)} ({counted(single[label])} child-years)")
    reason = _reason(scenarios, worst)
    text = f"In {scenarios.title(worst)} the longest waiting is in {' and for '.join(parts)}." if parts else ""
    return f"{text} The chief reason: {reason[:1].lower()}{reason[1:]}.".strip() if reason else text


def _reason(scenarios: Scenarios, worst: str) -> str:
    figures = scenarios.figures
    for table in ("waiting_reasons_compared", "waiting_reasons"):
        if not figures.has(table, "reason"):
            continue
        cells = scenarios.across(table, "reason", "children").get(worst, {})
        single = {label: number(cell) or 0.0 for label, cell in cells.items() if label != figures.table(table).total}
        if is_some(max(single.values(), default=0.0)):
            return say(max(single, key=lambda one: single[one])).rstrip(".")
    row = next((one for one in scenarios.results() if "why" in one.measure.lower() or "reason" in one.measure.lower()), None)
    cell = row.cells.get(worst) if row is not None else None
    return str(cell).rstrip(".") if isinstance(cell, str) and cell.strip() else ""


def _paybacks(scenarios: Scenarios) -> dict[str, str]:
    """The year in which each scenario pays back, in words; nothing for those of which the pack does not say."""
    row = next((one for one in scenarios.results() if "pay" in one.measure.lower() and "back" in one.measure.lower()), None)
    cells: dict[str, object] = dict(row.cells) if row is not None else {}
    figures = scenarios.figures
    if not cells and figures.has("appraisal", "scenario"):
        column = next((str(name) for name in figures.table("appraisal").frame.columns if "payback" in str(name)), "")
        for record in figures.rows("appraisal").to_dict("records") if column else []:
            whole = str(record.get("option", figures.table("appraisal").total)) in (figures.table("appraisal").total, "", "[z]")
            name = scenarios.named(str(record["scenario"]))
            if name and whole:
                cells.setdefault(name, record[column])
    return {
        name: str(cell)
        for name, cell in cells.items()
        if cell is not None and not isinstance(cell, Mark) and str(cell).strip() not in ("", "nan")
    }


def pays_back(scenarios: Scenarios) -> str:
    """When each scenario pays back against the base."""
    years = _paybacks(scenarios)
    back = {name: year for name, year in years.items() if "/" in year and name != scenarios.base}
    if not back:
        return "" if not years else f"No scenario pays back against {scenarios.title(scenarios.base)} within the years planned."
    order = sorted(back, key=lambda name: (back[name], scenarios.names.index(name)))
    never = [scenarios.title(name) for name in scenarios.others if name in years and name not in back]
    tail = f" {listed(never)} {'do' if len(never) > 1 else 'does'} not pay back within the years planned." if never else ""
    said = [f"{scenarios.title(name)} in {back[name]}{_though(scenarios, name)}" for name in order]
    return f"Pays back: {'; '.join(said)}.{tail}"


def switches(scenarios: Scenarios) -> list[str]:
    """For each scenario the price that has to move least before it costs as much as the base."""
    said = []
    for name in scenarios.others:
        rows = [
            row for row in scenarios.figures.rows("switching_values").to_dict("records") if scenarios.named(str(row["scenario"])) == name
        ]
        known = [(share, row) for row in rows if (share := number(row["price_percent"])) is not None and share > 0]
        if not known:
            said.append(
                f"{scenarios.title(name)}: no single price that can be shown makes it cost as much as {scenarios.title(scenarios.base)}."
            )
            continue
        share, row = min(known, key=lambda one: abs(one[0] - 1.0))
        way = f"{share:.1f} times what it is" if share >= 2 else f"{commas(100 * share)}% of what it is"
        said.append(
            f"{scenarios.title(name)} costs as much as {scenarios.title(scenarios.base)} if the price of {_lower(say(row['line']))} is {way}."
        )
    return said


def gains(scenarios: Scenarios) -> list[str]:
    """For each scenario where waiting falls and rises most against the base, and where journeys grow most."""
    said = []
    for name in scenarios.others:
        parts = []
        for table, index, noun in (("equity_by_district", "district", "districts"), ("equity_by_need", "need", "types of need")):
            change = {label: number(cell) for label, cell in scenarios.across(table, index, "change_waiting").get(name, {}).items()}
            parts.append(_fewer_and_more({label: value for label, value in change.items() if value is not None}, noun))
        trips = {
            label: number(cell)
            for label, cell in scenarios.across("equity_by_district", "district", "change_journeys").get(name, {}).items()
        }
        longer = {label: value for label, value in trips.items() if value is not None and value >= LEAST_MINUTES}
        if longer:
            worst = max(longer, key=lambda label: longer[label])
            where = f"{len(longer)} districts, most in {say(worst)}" if len(longer) > 1 else say(worst)
            minutes = counted(longer[worst])
            parts.append(f"The mean journey grows in {where}, by {minutes} minute{'' if minutes == '1' else 's'}.")
        elif any(value is not None for value in trips.values()):
            parts.append("The mean journey grows in no district.")
        text = " ".join(part for part in parts if part)
        if text:
            said.append(f"{scenarios.title(name)}: {_lower(text)}")
    return said


LEAST_MINUTES = 0.5
"""A mean journey that changes by less than this is as it was, minutes."""


def _fewer_and_more(change: dict[str, float], noun: str) -> str:
    """Where waiting falls and where it rises, in a sentence; nothing if nobody says."""
    if not change:
        return ""
    least, most = min(change, key=lambda label: change[label]), max(change, key=lambda label: change[label])
    falls, rises = sum(value <= -NOISE for value in change.values()), sum(value >= NOISE for value in change.values())
    if not falls and not rises:
        return f"Waiting is as in the base in all {noun}."
    down = _where(falls, f" of {len(change)} {noun}", least) if falls else f"in none of the {noun}"
    return f"Waiting falls {down}, and rises {_where(rises, '', most) if rises else 'in none'}."


def _where(count: int, of: str, worst: str) -> str:
    return f"only in {say(worst)}" if count == 1 else f"in {count}{of}, most in {say(worst)}"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _though(scenarios: Scenarios, name: str) -> str:
    """A warning beside a payback year that lies within what the search left open."""
    return ", though its whole cost shows no clear difference from the base" if scenarios.same(name, scenarios.base) else ""


def compare_sentences(scenarios: Scenarios) -> list[str]:
    """The sentences of the answer card."""
    waits = " ".join(text for text in (who_waits(scenarios), where_and_why(scenarios)) if text)
    return [text for text in (cheapest(scenarios), waits, pays_back(scenarios)) if text]


def compare_numbers(scenarios: Scenarios) -> list[Fact]:
    """Up to five numbers: the range of scenarios for each chief result."""
    facts = []
    cost = scenarios.cost()
    if cost is not None and any(cost.value(name) is not None for name in scenarios.names):
        least = min((name for name in scenarios.names if cost.value(name) is not None), key=lambda name: cost.value(name) or 0.0)
        alike = any(scenarios.same(least, name) for name in scenarios.names if name != least)
        label = "Least public cost, present value" if alike else "Cheapest, present value"
        facts.append(
            Fact(label, short_pounds(cost.value(least) or 0.0), "no clear difference from the next" if alike else scenarios.title(least))
        )
    for label, row, money in (
        ("Waiting", _waiting_row(scenarios), False),
        ("EHCPs at the end", scenarios.find(_COUNTS, "ehcp", without=("avoid", "wait", "new")), False),
        ("EHCPs avoided", scenarios.find(_COUNTS, "avoid"), False),
        ("High needs deficit at the end", scenarios.find((Kind.MONEY,), "deficit"), True),
    ):
        if row is None:
            continue
        values = [row.value(name) for name in scenarios.names]
        known = [value for value in values if value is not None]
        if not known:
            continue
        say_it = short_pounds if money else counted
        low, high = say_it(min(known)), say_it(max(known))
        if any(isinstance(row.cells[name], Mark) for name in scenarios.names) and low == "0":
            low = "[low]"
        unit = " child-years" if "child-year" in row.measure.lower() else ""
        facts.append(
            Fact(
                label + (", child-years" if unit else ""),
                low if low == high else f"{low} to {high}",
                "least and most of all scenarios" if low != high else "in every scenario",
            )
        )
    return facts
