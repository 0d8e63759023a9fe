"""The briefing: what is asked first, real headings, header rows, words beside charts, every figure a cell of the pack, two pages."""

from __future__ import annotations

import dataclasses
import io
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from docx.oxml.ns import qn

from planner.publish.pack import MARKS, Audience, Kind, Pack
from planner.report.briefing import ROLES, briefing, write_briefing
from planner.report.paper.compare_part import best
from planner.report.paper.figures import Figures, kind_of, show
from tests import libreoffice as office
from tests import packs_briefing as packs

PACKS = {
    "run": packs.run_pack(),
    "nobody waits": packs.run_pack(waits=False),
    "comparison": packs.comparison_pack(),
    "comparison, told apart": packs.comparison_pack(alike=False),
    "comparison of eight": packs.wide_comparison_pack(),
}


def opened(pack: Pack) -> Any:
    return docx.Document(io.BytesIO(briefing(pack)))


def words(document: Any) -> list[str]:
    """Every text of the paper: paragraphs, cells, captions of tables, and the words beside pictures."""
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    body = document.element.body
    texts += [element.get(qn("w:val")) for tag in ("w:tblCaption", "w:tblDescription") for element in body.iter(qn(tag))]
    return texts + [value for element in body.iter(qn("wp:docPr")) for value in (element.get("descr"), element.get("title")) if value]


_FIGURE = re.compile(r"-?£[\d,]+(?:\.\d+)?(?: million)?|-?\d[\d,]*(?:\.\d+)?%?(?:/\d\d)?")


def allowed(pack: Pack) -> set[str]:
    """Every figure that the pack's cells and facts print, and the years and numbers that stand in their words."""
    known: set[str] = set()
    for table in pack.tables.values():
        for row in table.frame.to_dict("records"):
            for column in table.columns:
                printed = show(row[column.name], kind_of(table, column, row))
                known.update([printed] if printed.startswith(("£", "-£")) else _FIGURE.findall(printed))
        known.update(_FIGURE.findall(f"{table.measure} {table.name} {table.title}"))
    for fact in pack.facts.values():
        known.update([*_FIGURE.findall(fact), f"{fact}%"])
    return known


@pytest.mark.parametrize("name", PACKS)
def test_every_figure_is_a_cell_of_the_pack(name: str) -> None:
    pack = PACKS[name]
    known = allowed(pack)
    found = 0
    for text in words(opened(pack)):
        plain = re.sub(r"\d rows\. Columns|paper for|\b\d{4}-\d\d-\d\d\b", "", text)
        for figure in _FIGURE.findall(plain):
            assert figure in known, f"{figure} in: {text}"
            found += 1
    sys.stdout.write(f"G13: {found} figures in the paper, all cells of the pack ({name})\n")
    assert found > 40


def test_the_test_of_figures_can_fail() -> None:
    pack = packs.run_pack()
    assert "£761.6 million" not in allowed(pack) and "14,160" not in allowed(pack)
    frame = pack.table("ehcps_by_year").frame.assign(ehcps=[1_111, 2_222, 3_333, 4_444])
    other = dataclasses.replace(
        pack, tables={**pack.tables, "ehcps_by_year": dataclasses.replace(pack.table("ehcps_by_year"), frame=frame)}
    )
    assert any("4,444" in text for text in words(opened(other))) and "4,444" not in allowed(pack)


@pytest.mark.parametrize("name", PACKS)
def test_sentences_with_figures_name_their_tables(name: str) -> None:
    pack = PACKS[name]
    listed = [paragraph.text for paragraph in opened(pack).paragraphs if paragraph.style.name in ("List Bullet", "List Number")]
    for text in listed:
        if re.search(r"\d", text):
            tables = re.findall(r"\[([a-z_, ]+)\]$", text)
            assert tables, text
            assert all(table in pack.tables for table in tables[0].split(", "))


@pytest.mark.parametrize("name", PACKS)
def test_headings_are_real_and_in_order(name: str) -> None:
    document = opened(PACKS[name])
    assert document.paragraphs[0].style.name == "Title"
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")]
    assert headings == [
        "What Schools Forum is asked to do", "Executive summary", "Options compared", "What it means for children and families", "Money",
        "Risks, and what could change the answer", "Equality", "How this was made",
    ]  # fmt: skip
    assert {paragraph.style.name for paragraph in document.paragraphs if paragraph.style.name.startswith("Heading")} == {"Heading 1"}


@pytest.mark.parametrize("name", PACKS)
def test_tables_have_header_rows_and_charts_have_words(name: str) -> None:
    pack = PACKS[name]
    document = opened(pack)
    assert len(document.tables) >= 2
    for table in document.tables:
        heads = [row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
        assert heads[0] and not any(heads[1:])
        assert all(cell.text for cell in table.rows[0].cells)
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
    pictures = list(document.element.body.iter(qn("wp:docPr")))
    assert len(pictures) == 2
    assert all(element.get("descr").startswith("Line chart. ") and "2027/28" in element.get("descr") for element in pictures)


def test_title_language_and_properties() -> None:
    document = opened(packs.run_pack())
    properties = document.core_properties
    assert properties.title == "Test scenario: paper for Schools Forum" and properties.language == "en-GB"
    assert properties.author == "" and properties.last_modified_by == ""
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}/{qn('w:lang')}")
    assert defaults.get(qn("w:val")) == "en-GB"
    texts = " ".join(words(document))
    assert not re.search(r"python-docx|generated by", texts)


def test_people_and_dates_are_left_blank() -> None:
    document = opened(packs.run_pack())
    assert "Date of meeting: ____" in " ".join(paragraph.text for paragraph in document.paragraphs)
    sign_off = document.tables[-1]
    assert [row.cells[0].text for row in sign_off.rows[1:]] == list(ROLES)
    assert all(cell.text == "" for row in sign_off.rows[1:] for cell in row.cells[1:])


def test_an_internal_pack_says_so_on_every_page_and_a_public_one_does_not() -> None:
    for audience, says in ((Audience.INTERNAL, True), (Audience.PUBLIC, False)):
        document = opened(packs.run_pack(audience))
        assert ("INTERNAL" in document.sections[0].header.paragraphs[0].text) is says
        assert ("INTERNAL" in document.core_properties.keywords) is says


def test_nobody_waiting_is_said_and_not_invented() -> None:
    texts = " ".join(words(opened(packs.run_pack(waits=False))))
    assert "Nobody waits for a place in any year." in texts and "Nobody waits in any of the districts." in texts
    assert "child-years" not in texts


def test_a_mark_is_printed_and_explained() -> None:
    texts = " ".join(words(opened(packs.comparison_pack())))
    assert "Transformation [low]" in texts and f"[low] {MARKS['low']}" in texts


def test_what_is_recommended_follows_waiting_then_cost_then_findings() -> None:
    assert best(Figures(packs.comparison_pack(alike=False))) == (["special_expansion"], ["transformation"])
    assert best(Figures(packs.comparison_pack())) == (["special_expansion"], ["transformation", "special_expansion"])
    assert best(Figures(packs.comparison_pack(waiting=(25, 0, 0), alike=False))) == (["transformation"], ["transformation"])
    assert best(Figures(packs.comparison_pack(waiting=(25, 0, 0)))) == (["transformation", "special_expansion"],) * 2

    def asks(**how: Any) -> str:
        return " ".join(
            paragraph.text for paragraph in opened(packs.comparison_pack(**how)).paragraphs if paragraph.style.name == "List Number"
        )

    assert "consider Special school expansion, which leaves the fewest children waiting [" in asks()
    assert "the least costly scenarios, with no clear difference between them, are Transformation and Special school expansion" in asks()
    assert "consider Transformation, which leaves the fewest children waiting and, of those that do, costs least" in asks(
        waiting=(25, 0, 0), alike=False
    )
    assert "consider Transformation and Special school expansion, which leave the fewest" in asks(waiting=(25, 0, 0))


@pytest.mark.parametrize("left_out", [*packs.run_pack().tables])
def test_a_table_that_is_not_there_leaves_its_sentence_out(left_out: str) -> None:
    pack = packs.run_pack()
    kept = {name: table for name, table in pack.tables.items() if name != left_out}
    texts = words(opened(dataclasses.replace(pack, tables=kept)))
    assert not any(f"[{left_out}]" in text for text in texts)
    assert "How this was made" in texts


def test_names_are_text_whatever_they_look_like() -> None:
    for name in ("<w:p>&amp;</w:p>", "=1+1", "Oak & Ash <b>", 'O\'Neill "base"'):
        assert any(cell.text == name for table in opened(packs.run_pack(name=name)).tables for row in table.rows for cell in row.cells)


def test_the_same_pack_gives_the_same_bytes() -> None:
    assert briefing(packs.run_pack()) == briefing(packs.run_pack())
    with zipfile.ZipFile(io.BytesIO(briefing(packs.run_pack()))) as archive:
        assert archive.testzip() is None


def test_it_is_written_where_it_is_told_to(tmp_path: Path) -> None:
    write_briefing(tmp_path, packs.run_pack())
    assert (tmp_path / "briefing.docx").read_bytes() == briefing(packs.run_pack())


def test_figures_are_printed_one_way() -> None:
    assert [show(value, Kind.MONEY) for value in (999_999, 1_000_000, -2_500_000, 0, -0.4)] == [
        "£999,999",
        "£1.0 million",
        "-£2.5 million",
        "£0",
        "£0",
    ]
    assert [show(value, Kind.CHILDREN) for value in (1234.0, 7.5, 0)] == ["1,234", "7.5", "0"]
    assert show(float("nan"), Kind.CHILDREN) == "[x]" and show(None, Kind.TEXT) == "[x]" and show("2026/27", Kind.YEAR) == "2026/27"


@office.needs_libreoffice
@pytest.mark.parametrize("name", PACKS)
def test_it_has_two_pages_with_the_summary_on_the_first(name: str, tmp_path: Path) -> None:
    source = tmp_path / "briefing.docx"
    source.write_bytes(briefing(PACKS[name]))
    pages = pypdf.PdfReader(office.convert(source, tmp_path, "pdf")).pages
    assert len(pages) == 2
    first = pages[0].extract_text()
    assert first.index("What Schools Forum is asked to do") < first.index("Executive summary") < first.index("Options compared")
