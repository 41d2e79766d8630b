"""Unfinished tasks into the next year: the Office's word, and what a plan makes of it (Art. 10)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from app.core import workflow
from app.core.errors import NotAllowed, RuleViolation, RuleViolations, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.carry_over import CarryOver
from app.models.cycles import Cycle, CycleStatus
from app.models.monitoring import CheckStatus
from app.models.planning import DepartmentPlan, Task, TaskStatus
from app.planning.carry_over import candidates, decide, dropped_out, standing
from app.planning.plans import open_plan, propose_from_tasks, sources_of
from tests.cast import Cast
from tests.factories import make_cycle, make_monthly_check, make_task


@pytest.fixture
def before(cast: Cast) -> Cycle:
    return make_cycle(year=cast.cycle.year - 1, name="上年度", rule_book=cast.rule_book)


@pytest.fixture
def old(before: Cycle) -> Task:
    """教务处's unfinished task of last year."""
    return make_task(
        cycle=before, title="实训基地建设", standard="建成", status=TaskStatus.ACCEPTED
    )


def said(
    session: AnySession, cast: Cast, *tasks: Task, who: str = "office", confirmed: bool = True,
    reason: str = "",
) -> None:  # fmt: skip
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        decide(session, actor, tasks, confirmed=confirmed, reason=reason)


def set_status(session: AnySession, row: Cycle | Task, status: str) -> None:
    """As if its workflow had brought it there."""
    table: Any = type(row).__table__
    session.execute(update(table).where(table.c.id == row.id).values(status=status))
    session.refresh(row)


def begun(session: AnySession, cast: Cast) -> DepartmentPlan:
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        return open_plan(session, head, cast.cycle, cast.jwc)


def test_the_candidates_are_what_is_unfinished_with_the_last_reason(
    session: AnySession, cast: Cast, before: Cycle, old: Task
) -> None:
    for month, problem in ((9, "设备未到"), (10, "招标流标")):
        make_monthly_check(
            task=old, year=before.year, month=month, problem=problem, status=CheckStatus.SUBMITTED
        )
    make_task(cycle=before, status=TaskStatus.FINISHED)
    make_task(cycle=before, status=TaskStatus.PROPOSED)
    (one,) = candidates(session, cast.actor("office"), before)
    assert (one.task, one.said, one.decision, one.proposed) == (old, "招标流标", None, False)


def test_the_office_confirms_and_who_when_and_why_is_kept(
    session: AnySession, cast: Cast, before: Cycle, old: Task
) -> None:
    said(session, cast, old, reason="跨年度建设")
    row = candidates(session, cast.actor("office"), before)[0].decision
    assert row is not None and row.decided_at is not None
    assert (row.confirmed, row.reason, row.decided_by) == (True, "跨年度建设", cast.office)
    assert standing(session, cast.actor("office"), before.id).confirmed == 1


def test_what_is_not_carried_over_needs_a_reason(
    session: AnySession, cast: Cast, old: Task
) -> None:
    with pytest.raises(RuleViolation, match="不予结转的，请说明理由"):
        said(session, cast, old, confirmed=False)
    said(session, cast, old, confirmed=False, reason="并入其他任务")
    said(session, cast, old)
    assert session.query(CarryOver).one().reason is None


def test_only_the_office_decides(session: AnySession, cast: Cast, old: Task) -> None:
    for name in ("head_jwc", "leader", "topleader", "auditor"):
        with pytest.raises(NotAllowed, match="由办公室认定"):
            said(session, cast, old, who=name)


def test_on_the_offices_own_task_its_leader_decides(
    session: AnySession, cast: Cast, before: Cycle
) -> None:
    own = make_task(cycle=before, lead_department=cast.bgs, status=TaskStatus.ACCEPTED)
    with pytest.raises(NotAllowed, match="您本部门的任务"):
        said(session, cast, own)
    with pytest.raises(NotAllowed):
        said(session, cast, own, who="leader")
    said(session, cast, own, who="other_leader")
    assert session.query(CarryOver).one().decided_by == cast.other_leader


def test_nothing_is_decided_on_a_finished_task_or_in_a_closed_year(
    session: AnySession, cast: Cast, before: Cycle
) -> None:
    done = make_task(cycle=before, title="已办结", status=TaskStatus.FINISHED)
    with pytest.raises(WrongState, match="“已办结”不是未完成任务"):
        said(session, cast, done)
    with pytest.raises(RuleViolation, match="请勾选"):
        said(session, cast)
    closed = make_cycle(year=2020, rule_book=cast.rule_book)
    late = make_task(cycle=closed, status=TaskStatus.ACCEPTED)
    set_status(session, closed, CycleStatus.CLOSED)
    with pytest.raises(WrongState, match="年度已关闭"):
        said(session, cast, late)


def test_a_confirmed_task_comes_first_and_is_key_supervised(
    session: AnySession, cast: Cast, before: Cycle, old: Task
) -> None:
    earlier = make_task(cycle=before, title="排在前面", status=TaskStatus.ACCEPTED, sort_order=-1)
    said(session, cast, old)
    plan, head = begun(session, cast), cast.actor("head_jwc")
    assert sources_of(session, head, plan) == [old, earlier]
    with unit_of_work(session, head):
        first, second = propose_from_tasks(session, head, plan, [old, earlier])
    assert (first.origin, first.carried_from, first.key_supervised) == ("carried_over", old, True)
    assert (second.origin, second.carried_from, second.key_supervised) == (
        "carried_over", earlier, False,
    )  # fmt: skip


def test_a_plan_is_not_sent_without_what_the_office_confirmed(
    session: AnySession, cast: Cast, old: Task
) -> None:
    said(session, cast, old)
    make_task(title="新任务", standard="达标")
    plan, head = begun(session, cast), cast.actor("head_jwc")
    with pytest.raises(RuleViolations, match="办公室已认定“实训基地建设”结转，请列入计划"):
        workflow.apply(session, head, plan, "send_for_review")
    with unit_of_work(session, head):
        (new,) = propose_from_tasks(session, head, plan, [old])
        new.title = "实训基地二期建设"
    with unit_of_work(session, head):
        workflow.apply(session, head, plan, "send_for_review")
    assert plan.status == "review"


def test_a_continuation_follows_a_later_word(session: AnySession, cast: Cast, old: Task) -> None:
    plan, head = begun(session, cast), cast.actor("head_jwc")
    with unit_of_work(session, head):
        (new,) = propose_from_tasks(session, head, plan, [old])
    said(session, cast, old)
    assert new.key_supervised
    said(session, cast, old, confirmed=False, reason="不再实施")
    assert not new.key_supervised


def test_what_is_finished_meanwhile_drops_out(
    session: AnySession, cast: Cast, before: Cycle, old: Task
) -> None:
    said(session, cast, old)
    set_status(session, old, TaskStatus.FINISHED)
    office, head = cast.actor("office"), cast.actor("head_jwc")
    assert candidates(session, office, before) == []
    assert list(dropped_out(session, office, before.id)) == [old]
    plan = begun(session, cast)
    with unit_of_work(session, head):
        (new,) = propose_from_tasks(session, head, plan, [old])
    assert (new.origin, new.carried_from, new.key_supervised) == ("annual", None, False)


def test_key_supervision_of_what_is_carried_over_is_the_office_s_to_take_back(
    session: AnySession, cast: Cast, old: Task
) -> None:
    said(session, cast, old)
    plan = begun(session, cast)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        (task,) = propose_from_tasks(session, head, plan, [old])
    assert task.key_supervised
    for name in ("head_jwc", "leader"):
        with (
            pytest.raises(
                RuleViolation,
                check=lambda e: e.field == "key_supervised" and "carried over" in e.message.words,
            ),
            unit_of_work(session, cast.actor(name)),
        ):
            task.key_supervised = False
        session.refresh(task)
    with unit_of_work(session, head):
        task.title = "实训基地二期建设"  # the rest of it is the department's to write
    with unit_of_work(session, cast.actor("office")):
        task.key_supervised = False
    assert not task.key_supervised


def test_the_office_does_not_take_it_back_for_its_own_department(
    session: AnySession, cast: Cast, before: Cycle
) -> None:
    old = make_task(cycle=before, lead_department=cast.bgs, status=TaskStatus.ACCEPTED)
    said(session, cast, old, who="other_leader")
    task = make_task(lead_department=cast.bgs, carried_from=old, key_supervised=True)
    office = cast.actor("office")
    with pytest.raises(RuleViolation) as error, unit_of_work(session, office):
        task.key_supervised = False
    assert error.value.field == "key_supervised"
    session.refresh(task)
    said(session, cast, old, who="other_leader", confirmed=False, reason="不再需要")
    assert not task.key_supervised


def test_another_task_s_key_supervision_is_its_department_s(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(key_supervised=True)
    with unit_of_work(session, cast.actor("head_jwc")):
        task.key_supervised = False
    assert not task.key_supervised
