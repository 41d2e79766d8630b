"""Breaking Chinese text into lines."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.fonts import font_set
from app.reports.lines import (
    NO_END,
    NO_START,
    balanced_lines,
    break_lines,
    listed_lines,
    text_width,
)

SIZE = 10.0


@pytest.fixture(scope="module")
def serif():
    return font_set().serif


def broken(text, font, chars):
    return [line.text for line in break_lines(text, font, SIZE, chars * SIZE)]


def test_no_line_starts_with_closing_punctuation(serif):
    text = "各部门、各系部要提高认识，压实责任；对标对表（考核标准），按月自查。" * 5
    for chars in range(4, 30):
        for line in broken(text, serif, chars):
            assert line[0] not in NO_START
            assert line[-1] not in NO_END


def test_numbers_and_dates_are_not_torn(serif):
    lines = broken("验收时间为2022-06-30，执行ISO9001标准", serif, 7)
    assert any("2022-06-30" in line for line in lines)
    assert any("ISO9001" in line for line in lines)


def test_number_stays_with_its_unit(serif):
    for chars in range(4, 12):
        lines = broken("完成初赛后于6月决赛并评出3项成果", serif, chars)
        assert any("6月" in line for line in lines)
        assert any("3项" in line for line in lines)


def test_authors_line_feeds_are_kept(serif):
    assert broken("3月：调研\r\n\r\n6月：审议", serif, 20) == ["3月：调研", "", "6月：审议"]


def test_a_word_longer_than_the_line_is_cut_and_nothing_is_lost(serif):
    address = "see/" + "a-very-long-name/" * 12
    lines = broken(address, serif, 8)
    assert "".join(lines) == address
    assert all(text_width(line, serif, SIZE) <= 8 * SIZE + 0.1 for line in lines)


def test_control_and_direction_characters_do_not_reach_paper(serif):
    assert broken("甲\x00\x1b乙\u202e丙\ufeff", serif, 20) == ["甲乙丙"]


def test_title_lines_are_of_nearly_equal_length(serif):
    lines = balanced_lines("关于二〇二二年上半年年度目标任务执行情况的通报", serif, SIZE, 20 * SIZE)
    assert len(lines) == 2
    assert abs(lines[0].width - lines[1].width) <= 2 * SIZE


def test_list_of_names_breaks_between_names(serif):
    lines = listed_lines(["教务处", "团委", "后勤保障处"], serif, SIZE, 7 * SIZE)
    assert [line.text for line in lines] == ["教务处、团委、", "后勤保障处"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="目标任务，。（）“”a1-/. %\n", max_size=120), st.integers(2, 20))
def test_every_visible_character_survives_any_width(text, chars):
    lines = broken(text, font_set().serif, chars)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="目标任务，。（）“”a1-/. %", max_size=120), st.integers(2, 20))
def test_no_line_is_wider_than_asked(text, chars):
    font = font_set().serif
    for line in break_lines(text, font, SIZE, chars * SIZE):
        assert line.width <= chars * SIZE + 0.1


@pytest.mark.parametrize(
    "hostile", ["." * 20_000, "a" * 20_000, "a." * 10_000, "（" * 20_000, "a...." * 5_000]
)
def test_hostile_text_takes_no_time(serif, hostile):
    started = time.perf_counter()
    break_lines(hostile, serif, SIZE, 100)
    assert time.perf_counter() - started < 3
