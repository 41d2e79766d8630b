"""The steps of a monthly check and of a coordination request (Art. 7, 9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.monitoring import (
    CheckStatus,
    CoordinationRequest,
    CoordinationStatus,
    MonthlyCheck,
)
from app.monitoring.settling import settle_check


def _submit(
    session: AnySession, actor: Actor, check: MonthlyCheck, fields: Mapping[str, Any]
) -> None:
    settle_check(session, check)


def _answer(
    session: AnySession, actor: Actor, row: CoordinationRequest, fields: Mapping[str, Any]
) -> None:
    row.answered_at = clock.now()


MONTHLY_CHECK = Workflow(
    MonthlyCheck,
    (
        Transition(
            "submit",
            (CheckStatus.DRAFT, CheckStatus.RETURNED),
            CheckStatus.SUBMITTED,
            message("Submit"),
            requires=("actual_percent", "quality"),
            effect=_submit,
            article="7",
        ),
        Transition(
            "return",
            (CheckStatus.SUBMITTED,),
            CheckStatus.RETURNED,
            message("Return"),
            requires=("return_reason",),
            decides=True,
            article="7",
        ),
    ),
    own_departments=lambda check: frozenset(
        {check.task.lead_department_id} if check.task and check.task.lead_department_id else ()
    ),
)

COORDINATION_REQUEST = Workflow(
    CoordinationRequest,
    (
        Transition(
            "answer",
            (CoordinationStatus.OPEN, CoordinationStatus.REOPENED),
            CoordinationStatus.ANSWERED,
            message("Answer"),
            requires=("reply",),
            effect=_answer,
            article="9.1",
        ),
        Transition(
            "resolve",
            (CoordinationStatus.ANSWERED,),
            CoordinationStatus.RESOLVED,
            message("Resolved"),
            article="9.1",
        ),
        Transition(
            "reopen",
            (CoordinationStatus.ANSWERED, CoordinationStatus.RESOLVED),
            CoordinationStatus.REOPENED,
            message("Reopen"),
            article="9.1",
        ),
    ),
)

workflow.register(MONTHLY_CHECK)
workflow.register(COORDINATION_REQUEST)
