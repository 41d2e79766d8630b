"""What a cell of the monthly sheet may hold, and what a row lacks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.errors import RuleViolation
from app.models.monitoring import Light, Quality
from app.monitoring.sheet_rules import FIELDS, lacks, on_plan, read_cell, show_cell


@pytest.mark.parametrize(
    ("text", "value"), [("45", 45), (" ４５％ ", 45), ("45.255", Decimal("45.26")), ("", None)]
)
def test_a_percent_is_read_as_people_type_it(text: str, value: object) -> None:
    assert read_cell("actual_percent", text) == value


@pytest.mark.parametrize("text", ["-1", "101", "NaN", "Infinity", "1e9", "很多"])
def test_no_other_number_is_a_percent(text: str) -> None:
    with pytest.raises(RuleViolation):
        read_cell("actual_percent", text)


def test_a_choice_is_known_by_its_words() -> None:
    assert read_cell("quality", "一般") == read_cell("quality", "FAIR") == Quality.FAIR
    assert read_cell("head_light", "橙") == Light.ORANGE
    with pytest.raises(RuleViolation):
        read_cell("head_light", "绿灯")


def test_what_is_shown_is_read_back() -> None:
    for name, value in (("actual_percent", Decimal("100.00")), ("quality", Quality.POOR)):
        assert read_cell(name, show_cell(value)) == value
    assert show_cell(Decimal("100.00")) == "100"


def test_an_empty_row_lacks_progress_and_quality() -> None:
    empty = dict.fromkeys(FIELDS)
    assert list(lacks(empty, Light.GREY)) == ["actual_percent", "quality"]


def test_completion_is_said_by_hand() -> None:
    assert on_plan(Decimal(100), Decimal(90)) is None
    assert on_plan(Decimal(100), Decimal(100)) == 100
