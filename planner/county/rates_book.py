"""A county's prices: dated, sourced YAML files, one block a line of cost."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import yaml

from planner.county.county import RATE_BASES, Rate
from planner.errors import Problems, nearest
from planner.names import LINES, NEEDS, PHASES, SITUATIONS, Year

_SELECTORS = {"provision_type": SITUATIONS, "phase": PHASES, "need": NEEDS, "band": (), "unit": ()}
_RATE_KEYS = ("value_gbp", *_SELECTORS, "price_year", "source", "quality")
_BLOCK_KEYS = ("line", "per", "section_251", "description", "rates")


def read_rates(folder: Path, problems: Problems, hashes: dict[str, str]) -> tuple[Rate, ...]:
    """Every rate in ``rates/*.yaml``, in the order of files and lines; problems are noted, and hashes filled in."""
    import hashlib

    rates: list[Rate] = []
    paths = sorted((folder / "rates").glob("*.yaml")) if (folder / "rates").is_dir() else []
    if not paths:
        problems.add("rates", "", "the folder rates holds no prices", expected="YAML files with blocks of rates")
    for path in paths:
        name = f"rates/{path.name}"
        raw = path.read_bytes()
        hashes[name] = hashlib.sha256(raw).hexdigest()
        try:
            node = yaml.compose(raw.decode("utf-8-sig"), Loader=yaml.SafeLoader)
            data = yaml.safe_load(raw.decode("utf-8-sig"))
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            problems.add(name, "", f"the file is not valid YAML in UTF-8: {error}")
            continue
        blocks = data.get("blocks") if isinstance(data, dict) else None
        if not isinstance(blocks, list) or node is None:
            problems.add(name, "blocks", "the file has no list of blocks", line=1)
            continue
        block_nodes = next(value for key, value in node.value if key.value == "blocks").value
        for block, at in zip(blocks, block_nodes, strict=True):
            rates.extend(_block(name, block, at, problems))
    return tuple(rates)


def _known(file: str, line: int, where: str, found: Any, allowed: tuple[str, ...], problems: Problems) -> bool:
    if found in allowed:
        return True
    problems.add(
        file, where, f"'{found}' is not known", line=line, expected=f"one of {', '.join(allowed)}", fix=nearest(str(found), allowed)
    )
    return False


def _block(file: str, block: Any, node: yaml.Node, problems: Problems) -> list[Rate]:
    line = node.start_mark.line + 1
    if not isinstance(block, dict) or not isinstance(block.get("rates"), list):
        problems.add(file, "blocks", "a block needs line, per and a list of rates", line=line)
        return []
    for key in block:
        _known(file, line, "block", key, _BLOCK_KEYS, problems)
    good = _known(file, line, "line", block.get("line"), LINES, problems) and _known(
        file, line, "per", block.get("per"), tuple(RATE_BASES), problems
    )
    items = next(value for key, value in node.value if key.value == "rates").value
    return [rate for item, at in zip(block["rates"], items, strict=True) if good and (rate := _rate(file, block, item, at, problems))]


def _rate(file: str, block: dict[str, Any], item: Any, node: yaml.Node, problems: Problems) -> Rate | None:
    line = node.start_mark.line + 1
    before = len(problems.found)
    if not isinstance(item, dict):
        problems.add(file, "rates", "a rate needs value_gbp, price_year, source and quality", line=line)
        return None
    keys = [key.value for key, _ in node.value]
    for key in keys:
        _known(file, line, "rate", key, _RATE_KEYS, problems)
        if keys.count(key) > 1:
            problems.add(file, f"rate {key}", "this key stands twice", line=line)
    value = item.get("value_gbp")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        problems.add(file, "value_gbp", f"'{value}' is not a number", line=line, expected="pounds, digits only")
    for name, allowed in _SELECTORS.items():
        if allowed and item.get(name, "*") != "*":
            _known(file, line, name, item[name], allowed, problems)
    try:
        Year.parse(str(item.get("price_year", "")))
    except ValueError as error:
        problems.add(file, "price_year", str(error), line=line)
    _known(file, line, "quality", item.get("quality"), ("red", "amber", "green"), problems)
    if not str(item.get("source", "")).strip():
        problems.add(file, "source", "the rate has no source", line=line, expected="a source, or the word assumption")
    if len(problems.found) > before:
        return None
    selectors = {name: str(item.get(name, "*")) for name in _SELECTORS}
    return Rate(
        line=block["line"], per=block["per"], value_gbp=float(item["value_gbp"]), **selectors, price_year=str(item["price_year"]),
        source=str(item["source"]), quality=str(item["quality"]), section_251=str(block.get("section_251") or ""), file=file, row=line,
    )  # fmt: skip
