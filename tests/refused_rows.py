"""The rows of `test_every_refused_step`, and for every rule of a step the rows it refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from app.core import workflow
from app.core.text import message
from app.core.unit_of_work import unit_of_work
from app.extensions import db
from app.models.improvement import Adjustment, AdjustmentStatus, CompletionOutcome, TaskResult
from app.models.meetings import Outcome, PaperEntry
from app.models.planning import Agreement, Decomposition, DepartmentPlan, Task
from app.models.work_points import WorkPointSet, WorkPointSetStatus
from tests.cast import TEST, TODAY, Cast
from tests.factories import (
    make_adjustment,
    make_agenda_item,
    make_appointment,
    make_decision,
    make_decomposition,
    make_department_plan,
    make_meeting,
    make_paper_entry,
    make_plan_comment,
    make_task,
    make_task_result,
    make_work_point_opinion,
    make_work_point_set,
)

Step = tuple[type[Any], str]

MADE: dict[type[Any], Callable[..., Any]] = {
    DepartmentPlan: lambda cast, **said: make_department_plan(department=cast.jwc, **said),
    WorkPointSet: lambda cast, **said: make_work_point_set(**said),
    Decomposition: lambda cast, **said: make_decomposition(**said),
    Task: lambda cast, **said: make_task(**said),
    Adjustment: lambda cast, **said: make_adjustment(department=cast.jwc, **said),
    TaskResult: lambda cast, **said: make_task_result(
        **{"outcome": CompletionOutcome.FINISHED} | said
    ),
    PaperEntry: lambda cast, **said: make_paper_entry(
        **{"person": cast.leader, "recorded_by": cast.office, "objection_until": TODAY} | said
    ),
}
"""By workflow: a row of 教务处, which `leader` has in charge."""


# The rules of single steps --------------------------------------------------------------------

Case = Callable[[Cast], tuple[Any, dict[str, Any], str]]
"""The row, the fields that come with the step, and what the refusal says."""


def part(cast: Cast, agreement: Agreement | None, **said: Any) -> Any:
    return make_task(parent=make_task(lead_department=cast.xinxi), agreement=agreement, **said)


def own_part(cast: Cast) -> Any:
    make_appointment(person=cast.head_jwc, department=cast.xinxi, post="acting_head")
    words = message(
        "Nobody agrees to their own part, and nobody else heads the department: who passed it"
        " withdraws it, and the department proposes the task itself."
    )
    return part(cast, Agreement.ASKED), {}, str(words)


def decided(outcome: Outcome, words: str, model: type[Any], *, about_another: bool = False) -> Case:
    def case(cast: Cast) -> tuple[Any, dict[str, Any], str]:
        row = MADE[model](cast, status="committee")
        subject = row.id + 1000 if about_another else row.id
        decision = make_decision(
            agenda_item=make_agenda_item(meeting=make_meeting(held_on=TODAY)),
            subject_table=row.__tablename__, subject_id=subject, outcome=outcome,
        )  # fmt: skip
        return row, {"decision_id": decision.id}, words

    return case


def contradicted(model: type[Any], outcome: Outcome) -> tuple[Case, Case]:
    """A decision of another outcome, and one about another row."""
    right = {Outcome.APPROVED: Outcome.REJECTED}.get(outcome, Outcome.APPROVED)
    return (
        decided(outcome, "会议的结论与这一步不符", model),
        decided(right, "另一事项", model, about_another=True),
    )


def unweighted(cast: Cast) -> Any:
    plan = make_department_plan(department=cast.jwc)
    make_task(department_plan=plan, standard="验收", weight=60)
    return plan, {}, "60"


def without_standard(cast: Cast) -> Any:
    plan = make_department_plan(department=cast.jwc)
    task = make_task(department_plan=plan, title="没有标准的任务")
    return plan, {}, task.title


def unanswered(cast: Cast) -> Any:
    plan = make_department_plan(department=cast.jwc, status="returned", text="要点")
    make_plan_comment(department_plan=plan)
    return plan, {}, "1 条"


def unsettled_table(cast: Cast) -> Any:
    make_decomposition(status="committee")
    return part(cast, Agreement.AGREED), {}, "党委会"


def not_adoptable(cast: Cast) -> Any:
    table = make_decomposition()
    make_decomposition(status="committee")
    return table, {"issue_number": "院发1号"}, "须经党委会"


def superseded(status: WorkPointSetStatus) -> Case:
    """An edition beside a newer one of the same year."""

    def case(cast: Cast) -> Any:
        old = make_work_point_set(status=status)
        newer = make_work_point_set(edition=old.edition + 1)
        return old, {}, f"第 {newer.edition} 稿已取代第 {old.edition} 稿"

    return case


def points_after_an_open_opinion(cast: Cast) -> Any:
    """A new edition does not leave the opinions on the one before unanswered (Art. 4.4)."""
    old = make_work_point_set(status=WorkPointSetStatus.CONSULTATION)
    make_work_point_opinion(work_point_set=old)
    newer = make_work_point_set(edition=old.edition + 1, status=WorkPointSetStatus.CONSULTATION)
    return newer, {}, f"第 {old.edition} 稿还有 1 条意见未答复"


def points_with_an_open_opinion(cast: Cast) -> Any:
    points = make_work_point_set(status="consultation")
    make_work_point_opinion(work_point_set=points)
    return points, {}, "1 条"


def table_with_an_open_part(cast: Cast) -> Any:
    part(cast, Agreement.ASKED)
    return make_decomposition(), {}, "有 1 项分解到其他部门的任务尚未确认承接"


def late_objection(cast: Cast) -> Any:
    over = TODAY - dt.timedelta(days=1)
    entry = make_paper_entry(person=cast.leader, recorded_by=cast.office, objection_until=over)
    return entry, {"objection": "不是"}, "异议期已于"


def own_paper(cast: Cast) -> Any:
    entry = make_paper_entry(
        person=cast.topleader, recorded_by=cast.office, objection_until=TODAY, status="referred"
    )
    return entry, {"resolution": "维持"}, "本人签署或代录"


def of_an_ended_task(status: AdjustmentStatus) -> Case:
    """An adjustment whose task was finished while it was on its way."""

    def case(cast: Cast) -> Any:
        row = make_adjustment(department=cast.jwc, status=status)
        with unit_of_work(db.session, TEST):
            workflow.apply(db.session, TEST, row.task, "finish", finished_on=TODAY)
        return row, {"cause": "情况变化"} if status == AdjustmentStatus.DRAFT else {}, "尚未结束"

    return case


def unexplained(cast: Cast) -> Any:
    result = make_task_result(
        task=make_task(status="accepted"), outcome=CompletionOutcome.UNFINISHED
    )
    return result, {"description": "未完成"}, "原因"


CASES: dict[Step, tuple[Case, ...]] = {
    (DepartmentPlan, "send_for_review"): (
        lambda cast: (make_department_plan(department=cast.jwc), {}, "还没有任务"),
        without_standard,
        unweighted,
        unanswered,
    ),
    (WorkPointSet, "consult"): (
        lambda cast: (make_work_point_set(), {}, "草稿中还没有工作要点"),
        superseded(WorkPointSetStatus.DRAFT),
    ),
    (WorkPointSet, "revise"): (
        superseded(WorkPointSetStatus.CONSULTATION),
        superseded(WorkPointSetStatus.RETURNED),
    ),
    (WorkPointSet, "send_to_committee"): (
        points_with_an_open_opinion,
        points_after_an_open_opinion,
        superseded(WorkPointSetStatus.CONSULTATION),
    ),
    (WorkPointSet, "approve"): contradicted(WorkPointSet, Outcome.REJECTED),
    (WorkPointSet, "return"): contradicted(WorkPointSet, Outcome.APPROVED),
    (Decomposition, "aggregate"): (table_with_an_open_part,),
    (Decomposition, "approve"): contradicted(Decomposition, Outcome.REJECTED),
    (Decomposition, "return"): contradicted(Decomposition, Outcome.APPROVED),
    (Decomposition, "adopt"): (
        not_adoptable,
        lambda cast: (make_decomposition(), {"issue_number": "院发1号"}, "尚未载入该分解表的任务"),
    ),
    (Task, "accept"): (
        lambda cast: (make_task(status="published"), {}, "请先明确责任人"),
        lambda cast: (make_task(status="published", owner=cast.head_jwc), {}, "科室"),
    ),
    (Task, "agree"): (
        lambda cast: (make_task(), {}, "不是其他部门分解"),
        lambda cast: (part(cast, Agreement.AGREED), {}, "承接意见为“同意”"),
        own_part,
    ),
    (Task, "object"): (
        lambda cast: (make_task(), {"objection": "人手不足"}, "不是其他部门分解"),
        lambda cast: (
            part(cast, Agreement.OBJECTED),
            {"objection": "人手不足"},
            "承接意见为“有异议”",
        ),
    ),
    (Task, "ask_again"): (
        lambda cast: (part(cast, Agreement.ASKED), {}, "承接意见为“待确认”"),
        unsettled_table,
    ),
    (Adjustment, "submit"): (of_an_ended_task(AdjustmentStatus.DRAFT),),
    (Adjustment, "send_to_committee"): (of_an_ended_task(AdjustmentStatus.REVIEWED),),
    (Adjustment, "approve"): contradicted(Adjustment, Outcome.REJECTED),
    (Adjustment, "reject"): contradicted(Adjustment, Outcome.APPROVED),
    (Adjustment, "defer"): contradicted(Adjustment, Outcome.APPROVED),
    (TaskResult, "submit"): (unexplained,),
    (PaperEntry, "object"): (late_objection,),
    (PaperEntry, "uphold"): (own_paper,),
    (PaperEntry, "annul"): (own_paper,),
}
"""By step: a case for each refusal of its rule."""
