"""Work that only one process does at a time: who takes the lease works, the others leave it.

A lease is a row taken by one conditional UPDATE; it runs out by itself, so that whoever dies
holding it keeps nobody waiting for longer than that. Each change is a transaction of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Table, insert, or_, select, update

from app.core import clock
from app.core.actor import NOBODY
from app.core.errors import RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work

_tables: list[Table] = []


def use_table(table: Table) -> None:
    """Tell the mechanism where leases are kept."""
    _tables[:] = [table]


def take(session: AnySession, name: str, holder: str, span: dt.timedelta) -> bool:
    """Take the lease `name` for `span`, or prolong it; False if somebody else has it. A
    transaction of its own."""
    table, now = _tables[0], clock.now()
    free = or_(table.c.holder.is_(None), table.c.holder == holder, table.c.held_until < now)
    _let_exist(session, name)
    with unit_of_work(session, NOBODY):
        taken = session.connection().execute(
            update(table)
            .where(table.c.name == name, free)
            .values(holder=holder, held_until=now + span)
        )
    return taken.rowcount == 1


def give_back(session: AnySession, name: str, holder: str) -> None:
    """Let the next one have it. A transaction of its own."""
    table = _tables[0]
    with unit_of_work(session, NOBODY):
        session.connection().execute(
            update(table)
            .where(table.c.name == name, table.c.holder == holder)
            .values(holder=None, held_until=None)
        )


@contextmanager
def held(session: AnySession, name: str, holder: str, span: dt.timedelta) -> Iterator[bool]:
    """Within the block the lease is held, if it could be had: the block is told. What the block
    leaves unfinished is rolled back."""
    mine = take(session, name, holder, span)
    try:
        yield mine
    finally:
        session.rollback()
        if mine:
            give_back(session, name, holder)


def _let_exist(session: AnySession, name: str) -> None:
    """The row of a lease is written when it is first asked for."""
    table = _tables[0]
    if session.connection().scalar(select(table.c.name).where(table.c.name == name)):
        return
    # Another process that was quicker has written it.
    with suppress(RuleViolation), unit_of_work(session, NOBODY):
        session.connection().execute(insert(table).values(name=name))
