"""The words of a page that a parent or a councillor may not know, each with its meaning; and what shorthand means."""

from __future__ import annotations

from typing import Final

from planner.publish.pack import MARKS

GLOSSARY: Final[tuple[tuple[str, str], ...]] = (
    ("Academic year", "September to August. Places and children are planned by academic year."),
    ("Child-year", "One child for one academic year. Two children who each wait for half a year make one child-year of waiting."),
    ("Contact base", "A staffed room in a mainstream school that helps children early, before they need an EHCP."),
    ("Dedicated schools grant (DSG)", "The grant from government that pays for schools and for special educational needs."),
    ("Early help", "A set of sessions in a contact base for a child on special educational needs support who has no EHCP."),
    ("EHCP", "Education, Health and Care plan: says what a child or young person with special educational needs must be given."),
    ("Financial year", "April to March. Money is counted by financial year."),
    ("High needs block", "The part of the dedicated schools grant that pays for special educational needs."),
    ("Independent school", "Here, an independent or non-maintained special school that the council pays fees to."),
    ("Mitigated and unmitigated", "With the actions of this plan, and with nothing more done."),
    ("Net present value", "What an option saves less what it costs, each year’s money in today’s value."),
    ("Optimism bias", "An amount added to building costs because they are often guessed too low."),
    ("Present value", "All years’ money in today’s value: a pound next year counts for less than a pound now. The rate is the Green Book’s."),
    ("Proven gap", "How much better another plan could be at most. The search proves it; a gap of nothing means that the plan is the best."),
    ("Resource centre", "Places in a mainstream school for children with an EHCP, with specialist staff."),
    ("Section 251", "The return in which councils report what they spend on schools; each cost line carries its line number."),
    ("Top-up", "Money for one child’s extra needs, on top of what the place itself is paid."),
    ("Waiting", "A child with an EHCP who has no suitable place yet. Interim tuition is paid for meanwhile."),
)  # fmt: skip
"""Terms in the order of the alphabet."""

COMPARE_TERMS: Final[tuple[tuple[str, str], ...]] = (
    ("Base scenario", "The scenario that all others are compared with."),
    ("Bridge", "The difference between two scenarios, split by cause. Each cause’s share is the mean over every order of the causes."),
    ("Interaction", "The part of a difference that arises only because several causes act together."),
    ("No clear difference", "Two scenarios differ by less than their proven gaps together, so that either could be the better one."),
)
"""Terms that only a comparison needs."""


def glossary(*, compare: bool = False) -> tuple[tuple[str, str], ...]:
    """The terms of a page in the order of the alphabet, then the shorthand that tables use."""
    terms = sorted((*GLOSSARY, *(COMPARE_TERMS if compare else ())), key=lambda term: term[0].lower())
    return (*terms, *((f"[{code}]", meaning[:1].upper() + meaning[1:] + ".") for code, meaning in MARKS.items()))
