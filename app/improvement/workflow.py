"""The steps of adjustments and of results (Art. 9.2-9.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.cycles import agenda, paper_entries
from app.cycles.agenda import Deliberated
from app.cycles.paper_entries import OnPaper
from app.improvement.changes import apply_changes
from app.improvement.rules import check_explained, check_under_way
from app.models.improvement import (
    Adjustment,
    AdjustmentStatus,
    CompletionOutcome,
    ResultStatus,
    TaskResult,
)
from app.models.meetings import AgendaItem, Outcome
from app.organisation.deciding import deciders_of


def _apply(session: AnySession, actor: Actor, row: Adjustment, fields: Mapping[str, Any]) -> None:
    apply_changes(session, actor, row)
    row.applied_at = clock.now()


def _explained(actor: Actor, row: TaskResult, fields: Mapping[str, Any]) -> None:
    check_explained(row)


def _submit(session: AnySession, actor: Actor, row: TaskResult, fields: Mapping[str, Any]) -> None:
    row.submitted_at = clock.now()
    row.submitted_by_id = actor.user_id


def _propose(session: AnySession, actor: Actor, row: Adjustment, fields: Mapping[str, Any]) -> None:
    row.submitted_by_id = actor.user_id


def _say(
    session: AnySession, actor: Actor, row: Adjustment | TaskResult, fields: Mapping[str, Any]
) -> None:
    """What was said in returning an earlier round is no opinion on this one."""
    row.review_comment = fields.get("review_comment") or None


def _confirm(session: AnySession, actor: Actor, row: TaskResult, fields: Mapping[str, Any]) -> None:
    """A confirmed completion finishes its task; an unfinished one is carried over later."""
    _say(session, actor, row, fields)
    if row.outcome == CompletionOutcome.FINISHED:
        workflow.apply(
            session, actor, row.task, "finish", finished_on=row.completed_on or clock.today()
        )


def _still_under_way(actor: Actor, row: Adjustment, fields: Mapping[str, Any]) -> None:
    check_under_way(row.task)


def _before_committee(
    session: AnySession, actor: Actor, row: Adjustment, fields: Mapping[str, Any]
) -> None:
    """Where the Office names the item, the adjustment stands under it at once."""
    chosen = fields.get("agenda_item_id")
    if chosen is not None:
        item = session.scalars(
            select(AgendaItem).where(visible(actor, AgendaItem), AgendaItem.id == chosen)
        ).one()
        agenda.place_on_agenda(session, actor, item, [row], coming=True)


def _department(row: Adjustment) -> frozenset[int]:
    return frozenset({row.department_id} if row.department_id else ())


ADJUSTMENT = Workflow(
    Adjustment,
    (
        Transition(
            "submit",
            (AdjustmentStatus.DRAFT, AdjustmentStatus.RETURNED),
            AdjustmentStatus.REVIEW,
            message("Submit for review"),
            requires=("cause",),
            guard=_still_under_way,
            effect=_propose,
            article="9.2",
        ),
        Transition(
            "review",
            (AdjustmentStatus.REVIEW,),
            AdjustmentStatus.REVIEWED,
            message("Agree"),
            accepts=("review_comment",),
            decides=True,
            effect=_say,
            article="9.2",
        ),
        Transition(
            "return",
            (AdjustmentStatus.REVIEW,),
            AdjustmentStatus.RETURNED,
            message("Return"),
            requires=("review_comment",),
            decides=True,
            article="9.2",
        ),
        Transition(
            "send_to_committee",
            (AdjustmentStatus.REVIEWED, AdjustmentStatus.DEFERRED),
            AdjustmentStatus.COMMITTEE,
            message("Send to the committee"),
            accepts=("agenda_item_id",),
            guard=_still_under_way,
            effect=_before_committee,
            article="9.2",
        ),
        Transition(
            "approve",
            (AdjustmentStatus.COMMITTEE,),
            AdjustmentStatus.APPROVED,
            message("Record: approved"),
            requires=("decision_id",),
            guard=agenda.approved,
            article="9.2",
        ),
        Transition(
            "reject",
            (AdjustmentStatus.COMMITTEE,),
            AdjustmentStatus.REJECTED,
            message("Record: rejected"),
            requires=("decision_id",),
            guard=agenda.rejected,
            article="9.2",
        ),
        Transition(
            "defer",
            (AdjustmentStatus.COMMITTEE,),
            AdjustmentStatus.DEFERRED,
            message("Record: deferred"),
            requires=("decision_id",),
            guard=agenda.deferred,
            article="9.2",
        ),
        Transition(
            "apply",
            (AdjustmentStatus.APPROVED,),
            AdjustmentStatus.APPLIED,
            message("Apply to the task"),
            effect=_apply,
            article="9.2",
        ),
    ),
    own_departments=_department,
    submitter=lambda row: row.submitted_by_id,
    deciders=lambda row: deciders_of(row, row.department_id, row.submitted_by_id),
)

TASK_RESULT = Workflow(
    TaskResult,
    (
        Transition(
            "submit",
            (ResultStatus.DRAFT, ResultStatus.RETURNED),
            ResultStatus.SUBMITTED,
            message("Submit"),
            requires=("description",),
            guard=_explained,
            effect=_submit,
            article="9.3",
        ),
        Transition(
            "confirm",
            (ResultStatus.SUBMITTED,),
            ResultStatus.CONFIRMED,
            message("Confirm"),
            accepts=("review_comment",),
            decides=True,
            effect=_confirm,
            article="9.3",
        ),
        Transition(
            "return",
            (ResultStatus.SUBMITTED,),
            ResultStatus.RETURNED,
            message("Return"),
            requires=("review_comment",),
            decides=True,
            article="9.3",
        ),
    ),
    own_departments=lambda row: frozenset(
        {row.task.lead_department_id} if row.task and row.task.lead_department_id else ()
    ),
    submitter=lambda row: row.submitted_by_id,
    deciders=lambda row: deciders_of(row, row.task.lead_department_id, row.submitted_by_id),
)

agenda.register(
    Deliberated(
        Adjustment,
        AdjustmentStatus.COMMITTEE,
        {
            Outcome.APPROVED: "approve",
            Outcome.AMENDED: "approve",
            Outcome.DEFERRED: "defer",
            Outcome.REJECTED: "reject",
        },
    )
)
workflow.register(ADJUSTMENT)
workflow.register(TASK_RESULT)
paper_entries.register(
    OnPaper(
        Adjustment,
        {"review": "review_comment", "return": "review_comment"},
        cycle=lambda row: row.cycle,
        department=lambda row: row.department_id,
        carried_on=frozenset({"submit", "send_to_committee"}),
    )
)
paper_entries.register(
    OnPaper(
        TaskResult,
        {"confirm": "review_comment", "return": "review_comment"},
        cycle=lambda row: row.task.cycle,
        department=lambda row: row.task.lead_department_id,
        follows=lambda row: (row.task,),
        carried_on=frozenset({"submit"}),
    )
)
