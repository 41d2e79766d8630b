"""Many rows at once pass the same gate and leave the same trail as rows in a flush."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core import audit
from app.core.actor import Actor
from app.core.bulk import insert_rows
from app.core.errors import NotAllowed, Refusal, RuleViolation, WrongState
from app.core.unit_of_work import AnySession, act_as, unit_of_work
from app.models.cycles import CycleStatus
from app.models.planning import Milestone, Task, TaskStatus
from app.models.system import AuditEvent
from tests.cast import Cast
from tests.factories import make_cycle, make_task

Act = Callable[[str], Actor]


def tasks(cast: Cast, count: int = 3, **given: Any) -> list[Task]:
    values = {"cycle_id": cast.cycle.id, "lead_department_id": cast.jwc.id, **given}
    return [Task(number=str(n), title=f"第{n}项", **values) for n in range(1, count + 1)]


def events(session: AnySession) -> list[dict[str, Any]]:
    found = session.scalars(
        select(AuditEvent).where(AuditEvent.table_name == "task").order_by(AuditEvent.id)
    )
    told = []
    for event in found:
        after = json.loads(event.after or "{}")
        told.append({"action": event.action, "actor": event.actor_id, **after})
        assert after.pop("id") == event.row_id
        told[-1].pop("id")
    return told


def test_the_trail_is_the_same_as_of_a_flush(session: AnySession, cast: Cast) -> None:
    office = cast.actor("office")
    with unit_of_work(session, office):
        session.add_all(tasks(cast))
    flushed = events(session)
    with unit_of_work(session, office):
        insert_rows(session, tasks(cast, number_from := 3, lead_department_id=cast.xsc.id))
    at_once = events(session)[number_from:]
    lead = {"lead_department_id": cast.xsc.id}
    assert at_once == [{**event, **lead} for event in flushed]
    assert audit.verify(session).intact


def test_the_rows_are_what_a_flush_would_have_written(session: AnySession, cast: Cast) -> None:
    rows = tasks(cast)
    with unit_of_work(session, cast.actor("office")):
        insert_rows(session, rows)
    kept = session.scalars(select(Task).order_by(Task.id)).all()
    assert [task.id for task in kept] == [row.id for row in rows]
    assert {(task.status, task.version, task.key_supervised) for task in kept} == {
        (TaskStatus.PROPOSED, 1, False)
    }
    assert all(task.created_at and task.updated_at for task in kept)


def test_rows_outside_the_actor_s_scope_are_refused(session: AnySession, cast: Cast) -> None:
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        insert_rows(session, [*tasks(cast), *tasks(cast, 1, lead_department_id=cast.xsc.id)])
    assert session.scalars(select(Task)).all() == []


def test_parts_are_judged_by_their_task(session: AnySession, cast: Cast) -> None:
    issued = make_task(status=TaskStatus.PUBLISHED)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("office")):
        insert_rows(session, [Milestone(task_id=issued.id, text="节点")])


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"status": TaskStatus.PUBLISHED}, RuleViolation),
        ({"actual_percent": 50}, RuleViolation),
        ({"weight": -1}, RuleViolation),
        ({"weight": 10**9}, RuleViolation),
        ({"title": "  "}, RuleViolation),
        ({"leader_id": 999_999}, NotAllowed),
    ],
)
def test_what_the_gate_refuses_it_refuses_here(
    session: AnySession, cast: Cast, given: dict[str, Any], refusal: type[Refusal]
) -> None:
    row = tasks(cast, 1)[0]
    for name, value in given.items():
        setattr(row, name, value)
    with pytest.raises(refusal), unit_of_work(session, cast.actor("office")):
        insert_rows(session, [row])


def test_a_closed_year_stays_closed(session: AnySession, cast: Cast) -> None:
    closed = make_cycle(year=2020, status=CycleStatus.CLOSED)
    with pytest.raises(WrongState), unit_of_work(session, cast.actor("office")):
        insert_rows(session, tasks(cast, cycle_id=closed.id))


def test_nobody_writes_without_an_actor(session: AnySession, cast: Cast) -> None:
    rows = tasks(cast)
    act_as(session, None)
    with pytest.raises(NotAllowed):
        insert_rows(session, rows)
