"""A chart of a page: a headline that says the message, the picture in two widths, words for it, and the table behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from planner.report.charts.style import BLUE, DARK, LILAC, LOOKS, MID_GREY, ORANGE, PLUM, TURQUOISE
from planner.report.html.draw.canvas import NARROW, WIDE, Canvas, wrapped
from planner.report.html.views import View

MOST_WORDS = 15
"""A headline has at most so many words."""

_DASHES = {"-": "", ":": "2 3"}


@dataclass(frozen=True)
class Look:
    """How one series looks: colour, marker and dash. All differ in grey too."""

    colour: str
    marker: str
    dash: str = ""


@dataclass(frozen=True)
class Series:
    """One line or one set of bars: its name, a figure (or nothing) for each place along the axis, and its look."""

    name: str
    values: tuple[float | None, ...]
    look: Look


@dataclass(frozen=True)
class Chart:
    """A chart as a page shows it.

    ``headline`` is the message in at most 15 words, ``subtitle`` measure, place and period. ``draw`` draws it on a canvas of the
    width it is given; ``alt`` stands for the picture where it cannot be seen; ``view`` is the table behind it.
    """

    name: str
    headline: str
    subtitle: str
    alt: str
    view: View
    draw: Callable[[Canvas], Canvas] = field(repr=False)
    source: str = ""
    notes: tuple[str, ...] = ()

    def picture(self, width: int) -> Markup:
        """The picture alone, at one of the two widths."""
        canvas = Canvas(width, 10, f"{self.name}-{'w' if width == WIDE else 'n'}")
        return self.draw(canvas).svg(self.alt, kind="wide" if width == WIDE else "narrow")

    @property
    def pictures(self) -> Markup:
        """The picture for a page and for a small screen; the page's style shows one of them."""
        return self.picture(WIDE) + self.picture(NARROW)


def fitting(*choices: str) -> str:
    """The first headline of at most 15 words; if a name is so long that none fits, the last one cut at 15 words."""
    found = next((text for text in choices if len(text.split()) <= MOST_WORDS), "")
    return found or " ".join(choices[-1].split()[:MOST_WORDS])


def standalone(chart: Chart) -> str:
    """A chart as an SVG file of its own, with headline, subtitle, notes and source drawn in."""
    inner = chart.draw(Canvas(WIDE, 10, f"{chart.name}-s"))
    page = Canvas(WIDE + 40, 10, chart.name)
    y = page.lines_of_text(20, 34, wrapped(chart.headline, WIDE, 20, bold=True), size=20, bold=True)
    y = page.lines_of_text(20, y + 2, wrapped(chart.subtitle, WIDE, 15), size=15)
    top = y
    picture = inner.svg("").replace(Markup('role="img" aria-label=""'), Markup('x="20" y="{}"').format(f"{top:.0f}"))
    page.parts.append(picture)
    y = top + inner.height + 24
    for note in (*chart.notes, chart.source):
        if note:
            y = page.lines_of_text(20, y, wrapped(note, WIDE, 13), size=13)
    page.height = y + 4
    back = Markup('<rect width="100%" height="100%" fill="#ffffff"/>')
    page.parts.insert(0, back)
    return str(page.svg(f"{chart.headline}. {chart.alt}")) + "\n"


PROVISION_LOOKS: dict[str, Look] = {
    kind: Look(look.colour, look.marker, _DASHES.get(look.line, "") if isinstance(look.line, str) else " ".join(map(str, look.line[1])))
    for kind, look in LOOKS.items()
}
"""The look of each kind of provision, as in every other chart of the planner."""

SCENARIO_LOOKS: tuple[Look, ...] = (
    Look(DARK, "s", "8 4"),
    Look(BLUE, "o"),
    Look(ORANGE, "^", "2 3"),
    Look(TURQUOISE, "D", "10 3 2 3"),
    Look(PLUM, "v", "5 3"),
    Look(LILAC, "P", "12 4"),
    Look(MID_GREY, "X", "3 5"),
)
"""The look of each scenario of a comparison; the base comes first."""
