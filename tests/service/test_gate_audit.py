"""Stale rows, transactions and the audit: what stands in the commit of a change."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.core import audit, workflow
from app.core.errors import Conflict, NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Department
from app.models.planning import Task, TaskStatus
from app.models.system import AuditEvent, AuditHead
from tests.cast import Cast
from tests.factories import make_task


def events_of(session: AnySession, row: Any) -> list[AuditEvent]:
    query = (
        select(AuditEvent)
        .where(AuditEvent.table_name == row.__tablename__, AuditEvent.row_id == row.id)
        .order_by(AuditEvent.id)
    )
    return list(session.scalars(query))


def count_events(session: AnySession) -> int:
    return session.scalars(select(func.count()).select_from(AuditEvent)).one()


def test_a_stale_save_is_a_conflict_and_loses_nothing(session: AnySession, cast: Cast) -> None:
    task = make_task(title="初稿")
    seen = task.version
    table = Task.__table__
    session.execute(
        update(table).where(table.c.id == task.id).values(title="别人的改动", version=seen + 1)
    )
    with pytest.raises(Conflict), unit_of_work(session, cast.actor("head_jwc")):
        task.remark = "我的改动"
    assert task.remark is None


def test_a_step_on_a_stale_row_is_a_conflict(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc)
    head = cast.actor("head_jwc")
    with pytest.raises(Conflict), unit_of_work(session, head):
        workflow.apply(session, head, task, "accept", version=task.version - 1)
    assert task.status == TaskStatus.PUBLISHED


def test_a_broken_constraint_is_a_rule_violation(session: AnySession, cast: Cast) -> None:
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("admin")):
        session.add(Department(code="jwc", name="重复代码", kind="functional"))


def test_the_audit_stands_in_the_commit_of_the_change(session: AnySession, cast: Cast) -> None:
    task = make_task(title="旧题")
    with unit_of_work(session, cast.actor("head_jwc")):
        task.title = "新题"
        session.flush()
        written_before_commit = len(events_of(session, task))
    event = events_of(session, task)[-1]
    assert written_before_commit == 1, "only the adding so far"
    assert event.actor_id == cast.head_jwc.id
    assert (event.action, event.door) == ("changed", "web")
    assert event.before == '{"title":"旧题"}'
    assert event.after == '{"title":"新题"}'
    assert audit.verify(session).intact


def test_what_is_rolled_back_leaves_no_event(session: AnySession, cast: Cast) -> None:
    task = make_task()
    before = count_events(session)
    with pytest.raises(ZeroDivisionError), unit_of_work(session, cast.actor("head_jwc")):
        task.title = "未成之事"
        session.flush()
        raise ZeroDivisionError
    with unit_of_work(session, cast.actor("head_jwc")):
        pass
    assert count_events(session) == before
    assert audit.verify(session).intact


def test_a_savepoint_rolled_back_drops_its_events_and_no_others(
    session: AnySession, cast: Cast
) -> None:
    kept, dropped = make_task(title="留"), make_task(title="弃")
    with unit_of_work(session, cast.actor("head_jwc")):
        kept.title = "留下"
        session.flush()
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            dropped.title = "丢弃"
            session.flush()
            raise ZeroDivisionError
    assert [event.action for event in events_of(session, kept)] == ["added", "changed"]
    assert [event.action for event in events_of(session, dropped)] == ["added"]
    assert dropped.title == "弃"
    assert audit.verify(session).intact


def test_a_savepoint_released_keeps_its_events(session: AnySession, cast: Cast) -> None:
    task = make_task()
    with unit_of_work(session, cast.actor("head_jwc")), session.begin_nested():
        task.title = "嵌套之内"
    assert [event.action for event in events_of(session, task)] == ["added", "changed"]


def test_a_deletion_tells_what_was_there(session: AnySession, cast: Cast) -> None:
    task = make_task(title="将被删除")
    number = task.id
    with unit_of_work(session, cast.actor("head_jwc")):
        session.delete(task)
    event = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.table_name == "task", AuditEvent.row_id == number)
        .order_by(AuditEvent.id.desc())
    ).first()
    assert event is not None
    assert event.action == "deleted"
    assert "将被删除" in (event.before or "")


def test_a_password_is_audited_without_its_value(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, cast.actor("admin")):
        cast.head_jwc.password = "not-to-be-told"
    event = events_of(session, cast.head_jwc)[-1]
    assert "password" in (event.after or "")
    assert "not-to-be-told" not in (event.after or "") + (event.before or "")


def test_signing_in_is_bookkeeping_without_an_actor_or_an_event(
    session: AnySession, cast: Cast
) -> None:
    before = count_events(session)
    cast.head_jwc.login_count = 7
    session.commit()
    assert count_events(session) == before


def test_rights_are_not_changed_without_the_permission(session: AnySession, cast: Cast) -> None:
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        cast.head_jwc.roles = [*cast.head_jwc.roles, *cast.admin.roles]


def test_a_person_changes_the_own_phone_but_not_somebody_else_s(
    session: AnySession, cast: Cast
) -> None:
    with unit_of_work(session, cast.actor("head_jwc")):
        cast.head_jwc.phone = "0000-1234"
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        cast.head_xinxi.phone = "0000-1234"
    assert cast.head_jwc.phone == "0000-1234"


def test_the_head_of_the_chain_is_its_last_event(session: AnySession) -> None:
    make_task()
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    head = session.get(AuditHead, 1)
    assert last is not None and head is not None
    assert (head.last_event_id, head.last_hash) == (last.id, last.hash)


def test_a_step_changes_the_status_and_the_audit_names_it(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        workflow.apply(session, head, task, "accept", version=task.version)
    session.expire_all()
    assert task.status == TaskStatus.ACCEPTED
    assert events_of(session, task)[-1].action == "accept"
