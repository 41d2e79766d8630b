"""What a cell of indicators says: numbers only where it says them plainly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.indicators import in_words, indicators_in, items_of
from app.models.cycles import Direction


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("就业率≥95%", ("就业率", 95, "%", Direction.RISING)),
        ("就业率：不低于９５％", ("就业率", 95, "%", Direction.RISING)),
        ("不少于3个", ("任务", 3, "个", Direction.RISING)),
        ("满意度达到 80 分", ("满意度", 80, "分", Direction.RISING)),
        ("投诉率不高于2%", ("投诉率", 2, "%", Direction.FALLING)),
        ("投入不少于1,200万元以上", ("投入", 1200, "万元", Direction.RISING)),
        ("立项不少于3个省级课题", ("立项不少于3个省级课题", None, "", None)),
        ("水平达到良好", ("水平达到良好", None, "", None)),
        ("投诉率不高于2%以上", ("投诉率不高于2%以上", None, "", None)),
        ("制度：形成汇编", ("制度", None, "", None)),
    ],
)
def test_only_what_is_said_plainly_is_a_number(text: str, told: tuple[object, ...]) -> None:
    (one,) = indicators_in(text, "任务")
    assert (one.name, one.target, one.unit, one.direction) == told
    assert one.standard == ("" if one.target is not None else text)


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1.甲；2.乙", ["甲", "乙"]),
        ("①甲\n②乙；丙", ["甲", "乙；丙"]),
        ("甲；乙。", ["甲", "乙。"]),
        ("甲\n乙", ["甲", "乙"]),
        ("形成1.5万字报告", ["形成1.5万字报告"]),
        ("完成2.甲", ["完成2.甲"]),
        ("", []),
    ],
)
def test_items_are_numbered_or_stand_in_lines(text: str, items: list[str]) -> None:
    assert items_of(text) == items


@given(st.lists(st.text("甲乙1２3.、；;。，,：≥≤%达到不低于（）\n 个", max_size=25), max_size=4))
def test_what_is_written_reads_back_in_the_same_words(cells: list[str]) -> None:
    told = in_words(indicators_in("\n".join(cells), "任务"))
    assert in_words(indicators_in(told, "别的")) == told
