"""The two statements of a list: how many rows with their totals, and the rows themselves.

Both begin with `visible()`, so that nothing is counted that is not shown. Rows are tuples of
the columns asked for; nothing is loaded into the session.

Putting a statement together takes longer than most take in the database. What was put together
is kept: by the view, the reader with all their rights, what the address asks for, and the day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, wraps
from typing import Any

from sqlalchemy import Select, false, func, or_, select

from app.core import clock
from app.core.actor import Actor
from app.core.policy import visible
from app.extensions import db
from app.web.lists.columns import Column, order_of, select_columns, values_of
from app.web.lists.state import FILTER, ListState

DEEP = 500
"""From this offset on the keys are found first and the shown columns read for those only."""
KEPT = 512
"""Statements of each kind that a process keeps."""
TOTALS: dict[str, Any] = {"sum": func.sum, "mean": func.avg}


@dataclass(frozen=True, slots=True)
class Totals:
    """How many rows, and by column its sum or mean over all of them (None: no values)."""

    count: int
    values: dict[str, Decimal | None]


def _kept(make: Callable[..., Any]) -> Callable[..., Any]:
    """`make(view, state, actor, …)`, remembered as long as reader, address and day are the
    same. An actor is equal to another only with the same rights and departments."""
    remembered = lru_cache(maxsize=KEPT)(lambda _day, *given: make(*given))
    return wraps(make)(lambda *given: remembered(clock.today(), *given))


def rows(
    view: Any,
    state: ListState,
    actor: Actor,
    *,
    limit: int | None = None,
    offset: int | None = None,
) -> list[tuple[Any, ...]]:
    """The rows of a list as values: the id, then one value per column of `state`.

    Values are raw: numbers, dates, members of enums; a related row's name (`NOT_SHOWN` if it
    is hidden from the reader); of progress the pair (actual, planned). Without `limit` the
    whole filtered list is given, in its order.
    """
    found = fetch(view, state, actor, limit=limit, offset=offset)
    return values_of(columns_shown(view, state), found)


def columns_shown(view: Any, state: ListState) -> list[Column]:
    """The columns of a list, in the order of `state`."""
    return [view.list_columns_all[name] for name in state.columns]


def fetch(
    view: Any,
    state: ListState,
    actor: Actor,
    *,
    limit: int | None = None,
    offset: int | None = None,
) -> Sequence[Any]:
    """The rows as parts: the id, then each column's parts (see `Column.width`)."""
    statement = statement_of(view, state, actor, limit, offset)
    # By the connection: there is nothing here for the session to load.
    return db.session.connection().execute(statement).all()


@_kept
def statement_of(
    view: Any,
    state: ListState,
    actor: Actor,
    limit: int | None = None,
    offset: int | None = None,
) -> Select[Any]:
    """What `fetch` asks the database, for those who read the rows as they come."""
    return selecting(view, state, actor, limit, offset)


def selecting(
    view: Any,
    state: ListState,
    actor: Actor,
    limit: int | None = None,
    offset: int | None = None,
    *where: Any,
) -> Select[Any]:
    """The statement of a list's rows, narrowed further by `where`."""
    chosen = select_columns(view, actor, columns_shown(view, state))
    key = view.model.id
    order = _order(view, state)
    found = narrowed(view, state, actor).where(*where)
    if offset:
        found = found.offset(offset)
    if limit is not None:
        found = found.limit(limit)
    if limit is not None and (chosen.joins or (offset or 0) >= DEEP):
        keys = found.order_by(*order).subquery()
        statement = select(key, *chosen.expressions).where(key.in_(select(keys.c.id)))
    else:
        statement = found.add_columns(*chosen.expressions)
    statement = statement.select_from(view.model)
    for target, on in chosen.joins:
        statement = statement.outerjoin(target, on)
    return statement.order_by(*order)


def keys_of(view: Any, state: ListState, actor: Actor, *, limit: int) -> list[int]:
    """The ids of the first `limit` rows of a list, in its order."""
    found = narrowed(view, state, actor).order_by(*_order(view, state))
    return list(db.session.scalars(found.limit(limit)))


def count_and_totals(view: Any, state: ListState, actor: Actor) -> Totals:
    """One statement over the whole filtered list, for the columns of `state`."""
    found = db.session.connection().execute(_counting(view, state, actor))
    count, *values = found.one()
    names = [column.name for column in _totalled(view, state)]
    return Totals(count, {name: _decimal(value) for name, value in zip(names, values, strict=True)})


@_kept
def _counting(view: Any, state: ListState, actor: Actor) -> Select[Any]:
    parts = [
        TOTALS[column.total](getattr(view.model, column.name)) for column in _totalled(view, state)
    ]
    counted = narrowed(view, state, actor).with_only_columns(func.count(), *parts)
    return counted.select_from(view.model)


def _totalled(view: Any, state: ListState) -> list[Column]:
    return [
        column
        for column in columns_shown(view, state)
        if column.total and column.kind != "progress"
    ]


@_kept
def narrowed(view: Any, state: ListState, actor: Actor) -> Select[Any]:
    """The ids of the view's rows under the scope, the filters and the quick search."""
    statement = select(view.model.id).where(visible(actor, view.model))
    known = view.filters_known()
    for name, value in state.filters:
        found = FILTER.fullmatch(name)
        if found is not None:
            statement = known[found[2]][int(found[1])].apply(statement, value)
    for word in state.text.split():
        statement = statement.where(
            or_(
                false(),
                *(
                    getattr(view.model, column).icontains(word, autoescape=True)
                    for column in view.quick_search_columns
                ),
            )
        )
    return statement


def _order(view: Any, state: ListState) -> list[Any]:
    """The reader's order, else the list's own; rows that are equal stand by their id."""
    name, direction = state.order or view.base_order or ("id", "asc")
    down = direction == "desc"
    order = [one.desc() if down else one.asc() for one in order_of(view, name)]
    if name != "id":
        order.append(view.model.id.desc() if down else view.model.id.asc())
    return order


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
