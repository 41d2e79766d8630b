"""代录: the Office enters what was signed on paper; the signer may object (domain §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, Refusal, WrongState
from app.core.unit_of_work import AnySession, unit_of_work
from app.cycles import contested, paper_entries
from app.models.improvement import Adjustment, AdjustmentStatus, ResultStatus, TaskResult
from app.models.meetings import Outcome, PaperEntry, PaperStatus
from app.models.organisation import Person
from app.models.planning import Agreement, DepartmentPlan, PlanStatus, Task, TaskStatus
from app.models.supervision import Instruction
from app.models.system import AuditEvent, Notification
from app.models.work_points import WorkPointOpinion, WorkPointSetStatus
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_adjustment,
    make_agenda_item,
    make_appointment,
    make_charge,
    make_decision,
    make_department_plan,
    make_meeting,
    make_task,
    make_task_result,
    make_work_point_set,
)

Enter = Callable[..., PaperEntry]
DAY = dt.timedelta(days=1)


@pytest.fixture
def plan(cast: Cast) -> DepartmentPlan:
    return make_department_plan(department=cast.jwc, status=PlanStatus.REVIEW)


@pytest.fixture
def enter(session: AnySession, cast: Cast) -> Enter:
    """The Office enters what the leader signed on the plan: agreed."""

    def entered(row: Any, step: str = "review", signer: Person | None = None, **said: Any) -> Any:
        usual = {"text": "同意", "signed_on": TODAY, "scan": lambda entry: None}
        office = said.pop("actor", None) or cast.actor("office")
        with unit_of_work(session, office):
            return paper_entries.enter(
                session, office, row, step, signer or cast.leader, **{**usual, **said}
            )

    return entered


def take(session: AnySession, actor: Actor, entry: PaperEntry, step: str, **fields: Any) -> None:
    with unit_of_work(session, actor):
        workflow.apply(session, actor, entry, step, **fields)


def inbox(session: AnySession, person: Person) -> list[str]:
    query = select(Notification.text).where(Notification.person_id == person.id)
    return list(session.scalars(query))


# Entering --------------------------------------------------------------------------------


def test_the_step_is_taken_in_the_signer_s_name_and_the_trail_says_who_entered_it(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    assert (plan.status, plan.reviewed_by_id) == (PlanStatus.REVIEWED, cast.leader.id)
    assert plan.review_comment == "同意"
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "review")).one()
    assert (told.actor_id, told.on_behalf_of_id, told.door) == (
        cast.office.id, cast.leader.id, "paper",
    )  # fmt: skip
    assert (entry.status, entry.recorded_by) == (PaperStatus.STANDING, cast.office)
    assert entry.objection_until == clock.add_workdays(TODAY, 3)
    assert any(cast.office.name in text for text in inbox(session, cast.leader))


def test_a_head_agrees_to_a_part_on_paper(session: AnySession, cast: Cast, enter: Enter) -> None:
    whole = make_task()
    part = make_task(parent=whole, lead_department=cast.xinxi, agreement=Agreement.ASKED)
    enter(part, "object", cast.head_xinxi, text="人手不足")
    assert (part.agreement, part.objection) == (Agreement.OBJECTED, "人手不足")


def test_an_opinion_on_the_work_points_is_the_signer_s(
    session: AnySession, cast: Cast, enter: Enter
) -> None:
    points = make_work_point_set(status=WorkPointSetStatus.CONSULTATION)
    enter(points, "opinion", cast.head_jwc, text="第三条应明确牵头部门")
    row = session.scalars(select(WorkPointOpinion)).one()
    assert (row.author_id, row.department_id) == (cast.head_jwc.id, cast.jwc.id)
    assert row.recorded_by_id == cast.office.id


def test_a_leader_s_remark_is_the_leader_s(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    enter(plan, "instruct", text="请教务处牵头落实")
    row = session.scalars(select(Instruction)).one()
    assert (row.author_id, row.recorded_by_id) == (cast.leader.id, cast.office.id)


# Refusals --------------------------------------------------------------------------------


def refusal(enter: Enter, *args: Any, **said: Any) -> Refusal:
    with pytest.raises(Refusal) as error:
        enter(*args, **said)
    return error.value


def test_what_is_no_entry_is_refused_at_its_field(
    cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"scan": None}, "file", "扫描件"),
        ({"signed_on": TODAY + DAY}, "signed_on", "晚于今天"),
        ({"signed_on": TODAY - 400 * DAY}, "signed_on", "早于该事项建立"),
        ({"signer": cast.office}, "person", "本人"),
        ({"signer": cast.head_xinxi}, "person", "无权"),
        ({"step": "instruct", "text": " "}, "text", "原文"),
    )
    for said, field, words in cases:
        error = refusal(enter, plan, **said)
        assert (error.field, words in str(error)) == (field, True), str(error)
    assert plan.status == PlanStatus.REVIEW


def test_somebody_who_may_not_take_the_step_does_not_take_it_on_paper(
    cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    assert "无权" in str(refusal(enter, plan, signer=cast.head_jwc))


def test_nobody_decides_on_their_own_on_paper_either(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    make_appointment(person=cast.leader, department=cast.jwc, post="acting_head")
    assert "本部门的事项" in str(refusal(enter, plan))


def test_only_the_office_enters(cast: Cast, plan: DepartmentPlan, enter: Enter) -> None:
    for name in ("leader", "head_jwc", "secretary"):
        error = refusal(enter, plan, actor=cast.actor(name), signer=cast.topleader)
        assert isinstance(error, NotAllowed), name


def test_a_row_in_another_state_takes_no_entry(cast: Cast, enter: Enter) -> None:
    draft = make_department_plan(department=cast.xinxi, status=PlanStatus.DRAFT)
    assert isinstance(refusal(enter, draft), WrongState)


def test_who_has_left_signs_nothing(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    with unit_of_work(session, TEST):
        cast.leader.active = False
    assert refusal(enter, plan).field == "person"


# Objecting ---------------------------------------------------------------------------------


def test_the_signer_objects_in_time_and_the_office_takes_it_back(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    with clock.at(entry.objection_until):
        take(session, cast.actor("leader"), entry, "object", objection="我签的是退回")
    assert entry.status == PaperStatus.CONTESTED
    assert any(cast.leader.name in text for text in inbox(session, cast.office))
    take(session, cast.actor("office"), entry, "withdraw", resolution="录入有误")
    assert (plan.status, plan.reviewed_by_id) == (PlanStatus.REVIEW, None)
    assert (plan.review_comment, entry.status) == (None, PaperStatus.WITHDRAWN)
    assert any("录入有误" in text for text in inbox(session, cast.leader))


def test_after_the_last_day_nobody_objects(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    with clock.at(entry.objection_until + DAY), pytest.raises(WrongState, match="异议期已于"):
        take(session, cast.actor("leader"), entry, "object", objection="晚了")


def test_nobody_objects_for_another(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    for name in ("other_leader", "head_jwc", "topleader", "office"):
        with pytest.raises(NotAllowed, match="无权"):
            take(session, cast.actor(name), entry, "object", objection="不是")
    with pytest.raises(Refusal, match="须填写"):
        take(session, cast.actor("leader"), entry, "object")


def go_on(session: AnySession, actor: Actor, row: Any, step: str, **fields: Any) -> None:
    with unit_of_work(session, actor):
        workflow.apply(session, actor, row, step, **fields)


def test_while_the_signer_objects_the_row_takes_no_step(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    take(session, cast.actor("leader"), entry, "object", objection="我签的是退回")
    with pytest.raises(WrongState, match=cast.leader.name):
        go_on(session, cast.actor("head_jwc"), plan, "submit")
    take(session, cast.actor("office"), entry, "refer")
    with pytest.raises(WrongState, match=cast.leader.name):
        go_on(session, cast.actor("head_jwc"), plan, "submit")
    assert plan.status == PlanStatus.REVIEWED
    take(session, cast.actor("topleader"), entry, "uphold", resolution="核实为本人签字")
    go_on(session, cast.actor("head_jwc"), plan, "submit")
    assert plan.status == PlanStatus.SUBMITTED


def test_an_entry_taken_back_leaves_the_way_clear(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    take(session, cast.actor("leader"), entry, "object", objection="我签的是退回")
    take(session, cast.actor("office"), entry, "withdraw", resolution="录入有误")
    go_on(session, cast.actor("leader"), plan, "return", review_comment="请补充标准")
    assert plan.status == PlanStatus.RETURNED


def test_an_entry_nobody_objects_to_holds_nothing(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    enter(plan)
    go_on(session, cast.actor("head_jwc"), plan, "submit")
    other = make_department_plan(department=cast.xinxi, status=PlanStatus.REVIEW)
    take(session, cast.actor("leader"), enter(other), "object", objection="不是")
    go_on(session, cast.actor("office"), plan, "aggregate")
    assert plan.status == PlanStatus.AGGREGATED


def test_a_contested_opinion_keeps_the_draft_from_the_committee(
    session: AnySession, cast: Cast, enter: Enter
) -> None:
    points = make_work_point_set(status=WorkPointSetStatus.CONSULTATION)
    entry = enter(points, "opinion", cast.head_jwc, text="意见")
    take(session, cast.actor("head_jwc"), entry, "object", objection="我没有提过")
    with pytest.raises(WrongState, match=cast.head_jwc.name):
        go_on(session, cast.actor("office"), points, "send_to_committee")
    take(session, cast.actor("office"), entry, "withdraw", resolution="录错")
    go_on(session, cast.actor("office"), points, "send_to_committee")


def test_a_contested_remark_holds_nothing(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan, "instruct", text="请教务处牵头落实")
    take(session, cast.actor("leader"), entry, "object", objection="不是我的话")
    go_on(session, cast.actor("leader"), plan, "review")
    assert plan.status == PlanStatus.REVIEWED


def test_a_step_that_went_on_from_the_entry_is_taken_back_with_it_and_its_writer_told(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    go_on(session, cast.actor("head_jwc"), plan, "submit")
    take(session, cast.actor("leader"), entry, "object", objection="我签的是退回")
    before = len(inbox(session, cast.head_jwc))
    take(session, cast.actor("office"), entry, "withdraw", resolution="录入有误")
    assert (plan.status, plan.submitted_at) == (PlanStatus.REVIEW, None)
    assert (plan.reviewed_by_id, entry.status) == (None, PaperStatus.WITHDRAWN)
    assert len(inbox(session, cast.head_jwc)) == before + 1


def test_what_the_department_wrote_meanwhile_is_kept_when_an_entry_is_taken_back(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan, "return", text="请修改")
    with unit_of_work(session, cast.actor("head_jwc")):
        plan.text = "改写后的计划"
    take(session, cast.actor("leader"), entry, "object", objection="我没有退回")
    take(session, cast.actor("office"), entry, "withdraw", resolution="录入有误")
    assert (plan.status, plan.text) == (PlanStatus.REVIEW, "改写后的计划")


def test_where_more_has_happened_a_top_leader_annuls_and_the_row_stays(
    session: AnySession, cast: Cast, enter: Enter
) -> None:
    row: Adjustment = make_adjustment(department=cast.jwc, status=AdjustmentStatus.REVIEW)
    entry = enter(row, "review")
    go_on(session, cast.actor("office"), row, "send_to_committee")
    decision = make_decision(
        agenda_item=make_agenda_item(meeting=make_meeting(held_on=TODAY)),
        subject_table="adjustment", subject_id=row.id, outcome=Outcome.APPROVED,
    )  # fmt: skip
    go_on(session, cast.actor("secretary"), row, "approve", decision_id=decision.id)
    take(session, cast.actor("leader"), entry, "object", objection="不是我签的")
    with pytest.raises(WrongState):
        take(session, cast.actor("office"), entry, "withdraw", resolution="撤")
    take(session, cast.actor("office"), entry, "refer")
    take(session, cast.actor("topleader"), entry, "annul", resolution="代录作废，以党委会审定为准")
    assert (row.status, entry.status) == (AdjustmentStatus.APPROVED, PaperStatus.WITHDRAWN)
    contested.hold(row)  # nothing is refused any more


def test_a_top_leader_decides_what_is_put_to_them(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan)
    take(session, cast.actor("leader"), entry, "object", objection="不是我签的")
    take(session, cast.actor("office"), entry, "refer")
    assert inbox(session, cast.topleader)
    with pytest.raises(NotAllowed):
        take(session, cast.actor("leader"), entry, "uphold", resolution="就这样")
    take(session, cast.actor("topleader"), entry, "annul", resolution="核实后撤销")
    assert (plan.status, entry.status) == (PlanStatus.REVIEW, PaperStatus.WITHDRAWN)


def test_a_top_leader_does_not_decide_on_what_they_signed(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    entry = enter(plan, signer=cast.topleader)
    take(session, cast.actor("topleader"), entry, "object", objection="不是我签的")
    take(session, cast.actor("office"), entry, "refer")
    with pytest.raises(NotAllowed, match="本人签署或代录"):
        take(session, cast.actor("topleader"), entry, "uphold", resolution="维持")


def test_a_confirmed_result_is_taken_back_with_its_task(
    session: AnySession, cast: Cast, enter: Enter
) -> None:
    task: Task = make_task(status=TaskStatus.ACCEPTED)
    result: TaskResult = make_task_result(task=task, status=ResultStatus.SUBMITTED)
    entry = enter(result, "confirm")
    assert (result.status, task.status) == (ResultStatus.CONFIRMED, TaskStatus.FINISHED)
    take(session, cast.actor("office"), entry, "withdraw", resolution="录错")
    assert (result.status, task.status) == (ResultStatus.SUBMITTED, TaskStatus.ACCEPTED)
    assert (task.finished_on, task.light) == (None, None)


def test_an_opinion_or_an_adjustment_s_review_is_taken_back(
    session: AnySession, cast: Cast, enter: Enter
) -> None:
    points = make_work_point_set(status=WorkPointSetStatus.CONSULTATION)
    entry = enter(points, "opinion", cast.head_jwc, text="意见")
    take(session, cast.actor("office"), entry, "withdraw", resolution="录错")
    assert session.scalar(select(WorkPointOpinion.id)) is None
    row: Adjustment = make_adjustment(department=cast.jwc, status=AdjustmentStatus.REVIEW)
    entry = enter(row, "return", text="理由不足")
    take(session, cast.actor("office"), entry, "withdraw", resolution="录错")
    assert (row.status, row.review_comment) == (AdjustmentStatus.REVIEW, None)


def test_another_leader_in_charge_signs_too(
    session: AnySession, cast: Cast, plan: DepartmentPlan, enter: Enter
) -> None:
    make_charge(leader=cast.other_leader, department=cast.jwc)
    assert enter(plan, signer=cast.other_leader).person == cast.other_leader
