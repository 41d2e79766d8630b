"""One change, one transaction, one actor (house rule 4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from app.core.actor import Actor
from app.core.constraints import violation_of
from app.core.errors import Conflict
from app.core.text import message

AnySession = Session | scoped_session[Any]


def act_as(session: AnySession, actor: Actor | None) -> None:
    """Every write of this session is `actor`'s from now on (None: nobody's, so refused)."""
    session.info["actor"] = actor


def current_actor(session: AnySession) -> Actor | None:
    """The actor whose session this is."""
    return session.info.get("actor")


@contextmanager
def unit_of_work(session: AnySession, actor: Actor) -> Iterator[None]:
    """Run a block as `actor`: commit when it ends, roll everything back when it raises.

    A row changed meanwhile by somebody else becomes `Conflict`, and so does a database that
    serves another writer first; a broken constraint of the database becomes `RuleViolation`.
    """
    before = session.info.get("actor")
    act_as(session, actor)
    try:
        yield
        session.commit()
    except StaleDataError as error:
        session.rollback()
        raise Conflict(message("Somebody has changed this row meanwhile.")) from error
    except IntegrityError as error:
        session.rollback()
        raise violation_of(error) from error
    except OperationalError as error:
        session.rollback()
        if not _came_second(error):
            raise
        raise Conflict(
            message("Somebody else was saving at the same moment. Please try again.")
        ) from error
    except BaseException:
        session.rollback()
        raise
    finally:
        act_as(session, before)


def hold_row(session: AnySession, model: Any, key: int) -> None:
    """Nobody else holds this row until the transaction ends: who wants to, waits."""
    column = model.__table__.c.id
    if session.get_bind().dialect.name == "sqlite":
        # SQLite knows no FOR UPDATE: a write that changes nothing keeps other writers out.
        same = update(model.__table__).where(column == key).values(id=column)
        session.connection().execute(same)
    else:
        session.execute(select(column).where(column == key).with_for_update(key_share=True))


def _came_second(error: OperationalError) -> bool:
    """Did the database refuse this writer for another? SQLite says that it is locked, PostgreSQL
    that the two exclude (40001) or wait for (40P01) each other."""
    return getattr(error.orig, "sqlstate", None) in {"40001", "40P01"} or (
        "database is locked" in str(error.orig)
    )
