"""Who is told of what becomes of a coordination request: whoever is asked, whoever asks and the
Office, with those who stand in for them; never who took the step (Art. 9.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import select

from app.core import clock, policy
from app.core.actor import Actor, system_actor
from app.core.unit_of_work import AnySession
from app.models.monitoring import CoordinationRequest
from app.models.organisation import Person
from app.notify.service import notify
from app.organisation.seats import Seats, seats_on
from app.security.roles import OFFICE

KIND = "coordination_request"
"""Of the message in the inbox."""
_CLIP = 40


def tell_asked(session: AnySession, actor: Actor, row: CoordinationRequest) -> None:
    seats = _seats(session, actor)
    _send(session, actor, row, _asked(row, seats), f"{_asker(row)}请求协调，请于{_day(row)}前答复")
    _send(
        session, actor, row, _office(session) - _asked(row, seats),
        f"{_asker(row)}请{_addressee(row)}协调，答复期限为{_day(row)}",
    )  # fmt: skip


def tell_answered(session: AnySession, actor: Actor, row: CoordinationRequest) -> None:
    people = _asking(row, _seats(session, actor))
    _send(session, actor, row, people, f"{_addressee(row)}已答复贵部门提出的需协调事项，请确认")


def tell_resolved(session: AnySession, actor: Actor, row: CoordinationRequest) -> None:
    people = _asked(row, _seats(session, actor))
    _send(session, actor, row, people, f"{_asker(row)}确认需协调事项已解决")


def tell_reopened(session: AnySession, actor: Actor, row: CoordinationRequest) -> None:
    people = _asked(row, _seats(session, actor))
    said = f"{_asker(row)}重新提出需协调事项，请于{_day(row)}前再次答复"
    _send(session, actor, row, people, said)
    _send(
        session, actor, row, _office(session) - people,
        f"{_asker(row)}重新提出请{_addressee(row)}协调的事项，答复期限为{_day(row)}",
    )  # fmt: skip


def tell_rerouted(
    session: AnySession, actor: Actor, row: CoordinationRequest, before: tuple[int | None, int | None]
) -> None:  # fmt: skip
    """`before`: the department and the leader that were asked until now."""
    seats = _seats(session, actor)
    new, former = _asked(row, seats), _of(seats, *before)
    _send(session, actor, row, new, f"办公室转来{_asker(row)}的需协调事项，请于{_day(row)}前答复")
    _send(
        session, actor, row, (former | _asking(row, seats)) - new,
        f"{_asker(row)}的需协调事项已由办公室转请{_addressee(row)}办理",
    )  # fmt: skip


# Who ------------------------------------------------------------------------------------


def _seats(session: AnySession, actor: Actor) -> Seats:
    """As the system reads them: who stands in for whom is not for everybody to see."""
    return seats_on(session, system_actor(KIND, actor.door), clock.today())


def _asked(row: CoordinationRequest, seats: Seats) -> frozenset[int]:
    return _of(seats, row.addressed_department_id, row.addressed_leader_id)


def _asking(row: CoordinationRequest, seats: Seats) -> frozenset[int]:
    return _of(seats, row.department_id, None)


def _of(seats: Seats, department: int | None, leader: int | None) -> frozenset[int]:
    """The heads of the department or the leader, and who stands in for them."""
    people = seats.heads_of(department) if department is not None else frozenset[int]()
    if leader is not None:
        people |= {leader}
    return people | seats.delegates(people, department)


def _office(session: AnySession) -> frozenset[int]:
    return frozenset(
        session.scalars(
            select(Person.id)
            .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
            .join(Role, Role.id == assoc_user_role.c.role_id)
            .where(Role.name == OFFICE, Person.active.is_(True))
        )
    )


def _send(
    session: AnySession,
    actor: Actor,
    row: CoordinationRequest,
    people: Iterable[int],
    said: str,
) -> None:
    told = set(people) - {actor.user_id}
    matter = row.matter if len(row.matter) <= _CLIP else f"{row.matter[:_CLIP]}…"
    text = f"【协调】{said}：{matter}"
    notify(session, dict.fromkeys(sorted(told), text), KIND, f"/coordination_request/show/{row.id}")


# In words, Chinese like every paper of the college ----------------------------------------


def _asker(row: CoordinationRequest) -> str:
    return str(policy.related(row, "department").name)


def _addressee(row: CoordinationRequest) -> str:
    who = policy.related(row, "addressed_department") or policy.related(row, "addressed_leader")
    return str(who.name)


def _day(row: CoordinationRequest) -> str:
    day: dt.date | None = row.due_on
    return f"{day.month}月{day.day}日" if day is not None else "近日"
