"""The same question asked again: with rows in another order, another seed, more threads, or just once more."""

from __future__ import annotations

import hashlib
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from planner.check.replay import check_tables
from planner.report.write import write_table
from planner.run import all_tables, build, prepare
from planner.scenario.load import load_scenario
from planner.solve.run import solve
from tests.strategies import merged


@dataclass(frozen=True)
class Told:
    """What a run tells: the bytes of every result table by a digest, the objective of each aim, the gap asked for, tables with a negative zero,
    and the largest differences that the check let pass, in children and in pounds."""

    tables: dict[str, str]
    values: dict[str, float]
    gap: float
    negative_zeros: tuple[str, ...]
    passed: bool
    children_off: float
    pounds_off: float


def ask(scenario: Path, data: Path, scratch: Path, **keys: Any) -> Told:
    """Work a scenario out from its files, with some keys changed, and write its tables as a run does."""
    whole = merged(load_scenario(scenario).scenario.model_dump(mode="json"), keys)
    path = scratch / scenario.name
    path.write_text(yaml.safe_dump(whole), encoding="utf-8")
    case = prepare(path, data, lambda text: None)
    model = build(case)
    answer = solve(model.program, case.loaded.scenario)
    if answer.values is None:
        raise AssertionError(f"no plan: {answer.record.outcome}")
    digests, negative = {}, []
    tables = all_tables(case, model, answer, answer.values).tables
    for name, frame in tables.items():
        file = scratch / f"{name}.csv"
        write_table(file, frame)
        digests[name] = hashlib.sha256(file.read_bytes()).hexdigest()
        cells = [cell for line in file.read_text(encoding="utf-8").splitlines()[1:] for cell in line.split(",")]
        if any(cell.startswith("-") and not cell.strip("-0.") for cell in cells):
            negative.append(name)
    aims = model.program.aims
    values = {name: float(aim.costs @ answer.values) + aim.constant for name, aim in aims.items()}
    parts = (case.loaded.scenario, case.county, case.demand, case.arcs, case.rates, case.programme)
    report = check_tables(tables, *parts, values["cost"] - values["broken_limits"], values["broken_limits"])
    in_pounds = ("ledger", "two_clocks", "appraisal", "financial_year", "dsg", "broken", "capital", "high_needs_limit", "slack")
    worst = dict.fromkeys((True, False), 0.0)
    for rule, value in report.worst.items():
        if rule != "placements":  # whole children there, so that it may be up to one from the exact figure
            worst[rule.startswith(in_pounds)] = max(worst[rule.startswith(in_pounds)], value)
    return Told(digests, values, case.loaded.scenario.solve.gap, tuple(negative), report.passed, worst[False], worst[True])


def shuffled(county: Path, target: Path, seed: int) -> Path:
    """The county with the rows of every table in another order; the order of files in ``rates`` and of what is in them is meant and stays."""
    chance = random.Random(seed)
    shutil.copytree(county, target)
    for file in sorted(target.glob("*.csv")):
        head, *rows = file.read_text(encoding="utf-8").splitlines()
        chance.shuffle(rows)
        file.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return target


def differing(one: Told, other: Told) -> list[str]:
    """Tables that are not the same, byte by byte."""
    return [name for name in one.tables if one.tables[name] != other.tables.get(name)]


def apart(one: float, other: float) -> float:
    """How far two objectives are apart, as a share."""
    return abs(one - other) / max(abs(one), abs(other), 1e-9)
