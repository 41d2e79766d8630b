"""The gate: what is asked of every write, whichever door it came through."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from app.core import audit, policy, workflow
from app.core.actor import NOBODY, Actor
from app.core.errors import Conflict, NotAllowed, RuleViolation, WrongState
from app.core.guard import privileged
from app.core.unit_of_work import AnySession, act_as, unit_of_work
from app.models.cycles import CycleStatus
from app.models.organisation import Department
from app.models.planning import Milestone, Task, TaskStatus, Visibility
from app.models.system import AuditEvent, AuditHead
from tests.cast import TEST, Cast
from tests.factories import make_cycle, make_milestone, make_task

Act = Callable[[str], Actor]


def events_of(session: AnySession, row: Any) -> list[AuditEvent]:
    query = (
        select(AuditEvent)
        .where(AuditEvent.table_name == row.__tablename__, AuditEvent.row_id == row.id)
        .order_by(AuditEvent.id)
    )
    return list(session.scalars(query))


def count_events(session: AnySession) -> int:
    return session.scalars(select(func.count()).select_from(AuditEvent)).one()


def seen_by(session: AnySession, actor: Actor, row: Any) -> bool:
    model = type(row)
    query = select(model.id).where(model.id == row.id, policy.visible(actor, model))
    return session.scalar(query) is not None


# Is there an actor? ----------------------------------------------------------------------


def test_a_write_without_an_actor_is_refused(session: AnySession, cast: Cast) -> None:
    session.add(Task(cycle=cast.cycle, title="无人负责", lead_department=cast.jwc))
    with pytest.raises(NotAllowed):
        session.flush()


def test_nobody_may_not_write(session: AnySession, cast: Cast) -> None:
    with pytest.raises(NotAllowed), unit_of_work(session, NOBODY):
        session.add(Task(cycle=cast.cycle, title="无权写入", lead_department=cast.jwc))


def test_the_actor_of_a_unit_of_work_leaves_with_it(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, cast.actor("head_jwc")):
        pass
    session.add(Task(cycle=cast.cycle, title="事后", lead_department=cast.jwc))
    with pytest.raises(NotAllowed):
        session.commit()


@pytest.mark.parametrize("statement", [update, delete])
def test_a_bulk_write_cannot_pass_the_gate_by(session: AnySession, statement: Any) -> None:
    act_as(session, TEST)
    with pytest.raises(RuntimeError, match="pass the gate"):
        session.execute(statement(Task).where(Task.id == 1))


# Reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("head_jwc", True),
        ("staff_jwc", True),
        ("leader", True),
        ("office", True),
        ("auditor", True),
        ("topleader", True),
        ("head_xinxi", False),
        ("other_leader", False),
    ],
)
def test_a_proposed_task_is_seen_by_its_department_its_leader_and_the_college_roles(
    session: AnySession, cast: Cast, name: str, sees: bool
) -> None:
    assert seen_by(session, cast.actor(name), make_task()) is sees


@pytest.mark.parametrize(
    ("visibility", "sees"),
    [(Visibility.OPEN, True), (Visibility.CONCERNED, False), (Visibility.RESTRICTED, False)],
)
def test_a_published_task_is_public_only_while_it_is_open(
    session: AnySession, cast: Cast, visibility: Visibility, sees: bool
) -> None:
    task = make_task(status=TaskStatus.PUBLISHED, visibility=visibility)
    assert seen_by(session, cast.actor("head_xinxi"), task) is sees
    assert seen_by(session, cast.actor("head_jwc"), task)


def test_nobody_sees_nothing(session: AnySession) -> None:
    assert not seen_by(session, NOBODY, make_task(status=TaskStatus.PUBLISHED))


# Writing in one's own scope --------------------------------------------------------------


def test_a_head_changes_the_own_department_s_draft(session: AnySession, cast: Cast) -> None:
    task = make_task(title="建设课程")
    with unit_of_work(session, cast.actor("head_jwc")):
        task.title = "建设五门课程"
    session.expire_all()
    assert task.title == "建设五门课程"


def test_a_head_does_not_change_another_department_s_draft(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(title="建设课程")
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_xinxi")):
        task.title = "改别人的"
    assert task.title == "建设课程"


def test_a_head_does_not_delete_another_department_s_draft(
    session: AnySession, cast: Cast
) -> None:
    task = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_xinxi")):
        session.delete(task)
    assert session.get(Task, task.id) is not None


def test_a_head_does_not_add_a_task_to_another_department(
    session: AnySession, cast: Cast
) -> None:
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        session.add(Task(cycle=cast.cycle, title="给别人派活", lead_department=cast.xinxi))


def test_a_head_does_not_move_the_own_draft_to_another_department(
    session: AnySession, cast: Cast
) -> None:
    task = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        task.lead_department_id = cast.xinxi.id
    assert task.lead_department.code == "jwc"


def test_nor_by_the_relation_as_a_form_sets_it(session: AnySession, cast: Cast) -> None:
    task = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        task.lead_department = cast.xinxi
    assert task.lead_department.code == "jwc"


def test_a_head_does_not_take_another_department_s_draft(session: AnySession, cast: Cast) -> None:
    task = make_task(lead_department=cast.xinxi)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        task.lead_department_id = cast.jwc.id
    assert task.lead_department.code == "xinxi"


def test_a_head_does_not_pull_over_a_milestone_of_a_foreign_task(
    session: AnySession, cast: Cast
) -> None:
    own, foreign = make_task(), make_task(lead_department=cast.xinxi)
    milestone = make_milestone(task=foreign)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        milestone.task_id = own.id
    assert milestone.task_id == foreign.id


def test_a_permission_without_scope_is_not_enough_and_scope_without_permission_neither(
    session: AnySession, cast: Cast
) -> None:
    auditor = cast.actor("auditor")
    assert auditor.may("task:read")
    task = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, auditor):
        task.title = "审计改的"
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("staff_jwc")):
        session.delete(task)


def test_master_data_is_kept_by_the_administrator_alone(session: AnySession, cast: Cast) -> None:
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        cast.jwc.name = "教学事务部"
    with unit_of_work(session, cast.actor("admin")):
        cast.jwc.name = "教学事务部"
    assert cast.jwc.name == "教学事务部"


# Pointing at rows one does not see ---------------------------------------------------------


def test_a_row_does_not_point_at_a_row_the_actor_does_not_see(
    session: AnySession, cast: Cast
) -> None:
    hidden = make_task(lead_department=cast.xinxi, visibility=Visibility.RESTRICTED)
    own = make_task()
    with (
        pytest.raises(NotAllowed) as refusal,
        unit_of_work(session, cast.actor("head_jwc")),
    ):
        own.parent_id = hidden.id
    assert refusal.value.field == "parent_id"


def test_nor_by_the_relation(session: AnySession, cast: Cast) -> None:
    hidden = make_task(lead_department=cast.xinxi)
    own = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        own.parent = hidden
    assert own.parent is None


def test_nor_when_it_is_new(session: AnySession, cast: Cast) -> None:
    hidden = make_task(lead_department=cast.xinxi)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        session.add(
            Task(
                cycle_id=cast.cycle.id,
                title="挂靠",
                lead_department_id=cast.jwc.id,
                parent_id=hidden.id,
            )
        )


def test_a_row_that_is_gone_is_refused_like_a_hidden_one(session: AnySession, cast: Cast) -> None:
    own = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        own.parent_id = 999_999


# Protected columns, statuses, closed years -------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value"),
    [("finished_on", dt.date(2026, 3, 1)), ("actual_percent", 100), ("light", "green")],
)
def test_a_protected_column_is_not_written_by_hand(
    session: AnySession, cast: Cast, column: str, value: Any
) -> None:
    task = make_task()
    with (
        pytest.raises(RuleViolation) as refusal,
        unit_of_work(session, cast.actor("head_jwc")),
    ):
        setattr(task, column, value)
    assert refusal.value.field == column


def test_not_even_by_the_system_unless_a_service_says_so(session: AnySession) -> None:
    task = make_task()
    with pytest.raises(RuleViolation), unit_of_work(session, TEST):
        task.actual_percent = 50
    with unit_of_work(session, TEST), privileged(session):
        task.actual_percent = 50
    assert task.actual_percent == 50


def test_what_is_pending_before_a_privileged_block_is_checked(
    session: AnySession, cast: Cast
) -> None:
    foreign = make_task(lead_department=cast.xinxi)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_jwc")):
        foreign.title = "夹带"
        with privileged(session):
            pass


def test_an_issued_task_is_no_longer_rewritten(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED)
    with (
        pytest.raises(RuleViolation) as refusal,
        unit_of_work(session, cast.actor("head_jwc")),
    ):
        task.title = "换个说法"
    assert refusal.value.field == "title"
    with unit_of_work(session, cast.actor("head_jwc")):
        task.owner_id = cast.staff_jwc.id
    assert task.owner == cast.staff_jwc


@pytest.mark.parametrize("name", ["head_jwc", "office", "admin"])
def test_a_status_does_not_change_by_assignment(
    session: AnySession, cast: Cast, name: str
) -> None:
    task = make_task()
    with (
        pytest.raises(RuleViolation) as refusal,
        unit_of_work(session, cast.actor(name)),
    ):
        task.status = TaskStatus.FINISHED
    assert refusal.value.field == "status"
    assert task.status == TaskStatus.PROPOSED


def test_a_status_does_not_change_by_assignment_for_the_system_either(
    session: AnySession,
) -> None:
    task = make_task()
    with pytest.raises(RuleViolation), unit_of_work(session, TEST), privileged(session):
        task.status = TaskStatus.FINISHED


def test_a_row_does_not_begin_in_the_middle_of_its_flow(session: AnySession, cast: Cast) -> None:
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("head_jwc")):
        session.add(
            Task(
                cycle=cast.cycle,
                title="生而完成",
                lead_department=cast.jwc,
                status=TaskStatus.FINISHED,
            )
        )


def test_a_step_changes_the_status_and_the_audit_names_it(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.PUBLISHED, owner=cast.staff_jwc)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        workflow.apply(session, head, task, "accept", version=task.version)
    session.expire_all()
    assert task.status == TaskStatus.ACCEPTED
    assert events_of(session, task)[-1].action == "accept"


def test_a_closed_year_does_not_change(session: AnySession, cast: Cast) -> None:
    task = make_task(cycle=make_cycle())
    close(session, task.cycle)
    for name in ("head_jwc", "office"):
        with pytest.raises(WrongState), unit_of_work(session, cast.actor(name)):
            task.title = "补写"
    with pytest.raises(WrongState), unit_of_work(session, TEST), privileged(session):
        task.remark = "系统也不行"
    with pytest.raises(WrongState), unit_of_work(session, TEST):
        session.delete(task)


def test_nor_what_hangs_on_its_rows(session: AnySession) -> None:
    task = make_task(cycle=make_cycle())
    milestone = make_milestone(task=task)
    close(session, task.cycle)
    with pytest.raises(WrongState), unit_of_work(session, TEST):
        milestone.text = "补写"
    with pytest.raises(WrongState), unit_of_work(session, TEST):
        session.add(Milestone(task=task, text="后补的节点"))


def test_nor_takes_in_rows_of_an_open_year(session: AnySession, cast: Cast) -> None:
    closed = make_cycle()
    close(session, closed)
    task = make_task()
    with pytest.raises(WrongState), unit_of_work(session, TEST):
        task.cycle_id = closed.id
    with pytest.raises(WrongState), unit_of_work(session, TEST):
        task.cycle = closed


def test_nor_lets_its_rows_go_to_an_open_year(session: AnySession, cast: Cast) -> None:
    task = make_task(cycle=make_cycle())
    close(session, task.cycle)
    with pytest.raises(WrongState), unit_of_work(session, TEST):
        task.cycle_id = cast.cycle.id


def close(session: AnySession, cycle: Any) -> None:
    table = type(cycle).__table__
    session.execute(
        update(table).where(table.c.id == cycle.id).values(status=CycleStatus.CLOSED)
    )
    session.commit()


# Stale rows, transactions, the audit -------------------------------------------------------


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
