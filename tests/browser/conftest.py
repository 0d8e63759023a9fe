"""A real browser for the tests of pages: Debian's Chromium, driven without a window. Without it these tests say why they skip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.publish.pack import Audience
from planner.report.html import comparison_html, report_html
from planner.report.html.draw.canvas import FONT
from planner.run import RunResult
from tests import packs
from tests.chromium import PROGRAM


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="the playwright client is not installed: pip install '.[test]'")
    if PROGRAM is None:
        pytest.skip("no Chromium on this machine: install Debian's package chromium")
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield found
        found.close()


PROBE, ARIAL_WIDTH = "Hamburgefonstiv 0123", 1006.0
"""A text, and how wide Arial (and Liberation Sans, made to the same widths) sets it at 100 pixels."""


@pytest.fixture(scope="session")
def arial(browser: Any) -> None:
    """Skips where neither Arial nor a font of its widths is on the machine: where text ends cannot be told from another font."""
    page = browser.new_page()
    script = "([font, text]) => { const pen = document.createElement('canvas').getContext('2d'); pen.font = `100px ${font}`; return pen.measureText(text).width; }"
    width = page.evaluate(script, [FONT, PROBE])
    page.close()
    if abs(width - ARIAL_WIDTH) > 5:
        pytest.skip("neither Arial nor Liberation Sans on this machine: install Debian's package fonts-liberation")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory, tiny_run: RunResult) -> dict[str, Path]:
    """Every kind of page as a file: run and comparison, internal and public, with hostile names, and those of a whole run."""
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "run-internal": report_html(packs.run_pack()),
        "run-public": report_html(packs.run_pack(Audience.PUBLIC)),
        "run-hostile": report_html(packs.run_pack(hostile=True)),
        "compare-internal": comparison_html(packs.comparison_pack()),
        "compare-public": comparison_html(packs.comparison_pack(Audience.PUBLIC)),
        "compare-hostile": comparison_html(packs.comparison_pack(hostile=True)),
    }
    files = {name: folder / f"{name}.html" for name in made}
    for name, text in made.items():
        files[name].write_text(text, encoding="utf-8", newline="\n")
    for audience in ("internal", "public"):
        files[f"tiny-{audience}"] = tiny_run.folder / audience / "report.html"
    return files
