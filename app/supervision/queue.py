"""What waits in supervision: cases to open, to sign for, to answer, to judge, to push on, to
conclude (Art. 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Desk, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.models.supervision import CaseStage, CaseStatus, SupervisionCase

_special = SupervisionCase.stage == CaseStage.SPECIAL
_usual = SupervisionCase.stage != CaseStage.SPECIAL


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    cases = _cases(actor, desk)
    if actor.headed and actor.may("supervision_case:reply"):
        own = cases.where(
            SupervisionCase.department_id.in_(actor.headed),
            SupervisionCase.status == CaseStatus.OPEN,
            _usual,
        )
        yield Waiting(
            "supervision_case.sign",
            SupervisionCase,
            message("Supervision notices to sign for"),
            "sign",
            own.where(SupervisionCase.signed_at.is_(None)),
        )
        yield Waiting(
            "supervision_case.reply",
            SupervisionCase,
            message("Supervision cases to answer"),
            "reply",
            own.where(SupervisionCase.signed_at.is_not(None)),
        )
    if actor.may("supervision_case:confirm"):
        yield Waiting(
            "supervision_case.confirm",
            SupervisionCase,
            message("Proposed cases to open or dismiss"),
            "confirm",
            cases.where(in_sources(SupervisionCase, "confirm")),
        )
    # Nobody judges a case of their own department.
    others = cases.where(SupervisionCase.department_id.not_in(actor.departments))
    if actor.may("supervision_case:accept"):
        yield Waiting(
            "supervision_case.judge",
            SupervisionCase,
            message("Replies to judge"),
            "accept",
            others.where(in_sources(SupervisionCase, "accept")),
        )
    if actor.may("supervision_case:urge"):
        yield Waiting(
            "supervision_case.push",
            SupervisionCase,
            message("Cases past their deadline"),
            "show",
            cases.where(
                SupervisionCase.status == CaseStatus.OPEN,
                _usual,
                SupervisionCase.due_on < desk.today,
            ),
            verb=message("Urge or set a deadline"),
        )
    if actor.may("supervision_case:conclude"):
        yield Waiting(
            "supervision_case.conclude",
            SupervisionCase,
            message("Special inspections to conclude"),
            "conclude",
            others.where(in_sources(SupervisionCase, "conclude"), _special),
        )


def _cases(actor: Actor, desk: Desk) -> Select[Any]:
    return waiting_rows(
        SupervisionCase.id,
        SupervisionCase.matter,
        due_on=SupervisionCase.due_on,
        since=SupervisionCase.updated_at,
        department=SupervisionCase.department_id,
        detail=SupervisionCase.number,
    ).where(visible(actor, SupervisionCase), SupervisionCase.cycle_id.in_(desk.cycles))


queue.register(waiting)
