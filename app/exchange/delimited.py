"""CSV and TSV as offices send them: UTF-8 with or without BOM, UTF-16, GB18030."""

from __future__ import annotations

import csv
import io

from app.core.text import message
from app.exchange.cells import Cell
from app.exchange.problems import FileProblem
from app.reports.csv_file import restore_text

_DELIMITERS = (",", "\t", ";", "|")


def read_delimited(data: bytes, *, rows: int, columns: int) -> list[list[Cell]]:
    """The records of a delimited text file; every cell is text.

    An apostrophe that an export put before =, +, - or @ (so that Excel shows text
    instead of computing) is taken off again, by the exports' own rule. Raises FileProblem for unknown bytes,
    broken quoting, or more than `rows` records or `columns` fields.
    """
    text = decode(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=False)
    table: list[list[Cell]] = []
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


def decode(data: bytes) -> str:
    """The text of the file. UTF-8 is tried before GB18030; FileProblem if neither fits."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in data:
        encodings = ()
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileProblem(
        message("The text in this file is neither UTF-8 nor GB18030; please save it as .xlsx.")
    )


def delimiter_of(text: str) -> str:
    """The delimiter found in most of the first lines, outside quotes; a comma if none is."""
    counts = dict.fromkeys(_DELIMITERS, 0)
    quoted, lines = False, 0
    for character in text[:20000]:
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
