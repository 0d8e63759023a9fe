"""LibreOffice without a window, for the tests: recalculates a workbook in full, or turns a document into pages."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest

PROGRAM = shutil.which("soffice") or shutil.which("libreoffice")
needs_libreoffice = pytest.mark.skipif(PROGRAM is None, reason="LibreOffice is not installed (Debian: libreoffice-calc libreoffice-writer)")

_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""A profile that recalculates every formula on opening (0); the usual one keeps the stored values and could find no error."""


def convert(source: Path, folder: Path, kind: str) -> Path:
    """Open a file with a profile of its own and write it as another kind, every formula worked out anew."""
    assert PROGRAM is not None
    profile = folder / "profile"
    if not profile.exists():
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_PROFILE, encoding="utf-8")
    out = folder / "out"
    subprocess.run(
        [PROGRAM, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", kind, "--outdir", str(out), str(source)],
        check=True,
        capture_output=True,
        timeout=300,
    )
    return out / f"{source.stem}.{kind.split(':')[0]}"


Cells = dict[tuple[str, str], object]


def values(path: Path) -> Cells:
    """Every stored value of a workbook by sheet and cell."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    }


def formulas(path: Path) -> dict[tuple[str, str], str]:
    """Every formula of a workbook by sheet and cell."""
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def recalculated(path: Path, folder: Path) -> Cells:
    """Every value of a workbook after a full recalculation."""
    return values(convert(path, folder, "xlsx"))


def changed(source: Path, target: Path, sheet: str, cell: str, *, formula: str | None = None, value: float | str | None = None) -> Path:
    """A copy of a workbook with one cell changed in the file itself, so that every other stored value stays as it is."""
    names = re.findall(r'<sheet name="([^"]*)"', zipfile.ZipFile(source).read("xl/workbook.xml").decode())
    part = f"xl/worksheets/sheet{names.index(escape(sheet)) + 1}.xml"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename == part:
                data = _with_cell(data.decode("utf-8"), cell, formula, value).encode("utf-8")
            new.writestr(item, data)
    return target


def _with_cell(text: str, cell: str, formula: str | None, value: float | str | None) -> str:
    match = re.search(rf'<c r="{cell}"([^>]*?)(?:/>|>(.*?)</c>)', text)
    assert match, f"there is no cell {cell}"
    style = re.search(r's="\d+"', match[1])
    attributes = f" {style[0]}" if style else ""
    old = re.search(r"<f>(.*?)</f>", match[2] or "")
    stored = re.search(r"<v>(.*?)</v>", match[2] or "")
    inner = f"<f>{escape(formula)}</f>" if formula is not None else (old[0] if old and value is None else "")
    if isinstance(value, str):
        new = f'<c r="{cell}"{attributes} t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    else:
        kept = stored[1] if stored and value is None else repr(value)
        if value is not None and formula is None and old:
            inner = old[0]
        new = f'<c r="{cell}"{attributes}>{inner}<v>{kept}</v></c>'
    return text[: match.start()] + new + text[match.end() :]
