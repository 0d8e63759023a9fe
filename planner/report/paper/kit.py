"""Setting a paper in Word: real headings, lists, tables with header rows, pictures with words beside them."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Sequence
from typing import Any, Final

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from planner.report.paper.figures import Said

TEXT, SOFT, NAVY = RGBColor(0x0B, 0x0C, 0x0C), RGBColor(0x50, 0x5A, 0x5F), RGBColor(0x12, 0x43, 0x6D)
BODY_POINTS, TABLE_POINTS, REFERENCE_POINTS = 11.0, 10.5, 9.0
WIDTH_CM: Final = 17.4
MOST_IN_PROPERTY: Final = 255

_FIRST_MOMENT: Final = (1980, 1, 1, 0, 0, 0)


class Paper:
    """A Word document being written."""

    def __init__(self, title: str, subject: str, created: str, keywords: str) -> None:
        self.document: Any = Document()
        self._page()
        self._styles()
        properties = self.document.core_properties
        properties.title, properties.subject, properties.keywords = (_clipped(text) for text in (title, subject, keywords))
        properties.language, properties.author, properties.last_modified_by, properties.comments = "en-GB", "", "", ""
        when = _moment(created)
        properties.created = properties.modified = when
        properties.revision = 1

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(1.8)
        section.top_margin, section.bottom_margin = Cm(1.3), Cm(1.3)
        section.header_distance = section.footer_distance = Cm(0.6)

    def _styles(self) -> None:
        styles = self.document.styles
        for name, size, before, after, colour in (
            ("Normal", BODY_POINTS, 0, 3, TEXT), ("Title", 18.0, 0, 1, NAVY), ("Subtitle", BODY_POINTS, 0, 3, SOFT), ("Heading 1", 13.0, 6, 2, NAVY),
            ("List Bullet", BODY_POINTS, 0, 1.5, TEXT), ("List Number", BODY_POINTS, 0, 1.5, TEXT), ("Caption", 9.5, 2, 4, SOFT),
        ):  # fmt: skip
            style = styles[name]
            style.font.name, style.font.size, style.font.color.rgb, style.font.italic = "Arial", Pt(size), colour, False
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for attribute in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
                fonts.attrib.pop(qn(attribute), None)
            for attribute in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(attribute), "Arial")
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.0
            for spaced in style.element.rPr.findall(qn("w:spacing")):
                style.element.rPr.remove(spaced)
        styles["Caption"].font.bold = False
        for name in ("Title", "Heading 1"):
            styles[name].font.bold = True
            styles[name].paragraph_format.keep_with_next = True
        for border in styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
        defaults = styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
        language = defaults.find(qn("w:lang"))
        if language is None:
            language = OxmlElement("w:lang")
            defaults.append(language)
        for attribute in ("w:val", "w:eastAsia"):
            language.set(qn(attribute), "en-GB")

    def edge(self, top: str, bottom: str) -> None:
        """The line above and below every page."""
        section = self.document.sections[0]
        for part, text in ((section.header, top), (section.footer, bottom)):
            paragraph = part.paragraphs[0]
            run = paragraph.add_run(text)
            run.font.size, run.font.color.rgb, run.font.name = Pt(REFERENCE_POINTS), SOFT, "Arial"

    def title(self, text: str, subtitle: str) -> None:
        """The paper's title and the line under it."""
        self.document.add_paragraph(text, style="Title")
        self.document.add_paragraph(subtitle, style="Subtitle")

    def heading(self, text: str) -> None:
        """A heading."""
        self.document.add_heading(text, level=1)

    def say(self, said: Said | str, style: str = "Normal") -> None:
        """A paragraph; the tables that its figures come from follow in brackets."""
        one = Said(said) if isinstance(said, str) else said
        paragraph = self.document.add_paragraph(one.text, style=style)
        if one.tables:
            run = paragraph.add_run(f" [{', '.join(one.tables)}]")
            run.font.size, run.font.color.rgb = Pt(REFERENCE_POINTS), SOFT

    def bullets(self, sentences: Sequence[Said], style: str = "List Bullet") -> None:
        """A list."""
        for said in sentences:
            self.say(said, style)

    def table(self, caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float], description: str) -> None:
        """A table with a caption above it, a header row that is marked as one, figures on the right, and words for its contents."""
        self.document.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = True
        table = self.document.add_table(rows=1 + len(rows), cols=len(header))
        table.style = "Table Grid"
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        indent = OxmlElement("w:tblInd")
        indent.set(qn("w:w"), "108")
        indent.set(qn("w:type"), "dxa")
        table._tbl.tblPr.append(indent)
        for number, texts in enumerate([header, *rows]):
            row = table.rows[number]
            _flag(row, "w:cantSplit")
            if number == 0:
                _flag(row, "w:tblHeader")
            for column, text in enumerate(texts):
                self._cell(row.cells[column], text, widths[column], head=number == 0, right=column > 0 and _is_figure(rows, column))
        properties = table._tbl.tblPr
        for tag, text in (("w:tblCaption", caption), ("w:tblDescription", description)):
            element = OxmlElement(tag)
            element.set(qn("w:val"), text)
            properties.append(element)

    def _cell(self, cell: Any, text: str, width: float, *, head: bool, right: bool) -> None:
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(text)
        run.font.size, run.font.bold = Pt(TABLE_POINTS), head
        if right:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if head:
            shade = OxmlElement("w:shd")
            for name, value in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", "E6ECF1")):
                shade.set(qn(name), value)
            cell._tc.get_or_add_tcPr().append(shade)

    def picture(self, data: bytes, title: str, alt: str, source: str, height: float) -> None:
        """A chart: its headline as text above it, words for those who cannot see it, and where its figures come from below it."""
        head = self.document.add_paragraph(style="Caption")
        head.paragraph_format.keep_with_next = True
        run = head.add_run(title)
        run.font.bold, run.font.color.rgb, run.font.size = True, TEXT, Pt(BODY_POINTS)
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(0)
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(io.BytesIO(data), width=Cm(WIDTH_CM), height=Cm(height))
        shape._inline.docPr.set("descr", alt)
        shape._inline.docPr.set("title", title)
        self.document.add_paragraph(source, style="Caption")

    def data(self) -> bytes:
        """The document as a file, the same bytes for the same contents."""
        buffer = io.BytesIO()
        self.document.save(buffer)
        steady = io.BytesIO()
        with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(steady, "w", zipfile.ZIP_DEFLATED) as target:
            for item in source.infolist():
                target.writestr(zipfile.ZipInfo(item.filename, _FIRST_MOMENT), source.read(item), zipfile.ZIP_DEFLATED)
        return steady.getvalue()


def _flag(row: Any, tag: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(tag))


def _is_figure(rows: Sequence[Sequence[str]], column: int) -> bool:
    """Whether more than half of a column are figures, or marks in place of them."""
    cells = [row[column] for row in rows]
    figures = sum(text.lstrip("-£")[:1].isdigit() for text in cells)
    return figures > 0 and 2 * (figures + sum(text.startswith("[") for text in cells)) > len(cells)


def _clipped(text: str) -> str:
    """A text as long as a property of a Word document may be."""
    return text if len(text) <= MOST_IN_PROPERTY else f"{text[: MOST_IN_PROPERTY - 3]}..."


def _moment(text: str) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return datetime.datetime(2000, 1, 1)
