"""The steps of a decomposition and of a task (Art. 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.planning import Decomposition, DecompositionStatus, Task, TaskStatus
from app.planning.baseline import freeze


def _named_people(actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    """Acceptance hands the task to somebody: an owner at least (Art. 5.3)."""
    if task.owner_id is None and task.owner is None:
        raise RuleViolation(message("Name the person responsible before accepting."), "owner")


def _accept(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    task.accepted_at = clock.now()


def _finish(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    task.finished_on = fields.get("finished_on") or clock.today()


def _terminate(session: AnySession, actor: Actor, task: Task, fields: Mapping[str, Any]) -> None:
    task.terminated_on = clock.today()


def _issue(
    session: AnySession, actor: Actor, table: Decomposition, fields: Mapping[str, Any]
) -> None:
    """Publish the year's proposed tasks and freeze their baseline (Art. 5.2)."""
    table.issued_on = fields.get("issued_on") or clock.today()
    freeze(session, actor, table)


TASK = Workflow(
    Task,
    (
        Transition(
            "publish",
            (TaskStatus.PROPOSED,),
            TaskStatus.PUBLISHED,
            message("Publish"),
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
    ),
    own_departments=lambda task: frozenset(
        {task.lead_department_id} if task.lead_department_id else ()
    ),
)

DECOMPOSITION = Workflow(
    Decomposition,
    (
        Transition(
            "aggregate",
            (DecompositionStatus.DRAFTING, DecompositionStatus.RETURNED),
            DecompositionStatus.AGGREGATED,
            message("Aggregate"),
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
            article="5.2",
        ),
        Transition(
            "return",
            (DecompositionStatus.COMMITTEE,),
            DecompositionStatus.RETURNED,
            message("Record: returned"),
            requires=("decision_id",),
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
    ),
)

workflow.register(TASK)
workflow.register(DECOMPOSITION)
