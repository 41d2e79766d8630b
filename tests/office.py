"""Files as an office would have edited and saved them; LibreOffice without a screen."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl

Edit = Callable[[Any, Callable[[str], int]], None]
"""Changes a sheet, given the column under each heading."""

SOFFICE = shutil.which("soffice")
SECONDS = 180
HOW = {
    ".xlsx": ["--convert-to", "xlsx:Calc MS Excel 2007 XML"],
    # Commas, quotes, UTF-8 (76): what LibreOffice asks when it opens a CSV.
    ".csv": [
        "--infilter=CSV:44,34,76,1",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76",
    ],
    # What an office looks at; text in a file of its own format proves little.
    ".docx": ["--convert-to", "pdf:writer_pdf_Export"],
}


def saved_by_libreoffice(paths: Sequence[Path], folder: Path) -> list[Path]:
    """These files of one format, opened by one LibreOffice and saved in the same format (a
    Word file as PDF) under `folder`, in their order. Fails where a file could not be opened."""
    assert SOFFICE, (
        "LibreOffice is missing; on Debian: "
        "apt-get install libreoffice-calc-nogui libreoffice-writer-nogui"
    )
    folder.mkdir(exist_ok=True)
    (suffix,) = {path.suffix for path in paths}
    subprocess.run(  # noqa: S603 (our own files)
        [
            SOFFICE, "--headless", "--norestore", f"-env:UserInstallation=file://{folder}/profile",
            *HOW[suffix], "--outdir", str(folder), *map(str, paths),
        ],
        check=True, capture_output=True, timeout=SECONDS,
    )  # fmt: skip
    saved = [folder / path.name for path in paths]
    if suffix == ".docx":
        saved = [path.with_suffix(".pdf") for path in saved]
    missing = [path.name for path in saved if not path.exists()]
    assert not missing, f"LibreOffice did not open: {missing}"
    return saved


def edited(path: Path, edit: Edit) -> Path:
    """The workbook with `edit(sheet, column_of)` done to its first sheet."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    edit(sheet, lambda heading: next(at for head, at in heads.items() if head.startswith(heading)))
    made = path.with_name(f"edited-{path.name}")
    book.save(made)
    return made


def row_of(sheet: Any, text: str) -> int:
    """The row in which a cell says exactly this."""
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == text)


def cells(path: Path) -> list[list[Any]]:
    """What the first sheet of a workbook, or a CSV, holds."""
    if path.suffix == ".csv":
        return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    sheet = openpyxl.load_workbook(path).worksheets[0]
    found = [[_plain(cell.value) for cell in row] for row in sheet.iter_rows()]
    return [row for row in found if any(value is not None for value in row)]


def _plain(value: Any) -> Any:
    """A text as it was before the format escaped it: openpyxl leaves that as it is."""
    return value.replace("_x005F_", "_") if isinstance(value, str) else value
