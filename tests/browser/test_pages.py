"""Pages in a real browser: accessible, whole at every width, silent on the network, inert against hostile names, and good on paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

KINDS = ["run-internal", "run-public", "compare-internal", "compare-public", "tiny-internal", "tiny-public"]
HOSTILE = ["run-hostile", "compare-hostile"]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"


def opened(browser: Any, path: Path, width: int = 1280, **more: Any) -> Any:
    page = browser.new_page(viewport={"width": width, "height": 900}, **more)
    page.goto(path.as_uri())
    return page


def axe(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA, each as one line."""
    bundle = pytest.importorskip("axe_playwright_python", reason="the axe-core bundle is not installed: pip install '.[test]'")
    page.evaluate((Path(bundle.__file__).parent / "axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", RULES)
    assert len(found["passes"]) > 10
    return [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


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


TEXTS = """() => [...document.querySelectorAll('svg')].filter(one => one.getClientRects().length).map(svg => {
  const box = svg.viewBox.baseVal;
  return {name: svg.closest('figure').querySelector('h3').textContent, width: box.width, height: box.height, scale: svg.getBoundingClientRect().width / box.width,
    texts: [...svg.querySelectorAll('text')].map(one => { const at = one.getBBox(); return [one.textContent, at.x, at.y, at.x + at.width, at.y + at.height,
      parseFloat(one.getAttribute('font-size')), one.hasAttribute('paint-order')]; })};
})"""


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("kind", KINDS)
def test_text_in_charts_is_whole_apart_and_large_enough(browser: Any, arial: None, pages: dict[str, Path], kind: str, width: int) -> None:
    page = opened(browser, pages[kind], width)
    faults = []
    for svg in page.evaluate(TEXTS):
        for at, (words, left, top, right, bottom, size, _) in enumerate(svg["texts"]):
            if left < -1 or right > svg["width"] + 1 or top < -2 or bottom > svg["height"] + 4:
                faults.append(f"{svg['name']}: '{words}' is cut off at {width}")
            if size * svg["scale"] < 10.0:
                faults.append(f"{svg['name']}: '{words}' is {size * svg['scale']:.1f} pixels high at {width}")
            for other in svg["texts"][:at]:
                wide = min(right, other[3]) - max(left, other[1])
                high = min(bottom, other[4]) - max(top, other[2])
                if wide > 1 and high > (bottom - top) * 0.3:
                    faults.append(f"{svg['name']}: '{words}' lies over '{other[0]}' at {width}")
    assert faults == []
    page.close()


@pytest.mark.parametrize("kind", [*KINDS, *HOSTILE])
def test_nothing_is_fetched_and_nothing_goes_wrong(browser: Any, pages: dict[str, Path], kind: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(pages[kind].as_uri())
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(100)
    assert asked == [pages[kind].as_uri()] and said == []
    assert pages[kind].stat().st_size < 3_000_000
    page.close()


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
def printed(browser: Any, pages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    pikepdf = pytest.importorskip("pikepdf", reason="pikepdf is not installed: pip install '.[test]'")
    folder, found = tmp_path_factory.mktemp("pdf"), {}
    for kind in ("run-internal", "compare-public"):
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(pages[kind].as_uri())
        page.pdf(path=folder / f"{kind}.pdf", prefer_css_page_size=True, tagged=True, outline=True, print_background=True)
        context.close()
        found[kind] = pikepdf.open(folder / f"{kind}.pdf")
    return found


def marks(node: Any, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Every element of a PDF's structure by its kind."""
    import pikepdf

    for child in node.K if isinstance(node.get("/K"), pikepdf.Array) else [node.K] if "/K" in node else []:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            found.setdefault(str(child.S), []).append(child)
            marks(child, found)
    return found


@pytest.mark.parametrize("kind", ["run-internal", "compare-public"])
def test_paper_is_a4_tagged_and_named(printed: dict[str, Any], kind: str) -> None:
    pdf = printed[kind]
    sizes = {(round(float(page.MediaBox[2])), round(float(page.MediaBox[3]))) for page in pdf.pages}
    assert sizes == {(595, 842)}
    assert bool(pdf.Root.MarkInfo.Marked) and str(pdf.Root.Lang) == "en-GB" and bool(pdf.Root.ViewerPreferences.DisplayDocTitle)
    assert ("Test scenario" if kind == "run-internal" else "Comparison of three") in str(pdf.docinfo["/Title"])


@pytest.mark.parametrize("kind", ["run-internal", "compare-public"])
def test_paper_has_headings_tables_and_pictures_with_words(printed: dict[str, Any], kind: str, pages: dict[str, Path]) -> None:
    found = marks(printed[kind].Root.StructTreeRoot, {})
    assert len(found["/H1"]) == 1 and len(found["/H2"]) > 5 and len(found["/H3"]) > 5
    text = pages[kind].read_text(encoding="utf-8")
    assert len(found["/Table"]) == text.count("<table"), "every folded table is on paper too"
    assert len(found["/TH"]) > 50 and len(found["/TD"]) > 50
    described = [one for one in found["/Figure"] if len(str(one.get("/Alt", ""))) > 20]
    assert len(described) == text.count("<figure")
