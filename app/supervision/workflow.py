"""The steps of a supervision case (Art. 8), in their simple form: open, reply, accept.

Every step leaves a `case_step`; numbers and clocks start when the Office confirms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Effect, Transition, Workflow
from app.cycles.queries import college_calendar, rule
from app.models.supervision import (
    CaseStage,
    CaseStatus,
    CaseStep,
    StepKind,
    SupervisionCase,
)

OPEN = (CaseStatus.OPEN, CaseStatus.REPLIED)


def _note(
    session: AnySession, actor: Actor, case: SupervisionCase, kind: StepKind, text: str | None
) -> None:
    session.add(
        CaseStep(
            supervision_case_id=case.id,
            kind=kind,
            stage=case.stage,
            text=text,
            actor_id=actor.user_id,
            happened_at=clock.now(),
            due_on=case.due_on,
        )
    )


def _noting(kind: StepKind) -> Effect:
    def effect(
        session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
    ) -> None:
        _note(session, actor, case, kind, fields.get("note"))

    return effect


def _confirm(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    """Number and clock start now (domain §5)."""
    today = clock.today()
    year = case.cycle.year
    taken = session.scalar(
        select(func.count(SupervisionCase.id)).where(
            SupervisionCase.cycle_id == case.cycle_id, SupervisionCase.number.is_not(None)
        )
    )
    case.number = f"督〔{year}〕{(taken or 0) + 1}号"
    case.opened_on = today
    days = int(rule(session, case.cycle, "supervise.reply_workdays"))
    case.due_on = clock.add_workdays(today, days, college_calendar(session))
    _note(session, actor, case, StepKind.OPENED, fields.get("note"))


def _sign(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    case.signed_at = clock.now()
    _note(session, actor, case, StepKind.SIGNED, None)


def _urge(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    case.stage = CaseStage.URGE
    days = int(rule(session, case.cycle, "supervise.urge_workdays"))
    case.due_on = clock.add_workdays(clock.today(), days, college_calendar(session))
    _note(session, actor, case, StepKind.URGED, fields.get("note"))


def _set_deadline(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    case.stage = CaseStage.DEADLINE
    days = int(rule(session, case.cycle, "supervise.deadline_workdays"))
    case.due_on = clock.add_workdays(clock.today(), days, college_calendar(session))
    _note(session, actor, case, StepKind.DEADLINE_SET, fields.get("note"))


def _transfer(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    case.stage = CaseStage.SPECIAL
    _note(session, actor, case, StepKind.TRANSFERRED, fields.get("note"))


def _close(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    case.closed_on = clock.today()
    _note(session, actor, case, StepKind.ACCEPTED, fields.get("note"))
    _note(session, actor, case, StepKind.CLOSED, None)


def _reopen(
    session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    case.closed_on = None
    _note(session, actor, case, StepKind.REOPENED, fields.get("note"))


NOTE = ("note",)

SUPERVISION_CASE = Workflow(
    SupervisionCase,
    (
        Transition(
            "confirm",
            (CaseStatus.PROPOSED,),
            CaseStatus.OPEN,
            message("Open the case"),
            effect=_confirm,
            article="8",
        ),
        Transition(
            "dismiss",
            (CaseStatus.PROPOSED,),
            CaseStatus.DISMISSED,
            message("Do not open"),
            article="8",
        ),
        Transition(
            "sign",
            (CaseStatus.OPEN,),
            CaseStatus.OPEN,
            message("Sign for it"),
            effect=_sign,
            article="8",
        ),
        Transition(
            "reply",
            (CaseStatus.OPEN,),
            CaseStatus.REPLIED,
            message("Reply"),
            requires=NOTE,
            effect=_noting(StepKind.REPLY),
            article="8",
        ),
        Transition(
            "accept",
            (CaseStatus.REPLIED,),
            CaseStatus.CLOSED,
            message("Accept the reply and close"),
            accepts=NOTE,
            decides=True,
            effect=_close,
            article="8",
        ),
        Transition(
            "reject",
            (CaseStatus.REPLIED,),
            CaseStatus.OPEN,
            message("Reject the reply"),
            requires=NOTE,
            decides=True,
            effect=_noting(StepKind.REJECTED),
            article="8",
        ),
        Transition(
            "urge", OPEN, CaseStatus.OPEN, message("Urge"), accepts=NOTE, effect=_urge, article="8"
        ),
        Transition(
            "set_deadline",
            OPEN,
            CaseStatus.OPEN,
            message("Set a final deadline"),
            accepts=NOTE,
            effect=_set_deadline,
            article="8",
        ),
        Transition(
            "extend",
            OPEN,
            CaseStatus.OPEN,
            message("Extend"),
            requires=("due_on", "note"),
            decides=True,
            effect=_noting(StepKind.EXTENDED),
            article="8",
        ),
        Transition(
            "transfer",
            OPEN,
            CaseStatus.OPEN,
            message("Transfer to special inspection"),
            requires=NOTE,
            decides=True,
            effect=_transfer,
            article="8",
        ),
        Transition(
            "conclude",
            OPEN,
            CaseStatus.CLOSED,
            message("Conclude the inspection"),
            requires=NOTE,
            decides=True,
            effect=_close,
            article="8",
        ),
        Transition(
            "reopen",
            (CaseStatus.CLOSED,),
            CaseStatus.OPEN,
            message("Reopen"),
            requires=NOTE,
            effect=_reopen,
            article="8",
        ),
    ),
    own_departments=lambda case: frozenset({case.department_id} if case.department_id else ()),
)

workflow.register(SUPERVISION_CASE)
