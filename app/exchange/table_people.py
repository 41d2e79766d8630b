"""The staff list: names in one column, roles and a post in words, an account for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.exchange.table_cells import Unreadable, read_flag, read_value
from app.exchange.table_names import Names, role_rows
from app.models.organisation import Appointment, Person, PostKind
from app.organisation.service import PostPlan, create_person
from app.security.roles import STAFF

COMPOUND_FAMILY_NAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "东方",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "司徒",
        "令狐",
        "夏侯",
        "长孙",
        "宇文",
        "端木",
        "南宫",
        "独孤",
    ]
)
NO_ADDRESS = "example.invalid"
"""The domain of the placeholder for a person without an e-mail address: nothing is sent there."""


def read_name(text: str) -> str:
    name = " ".join(text.split()) if text.isascii() else "".join(text.split())
    if len(name) < 2:
        raise Unreadable(message("“%(text)s” is not a whole name.", text=text[:40]))
    return name


def read_post(text: str) -> PostKind:
    post: PostKind = read_value(Appointment.__table__.c.post.type, text)
    return post


PEOPLE_COLUMNS: dict[str, Callable[[Names, str], Any]] = {
    "name": lambda names, text: read_name(text),
    "roles": lambda names, text: names.roles_of(text),
    "post": lambda names, text: read_post(text),
    "active": lambda names, text: read_flag(text),
}
"""Columns that are more or less than a column of the table, and how a cell of them is read."""


def people_columns(person: Person, posts: Mapping[int, frozenset[PostKind]]) -> dict[str, Any]:
    """What the staff list says of a stored person in these columns."""
    return {
        "name": person.name,
        "roles": frozenset(role.name for role in person.roles),
        "post": posts.get(person.id, frozenset()),
        "active": bool(person.active),
    }


def posts_held(session: AnySession, actor: Actor) -> dict[int, frozenset[PostKind]]:
    """The posts that people hold today in their own departments."""
    found: dict[int, set[PostKind]] = {}
    rows = session.execute(
        select(Appointment.person_id, Appointment.post)
        .join(Person, Person.id == Appointment.person_id)
        .where(
            visible(actor, Appointment),
            Appointment.department_id.is_not_distinct_from(Person.department_id),
            or_(Appointment.valid_to.is_(None), Appointment.valid_to >= clock.today()),
        )
    )
    for person, post in rows:
        found.setdefault(person, set()).add(post)
    return {person: frozenset(posts) for person, posts in found.items()}


def split_name(name: str) -> tuple[str, str]:
    """(family, given): 欧阳文 → 欧阳, 文; Jane Doe → Doe, Jane."""
    if " " in name:
        given, _, family = name.rpartition(" ")
        return family, given
    length = 2 if len(name) > 2 and name[:2] in COMPOUND_FAMILY_NAMES else 1
    return name[:length], name[length:]


def write_person(
    session: AnySession,
    actor: Actor,
    person: Person | None,
    values: dict[str, Any],
    first_password: Callable[[Person], None] | None,
) -> None:
    """Add or change one person of the staff list. A new one gets an account: the user name is
    the staff number where the list has none, the role staff where it names none."""
    values = dict(values)
    if "department" in values:
        values["department_id"] = values.pop("department")
    if "name" in values:
        values["last_name"], values["first_name"] = split_name(values.pop("name"))
    roles, post = values.pop("roles", None), values.pop("post", None)
    if person is None:
        _add(session, actor, values, roles, post, first_password)
        return
    for column, value in values.items():
        setattr(person, column, value)
    if roles is not None:
        known = role_rows(session)
        person.roles = [known[name] for name in sorted(roles)]
    if post is not None:
        session.add(
            Appointment(
                person_id=person.id, department_id=person.department_id, post=post,
                valid_from=clock.today(),
            )
        )  # fmt: skip


def _add(
    session: AnySession,
    actor: Actor,
    values: dict[str, Any],
    roles: frozenset[str] | None,
    post: PostKind | None,
    first_password: Callable[[Person], None] | None,
) -> None:
    values.setdefault("username", values.get("staff_number"))
    if not values["username"]:
        raise RuleViolation(
            message("A new person needs a staff number or a user name."), "username"
        )
    values.setdefault("email", f"{values['username']}@{NO_ADDRESS}".lower())
    values.setdefault("active", True)
    person = Person(**values)
    if first_password is None:
        raise RuleViolation(message("A new person needs a first password."), "password")
    first_password(person)
    posts = [PostPlan(post, values.get("department_id"), clock.today())] if post else []
    create_person(session, actor, person, roles=sorted(roles or {STAFF}), posts=posts)
