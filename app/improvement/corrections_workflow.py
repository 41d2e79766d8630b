"""The steps of a correction: who asked for it may take it back; the Office, or a leader where the
Office may not, approves or refuses (Art. 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import object_session

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import Conflict, NotAllowed
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Transition, Workflow
from app.improvement.correction_effects import carry_out
from app.improvement.corrections import asker_of, deciders, text_of
from app.models.improvement import Correction, CorrectionStatus
from app.models.monitoring import MonthlyCheck
from app.notify.service import notify

KIND = "correction"
"""Of the message in the inbox."""


def _fresh(actor: Actor, row: Correction, fields: Mapping[str, Any]) -> None:
    """Conflict if the check is not what it was when the correction was asked for."""
    session = object_session(row)
    check = None if session is None else session.get(MonthlyCheck, row.subject_id)
    now = None if check is None else text_of(check, row.column_name)
    if check is None or now != row.old_value:
        raise Conflict(
            message(
                "The value has changed since this was asked for: it is “%(now)s” now, not"
                " “%(old)s”. Refuse this one; a new one can be asked for.",
                now=now or "—",
                old=row.old_value or "—",
            )
        )


def _approve(session: AnySession, actor: Actor, row: Correction, fields: Mapping[str, Any]) -> None:
    check = session.get_one(MonthlyCheck, row.subject_id)
    row.effect = carry_out(session, actor, row, check)
    _decided(session, actor, row, f"【更正】{check}：同意更正。{row.effect}")


def _refuse(session: AnySession, actor: Actor, row: Correction, fields: Mapping[str, Any]) -> None:
    row.effect = f"不予更正：{str(fields['note']).strip()}"
    check = session.get_one(MonthlyCheck, row.subject_id)
    _decided(session, actor, row, f"【更正】{check}：{row.effect}")


def _asked_by(actor: Actor, row: Correction, fields: Mapping[str, Any]) -> None:
    if not (actor.everything or actor.has_submitted(asker_of(row))):
        raise NotAllowed(message("Only who asked for a correction takes it back."))


def _decided(session: AnySession, actor: Actor, row: Correction, told: str) -> None:
    row.approved_by_id = actor.user_id
    row.approved_at = clock.now()
    asker = asker_of(row)
    if asker is not None and asker != actor.user_id:
        notify(session, {asker: told}, KIND, f"/correction/show/{row.id}")


CORRECTION = Workflow(
    Correction,
    (
        Transition(
            "take_back",
            (CorrectionStatus.REQUESTED,),
            CorrectionStatus.TAKEN_BACK,
            message("Take back"),
            decides=False,
            guard=_asked_by,
            article="7",
        ),
        Transition(
            "approve",
            (CorrectionStatus.REQUESTED,),
            CorrectionStatus.APPROVED,
            message("Approve the correction"),
            decides=True,
            guard=_fresh,
            effect=_approve,
            article="7",
        ),
        Transition(
            "refuse",
            (CorrectionStatus.REQUESTED,),
            CorrectionStatus.REFUSED,
            message("Refuse the correction"),
            requires=("note",),
            decides=True,
            effect=_refuse,
            article="7",
        ),
    ),
    own_departments=lambda row: frozenset({row.department_id} if row.department_id else ()),
    submitter=asker_of,
    deciders=deciders,
)

workflow.register(CORRECTION)
