"""What waits in supervision: cases to open, to sign for, to answer, to judge, to push on, to
transfer, to conclude, to close (Art. 8)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, and_, or_

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Desk, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.models.supervision import CaseStage, CaseStatus, SupervisionCase
from app.organisation.deciding import decides_for
from app.security.roles import DISCIPLINE, OFFICE

_special = SupervisionCase.stage == CaseStage.SPECIAL
_usual = SupervisionCase.stage != CaseStage.SPECIAL
_department = SupervisionCase.department_id


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    yield from _for_heads(actor, desk)
    yield from _for_the_office(actor, desk)
    if actor.may("supervision_case:conclude"):
        yield Waiting(
            "supervision_case.conclude",
            SupervisionCase,
            message("Special inspections to conclude"),
            "conclude",
            _cases(actor, desk).where(
                decides_for(actor, DISCIPLINE, _department, desk.today),
                in_sources(SupervisionCase, "conclude"),
                _special,
            ),
        )


def _for_heads(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    if not actor.headed or not actor.may("supervision_case:reply"):
        return
    own = _cases(actor, desk).where(
        _department.in_(actor.headed), SupervisionCase.status == CaseStatus.OPEN, _usual
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


def _for_the_office(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    """The Office's steps; on cases of the Office itself, its leader's."""
    if not actor.may("supervision_case:confirm"):
        return
    mine = decides_for(actor, OFFICE, _department, desk.today)
    cases = _cases(actor, desk).where(mine)
    yield Waiting(
        "supervision_case.confirm",
        SupervisionCase,
        message("Proposed cases to open or dismiss"),
        "confirm",
        cases.where(in_sources(SupervisionCase, "confirm")),
    )
    yield Waiting(
        "supervision_case.judge",
        SupervisionCase,
        message("Replies to judge"),
        "accept",
        cases.where(in_sources(SupervisionCase, "accept"), _usual),
    )
    in_charge = and_(
        _department.in_(actor.charged), _department.not_in(actor.departments | actor.sides)
    )
    yield Waiting(
        "supervision_case.special",
        SupervisionCase,
        message("Special inspections to decide"),
        "show",
        _cases(actor, desk).where(
            or_(mine, in_charge),
            in_sources(SupervisionCase, "transfer"),
            SupervisionCase.special_proposed_on.is_not(None),
            _usual,
        ),
        verb=message("Transfer or not"),
    )
    yield Waiting(
        "supervision_case.push",
        SupervisionCase,
        message("Cases past their deadline"),
        "show",
        cases.where(
            SupervisionCase.status == CaseStatus.OPEN,
            SupervisionCase.special_proposed_on.is_(None),
            _usual,
            SupervisionCase.due_on < desk.today,
        ),
        verb=message("Urge or set a deadline"),
    )
    yield Waiting(
        "supervision_case.close",
        SupervisionCase,
        message("Cases to close"),
        "close",
        _cases(actor, desk, due_on=None).where(mine, SupervisionCase.status == CaseStatus.ACCEPTED),
    )


def _cases(actor: Actor, desk: Desk, due_on: Any = SupervisionCase.due_on) -> Select[Any]:
    """`due_on`: the column of the day; None where the clock stands still."""
    return waiting_rows(
        SupervisionCase.id,
        SupervisionCase.matter,
        due_on=due_on,
        since=SupervisionCase.updated_at,
        department=_department,
        detail=SupervisionCase.number,
    ).where(visible(actor, SupervisionCase), SupervisionCase.cycle_id.in_(desk.cycles))


queue.register(waiting)
