"""The gate every write passes: a listener on the session's flush.

For each row that is new, changed or deleted it asks, in this order: is there an actor; is
the row's year or month open; is the status moved by the workflow; are protected columns
left alone; does the row, as it was and as it becomes, lie in the actor's write scope; does
the actor see every row it points to. What passes is audited in the same commit
(`app.core.audit`). It does not matter which door the write came through.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import event, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.attributes import instance_state

from app.core import audit, constraints, policy, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession, current_actor
from app.core.values import check_values

Lock = Callable[[Session, Actor, Any], None]
"""Raises WrongState when the row's year or month is closed for this actor."""

Invariant = Callable[[Any], None]
"""Raises RuleViolation(s) when a row breaks a rule of its chapter."""

_PRIVILEGED = "privileged_depth"
_PASSED = "passed_rows"
_SEEN = "rows_seen_in_this_flush"
_TARGETS_AT_ONCE = 500
_invariants: dict[type[Any], Invariant] = {}
_locks: list[Lock] = []
_accounts: dict[type[Any], AccountRules] = {}
_domain: list[type[Any]] = []


@dataclass(frozen=True, slots=True)
class AccountRules:
    """How a table of the framework is watched: `bookkeeping` columns are written at
    sign-in, before there is an actor, and not audited; `secret` ones are audited without
    their value; `collections` are audited as lists of names; `resource` names the
    permission that lets somebody change it."""

    resource: str
    bookkeeping: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    collections: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    """Columns a person may change on their own account."""


def register_lock(lock: Lock) -> None:
    _locks.append(lock)


def register_invariant(model: type[Any], invariant: Invariant) -> None:
    """Hold every row of `model` to `invariant`, through whichever door it is written; an
    account also when it is deleted."""
    _invariants[model] = invariant


def register_account(model: type[Any], rules: AccountRules) -> None:
    """Watch a table of the framework (people, roles)."""
    _accounts[model] = rules


@contextmanager
def privileged(session: AnySession) -> Iterator[None]:
    """Within the block a service writes protected columns and rows outside the actor's own
    scope. Pending changes are flushed (and checked) before and after. Years and months stay
    closed, statuses still move only by the workflow, and everything is audited."""
    session.flush()
    session.info[_PRIVILEGED] = session.info.get(_PRIVILEGED, 0) + 1
    try:
        yield
        session.flush()
    finally:
        session.info[_PRIVILEGED] -= 1


def is_privileged(session: AnySession) -> bool:
    """Is a service or a step writing, rather than somebody in a form?"""
    return bool(session.info.get(_PRIVILEGED, 0))


def install(session: Any, domain: type[Any]) -> None:
    """Listen on `session` (a Session class, a sessionmaker or a scoped session) for rows of
    `domain` and of the registered accounts."""
    if domain not in _domain:
        _domain.append(domain)
        constraints.use_schema(domain.metadata)
    event.listen(session, "before_flush", _before_flush)
    event.listen(session, "after_flush", _after_flush)
    event.listen(session, "do_orm_execute", _refuse_bulk)
    audit.install(session)


def _account_rules(row: Any) -> AccountRules | None:
    for base in type(row).__mro__:
        if base in _accounts:
            return _accounts[base]
    return None


def _guarded(row: Any) -> bool:
    return isinstance(row, tuple(_domain))


def _refuse_bulk(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    if state.is_orm_statement and state.bind_mapper is not None:
        model = state.bind_mapper.class_
        if issubclass(model, tuple(_domain)):
            raise RuntimeError(f"bulk write on {model.__name__} would pass the gate by")


def _before_flush(session: Session, context: Any, instances: Any) -> None:
    actor = current_actor(session)
    passed: list[tuple[Any, ...]] = []
    session.info[_PASSED] = passed
    with _one_flush(session), policy.holding(session), session.no_autoflush:
        for row in [*session.new, *session.dirty]:
            if _guarded(row) or _account_rules(row) is not None:
                _settle(row)
        _look_ahead(session, actor, [*session.new, *session.dirty])
        for row in list(session.new):
            _check(session, actor, row, "add", passed)
        for row in list(session.dirty):
            if session.is_modified(row):
                _check(session, actor, row, "edit", passed)
        for row in list(session.deleted):
            _check(session, actor, row, "delete", passed)


def check_locks(session: AnySession, actor: Actor, row: Any) -> None:
    """Raise WrongState if the row's year or month is closed for this actor."""
    for lock in _locks:
        lock(session, actor, row)  # type: ignore[arg-type]


def check_new(session: Session, actor: Actor | None, rows: Sequence[Any]) -> None:
    """Ask of new rows that are in no session what a flush would ask of them (`app.core.bulk`)."""
    with _one_flush(session), policy.holding(session), session.no_autoflush:
        _look_ahead(session, actor, rows)
        for row in rows:
            _check(session, actor, row, "add", [])


@contextmanager
def _one_flush(session: Session) -> Iterator[None]:
    """Within one flush the database answers the same: each row pointed to is looked for once.
    Forgotten at its end: the next flush may be another actor's."""
    session.info[_SEEN] = set()
    try:
        yield
    finally:
        session.info.pop(_SEEN, None)


def _settle(row: Any) -> None:
    """Bring foreign keys set through relations into their columns now, as the flush would
    later, so that policies, locks and rules judge the row as it becomes."""
    state = inspect(row)
    for relation in inspect(type(row)).relationships:
        if relation.direction.name != "MANYTOONE" or len(relation.local_columns) != 1:
            continue
        if relation.key not in state.dict:
            continue
        history = state.attrs[relation.key].history
        if not history.has_changes():
            continue
        column = str(next(iter(relation.local_columns)).key)
        target = history.added[0] if history.added else None
        identity = None if target is None else inspect(target).identity
        if identity is not None:
            setattr(row, column, identity[0])
        elif target is None and state.persistent:
            setattr(row, column, None)


def _moved(row: Any) -> bool:
    """Does the row now hang on another row than before?"""
    state = inspect(row)
    return any(
        state.attrs[column.key].history.has_changes()
        for column in inspect(type(row)).columns
        if column.foreign_keys
    )


def _after_flush(session: Session, context: Any) -> None:
    # Only now have foreign keys set through relations reached their columns.
    for actor, row, verb, step, rules in session.info.pop(_PASSED, ()):
        if rules is None:
            audit.record(session, actor, row, verb, step)
        else:
            audit.record(
                session,
                actor,
                row,
                verb,
                step,
                skip=rules.bookkeeping,
                secret=rules.secret,
                collections=rules.collections,
            )


def _check(
    session: Session, actor: Actor | None, row: Any, verb: str, passed: list[tuple[Any, ...]]
) -> None:
    rules = _account_rules(row)
    if rules is not None:
        if _check_account(session, actor, row, verb, rules):
            if verb != "delete":
                check_values(row)
            if type(row) in _invariants:
                _invariants[type(row)](row)
            passed.append((actor, row, verb, workflow.step_of(session, row), rules))
        return
    if not _guarded(row):
        return
    if actor is None:
        raise NotAllowed(message("Nobody is signed in for this write."))
    if verb != "delete":
        check_values(row)
    check_locks(session, actor, row)
    if verb == "edit" and _moved(row):
        check_locks(session, actor, AsItWas(session, row))
    step = workflow.step_of(session, row)
    privileged_now = session.info.get(_PRIVILEGED, 0) > 0
    _check_status(row, verb, step)
    if not privileged_now and step is None:
        _check_protected(row, verb)
        _check_scope(session, actor, row, verb)
        if verb != "delete":
            check_references(session, actor, row)
    invariant = _invariants.get(type(row))
    if invariant is not None and verb != "delete":
        invariant(row)
    passed.append((_capacity(actor, row, verb, step), row, verb, step, None))


def _capacity(actor: Actor, row: Any, verb: str, step: str | None) -> Actor:
    """As whom a delegate writes: what only the giver's post allows is done for the giver."""
    if not actor.stands_in or step is not None:
        return actor
    return policy.capacity(actor, verb, row) or actor


def _check_status(row: Any, verb: str, step: str | None) -> None:
    if verb == "delete" or step is not None or "status" not in instance_state(row).committed_state:
        return
    mapper = inspect(type(row))
    if "status" not in mapper.columns:
        return
    history = inspect(row).attrs.status.history
    if not history.has_changes():
        return
    initial = mapper.columns["status"].default
    wanted = history.added[0] if history.added else None
    if verb == "add" and (wanted is None or (initial is not None and wanted == initial.arg)):
        return
    raise RuleViolation(message("A status changes only by a step of its flow."), "status")


def _check_protected(row: Any, verb: str) -> None:
    if verb == "delete":
        return
    protected: frozenset[str] = getattr(type(row), "protected", frozenset()) - {"status"}
    if verb == "edit":
        protected |= policy.policy_of(type(row)).frozen(row)
    state = instance_state(row)
    columns: Any = state.mapper.columns
    for name in protected & state.committed_state.keys():
        history = state.attrs[name].history
        if not history.has_changes():
            continue
        value = history.added[0] if history.added else None
        default = columns[name].default
        if verb == "add" and (value is None or (default is not None and value == default.arg)):
            continue
        raise RuleViolation(message("This field is not changed here."), name)


def _check_scope(session: Session, actor: Actor, row: Any, verb: str) -> None:
    policy.require(actor, verb, row)
    if verb == "edit" and not actor.everything:
        before = AsItWas(session, row)
        write = policy.policy_of(type(row)).write
        if not any(write(one, verb, before) for one in actor.capacities):
            raise NotAllowed(message("You may not do this to this row."))


def check_references(session: AnySession, actor: Actor, row: Any) -> None:
    """Raise NotAllowed if a foreign key that changed points to a row the actor does not see."""
    if actor.everything:
        return
    state = instance_state(row)
    changed = state.committed_state
    seen: set[tuple[type[Any], int]] = session.info.get(_SEEN, set())
    for relation, column, model in foreign_keys(type(row)):  # type: ignore[arg-type]
        if relation not in changed and column not in changed:
            continue
        target = _target_id(state, relation, column)
        if target is None or (model, target) in seen:
            continue
        _require_visible(session, actor, model, target, column)
        seen.add((model, target))


def _look_ahead(session: Session, actor: Actor | None, rows: Sequence[Any]) -> None:
    """Ask once per table which rows that this flush points to the actor sees, instead of once
    per row. What is not found here is asked for again by `check_references`, which refuses."""
    if actor is None or actor.everything or session.info.get(_PRIVILEGED, 0) > 0:
        return
    wanted: dict[type[Any], set[int]] = {}
    for row in rows:
        if not _guarded(row):
            continue
        state = inspect(row)
        for relation, column, model in foreign_keys(type(row)):  # type: ignore[arg-type]
            if relation in state.committed_state or column in state.committed_state:
                target = _target_id(state, relation, column)
                if target is not None:
                    wanted.setdefault(model, set()).add(target)
    for model, targets in wanted.items():
        if len(targets) < 2:
            continue
        try:
            seen = policy.visible(actor, model)
        except LookupError:
            continue
        key = inspect(model).primary_key[0]
        ordered = sorted(targets)
        for start in range(0, len(ordered), _TARGETS_AT_ONCE):
            some = ordered[start : start + _TARGETS_AT_ONCE]
            found = session.scalars(select(key).where(key.in_(some), seen))
            session.info[_SEEN].update((model, one) for one in found)


@cache
def foreign_keys(model: Hashable) -> tuple[tuple[str, str, type[Any]], ...]:
    """(relation, column, target) of every many-to-one of `model`."""
    return tuple(
        (relation.key, str(next(iter(relation.local_columns)).key), relation.mapper.class_)
        for relation in inspect(model).relationships
        if relation.direction.name == "MANYTOONE" and len(relation.local_columns) == 1
    )


def _target_id(state: Any, relation: str, column: str) -> int | None:
    """The id a changed many-to-one points to now; None if unchanged, empty or itself new."""
    if relation in state.dict:
        history = state.attrs[relation].history
        if history.added and history.added[0] is not None:
            identity = inspect(history.added[0]).identity
            return identity[0] if identity else None
    history = state.attrs[column].history
    if history.added and history.added[0] is not None:
        return int(history.added[0])
    return None


def _require_visible(
    session: AnySession, actor: Actor, model: type[Any], target: int, field: str
) -> None:
    try:
        seen = policy.visible(actor, model)
    except LookupError as error:
        raise NotAllowed(message("You may not refer to this row."), field) from error
    key = inspect(model).primary_key[0]
    if session.scalar(select(key).where(key == target, seen)) is None:
        raise NotAllowed(message("You may not refer to this row."), field)


def _check_account(
    session: Session, actor: Actor | None, row: Any, verb: str, rules: AccountRules
) -> bool:
    """Raise unless the actor may; False if there is nothing to audit."""
    changed = {
        attribute.key
        for attribute in inspect(row).attrs
        if (attribute.key in inspect(type(row)).columns or attribute.key in rules.collections)
        and attribute.history.has_changes()
    }
    telling = changed - rules.bookkeeping
    if verb == "edit" and not telling:
        return False
    if actor is None:
        raise NotAllowed(message("Nobody is signed in for this write."))
    own = verb == "edit" and getattr(row, "id", None) == actor.user_id and telling <= rules.own
    if not own and not actor.may(f"{rules.resource}:{verb}"):
        raise NotAllowed(message("You may not do this to this row."))
    return True


class AsItWas:
    """A row as the database still holds it: policies read it like the row itself."""

    def __init__(self, session: Session, row: Any) -> None:
        self._session = session
        self._row = row

    def __getattr__(self, name: str) -> Any:
        row = self._row
        mapper = inspect(type(row))
        if name in mapper.columns:
            history = inspect(row).attrs[name].history
            return history.deleted[0] if history.deleted else getattr(row, name)
        if name in mapper.relationships:
            relation = mapper.relationships[name]
            if relation.direction.name == "MANYTOONE" and len(relation.local_columns) == 1:
                column = str(next(iter(relation.local_columns)).key)
                before = getattr(self, column)
                return None if before is None else self._session.get(relation.mapper.class_, before)
        return getattr(row, name)
