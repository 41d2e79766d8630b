"""Cutting text and queries: exact for Chinese, by beginnings for words, deaf to all signs."""

from __future__ import annotations

import random
import re

import pytest

from app.search.text import (
    LONGEST_QUERY,
    MOST_PHRASES,
    code_of,
    index_text,
    marked,
    normalise,
    phrases,
    snippet,
)

SIGNS = "\"*:()-^{}+'\\%_/.&|!<>~ \t\n，。、；（）《》〔〕“”—…"
HAN = "教务处学生信息工程系建设推进质量专业一二〇々𰻝𠀀"
LATIN = "abXYZ059ＡＢ１é"


def found(query: str, *fields: str) -> bool:
    """Would the index find the fields by this query?"""
    text = index_text(*fields)
    wanted = phrases(query)
    return bool(wanted) and all(phrase.pattern in text for phrase in wanted)


def test_a_run_becomes_its_pairs_and_its_last_character() -> None:
    assert index_text("教务处") == " 教务 务处 处 "


def test_words_and_runs_stand_side_by_side() -> None:
    assert index_text("ＧＢ2022号：5G网络") == " gb2022 号 5g 网络 络 "


def test_nothing_gives_nothing() -> None:
    assert index_text(None, "", " —…") == ""
    assert phrases("") == phrases(SIGNS) == ()


@pytest.mark.parametrize(
    "query",
    [
        "教",
        "务",
        "处",
        "教务",
        "务处",
        "教务处",
        "处 教",
        "务处，教务",
        "〔2026〕3",
        "2026〕3号",
        "2026",
    ],
)
def test_what_stands_there_is_found(query: str) -> None:
    assert found(query, "教务处〔2026〕3号")


@pytest.mark.parametrize("query", ["教处", "处教", "学生", "教务处室", "026", "教务 学生", "20264"])
def test_what_does_not_stand_there_is_not_found(query: str) -> None:
    assert not found(query, "教务处〔2026〕3号")


def test_nothing_is_found_across_a_sign_or_from_field_to_field() -> None:
    assert not found("处学", "教务处、学生处")
    assert not found("设推进", "专业建设", "推进质量")
    assert not found("专业建设。推进质量", "专业建设", "推进质量")


def test_case_width_and_invisible_letters_make_no_difference() -> None:
    assert found("ｚｘ２０２２", "ZX2022-013")
    assert found("ZX2022-01", "zx2022－013")
    assert found("教\u200b务", "教务处")
    assert normalise("Ａ\ufeff①") == "a1"
    assert code_of(" ZX 2022－0１ ") == "zx2022-01"


def test_characters_beyond_the_basic_plane_are_characters() -> None:
    assert found("𰻝面", "陕西𰻝𰻝面")
    assert not found("西面", "陕西𰻝面")


def test_a_query_is_bounded() -> None:
    assert len(phrases("教务 " * 5000)) <= 2  # the cut may leave half a word
    assert len(phrases(" ".join(f"a{number}" for number in range(50)))) <= MOST_PHRASES
    assert sum(len(phrase.tokens) for phrase in phrases("教" * 10_000)) < LONGEST_QUERY


def _text(rand: random.Random, letters: str, most: int) -> str:
    return "".join(rand.choice(letters) for _ in range(rand.randrange(1, most)))


@pytest.mark.parametrize("seed", range(40))
def test_chinese_is_found_exactly_where_it_is_contained(seed: int) -> None:
    rand = random.Random(seed)
    for _ in range(50):
        text, query = _text(rand, HAN[:6], 30), _text(rand, HAN[:6], 5)
        assert found(query, text) == (query in text), (query, text)


@pytest.mark.parametrize("seed", range(40))
def test_every_piece_of_a_text_that_ends_with_its_words_is_found(seed: int) -> None:
    rand = random.Random(seed)
    for _ in range(30):
        text = _text(rand, HAN + LATIN + "，。-〔〕 ", 40)
        for word in re.split(r"[\s，]+", text):
            assert not phrases(word) or found(word, text), (word, text)


@pytest.mark.parametrize("seed", range(40))
def test_tokens_hold_letters_and_digits_only(seed: int) -> None:
    rand = random.Random(seed)
    for _ in range(50):
        query = _text(rand, HAN + LATIN + SIGNS * 2, 80)
        for phrase in phrases(query):
            assert phrase.tokens
            assert all(token.isalnum() for token in phrase.tokens), query


@pytest.mark.parametrize("seed", range(40))
def test_marking_loses_and_adds_nothing(seed: int) -> None:
    rand = random.Random(seed)
    for _ in range(50):
        text = _text(rand, HAN + LATIN + SIGNS + "<b>&ﬁ㎡½", 60)
        query = _text(rand, HAN + LATIN + SIGNS, 6)
        parts = marked(text, query)
        assert "".join(part for part, _ in parts) == text
        assert all(one[1] != other[1] for one, other in zip(parts, parts[1:], strict=False))


def test_what_was_found_is_marked() -> None:
    assert marked("推进ＧＢ2022专业建设", "gb 建设") == [
        ("推进", False),
        ("ＧＢ", True),
        ("2022专业", False),
        ("建设", True),
    ]
    assert marked("abc bc", "bc") == [("abc ", False), ("bc", True)]
    assert marked("", "教") == []


def test_a_snippet_shows_the_place() -> None:
    text = "一" * 100 + "\n教务处" + "二" * 100
    assert "教务处" in snippet(text, "教务处")
    assert len(snippet(text, "教务处")) <= 82
    assert snippet(text, "学生") == ""
