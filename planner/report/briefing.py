"""The briefing: two pages in Word for Schools Forum about one scenario or a comparison, made from a pack and nothing else."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from planner.publish.pack import MARKS, Audience, Pack
from planner.report.html.run_words import outcome_words
from planner.report.paper import compare_part, run_part
from planner.report.paper.charts import Picture
from planner.report.paper.figures import Figures, Said
from planner.report.paper.kit import WIDTH_CM, Paper
from planner.report.paper.run_part import Grid
from planner.report.write import write_bytes

ROLES = ("Author", "Commissioner", "Assurer", "Approver")
"""Who signs, by role; names and dates are for people to fill in."""


def write_briefing(folder: Path, pack: Pack) -> None:
    """Write ``briefing.docx`` into a folder.

    Raises:
        WriteError: if it cannot be written.

    """
    write_bytes(folder / "briefing.docx", briefing(pack))


def briefing(pack: Pack) -> bytes:
    """A two-page paper as a Word document: what is asked and an executive summary first, then options, children, money, risks, equality.

    Every figure is a cell of the pack and is followed by its table's name, so a public pack gives a paper of rounded figures. Names
    of people and dates are left blank. The same pack gives the same bytes.
    """
    figures = Figures(pack)
    part = compare_part if len(pack.scenarios) > 1 else run_part
    county = pack.facts.get("county_title", "")
    period = " to ".join(year for year in (pack.facts.get("base_year", ""), pack.facts.get("last_year", "")) if year)
    internal = pack.audience is Audience.INTERNAL
    paper = Paper(f"{pack.title}: paper for Schools Forum", f"Places for children with SEND, {county}, {period}", pack.facts.get("created", ""),
                  "INTERNAL, not for publication" if internal else "draft for publication")  # fmt: skip
    paper.edge("INTERNAL: exact figures. Do not publish." if internal else "Draft for officers to complete. Figures are rounded for publication.", "Names in square brackets are the tables that the figures come from.")  # fmt: skip
    paper.title(f"{pack.title}: paper for Schools Forum", ", ".join(text for text in (county, period) if text))
    paper.say("Date of meeting: ____________________    Author's post: ______________________________")
    _front(paper, figures, part)
    first, second = part.pictures(figures)
    _options(paper, figures, part)
    _children(paper, figures, part, first)
    _money(paper, figures, part, second)
    _rest(paper, figures, part)
    return paper.data()


def _front(paper: Paper, figures: Figures, part: ModuleType) -> None:
    paper.heading("What Schools Forum is asked to do")
    paper.say("Schools Forum is asked to:")
    paper.bullets(part.asked(figures), "List Number")
    paper.heading("Executive summary")
    paper.bullets(part.summary(figures))


def _options(paper: Paper, figures: Figures, part: ModuleType) -> None:
    paper.heading("Options compared")
    description = figures.pack.facts.get("scenario_description", "")
    if description and len(figures.pack.scenarios) == 1:
        paper.say(description)
    if part is compare_part:
        paper.bullets(compare_part.differences(figures))
    grid = part.options_table(figures)
    if grid is None:
        paper.say("Nothing opens or grows.")
    else:
        _grid(paper, grid)


def _grid(paper: Paper, grid: Grid) -> None:
    caption, header, rows, _ = grid
    widths = _widths(header, rows)
    paper.table(caption, header, rows, widths, f"{caption} {len(rows)} rows. Columns: {', '.join(header)}.")


def _widths(header: list[str], rows: list[list[str]]) -> list[float]:
    """Widths of columns in cm: none narrower than its longest word, the rest of the page shared by the longest text."""
    columns = [[head, *(row[number] for row in rows)] for number, head in enumerate(header)]
    least = [0.7 + 0.215 * max(len(word) for text in column for word in (text.split() or [""])) for column in columns]
    wish = [min(0.7 + 0.2 * max(len(text) for text in column), 9.0) for column in columns]
    room = max(WIDTH_CM - sum(least), 0.0)
    more = [max(wanted - narrow, 0.01) for wanted, narrow in zip(wish, least, strict=True)]
    return [narrow + room * share / sum(more) for narrow, share in zip(least, more, strict=True)]


def _picture(paper: Paper, picture: Picture | None) -> None:
    if picture is not None:
        paper.picture(picture.data, picture.title, picture.alt, picture.source, picture.height_cm)


def _children(paper: Paper, figures: Figures, part: ModuleType, picture: Picture | None) -> None:
    paper.heading("What it means for children and families")
    paper.bullets(part.children(figures))
    grid = run_part.placements_table(figures) if part is run_part else None
    if grid is not None:
        _grid(paper, grid)
    _picture(paper, picture)


def _money(paper: Paper, figures: Figures, part: ModuleType, picture: Picture | None) -> None:
    paper.heading("Money")
    said = part.money(figures)
    paper.bullets(said[1:] if part is run_part else said)
    _picture(paper, picture)


def _rest(paper: Paper, figures: Figures, part: ModuleType) -> None:
    facts = figures.pack.facts
    paper.heading("Risks, and what could change the answer")
    paper.bullets([*part.risks(figures), Said("Years to come are a projection under stated assumptions, not a promise. No study gives a causal figure for early help.")])  # fmt: skip
    paper.heading("Equality")
    paper.bullets(
        [*part.equality(figures), Said("An equality impact assessment is for the council to make; this paper does not replace it.")]
    )
    paper.heading("How this was made")
    proof = [outcome_words(facts["outcome"])] if facts.get("outcome") else []
    if facts.get("gap_percent"):
        proof.append(f"Proven gap of the cost: {facts['gap_percent']}%.")
    if facts.get("check"):
        proof.append(f"Check by separate code: {facts['check']}.")
    if facts.get("planner_version"):
        proof.append(f"Planner version {facts['planner_version']}, made {facts.get('created', '')[:10]}.")
    marks = [f"[{code}] {meaning}" for code, meaning in MARKS.items() if _shown(figures.pack, code)]
    paper.say(" ".join([*proof, *([f"Shorthand: {'; '.join(marks)}."] if marks else [])]))
    paper.table("Sign-off, to be completed by officers", ["Role", "Name and post", "Date"], [[role, "", ""] for role in ROLES], [3.4, 10.0, 4.0], "Blank lines for the author, commissioner, assurer and approver.")  # fmt: skip


def _shown(pack: Pack, code: str) -> bool:
    """Whether a mark may be on the page: whether a table that the paper draws on holds it."""
    names = (
        "waiting_by_year",
        "waiting_by_district",
        "waiting_by_need",
        "placements",
        "options",
        "appraisal",
        "results_side_by_side",
        "waiting_compared",
    )
    return any(str(value) == f"[{code}]" for name in names if name in pack.tables for value in pack.table(name).frame.to_numpy().ravel())
