"""Tables of departments."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.exchange.departments import ParsedDepartments, kind_of, parse_departments
from app.exchange.reading import read_sheets


def parse(tmp_path: Path, text: str) -> ParsedDepartments:
    path = tmp_path / "departments.csv"
    path.write_text(text, encoding="utf-8")
    return parse_departments(read_sheets(path))


def test_chinese_headings_below_a_title_are_understood(tmp_path: Path) -> None:
    parsed = parse(
        tmp_path,
        "某学院机构表,,,,\n部门编号,部门名称,部门简称,类别,上级部门\n"
        "１01,教务处,教务,职能部门,\n102,考试科,,科室,教务处\n201,机电工程系,,二级学院,/\n",
    )
    assert not parsed.has_errors
    assert [(r.row, r.code, r.name, r.short_name, r.kind, r.parent) for r in parsed.rows] == [
        (3, "101", "教务处", "教务", "functional", ""),
        (4, "102", "考试科", "", "section", "教务处"),
        (5, "201", "机电工程系", "", "teaching", ""),
    ]


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("职能部门", "functional"),
        ("管理部门", "functional"),
        ("教辅", "functional"),
        ("教学辅助部门", "functional"),
        ("系", "teaching"),
        ("系部", "teaching"),
        ("部", "teaching"),
        ("分院", "teaching"),
        ("教学部", "teaching"),
        ("党群部门", "party"),
        ("党务", "party"),
        ("科室", "section"),
        ("section", "section"),
        ("宇宙", None),
    ],
)
def test_kinds_have_many_names(word: str, kind: str | None) -> None:
    assert kind_of(word) == kind


def test_repeated_and_empty_fields_are_errors_at_their_cells(tmp_path: Path) -> None:
    parsed = parse(
        tmp_path,
        "id,name,kind,parent\n1,教务处,职能部门,\n1,学生处,职能部门,\n3,教务处,,\n4,,系,\n"
        "5,图书馆,星系团,\n6,<b>处</b>,职能部门,\n7,财务处,职能部门,财务处\n",
    )
    found = [(e.row, e.field, e.column) for row in parsed.rows for e in row.errors]
    assert found == [
        (3, "code", "A"),
        (4, "kind", "C"),
        (4, "name", "B"),
        (5, "name", "B"),
        (6, "kind", "C"),
        (7, "name", "B"),
        (8, "parent", "D"),
    ]


def test_without_a_kind_column_the_name_decides(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "部门\n教务处\n机电工程系\n")
    assert [row.kind for row in parsed.rows] == ["functional", "teaching"]


def test_a_table_without_headings_is_an_error(tmp_path: Path) -> None:
    parsed = parse(tmp_path, "甲,乙\n丙,丁\n")
    assert parsed.has_errors
    assert parse(tmp_path, "名称,类别\n").has_errors
