"""Names of units in a cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.units import is_group, looks_like_unit, nearest, split_roles, split_units


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "教务处、学生处；财务处，图书馆\n信息中心",
            ["教务处", "学生处", "财务处", "图书馆", "信息中心"],
        ),
        ("工会/团委", ["工会", "团委"]),
        ("教务处 学生处", ["教务处", "学生处"]),
        ("组织部（人事处、教师发展中心）、教务处", ["组织部（人事处、教师发展中心）", "教务处"]),
        ("党委办公室 | 院长办公室", ["党委办公室 | 院长办公室"]),
        ("党 办", ["党办"]),
        ("各系部", ["各系部"]),
        ("教务处、教务处。", ["教务处"]),
        ("教务处（牵头、学生处", ["教务处（牵头", "学生处"]),
        ("国际合作与交流处", ["国际合作与交流处"]),
        ("/", []),
        ("无", []),
        ("——", []),
        (" ", []),
    ],
)
def test_units_are_parted_as_offices_part_them(text: str, names: list[str]) -> None:
    assert split_units(text) == names


@pytest.mark.parametrize(
    ("text", "lead", "assist"),
    [
        ("教务处、学生处", ["教务处", "学生处"], []),
        ("牵头：教务处；配合：学生处、财务处", ["教务处"], ["学生处", "财务处"]),
        ("牵头单位：教务处\n配合单位：各系部", ["教务处"], ["各系部"]),
        ("教务处（牵头）、学生处、财务处", ["教务处"], ["学生处", "财务处"]),
        ("教务处牵头，学生处配合", ["教务处"], ["学生处"]),
        ("教务处、学生处（配合）", ["教务处"], ["学生处"]),
        ("/", [], []),
    ],
)
def test_lead_and_assisting_units_are_told_apart(
    text: str, lead: list[str], assist: list[str]
) -> None:
    roles = split_roles(text)
    assert (roles.lead, roles.assist) == (lead, assist)


def test_the_nearest_names_come_first() -> None:
    known = {"教务处", "学生处", "学生工作部", "图书馆"}
    assert nearest("学生处室", known)[0] == "学生处"
    assert nearest("xyz", known) == []
    assert len(nearest("处", known, n=1)) <= 1


def test_a_unit_is_known_by_its_ending() -> None:
    assert all(map(looks_like_unit, ["教务处", "机电工程系", "组织部（人事处）"]))
    assert not any(map(looks_like_unit, ["Sheet1", "2026年", "目标任务"]))
    assert is_group("各二级学院")
    assert not is_group("教务处")


@given(st.text(max_size=60))
def test_no_text_breaks_the_splitting(text: str) -> None:
    names = split_units(text)
    assert len(names) == len(set(names))
    assert all(names)
    split_roles(text)
