"""Coordination requests: asked, answered, settled, asked anew, sent on; who is told; and every
step refused in every way (Art. 9.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, update

from app.core import clock, workflow
from app.core.errors import NotAllowed, Refusal, RuleViolation, WrongState
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.monitoring import CoordinationRequest, CoordinationStatus, MonthlyCheck
from app.models.planning import Task, TaskStatus
from app.models.system import Notification
from app.monitoring.coordination import reply_day, request_coordination
from app.monitoring.coordination_workflow import COORDINATION_REQUEST
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_coordination_request,
    make_delegation,
    make_monthly_check,
    make_task,
    make_task_department,
)

LATER = TODAY + dt.timedelta(days=10)
AGAIN = {"reopen_reason": "仍未到位"}
ON = {"reroute_reason": "不归该部门"}


def ask(
    session: AnySession, cast: Cast, who: str = "head_jwc", **given: Any
) -> CoordinationRequest:
    said = {"department_id": cast.jwc.id, "matter": "请开放数据接口"} | given
    if not {"addressed_department_id", "addressed_leader_id"} & set(said):
        said["addressed_department_id"] = cast.xinxi.id
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        return request_coordination(session, actor, CoordinationRequest(**said))


def take(session: AnySession, cast: Cast, who: str, row: CoordinationRequest, step: str, **said: Any) -> None:  # fmt: skip
    actor = cast.actor(who)
    with unit_of_work(session, actor):
        workflow.apply(session, actor, row, step, **said)


def told(session: AnySession) -> dict[str, str]:
    """By user name the last message of each."""
    rows = session.scalars(
        select(Notification).where(Notification.kind == "coordination_request").order_by(Notification.id)
    )  # fmt: skip
    return {row.person.username: row.text for row in rows}


def forget(session: AnySession) -> None:
    with unit_of_work(session, TEST):
        for row in session.scalars(select(Notification)):
            session.delete(row)


# Asking ------------------------------------------------------------------------------------


def test_a_head_asks_and_addressee_and_office_are_told(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast)
    assert row.status == CoordinationStatus.OPEN
    # Five workdays from Monday, 16 March.
    assert row.due_on == dt.date(2026, 3, 23) == reply_day(session)
    said = told(session)
    assert set(said) == {"head.xinxi", "office"}
    assert said["head.xinxi"] == "【协调】教务处请求协调，请于3月23日前答复：请开放数据接口"
    assert "请信息工程系协调" in said["office"]


def test_a_request_of_a_task_hangs_on_the_check_of_the_month_reported_on(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    check = make_monthly_check(task=task, month=3)
    assert ask(session, cast, task_id=task.id).monthly_check_id == check.id
    assert ask(session, cast).monthly_check_id is None


REFUSED: dict[str, tuple[Callable[[Cast], dict[str, Any]], str, str]] = {
    "nobody": (
        lambda cast: {"addressed_department_id": None},
        "addressed_department", "请指明需要哪个部门或领导协调。",
    ),
    "two": (
        lambda cast: {"addressed_department_id": cast.xinxi.id, "addressed_leader_id": cast.leader.id},
        "addressed_leader", "",
    ),
    "itself": (
        lambda cast: {"addressed_department_id": cast.jwc.id}, "addressed_department", "",
    ),
    "own section": (
        lambda cast: {"addressed_department_id": cast.jwc_jxk.id}, "addressed_department", "",
    ),
    "no leader": (
        lambda cast: {"addressed_leader_id": cast.staff_xinxi.id}, "addressed_leader", "吴网络",
    ),
    "a day that is over": (
        lambda cast: {"due_on": TODAY - dt.timedelta(days=1)}, "due_on", "",
    ),
    "a foreign task": (
        lambda cast: {"task_id": make_task(lead_department=cast.xinxi).id}, "task", "教务处",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_request_is_refused_at_its_field(session: AnySession, cast: Cast, case: str) -> None:
    given, field, words = REFUSED[case]
    with pytest.raises(RuleViolation) as error:
        ask(session, cast, **given(cast))
    assert error.value.field == field
    assert words in str(error.value) and "。" in str(error.value)
    assert session.scalars(select(CoordinationRequest)).all() == []
    assert told(session) == {}


@pytest.mark.parametrize("status", [TaskStatus.PROPOSED, TaskStatus.FINISHED])
def test_help_is_asked_for_with_a_task_under_way_only(
    session: AnySession, cast: Cast, status: TaskStatus
) -> None:
    task = make_task(status=status)
    with pytest.raises(RuleViolation) as error:
        ask(session, cast, task_id=task.id)
    assert error.value.field == "task"
    assert session.scalars(select(CoordinationRequest)).all() == []
    row = ask(session, cast)
    with pytest.raises(RuleViolation), unit_of_work(session, cast.actor("head_jwc")):
        row.task_id = task.id


def test_a_request_goes_on_when_its_task_is_over(session: AnySession, cast: Cast) -> None:
    task = make_task(status=TaskStatus.ACCEPTED)
    row = ask(session, cast, task_id=task.id)
    session.execute(update(Task.__table__).values(status=TaskStatus.FINISHED))
    session.expire_all()
    take(session, cast, "head_xinxi", row, "answer", reply="周五前开放")
    assert row.status == CoordinationStatus.ANSWERED


def test_a_department_that_takes_part_in_a_task_may_ask_for_it(
    session: AnySession, cast: Cast
) -> None:
    task = make_task(lead_department=cast.xinxi, status=TaskStatus.ACCEPTED)
    make_task_department(task=task, department=cast.jwc)
    assert ask(session, cast, task_id=task.id, addressed_department_id=cast.xsc.id).task is task


def test_a_head_asks_in_the_own_department_s_name_only(session: AnySession, cast: Cast) -> None:
    for who in ("head_xinxi", "staff_jwc", "office", "leader"):
        with pytest.raises(NotAllowed):
            ask(session, cast, who)


def test_whom_it_is_asked_of_is_not_edited_afterwards(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast)
    head = cast.actor("head_jwc")
    with unit_of_work(session, head):
        row.matter = "请开放数据接口和字典"
    with pytest.raises(RuleViolation) as error, unit_of_work(session, head):
        row.addressed_department_id = cast.xsc.id
    assert error.value.field == "addressed_department_id"
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("office")):
        session.refresh(row)
        row.matter = "改写"


def test_what_it_is_asked_about_is_not_edited_afterwards(session: AnySession, cast: Cast) -> None:
    """Else a request could be hung on a task that asking refuses."""
    row, foreign = ask(session, cast), make_task(lead_department=cast.xsc)
    with pytest.raises(RuleViolation) as error, unit_of_work(session, cast.actor("head_jwc")):
        row.task_id = foreign.id
    assert error.value.field == "task_id"


def test_the_day_is_not_put_back_before_today(session: AnySession, cast: Cast) -> None:
    row, head = ask(session, cast), cast.actor("head_jwc")
    with unit_of_work(session, head):
        row.due_on = TODAY
    with pytest.raises(RuleViolation) as error, unit_of_work(session, head):
        row.due_on = TODAY - dt.timedelta(days=1)
    assert error.value.field == "due_on"


# The steps ---------------------------------------------------------------------------------


def test_an_answer_goes_to_who_asked_and_is_settled_by_them(
    session: AnySession, cast: Cast
) -> None:
    row = ask(session, cast)
    forget(session)
    take(session, cast, "head_xinxi", row, "answer", reply="周五前开放")
    assert row.answered_at == clock.now() and set(told(session)) == {"head.jwc"}
    forget(session)
    take(session, cast, "head_jwc", row, "resolve")
    assert row.status == CoordinationStatus.RESOLVED and row.resolved_at == clock.now()
    assert set(told(session)) == {"head.xinxi"}


def test_asked_anew_it_needs_a_new_answer_by_a_new_day(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast)
    take(session, cast, "head_xinxi", row, "answer", reply="周五前开放")
    forget(session)
    with clock.at(LATER):
        take(session, cast, "head_jwc", row, "reopen", **AGAIN)
        assert row.status == CoordinationStatus.REOPENED and row.due_on == reply_day(session)
        assert (row.reply, row.answered_at) == (None, None)
        assert set(told(session)) == {"head.xinxi", "office"}
        take(session, cast, "head_xinxi", row, "answer", reply="已开放")
        take(session, cast, "head_jwc", row, "resolve")
        # Also a settled one, with a day of one's own.
        day = LATER + dt.timedelta(days=3)
        take(session, cast, "head_jwc", row, "reopen", due_on=day, **AGAIN)
    assert (row.due_on, row.resolved_at) == (day, None)


def test_the_office_sends_it_on_and_both_are_told(session: AnySession, cast: Cast) -> None:
    row = ask(session, cast)
    forget(session)
    with clock.at(LATER):
        take(
            session, cast, "office", row, "reroute",
            addressed_leader_id=cast.other_leader.id, **ON,
        )  # fmt: skip
        day = reply_day(session)
    assert (row.addressed_department_id, row.addressed_leader) == (None, cast.other_leader)
    assert row.due_on == day and row.status == CoordinationStatus.OPEN
    said = told(session)
    assert set(said) == {"head.xinxi", "head.jwc", "other.leader"}
    assert "办公室转来教务处" in said["other.leader"] and "转请余分管办理" in said["head.xinxi"]
    # Only who is asked now answers.
    with pytest.raises(NotAllowed):
        take(session, cast, "head_xinxi", row, "answer", reply="…")
    take(session, cast, "other_leader", row, "answer", reply="已协调")


def test_who_stands_in_answers_for_the_leader_and_for_the_head(
    session: AnySession, cast: Cast
) -> None:
    make_delegation(giver=cast.leader, receiver=cast.other_leader)
    make_delegation(giver=cast.head_xinxi, receiver=cast.staff_xinxi)
    row = ask(session, cast, addressed_leader_id=cast.leader.id)
    assert set(told(session)) == {"leader", "other.leader", "office"}
    deputy = cast.actor("other_leader")
    seen = select(CoordinationRequest).where(visible(deputy, CoordinationRequest))
    assert session.scalars(seen).all() == [row]
    take(session, cast, "other_leader", row, "answer", reply="代为协调")
    other = ask(session, cast)
    take(session, cast, "staff_xinxi", other, "answer", reply="代为答复")
    assert {row.status, other.status} == {CoordinationStatus.ANSWERED}


# Every step refused --------------------------------------------------------------------------

RIGHT = {"answer": "head_xinxi", "resolve": "head_jwc", "reopen": "head_jwc", "reroute": "office"}
SAID: dict[str, dict[str, Any]] = {"answer": {"reply": "好"}, "reopen": AGAIN, "reroute": ON}
STEPS = [
    (step.name, state) for step in COORDINATION_REQUEST.transitions for state in CoordinationStatus
]


def request_in(cast: Cast, status: CoordinationStatus) -> CoordinationRequest:
    made: CoordinationRequest = make_coordination_request(
        status=status, department=cast.jwc, addressed_department=cast.xinxi, reply="旧答复"
    )
    return made


def allowed(step: str, state: CoordinationStatus) -> bool:
    return state in COORDINATION_REQUEST.named(step).sources


@pytest.mark.parametrize(("step", "state"), [one for one in STEPS if not allowed(*one)])
def test_in_another_state_the_step_is_not_possible(
    session: AnySession, cast: Cast, step: str, state: CoordinationStatus
) -> None:
    row = request_in(cast, state)
    with pytest.raises(WrongState) as error:
        take(session, cast, RIGHT[step], row, step, **SAID.get(step, {}))
    assert str(error.value) == f"当前状态为“{state.zh}”，不能进行这一步。"


@pytest.mark.parametrize(("step", "state"), [one for one in STEPS if allowed(*one)])
def test_nobody_else_takes_the_step(
    session: AnySession, cast: Cast, step: str, state: CoordinationStatus
) -> None:
    row = request_in(cast, state)
    people = {"head_jwc", "head_xinxi", "staff_jwc", "leader", "other_leader", "topleader",
              "office", "admin", "quality", "auditor", "discipline"} - {RIGHT[step]}  # fmt: skip
    for who in sorted(people):
        with pytest.raises(NotAllowed) as error:
            take(session, cast, who, row, step, **SAID.get(step, {}))
        assert "无权" in str(error.value), who


STEP_REFUSED: dict[str, tuple[str, str, Callable[[Cast], dict[str, Any]], str]] = {
    # case: step, state, what is said, the field blamed
    "an answer without words": ("answer", "reopened", lambda cast: {"reply": " "}, "reply"),
    "asked anew without a reason": ("reopen", "answered", lambda cast: {}, "reopen_reason"),
    "asked anew for yesterday": (
        "reopen", "resolved",
        lambda cast: AGAIN | {"due_on": TODAY - dt.timedelta(days=1)}, "due_on",
    ),
    "sent on without a reason": (
        "reroute", "open", lambda cast: {"addressed_department_id": cast.xsc.id}, "reroute_reason",
    ),
    "sent on to nobody": ("reroute", "open", lambda cast: ON, "addressed_department"),
    "sent on to whom it is with": (
        "reroute", "open", lambda cast: ON | {"addressed_department_id": cast.xinxi.id},
        "addressed_department",
    ),
    "sent back to who asks": (
        "reroute", "reopened", lambda cast: ON | {"addressed_department_id": cast.jwc.id},
        "addressed_department",
    ),
    "sent on to two": (
        "reroute", "open",
        lambda cast: ON | {"addressed_department_id": cast.xsc.id, "addressed_leader_id": cast.leader.id},
        "addressed_leader",
    ),
    "sent on to no leader": (
        "reroute", "open", lambda cast: ON | {"addressed_leader_id": cast.staff_jwc.id},
        "addressed_leader",
    ),
    "sent on until yesterday": (
        "reroute", "open",
        lambda cast: ON | {"addressed_department_id": cast.xsc.id, "due_on": TODAY - dt.timedelta(days=1)},
        "due_on",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", STEP_REFUSED)
def test_a_step_is_refused_at_its_field(session: AnySession, cast: Cast, case: str) -> None:
    step, state, said, field = STEP_REFUSED[case]
    row = request_in(cast, CoordinationStatus(state))
    before = (row.status, row.addressed_department_id, row.due_on)
    with pytest.raises(Refusal) as error:
        take(session, cast, RIGHT[step], row, step, **said(cast))
    assert error.value.field == field and "。" in str(error.value)
    session.refresh(row)
    assert (row.status, row.addressed_department_id, row.due_on) == before
    assert told(session) == {}


def test_a_reason_of_the_last_time_is_none_for_this_time(session: AnySession, cast: Cast) -> None:
    row = make_coordination_request(
        status=CoordinationStatus.ANSWERED, department=cast.jwc, addressed_department=cast.xinxi,
        reopen_reason="上次的理由", reroute_reason="上次的说明",
    )  # fmt: skip
    with pytest.raises(RuleViolation) as error:
        take(session, cast, "head_jwc", row, "reopen")
    assert error.value.field == "reopen_reason"
    take(session, cast, "head_jwc", row, "reopen", **AGAIN)
    with pytest.raises(RuleViolation) as again:
        take(session, cast, "office", row, "reroute", addressed_department_id=cast.xsc.id)
    assert again.value.field == "reroute_reason"


def test_the_check_s_file_of_requests_survives_its_draft(session: AnySession, cast: Cast) -> None:
    """A draft that is deleted takes no request with it."""
    task = make_task(status=TaskStatus.ACCEPTED)
    check = make_monthly_check(task=task, month=3)
    row = ask(session, cast, task_id=task.id)
    with unit_of_work(session, TEST):
        session.delete(session.get_one(MonthlyCheck, check.id))
    session.refresh(row)
    assert row.monthly_check_id is None
