"""Every file of a run and of a comparison shows the same money, read back from the files alone; and the reading finds what is planted.

``python -m benchmarks.ties`` does the same for every scenario that ships, with pages in a browser and workbooks recalculated.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import ties, words
from benchmarks.money_ties import PENNY, comparison_ties, run_ties
from tests.conftest import COUNTIES, TINY

STAFFORDSHIRE = Path(__file__).resolve().parent.parent / "scenarios"

SHORT = """extends: {base}.yaml
title: {title}
years: 1
detail: {{areas: district}}
solve: {{gap: 0.05, time_limit_seconds: 30}}
"""


def scenarios(folder: Path, county: str) -> list[Path]:
    """Two scenarios of a county: the tiny one as it is and with dearer journeys, or two that ship, short and by district."""
    folder.mkdir()
    if county == "tiny":
        shutil.copy(TINY, folder / "base.yaml")
        text = "extends: base.yaml\ntitle: Dearer transport\nmoney: {price_factor: {transport: 2.0}, optimism_bias: 0.24}\n"
        (folder / "other.yaml").write_text(text, encoding="utf-8")
    else:
        for path in STAFFORDSHIRE.glob("*.yaml"):
            shutil.copy(path, folder / path.name)
        for name, base, title in (("base", "baseline", "Short baseline"), ("other", "transformation", "Short transformation")):
            (folder / f"{name}.yaml").write_text(SHORT.format(base=base, title=title), encoding="utf-8")
    return [folder / "base.yaml", folder / "other.yaml"]


@pytest.fixture(scope="module", params=["tiny", "staffordshire"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    root = tmp_path_factory.mktemp(request.param)
    data = COUNTIES if request.param == "tiny" else STAFFORDSHIRE.parent / "data"
    return ties.have_run(scenarios(root / "scenarios", request.param), data, root / "out")


def test_every_page_of_every_run_shows_the_same_money(written: tuple[list[Path], Path]) -> None:
    folders, together = written
    for folder in folders:
        found = run_ties(folder)
        assert len(found) == 8 and max(found.values()) < PENNY, found
    found = comparison_ties(together, {folder.name: folder for folder in folders})
    assert len(found) == 3 and max(found.values()) < PENNY, found


def test_no_small_count_is_narrowed_by_each_or_by_all_together(written: tuple[list[Path], Path]) -> None:
    tried = ties.Tried()
    text = ties.attacks(tried, *written)
    assert tried.wrong == [] and "all together" in text


def test_words_are_plain(written: tuple[list[Path], Path]) -> None:
    for folder in (*written[0], written[1]):
        measured = words.of_folder(folder)
        assert len(measured) >= 4
        for name, one in measured.items():
            assert one.plain and one.sentences > 10, (folder.name, name, one)


def test_what_is_planted_is_found(written: tuple[list[Path], Path], tmp_path: Path) -> None:
    """A pound in the ledger, in the page, in the search's cost and in the bridge: each breaks its tie."""
    folders, together = written
    copy = tmp_path / "run"
    shutil.copytree(folders[0], copy)
    page = copy / "internal" / "report.html"
    stated = page.read_text(encoding="utf-8")
    at = stated.index("Public cost, present value: £") + len("Public cost, present value: £")
    page.write_text(stated[:at] + "1" + stated[at:], encoding="utf-8")
    assert [name for name, value in run_ties(copy).items() if value >= PENNY] == ["page"]
    page.write_text(stated, encoding="utf-8")
    ledger = pd.read_csv(copy / "internal" / "tables" / "ledger.csv", dtype={"section_251": str}, keep_default_na=False)
    ledger.loc[0, "present_value_gbp"] += 1.0
    ledger.to_csv(copy / "internal" / "tables" / "ledger.csv", index=False)
    assert [name for name, value in run_ties(copy).items() if value >= PENNY] == ["ledger"]
    manifest = json.loads((folders[0] / "manifest.json").read_text(encoding="utf-8"))
    manifest["solve"]["cost_gbp"] += 1.0
    (copy / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert [name for name, value in run_ties(copy).items() if value >= PENNY] == ["workbook", "page"]
    found = comparison_ties(together, {"base": copy, "other": folders[1]})
    assert [name for name, value in found.items() if value >= PENNY] == ["side by side", "bridge"]


def test_the_measure_of_words_finds_long_sentences_and_jargon() -> None:
    long = " ".join(["word"] * 30) + "."
    measured = words.measured(["This is a short sentence. It is about a cohort.", long, "A label", "£1,234"])
    assert measured.sentences == 3 and measured.long_share == pytest.approx(1 / 3) and measured.jargon == ("cohort",)
    assert not measured.plain and measured.longest[0].startswith("30: ")
    assert words.measured(["The plan opens two bases in 2027/28. Nobody waits."]).plain
