"""The steps of a score (Art. 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import clock, policy, workflow
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.models.assessment import Score, ScoreStatus


def _submit(session: AnySession, actor: Actor, row: Score, fields: Mapping[str, Any]) -> None:
    row.submitted_at = clock.now()


def _rated(row: Score) -> frozenset[int]:
    task = policy.related(row, "task")
    rated = task.lead_department_id if task is not None else row.department_id
    return frozenset({rated} if rated else ())


SCORE = Workflow(
    Score,
    (
        Transition(
            "submit",
            (ScoreStatus.DRAFT,),
            ScoreStatus.SUBMITTED,
            message("Submit the score"),
            requires=("value",),
            effect=_submit,
            article="12",
        ),
    ),
    own_departments=_rated,
)

workflow.register(SCORE)
