"""A new person with roles and posts."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Person, PostKind
from app.organisation.service import PostPlan, create_person
from app.security.actors import load_actor
from tests.cast import Cast


def somebody(**values: Any) -> Person:
    given = {
        "username": "new.person", "last_name": "新", "first_name": "来人",
        "email": "new@example.edu.cn", "active": True, "password": "x",
    }  # fmt: skip
    return Person(**{**given, **values})


def test_an_administrator_adds_a_head_who_then_heads(session: AnySession, cast: Cast) -> None:
    admin = cast.actor("admin")
    post = PostPlan(PostKind.HEAD, cast.xsc.id, dt.date(2026, 1, 1))
    with unit_of_work(session, admin):
        create_person(session, admin, somebody(), roles=["DepartmentHead"], posts=[post])
    actor = load_actor(session, "new.person", admin.door)
    assert cast.xsc.id in actor.headed
    assert actor.roles == {"DepartmentHead"}


def test_a_head_adds_nobody(session: AnySession, cast: Cast) -> None:
    head = cast.actor("head_jwc")
    with pytest.raises(NotAllowed), unit_of_work(session, head):
        create_person(session, head, somebody(), roles=["DepartmentStaff"])


@pytest.mark.parametrize(
    ("values", "roles", "field"),
    [({"username": "head.jwc"}, ["Auditor"], "username"), ({}, ["Emperor"], "roles")],
)
def test_a_taken_name_or_an_unknown_role_is_refused(
    session: AnySession, cast: Cast, values: dict[str, str], roles: list[str], field: str
) -> None:
    admin = cast.actor("admin")
    with pytest.raises(RuleViolation) as refused, unit_of_work(session, admin):
        create_person(session, admin, somebody(**values), roles=roles)
    assert refused.value.field == field
