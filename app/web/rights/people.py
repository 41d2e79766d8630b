"""Who holds a permission, and what a person may do: through which role, in which departments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import format_date, gettext
from sqlalchemy import or_, select

from app.core import clock, policy
from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import words
from app.core.unit_of_work import AnySession
from app.models.organisation import Appointment, Charge, Delegation, Person
from app.security.actors import in_force
from app.security.changes import Held
from app.security.roles import ASSESSMENT_GROUP, COLLEGE_READERS, HEAD, LEADER, STAFF
from app.security.wording import chapters
from app.web.directory import directory
from app.web.rights.matrix import role_name

OWN_ROWS = frozenset({"notification", "saved_view", "import_job", "account"})
"""Resources whose rows belong to one person, who alone reads and writes them."""
MEETINGS = frozenset({"meeting", "agenda_item", "decision"})
COLLEGE_PAPERS = MEETINGS | {"work_point_set", "work_point", "decomposition"}
"""Read by the college's roles and the leaders, by others at most once issued."""
TASKS = frozenset({"task", "task_department", "milestone", "indicator", "baseline_task"})
RATINGS = frozenset({"score", "score_item", "department_assessment", "bonus_entry", "appeal"})
SYSTEM = frozenset({"audit_event", "outbox_message"})
MOST_NAMES = 12


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a permission now."""

    id: int
    name: str
    department: str
    posts: str
    roles: str


@dataclass(frozen=True, slots=True)
class Right:
    """Some verbs on one thing, through the same roles and in the same scope."""

    noun: str
    verbs: str
    through: str
    scope: str


def holders_of(
    session: AnySession,
    actor: Actor,
    held: Held,
    people: dict[int, frozenset[str]],
    permission: str,
) -> list[Holder]:
    """The active people who hold `permission`, by department. One statement more."""
    granting = [role for role, permissions in held.items() if permission in permissions]
    known = directory()
    posts = _posts(session, actor)
    found = []
    for person, roles in people.items():
        through = [role_name(role) for role in granting if role in roles]
        entry = known.people.get(person)
        if through and entry is not None:
            department = known.departments.get(entry.department_id or 0)
            found.append(
                (
                    department.sort_order if department else -1,
                    Holder(
                        person,
                        entry.name,
                        department.name if department else "",
                        "、".join(posts.get(person, ())),
                        "、".join(through),
                    ),
                )
            )
    return [holder for _, holder in sorted(found, key=lambda one: (one[0], one[1].name))]


def _posts(session: AnySession, actor: Actor, person: int | None = None) -> dict[int, list[str]]:
    """The posts in force by person: “教务处 正职”."""
    today = clock.today()
    query = select(Appointment.person_id, Appointment.department_id, Appointment.post).where(
        visible(actor, Appointment),
        Appointment.valid_from <= today,
        or_(Appointment.valid_to.is_(None), Appointment.valid_to >= today),
    )
    if person is not None:
        query = query.where(Appointment.person_id == person)
    names = directory().departments
    found: dict[int, list[str]] = {}
    for row in session.execute(query.order_by(Appointment.id)):
        post = words((row.post.zh, row.post.en))
        place = names.get(row.department_id or 0)
        found.setdefault(row.person_id, []).append(f"{place.name} {post}" if place else post)
    return found


def hats_of(session: AnySession, actor: Actor, person: int) -> list[tuple[str, str]]:
    """By what a person has rights besides the roles: posts, delegations and charges in force,
    each as label and words."""
    today = clock.today()
    known = directory()
    hats = [(gettext("Post"), post) for post in _posts(session, actor, person).get(person, ())]
    for giver, department, until in session.execute(
        select(Delegation.giver_id, Delegation.department_id, Delegation.valid_to).where(
            visible(actor, Delegation),
            Delegation.receiver_id == person,
            in_force(today),
        )
    ):
        where = known.departments.get(department or 0)
        told = gettext(
            "acts for %(name)s until %(day)s",
            name=known.name_of(Person, giver),
            day=format_date(until),
        )
        hats.append((gettext("Delegation"), f"{told} · {where.name}" if where else told))
    charged = session.execute(
        select(Charge.department_id, Charge.kind).where(
            visible(actor, Charge),
            Charge.leader_id == person,
            Charge.valid_from <= today,
            or_(Charge.valid_to.is_(None), Charge.valid_to >= today),
        )
    ).all()
    by_kind: dict[str, list[int]] = {}
    for row in charged:
        by_kind.setdefault(words((row.kind.zh, row.kind.en)), []).append(row.department_id)
    hats += [(kind, _names(keys)) for kind, keys in by_kind.items()]
    return hats


def rights_of(held: Held, person: Actor) -> list[tuple[str, list[Right]]]:
    """What `person` may do, by chapter."""
    roles = [role for role in held if role in person.roles]
    found = []
    for _, name, wordings in chapters():
        merged: dict[tuple[str, str, str], list[str]] = {}
        for wording in wordings:
            through = [role for role in roles if wording.permission in held[role]]
            if through:
                resource, _, verb = wording.permission.partition(":")
                key = (
                    wording.noun,
                    "、".join(role_name(role) for role in through),
                    scope_of(person, through, resource, verb),
                )
                merged.setdefault(key, []).append(wording.verb)
        rights = [
            Right(noun, "、".join(verbs), through, scope)
            for (noun, through, scope), verbs in merged.items()
        ]
        if rights:
            found.append((name, rights))
    return found


def scopes_of(person: Actor) -> list[tuple[str, str]]:
    """The departments behind the words of the scopes, each as label and names."""
    found = [
        (gettext("own departments"), person.departments),
        (gettext("departments headed"), person.headed),
        (gettext("departments in charge"), person.charged),
    ]
    for one in person.stands_in:
        name = directory().name_of(Person, one.behalf_of or 0)
        found.append((gettext("standing in for %(name)s", name=name), one.headed | one.charged))
    return [(label, _names(keys)) for label, keys in found if keys]


def scope_of(person: Actor, through: Sequence[str], resource: str, verb: str) -> str:
    """On which rows, in words: as wide as the widest of the roles makes it."""
    rules = next((one for one in policy.policies().values() if one.resource == resource), None)
    if resource in OWN_ROWS:
        return gettext("one's own")
    if rules is None:
        return ""
    if verb == "read":
        return _read_scope(person, set(through), resource, rules)
    if rules.write is policy.college_wide or set(through) - {HEAD, STAFF, LEADER}:
        return gettext("the whole college")
    parts = []
    if HEAD in through:
        parts.append((gettext("departments headed"), person.headed))
    if STAFF in through:
        parts.append((gettext("own departments"), person.departments))
    if LEADER in through:
        parts.append((gettext("departments in charge"), person.charged))
    return _joined(parts)


def _read_scope(person: Actor, through: set[str], resource: str, rules: policy.Policy) -> str:
    rated = resource in RATINGS
    if rated and through <= {ASSESSMENT_GROUP, HEAD, LEADER}:
        if ASSESSMENT_GROUP in through:
            return gettext("one's own ratings")
        return gettext("own departments, once announced")
    college = not through.isdisjoint(COLLEGE_READERS)
    if college or rules.read is policy.everyone or resource in SYSTEM:
        return gettext("the whole college")
    if resource in COLLEGE_PAPERS:
        if LEADER in through:
            return gettext("the whole college")
        return gettext("nothing") if resource in MEETINGS else gettext("what is issued")
    parts = [(gettext("own departments"), person.departments)]
    if LEADER in through:
        parts = [(gettext("departments in charge"), person.charged)]
    if resource in TASKS:
        open_tasks = gettext("every issued open task")
        return f"{_joined(parts)}；{open_tasks}"
    return _joined(parts)


def _joined(parts: Sequence[tuple[str, Iterable[int]]]) -> str:
    return "；".join(
        label if keys else gettext("%(scope)s: none now", scope=label) for label, keys in parts
    )


def _names(keys: Iterable[int]) -> str:
    """Departments in their order, without the sections of those named."""
    known = directory().departments
    wanted = set(keys)
    shown = [
        entry.name
        for key, entry in known.items()
        if key in wanted and entry.parent_id not in wanted
    ]
    told = "、".join(shown[:MOST_NAMES])
    if len(shown) > MOST_NAMES:
        told += gettext(" and %(count)s more", count=len(shown) - MOST_NAMES)
    return told
