"""××年部门目标任务分解表 (Art. 5.2), on paper and as a workbook.

The columns and their order are the regulation's table; the workbook can be read back by the
import without change: one header line, within the first five rows, one task a row, no totals.
Takes plain lines; who may see which task was decided before.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from app.reports import pdf, xlsx
from app.reports.csv_file import csv_bytes


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task of the table. Departments are in order, the first of `lead` leads.

    `due_text` are the words of the issued table ("6月底前"); without them the date is shown.
    `weight` has no unit: weights count relative to each other. `number` may be empty: then
    the line's place in the table is printed.
    """

    title: str
    number: str = ""
    work_point: str = ""
    measures: str = ""
    standard: str = ""
    due: date | None = None
    due_text: str = ""
    lead: Sequence[str] = ()
    assist: Sequence[str] = ()
    leader: str = ""
    owner: str = ""
    weight: Decimal | float | int | None = None
    remark: str = ""


_COLUMNS: tuple[tuple[pdf.Column, xlsx.Column], ...] = (
    (
        pdf.Column("number", "序号", 11, align="center"),
        xlsx.Column("number", "序号", 7, align="center"),
    ),
    (
        pdf.Column("work_point", "工作要点", 25, merge=True),
        xlsx.Column("work_point", "工作要点", 18),
    ),
    (pdf.Column("title", "目标任务", flex=1.25), xlsx.Column("title", "目标任务", 28)),
    (
        pdf.Column("measures", "主要举措/时序进度", flex=1.7),
        xlsx.Column("measures", "主要举措/时序进度", 38),
    ),
    (pdf.Column("standard", "考核标准", flex=1.25), xlsx.Column("standard", "考核标准", 28)),
    (pdf.Column("due", "完成时限", 19, align="center"), xlsx.Column("due", "完成时限", 12, "date")),
    (
        pdf.Column("lead", "牵头部门", 20.8, align="center"),
        xlsx.Column("lead", "牵头部门", 13, align="center"),
    ),
    (
        pdf.Column("assist", "配合部门", 21.5, align="center"),
        xlsx.Column("assist", "配合部门", 15, align="center"),
    ),
    (
        pdf.Column("leader", "分管领导", 15, align="center"),
        xlsx.Column("leader", "分管领导", 10, align="center"),
    ),
    (
        pdf.Column("owner", "责任人", 14, align="center"),
        xlsx.Column("owner", "责任人", 9, align="center"),
    ),
    (
        pdf.Column("weight", "权重", 10, align="center"),
        xlsx.Column("weight", "权重", 7, "number", align="center"),
    ),
    (pdf.Column("remark", "备注", 15.5), xlsx.Column("remark", "备注", 14)),
)
SHEET_NAME = "目标任务分解表"


def decomposition_title(year: int, college: str = "") -> str:
    """The document's name as the regulation has it."""
    return f"{college}{year}年部门目标任务分解表"


def decomposition_pdf(
    year: int,
    rows: Iterable[TaskLine],
    *,
    state_label: str,
    version: str | int,
    check_code: str,
    college: str,
    issue_number: str = "",
    issued_by: str = "",
    issued_on: str | date = "",
    notes: Sequence[str] = (),
    signature_block: Sequence[str] = (),
    invariant: bool = False,
) -> bytes:
    """The table on A4 landscape. Neighbouring tasks of one work point share its cell.

    `issue_number` (文号) stands under the title; `issued_by` defaults to the college once there
    is a date. Errors are those of `pdf.table_document`.
    """
    return pdf.table_document(
        title=decomposition_title(year, college),
        subtitle=issue_number,
        columns=[paper for paper, _ in _COLUMNS],
        rows=_values(rows),
        state_label=state_label,
        version=version,
        check_code=check_code,
        issued_by=issued_by or (college if issued_on else ""),
        issued_on=issued_on,
        notes=notes,
        signature_block=signature_block,
        font_size=8.5,
        author=college,
        invariant=invariant,
    )


def decomposition_xlsx(
    year: int,
    rows: Iterable[TaskLine],
    *,
    state_label: str,
    version: str | int,
    check_code: str,
    college: str,
    issue_number: str = "",
    indicators: Sequence[str] = (),
    created: datetime | None = None,
) -> bytes:
    """The table as a workbook: title in row 1, state and version in row 2, header in row 3.

    `indicators` are each line's, in a column that the paper does not have.
    完成时限 holds the issued words where there are any, else a real date. `created` as in
    `xlsx.workbook`.
    """
    title = decomposition_title(year, college)
    marks = f"{state_label}　版本 {version}　校验码 {check_code}"
    return xlsx.workbook(
        [
            xlsx.SheetSpec(
                SHEET_NAME,
                _sheet_columns(indicators),
                _values(rows, indicators),
                title=title,
                subtitle="　　".join(part for part in (issue_number, marks) if part),
                footer=marks,
            )
        ],
        title=title,
        author=college,
        created=created,
    )


def decomposition_csv(rows: Iterable[TaskLine], indicators: Sequence[str] = ()) -> bytes:
    """The same columns as CSV, header first; see `csv_file`."""
    return csv_bytes(_sheet_columns(indicators), _values(rows, indicators))


def _sheet_columns(indicators: Sequence[str]) -> list[xlsx.Column]:
    columns = [sheet for _, sheet in _COLUMNS]
    if any(indicators):
        place = next(n for n, column in enumerate(columns, start=1) if column.key == "standard")
        columns.insert(place, xlsx.Column("indicators", "考核指标", 26))
    return columns


def _values(rows: Iterable[TaskLine], indicators: Sequence[str] = ()) -> Iterable[dict[str, Any]]:
    for place, (line, told) in enumerate(zip_longest(rows, indicators), start=1):
        yield {
            "number": line.number or str(place),
            "work_point": line.work_point,
            "title": line.title,
            "measures": line.measures,
            "standard": line.standard,
            "indicators": told or "",
            "due": line.due_text or line.due,
            "lead": list(line.lead),
            "assist": list(line.assist),
            "leader": line.leader,
            "owner": line.owner,
            "weight": line.weight,
            "remark": line.remark,
        }
