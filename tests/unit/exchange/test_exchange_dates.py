"""Deadlines and dated steps in the words offices use."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.dates import looks_like_due, parse_due
from app.exchange.milestones import parse_milestones


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("3月", "2026-03-31"),
        ("3月份", "2026-03-31"),
        ("3-4月", "2026-04-30"),
        ("3月～4月上旬", "2026-04-10"),
        ("4月中旬", "2026-04-20"),
        ("4月下旬", "2026-04-30"),
        ("9到12月", "2026-12-31"),
        ("9月至11月", "2026-11-30"),
        ("5月/10月", "2026-10-31"),
        ("4月~6月/9月~11月", "2026-11-30"),
        ("1-12月", "2026-12-31"),
        ("10-12月", "2026-12-31"),
        ("9月30日前", "2026-09-30"),
        ("6月30前", "2026-06-30"),
        ("6月底前", "2026-06-30"),
        ("12月底前完成", "2026-12-31"),
        ("2月底", "2026-02-28"),
        ("2024年2月底", "2024-02-29"),
        ("2026年底", "2026-12-31"),
        ("年底前", "2026-12-31"),
        ("年内完成", "2026-12-31"),
        ("2026年", "2026-12-31"),
        ("上半年", "2026-06-30"),
        ("第三季度", "2026-09-30"),
        ("2023/4/28", "2023-04-28"),
        ("2023-11-28", "2023-11-28"),
        ("2023.12", "2023-12-31"),
        ("2023.3-6", "2023-06-30"),
        ("2023年1月底", "2023-01-31"),
        ("２０２６年９月３０日", "2026-09-30"),
        ("二〇二六年九月三十日", "2026-09-30"),
        ("十二月底", "2026-12-31"),
        ("9月10日-20日", "2026-09-20"),
        ("20260630", "2026-06-30"),
        ("2026年3-6月", "2026-06-30"),
        ("2025年9月-2026年6月", "2026-06-30"),
        ("9月至次年1月", "2027-01-31"),
        ("11-1月", "2027-01-31"),
        ("明年底", "2027-12-31"),
        ("9.30", "2026-09-30"),
        ("持续推进，12月底前总结", "2026-12-31"),
        ("12月（跨年度）", "2026-12-31"),
        ("45626", "2024-11-30"),
    ],
)
def test_a_deadline_is_the_last_day_of_what_is_written(text: str, day: str) -> None:
    result = parse_due(text, 2026)
    assert (str(result.due), result.problem) == (day, None)


@pytest.mark.parametrize(
    "text",
    [
        "全年",
        "每月",
        "每月底前",
        "每月25日",
        "持续推进",
        "长期",
        "2026年全年",
        "3月起",
        "/",
        "—",
        "",
    ],
)
def test_work_without_an_end_keeps_its_words_and_has_no_date(text: str) -> None:
    result = parse_due(text, 2026)
    assert (result.due, result.text, result.problem, result.notice) == (None, text, None, None)


@pytest.mark.parametrize(
    "text", ["2023-11-31", "2月30日", "13月", "2026年13月1日", "0月", "2025年2月29日", "20261301"]
)
def test_a_day_the_calendar_does_not_have_is_a_problem(text: str) -> None:
    result = parse_due(text, 2026)
    assert result.due is None
    assert result.problem is not None
    assert result.problem.words.startswith("There is no such day")


@pytest.mark.parametrize("value", [7, 15.0, "99", True, dt.time(3, 4), 2026.1])
def test_a_number_that_is_no_date_is_a_problem(value: object) -> None:
    assert parse_due(value, 2026).problem is not None  # type: ignore[arg-type]


def test_words_that_give_no_date_are_kept_with_a_notice() -> None:
    result = parse_due("按省厅通知", 2026)
    assert (result.due, result.problem) == (None, None)
    assert result.notice is not None


def test_excel_dates_and_serial_numbers_are_dates() -> None:
    assert parse_due(dt.datetime(2026, 5, 1, 8), 2026).due == dt.date(2026, 5, 1)
    assert parse_due(45626.0, 2026).text == "2024-11-30"


def test_a_column_of_steps_is_not_taken_for_deadlines() -> None:
    assert looks_like_due("3月～4月上旬")
    assert looks_like_due("每月")
    assert not looks_like_due("3月：调研\n4月：起草办法并征求意见，5月：发文并组织学习培训")


@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9年月日底前\-/.~、上中下旬第季度半]{1,14}", fullmatch=True)
)
def test_any_text_gives_a_result_and_never_an_exception(text: str) -> None:
    result = parse_due(text, 2026)
    assert result.due is None or result.problem is None
    parse_milestones(text, 2026)


def steps(text: str) -> list[tuple[str | None, str]]:
    return [(s.due.isoformat() if s.due else None, s.text) for s in parse_milestones(text, 2026)]


def test_lines_with_a_date_in_front_become_dated_steps() -> None:
    assert steps("3月：调研\n4月：发文；5-6月：实施。") == [
        ("2026-03-31", "调研"),
        ("2026-04-30", "发文"),
        ("2026-06-30", "实施。"),
    ]
    assert steps("3月启动，12月底前验收") == [("2026-03-31", "启动"), ("2026-12-31", "验收")]


def test_lines_without_a_date_belong_to_the_step_before() -> None:
    assert steps("先行准备\n3月：\n（1）甲；\n（2）乙\n全年 丙") == [
        (None, "先行准备"),
        ("2026-03-31", "（1）甲；\n（2）乙"),
        (None, "丙"),
    ]


def test_a_name_before_the_date_stays_with_the_step() -> None:
    assert steps("专升本：3-5月完成报名；6月录取") == [
        ("2026-05-31", "专升本：完成报名"),
        ("2026-06-30", "录取"),
    ]


def test_january_after_december_is_next_january() -> None:
    assert steps("12月：自查\n1月：总结") == [("2026-12-31", "自查"), ("2027-01-31", "总结")]
    assert steps("1月：部署\n12月：总结")[0] == ("2026-01-31", "部署")


def test_dates_inside_a_sentence_make_no_steps() -> None:
    assert steps("制定方案，6月底前印发") == []
    assert steps("12个月内完成三项制度") == []
    assert steps("2026年重点项目清单") == []
