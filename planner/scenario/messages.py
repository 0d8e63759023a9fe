"""The schema's findings in a planner's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.errors import Problem, nearest
from planner.scenario.schema import Scenario


def _fields_at(location: tuple[Any, ...]) -> list[str]:
    """Give the names that may stand where the unknown one stands."""
    model: Any = Scenario
    by_name = False
    for part in location[:-1]:
        if by_name:
            by_name = False
            continue
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            return []
        info = model.model_fields.get(str(part))
        if info is None:
            return []
        by_name = str(info.annotation).startswith("dict")
        inner = (info.annotation, *getattr(info.annotation, "__args__", ()))
        model = next((kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _words(kind: str, context: Mapping[str, Any], value: Any) -> tuple[str, str, str]:
    """What is wrong, what was expected and what to do, for one kind of finding."""
    shown = "nothing" if value is None else f"'{value}'" if isinstance(value, str) else f"{value}"
    fix = ""
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 1 and context.get("le") in (1, 0.2, 0.5):
        fix = f"Write a share: {value / 100:g} for {value:g}%."
    table = {
        "greater_than_equal": (f"{shown} is too small", f"at least {context.get('ge')}"),
        "greater_than": (f"{shown} is too small", f"more than {context.get('gt')}"),
        "less_than_equal": (f"{shown} is too large", f"at most {context.get('le')}"),
        "float_type": (f"{shown} is not a number", "a number"),
        "finite_number": (f"{shown} is not a finite number", "a finite number"),
        "int_type": (f"{shown} is not a whole number", "a whole number"),
        "int_from_float": (f"{shown} is not a whole number", "a whole number"),
        "bool_type": (f"{shown} is neither true nor false", "true or false"),
        "string_type": (f"{shown} is not a word or text", "text; put a number or a date in quotes"),
        "string_pattern_mismatch": (f"{shown} is not written as it should be", f"text of the form {context.get('pattern')}"),
        "string_too_short": (f"{shown} is too short", f"at least {context.get('min_length')} letters"),
        "string_too_long": ("the text is too long", f"at most {context.get('max_length')} letters"),
        "list_type": (f"{shown} is not a list", "a list, such as [resource_centre, contact_base]"),
        "too_short": ("the list is empty", f"at least {context.get('min_length')} entries"),
        "dict_type": (f"{shown} is not a group of settings", "settings indented under this name"),
        "model_type": (f"{shown} is not a group of settings", "settings indented under this name"),
        "model_attributes_type": (f"{shown} is not a group of settings", "settings indented under this name"),
        "missing": ("this setting is missing", "a value"),
        "literal_error": (f"{shown} is not one of the choices", str(context.get("expected"))),
        "enum": (f"{shown} is not one of the choices", str(context.get("expected"))),
        "value_error": (str(context.get("error", "the value is wrong")), ""),
    }
    wrong, expected = table.get(kind, (f"{shown} cannot be used here", ""))
    return wrong, expected, fix


def explain_error(error: ValidationError, data: Any, origins: Mapping[str, Any], file: str) -> list[Problem]:
    """Every finding of the schema as a problem with its file and line, in the order of the file."""
    found = []
    for item in error.errors(include_url=False):
        location = tuple(part for part in item["loc"] if part != "[key]")
        name = ".".join(str(part) for part in location)
        context = dict(item.get("ctx", {}))
        if not name and "error" in context:
            name = str(context["error"]).split(" ", 1)[0]
        at = name
        while at and at not in origins:
            at = at.rpartition(".")[0]
        origin = origins.get(at)
        kind, value = str(item["type"]), item.get("input")
        if kind == "extra_forbidden":
            known = _fields_at(location)
            wrong, expected = "this name is not known here", f"one of {', '.join(known)}" if known else ""
            fix = nearest(str(location[-1]), known)
        else:
            wrong, expected, fix = _words(kind, context, value)
            if kind in ("literal_error", "enum") and isinstance(value, str):
                fix = nearest(value, str(context.get("expected", "")).replace("'", "").replace(" or ", ", ").split(", "))
        found.append(
            Problem(
                origin.file if origin else file, origin.line if origin else 1, origin.column if origin else 0, name, wrong, expected, fix
            )
        )
    return _pair_slips(found)


def _pair_slips(found: list[Problem]) -> list[Problem]:
    """One slip of a name shows as an unknown and a missing setting; say it once."""
    unknown = [item for item in found if item.wrong.startswith("this name") and item.fix]
    meant = {item.where.rpartition(".")[0] + "|" + item.fix.split("'")[1] for item in unknown if "'" in item.fix}
    return [
        item
        for item in found
        if not (
            item.wrong.startswith("this setting is missing")
            and item.where.rpartition(".")[0] + "|" + item.where.rpartition(".")[2] in meant
        )
    ]
