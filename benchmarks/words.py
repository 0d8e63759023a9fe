"""Plain words, measured: ``python -m benchmarks.words OUTPUTS/NAME ...`` on the pages and papers of finished runs and comparisons.

It reads every sentence of each page and briefing and counts its words: the mean, the share of sentences over 25 words, and every word of
a list of jargon. Ends with 1 if a text is not plain.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONG = 25
"""A sentence of more words is long."""
MOST_MEAN, MOST_LONG = 18.0, 0.10
"""The mean that is still plain, words, and the share of long sentences."""

JARGON = (
    "MILP", "MIP", "LP", "simplex", "objective function", "slack", "slack variable", "constraint", "integer programme", "big-M", "dual value",
    "shadow price", "lexicographic", "column generation", "branch and bound", "incumbent", "optimality gap", "dataframe", "null", "NaN", "boolean",
    "enum", "tuple", "dict", "traceback", "exception", "instantiate", "parameterise", "utilise", "leverage", "going forward", "stakeholder", "robust solution",
    "synergy", "deliverable", "facilitate", "in order to", "granular", "holistic", "operationalise", "cohort", "infeasible", "tensor", "kernel",
)  # fmt: skip
"""Words of the solver's and the programmer's trade, and words that GOV.UK's style asks writers to avoid."""

ENDS = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(]?[A-Z£0-9])")
WORD = re.compile(r"[^\s]*[A-Za-z0-9][^\s]*")


@dataclass(frozen=True)
class Measured:
    """The words of one text: how many sentences, their mean length, the share that is long, and the jargon in them."""

    sentences: int
    mean: float
    long_share: float
    jargon: tuple[str, ...]
    longest: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether it keeps to the three limits."""
        return self.mean <= MOST_MEAN and self.long_share <= MOST_LONG and not self.jargon


def sentences(paragraphs: list[str]) -> list[str]:
    """The sentences of paragraphs: those with at least three words and an end. Labels, headings and figures alone are none."""
    found: list[str] = []
    for text in paragraphs:
        plain = " ".join(text.split())
        found += [part for part in ENDS.split(plain) if len(WORD.findall(part)) >= 3 and part.rstrip("\"')]")[-1:] in ".!?"]
    return found


def measured(paragraphs: list[str]) -> Measured:
    """The words of paragraphs, measured."""
    said = sentences(paragraphs)
    counts = [len(WORD.findall(one)) for one in said]
    words = " ".join(paragraphs)
    jargon = tuple(
        one for one in JARGON if re.search(rf"(?<![\w-]){re.escape(one)}s?(?![\w-])", words, 0 if one.isupper() else re.IGNORECASE)
    )
    order = sorted(zip(counts, said, strict=True), reverse=True)
    longest = tuple(f"{count}: {text}" for count, text in order if count > LONG)
    return Measured(len(said), sum(counts) / max(len(counts), 1), len(longest) / max(len(counts), 1), jargon, longest)


def of_page(path: Path) -> list[str]:
    """The paragraphs, list items and captions of a page; tables of figures and text inside pictures left out."""
    from lxml import html

    tree = html.fromstring(path.read_text(encoding="utf-8"))
    for gone in tree.xpath("//script|//style|//svg|//table//tbody|//table//thead"):
        gone.drop_tree()
    return [_text(one) for one in tree.xpath("//p|//li|//dd|//figcaption|//caption|//summary") if not one.xpath("./p|./ul|./ol")]


def _text(element: Any) -> str:
    return " ".join(element.text_content().split())


def of_paper(path: Path) -> list[str]:
    """The paragraphs of a Word document, without the names of tables in brackets after them."""
    import docx

    return [re.sub(r"\s*\[[a-z_, ]+\]$", "", one.text) for one in docx.Document(str(path)).paragraphs]


def of_summary(path: Path) -> list[str]:
    """The sentences of a Markdown summary, its tables left out."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.lstrip("- ").replace("**", "") for line in lines if line and not line.startswith(("|", "#"))]


def of_folder(folder: Path) -> dict[str, Measured]:
    """Every page and paper of a folder of results, measured, by its name in the folder."""
    found = {}
    for audience in ("internal", "public"):
        for name, read in (("report.html", of_page), ("briefing.docx", of_paper), ("summary.md", of_summary)):
            path = folder / audience / name
            if path.is_file():
                found[f"{audience}/{name}"] = measured(read(path))
    return found


def main() -> int:
    """Measure folders; ends with 1 if a text is not plain."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="folders of finished runs and comparisons")
    parser.add_argument("--show", type=int, default=0, help="so many of the longest sentences of each text")
    options = parser.parse_args()
    wrong = 0
    for folder in options.folders:
        for name, one in of_folder(folder).items():
            wrong += not one.plain
            print(
                f"{folder.name}/{name}: {one.sentences} sentences, mean {one.mean:.1f} words, {one.long_share:.1%} over {LONG}, jargon {', '.join(one.jargon) or 'none'}"
            )
            for text in one.longest[: options.show]:
                print(f"    {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
