"""××年部门目标任务分解表 on paper and as a workbook."""

import io
import re
from datetime import date, datetime
from decimal import Decimal

import openpyxl
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from app.reports.csv_file import restore_text
from app.reports.task_table import (
    TaskLine,
    decomposition_csv,
    decomposition_pdf,
    decomposition_xlsx,
)

HEADERS = [
    "序号", "工作要点", "目标任务", "主要举措/时序进度", "考核标准", "完成时限",
    "牵头部门", "配合部门", "分管领导", "责任人", "权重", "备注",
]  # fmt: skip
LINES = [
    TaskLine(
        "修订人才培养方案", number="1", work_point="深化产教融合", measures="3月：调研\n6月：审议", standard="12个方案印发",
        due=date(2022, 7, 15), lead=("教务处",), assist=("信息工程系", "机电工程系（筹）"), leader="王建国",
        owner="李晓梅", weight=Decimal("7.5"), remark="=重点",
    ),
    TaskLine(
        "举办技能节", number="2", work_point="深化产教融合", due=date(2022, 6, 30), due_text="6月底前",
        lead=("学生工作处", "教务处"), weight=8,
    ),
]  # fmt: skip
MARKS = {
    "state_label": "正式",
    "version": 2,
    "check_code": "7F3A-91C2",
    "college": "××职业技术学院",
}


def read_back(data):
    """Rows below the header, by heading: what an import sees."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    header = next(number for number, row in enumerate(rows[:5]) if "目标任务" in row)
    return rows[header], [dict(zip(rows[header], row, strict=True)) for row in rows[header + 1 :]]


def test_workbook_has_the_regulations_columns_within_five_rows():
    header, rows = read_back(decomposition_xlsx(2022, LINES, **MARKS))
    assert header == HEADERS
    assert len(rows) == len(LINES)


def test_workbook_can_be_read_back_without_loss():
    _, (first, second) = read_back(decomposition_xlsx(2022, LINES, **MARKS))
    assert first["序号"] == "1"
    assert first["主要举措/时序进度"] == "3月：调研\n6月：审议"
    assert first["完成时限"] == date(2022, 7, 15)
    assert first["配合部门"] == "信息工程系、机电工程系（筹）"
    assert first["权重"] == 7.5
    assert first["备注"] == "=重点"
    assert second["工作要点"] == "深化产教融合"
    assert second["完成时限"] == "6月底前"
    assert second["牵头部门"].split("、") == ["学生工作处", "教务处"]


def test_workbook_prints_title_state_version_and_check_code():
    sheet = openpyxl.load_workbook(
        io.BytesIO(
            decomposition_xlsx(
                2022, LINES, issue_number="院字〔2022〕12号", created=datetime(2022, 3, 1), **MARKS
            )
        )
    ).active
    assert sheet["A1"].value == "××职业技术学院2022年部门目标任务分解表"
    for words in ("院字〔2022〕12号", "正式", "版本 2", "校验码 7F3A-91C2"):
        assert words in sheet["A2"].value
    assert "校验码 7F3A-91C2" in sheet.oddFooter.left.text


def test_lines_without_a_number_are_counted():
    _, rows = read_back(decomposition_xlsx(2022, [TaskLine("甲"), TaskLine("乙")], **MARKS))
    assert [row["序号"] for row in rows] == ["1", "2"]


def test_csv_has_the_same_columns_and_restores_its_text():
    import csv

    rows = list(csv.reader(io.StringIO(decomposition_csv(LINES).decode("utf-8-sig"), newline="")))
    assert rows[0] == HEADERS
    assert rows[1][-1] == "'=重点"
    assert restore_text(rows[1][-1]) == "=重点"


def test_paper_shows_every_column_and_shares_the_work_point():
    document = PdfReader(
        io.BytesIO(
            decomposition_pdf(
                2022, LINES, issue_number="院字〔2022〕12号", issued_on=date(2022, 2, 28), **MARKS
            )
        )
    )
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in document.pages))
    for heading in HEADERS:
        assert heading in text
    assert text.count("深化产教融合") == 1
    assert "××职业技术学院2022年2月28日" in text
    assert "2022-07-15" in text and "6月底前" in text
    assert document.metadata.title == "××职业技术学院2022年部门目标任务分解表"
