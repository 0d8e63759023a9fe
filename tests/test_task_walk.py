"""Six things that people do, each in three steps at most, exactly as the README writes them, on the tiny county."""

from __future__ import annotations

import base64
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from docx import Document
from matplotlib.figure import Figure

from planner.cli import main
from planner.county.read import read_county
from tests.conftest import COUNTIES, ROOT, TINY

DOT = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==")
TASKS = ("raise a school's places", "add a base yourself", "set early help", "compare two", "find why a group waits", "make the paper")
NAMES = {"sp_coppice": "sp_north", "110": "9", "open_rc_cannock_chase_003_primary": "open_rc_south", "2028/29": "2025/26", "0.05": "0.3"}
"""What the README names of the example county, and what stands for it in the tiny one."""


def tasks() -> dict[str, list[str]]:
    """The steps of each task in the README, in their order."""
    found = {}
    for line in (ROOT / "README.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 2 and cells[0] in TASKS:
            found[cells[0]] = [step.strip() for step in re.split(r"(?:^|\s)\d\. ", cells[1]) if step.strip()]
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project with the tiny county, its scenario under the names that ship, and the base already run; pictures are left blank."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "scenarios").mkdir()
    shutil.copytree(COUNTIES, folder / "data")
    text = TINY.read_text(encoding="utf-8").replace("offer: [resource_centre, contact_base, expand_special]", "offer: []")
    (folder / "scenarios" / "baseline.yaml").write_text(text, encoding="utf-8")
    (folder / "scenarios" / "contact_bases.yaml").write_text(
        "extends: baseline.yaml\ntitle: Contact bases\noptions: {offer: [contact_base]}\n", encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Figure, "savefig", lambda self, file, **_: file.write(DOT))
        patch.setattr("planner.run_folder.write_finance", lambda *_: None)
        patch.chdir(folder)
        assert main(["run", "scenarios/baseline.yaml"]) == 0
        yield folder


def do(step: str, folder: Path) -> str:
    """Do one step as it is written: type the command, write the setting, or open the file; gives what was read, if anything."""
    code = re.findall(r"`([^`]+)`", step)
    if step.startswith("`planner"):
        words = shlex.split(code[0])[1:]
        if words[0] == "new":
            (folder / "scenarios" / "mine.yaml").unlink(missing_ok=True)
        assert main(words) in (0, 7), step
        return ""
    if step.startswith("write"):
        text = code[0]
        for old, new in NAMES.items():
            text = text.replace(old, new)
        with (folder / "scenarios" / "mine.yaml").open("a", encoding="utf-8") as handle:
            handle.write(text + "\n")
        return ""
    if step.startswith("go to"):
        return ""
    path = folder / code[0]
    if not path.exists():
        path = next((folder / "outputs").glob("compare_*")) / code[0]
    return "\n".join(part.text for part in Document(str(path)).paragraphs) if path.suffix == ".docx" else path.read_text(encoding="utf-8")


def test_the_readme_holds_the_six_tasks_and_none_takes_more_than_three_steps() -> None:
    found = tasks()
    assert tuple(found) == TASKS
    assert max(len(steps) for steps in found.values()) <= 3


def test_what_the_readme_names_is_in_the_example_county() -> None:
    county = read_county(ROOT / "data" / "staffordshire")
    assert "sp_coppice" in set(county.table("units")["unit"])
    options = county.table("options").set_index("option")
    assert options.loc["open_rc_cannock_chase_003_primary", "least_blocks"] <= 1
    assert {"baseline", "contact_bases"} <= {path.stem for path in (ROOT / "scenarios").glob("*.yaml")}


@pytest.mark.parametrize("task", TASKS)
def test_the_task_is_done_by_the_steps_that_the_readme_writes(task: str, place: Path) -> None:
    read = [do(step, place) for step in tasks()[task]]
    mine = place / "outputs" / "mine"
    if task == TASKS[0]:
        occupancy = pd.read_csv(mine / "internal" / "tables" / "occupancy.csv").query("unit == 'sp_north'")
        assert set(occupancy["places"]) == {9.0}
    elif task == TASKS[1]:
        options = pd.read_csv(mine / "internal" / "tables" / "options.csv").query("option == 'open_rc_south'")
        assert options["open"].tolist() == [1, 1] and options["decided"].all()
    elif task == TASKS[2]:
        assert json.loads((mine / "manifest.json").read_text(encoding="utf-8"))["scenario"]["demand"]["early_help"]["effect"] == 0.3
    elif task == TASKS[3]:
        assert "<html" in read[1] and "Comparison of" in read[1]
    elif task == TASKS[4]:
        page = read[0].partition("## Who waits, and why")[2].partition("\n## ")[0]
        waiting = pd.read_csv(mine / "internal" / "tables" / "waiting_reasons.csv")
        assert len(waiting) and all(str(name) in page for name in waiting["district"].head(3)), "each group stands with its reason"
    else:
        assert len(read[1]) > 300
