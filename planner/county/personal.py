"""Signs that a table holds data about single children: such a table is refused, and what it holds is never shown."""

from __future__ import annotations

import re
from typing import Final

from planner.errors import looks_personal

ABOUT_CHILDREN: Final = frozenset({"areas", "population", "small_areas", "stock", "entrants", "sen_support"})
"""Tables of children, where a postcode or a date can only be a child's."""

ADVICE: Final = "Remove it: the tables hold groups of children, never one child. What was found is not shown here."

_HEADERS = re.compile(
    r"(pupil|child|student|learner|first|last|middle|full|given|family|known|former|legal|preferred|parent|carer)?_?"
    r"(upn|uln|forenames?|surname|name|known_as|initials|nhs_?(number|no)?|pupil_(number|no|id)|child_id|unique_pupil_number|"
    r"dob|d_o_b|date_of_birth|birth_?date|birthday|birth_date|post_?code|home_address|address(_line)?_?\d?|email|phone|telephone|ni_number)"
)
_POSTCODE = re.compile(r"(?<![A-Z0-9])[A-Z]{1,2}\d[A-Z\d]?\s?\d[ABD-HJLNP-UW-Z]{2}(?![A-Z0-9])")
_DATE = re.compile(r"(?<!\d)(\d{1,2}[/.-]\d{1,2}[/.-](19|20)\d{2}|(19|20)\d{2}-\d{2}-\d{2})(?!\d)")


def personal_header(name: str) -> bool:
    """Whether a column of this name would tell of single children."""
    plain = re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")
    return _HEADERS.fullmatch(plain) is not None


def personal_value(table: str, text: str) -> str:
    """What a cell looks like if it looks like data about one child: its kind in words; empty if it does not."""
    if len(text) < 5:
        return ""
    if looks_personal(text):
        return "a unique pupil number"
    if table not in ABOUT_CHILDREN:
        return ""
    if _POSTCODE.search(text):
        return "a full postcode"
    return "a date, perhaps of birth" if _DATE.search(text) else ""
