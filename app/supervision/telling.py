"""Who is told of a step on a case: the heads, the leader, the Office, the discipline office.

The patrol tells its own day's work in one message per person; here it says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import select

from app.core import clock
from app.core.actor import Actor, Door
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.models.organisation import Person
from app.models.planning import Task
from app.models.supervision import Instruction, StepKind, SupervisionCase
from app.notify.service import notify
from app.organisation.seats import Seats, seats_on
from app.security.roles import DISCIPLINE, OFFICE

HEAD, LEADER = "head", "leader"

TOLD: dict[StepKind, tuple[Message, tuple[str, ...]]] = {
    StepKind.OPENED: (message("Supervision case opened: %(case)s"), (HEAD, LEADER)),
    StepKind.REPLY: (message("A department has replied: %(case)s"), (OFFICE,)),
    StepKind.REJECTED: (message("The reply was rejected: %(case)s"), (HEAD,)),
    StepKind.ACCEPTED: (message("The reply was accepted: %(case)s"), (HEAD,)),
    StepKind.URGED: (message("You are urged to reply: %(case)s"), (HEAD, LEADER)),
    StepKind.DEADLINE_SET: (message("A final deadline was set: %(case)s"), (HEAD, LEADER)),
    StepKind.EXTENDED: (message("The deadline was extended: %(case)s"), (HEAD, OFFICE)),
    StepKind.TRANSFERRED: (
        message("Transferred to special inspection: %(case)s"),
        (HEAD, LEADER, DISCIPLINE),
    ),
    StepKind.CONCLUDED: (
        message("The special inspection is concluded: %(case)s"),
        (HEAD, LEADER, OFFICE),
    ),
    StepKind.RETURNED: (
        message("The discipline office has sent back: %(case)s"),
        (HEAD, LEADER, OFFICE),
    ),
    StepKind.CLOSED: (message("Supervision case closed: %(case)s"), (HEAD, LEADER)),
    StepKind.REOPENED: (message("Supervision case reopened: %(case)s"), (HEAD, LEADER)),
    StepKind.WITHDRAWN: (message("Supervision case withdrawn: %(case)s"), (HEAD,)),
}
"""By step: the message, and whom it goes to. Posts are the department's, roles the college's."""


def tell(session: AnySession, actor: Actor, case: SupervisionCase, kind: StepKind) -> None:
    """Write into the inboxes of those whom the step concerns, but not of who took it. What was
    never opened concerns nobody yet."""
    if kind not in TOLD or case.number is None or actor.door == Door.PATROL:
        return
    words, concerned = TOLD[kind]
    people = _people(session, actor, case, concerned) - {actor.user_id}
    text = str(Message(words.words, {"case": str(case)}))
    notify(
        session,
        dict.fromkeys(sorted(one for one in people if one is not None), text),
        "supervision_case",
        f"/supervision_case/show/{case.id}",
    )


def tell_instruction(session: AnySession, actor: Actor, instruction: Instruction) -> None:
    """Tell the heads of the department whose task or case a leader has written on, and the
    Office, which may make a case of it."""
    place = instruction.subject_table, instruction.subject_id
    column = {
        Task.__tablename__: (Task, Task.lead_department_id),
        SupervisionCase.__tablename__: (SupervisionCase, SupervisionCase.department_id),
    }.get(place[0])
    if column is None:
        return
    model, department_column = column
    department = session.scalar(select(department_column).where(model.id == place[1]))
    if department is None:
        return
    people = _heads(seats_on(session, actor, clock.today()), department)
    people = (people | set(_with_role(session, {OFFICE}))) - {actor.user_id}
    text = str(message("A leader has written an instruction: %(text)s", text=instruction.text))
    link = f"/{place[0]}/show/{place[1]}"
    notify(session, dict.fromkeys(sorted(people), text), "instruction", link)


def _heads(seats: Seats, department: int) -> frozenset[int]:
    """The heads and whoever stands in for them."""
    heads = seats.heads_of(department)
    return heads | seats.delegates(heads, department)


def _people(
    session: AnySession, actor: Actor, case: SupervisionCase, concerned: Iterable[str]
) -> set[int | None]:
    roles = {OFFICE, DISCIPLINE} & set(concerned)
    found: set[int | None] = set(_with_role(session, roles)) if roles else set()
    posts = {HEAD, LEADER} & set(concerned)
    if not posts:
        return found
    seats = seats_on(session, actor, clock.today())
    if HEAD in posts:
        found |= _heads(seats, case.department_id)
    if LEADER in posts:
        found |= {case.leader_id} if case.leader_id else seats.leaders_of(case.department_id)
    return found


def _with_role(session: AnySession, roles: Iterable[str]) -> Iterable[int]:
    return session.scalars(
        select(Person.id)
        .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
        .join(Role, Role.id == assoc_user_role.c.role_id)
        .where(Role.name.in_(roles), Person.active.is_(True))
    )
