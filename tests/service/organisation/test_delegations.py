"""授权: who stands in for a head or a leader takes their steps on their rows, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.core import clock, policy, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.monitoring import MonthlyCheck
from app.models.organisation import Delegation
from app.models.planning import DepartmentPlan, PlanStatus, TaskStatus
from app.models.system import AuditEvent
from app.organisation.delegations import end_delegation
from app.planning.plans import comment_on_plan
from tests.cast import SINCE, TEST, TODAY, Cast
from tests.factories import (
    make_appointment,
    make_charge,
    make_delegation,
    make_department,
    make_department_plan,
    make_monthly_check,
    make_task,
)

Give = Callable[..., Delegation]
DAY = dt.timedelta(days=1)


@pytest.fixture
def give(session: AnySession, cast: Cast) -> Give:
    """The head of 教务处 leaves the department to somebody of 信息工程系."""

    def given(**said: object) -> Delegation:
        usual = {"giver": cast.head_jwc, "receiver": cast.staff_xinxi, "ground": "出差",
                 "valid_from": TODAY, "valid_to": TODAY + 5 * DAY}  # fmt: skip
        return make_delegation(**usual | said)

    return given


def check_of(department: object) -> MonthlyCheck:
    return make_monthly_check(task=make_task(lead_department=department))


def plan_in(status: PlanStatus, department: object, **more: object) -> DepartmentPlan:
    return make_department_plan(department=department, status=status, **more)


def step(session: AnySession, actor: Actor, row: object, name: str, **fields: object) -> None:
    with unit_of_work(session, actor):
        workflow.apply(session, actor, row, name, **fields)


def last_event(session: AnySession) -> AuditEvent:
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()


# What it passes ------------------------------------------------------------------------


def test_a_delegate_takes_the_head_s_steps_in_the_head_s_name(
    session: AnySession, cast: Cast, give: Give
) -> None:
    plan = plan_in(PlanStatus.REVIEWED, cast.jwc)
    with pytest.raises(NotAllowed):
        step(session, cast.actor("staff_xinxi"), plan, "submit")
    give()
    step(session, cast.actor("staff_xinxi"), plan, "submit")
    told = last_event(session)
    assert (told.action, told.actor_id) == ("submit", cast.staff_xinxi.id)
    assert told.on_behalf_of_id == cast.head_jwc.id


def test_a_delegate_of_the_same_department_acts_for_its_head_too(
    session: AnySession, cast: Cast, give: Give
) -> None:
    plan = plan_in(PlanStatus.REVIEWED, cast.jwc)
    give(receiver=cast.staff_jwc)
    step(session, cast.actor("staff_jwc"), plan, "submit")
    assert last_event(session).on_behalf_of_id == cast.head_jwc.id


def test_what_one_may_do_oneself_one_does_in_one_s_own_name(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give(receiver=cast.staff_jwc)
    draft = plan_in(PlanStatus.DRAFT, cast.jwc)
    staff = cast.actor("staff_jwc")
    with unit_of_work(session, staff):
        draft.text = "要点"
    assert last_event(session).on_behalf_of_id is None


def test_a_delegate_of_a_leader_reviews_the_plans_in_the_leader_s_charge(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give(giver=cast.leader, receiver=cast.other_leader)
    plan = plan_in(PlanStatus.REVIEW, cast.jwc)
    with unit_of_work(session, cast.actor("other_leader")):
        comment_on_plan(session, cast.actor("other_leader"), plan, "指标请量化")
    assert last_event(session).on_behalf_of_id == cast.leader.id
    step(session, cast.actor("other_leader"), plan, "review")
    told = last_event(session)
    assert (told.actor_id, told.on_behalf_of_id) == (cast.other_leader.id, cast.leader.id)
    assert plan.reviewed_by_id == cast.other_leader.id


def test_the_delegate_reads_what_the_giver_reads_there(
    session: AnySession, cast: Cast, give: Give
) -> None:
    plan = plan_in(PlanStatus.DRAFT, cast.jwc)
    seen = select(DepartmentPlan.id).where(DepartmentPlan.id == plan.id)
    query = lambda: seen.where(visible(cast.actor("staff_xinxi"), DepartmentPlan))  # noqa: E731
    assert session.scalar(query()) is None
    give()
    assert session.scalar(query()) == plan.id


# And nothing else -----------------------------------------------------------------------


def test_head_s_rights_are_not_carried_into_one_s_own_department(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give()
    own = plan_in(PlanStatus.REVIEWED, cast.xinxi)
    delegate = cast.actor("staff_xinxi")
    for verb in ("submit", "send_for_review", "delete"):
        assert not policy.can(delegate, verb, own), verb
    with pytest.raises(NotAllowed, match="无权"):
        step(session, delegate, own, "submit")
    assert not policy.can(delegate, "submit", check_of(cast.xinxi))
    assert policy.can(delegate, "submit", check_of(cast.jwc))


def test_one_s_own_rights_are_not_carried_into_the_giver_s_departments(
    session: AnySession, cast: Cast, give: Give
) -> None:
    """A leader who stands in for a head does not review that department's plan as its leader."""
    give(receiver=cast.other_leader)
    delegate = cast.actor("other_leader")
    plan = plan_in(PlanStatus.REVIEW, cast.jwc)
    assert not policy.can(delegate, "review", plan)


def test_departments_outside_the_scope_stay_closed(
    session: AnySession, cast: Cast, give: Give
) -> None:
    other = make_department()
    make_appointment(person=cast.head_jwc, department=other, post="head")
    give(department=other)
    delegate = cast.actor("staff_xinxi")
    assert policy.can(delegate, "submit", plan_in(PlanStatus.REVIEWED, other))
    assert not policy.can(delegate, "submit", plan_in(PlanStatus.REVIEWED, cast.jwc))


def test_the_system_and_the_master_data_are_not_delegated(
    session: AnySession, cast: Cast, give: Give
) -> None:
    with unit_of_work(session, TEST):
        cast.head_jwc.roles = [*cast.head_jwc.roles, *cast.admin.roles, *cast.office.roles]
    give()
    delegate = cast.actor("staff_xinxi")
    for permission in ("console:read", "person:edit", "task:import", "delegation:add",
                       "cycle:start", "score:read", "instruction:add", "work_point_set:issue"):  # fmt: skip
        assert not delegate.may(permission), permission
    assert delegate.roles == {"DepartmentStaff"}


def test_there_is_no_chain_of_delegations(session: AnySession, cast: Cast, give: Give) -> None:
    make_appointment(person=cast.staff_xinxi, department=cast.xinxi, post="acting_head")
    give()
    make_delegation(giver=cast.staff_xinxi, receiver=cast.staff_jwc)
    assert cast.jwc.id not in cast.actor("staff_jwc").speaks_for()


@pytest.mark.parametrize("days, stands", [(-1, False), (0, True), (5, True), (6, False)])
def test_the_first_and_the_last_day_count(
    session: AnySession, cast: Cast, give: Give, days: int, stands: bool
) -> None:
    give()
    with clock.at(TODAY + days * DAY):
        assert bool(cast.actor("staff_xinxi").speaks_for()) is stands


def test_a_post_that_ended_passes_nothing(session: AnySession, cast: Cast, give: Give) -> None:
    from app.models.organisation import Appointment

    give()
    assert cast.actor("staff_xinxi").stands_in
    with unit_of_work(session, TEST):
        post = session.scalars(
            select(Appointment).where(Appointment.person_id == cast.head_jwc.id)
        ).one()
        post.valid_to = TODAY - DAY
    assert not cast.actor("staff_xinxi").stands_in


def test_a_giver_who_is_switched_off_passes_nothing(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give()
    with unit_of_work(session, TEST):
        cast.head_jwc.active = False
    assert not cast.actor("staff_xinxi").stands_in


def test_a_role_that_the_giver_lost_passes_nothing(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give()
    with unit_of_work(session, TEST):
        cast.head_jwc.roles = cast.auditor.roles
    assert not cast.actor("staff_xinxi").stands_in


# Nobody decides on their own ---------------------------------------------------------------


def test_who_stands_in_for_the_head_does_not_decide_as_leader(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give(receiver=cast.leader)
    plan = plan_in(PlanStatus.REVIEW, cast.jwc)
    with pytest.raises(NotAllowed, match=f"本部门的事项.*须由{cast.topleader.name}审批"):
        step(session, cast.actor("leader"), plan, "review")


def test_a_leader_s_delegate_does_not_decide_on_their_own_department(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give(giver=cast.leader, receiver=cast.head_xinxi)
    plan = plan_in(PlanStatus.REVIEW, cast.xinxi)
    with pytest.raises(NotAllowed, match=f"本部门的事项.*须由{cast.leader.name}审批"):
        step(session, cast.actor("head_xinxi"), plan, "return", review_comment="退")
    other = plan_in(PlanStatus.REVIEW, cast.jwc)
    step(session, cast.actor("head_xinxi"), other, "return", review_comment="补充")


def test_a_leader_s_delegate_does_not_decide_on_the_leader_s_department(
    session: AnySession, cast: Cast, give: Give
) -> None:
    other = make_department()
    make_appointment(person=cast.leader, department=other, post="head")
    make_charge(leader=cast.leader, department=other)
    give(giver=cast.leader, receiver=cast.other_leader)
    plan = plan_in(PlanStatus.REVIEW, other)
    with pytest.raises(NotAllowed, match="本部门的事项"):
        step(session, cast.actor("other_leader"), plan, "review")


def test_what_the_giver_submitted_the_delegate_does_not_decide(
    session: AnySession, cast: Cast, give: Give
) -> None:
    give(giver=cast.leader, receiver=cast.other_leader)
    plan = plan_in(PlanStatus.REVIEW, cast.jwc, sent_by=cast.leader)
    with pytest.raises(NotAllowed, match=f"本人提交的事项.*须由{cast.topleader.name}审批"):
        step(session, cast.actor("other_leader"), plan, "review")


# Giving and ending -----------------------------------------------------------------------------


def given_by(session: AnySession, actor: Actor, **said: object) -> Delegation:
    row = Delegation(**{"ground": "出差", "valid_from": TODAY, "valid_to": TODAY + DAY} | said)
    with unit_of_work(session, actor):
        session.add(row)
    return row


def test_a_head_delegates_and_ends_it_at_once(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    row = given_by(session, head, giver_id=head.user_id, receiver_id=cast.staff_jwc.id)
    assert cast.actor("staff_jwc").speaks_for()
    with unit_of_work(session, head):
        end_delegation(session, head, row)
    assert row.ended_by_id == head.user_id
    assert not cast.actor("staff_jwc").speaks_for()
    with pytest.raises(WrongState, match="已经结束"), unit_of_work(session, head):
        end_delegation(session, head, row)


def test_the_office_delegates_for_anybody_and_others_for_nobody(
    session: AnySession, cast: Cast
) -> None:
    said = {"giver_id": cast.head_jwc.id, "receiver_id": cast.staff_jwc.id}
    for name in ("head_xinxi", "leader"):
        with pytest.raises(NotAllowed):
            given_by(session, cast.actor(name), **said)
    row = given_by(session, cast.actor("office"), **said)
    with pytest.raises(NotAllowed), unit_of_work(session, cast.actor("staff_jwc")):
        end_delegation(session, cast.actor("staff_jwc"), row)


def refused(session: AnySession, cast: Cast, **said: object) -> RuleViolation:
    usual = {"giver_id": cast.head_jwc.id, "receiver_id": cast.staff_jwc.id}
    with pytest.raises(RuleViolation) as error:
        given_by(session, cast.actor("office"), **usual | said)
    return error.value


def test_what_is_no_delegation_is_refused_at_its_field(session: AnySession, cast: Cast) -> None:
    cases = (
        ({"receiver_id": cast.head_jwc.id}, "receiver", "授权给自己"),
        ({"valid_to": TODAY - DAY}, "valid_to", "早于"),
        ({"valid_to": TODAY + 400 * DAY}, "valid_to", "最长为90天"),
        ({"giver_id": cast.staff_jwc.id, "receiver_id": cast.leader.id}, "giver", "没有可以授权"),
        ({"department_id": cast.xinxi.id}, "department", "不是该部门负责人"),
    )
    for said, field, words in cases:
        error = refused(session, cast, **said)
        assert error.field == field, said
        assert words in str(error)


def test_somebody_who_cannot_sign_in_receives_nothing(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, TEST):
        cast.staff_jwc.active = False
    error = refused(session, cast)
    assert (error.field, "未启用" in str(error)) == ("receiver", True)


def test_the_same_is_not_delegated_twice_for_the_same_days(
    session: AnySession, cast: Cast, give: Give
) -> None:
    row = give(receiver=cast.staff_jwc)
    error = refused(session, cast, valid_from=TODAY + 5 * DAY, valid_to=TODAY + 9 * DAY)
    assert (error.field, "已授权" in str(error)) == ("valid_from", True)
    office = cast.actor("office")
    with unit_of_work(session, office):
        end_delegation(session, office, row)
    given_by(session, office, giver_id=cast.head_jwc.id, receiver_id=cast.staff_jwc.id)


def test_a_delegation_that_began_long_ago_is_still_ended(session: AnySession, cast: Cast) -> None:
    """What it had to be when it was given is not asked again."""
    make_task(status=TaskStatus.ACCEPTED)
    row = make_delegation(
        giver=cast.head_jwc, receiver=cast.staff_jwc, valid_from=SINCE, valid_to=SINCE + 30 * DAY
    )
    with pytest.raises(WrongState), unit_of_work(session, cast.actor("office")):
        end_delegation(session, cast.actor("office"), row)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"receiver": "office"}, "不能为自己登记代行授权"),
        ({"valid_from": TODAY - 9 * DAY, "valid_to": TODAY - DAY}, "授权期限已过"),
        ({"ground": ""}, "授权依据"),
        ({"ground": "  "}, "请填写“依据”"),
    ],
)
def test_the_office_writes_no_delegation_to_itself_nor_one_that_is_over(
    session: AnySession, cast: Cast, said: dict[str, object], words: str
) -> None:
    office = cast.actor("office")
    usual = {"giver": cast.head_jwc, "receiver": "staff_xinxi", "ground": "出差",
             "valid_from": TODAY, "valid_to": TODAY + 5 * DAY}  # fmt: skip
    told = usual | said
    told["receiver"] = getattr(cast, str(told["receiver"]))
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, office):
        session.add(Delegation(**told))
    assert words in str(refused.value)


def test_a_stand_in_does_not_comment_on_their_own_department_s_plan(
    session: AnySession, cast: Cast, give: Give
) -> None:
    plan = plan_in(PlanStatus.REVIEW, cast.xinxi)
    give(giver=cast.leader, receiver=cast.head_xinxi)
    head = cast.actor("head_xinxi")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        comment_on_plan(session, head, plan, "自己批注自己的计划")
