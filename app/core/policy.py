"""May this actor see, or do, this?

Chapters register one `Policy` per model; the mechanism asks it. A policy's `read` is a
query restriction, so that lists, counts, charts, foreign keys, searches and the API all
apply the same rule in the database. `can` answers for one row in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, false, inspect, or_, true
from sqlalchemy.orm import Session, object_session

from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.text import Message, message

Read = Callable[[Actor], ColumnElement[bool]]
Write = Callable[[Actor, str, Any], bool]
Why = Callable[[Actor, str, Any], Message | None]


@dataclass(frozen=True, slots=True)
class Policy:
    """`resource` names the permissions (`resource:verb`); `read` restricts queries;
    `write(actor, verb, row)` says whether the row lies in the actor's scope; `frozen(row)`
    names the columns that its present state no longer lets anybody edit; `why(actor, verb, row)`
    says to whom may not write the row what stands in the way, where the chapter has words for it."""

    resource: str
    read: Read
    write: Write
    frozen: Callable[[Any], frozenset[str]] = lambda row: frozenset()
    why: Why = lambda actor, verb, row: None


_policies: dict[type[Any], Policy] = {}


def register(model: type[Any], policy: Policy) -> None:
    """Give `model` its policy. Called once per model, when a chapter is loaded."""
    if model in _policies and _policies[model] is not policy:
        raise RuntimeError(f"{model.__name__} has a policy already")
    _policies[model] = policy


def policy_of(model: type[Any]) -> Policy:
    """The policy of `model`. LookupError if it has none: nothing is open by omission."""
    for base in model.__mro__:
        if base in _policies:
            return _policies[base]
    raise LookupError(f"{model.__name__} has no policy")


def policies() -> dict[type[Any], Policy]:
    return dict(_policies)


def everyone(actor: Actor) -> ColumnElement[bool]:
    """Read rule: every signed-in person sees every row."""
    return true() if actor.user_id is not None or actor.everything else false()


def nobody(actor: Actor, verb: str, row: Any) -> bool:
    """Write rule: only the system."""
    return False


def college_wide(actor: Actor, verb: str, row: Any) -> bool:
    """Write rule: whoever holds the permission may write any row."""
    return True


def visible(actor: Actor, model: type[Any]) -> ColumnElement[bool]:
    """The rows of `model` that `actor` may read, as a SQL criterion (house rule 2)."""
    if actor.everything:
        return true()
    policy = policy_of(model)
    needed = f"{policy.resource}:read"
    read = [policy.read(one) for one in actor.capacities if one.grants(needed)]
    return or_(false(), *read) if len(read) != 1 else read[0]


def capacity(actor: Actor, verb: str, row: Any) -> Actor | None:
    """As whom `actor` may do `verb` (add, edit, delete, or a step's name) to `row`: in their own
    right if they may, else for a giver of a delegation; None if not at all."""
    if actor.everything:
        return actor
    policy = policy_of(type(row))
    needed = f"{policy.resource}:{verb}"
    for one in actor.capacities:
        if one.grants(needed) and policy.write(one, verb, row):
            return one
    return None


def can(actor: Actor, verb: str, row: Any) -> bool:
    """May `actor` do `verb` to `row`, in whatever capacity?"""
    return capacity(actor, verb, row) is not None


def require(actor: Actor, verb: str, row: Any) -> Actor:
    """The capacity in which `actor` may; NotAllowed if there is none."""
    found = capacity(actor, verb, row)
    if found is None:
        raise NotAllowed(why_not(actor, verb, row) or message("You may not do this to this row."))
    return found


def why_not(actor: Actor, verb: str, row: Any) -> Message | None:
    """What stands in the way of `verb`, for an actor of whose `capacity` nothing was found; None
    where the chapter says no more than that it is so."""
    return policy_of(type(row)).why(actor, verb, row)


_HELD = "rows_held"


@contextmanager
def holding(session: Session) -> Iterator[None]:
    """A session forgets a row that nobody holds. Within the block `related` keeps those it
    found, so that the department of a hundred rows is read once."""
    session.info[_HELD] = []
    try:
        yield
    finally:
        del session.info[_HELD]


def related(row: Any, name: str) -> Any:
    """The row that `row` points to by the relation `name`, also while `row` is new and
    only its foreign key is set."""
    held = row.__dict__
    if held.get(name) is not None:
        return held[name]
    if name not in held and held.get(f"{name}_id") is not None:
        # The usual case of a new row: found in the session without asking the database.
        session = object_session(row) if not hasattr(row, "_session") else None
        if session is not None:
            return _got(session, *_target_of(type(row), name), held[f"{name}_id"])  # type: ignore[arg-type]
    target = getattr(row, name, None)
    if target is not None or not hasattr(row, f"{name}_id"):
        return target
    key = getattr(row, f"{name}_id")
    session = object_session(row) if not hasattr(row, "_session") else None
    if key is None or session is None:
        return None
    return _got(session, *_target_of(type(row), name), key)  # type: ignore[arg-type]


def _got(session: Session, model: type[Any], kept_as: type[Any], key: Any) -> Any:
    """`session.get`, but without its ceremony where the row is at hand."""
    here = session.identity_map.get((kept_as, (key,), None))
    if here is not None and not inspect(here).expired:
        return here
    found = session.get(model, key)
    held = session.info.get(_HELD)
    if held is not None and found is not None:
        held.append(found)
    return found


@cache
def _target_of(model: Hashable, relation: str) -> tuple[type[Any], type[Any]]:
    """The class a relation leads to, and the one its rows are kept under in a session."""
    mapper = inspect(model).relationships[relation].mapper
    return mapper.class_, mapper.base_mapper.class_
