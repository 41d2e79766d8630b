"""One change, one transaction, one actor (house rule 4)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, scoped_session
from sqlalchemy.orm.exc import StaleDataError

from app.core.actor import Actor
from app.core.errors import Conflict, RuleViolation
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

    A row changed meanwhile by somebody else becomes `Conflict`; a broken constraint of the
    database becomes `RuleViolation`.
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
    except BaseException:
        session.rollback()
        raise
    finally:
        act_as(session, before)


def violation_of(error: IntegrityError) -> RuleViolation:
    """Say in the user's words which kind of constraint the database refused."""
    text = str(error.orig).lower()
    if "foreign key" in text:
        return RuleViolation(message("The row is in use elsewhere, or names a row that is gone."))
    if "unique" in text:
        return RuleViolation(message("A row with the same values exists already."))
    if "not null" in text or "null value" in text:
        return RuleViolation(message("A required field is empty."))
    return RuleViolation(message("A value is outside what is allowed here."))
