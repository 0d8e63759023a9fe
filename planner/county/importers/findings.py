"""What a reader found, guessed and missed, and what it hands back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

KINDS_OF_FINDING = ("found", "guessed", "missing")


@dataclass(frozen=True)
class Guess:
    """A value that no file gave: its name in the assumptions log, what is assumed, the value, why, and what changes if it is wrong."""

    name: str
    what: str
    value: str
    effect: str = "See the table it is used in"
    unit: str = ""


@dataclass
class Findings:
    """Sentences for the report: what was found (with its file), what was guessed, and what is missing."""

    found: list[str] = field(default_factory=list)
    guessed: list[Guess] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def guess(self, name: str, what: str, value: object, *, effect: str = "See the table it is used in", unit: str = "") -> None:
        """Note a guess; it becomes a row of assumptions.csv."""
        self.guessed.append(Guess(name, what, str(value), effect, unit))

    def take(self, others: Iterable[Findings]) -> None:
        """Add what other readers found."""
        for other in others:
            self.found += other.found
            self.guessed += other.guessed
            self.missing += other.missing


@dataclass
class Imported:
    """Tables by name as a reader made them, and its findings."""

    tables: dict[str, pd.DataFrame]
    findings: Findings


def report_lines(title: str, findings: Findings) -> list[str]:
    """The report as Markdown: three headed lists."""
    lines = [f"# {title}", ""]
    for heading, items in (
        ("Found", findings.found),
        (
            "Guessed (each stands in assumptions.csv as an assumption)",
            [
                f"`{guess.name}`: {guess.what}" + (f" Value: {guess.value}{' ' + guess.unit if guess.unit else ''}." if guess.value else "")
                for guess in findings.guessed
            ],
        ),
        ("Missing", findings.missing),
    ):
        lines += [f"## {heading}", "", *([f"- {item}" for item in items] or ["- Nothing."]), ""]
    return lines
