"""Every figure of every paper, tried on finished runs: ``python -m benchmarks.ties --out outputs``.

It runs each shipped scenario that has no folder in ``--out`` yet, and their comparison, and then reads the written files alone:

- money: objective, ledger, financial years, finance workbook, page and bridge, the largest difference in each tie;
- the finance workbook recalculated in full by LibreOffice against what is stored;
- the self-attack on each scenario's public files, and on those of all together with the comparison's;
- each page in Chromium: what axe-core finds at 320 and 1,280 pixels, text cut off in charts, requests, size, and paper as PDF;
- each public workbook against the checklist of accessible spreadsheets; each briefing's pages; the words of each page and paper.

What is not installed is skipped, and the table says so. Ends with 1 if anything is not as it should be.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from benchmarks import words
from benchmarks.common import ROOT, markdown, write_results
from benchmarks.money_ties import PENNY, comparison_ties, recalculated, run_ties
from planner.commands.talk import EXIT_DONE
from planner.publish.attack import attack
from planner.publish.files import read_packs
from tests import chromium
from tests import libreoffice as office
from tests.paper_words import figures_of
from tests.workbook_rules import failed_rules

MOST_BYTES = 3_000_000
"""A page is to be smaller than this."""
WIDTHS = (320, 1280)


def shipped() -> list[Path]:
    """Every scenario that ships, the baseline first."""
    found = sorted(path for path in (ROOT / "scenarios").glob("*.yaml"))
    return sorted(found, key=lambda path: path.stem != "baseline")


def coarser(folder: Path, gap: float, seconds: float) -> list[Path]:
    """Copies of the shipped scenarios that stop at a wider gap or sooner: the baseline, which all extend, says so."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in shipped():
        shutil.copyfile(path, folder / path.name)
    base = folder / "baseline.yaml"
    settings = yaml.safe_load(base.read_text(encoding="utf-8"))
    settings["solve"] = {**settings.get("solve", {}), "gap": gap, "time_limit_seconds": seconds}
    base.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")
    return [folder / path.name for path in shipped()]


def have_run(scenarios: list[Path], data: Path, out: Path) -> tuple[list[Path], Path]:
    """The folders of the scenarios and of their comparison, run where there is none yet."""
    from planner.comparison import folder_name, write_comparison
    from planner.run import run_scenario

    for path in scenarios:
        if not (out / path.stem / "manifest.json").is_file():
            started = time.perf_counter()
            run_scenario(path, data, out)
            print(f"ran {path.stem} in {time.perf_counter() - started:,.0f} s", file=sys.stderr, flush=True)
    folders = [out / path.stem for path in scenarios]
    together = out / folder_name([folder.name for folder in folders])
    if not (together / "manifest.json").is_file():
        together = write_comparison(folders, "", scenarios[0].parent, data, out).folder
    return folders, together


class Tried:
    """What was tried of each folder, what was seen, and what was wrong."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.figures: dict[str, Any] = {}

    def note(self, what: str, folder: str, value: object, *, fine: bool) -> object:
        """Keep a figure; say so if it is not as it should be."""
        self.figures.setdefault(what, {})[folder] = value
        if not fine:
            self.wrong.append(f"{folder}: {what} is {value}")
        return value


def money(tried: Tried, folders: list[Path], together: Path) -> str:
    """The table of ties: a row a run and one for the comparison."""
    rows: list[list[Any]] = []
    found = {folder.name: run_ties(folder) for folder in folders}
    names = list(next(iter(found.values())))
    for folder, ties in found.items():
        rows.append([folder, *(_pence(tried.note(f"{name}, £", folder, value, fine=value < PENNY)) for name, value in ties.items())])
    text = markdown(["Largest difference from the objective, £", *names], rows)
    ties = comparison_ties(together, {folder.name: folder for folder in folders})
    row = [_pence(tried.note(f"{name}, £", together.name, value, fine=value < PENNY)) for name, value in ties.items()]
    return f"{text}\n{markdown([f'Comparison of {len(folders)}', *ties], [[together.name, *row]])}"


def _pence(value: object) -> str:
    return f"{float(str(value)):.4f}"


def workbooks(tried: Tried, folders: Iterable[Path], work: Path) -> str:
    """Finance workbooks recalculated, and public ones against the checklist."""
    rows = []
    for folder in folders:
        row: list[Any] = [folder.name]
        book = folder / "internal" / "finance.xlsx"
        if book.is_file() and office.PROGRAM is not None:
            figures = recalculated(book, _new(work))
            apart = figures["largest difference"]
            row += [f"{figures['formulas']:,.0f}", _pence(tried.note("recalculation, £", folder.name, apart, fine=apart < 0.01))]
        else:
            row += ["-", "-" if not book.is_file() else "LibreOffice is not installed"]
        public = folder / "public" / "tables.xlsx"
        broken = failed_rules(public.read_bytes()) if public.is_file() else None
        row.append("-" if broken is None else tried.note("rules of spreadsheets broken", folder.name, len(broken), fine=not broken))
        rows.append(row)
    return markdown(["Folder", "Formulas", "Recalculated less stored, £", "Rules of spreadsheets broken"], rows)


def _new(folder: Path) -> Path:
    return Path(tempfile.mkdtemp(dir=folder))


def attacks(tried: Tried, folders: list[Path], together: Path) -> str:
    """The self-attack on each scenario's files by themselves, and on all with the comparison's."""
    rows = []
    for name, several in [*((folder.name, [folder]) for folder in folders), ("all together", [*folders, together])]:
        missing = [folder.name for folder in several if not (folder / "public").is_dir()]
        if missing:
            tried.note("nothing published", name, ", ".join(missing), fine=False)
            continue
        found = attack(read_packs(several))
        fine = not found.narrowed and not found.contradiction and found.seconds < 120
        tried.note("counts narrowed", name, len(found.narrowed), fine=fine)
        rows.append([name, found.tried, len(found.narrowed), found.fewest, f"{found.seconds:.1f}"])
    return markdown(
        ["Public files of", "Counts that may be small", "Narrowed to fewer than 3 values", "Fewest values of any", "Seconds"], rows
    )


def pages(tried: Tried, folders: Iterable[Path], work: Path) -> str:
    """Every page in a real browser."""
    if chromium.PROGRAM is None:
        return "Chromium is not installed: pages were not tried.\n"
    from playwright.sync_api import sync_playwright

    rows: list[list[Any]] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.PROGRAM, args=["--no-sandbox"])
        for folder in folders:
            for audience in ("internal", "public"):
                path = folder / audience / "report.html"
                if path.is_file():
                    rows.append(page(tried, browser, path, f"{folder.name}/{audience}", work))
        browser.close()
    return markdown(
        ["Page", "axe-core", "Charts", "Rules of charts broken", "Text cut or covered", "Requests", "Kilobytes", "Paper: rules of 7"], rows
    )


def page(tried: Tried, browser: Any, path: Path, name: str, work: Path) -> list[Any]:
    """One page: a row of the table."""
    violations: list[str] = []
    faults: list[str] = []
    for width in WIDTHS:
        one = chromium.opened(browser, path, width)
        one.evaluate(chromium.OPEN_ALL)
        violations += chromium.axe(one)
        faults += chromium.chart_faults(one, width)
        if one.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"the page scrolls sideways at {width}")
        one.close()
    asked, said = chromium.fetched(browser, path)
    size = path.stat().st_size
    pdf = chromium.printed(browser, path, _new(work) / "page.pdf")
    paper = chromium.paper_rules(pdf, path.read_text(encoding="utf-8"))
    for what, found in (("axe-core", violations), ("charts", faults), ("requests", asked + said)):
        tried.note(what, name, found or 0, fine=not found)
    charts, rules, broken = chromium.chart_rules(path.read_text(encoding="utf-8"))
    tried.note("rules of charts", name, broken or rules, fine=not broken)
    tried.note("bytes", name, size, fine=size < MOST_BYTES)
    tried.note("paper", name, [rule for rule, kept in paper.items() if not kept] or 7, fine=all(paper.values()))
    kept = f"{len(broken)} of {rules}"
    return [name, len(violations), charts, kept, len(faults), len(asked), round(size / 1000), sum(paper.values())]


def texts(tried: Tried, folders: Iterable[Path], work: Path) -> str:
    """The words of every page and paper, and the pages of every briefing."""
    rows = []
    for folder in folders:
        for name, one in words.of_folder(folder).items():
            tried.note("plain words", f"{folder.name}/{name}", f"{one.mean:.1f}", fine=one.plain)
            sheets = "-"
            if name.endswith(".docx") and office.PROGRAM is not None:
                import pypdf

                count = len(pypdf.PdfReader(office.convert(folder / name, _new(work), "pdf")).pages)
                sheets = str(tried.note("pages of the briefing", f"{folder.name}/{name}", count, fine=count == 2))
            cells = paper_figures(tried, folder, name) if name == "public/briefing.docx" else "-"
            rows.append(
                [f"{folder.name}/{name}", one.sentences, f"{one.mean:.1f}", f"{one.long_share:.1%}", len(one.jargon), sheets, cells]
            )
    return markdown(
        ["Text", "Sentences", "Mean words", f"Over {words.LONG}", "Jargon", "Pages", "Figures that are cells of its tables"], rows
    )


def paper_figures(tried: Tried, folder: Path, name: str) -> str:
    """How many figures of a public briefing are cells of the public tables beside it, of how many."""
    import docx

    found, strange = figures_of(docx.Document(str(folder / name)), read_packs([folder])[0])
    tried.note("figures of the briefing in no table", f"{folder.name}/{name}", strange or 0, fine=not strange)
    return f"{found - len(strange)} of {found}"


def main(arguments: list[str] | None = None) -> int:
    """Try everything, print it, and end with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenarios", nargs="*", type=Path, help="scenario files, the base first (default: all that ship)")
    parser.add_argument("--data", type=Path, default=ROOT / "data", help="folder of counties")
    parser.add_argument("--out", type=Path, default=ROOT / "outputs", help="folder of results; finished ones there are taken as they are")
    parser.add_argument("--only", nargs="*", choices=["money", "workbooks", "attacks", "pages", "words"], help="some of the parts")
    parser.add_argument("--report", type=Path, default=None, help="folder for a report in Markdown with its figures in JSON")
    parser.add_argument("--gap", type=float, default=None, help="run the shipped scenarios to this gap, as a share, in place of their own")
    parser.add_argument("--seconds", type=float, default=60.0, help="with --gap: the time limit of each search")
    options = parser.parse_args(arguments)
    out = options.out.resolve()
    ours = shipped() if options.gap is None else coarser(out / "scenarios", options.gap, options.seconds)
    folders, together = have_run(options.scenarios or ours, options.data, out)
    tried, every = Tried(), [*folders, together]
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        parts = {
            "money": lambda: money(tried, folders, together),
            "workbooks": lambda: workbooks(tried, every, work),
            "attacks": lambda: attacks(tried, folders, together),
            "pages": lambda: pages(tried, every, work),
            "words": lambda: texts(tried, every, work),
        }
        said = [part() for key, part in parts.items() if options.only is None or key in options.only]
    verdict = (
        "Everything is as it should be." if not tried.wrong else "\n".join(["Not as it should be:", *(f"- {one}" for one in tried.wrong)])
    )
    write_results(options.report, "ties", "\n".join([*said, verdict]), {"figures": tried.figures, "wrong": tried.wrong})
    return 1 if tried.wrong else EXIT_DONE


if __name__ == "__main__":
    sys.exit(main())
