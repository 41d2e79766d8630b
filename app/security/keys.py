"""API keys: how a program signs in as a person, without that person's password.

A key is shown once, when it is made; the database holds only its hashes. It opens what its
person may do at that moment, and nothing once the person is switched off.
"""

from __future__ import annotations

import datetime as dt
import secrets

from flask import current_app
from flask_appbuilder.security.sqla.manager import SecurityManager as StockSecurityManager
from flask_appbuilder.security.sqla.models import ApiKey
from sqlalchemy import select
from werkzeug.security import check_password_hash, generate_password_hash

from app.core import clock, guard
from app.core.actor import NOBODY, Actor
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.organisation import Person

USE_NOTED_EVERY = dt.timedelta(minutes=10)
"""A key's last use is written down this often, not at every request."""

# A key is 256 random bits: stretching its hash would only slow every request down.
_HASH = "pbkdf2:sha256:1000"

guard.register_account(
    ApiKey,
    guard.AccountRules(
        resource="person",
        bookkeeping=frozenset({"last_used_on"}),
        secret=frozenset({"key_hash", "lookup_hash"}),
    ),
)


def issue_key(
    session: AnySession, actor: Actor, person: Person, name: str, days: int | None = None
) -> str:
    """Make a key for `person`, good for `days` (None: until it is revoked), and return it.

    Whoever may edit people. RuleViolation if the person is switched off or has a key in
    force with this name.
    """
    if not person.active:
        raise RuleViolation(message("This account is switched off."), "username")
    if any(_in_force(key) for key in _keys(session, person, name)):
        raise RuleViolation(message("A key with this name exists already."), "name")
    prefix = current_app.config["FAB_API_KEY_PREFIXES"][0]
    raw = prefix + secrets.token_urlsafe(32)
    with unit_of_work(session, actor):
        session.add(
            ApiKey(
                name=name,
                key_hash=generate_password_hash(raw, method=_HASH, salt_length=16),
                lookup_hash=StockSecurityManager._compute_lookup_hash(raw),
                key_prefix=prefix,
                user_id=person.id,
                active=True,
                created_on=_now(),
                expires_on=_now() + dt.timedelta(days=days) if days else None,
            )
        )
    return raw


def revoke_keys(session: AnySession, actor: Actor, person: Person, name: str) -> int:
    """End the person's keys of this name; how many there were. Whoever may edit people."""
    with unit_of_work(session, actor):
        ended = [key for key in _keys(session, person, name) if key.revoked_on is None]
        for key in ended:
            key.revoked_on = _now()
    return len(ended)


def holder_of(session: AnySession, raw: str) -> Person | None:
    """The person a key in force belongs to."""
    lookup = StockSecurityManager._compute_lookup_hash(raw)
    key = session.scalar(select(ApiKey).where(ApiKey.lookup_hash == lookup))
    if key is None or not _in_force(key) or not check_password_hash(key.key_hash, raw):
        return None
    if key.last_used_on is None or _now() - key.last_used_on > USE_NOTED_EVERY:
        with unit_of_work(session, NOBODY):
            key.last_used_on = _now()
    return session.get(Person, key.user_id)


def _keys(session: AnySession, person: Person, name: str) -> list[ApiKey]:
    return list(
        session.scalars(select(ApiKey).where(ApiKey.user_id == person.id, ApiKey.name == name))
    )


def _in_force(key: ApiKey) -> bool:
    ended = key.expires_on is not None and key.expires_on < _now()
    return bool(key.active) and key.revoked_on is None and not ended


def _now() -> dt.datetime:
    """Flask-AppBuilder's table keeps times without a zone: ours are UTC."""
    return clock.now().replace(tzinfo=None)
