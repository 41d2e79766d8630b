"""The steps of the work points, of a decomposition and of a task (Art. 4-5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import object_session

from app.core import clock, policy, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation, WrongState
from app.core.text import message
from app.core.unit_of_work import AnySession, current_actor
from app.core.workflow import Transition, Workflow
from app.cycles import agenda, paper_entries
from app.cycles.agenda import Deliberated
from app.cycles.paper_entries import OnPaper, Statement
from app.models.meetings import Outcome
from app.models.planning import Decomposition, DecompositionStatus, Task, TaskStatus
from app.models.work_points import WorkPoint, WorkPointOpinion, WorkPointSet, WorkPointSetStatus
from app.organisation.deciding import deciders_of
from app.planning import acceptance
from app.planning.baseline import freeze
from app.planning.editions import refuse_superseded
from app.planning.parts import PART_STEPS, all_agreed
from app.planning.work_points import give_opinion


def _publish(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    """What is added during the year has a time of its own to be accepted in."""
    if task.accept_by is None:
        task.accept_by = acceptance.last_day(session, task.cycle, clock.today())


def _named_people(actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    """Acceptance hands the task to somebody: an owner, and where the department has sections,
    one of them (Art. 5.3)."""
    if task.owner_id is None and task.owner is None:
        raise RuleViolation(message("Name the person responsible before accepting."), "owner")
    session = object_session(task)
    assert session is not None
    open_section = task.section_id is None and acceptance.owners_section(session, task) is None
    if open_section and acceptance.has_sections(session, task):
        raise RuleViolation(
            message("Name the section before accepting: the department has sections."), "section"
        )


def _accept(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    task.accepted_at = clock.now()
    if task.section_id is None:
        task.section_id = acceptance.owners_section(session, task)


def _finish(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    """A confirmed task stands at a hundred percent, whatever its last check said."""
    task.finished_on = fields.get("finished_on") or clock.today()
    task.actual_percent = Decimal(100)
    task.light = "blue"


def _terminate(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    task.terminated_on = clock.today()


def _issue(
    session: AnySession, actor: Actor, table: Decomposition, fields: Mapping[str, Any]
) -> None:
    """Publish the year's proposed tasks and freeze their baseline (Art. 5.2)."""
    table.issued_on = fields.get("issued_on") or clock.today()
    freeze(session, actor, table, table.issued_on)


def _adoptable(actor: Actor, table: Decomposition, fields: Mapping[str, Any]) -> None:
    """A college that starts in mid-year has issued its table on paper already: the Office
    records it with number and date. Never a way past the committee: refused where the
    year's table is on its way there, or came from there, and where no task was loaded."""
    session = object_session(table)
    assert session is not None
    others = session.execute(
        select(Decomposition.status, Decomposition.decision_id).where(
            Decomposition.cycle_id == table.cycle_id, Decomposition.id != table.id
        )
    ).all()
    drafting, issued = DecompositionStatus.DRAFTING, DecompositionStatus.ISSUED
    if any(o.decision_id or o.status not in (drafting, issued) for o in others):
        raise WrongState(
            message(
                "The year's table goes by the committee; what is added to it takes an adjustment."
            )
        )
    own = select(Task.id).where(
        Task.decomposition_id == table.id, Task.status == TaskStatus.PROPOSED
    )
    if session.scalar(own.limit(1)) is None:
        raise RuleViolation(message("No task of this table has been loaded."))


def _adopt(
    session: AnySession, actor: Actor, table: Decomposition, fields: Mapping[str, Any]
) -> None:
    """Publish the tasks loaded with the table and freeze their baseline. It reaches the
    departments today, whenever the paper was issued."""
    table.issued_on = fields.get("issued_on") or clock.today()
    freeze(session, actor, table, clock.today(), only_its_own=True)


def _has_points(actor: Actor, points: WorkPointSet, fields: Mapping[str, Any]) -> None:
    """Opinions are asked on something, and on the newest edition."""
    refuse_superseded(actor, points, fields)
    session = object_session(points)
    assert session is not None
    own = select(WorkPoint.id).where(WorkPoint.work_point_set_id == points.id)
    if session.scalar(own.limit(1)) is None:
        raise RuleViolation(message("The draft holds no work point yet."))


def _all_answered(actor: Actor, points: WorkPointSet, fields: Mapping[str, Any]) -> None:
    """Every opinion is answered, adopted or not, before the committee sees the draft: those on
    this edition and on the ones before it (Art. 4.4)."""
    refuse_superseded(actor, points, fields)
    session = object_session(points)
    assert session is not None
    rows = session.execute(
        select(WorkPointSet.edition, func.count(WorkPointOpinion.id))
        .join(WorkPointOpinion, WorkPointOpinion.work_point_set_id == WorkPointSet.id)
        .where(
            WorkPointSet.cycle_id == points.cycle_id,
            WorkPointSet.edition <= points.edition,
            WorkPointOpinion.answer.is_(None),
            WorkPointOpinion.agrees.is_(False),
        )
        .group_by(WorkPointSet.edition)
    )
    unanswered = {row[0]: row[1] for row in rows}
    if points.edition in unanswered:
        raise RuleViolation(
            message("%(count)s opinions are not answered yet.", count=unanswered[points.edition])
        )
    for edition, count in unanswered.items():
        raise RuleViolation(
            message(
                "%(count)s opinions on edition %(edition)s are not answered yet.",
                count=count,
                edition=edition,
            )
        )


def _issue_points(
    session: AnySession, actor: Actor, points: WorkPointSet, fields: Mapping[str, Any]
) -> None:
    points.issued_on = fields.get("issued_on") or clock.today()


def _opinion_on_paper(
    session: AnySession, signer: Actor, points: WorkPointSet, words: str, signed_on: dt.date
) -> WorkPointOpinion:
    """An opinion signed on paper; a head's is the department's."""
    own = next(iter(sorted(signer.headed)), None)
    opinion = give_opinion(session, signer, points, words, department_id=own)
    policy.require(signer, "add", opinion)
    writer = current_actor(session)
    opinion.recorded_by_id = None if writer is None else writer.user_id
    return opinion


def _draft_of_opinion(session: AnySession, opinion_id: int) -> tuple[str, int] | None:
    """A contested opinion keeps its draft from the committee."""
    opinion = session.get(WorkPointOpinion, opinion_id)
    return opinion and (WorkPointSet.__tablename__, opinion.work_point_set_id)


WORK_POINT_SET = Workflow(
    WorkPointSet,
    (
        Transition(
            "consult",
            (WorkPointSetStatus.DRAFT,),
            WorkPointSetStatus.CONSULTATION,
            message("Ask for opinions"),
            guard=_has_points,
            article="4.4",
        ),
        Transition(
            "revise",
            (WorkPointSetStatus.CONSULTATION, WorkPointSetStatus.RETURNED),
            WorkPointSetStatus.DRAFT,
            message("Revise the draft"),
            guard=refuse_superseded,
            article="4.4",
        ),
        Transition(
            "send_to_committee",
            (WorkPointSetStatus.CONSULTATION,),
            WorkPointSetStatus.COMMITTEE,
            message("Send to the committee"),
            guard=_all_answered,
            article="4.5",
        ),
        Transition(
            "approve",
            (WorkPointSetStatus.COMMITTEE,),
            WorkPointSetStatus.APPROVED,
            message("Record: approved"),
            requires=("decision_id",),
            guard=agenda.approved,
            article="4.5",
        ),
        Transition(
            "return",
            (WorkPointSetStatus.COMMITTEE,),
            WorkPointSetStatus.RETURNED,
            message("Record: returned"),
            requires=("decision_id",),
            guard=agenda.rejected,
            article="4.5",
        ),
        Transition(
            "issue",
            (WorkPointSetStatus.APPROVED,),
            WorkPointSetStatus.ISSUED,
            message("Issue"),
            requires=("issue_number",),
            accepts=("issued_on",),
            effect=_issue_points,
            article="4.5",
        ),
    ),
)

TASK = Workflow(
    Task,
    (
        Transition(
            "publish",
            (TaskStatus.PROPOSED,),
            TaskStatus.PUBLISHED,
            message("Publish"),
            effect=_publish,
            article="5.2",
        ),
        Transition(
            "accept",
            (TaskStatus.PUBLISHED,),
            TaskStatus.ACCEPTED,
            message("Accept the task"),
            guard=_named_people,
            effect=_accept,
            article="5.3",
        ),
        Transition(
            "finish",
            (TaskStatus.ACCEPTED,),
            TaskStatus.FINISHED,
            message("Confirm as finished"),
            accepts=("finished_on",),
            decides=True,
            effect=_finish,
            article="9.3",
        ),
        Transition(
            "terminate",
            (TaskStatus.PUBLISHED, TaskStatus.ACCEPTED),
            TaskStatus.TERMINATED,
            message("Terminate"),
            requires=("termination_cause",),
            effect=_terminate,
            article="9.2",
        ),
        *PART_STEPS,
    ),
    own_departments=lambda task: frozenset(
        {task.lead_department_id} if task.lead_department_id else ()
    ),
    deciders=lambda task: deciders_of(task, task.lead_department_id, None),
)

DECOMPOSITION = Workflow(
    Decomposition,
    (
        Transition(
            "aggregate",
            (DecompositionStatus.DRAFTING, DecompositionStatus.RETURNED),
            DecompositionStatus.AGGREGATED,
            message("Aggregate"),
            guard=all_agreed,
            article="5.2",
        ),
        Transition(
            "send_to_committee",
            (DecompositionStatus.AGGREGATED,),
            DecompositionStatus.COMMITTEE,
            message("Send to the committee"),
            article="5.2",
        ),
        Transition(
            "approve",
            (DecompositionStatus.COMMITTEE,),
            DecompositionStatus.APPROVED,
            message("Record: approved"),
            requires=("decision_id",),
            guard=agenda.approved,
            article="5.2",
        ),
        Transition(
            "return",
            (DecompositionStatus.COMMITTEE,),
            DecompositionStatus.RETURNED,
            message("Record: returned"),
            requires=("decision_id",),
            guard=agenda.rejected,
            article="5.2",
        ),
        Transition(
            "issue",
            (DecompositionStatus.APPROVED,),
            DecompositionStatus.ISSUED,
            message("Issue"),
            requires=("issue_number",),
            accepts=("issued_on",),
            effect=_issue,
            article="5.2",
        ),
        Transition(
            "adopt",
            (DecompositionStatus.DRAFTING,),
            DecompositionStatus.ISSUED,
            message("Record as issued before the start"),
            requires=("issue_number",),
            accepts=("issued_on",),
            guard=_adoptable,
            effect=_adopt,
            article="5.2",
        ),
    ),
)

_BY_OUTCOME = {
    Outcome.APPROVED: "approve",
    Outcome.AMENDED: "approve",
    Outcome.REJECTED: "return",
}
agenda.register(Deliberated(WorkPointSet, WorkPointSetStatus.COMMITTEE, _BY_OUTCOME))
agenda.register(Deliberated(Decomposition, DecompositionStatus.COMMITTEE, _BY_OUTCOME))
workflow.register(WORK_POINT_SET)
workflow.register(TASK)
paper_entries.register(
    OnPaper(
        Task,
        {"agree": None, "object": "objection"},
        cycle=lambda task: task.cycle,
        department=lambda task: task.lead_department_id,
        carried_on=frozenset({"ask_again"}),
    )
)
paper_entries.register(
    OnPaper(WorkPointSet, {}, cycle=lambda points: points.cycle, department=lambda points: None),
    Statement(
        "opinion",
        message("Opinion on the draft"),
        applies=lambda points: points.status == WorkPointSetStatus.CONSULTATION,
        write=_opinion_on_paper,
        holds=_draft_of_opinion,
    ),
)
workflow.register(DECOMPOSITION)
