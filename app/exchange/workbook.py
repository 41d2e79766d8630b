"""Looking at an XLSX package before anything unpacks it, and at what the reading library does not
tell: the formulas in its sheets, and which numbers are shown as percents.

The reading library builds a dense table and trusts the package. These checks refuse
what would fill the memory (zip bombs, a lone cell in XFD1048576) and what is no
workbook, at the price of one streaming pass.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

from app.core.text import message
from app.exchange.cells import column_letter, column_number
from app.exchange.problems import FileProblem, Problem

_CHUNK = 1 << 20
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*[^/>])>\s*<(?:\w+:)?(f|v|is)\b")
_FORMULA = re.compile(rb"[^<>]*>([^<]+)<")
_STYLE = re.compile(rb"\bs\s*=\s*[\"'](\d{1,6})[\"']")
_PERCENT_FORMATS = frozenset({"9", "10"})
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.')
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']")
_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class SheetScan:
    """The size of a sheet's filled area (rows, columns), its formulas by their place ("" for one
    that is not told: it repeats another) and the places of what is shown as a percent."""

    rows: int = 0
    columns: int = 0
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    percents: set[tuple[int, int]] = field(default_factory=set)


class Package:
    """An XLSX file opened with care. Raises FileProblem for anything that is not sound."""

    def __init__(self, file: zipfile.ZipFile, *, unpacked_bytes: int, unpack_ratio: int) -> None:
        self.file = file
        self.limit = unpacked_bytes
        entries = file.infolist()
        total = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        suspicious = total > 8 * _CHUNK and total > unpack_ratio * max(packed, 1)
        if total > unpacked_bytes or suspicious or len(entries) > 5000:
            raise FileProblem(
                message(
                    "Unpacked, this file would take %(size)s MB; that is not accepted.",
                    size=total // 1_000_000,
                )
            )
        if any(entry.flag_bits & 1 for entry in entries):
            raise FileProblem(encrypted())
        names = {entry.filename for entry in entries}
        if "xl/workbook.xml" not in names:
            raise FileProblem(not_a_table())

    def sheet_parts(self) -> dict[str, str]:
        """Sheet name -> path of its part in the package."""
        book = self._xml("xl/workbook.xml")
        targets = {
            relation.get("Id"): relation.get("Target", "")
            for relation in self._xml("xl/_rels/workbook.xml.rels")
        }
        parts = {}
        for sheet in book.iterfind("{*}sheets/{*}sheet"):
            identity = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), None)
            target = targets.get(sheet.get(_REL_ID) or identity, "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts[sheet.get("name", "")] = path
        return parts

    def check_parts(self) -> None:
        """Unpack every XML part once without keeping it: sizes and checksums must be true."""
        for entry in self.file.infolist():
            if entry.filename.endswith((".xml", ".rels")):
                for _chunk in self._chunks(entry.filename):
                    pass

    def percent_styles(self) -> frozenset[int]:
        """The numbers of the styles that show a number as a percent; none if they cannot be read."""
        if "xl/styles.xml" not in self.file.namelist():
            return frozenset()
        try:
            styles = self._xml("xl/styles.xml")
        except FileProblem:
            return frozenset()
        percents = set(_PERCENT_FORMATS)
        for one in styles.iterfind("{*}numFmts/{*}numFmt"):
            if "%" in _QUOTED.sub("", one.get("formatCode", "")):
                percents.add(one.get("numFmtId", ""))
        cells = styles.iterfind("{*}cellXfs/{*}xf")
        return frozenset(n for n, one in enumerate(cells) if one.get("numFmtId") in percents)

    def scan(self, part: str, percent_styles: frozenset[int] = frozenset()) -> SheetScan:
        """Where the filled cells end, which of them hold formulas and which show percents."""
        result = SheetScan()
        rest = b""
        for chunk in self._chunks(part):
            rest += chunk
            end = 0
            for found in _CELL.finditer(rest):
                end = found.end()
                place = _PLACE.search(found[1])
                if place is None:
                    continue
                row, column = int(place[2]), column_number(place[1].decode())
                result.rows = max(result.rows, row)
                result.columns = max(result.columns, column)
                if found[2] == b"f":
                    text = _FORMULA.match(rest, found.end())
                    result.formulas[row, column] = (
                        unescape(text[1].decode(errors="replace")) if text else ""
                    )
                style = _STYLE.search(found[1]) if percent_styles else None
                if style is not None and int(style[1]) in percent_styles:
                    result.percents.add((row, column))
            rest = rest[max(end, len(rest) - 4096) :]
        return result

    def _chunks(self, part: str) -> Iterator[bytes]:
        read = 0
        try:
            with self.file.open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    read += len(chunk)
                    if read > self.limit:
                        raise FileProblem(corrupt())
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, OSError):
            raise FileProblem(corrupt()) from None

    def _xml(self, part: str) -> ET.Element:
        data = b"".join(self._chunks(part))
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or len(data) > 5 * _CHUNK:
            raise FileProblem(corrupt())
        try:
            return ET.fromstring(data)  # noqa: S314 (no document type, so no entities)
        except (ET.ParseError, LookupError, ValueError):  # also an encoding nobody knows
            raise FileProblem(corrupt()) from None


def too_far(sheet: str, scan: SheetScan, *, rows: int, columns: int, cells: int) -> Problem | None:
    """The problem if the sheet's filled area is larger than allowed, else None."""
    if scan.rows <= rows and scan.columns <= columns and scan.rows * scan.columns <= cells:
        return None
    return Problem(
        message(
            "The filled area of sheet “%(sheet)s” ends at %(place)s; at most %(rows)s rows, "
            "%(columns)s columns and %(cells)s cells are accepted.",
            sheet=sheet,
            place=f"{column_letter(scan.columns)}{scan.rows}",
            rows=rows,
            columns=columns,
            cells=cells,
        ),
        sheet=sheet,
    )


def corrupt() -> Problem:
    """The file is damaged."""
    return Problem(message("The file is damaged and cannot be read."))


def encrypted() -> Problem:
    """The file asks for a password."""
    return Problem(message("The file is protected by a password; please save it without one."))


def not_a_table() -> Problem:
    """The file is of a kind that is not read."""
    return Problem(message("This is not a table file. XLSX, XLS, CSV and TSV are accepted."))
