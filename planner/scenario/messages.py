"""The schema's findings in a planner's words."""

from __future__ import annotations

import functools
import math
import re
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from planner.errors import Problem, as_number, digits, nearest
from planner.names import Year
from planner.scenario.schema import Scenario
from planner.scenario.sense import NonsenseError

ANY = "*"
"""Stands in a setting's path for a name that the planner gives: an option, a unit, a year."""


def _inside(annotation: Any) -> list[Any]:
    """The annotation itself, or what a choice of annotations (such as ``X | None``) offers."""
    if get_origin(annotation) in (Union, types.UnionType):
        return [one for part in get_args(annotation) for one in _inside(part)]
    return [annotation]


def _walk(model: type[BaseModel], path: tuple[str, ...]) -> list[tuple[str, ...]]:
    found = []
    for name, info in model.model_fields.items():
        here = (*path, name)
        found.append(here)
        for kind in _inside(info.annotation):
            of = get_args(kind)[-1] if get_origin(kind) in (dict, list) else kind
            if isinstance(of, type) and issubclass(of, BaseModel):
                found += _walk(of, (*here, ANY) if of is not kind else here)
    return found


@functools.cache
def settings() -> tuple[tuple[str, ...], ...]:
    """The path of every setting of a scenario; ``*`` stands for a name that the planner gives, or a place in a list."""
    return tuple(_walk(Scenario, ()))


def is_setting(name: str) -> bool:
    """Whether a dotted name is a setting of the program, rather than a name that the planner gives."""
    return any(len(path) == len(parts) and all(one in (ANY, part) for one, part in zip(path, parts, strict=True)) and path[-1] != ANY
               for parts in [tuple(name.split("."))] for path in settings())  # fmt: skip


def may_be_nothing(name: str) -> bool:
    """Whether a setting may stand with nothing after it."""
    model: Any = Scenario
    for part in name.split("."):
        info = model.model_fields.get(part) if isinstance(model, type) and issubclass(model, BaseModel) else None
        if info is None:
            return False
        kinds = _inside(info.annotation)
        model = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return type(None) in kinds


def _names_at(location: tuple[Any, ...]) -> list[str]:
    """Give the names that may stand where the unknown one stands."""
    above = location[:-1]
    return [
        path[-1]
        for path in settings()
        if len(path) == len(location) and all(one in (ANY, str(part)) for one, part in zip(path, above, strict=False))
    ]


def _elsewhere(name: str) -> str:
    """A sentence saying where a setting of this name belongs, if the program has one."""
    if "." in name:
        return f"Dots are not read: write '{name.rpartition('.')[2]}' indented under '{name.rpartition('.')[0]}'."
    homes = [path[:-1] for path in settings() if path[-1] == name]
    if not homes:
        return ""
    if not homes[0]:
        return "It is not part of a group: write it without an indent."
    return f"It belongs under '{'.'.join(homes[0])}': indent it there."


def as_year(text: str) -> str:
    """A year written in another way (``2026-27``, ``2026/2027``, ``26/27``, ``2026``), as it is to be written; empty if unclear."""
    found = re.fullmatch(r"(?:20)?(\d{2})(?:\s*[-/–]\s*(?:20)?(\d{1,2}))?", text.strip())
    if found is None:
        return ""
    first = int(found[1])
    if found[2] is not None and int(found[2]) + 1 == first:
        first = int(found[2])
    return str(Year(2000 + first))


def _share(value: Any, context: Mapping[str, Any]) -> str:
    """What to write for a number above its bound that is a percentage."""
    most, least = context.get("le"), context.get("ge", -1)
    if not isinstance(most, int | float) or most > 3 or not isinstance(value, int | float) or isinstance(value, bool):
        return ""
    if value > 1 and least <= value / 100 <= most:
        return f"Write a share: {digits(value / 100)} for {value:g}%."
    if value <= 1 and least <= value / 10 <= most:
        return f"A share is written so that 1% is 0.01: {digits(value / 10)} is {value * 10:g}%."
    return ""


def _fix(kind: str, context: Mapping[str, Any], value: Any, name: str) -> str:
    """What to write instead, where that can be told."""
    last = name.rpartition(".")[2]
    if kind in ("literal_error", "enum") and isinstance(value, str):
        return nearest(value, re.findall(r"'([^']*)'", str(context.get("expected", ""))))
    if kind == "less_than_equal" and name == "years" and value > 1900:
        return "Write how many years are planned, such as 10, and the year of the census under base_year."
    if kind == "less_than_equal":
        return _share(value, context)
    if kind in ("float_type", "int_type") and isinstance(value, str):
        number = as_number(value)
        return f"Write {number}." if number else "Write the number without quotes." if value.strip() == "" else ""
    if kind == "int_from_float" or (kind == "int_type" and isinstance(value, float)):
        return f"Write {round(value)}." if math.isfinite(value) else "Write a whole number."
    if kind == "bool_type":
        word = str(value).lower()
        known = {"yes": "true", "no": "false", "on": "true", "off": "false", "1": "true", "0": "false"}
        return f"Write {known[word]}." if word in known else nearest(word, ("true", "false"))
    if kind in ("model_type", "dict_type") and isinstance(value, str):
        found = re.fullmatch(r"(\w+)\s*:?\s*(.+)", value.strip())
        return f"Write '{found[1]}: {found[2]}', with a space after the colon." if found else ""
    if kind == "list_type" and isinstance(value, str | int | float):
        return f"Write [{value}]."
    if kind in ("string_pattern_mismatch", "string_type", "value_error") and (name == "county" or not isinstance(value, list | dict)):
        return _fix_text(value, last, name)
    return ""


def _fix_text(value: Any, last: str, name: str) -> str:
    if name == "county":
        slug = re.sub(r"[^a-z0-9]+", "_", str(value).lower()).strip("_")
        return f"Write {slug}." if slug else ""
    year = as_year(str(value)) if "year" in last or last == "until" or "_by_year" in name else ""
    if year:
        return f"Write {year}."
    return f"Write '{value}', in quotes." if not isinstance(value, str) and value is not None else ""


def _words(kind: str, context: Mapping[str, Any], value: Any) -> tuple[str, str]:
    """What is wrong and what was expected, for one kind of finding."""
    shown = "nothing" if value is None else f"'{value}'" if isinstance(value, str) else "a list" if isinstance(value, list) else f"{value}"
    shown = "a group of settings" if isinstance(value, dict) else shown
    group = (f"{shown} is not a group of settings", "settings indented under this name")
    least = (f"{shown} is too small", f"at least {context.get('ge')}")
    whole = (f"{shown} is not a whole number", "a whole number")
    pattern = str(context.get("pattern", ""))
    form = (
        "a year written like 2026/27" if r"\d{4}/" in pattern else "small letters, digits and underscores, as the folder in data/ is named"
    )
    table = {
        "greater_than_equal": least,
        "greater_than": (f"{shown} is too small", f"more than {context.get('gt')}"),
        "less_than_equal": (f"{shown} is too large", f"at most {context.get('le')}"),
        "float_type": (f"{shown} is not a number", "a number, digits only, with a point for decimals"),
        "finite_number": (f"{shown} is not a finite number", "a finite number"),
        "int_type": whole,
        "int_from_float": whole,
        "bool_type": (f"{shown} is neither true nor false", "true or false"),
        "string_type": (f"{shown} is not a word or text", "text; put a number or a date in quotes"),
        "string_pattern_mismatch": (f"{shown} is not written as it should be", form),
        "string_too_short": (f"{shown} is too short", f"at least {context.get('min_length')} letters"),
        "string_too_long": ("the text is too long", f"at most {context.get('max_length')} letters"),
        "list_type": (f"{shown} is not a list", "a list, such as [resource_centre, contact_base]"),
        "too_short": ("the list is empty", f"at least {context.get('min_length')} entries"),
        "dict_type": group,
        "model_type": group,
        "model_attributes_type": group,
        "missing": ("this setting is missing", "a value"),
        "literal_error": (f"{shown} is not one of the choices", str(context.get("expected"))),
        "enum": (f"{shown} is not one of the choices", str(context.get("expected"))),
        "value_error": (str(context.get("error", "the value is wrong")), ""),
    }
    return table.get(kind, (f"{shown} cannot be used here", ""))


def problem_at(name: str, origins: Mapping[str, Any], file: str, wrong: str, expected: str = "", fix: str = "") -> Problem:
    """A problem at the place that set a value, or at the nearest place above it."""
    at = name
    while at and at not in origins:
        at = at.rpartition(".")[0]
    origin = origins.get(at)
    place: tuple[str, int, int] = (origin.file, origin.line, origin.column) if origin else (file, 1, 0)
    if origin and at == name and wrong.startswith("'") and wrong.endswith("not a group of settings") and origin.value_line > origin.line:
        place = (origin.file, origin.value_line, 0)
    return Problem(*place, name, wrong, expected, fix)


def _beside(data: Any, location: tuple[Any, ...]) -> list[str]:
    """Other names that stand where this one stands."""
    for part in location[:-1]:
        data = data.get(part, {}) if isinstance(data, dict) else {}
    return [str(key) for key in data if key != location[-1]] if isinstance(data, dict) else []


def explain_error(error: ValidationError, data: Any, origins: Mapping[str, Any], file: str) -> list[Problem]:
    """Every finding of the schema as a problem with its file and line, in the order of the file."""
    found = []
    for item in error.errors(include_url=False):
        location = tuple(part for part in item["loc"] if part != "[key]")
        name = ".".join(str(part) for part in location)
        context = dict(item.get("ctx", {}))
        kind, value = str(item["type"]), item.get("input")
        cause = context.get("error")
        if isinstance(cause, NonsenseError):
            found += [problem_at(one.name, origins, file, one.wrong, one.expected, one.fix) for one in cause.findings]
            continue
        if kind == "extra_forbidden":
            known = _names_at(location)
            wrong, expected = "this name is not known here", f"one of {', '.join(known)}" if known else ""
            last = str(location[-1])
            homes = _elsewhere(last)
            fix = homes if homes and last not in known else nearest(last, known)
        else:
            wrong, expected = _words(kind, context, value)
            fix = _fix(kind, context, value, name)
            if kind == "model_type" and value is None and not is_setting(name):
                fix = nearest(str(location[-1]), _beside(data, location))
            if kind == "missing":
                fix = f"Add a line '{location[-1]}: ' with its value{'' if len(location) < 2 else ', indented under ' + '.'.join(map(str, location[:-1]))}."
        found.append(problem_at(name, origins, file, wrong, expected, fix))
    return once_each(found)


def once_each(found: list[Problem]) -> list[Problem]:
    """One slip of a name shows as an unknown and a missing or empty setting; say it once."""
    unknown = [item for item in found if item.wrong.startswith("this name") and "'" in item.fix]
    meant = {(item.where.rpartition(".")[0], item.fix.split("'")[1]) for item in unknown}
    homes = {item.fix.split("'")[1] for item in unknown if item.fix.startswith("It belongs")}
    return [
        item
        for item in found
        if not (
            item.wrong.startswith("this setting is missing") and (item.where.rpartition(".")[0], item.where.rpartition(".")[2]) in meant
        )
        and not (item.wrong.startswith("nothing is ") and item.where in homes)
    ]
