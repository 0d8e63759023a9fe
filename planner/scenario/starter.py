"""A scenario to begin from: a name that every system can keep, and a file that says what may be changed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from planner.errors import InputError, Problem, Problems, nearest
from planner.names import is_device
from planner.scenario.differences import shown
from planner.scenario.load import LoadedScenario, load_scenario

LONGEST_NAME: Final = 40
ENDINGS: Final = (".yaml", ".yml")

OFFERED: Final[tuple[tuple[str, str], ...]] = (
    ("options.offer", "what the model may open"),
    ("options.most_openings_per_year", "how many chosen options may open in one year"),
    ("demand.new_ehcps.growth_per_year", "0.05 is 5% more new EHCPs in the first year planned"),
    ("demand.early_help.effect", "EHCPs avoided for each early-help episode: an assumption to test"),
    ("travel.limit_minutes.primary", "longest journey one way, minutes"),
    ("money.optimism_bias", "0.24 makes every scheme's capital 24% dearer"),
)
"""The settings that a new scenario shows with the values that it begins with."""


def plain_name(text: str) -> str:
    """The name of a scenario without the ending of its file."""
    return next((text[: -len(ending)] for ending in ENDINGS if text.lower().endswith(ending)), text)


def name_problems(name: str) -> list[Problem]:
    """What is wrong with the name of a scenario, if anything: it becomes the name of a file and of a folder, on Windows too."""
    wrong = []
    if is_device(name):
        wrong.append(("Windows keeps this name for a device", "another name", f"Try '{name.split('.')[0].strip()}_scenario'."))
    if len(name) > LONGEST_NAME:
        wrong.append((f"the name has {len(name)} letters", f"at most {LONGEST_NAME}", f"Try '{name[:LONGEST_NAME].rstrip('._- ')}'."))
    if name.endswith((".", " ")):
        wrong.append(("the name ends with a point or a space, which Windows drops", "a name that ends with a letter or a figure", ""))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
        fit = words if re.fullmatch(r"[a-z][a-z0-9_]*", words) and not is_device(words) and len(words) <= LONGEST_NAME else ""
        expected = "small letters a to z, figures and _, beginning with a letter"
        if not any("point or a space" in one[0] for one in wrong):
            wrong.append(("the name holds a letter or sign that not every system can keep", expected, f"Try '{fit}'." if fit else ""))
    return [Problem(name or "NAME", 0, 0, "name", *one) for one in wrong]


def starter_text(name: str, parent: LoadedScenario) -> str:
    """A new scenario's file: the line for the editor, what it extends, a title, and what may be changed, switched off, with today's values."""
    title = name.replace("_", " ").capitalize()
    lines = [
        "# yaml-language-server: $schema=schema.json",
        f"extends: {parent.path.name}",
        f"title: {title if len(title) >= 3 else f'Scenario {name}'}",
        'description: ""',
        "",
        f"# Say only what differs from {parent.path.name}. The lines below change nothing until you take away '# ' in front of them,",
        "# with the lines above them that they stand under. The values are the ones that count now.",
    ]
    before: list[str] = []
    for dotted, meaning in OFFERED:
        parts = dotted.split(".")
        value: object = parent.scenario
        for part in parts:
            value = getattr(value, part)
        shared = next((place for place, (old, new) in enumerate(zip(before, parts[:-1], strict=False)) if old != new), len(before))
        lines += [f"# {'  ' * depth}{parts[depth]}:" for depth in range(min(shared, len(parts) - 1), len(parts) - 1)]
        text = shown(value) if value is not None else "null"
        lines.append(f"# {'  ' * (len(parts) - 1)}{parts[-1]}: {text}  # {meaning}")
        before = parts[:-1]
    return "\n".join(lines) + "\n"


def starter(name: str, folder: Path, parent: str) -> tuple[Path, str]:
    """Where a new scenario goes and what it says; nothing is written.

    Raises:
        InputError: if the name cannot be used, a file of that name is there already, or there is no such scenario to begin from.

    """
    name, parent = plain_name(name), plain_name(parent)
    problems = Problems(name_problems(name))
    known = {plain_name(path.name): path for path in sorted(folder.glob("*.y*ml"))} if folder.is_dir() else {}
    if name.lower() in {one.lower() for one in known}:
        problems.add(
            known[name].name if name in known else name,
            "",
            "this scenario is there already",
            fix="Choose another name; nothing is overwritten.",
        )
    if parent not in known:
        expected = f"one of {', '.join(known)}" if known else f"a folder of scenarios; {folder} holds none"
        problems.add(str(folder), "--from", f"there is no scenario '{parent}'", expected=expected, fix=nearest(parent, known))
    problems.raise_if_any()
    try:
        begin = load_scenario(known[parent])
    except InputError as error:
        raise InputError([*error.problems]) from error
    return folder / f"{name}.yaml", starter_text(name, begin)
