"""The vocabulary of the model: needs, phases, provision types, funds, cost lines and years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    """A stage of education; children move up through the phases in this order."""

    EARLY_YEARS = "early_years"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    POST_16 = "post_16"


PHASES: Final[tuple[str, ...]] = tuple(phase.value for phase in Phase)
"""Phases in the order in which a child moves through them."""

PHASE_AGES: Final[dict[str, tuple[int, int]]] = {
    "early_years": (0, 4),
    "primary": (5, 10),
    "secondary": (11, 15),
    "post_16": (16, 25),
}
"""First and last age in January of each phase, years."""


class Need(StrEnum):
    """A primary type of need as the SEN2 return and the school census record it."""

    SPLD = "SPLD"
    MLD = "MLD"
    SLD = "SLD"
    PMLD = "PMLD"
    SEMH = "SEMH"
    SLCN = "SLCN"
    HI = "HI"
    VI = "VI"
    MSI = "MSI"
    PD = "PD"
    ASD = "ASD"
    DS = "DS"
    OTH = "OTH"
    NSA = "NSA"


NEEDS: Final[tuple[str, ...]] = tuple(need.value for need in Need)

NEED_TITLES: Final[dict[str, str]] = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "ASD": "Autistic spectrum disorder",
    "DS": "Down syndrome",
    "OTH": "Other difficulty",
    "NSA": "Need not yet assessed or not recorded",
}


class ProvisionType(StrEnum):
    """A kind of provision that can meet a child's needs."""

    MAINSTREAM_SUPPORT = "mainstream_support"
    CONTACT_BASE = "contact_base"
    RESOURCE_CENTRE = "resource_centre"
    STATE_SPECIAL = "state_special"
    INDEPENDENT_SPECIAL = "independent_special"
    EARLY_YEARS_SETTING = "early_years_setting"
    FURTHER_EDUCATION = "further_education"
    ALTERNATIVE_PROVISION = "alternative_provision"
    EDUCATED_ELSEWHERE = "educated_elsewhere"


WAITING: Final = "waiting"
"""Stands where a provision type stands, for a child with an EHCP who has no place yet."""

PROVISION_TYPES: Final[tuple[str, ...]] = tuple(kind.value for kind in ProvisionType)
SITUATIONS: Final[tuple[str, ...]] = (*PROVISION_TYPES, WAITING)
"""Where a child with an EHCP can be: the provision types in order, then waiting (the last)."""

PROVISION_TITLES: Final[dict[str, str]] = {
    "mainstream_support": "Mainstream school with support",
    "contact_base": "Contact base",
    "resource_centre": "Resource centre",
    "state_special": "State special school",
    "independent_special": "Independent or non-maintained special school",
    "early_years_setting": "Early-years setting",
    "further_education": "Further education and post-16 college",
    "alternative_provision": "Alternative provision",
    "educated_elsewhere": "Educated elsewhere",
    "waiting": "Waiting for a place",
}


class Fund(StrEnum):
    """Whose money pays for a line."""

    HIGH_NEEDS = "high_needs_block"
    GENERAL = "council_general_fund"
    CAPITAL = "capital"


FUND_TITLES: Final[dict[str, str]] = {
    "high_needs_block": "High needs block",
    "council_general_fund": "Council general fund",
    "capital": "Capital",
}


class Line(StrEnum):
    """A line of cost. Each belongs to one fund."""

    PLACE_FUNDING = "place_funding"
    TOP_UP = "top_up"
    INDEPENDENT_FEES = "independent_fees"
    MAINSTREAM_SUPPORT = "mainstream_support"
    OTHER_PLACEMENTS = "other_placements"
    EARLY_HELP = "early_help"
    RUNNING_COST = "running_cost"
    INTERIM_TUITION = "interim_tuition"
    TRANSPORT = "transport"
    CAPITAL = "capital"


LINES: Final[tuple[str, ...]] = tuple(line.value for line in Line)

LINE_FUND: Final[dict[str, str]] = {
    **dict.fromkeys(LINES, Fund.HIGH_NEEDS.value),
    "transport": Fund.GENERAL.value,
    "capital": Fund.CAPITAL.value,
}
"""The fund that pays for each line."""

LINE_TITLES: Final[dict[str, str]] = {
    "place_funding": "Place funding",
    "top_up": "Top-up in resource centres and state special schools",
    "independent_fees": "Independent and non-maintained school fees",
    "mainstream_support": "Top-up in mainstream schools and early-years settings",
    "other_placements": "Colleges, alternative provision and other placements",
    "early_help": "Early-help episodes in contact bases",
    "running_cost": "Fixed running cost of bases and schools",
    "interim_tuition": "Interim tuition for children waiting",
    "transport": "Home-to-school transport",
    "capital": "Capital",
}


SECTION_251_TITLES: Final[dict[str, str]] = {
    "1.0.2": "High needs place funding",
    "1.2.1": "Top-up funding, maintained schools",
    "1.2.2": "Top-up funding, academies, free schools and colleges",
    "1.2.3": "Top-up and other funding, non-maintained and independent providers",
    "1.2.4": "Additional high needs targeted funding for mainstream schools and academies",
    "1.2.5": "SEN support services",
    "1.2.6": "Hospital education services",
    "1.2.7": "Other alternative provision services",
    "1.2.8": "Support for inclusion",
    "1.2.9": "Special schools and pupil referral units in financial difficulty",
    "1.2.10": "PFI and BSF costs at special schools, alternative provision and post-16",
    "1.2.11": "Direct payments (SEN and disability)",
    "1.2.13": "Therapies and other health related services",
    "1.4.11": "SEN transport inside the schools budget (historic commitments)",
    "2.1.4": "Home to school transport, pre-16: SEN transport",
    "2.1.6": "Home to post-16 provision: SEN transport",
}
"""What lines of the Section 251 statement are called, for people who read a code. The lines 1.x are as the Department for Education's
benchmarking service reads them; 2.1.6 is an assumption to be confirmed against the statement of the year."""

NOT_IN_SECTION_251: Final[dict[str, str]] = {
    "capital": "Capital spending: the budget statement's lines for high needs and transport are revenue",
}
"""Lines of cost that have no Section 251 line, and why. Every other line of a county has one, or its ledger rows say nothing."""


class OptionKind(StrEnum):
    """What an option does."""

    RESOURCE_CENTRE = "resource_centre"
    CONTACT_BASE = "contact_base"
    EXPAND_SPECIAL = "expand_special"
    NEW_SPECIAL = "new_special"
    INDEPENDENT_BLOCK = "independent_block"
    CLOSE_UNIT = "close_unit"


OPTION_KINDS: Final[tuple[str, ...]] = tuple(kind.value for kind in OptionKind)

OPTION_KIND_TITLES: Final[dict[str, str]] = {
    "resource_centre": "Open a resource centre",
    "contact_base": "Open a contact base",
    "expand_special": "Expand a special school",
    "new_special": "Build a special school",
    "independent_block": "Buy a block of independent places",
    "close_unit": "Close a unit to new children",
}

_YEAR = re.compile(r"(\d{4})/(\d{2})")


@dataclass(frozen=True, order=True)
class Year:
    """An academic year (September to August) or a financial year (April to March), by the calendar year it starts in."""

    start: int

    @classmethod
    def parse(cls, text: str) -> Year:
        """The year written as ``2026/27``.

        Raises:
            ValueError: if the text is not two consecutive years written that way.

        """
        match = _YEAR.fullmatch(text.strip())
        if match is None or (int(match[1]) + 1) % 100 != int(match[2]):
            raise ValueError(f"'{text}' is not a year written like 2026/27")
        return cls(int(match[1]))

    def __str__(self) -> str:
        """The year as it is written everywhere: ``2026/27``."""
        return f"{self.start}/{(self.start + 1) % 100:02d}"

    def __add__(self, years: int) -> Year:
        """The year so many years later."""
        return Year(self.start + years)

    def __sub__(self, other: Year) -> int:
        """How many years after the other year this one starts."""
        return self.start - other.start


DEVICES: Final = frozenset(
    {"con", "prn", "aux", "nul", "conin$", "conout$"} | {f"{word}{mark}" for word in ("com", "lpt") for mark in "0123456789¹²³"}
)
"""Names that Windows keeps for devices: no file or folder can have one, whatever follows the first dot."""


def is_device(name: str) -> bool:
    """Whether Windows keeps a name of a file or folder for a device."""
    return name.split(".")[0].strip().lower() in DEVICES
