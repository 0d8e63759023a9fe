"""What a page is made of: sections of blocks, each block one plain thing that the template knows how to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from planner.report.html.draw.chart import Chart
from planner.report.html.views import View


@dataclass(frozen=True)
class Fact:
    """One number of an answer card: what it is, the figure, and a few words about it."""

    label: str
    figure: str
    note: str = ""


@dataclass(frozen=True)
class Words:
    """Paragraphs."""

    kind: ClassVar[str] = "words"
    paragraphs: tuple[str, ...]


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    kind: ClassVar[str] = "bullets"
    items: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Terms, each with its meaning."""

    kind: ClassVar[str] = "terms"
    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Figure:
    """A chart with its words, and the table behind it folded (or beside it, open)."""

    kind: ClassVar[str] = "figure"
    chart: Chart
    table_open: bool = False


@dataclass(frozen=True)
class Table:
    """A table; a folded one stands behind its title."""

    kind: ClassVar[str] = "table"
    view: View
    folded: bool = False


Block = Words | Bullets | Terms | Figure | Table


@dataclass(frozen=True)
class Section:
    """A part of the page with its heading."""

    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Card:
    """The first screen: numbers, sentences, one chart and what it all rests on."""

    facts: tuple[Fact, ...]
    sentences: tuple[str, ...]
    chart: Chart | None
    assumptions: tuple[str, ...]
    more: str = ""
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A whole page. ``internal`` shows the banner; ``warning`` stands above everything else."""

    title: str
    subtitle: str
    internal: bool
    card: Card
    sections: tuple[Section, ...]
    made: tuple[tuple[str, str], ...]
    warning: str = ""
    lead: tuple[str, ...] = field(default=())


def figure(chart: Chart | None, *, table_open: bool = False) -> tuple[Block, ...]:
    """A chart as a block, or nothing if it could not be made."""
    return (Figure(chart, table_open),) if chart is not None else ()
