"""What the check found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing in the written answer that does not agree with the inputs or with itself."""

    rule: str
    table: str
    where: str
    wrong: str

    def __str__(self) -> str:
        """The finding as a sentence."""
        return f"{self.table}: {self.where}: {self.wrong} (rule {self.rule})"


@dataclass(frozen=True)
class CheckReport:
    """Every finding, how many things each rule tested, and the largest difference that was accepted.

    ``worst`` is in children for rules about children and in pounds for rules about money.
    """

    findings: tuple[Finding, ...]
    tested: dict[str, int]
    worst: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether nothing was found and something was tested."""
        return not self.findings and bool(self.tested)


@dataclass
class Notes:
    """Collects findings while the check runs."""

    findings: list[Finding] = field(default_factory=list)
    tested: dict[str, int] = field(default_factory=dict)
    worst: dict[str, float] = field(default_factory=dict)
    most_per_rule: int = 25

    def add(self, rule: str, table: str, where: str, wrong: str) -> None:
        """Note a finding; after many of one rule only the count goes on."""
        same = sum(1 for finding in self.findings if finding.rule == rule)
        if same < self.most_per_rule:
            self.findings.append(Finding(rule, table, where, wrong))

    def compare(self, rule: str, table: str, where: str, found: float, expected: float, within: float, unit: str) -> None:
        """Test that two numbers agree within a tolerance; NaN never agrees."""
        self.tested[rule] = self.tested.get(rule, 0) + 1
        difference = abs(found - expected)
        if difference <= within:
            self.worst[rule] = max(self.worst.get(rule, 0.0), difference)
        else:
            self.add(rule, table, where, f"{_shown(found, unit)} where {_shown(expected, unit)} was expected")

    def at_most(self, rule: str, table: str, where: str, found: float, limit: float, within: float, unit: str) -> None:
        """Test that a number is at most a limit; NaN never is."""
        self.tested[rule] = self.tested.get(rule, 0) + 1
        if found - limit <= within:
            self.worst[rule] = max(self.worst.get(rule, 0.0), found - limit, 0.0)
        else:
            self.add(rule, table, where, f"{_shown(found, unit)} where at most {_shown(limit, unit)} is allowed")

    def require(self, rule: str, table: str, where: str, good: bool, wrong: str) -> None:
        """Test that something holds."""
        self.tested[rule] = self.tested.get(rule, 0) + 1
        if not good:
            self.add(rule, table, where, wrong)

    def report(self) -> CheckReport:
        """The finished report."""
        return CheckReport(tuple(self.findings), dict(self.tested), dict(self.worst))


def _shown(value: float, unit: str) -> str:
    return f"£{value:,.2f}" if unit == "pounds" else f"{value:,.4f} {unit}".strip()
