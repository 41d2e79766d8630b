"""The only writer of a status: transitions are data, applied in one place (house rule 1).

A transition is refused in this order, each with its own message: does the state allow it;
may this actor take this step on this row; does anything hold the row (`register_hold`); are the
required fields there; is the row as the person saw it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect

from app.core import policy
from app.core.actor import Actor
from app.core.errors import (
    Conflict,
    NotAllowed,
    Refusal,
    RuleViolation,
    RuleViolations,
    WrongState,
)
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, act_as, current_actor

Guard = Callable[[Actor, Any, Mapping[str, Any]], None]
Effect = Callable[[AnySession, Actor, Any, Mapping[str, Any]], None]
Hold = Callable[[Any], None]
"""Raises WrongState while something outside the row's own states keeps it where it is."""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step: `name` is also the permission verb (`<resource>:<name>`).

    `target` is the state it leads to; None: the row stays in the state it is in. `requires`:
    fields that must come with the step or stand on the row. `decides`: the step
    decides on somebody's submission, so nobody of the row's own department takes it.
    `guard` raises a refusal; `effect` runs in the same transaction.
    """

    name: str
    sources: tuple[str, ...]
    target: str | None
    label: Message
    requires: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    decides: bool = False
    guard: Guard | None = None
    effect: Effect | None = None
    article: str = ""

    def leads_to(self, state: Any) -> Any:
        """The state after the step, taken in `state`."""
        return state if self.target is None else self.target


@dataclass(frozen=True, slots=True)
class Workflow:
    """The transitions of one model, and which departments' hands a row is in. `deciders` are
    the names of those who may decide on a row when somebody may not."""

    model: type[Any]
    transitions: Sequence[Transition]
    own_departments: Callable[[Any], frozenset[int]] = field(default=lambda row: frozenset())
    submitter: Callable[[Any], int | None] = field(default=lambda row: None)
    deciders: Callable[[Any], Sequence[str]] = field(default=lambda row: ())

    def named(self, name: str) -> Transition:
        for transition in self.transitions:
            if transition.name == name:
                return transition
        raise LookupError(f"{self.model.__name__} has no transition {name}")


_workflows: dict[type[Any], Workflow] = {}
_holds: list[Hold] = []
_MOVING = "moving_rows"
_REVERSING = "reversal_at_hand"


def register(workflow: Workflow) -> None:
    _workflows[workflow.model] = workflow


def register_hold(hold: Hold) -> None:
    _holds.append(hold)


def workflow_of(model: type[Any]) -> Workflow:
    """The workflow of `model`; LookupError if its status never moves."""
    return _workflows[model]


def workflows() -> dict[type[Any], Workflow]:
    return dict(_workflows)


def check(
    actor: Actor,
    row: Any,
    transition: Transition,
    fields: Mapping[str, Any],
    version: int | None,
    *,
    with_fields: bool = True,
) -> Actor:
    """The capacity in which `actor` takes `transition` on `row`; raises its first refusal, in
    the order of the module's words."""
    if row.status not in transition.sources:
        raise WrongState(
            message("In the state “%(state)s” this step is not possible.", state=_state_words(row))
        )
    capacity = policy.capacity(actor, transition.name, row)
    if capacity is None:
        raise NotAllowed(message("This step is not yours to take on this row."))
    if transition.decides and not actor.everything:
        _refuse_own(workflow_of(type(row)), capacity, row)
    for hold in _holds:
        hold(row)
    if with_fields:
        missing = [
            RuleViolation(message("This field is required for the step."), name)
            for name in transition.requires
            if _empty(fields.get(name, getattr(row, name, None)))
        ]
        if missing:
            raise RuleViolations(missing)
    if transition.guard is not None:
        transition.guard(capacity, row, fields)
    if version is not None and row.version != version:
        raise Conflict(message("Somebody has changed this row meanwhile."))
    return capacity


def _refuse_own(workflow: Workflow, actor: Actor, row: Any) -> None:
    """Nobody decides on their own submission or their department's row, nor on those of
    somebody they stand in for; the refusal names who does."""
    own = actor.sides_with(workflow.own_departments(row))
    if not own and not actor.has_submitted(workflow.submitter(row)):
        return
    names = "、".join(workflow.deciders(row))
    if own and names:
        why = message(
            "Nobody decides on a row of their own department. This waits for %(names)s.",
            names=names,
        )
    elif own:
        why = message("Nobody decides on a row of their own department.")
    elif names:
        why = message(
            "Nobody decides on their own submission. This waits for %(names)s.", names=names
        )
    else:
        why = message("Nobody decides on their own submission.")
    raise NotAllowed(why)


def apply(
    session: AnySession,
    actor: Actor,
    row: Any,
    name: str,
    *,
    version: int | None = None,
    **fields: Any,
) -> Any:
    """Take the step `name` on `row`: write `fields`, run the effect, set the status.

    Raises WrongState, NotAllowed, RuleViolation(s) or Conflict. The caller's unit of work
    commits; the audit event carries the step's name.
    """
    return apply_all(session, actor, [row], name, version=version, **fields)[0]


def apply_all(
    session: AnySession,
    actor: Actor,
    rows: Sequence[Any],
    name: str,
    *,
    version: int | None = None,
    **fields: Any,
) -> Sequence[Any]:
    """Take the same step on many rows of one model with one flush: all of them or none."""
    if not rows:
        return rows
    transition = workflow_of(type(rows[0])).named(name)
    unknown = set(fields) - {*transition.requires, *transition.accepts}
    if unknown:
        raise RuleViolation(message("The step does not take this field."), sorted(unknown)[0])
    going: dict[int | None, tuple[Actor, list[Any]]] = {}
    for row in rows:
        capacity = check(actor, row, transition, fields, version)
        going.setdefault(capacity.behalf_of, (capacity, []))[1].append(row)
    for capacity, theirs in going.values():
        with acting(session, capacity):
            _move(session, capacity, theirs, transition, fields)
    return rows


def _move(
    session: AnySession,
    actor: Actor,
    rows: Sequence[Any],
    transition: Transition,
    fields: Mapping[str, Any],
) -> None:
    """Take a step that has been checked, with one flush."""
    from app.core.guard import check_references, privileged

    columns = inspect(type(rows[0])).columns
    moving = session.info.setdefault(_MOVING, {})
    with privileged(session):
        try:
            for row in rows:
                moving[id(row)] = transition.name
                for key, value in fields.items():
                    if key in columns:
                        setattr(row, key, value)
                if fields:
                    # What the person chose is checked; what the effect does is the service's.
                    with session.no_autoflush:
                        check_references(session, actor, row)
                if transition.effect is not None:
                    transition.effect(session, actor, row, fields)
                row.status = columns["status"].type.python_type(transition.leads_to(row.status))
            session.flush()
        finally:
            for row in rows:
                moving.pop(id(row), None)


@contextmanager
def acting(session: AnySession, capacity: Actor) -> Iterator[None]:
    """Within the block what a delegate does is recorded as done for the giver. Who acts in their
    own right changes nothing: the session stays its actor's."""
    before = current_actor(session)
    if capacity.behalf_of is None:
        yield
        return
    session.flush()
    act_as(session, capacity)
    try:
        yield
        session.flush()
    finally:
        act_as(session, before)


@contextmanager
def reversing(session: AnySession, name: str) -> Iterator[None]:
    """Within the block rows are put back to what the trail says they were, their status
    included: the whole of it is one step, `name`, which every event of it carries."""
    session.flush()
    session.info[_REVERSING] = name
    try:
        yield
        session.flush()
    finally:
        del session.info[_REVERSING]


def step_of(session: AnySession, row: Any) -> str | None:
    """The step being applied to `row` in this session, if any. The guard asks."""
    moving: dict[int, str] = session.info.get(_MOVING, {})
    return moving.get(id(row)) or session.info.get(_REVERSING)


@dataclass(frozen=True, slots=True)
class Offer:
    """A transition as this actor finds it: open, or why not."""

    transition: Transition
    refusal: Refusal | None

    @property
    def open(self) -> bool:
        return self.refusal is None


def offers(actor: Actor, row: Any) -> list[Offer]:
    """Every transition of the row's model, with the reason where it is not possible now.
    Required fields are not counted as reasons: the form asks for them."""
    found: list[Offer] = []
    for transition in workflow_of(type(row)).transitions:
        try:
            check(actor, row, transition, {}, None, with_fields=False)
        except Refusal as refusal:
            found.append(Offer(transition, refusal))
        else:
            found.append(Offer(transition, None))
    return found


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _state_words(row: Any) -> str:
    from app.core.text import in_chinese

    status = row.status
    return str(getattr(status, "zh" if in_chinese() else "en", status))
