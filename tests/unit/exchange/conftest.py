"""Small files for the tests of reading and parsing, made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from exchange_makers import DEPARTMENTS, Rows, write_workbook

from app.exchange.reading import read_sheets
from app.exchange.tasks import ParsedTable, parse_tasks


@pytest.fixture
def make_workbook(tmp_path: Path) -> Callable[..., Path]:
    def make(rows: Rows, *, merges: Sequence[str] = (), sheet: str = "分解表") -> Path:
        return write_workbook(tmp_path / "made.xlsx", {sheet: rows}, {sheet: list(merges)})

    return make


@pytest.fixture
def parse_rows(make_workbook: Callable[..., Path]) -> Callable[..., ParsedTable]:
    """Write the rows as an XLSX and parse them for 2026."""

    def parse(
        rows: Rows,
        *,
        merges: Sequence[str] = (),
        sheet: str = "分解表",
        known: set[str] | None = DEPARTMENTS,
        **options: Any,
    ) -> ParsedTable:
        path = make_workbook(rows, merges=merges, sheet=sheet)
        return parse_tasks(read_sheets(path), year=2026, known_departments=known, **options)

    return parse
