"""CSV and TSV as offices send them: UTF-8 with or without BOM, UTF-16, GB18030."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

from app.core.spool import Spool
from app.core.text import message
from app.exchange.cells import Cell
from app.exchange.problems import FileProblem
from app.reports.csv_file import restore_text

_DELIMITERS = (",", "\t", ";", "|")
_BEGINNING = 20_000
"""Characters by which the delimiter is told."""
_CHUNK = 1 << 18


def read_delimited(path: Path, *, rows: int, columns: int) -> Spool[list[Cell]]:
    """The records of a delimited text file; every cell is text.

    An apostrophe that an export put before =, +, - or @ (so that Excel shows text
    instead of computing) is taken off again, by the exports' own rule. Raises FileProblem for unknown bytes,
    broken quoting, or more than `rows` records or `columns` fields.
    """
    table: Spool[list[Cell]] = Spool()
    with path.open(encoding=encoding_of(path), newline="") as text:
        delimiter = delimiter_of(text.read(_BEGINNING))
        text.seek(0)
        reader = csv.reader(text, delimiter=delimiter, strict=False)
        try:
            for record in reader:
                if len(table) >= rows:
                    raise FileProblem(message("The file has more than %(rows)s rows.", rows=rows))
                if len(record) > columns:
                    raise FileProblem(
                        message("The file has more than %(columns)s columns.", columns=columns)
                    )
                table.append([restore_text(field) for field in record])
        except csv.Error:
            raise FileProblem(
                message("The file cannot be read from row %(row)s on.", row=len(table) + 1)
            ) from None
    return table


def encoding_of(path: Path) -> str:
    """What the text of the file is written in. UTF-8 is tried before GB18030; FileProblem if
    neither fits."""
    with path.open("rb") as file:
        marked = file.read(2) in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        if _fits(path, encoding):
            return encoding
    raise FileProblem(
        message("The text in this file is neither UTF-8 nor GB18030; please save it as .xlsx.")
    )


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if b"\x00" in chunk and encoding != "utf-16":
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def delimiter_of(text: str) -> str:
    """The delimiter found in most of the first lines, outside quotes; a comma if none is."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted, lines = False, 0
    for character in text:
        if character == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif character in counts:
            counts[character] += 1
        elif character == "\n":
            lines += 1
            if lines >= 12:
                break
    best = max(_DELIMITERS, key=lambda delimiter: counts[delimiter])
    return best if counts[best] else ","
