"""Giving and taking permissions of a role: who may, what is refused, what it means for whom."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from app.core.errors import Conflict, NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import AuditEvent
from app.security.changes import (
    Change,
    change_roles,
    effects_of,
    fingerprint_of,
    read_roles,
    roles_of_people,
)
from app.security.permissions import GRANTS, permissions_of
from app.security.roles import ADMIN, AUDITOR, HEAD, LEADER, OFFICE, QUALITY, ROLE_LABELS, STAFF
from app.security.rules import check_separation
from app.security.wording import CHAPTERS, chapters
from tests.cast import TEST, Cast

EXPORT = Change(QUALITY, "holiday:add", True)


def change(
    session: AnySession, cast: Cast, changes: Sequence[Change], by: str = "admin", seen: str = ""
) -> int:
    actor = cast.actor(by)
    seen = seen or fingerprint_of(read_roles(session))
    with unit_of_work(session, actor):
        return change_roles(session, actor, changes, seen)


def test_a_permission_that_is_given_counts_at_the_next_request(
    session: AnySession, cast: Cast
) -> None:
    assert not cast.actor("quality").may("holiday:add")
    assert change(session, cast, [EXPORT]) == 1
    assert cast.actor("quality").may("holiday:add")
    change(session, cast, [Change(QUALITY, "holiday:add", False)])
    assert not cast.actor("quality").may("holiday:add")


def test_the_trail_tells_what_was_given(session: AnySession, cast: Cast) -> None:
    change(session, cast, [EXPORT])
    event = session.scalars(
        select(AuditEvent).where(AuditEvent.table_name == "ab_role").order_by(AuditEvent.id.desc())
    ).first()
    assert event is not None and event.actor_id == cast.admin.id
    before, after = (json.loads(str(values)) for values in (event.before, event.after))
    given = set(after["permissions"]) - set(before["permissions"])
    assert given == {"can add on holiday"}


def test_what_is_as_it_should_be_is_not_written(session: AnySession, cast: Cast) -> None:
    assert change(session, cast, [Change(OFFICE, "task:read", True)]) == 0


def test_only_who_edits_roles_changes_them(session: AnySession, cast: Cast) -> None:
    for name in ("auditor", "office"):
        with pytest.raises(NotAllowed):
            change(session, cast, [EXPORT], by=name)
    assert "holiday:add" not in read_roles(session)[QUALITY]


def test_a_change_of_what_somebody_else_has_changed_is_refused(
    session: AnySession, cast: Cast
) -> None:
    seen = fingerprint_of(read_roles(session))
    change(session, cast, [EXPORT])
    with pytest.raises(Conflict):
        change(session, cast, [Change(OFFICE, "holiday:add", False)], seen=seen)
    assert "holiday:add" in read_roles(session)[OFFICE]


def test_the_last_administrator_is_not_locked_out(session: AnySession, cast: Cast) -> None:
    for permission in ("role:edit", "role:read", "person:edit"):
        with pytest.raises(RuleViolation):
            change(session, cast, [Change(ADMIN, permission, False)])
    assert cast.actor("admin").may("role:edit")


def test_roles_may_be_handed_to_another_role_that_somebody_holds(
    session: AnySession, cast: Cast
) -> None:
    rights = ("role:read", "role:edit", "person:edit")
    given = [Change(QUALITY, one, True) for one in rights]
    assert change(session, cast, [*given, Change(ADMIN, "role:edit", False)]) == 4


def test_it_is_not_enough_that_the_account_is_switched_off(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, TEST):
        cast.quality.active = False
    given = [Change(QUALITY, one, True) for one in ("role:read", "role:edit", "person:edit")]
    with pytest.raises(RuleViolation):
        change(session, cast, [*given, Change(ADMIN, "role:edit", False)])


def test_who_submits_does_not_decide(session: AnySession, cast: Cast) -> None:
    for decision in ("task_result:confirm", "department_plan:review", "adjustment:review"):
        with pytest.raises(RuleViolation):
            change(session, cast, [Change(HEAD, decision, True)])


def test_nor_does_who_decides_come_to_submit(session: AnySession, cast: Cast) -> None:
    with pytest.raises(RuleViolation):
        change(session, cast, [Change(LEADER, "task_result:submit", True)])


def test_administrator_and_auditor_decide_nothing(session: AnySession, cast: Cast) -> None:
    for role in (ADMIN, AUDITOR):
        with pytest.raises(RuleViolation):
            change(session, cast, [Change(role, "task_result:confirm", True)])


def test_the_table_of_permissions_itself_is_within_the_rules() -> None:
    for role in ROLE_LABELS:
        check_separation(role, frozenset(), permissions_of(role))


def test_an_unknown_permission_is_refused(session: AnySession, cast: Cast) -> None:
    with pytest.raises(RuleViolation):
        change(session, cast, [Change(OFFICE, "task:fly", True)])
    with pytest.raises(RuleViolation):
        change(session, cast, [Change("Nobody", "task:read", True)])


def test_whoever_has_it_through_another_role_loses_nothing(session: AnySession, cast: Cast) -> None:
    held = read_roles(session)
    people = {1: frozenset({HEAD, STAFF}), 2: frozenset({HEAD}), 3: frozenset({STAFF})}
    (effect,) = effects_of(held, people, [Change(HEAD, "evidence:add", False)])
    assert (effect.holders, list(effect.people)) == (2, [2])


def test_roles_of_people_leaves_out_who_has_left(session: AnySession, cast: Cast) -> None:
    with unit_of_work(session, TEST):
        cast.quality.active = False
    assert cast.quality.id not in roles_of_people(session)
    assert roles_of_people(session)[cast.admin.id] == {ADMIN}


def test_every_permission_stands_once_in_a_chapter_with_words() -> None:
    resources = [resource for _, _, names in CHAPTERS for resource in names]
    assert sorted(resources) == sorted(GRANTS)
    told = [wording for _, _, wordings in chapters() for wording in wordings]
    assert len(told) == sum(len(verbs) for verbs in GRANTS.values())
    assert all(one.noun and one.verb for one in told)
    assert len({one.whole for one in told}) == len(told)
