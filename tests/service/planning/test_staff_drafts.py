"""Who drafts a task drafts its milestones and indicators (Art. 4.2)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.planning import Milestone, Task
from tests.cast import Cast
from tests.factories import make_task


def milestone(task: Task) -> Milestone:
    return Milestone(task_id=task.id, due_on=dt.date(2026, 6, 30), text="完成第一轮听课")


def test_staff_gives_a_milestone_to_the_own_draft(session: AnySession, cast: Cast) -> None:
    task = make_task(owner=cast.staff_jwc)
    with unit_of_work(session, cast.actor("staff_jwc")):
        session.add(milestone(task))
    assert [one.text for one in task.milestones] == ["完成第一轮听课"]


def test_staff_writes_nothing_into_another_s_draft(session: AnySession, cast: Cast) -> None:
    task = make_task(owner=cast.head_jwc)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("staff_jwc")):
        session.add(milestone(task))
