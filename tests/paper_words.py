"""Every text of a briefing, and every figure that its pack prints: whether each figure of the paper is a cell of a table."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

from planner.publish.pack import Kind, Pack
from planner.report.paper.figures import kind_of, show

FIGURE = re.compile(r"-?£[\d,]+(?:\.\d+)?(?: million)?|-?\d[\d,]*(?:\.\d+)?%?(?:/\d\d)?")
_NOT_FIGURES = re.compile(r"\d+ rows\. Columns|paper for|\b\d{4}-\d\d-\d\d\b|Planner version [\d.]+|Shorthand: .*")


def words(document: Any) -> list[str]:
    """Every text of the paper: paragraphs, cells, captions of tables, and the words beside pictures."""
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    body = document.element.body
    texts += [element.get(qn("w:val")) for tag in ("w:tblCaption", "w:tblDescription") for element in body.iter(qn(tag))]
    return texts + [value for element in body.iter(qn("wp:docPr")) for value in (element.get("descr"), element.get("title")) if value]


def allowed(pack: Pack) -> set[str]:
    """Every figure that the pack's cells and facts print, and the years and numbers that stand in their words."""
    known: set[str] = set()
    for table in pack.tables.values():
        for row in table.frame.to_dict("records"):
            for column in table.columns:
                kind = kind_of(table, column, row)
                printed = show(_number(row[column.name], kind), kind)
                known.update([printed] if printed.startswith(("£", "-£")) else FIGURE.findall(printed))
        known.update(FIGURE.findall(f"{table.measure} {table.name} {table.title}"))
    for fact in pack.facts.values():
        known.update([*FIGURE.findall(fact), f"{fact}%"])
    return known


def _number(value: object, kind: Kind) -> object:
    """A figure that was read from a file as text, as a figure again."""
    return float(value) if isinstance(value, str) and kind is not Kind.TEXT and re.fullmatch(r"-?\d+(\.\d+)?", value) else value


def figures_of(document: Any, pack: Pack) -> tuple[int, list[str]]:
    """How many figures stand in a paper, and each that is no cell of the pack, with its sentence."""
    known, found, strange = allowed(pack), 0, []
    for text in words(document):
        for figure in FIGURE.findall(_NOT_FIGURES.sub("", text)):
            found += 1
            if figure not in known:
                strange.append(f"{figure} in: {text}")
    return found, strange
