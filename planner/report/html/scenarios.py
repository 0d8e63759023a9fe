"""Comparisons read alike: a table may have a column for each scenario, or a row for each; titles, kinds and gaps of scenarios."""

from __future__ import annotations

from dataclasses import dataclass

from planner.publish.pack import Kind
from planner.report.html.figures import Figures
from planner.report.html.values import number, say

ROUNDED_GBP = 100_000.0
"""Public money is taken to be rounded to this where the pack does not say."""

_VALUES = ("deficit_at_year_end_gbp", "cost_gbp", "waiting", "ehcps", "children", "mean_minutes", "journeys", "value")


@dataclass(frozen=True)
class Result:
    """One row of the results side by side: what it measures, the kind of its figures and a cell for each scenario."""

    measure: str
    kind: Kind
    cells: dict[str, object]

    def value(self, scenario: str) -> float | None:
        """One scenario's figure, or nothing."""
        return number(self.cells.get(scenario))


@dataclass(frozen=True)
class Scenarios:
    """The scenarios of a comparison, the base first, and what is said of them."""

    figures: Figures

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all scenarios."""
        return self.figures.pack.scenarios

    @property
    def base(self) -> str:
        """The name of the base."""
        return self.names[0]

    @property
    def others(self) -> tuple[str, ...]:
        """Every scenario but the base."""
        return self.names[1:]

    def title(self, name: str) -> str:
        """What people call a scenario."""
        for key in (f"title_{name}", f"title.{name}", f"{name}.title", f"{name}_title"):
            if self.figures.fact(key):
                return self.figures.fact(key)
        if self.figures.has("results_side_by_side", name):
            title = self.figures.table("results_side_by_side").column(name).title
            return title if title and title != name else say(name).replace("_", " ").capitalize()
        return say(name) if "_" in name else name.capitalize()

    def marked(self, name: str) -> str:
        """The title with a word where it is the base."""
        return f"{self.title(name)} (base)" if name == self.base else self.title(name)

    def named(self, text: str) -> str:
        """The name of the scenario that a cell names by its name or its title; empty if there is none."""
        return next((name for name in self.names if text in (name, self.title(name), self.marked(name))), "")

    def results(self) -> list[Result]:
        """The rows of the results side by side."""
        if not self.figures.has("results_side_by_side"):
            return []
        found = []
        kinds = {kind.value for kind in Kind}
        for row in self.figures.rows("results_side_by_side").to_dict("records"):
            kind = Kind(str(row["kind"])) if str(row.get("kind", "")) in kinds else Kind.TEXT
            found.append(Result(say(row["measure"]), kind, {name: row.get(name) for name in self.names}))
        return found

    def find(self, kinds: tuple[Kind, ...], *words: str, without: tuple[str, ...] = ()) -> Result | None:
        """The first result of one of these kinds whose measure holds all these words and none of the others."""
        for result in self.results():
            text = result.measure.lower()
            if result.kind in kinds and all(word in text for word in words) and not any(word in text for word in without):
                return result
        return None

    def cost(self) -> Result | None:
        """The public cost of each scenario: at present value if that is there."""
        money, not_cost = (Kind.MONEY,), ("gap", "deficit", "saving", "per ", "net present", "difference", "capital")
        return self.find(money, "present value", without=not_cost) or self.find(money, "cost", without=not_cost)

    def gap(self, name: str) -> float | None:
        """How much cheaper than this scenario's plan the best could be, pounds; nothing if that is not known."""
        row = self.find((Kind.MONEY,), "gap")
        if row is not None and row.value(name) is not None:
            return row.value(name)
        for key in (f"gap_gbp_{name}", f"gap_gbp.{name}", f"{name}.gap_gbp"):
            value = self.figures.fact_number(key)
            if value is not None:
                return value
        return None

    def same(self, one: str, other: str) -> bool | None:
        """Whether two scenarios' costs differ by no more than their gaps together; nothing if that cannot be said.

        A pack that says so itself is believed, so that the page and the findings never tell two stories.
        """
        told = self.figures.pack.alike(one, other)
        if told is not None:
            return told
        cost = self.cost()
        if cost is None or cost.value(one) is None or cost.value(other) is None:
            return None
        apart = abs((cost.value(one) or 0.0) - (cost.value(other) or 0.0))
        gaps = self.gap(one), self.gap(other)
        if gaps[0] is None or gaps[1] is None:
            return True if apart < 0.5 else None
        return apart <= gaps[0] + gaps[1] + self.rounding_gbp() + 0.005

    def rounding_gbp(self) -> float:
        """How far a difference of two costs and the sum of two gaps may be from the exact ones, because all four are rounded; pounds."""
        step = self.figures.fact_number("money_round_to_gbp")
        return 0.0 if self.figures.internal else 2 * (ROUNDED_GBP if step is None else step)

    def across(self, table: str, index: str, value: str = "") -> dict[str, dict[str, object]]:
        """Cells by scenario and by the label in ``index``; rows of totals keep their label. Empty if the table is not so made."""
        if not self.figures.has(table, index):
            return {}
        frame = self.figures.rows(table)
        if "scenario" in frame.columns:
            chosen = value if value in frame.columns else next((name for name in _VALUES if name in frame.columns and name != index), "")
            if not chosen:
                return {}
            found: dict[str, dict[str, object]] = {}
            for row in frame.to_dict("records"):
                name = self.named(str(row["scenario"]))
                if name:
                    found.setdefault(name, {}).setdefault(str(row[index]), row[chosen])
            return found
        if not all(name in frame.columns for name in self.names):
            return {}
        wanted = frame
        for column in ("measure", "fund", "line"):
            if column in frame.columns and column != index:
                first = value if value and value in set(frame[column].astype(str)) else str(frame[column].iloc[0])
                wanted = wanted[wanted[column].astype(str) == first]
        return {name: dict(zip(wanted[index].astype(str), wanted[name], strict=True)) for name in self.names}
