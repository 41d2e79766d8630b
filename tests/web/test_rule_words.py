"""The rule book in the reader's language, as far as it has words in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.models.cycles import RuleValue
from tests.cast import Cast
from tests.factories import make_rule_value

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def rule(cast: Cast) -> RuleValue:
    return make_rule_value(
        rule_book=cast.cycle.rule_book, key="test.grace", name="迟报宽限", name_en="Days of grace",
        chapter="运行监测", unit="工作日", value="3",
    )  # fmt: skip


def rows_of(client: FlaskClient, language: str) -> str:
    page = client.get(f"/rule_value/list/?q=test.grace&lang={language}", follow_redirects=True).text
    return page[page.index("<tbody>") : page.index("</tbody>")]


def test_chapters_and_units_are_said_in_english_to_who_reads_english(
    client_for: ClientFor, rule: RuleValue
) -> None:
    rows = rows_of(client_for("office"), "en")
    for words in ("Monitoring", "working days"):
        assert words in rows, words


def test_the_english_name_is_a_column_to_choose(client_for: ClientFor, rule: RuleValue) -> None:
    page = client_for("office").get("/rule_value/list/?q=test.grace&cols=name,name_en").text
    assert "Days of grace" in page[page.index("<tbody>") : page.index("</tbody>")]


def test_in_chinese_it_reads_as_the_college_wrote_it(
    client_for: ClientFor, rule: RuleValue
) -> None:
    rows = rows_of(client_for("office"), "zh")
    for words in ("迟报宽限", "运行监测", "工作日"):
        assert words in rows, words


def test_what_has_no_english_stays_chinese(client_for: ClientFor, cast: Cast) -> None:
    make_rule_value(
        rule_book=cast.cycle.rule_book, key="test.grace", name="迟报宽限", name_en=None,
        chapter="校内补充规定", unit="学时", value="3",
    )  # fmt: skip
    rows = rows_of(client_for("office"), "en")
    for words in ("迟报宽限", "校内补充规定", "学时"):
        assert words in rows, words
