"""A new college begins with one administrator, made on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.core.unit_of_work import AnySession
from app.models.organisation import Person

GIVEN = ("--name", "安管理", "--email", "first@example.edu.cn")


def test_the_first_administrator_is_made_and_must_change_the_password(
    command: Callable[..., Any], session: AnySession
) -> None:
    answer = command("create-admin", "first", *GIVEN, "--password", "zhuque-2030")
    assert answer.exit_code == 0, answer.output
    person = session.scalars(select(Person).where(Person.username == "first")).one()
    assert [role.name for role in person.roles] == ["Admin"]
    assert (person.name, person.must_change_password) == ("安管理", True)


def test_a_weak_password_or_a_taken_name_is_refused(
    command: Callable[..., Any], session: AnySession
) -> None:
    assert command("create-admin", "weak", *GIVEN, "--password", "12345678").exit_code == 1
    assert command("create-admin", "admin", *GIVEN, "--password", "zhuque-2030").exit_code == 1
    assert session.scalars(select(Person).where(Person.username == "weak")).first() is None
