"""What the steps of a case do to its stage, its clock and its history (Art. 8)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update

from app.core import clock, workflow
from app.core.errors import NotAllowed
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import RuleValue
from app.models.supervision import CaseStage, CaseStatus, StepKind, SupervisionCase
from tests.cast import TODAY, Cast
from tests.factories import make_supervision_case, make_task

BY = {"sign": "head_jwc", "reply": "head_jwc", "extend": "leader", "conclude": "discipline",
      "send_back": "discipline"}  # fmt: skip
IN_3, IN_5, IN_15 = dt.date(2026, 3, 19), dt.date(2026, 3, 23), dt.date(2026, 4, 7)
"""Workdays after TODAY; 清明 lies among the fifteen."""


@pytest.fixture
def step(session: AnySession, cast: Cast) -> Any:
    def take(case: SupervisionCase, name: str, day: dt.date = TODAY, **fields: Any) -> None:
        actor = cast.actor(BY.get(name, "office"))
        with clock.at(day), unit_of_work(session, actor):
            workflow.apply(session, actor, case, name, **fields)

    return take


def no_leader_needed(session: AnySession) -> None:
    values = RuleValue.__table__
    of_key = values.c.key == "supervise.case_extension_needs_leader"
    session.execute(update(values).where(of_key).values(value="false"))
    session.info.clear()  # what was read of the book


def case_in(stage: str = "supervise", status: str = "open", **said: Any) -> SupervisionCase:
    row = make_supervision_case(**{"stage": stage, "status": status, "due_on": TODAY} | said)
    assert isinstance(row, SupervisionCase)
    return row


def test_to_sign_moves_no_clock(step: Any) -> None:
    case = case_in()
    step(case, "sign")
    assert case.signed_at is not None and case.due_on == TODAY


def test_who_replies_has_received_the_notice(step: Any) -> None:
    case = case_in()
    step(case, "reply", note="已完成")
    assert case.signed_at is not None
    assert [one.kind for one in case.steps] == [StepKind.SIGNED, StepKind.REPLY]


def test_accepting_stops_the_clock_and_closes_nothing(step: Any) -> None:
    case = case_in(status="replied")
    step(case, "accept")
    assert (case.status, case.closed_on) == (CaseStatus.ACCEPTED, None)
    step(case, "close", TODAY + dt.timedelta(days=60))
    assert (case.status, case.stage, case.urges) == (CaseStatus.CLOSED, CaseStage.SUPERVISE, 0)
    assert case.closed_on == TODAY + dt.timedelta(days=60)


def test_a_rejected_reply_leaves_the_day_as_it_was(step: Any) -> None:
    case = case_in(status="replied")
    step(case, "reject", note="没有进展")
    assert (case.status, case.due_on) == (CaseStatus.OPEN, TODAY)


@pytest.mark.parametrize("status", ["open", "replied", "accepted"])
def test_urging_counts_and_gives_three_workdays(step: Any, status: str) -> None:
    case = case_in(status=status)
    step(case, "urge", note="请抓紧")
    assert (case.stage, case.urges, case.due_on) == (CaseStage.URGE, 1, IN_3)
    assert case.status == CaseStatus.OPEN
    assert case.steps[-1].text == "请抓紧\n第1次催办，请于2026年3月19日前回复办理情况。"


def test_the_final_deadline_gives_fifteen_workdays(step: Any) -> None:
    case = case_in("urge", urges=2)
    step(case, "set_deadline")
    assert (case.stage, case.urges, case.due_on) == (CaseStage.DEADLINE, 2, IN_15)


def test_a_case_that_was_accepted_may_get_its_deadline_anew(step: Any) -> None:
    case = case_in("deadline", "accepted")
    step(case, "set_deadline")
    assert (case.status, case.due_on) == (CaseStatus.OPEN, IN_15)


@pytest.mark.parametrize("status", ["open", "replied"])
def test_an_extension_moves_the_case_s_day_and_not_the_task_s(step: Any, status: str) -> None:
    task = make_task(due_on=dt.date(2026, 3, 1))
    case = case_in(status=status, task=task)
    step(case, "extend", due_on=dt.date(2026, 3, 27), note="设备未到货")
    assert (case.due_on, case.status) == (dt.date(2026, 3, 27), status)
    assert task.due_on == dt.date(2026, 3, 1)
    assert case.steps[-1].text == "设备未到货\n办理期限延至2026年3月27日。"


def test_the_office_extends_where_the_rule_book_asks_for_no_leader(
    session: AnySession, cast: Cast
) -> None:
    case, office = case_in(), cast.actor("office")
    said = {"due_on": dt.date(2026, 3, 27), "note": "设备未到货"}
    with pytest.raises(NotAllowed, match="无权"), unit_of_work(session, office):
        workflow.apply(session, office, case, "extend", **said)
    no_leader_needed(session)
    with unit_of_work(session, office):
        workflow.apply(session, office, case, "extend", **said)
    assert case.due_on == dt.date(2026, 3, 27)
    assert case.steps[-1].actor == cast.office


def test_on_its_own_department_s_case_the_office_extends_nothing(
    session: AnySession, cast: Cast
) -> None:
    no_leader_needed(session)
    case, office = case_in(department=cast.bgs), cast.actor("office")
    with pytest.raises(NotAllowed, match="审批"), unit_of_work(session, office):
        workflow.apply(
            session, office, case, "extend", due_on=dt.date(2026, 3, 27), note="设备未到货"
        )


def test_a_transfer_hands_the_case_over_and_the_conclusion_stops_the_clock(step: Any) -> None:
    case = case_in("deadline")
    step(case, "transfer", note="重大偏差")
    assert (case.stage, case.status) == (CaseStage.SPECIAL, CaseStatus.OPEN)
    step(case, "conclude", note="督查属实")
    assert (case.status, case.steps[-1].kind) == (CaseStatus.ACCEPTED, StepKind.CONCLUDED)
    step(case, "close")
    assert case.status == CaseStatus.CLOSED


def test_what_is_sent_back_gets_a_final_deadline(step: Any) -> None:
    case = case_in("special", special_proposed_on=TODAY, special_ground="偏差")
    step(case, "send_back", note="条件不具备")
    assert (case.stage, case.due_on) == (CaseStage.DEADLINE, IN_15)
    assert (case.special_proposed_on, case.special_ground) == (None, None)


@pytest.mark.parametrize("status", ["open", "replied"])
def test_who_does_not_transfer_takes_the_proposal_back(step: Any, status: str) -> None:
    case = case_in(status=status, special_proposed_on=TODAY, special_ground="偏差")
    step(case, "keep", note="已有进展")
    assert (case.stage, case.status, case.due_on) == (CaseStage.SUPERVISE, status, IN_15)
    assert (case.special_proposed_on, case.special_ground) == (None, None)
    assert case.steps[-1].text == "不转专项督查：已有进展\n请于2026年4月7日前办结。"


@pytest.mark.parametrize(
    ("stage", "again", "due"),
    [("supervise", "supervise", IN_5), ("urge", "urge", IN_3), ("deadline", "deadline", IN_15),
     ("special", "deadline", IN_15)],
)  # fmt: skip
def test_a_reopened_case_goes_on_where_it_stood(
    step: Any, stage: str, again: str, due: dt.date
) -> None:
    case = case_in(stage, "closed", closed_on=dt.date(2026, 2, 1))
    step(case, "reopen", note="问题反弹")
    assert (case.status, case.stage, case.due_on) == (CaseStatus.OPEN, again, due)
    assert case.closed_on is None


def test_a_wrong_case_is_withdrawn_whatever_its_stage(step: Any) -> None:
    case = case_in("special")
    step(case, "withdraw", note="数据有误")
    assert (case.status, case.steps[-1].text) == (CaseStatus.WITHDRAWN, "数据有误")


# A person who comes late finds the case where the patrol would have left it -------------------


def test_a_step_finds_the_case_where_daily_rounds_would_have_left_it(cast: Cast, step: Any) -> None:
    case = case_in(due_on=dt.date(2026, 3, 9), opened_on=dt.date(2026, 3, 3))
    step(case, "reply", note="在办")
    assert (case.stage, case.urges, case.due_on) == (CaseStage.URGE, 2, dt.date(2026, 3, 18))
    assert case.status == CaseStatus.REPLIED


def test_an_extension_comes_after_what_was_missed(step: Any) -> None:
    """The leader gives time from where the case stands, not from where it was last seen."""
    case = case_in(due_on=dt.date(2026, 3, 9), opened_on=dt.date(2026, 3, 3))
    step(case, "extend", due_on=dt.date(2026, 3, 30), note="设备未到货")
    assert (case.stage, case.urges, case.due_on) == (CaseStage.URGE, 2, dt.date(2026, 3, 30))
