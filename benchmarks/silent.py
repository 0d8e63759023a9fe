"""Random single edits of the shipped scenarios: no slip of the keyboard may change an answer without being seen.

``python -m benchmarks.silent --examples 2000``. Each edit (an indent, a letter deleted, inserted or replaced, lines swapped, doubled or
removed) must end in a message, or show in the list of what the scenario changes, or leave the scenario as it was.
"""

from __future__ import annotations

import argparse
import random
import shutil
import string
import tempfile
import time
from collections import Counter
from pathlib import Path

from planner.county.agree import check_names
from planner.county.county import County
from planner.county.read import read_county
from planner.errors import InputError
from planner.scenario.differences import base_name, differences
from planner.scenario.load import LoadedScenario, load_scenario

ROOT = Path(__file__).resolve().parent.parent
LETTERS = string.ascii_letters + string.digits + " :-#'\"[]{},._\t\n&*!%£"
KINDS = ("indent", "outdent", "delete", "insert", "replace", "swap lines", "double a line", "remove a line", "swap letters", "join lines")


def edited(text: str, kind: str, chance: random.Random) -> str:
    """The text with one edit of this kind at a random place."""
    at = chance.randrange(len(text))
    lines = text.splitlines(keepends=True)
    row = chance.randrange(len(lines) - 1)
    if kind == "indent":
        lines[row] = " " * chance.choice((1, 2, 4)) + lines[row]
    elif kind == "outdent":
        lines[row] = lines[row][min(chance.choice((1, 2)), len(lines[row]) - len(lines[row].lstrip(" "))) :]
    elif kind == "swap lines":
        lines[row], lines[row + 1] = lines[row + 1], lines[row]
    elif kind == "double a line":
        lines.insert(row, lines[row])
    elif kind == "remove a line":
        del lines[row]
    elif kind == "join lines":
        lines[row] = lines[row].rstrip("\n") + " "
    else:
        one = chance.choice(LETTERS)
        swapped = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        return {
            "delete": text[:at] + text[at + 1 :],
            "insert": text[:at] + one + text[at:],
            "replace": text[:at] + one + text[at + 1 :],
            "swap letters": swapped,
        }[kind]
    return "".join(lines)


def seen(loaded: LoadedScenario) -> tuple[object, ...]:
    """What a reader is shown of a scenario: the base's name, and every setting that differs with both values."""
    return base_name(loaded), tuple((one.name, one.value, one.base_value) for one in differences(loaded))


def verdict(path: Path, before: LoadedScenario, county: County) -> str:
    """What became of an edit: refused, shown, unchanged or SILENT."""
    try:
        after = load_scenario(path)
        check_names(after, county)
    except InputError as error:
        return "refused" if error.problems and all(problem.wrong for problem in error.problems) else "SILENT"
    if after.scenario == before.scenario:
        return "unchanged"
    return "shown" if seen(after) != seen(before) else "SILENT"


def try_edits(examples: int, folder: Path, seed: int = 0) -> tuple[Counter[str], list[str]]:
    """Try so many edits of the shipped scenarios; give back how they ended, and each silent one in words."""
    chance = random.Random(seed)
    paths = sorted((ROOT / "scenarios").glob("*.yaml"))
    for path in paths:
        shutil.copy(path, folder)
    texts = {path.name: path.read_text(encoding="utf-8") for path in paths}
    whole = {path.name: load_scenario(folder / path.name) for path in paths}
    county = read_county(ROOT / "data" / whole[paths[0].name].scenario.county)
    ends: Counter[str] = Counter()
    silent = []
    for number in range(examples):
        name, kind = chance.choice(paths).name, KINDS[number % len(KINDS)]
        changed = edited(texts[name], kind, chance)
        (folder / name).write_text(changed, encoding="utf-8", newline="")
        end = verdict(folder / name, whole[name], county)
        (folder / name).write_text(texts[name], encoding="utf-8", newline="")
        ends[end] += 1
        if end == "SILENT":
            silent.append(f"{name}, {kind}:\n{changed}")
    return ends, silent


def main() -> int:
    """Try the edits and print how they ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        ends, silent = try_edits(arguments.examples, Path(folder), arguments.seed)
    print(
        f"{arguments.examples} edits in {time.perf_counter() - started:.0f} s: "
        + ", ".join(f"{count} {end}" for end, count in ends.most_common())
    )
    print(f"silent changes: {len(silent)}")
    for text in silent[:5]:
        print(text)
    return 1 if silent else 0


if __name__ == "__main__":
    raise SystemExit(main())
