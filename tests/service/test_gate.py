"""The gate: what is asked of every write, whichever door it came through."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.core import policy
from app.core.actor import NOBODY, Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.guard import privileged
from app.core.unit_of_work import AnySession, act_as, unit_of_work
from app.models.cycles import CycleStatus
from app.models.planning import Milestone, Task, TaskStatus, Visibility
from tests.cast import TEST, Cast
from tests.factories import make_cycle, make_milestone, make_task


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


def test_a_head_does_not_change_another_department_s_draft(session: AnySession, cast: Cast) -> None:
    task = make_task(title="建设课程")
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_xinxi")):
        task.title = "改别人的"
    assert task.title == "建设课程"


def test_a_head_does_not_delete_another_department_s_draft(session: AnySession, cast: Cast) -> None:
    task = make_task()
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("head_xinxi")):
        session.delete(task)
    assert session.get(Task, task.id) is not None


def test_a_head_does_not_add_a_task_to_another_department(session: AnySession, cast: Cast) -> None:
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
def test_a_status_does_not_change_by_assignment(session: AnySession, cast: Cast, name: str) -> None:
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
    session.execute(update(table).where(table.c.id == cycle.id).values(status=CycleStatus.CLOSED))
    session.commit()
