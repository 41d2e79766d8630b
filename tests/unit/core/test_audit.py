"""The chain: it holds, and names the first event that does not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, insert, select, update
from sqlalchemy.orm import Session

from app.core import audit
from app.core.actor import Actor, Door
from app.core.audit import GENESIS, Change, Verification
from app.models import metadata
from app.models.system import AuditEvent, AuditHead

EVENTS, HEAD = AuditEvent.__table__, AuditHead.__table__
SOMEBODY = Actor(user_id=None, name="甲", door=Door.WEB)


@pytest.fixture
def session() -> Iterator[Session]:
    """A trail of five events."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine, tables=[metadata.tables["ab_user"], EVENTS, HEAD])  # type: ignore[list-item]
    with Session(engine) as session:
        session.execute(insert(HEAD).values(id=1, last_event_id=0, last_hash=GENESIS))
        write(session, 5)
        yield session
    engine.dispose()


def write(session: Session, count: int) -> None:
    changes = [
        Change(
            actor=SOMEBODY,
            row=None,
            table="task",
            action="changed",
            before={"title": f"第 {number} 稿"},
            after={"title": f"第 {number + 1} 稿"},
            happened_at=dt.datetime(2026, 3, 16, 1, number, tzinfo=dt.UTC),
        )
        for number in range(count)
    ]
    audit.write_events(session.connection(), map(audit.event_of, changes))


def tamper(session: Session, number: int, **values: Any) -> None:
    session.execute(update(EVENTS).where(EVENTS.c.id == number).values(**values))


def test_an_untouched_chain_holds(session: Session) -> None:
    assert audit.verify(session) == Verification(5)
    assert audit.verify(session).intact


def test_later_events_hang_on_the_last(session: Session) -> None:
    write(session, 3)
    assert audit.verify(session) == Verification(8)


def test_an_empty_trail_holds(session: Session) -> None:
    session.execute(delete(EVENTS))
    session.execute(update(HEAD).values(last_event_id=0, last_hash=GENESIS))
    assert audit.verify(session) == Verification(0)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("after", '{"title":"改过"}'),
        ("before", None),
        ("actor_name", "乙"),
        ("door", "api"),
        ("action", "deleted"),
        ("row_id", 4),
        ("happened_at", dt.datetime(2026, 3, 17, tzinfo=dt.UTC)),
    ],
)
def test_an_altered_event_is_named(session: Session, column: str, value: Any) -> None:
    tamper(session, 3, **{column: value})
    assert audit.verify(session) == Verification(2, 3, "altered")


def test_the_first_of_several_broken_events_is_named(session: Session) -> None:
    tamper(session, 2, action="x")
    tamper(session, 4, action="x")
    assert audit.verify(session).broken_event == 2


def test_an_event_altered_with_its_own_hash_breaks_the_next(session: Session) -> None:
    row = dict(session.execute(select(EVENTS).where(EVENTS.c.id == 3)).mappings().one())
    row["action"] = "deleted"
    tamper(session, 3, action="deleted", hash=audit.digest(row))
    assert audit.verify(session) == Verification(3, 4, "not chained")


def test_a_missing_event_is_named(session: Session) -> None:
    session.execute(delete(EVENTS).where(EVENTS.c.id == 3))
    assert audit.verify(session) == Verification(2, 3, "missing")


def test_the_first_event_may_be_the_missing_one(session: Session) -> None:
    session.execute(delete(EVENTS).where(EVENTS.c.id == 1))
    assert audit.verify(session) == Verification(0, 1, "missing")


def test_a_truncated_chain_misses_its_end(session: Session) -> None:
    session.execute(delete(EVENTS).where(EVENTS.c.id > 3))
    assert audit.verify(session) == Verification(3, 4, "missing")


def test_a_trail_wiped_altogether_is_noticed(session: Session) -> None:
    session.execute(delete(EVENTS))
    assert audit.verify(session) == Verification(0, 1, "missing")


def test_an_event_smuggled_in_after_the_last_is_noticed(session: Session) -> None:
    last = session.execute(select(EVENTS).where(EVENTS.c.id == 5)).mappings().one()
    smuggled = {**last, "id": 6, "previous_hash": last["hash"]}
    smuggled["hash"] = audit.digest(smuggled)
    session.execute(insert(EVENTS).values(**smuggled))
    assert not audit.verify(session).intact


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (Decimal("1.50"), "1.5"),
        (Decimal("100"), "100"),
        (dt.date(2026, 3, 16), "2026-03-16"),
        (
            dt.datetime(2026, 3, 16, 9, tzinfo=dt.timezone(dt.timedelta(hours=8))),
            "2026-03-16T01:00:00+00:00",
        ),
        (Door.WEB, "web"),
        (None, None),
        (True, True),
    ],
)
def test_values_are_told_without_loss(value: Any, told: Any) -> None:
    assert audit.plain(value) == told
