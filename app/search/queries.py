"""Finding rows: only among those the reader may see, and by words the reader may read.

Hits, counts and order come from one statement over rows that `visible()` lets through, so
that nothing can be concluded about the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from app.core.actor import Actor
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle
from app.models.search import FULL_TEXT, SearchEntry, words
from app.planning.rules import own_tasks
from app.search.kinds import KINDS, Kind
from app.search.text import Phrase, code_of, phrases

_INSIDE = {"task": own_tasks}
"""Who reads the inside of a row they see (domain §1); of other kinds everybody does."""
_FULL_TEXT = table(FULL_TEXT, column("rowid"), column(FULL_TEXT))


@dataclass(frozen=True, slots=True)
class Hits:
    """`rows` are the columns asked for, then `exact` (its number or code was typed) and
    `in_title`. `total` counts all hits, on this page and off it."""

    total: int
    rows: Sequence[Any]


NONE = Hits(0, ())


def search(
    session: AnySession,
    actor: Actor,
    kind: Kind,
    query: str,
    columns: Sequence[str],
    *,
    limit: int,
    offset: int = 0,
) -> Hits:
    """The rows of `kind` that hold every word of `query`. The best first: the exact number,
    then hits in the title, then newer years. One statement."""
    wanted = phrases(query)
    if not wanted:
        return NONE
    exact = SearchEntry.code == code_of(query)
    in_title = _in_title(wanted)
    statement = (
        _found(session, actor, kind, wanted)
        .with_only_columns(
            kind.model.id,
            *(getattr(kind.model, name) for name in columns),
            exact.label("exact"),
            in_title.label("in_title"),
            func.count().over().label("total"),
            maintain_column_froms=True,
        )
        .order_by(_first(exact), _first(in_title), *kind.order)
        .limit(limit)
        .offset(offset)
    )
    if kind.by_year:
        statement = statement.join(Cycle, Cycle.id == kind.model.cycle_id)
    rows = session.execute(statement).all()
    return Hits(rows[0].total if rows else 0, rows)


def search_ids(session: AnySession, actor: Actor, kind: str, query: str) -> Select[Any]:
    """The ids of the rows found, for `Model.id.in_(…)` in a list of that kind."""
    wanted = phrases(query)
    model = KINDS[kind].model
    if not wanted:
        return select(model.id).where(false())
    return _found(session, actor, KINDS[kind], wanted)


def _found(session: AnySession, actor: Actor, kind: Kind, wanted: Sequence[Phrase]) -> Select[Any]:
    model = kind.model
    return (
        select(model.id)
        .join(SearchEntry, and_(SearchEntry.kind == kind.name, SearchEntry.row_id == model.id))
        .where(
            visible(actor, model),
            _anywhere(session, wanted),
            # Who does not read the inside finds by the title alone.
            or_(_in_title(wanted), _INSIDE[kind.name](actor)) if kind.name in _INSIDE else true(),
        )
    )


def _in_title(wanted: Sequence[Phrase]) -> ColumnElement[bool]:
    return and_(*(SearchEntry.title.contains(phrase.pattern) for phrase in wanted))


def _anywhere(session: AnySession, wanted: Sequence[Phrase]) -> ColumnElement[bool]:
    """By the index: every phrase in title or body."""
    if session.get_bind().dialect.name == "sqlite":
        # Tokens are letters and digits only and stand in quotes: no sign has a meaning here.
        asked = " AND ".join(
            f'"{" ".join(phrase.tokens)}"{" *" if phrase.begun else ""}' for phrase in wanted
        )
        hits = select(_FULL_TEXT.c.rowid).where(_FULL_TEXT.c[FULL_TEXT].op("MATCH")(asked))
        return SearchEntry.id.in_(hits)
    tokens = {
        f"'{token}'{':*' if phrase.begun and at == len(phrase.tokens) - 1 else ''}": None
        for phrase in wanted
        for at, token in enumerate(phrase.tokens)
    }
    # The index knows which tokens a row holds, the text itself in which order.
    in_order = (
        (SearchEntry.title + SearchEntry.body).contains(phrase.pattern)
        for phrase in wanted
        if len(phrase.tokens) > 1
    )
    asked_for = cast(literal(" & ".join(tokens)), TSQUERY)
    return and_(words.bool_op("@@")(asked_for), *in_order)


def _first(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 0), else_=1)
