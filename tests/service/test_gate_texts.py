"""How the gate takes texts, numbers and dates, and what a broken constraint says, on both
databases: every refusal names the field as its reader knows it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from app.core.bulk import insert_rows, new_row
from app.core.constraints import violation_of
from app.core.errors import RuleViolation
from app.core.guard import privileged
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, act_as, unit_of_work
from app.core.values import LONGEST_TEXT
from app.models.cycles import Holiday
from app.models.planning import Milestone
from tests.cast import TEST, Cast
from tests.factories import (
    make_agenda_item,
    make_baseline_milestone,
    make_coordination_request,
    make_meeting,
    make_milestone,
    make_task,
)


def written(session: AnySession, row: Any, **values: Any) -> Any:
    with unit_of_work(session, TEST), privileged(session):
        for name, value in values.items():
            setattr(row, name, value)
    session.expire_all()
    return row


def refused(session: AnySession, row: Any, **values: Any) -> tuple[Message | str, str | None]:
    with pytest.raises(RuleViolation) as refusal:
        written(session, row, **values)
    return refusal.value.message, refusal.value.field


def fill_in(name: str) -> Message:
    return message("Please fill in “%(name)s”.", name=name)


def too_long(name: str, limit: int, length: int) -> Message:
    words = "“%(name)s” takes at most %(limit)s characters; here are %(length)s."
    return message(words, name=name, limit=limit, length=length)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("调研\x0b备课", "调研\n备课"),  # Word's line break
        ("调研\x0c备课", "调研\n备课"),
        ("调研\r\n备课\r检查", "调研\n备课\n检查"),
        ("调\x08研\x1f备\ufffe课\uffff", "调研备课"),
        ("调研\t一\n备课", "调研\t一\n备课"),
        ("　两格 ", "　两格 "),
    ],
)
def test_control_characters_do_not_reach_the_database(
    session: AnySession, cast: Cast, given: str, kept: str
) -> None:
    assert written(session, make_task(), measures=given).measures == kept
    act_as(session, TEST)
    row = new_row(Milestone, task_id=make_task().id, due_on=dt.date(2026, 5, 1), text=given)
    with unit_of_work(session, TEST):
        insert_rows(session, [row])
    found = session.get(Milestone, row.id)
    assert found is not None and found.text == kept


@pytest.mark.parametrize("blank", [" ", "　　", "\xa0", "\t\n", "\x0b", "\u200b"])
def test_blanks_alone_are_nothing(session: AnySession, cast: Cast, blank: str) -> None:
    task = make_task(remark="原有")
    assert written(session, task, remark=blank).remark is None
    assert refused(session, task, title=blank) == (fill_in("目标任务"), "title")
    request = make_coordination_request()
    assert refused(session, request, matter=blank) == (fill_in("事项"), "matter")
    assert refused(session, cast.staff_jwc, last_name=blank) == (fill_in("姓"), "last_name")


def test_a_text_has_an_end(session: AnySession, cast: Cast) -> None:
    task = make_task()
    assert len(written(session, task, goal="长" * LONGEST_TEXT).goal) == LONGEST_TEXT
    told = refused(session, task, goal="长" * (LONGEST_TEXT + 1))
    assert told == (too_long("工作目标", LONGEST_TEXT, LONGEST_TEXT + 1), "goal")
    assert refused(session, task, title="长" * 501) == (too_long("目标任务", 500, 501), "title")


def test_a_copy_of_a_longer_text_of_earlier_is_kept(session: AnySession, cast: Cast) -> None:
    copy = make_baseline_milestone()
    assert len(written(session, copy, text="长" * 12000).text) == 12000


def test_a_day_far_away_is_refused_at_its_field(session: AnySession, cast: Cast) -> None:
    words = message(
        "The date in “%(name)s” must lie in the years %(first)s to %(last)s.",
        name="完成时限", first=1900, last=2200,
    )  # fmt: skip
    assert refused(session, make_task(), due_on=dt.date(9999, 12, 31)) == (words, "due_on")


@pytest.mark.parametrize("position", [-1, 0, 1000, 10**9])
def test_an_item_has_a_place_in_its_meeting(session: AnySession, cast: Cast, position: int) -> None:
    item = make_agenda_item(meeting=make_meeting())
    words = message("The position is a whole number from 1 to %(last)s.", last=999)
    assert refused(session, item, position=position) == (words, "position")
    assert written(session, item, position=999).position == 999


def broken(session: AnySession, row: Any) -> RuleViolation:
    """What the database itself says of a row, past the gate."""
    values = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    with pytest.raises(IntegrityError) as error:
        session.execute(type(row).__table__.insert().values(version=1, **values))
    session.rollback()
    return violation_of(error.value)


def test_a_broken_constraint_names_its_fields(session: AnySession, cast: Cast) -> None:
    day = {"starts_on": dt.date(2026, 10, 1), "ends_on": dt.date(2026, 10, 7)}
    blank = broken(session, Holiday(**day, name=" ", is_workday=False))
    assert (blank.message, blank.field) == (fill_in("名称"), "name")
    empty = broken(session, Holiday(**day, is_workday=False))
    assert (empty.message, empty.field) == (fill_in("名称"), "name")
    day["ends_on"] = dt.date(2026, 9, 1)
    backwards = broken(session, Holiday(**day, name="国庆", is_workday=False))
    words = message("“%(names)s” do not fit together.", names="结束、开始")
    assert (backwards.message, backwards.field) == (words, "starts_on")
    step = make_milestone()
    beyond = Milestone(task_id=step.task_id, due_on=step.due_on, text="x", planned_percent=101)
    refusal = broken(session, beyond)
    words = message("“%(name)s” is outside what is allowed here.", name="计划进度")
    assert (refusal.message, refusal.field) == (words, "planned_percent")


def test_a_row_that_is_there_already_names_what_is_the_same(
    session: AnySession, cast: Cast
) -> None:
    item = make_agenda_item(meeting=make_meeting())
    twin = make_agenda_item(meeting=item.meeting, position=item.position % 999 + 1)
    words = message("A row with the same values in “%(names)s” exists already.", names="会议、序号")
    assert refused(session, twin, position=item.position) == (words, "position")
