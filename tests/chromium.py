"""A real browser without a window, for tests and benchmarks of pages: what axe-core finds, what is fetched, and what is on paper."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

PROGRAM = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"

TEXTS = """() => [...document.querySelectorAll('svg')].filter(one => one.getClientRects().length).map(svg => {
  const box = svg.viewBox.baseVal;
  return {name: svg.closest('figure').querySelector('h3').textContent, width: box.width, height: box.height, scale: svg.getBoundingClientRect().width / box.width,
    texts: [...svg.querySelectorAll('text')].map(one => { const at = one.getBBox(); return [one.textContent, at.x, at.y, at.x + at.width, at.y + at.height,
      parseFloat(one.getAttribute('font-size')), one.hasAttribute('paint-order')]; })};
})"""


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


def chart_faults(page: Any, width: int) -> list[str]:
    """Text in charts that is cut off, lies over other text, or is under 10 pixels high."""
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
    return faults


def fetched(browser: Any, path: Path) -> tuple[list[str], list[str]]:
    """What a page asks the network for beside itself, and what it says on the console or in a dialogue."""
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(path.as_uri())
    page.evaluate(OPEN_ALL)
    page.wait_for_timeout(100)
    page.close()
    return [url for url in asked if url != path.as_uri()], said


def printed(browser: Any, path: Path, target: Path) -> Any:
    """A page printed to PDF without script, as pikepdf opens it."""
    pikepdf = pytest.importorskip("pikepdf", reason="pikepdf is not installed: pip install '.[test]'")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    page.pdf(path=target, prefer_css_page_size=True, tagged=True, outline=True, print_background=True)
    context.close()
    return pikepdf.open(target)


def marks(node: Any, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Every element of a PDF's structure by its kind."""
    import pikepdf

    for child in node.K if isinstance(node.get("/K"), pikepdf.Array) else [node.K] if "/K" in node else []:
        if isinstance(child, pikepdf.Dictionary) and "/S" in child:
            found.setdefault(str(child.S), []).append(child)
            marks(child, found)
    return found


def paper_rules(pdf: Any, text: str) -> dict[str, bool]:
    """The seven things that a printed page must be, each met or not; ``text`` is the page's HTML."""
    found = marks(pdf.Root.StructTreeRoot, {}) if "/StructTreeRoot" in pdf.Root else {}
    described = [one for one in found.get("/Figure", []) if len(str(one.get("/Alt", ""))) > 20]
    sizes = {(round(float(page.MediaBox[2])), round(float(page.MediaBox[3]))) for page in pdf.pages}
    return {
        "tagged": "/MarkInfo" in pdf.Root and bool(pdf.Root.MarkInfo.Marked),
        "title": len(str(pdf.docinfo.get("/Title", ""))) > 5 and bool(pdf.Root.ViewerPreferences.DisplayDocTitle),
        "language": str(pdf.Root.get("/Lang", "")) == "en-GB",
        "A4": sizes == {(595, 842)},
        "headings": len(found.get("/H1", [])) == 1 and len(found.get("/H2", [])) > 3,
        "table headers": len(found.get("/Table", [])) == text.count("<table") and len(found.get("/TH", [])) > 20,
        "pictures with words": len(described) == text.count("<figure"),
    }


PALETTE = {"#12436d", "#28a197", "#801650", "#f46a25", "#3d3d3d", "#a285d1", "#0b0c0c"}
"""The categorical palette of the Government Analysis Function, and black: what a line, bar or marker may be drawn in."""
PAPER = {"#ffffff", "#fff", "#f3f2f1", "#d9d9d9", "#e3e5e6", "#bfbfbf", "#6b7276", "#383f43", "#505a5f", "none"}
"""Backgrounds, grids and hairlines, which carry no meaning."""


def contrast(one: str, other: str = "#ffffff") -> float:
    """How far two colours stand apart, as WCAG 2 counts it: 1 to 21."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def chart_rules(text: str) -> tuple[int, int, list[str]]:
    """Every chart of a page's HTML against the house rules: how many charts, how many rules were tried, and every rule broken."""
    from lxml import html

    tried, broken = 0, []
    figures = html.fromstring(text).xpath("//figure")
    for figure in figures:
        headline = " ".join(figure.xpath(".//*[contains(@class, 'headline')]")[0].text_content().split())
        subtitle, note = (figure.xpath(f".//p[@class='{name}']")[0].text_content() for name in ("measure", "note"))
        svgs = figure.xpath(".//*[local-name()='svg']")
        drawn = {value.lower() for svg in svgs for value in svg.xpath(".//*[not(local-name()='text')]/@fill|.//@stroke")} - {"none"}
        words = {value.lower() for svg in svgs for value in svg.xpath(".//*[local-name()='text']/@fill")}
        rules = {
            "a headline of 15 words or fewer, without a full stop": len(headline.split()) <= 15 and not headline.endswith("."),
            "measure, place and years under it": subtitle.count(",") >= 2 and "/" in subtitle,
            "a source under the chart": "Source: " in note,
            "words for those who cannot see it": all(len(svg.get("aria-label", "")) > 20 for svg in svgs) and bool(svgs),
            "a table of its figures": len(figure.xpath(".//table")) == 1,
            "colours of the palette": {colour for colour in drawn if colour.startswith("#")} <= PALETTE | PAPER,
            "colours that stand out 3 to 1": all(contrast(colour) >= 3.0 for colour in drawn & PALETTE),
            "text that stands out 4.5 to 1": all(contrast(colour) >= 4.5 for colour in words if colour.startswith("#")),
        }
        tried += len(rules)
        broken += [f"{headline}: not {rule}" for rule, kept in rules.items() if not kept]
    return len(figures), tried, broken
