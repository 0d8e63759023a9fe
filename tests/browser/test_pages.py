"""Pages in a real browser: accessible, whole at every width, silent on the network, inert against hostile names, and good on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.chromium import OPEN_ALL, axe, chart_faults, chart_rules, fetched, marks, opened, paper_rules, printed

KINDS = ["run-internal", "run-public", "compare-internal", "compare-public", "tiny-internal", "tiny-public"]
HOSTILE = ["run-hostile", "compare-hostile"]


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("kind", [*KINDS, *HOSTILE])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], kind: str, width: int) -> None:
    page = opened(browser, pages[kind], width)
    page.evaluate(OPEN_ALL)
    assert axe(page) == []
    page.close()


def test_axe_finds_what_is_planted(browser: Any, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["run-public"])
    page.evaluate("document.querySelectorAll('svg').forEach(one => one.removeAttribute('aria-label'))")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelectorAll('.card p').forEach(one => one.style.color = '#bbbbbb')")
    found = " ".join(axe(page))
    assert "html-has-lang" in found and "color-contrast" in found and "svg-img-alt" in found
    page.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("kind", [*KINDS, *HOSTILE])
def test_no_page_scrolls_sideways(browser: Any, pages: dict[str, Path], kind: str, width: int, tmp_path: Path) -> None:
    page = opened(browser, pages[kind], width)
    page.evaluate(OPEN_ALL)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert (tmp_path / "page.png").stat().st_size > 20_000
    shown = page.evaluate("[...document.querySelectorAll('svg')].filter(one => one.getClientRects().length).length")
    assert shown == page.evaluate("document.querySelectorAll('figure').length"), "one picture of each chart is shown, at every width"
    page.close()


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_text_in_charts_is_whole_apart_and_large_enough(browser: Any, arial: None, pages: dict[str, Path], kind: str, width: int) -> None:
    page = opened(browser, pages[kind], width)
    assert chart_faults(page, width) == []
    page.close()


@pytest.mark.parametrize("kind", KINDS)
def test_every_chart_keeps_the_house_rules(pages: dict[str, Path], kind: str) -> None:
    text = pages[kind].read_text(encoding="utf-8")
    charts, tried, broken = chart_rules(text)
    assert charts > 5 and tried == 8 * charts and broken == []
    spoilt = text.replace("#12436D", "#FFCC00").replace("Source: ", "From: ").replace('aria-label="', 'aria-label="x" data-x="')
    assert len({rule.split(": not ")[1] for rule in chart_rules(spoilt)[2]}) == 3


@pytest.mark.parametrize("kind", [*KINDS, *HOSTILE])
def test_nothing_is_fetched_and_nothing_goes_wrong(browser: Any, pages: dict[str, Path], kind: str) -> None:
    assert fetched(browser, pages[kind]) == ([], [])
    assert pages[kind].stat().st_size < 3_000_000


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_policy_stops_what_gets_in(browser: Any, pages: dict[str, Path], kind: str, tmp_path: Path) -> None:
    """Even if markup came through, the page's policy lets no script of others run."""
    bad = tmp_path / "bad.html"
    text = pages[kind].read_text(encoding="utf-8")
    planted = (
        "<script>window.harm=1</script><img src='nothing.png' onerror='window.harm=2'><p onclick='window.harm=3' id='trap'>x</p></main>"
    )
    bad.write_text(text.replace("</main>", planted), encoding="utf-8")
    page = opened(browser, bad)
    page.evaluate("document.getElementById('trap').click()")
    assert page.evaluate("window.harm === undefined")
    page.close()


@pytest.mark.parametrize("kind", ["run-internal", "compare-internal"])
def test_it_reads_the_same_without_script(browser: Any, pages: dict[str, Path], kind: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages[kind].as_uri())
    words = page.locator("main").inner_text()
    assert "The answer" in words and "Glossary" in words and page.locator("summary").count() == page.locator("details").count() > 5
    page.locator("summary").first.click()
    assert page.locator("details").first.locator("table").is_visible()
    context.close()


def test_script_adds_a_filter_and_sorting(browser: Any, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["run-internal"])
    page.evaluate(OPEN_ALL)
    log = page.locator("section[aria-labelledby=assumptions]")
    log.get_by_label("Show rows that contain").fill("number 17")
    assert log.locator("tbody tr:visible").count() == 1 and log.get_by_role("status").inner_text() == "1 of 18 rows"
    log.get_by_label("Show rows that contain").fill("")
    log.get_by_role("button", name="What is assumed").click()
    log.get_by_role("button", name="What is assumed").click()
    first = log.locator("tbody tr").first.locator("th").inner_text()
    assert first == "What number 9 is taken to be" and log.locator("th[aria-sort=descending]").count() == 1
    assert axe(page) == []
    page.close()


def test_the_keyboard_comes_first_to_the_skip_link(browser: Any, pages: dict[str, Path]) -> None:
    page = opened(browser, pages["run-public"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box is not None and box["x"] >= 0 and box["height"] > 20
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
    assert outline == "3px"
    page.close()


def test_the_answer_is_on_the_first_screen(browser: Any, pages: dict[str, Path]) -> None:
    for kind in ("run-internal", "compare-public"):
        page = opened(browser, pages[kind])
        for part in (".numbers", ".sentences", ".card svg.narrow"):
            box = page.locator(part).bounding_box()
            assert box is not None and box["y"] + box["height"] <= 900, (kind, part, box)
        page.close()


# Paper


@pytest.fixture(scope="module")
def papers(browser: Any, pages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("pdf")
    return {kind: printed(browser, pages[kind], folder / f"{kind}.pdf") for kind in ("run-internal", "compare-public")}


@pytest.mark.parametrize("kind", ["run-internal", "compare-public"])
def test_paper_is_a4_tagged_and_named(papers: dict[str, Any], kind: str, pages: dict[str, Path]) -> None:
    rules = paper_rules(papers[kind], pages[kind].read_text(encoding="utf-8"))
    assert len(rules) == 7 and all(rules.values()), rules
    assert ("Test scenario" if kind == "run-internal" else "Comparison of three") in str(papers[kind].docinfo["/Title"])


@pytest.mark.parametrize("kind", ["run-internal", "compare-public"])
def test_paper_has_headings_tables_and_pictures_with_words(papers: dict[str, Any], kind: str) -> None:
    found = marks(papers[kind].Root.StructTreeRoot, {})
    assert len(found["/H1"]) == 1 and len(found["/H2"]) > 5 and len(found["/H3"]) > 5
    assert len(found["/TH"]) > 50 and len(found["/TD"]) > 50
