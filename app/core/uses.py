"""Where a row is used: which rows of which tables point to it, so that deleting it is refused
with an answer one can act on, and references can be moved to another row.

Nothing is listed by hand: the models' foreign keys say who points where.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import case, false, func, inspect, literal, select

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import Refusal, RuleViolation, RuleViolations
from app.core.text import Message, in_chinese, message, words
from app.core.unit_of_work import AnySession


@dataclass(frozen=True, slots=True)
class Reference:
    """A column by which rows of `model` point to another row."""

    model: type[Any]
    column: str
    ondelete: str | None

    @property
    def noun(self) -> str:
        return words(self.model.label)

    @property
    def field(self) -> str:
        """What the column is called where its table says."""
        column = inspect(self.model).columns[self.column]
        return words(column.info.get("label", (self.column, self.column)))


@dataclass(frozen=True, slots=True)
class Use:
    """`total` rows point to the row; the reader sees `seen` of them."""

    reference: Reference
    seen: int
    total: int


class InUse(RuleViolations):
    """A row that other rows point to is not deleted. 409."""

    status_code = 409

    def __init__(self, row: Any, uses: Sequence[Use]) -> None:
        self.row, self.uses = row, uses
        self.hidden = sum(use.total - use.seen for use in uses)
        told = [RuleViolation(_words_of(use), _field_of(use)) for use in uses if use.seen]
        if self.hidden:
            told.append(RuleViolation(message("rows you do not see: %(count)s", count=self.hidden)))
        super().__init__(told)
        listed = ("；" if in_chinese() else "; ").join(str(one) for one in told)
        self.message = message("%(row)s is in use: %(uses)s.", row=str(row), uses=listed)

    def __str__(self) -> str:
        return str(self.message)


def _field_of(use: Use) -> str:
    return f"{use.reference.model.__tablename__}.{use.reference.column}"


def _words_of(use: Use) -> Message:
    return message(
        "%(noun)s (%(field)s): %(count)s",
        noun=use.reference.noun,
        field=use.reference.field,
        count=use.seen,
    )


@cache
def references_to(model: Hashable) -> tuple[Reference, ...]:
    """Every column that points to rows of `model`, in the order of the tables' names."""
    target: Any = inspect(model)
    found = [
        Reference(mapper.class_, mapper.get_property_by_column(column).key, key.ondelete)
        for mapper in target.registry.mappers
        if isinstance(getattr(mapper.class_, "label", None), tuple)
        for column in mapper.local_table.columns
        for key in column.foreign_keys
        if key.column.table is target.local_table
    ]
    return tuple(sorted(found, key=lambda one: (one.model.__tablename__, one.column)))


def holding_back(model: type[Any]) -> list[Reference]:
    """The references that keep a row of `model` from being deleted: those the database refuses
    and, where a row is switched off instead of deleted, those it would silently empty."""
    kept = {None, "RESTRICT"} | ({"SET NULL"} if "active" in inspect(model).columns else set())
    return [one for one in references_to(model) if one.ondelete in kept]  # type: ignore[arg-type]


def uses_of(session: AnySession, actor: Actor, row: Any) -> list[Use]:
    """Where `row` is used, as far as `actor` may know. One statement."""
    references = holding_back(type(row))
    counts = []
    for place, one in enumerate(references):
        seen = case((_seen(actor, one.model), 1), else_=0)
        counts.append(
            select(literal(place), func.coalesce(func.sum(seen), 0), func.count())
            .select_from(one.model)
            .where(getattr(one.model, one.column) == row.id)
        )
    if not counts:
        return []
    first, *rest = counts
    found = session.execute(first.union_all(*rest) if rest else first)
    return [
        Use(references[place], int(seen), total) for place, seen, total in sorted(found) if total
    ]


def _seen(actor: Actor, model: type[Any]) -> Any:
    try:
        return policy.visible(actor, model)
    except LookupError:
        return false()


def delete_unused(session: AnySession, actor: Actor, row: Any) -> None:
    """Delete a row that nothing points to.

    Whoever may delete it. Errors: WrongState in a closed year; NotAllowed; InUse with the
    places. Flushes, does not commit.
    """
    guard.check_locks(session, actor, row)
    policy.require(actor, "delete", row)
    uses = uses_of(session, actor, row)
    if uses:
        raise InUse(row, uses)
    session.delete(row)
    session.flush()


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge did: `moved` references, `kept` ones of closed years; is the row gone?"""

    moved: int
    kept: int
    gone: bool


def merge_into(session: AnySession, actor: Actor, row: Any, into: Any) -> Merged:
    """Let everything open that points to `row` point to `into`, of the same table.

    Whoever may delete `row`. Effects: references of years that are not closed are moved; if
    none is left, `row` is deleted, else it stays for the past and is switched off where its
    table has a switch. Errors: NotAllowed; RuleViolation for a row merged into itself or into
    one that is switched off. Flushes, does not commit.
    """
    policy.require(actor, "delete", row)
    if into is row or type(into) is not type(row):
        raise RuleViolation(message("Choose another row to merge this one into."), "into")
    if getattr(into, "active", True) is False:
        raise RuleViolation(message("%(row)s is not in use any more.", row=str(into)), "into")
    moved = kept = 0
    with guard.privileged(session):
        for one in holding_back(type(row)):
            pointing = getattr(one.model, one.column) == row.id
            for user in session.scalars(select(one.model).where(pointing)):
                if _is_shut(session, actor, user):
                    kept += 1
                else:
                    setattr(user, one.column, into.id)
                    moved += 1
    if not kept:
        session.delete(row)
    elif "active" in inspect(type(row)).columns:
        row.active = False
    session.flush()
    return Merged(moved, kept, not kept)


def _is_shut(session: AnySession, actor: Actor, row: Any) -> bool:
    """Does the row belong to a year or month that is closed?"""
    try:
        guard.check_locks(session, actor, row)
    except Refusal:
        return True
    return False
