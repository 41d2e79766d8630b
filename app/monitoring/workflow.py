"""The steps of a monthly check (Art. 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import workflow
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.monitoring import (
    CheckStatus,
    MonthlyCheck,
)
from app.monitoring.closing import refuse_closed
from app.monitoring.settling import settle_check


def _submit(
    session: AnySession, actor: Actor, check: MonthlyCheck, fields: Mapping[str, Any]
) -> None:
    settle_check(session, check)


MONTHLY_CHECK = Workflow(
    MonthlyCheck,
    (
        Transition(
            "submit",
            (CheckStatus.DRAFT, CheckStatus.RETURNED),
            CheckStatus.SUBMITTED,
            message("Submit"),
            requires=("actual_percent", "quality"),
            guard=refuse_closed,
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
            guard=refuse_closed,
            article="7",
        ),
    ),
    own_departments=lambda check: frozenset(
        {check.task.lead_department_id} if check.task and check.task.lead_department_id else ()
    ),
)

workflow.register(MONTHLY_CHECK)
