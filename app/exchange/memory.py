"""What imports teach: the columns under certain headings, and further names of departments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession, unit_of_work
from app.exchange.units import normal_name
from app.models.organisation import Department
from app.models.system import ImportAlias, ImportLayout

LONGEST_WORD = 80
LONGEST_HEADINGS = 1000


@dataclass(frozen=True, slots=True)
class Lesson:
    """The columns of a table as somebody set them right: field by the column's number."""

    fingerprint: str
    headings: str
    columns: Mapping[str, str]


def remember_layouts(
    session: AnySession, actor: Actor, kind: str, lessons: Sequence[Lesson]
) -> None:
    """Keep what was set right for the next table with the same headings.

    Whoever imports. Effects: one layout per kind and headings; the last word counts.
    """
    if not lessons:
        return
    kept = {
        row.fingerprint: row
        for row in session.scalars(
            select(ImportLayout).where(
                visible(actor, ImportLayout),
                ImportLayout.kind == kind,
                ImportLayout.fingerprint.in_([lesson.fingerprint for lesson in lessons]),
            )
        )
    }
    with unit_of_work(session, actor):
        for lesson in lessons:
            row = kept.get(lesson.fingerprint)
            if row is None:
                row = kept[lesson.fingerprint] = ImportLayout(
                    kind=kind,
                    fingerprint=lesson.fingerprint,
                    headings=lesson.headings[:LONGEST_HEADINGS],
                )
                session.add(row)
            row.columns = dict(lesson.columns)
            row.remembered_by_id = _who(actor)


def forget_layout(session: AnySession, actor: Actor, layout_id: int) -> None:
    """Guess such tables anew. Whoever imports. A layout that is gone already is no error."""
    row = session.scalar(
        select(ImportLayout).where(visible(actor, ImportLayout), ImportLayout.id == layout_id)
    )
    if row is not None:
        with unit_of_work(session, actor):
            session.delete(row)


def aliases_of(session: AnySession, actor: Actor) -> list[ImportAlias]:
    """The departments' further names, with their departments."""
    query = select(ImportAlias).where(visible(actor, ImportAlias)).order_by(ImportAlias.word)
    both = joinedload(ImportAlias.department), joinedload(ImportAlias.remembered_by)
    return list(session.scalars(query.options(*both)))


def forget_alias(session: AnySession, actor: Actor, alias_id: int) -> None:
    """Take a department's further name back. Whoever imports. One that is gone is no error."""
    row = session.scalar(
        select(ImportAlias).where(visible(actor, ImportAlias), ImportAlias.id == alias_id)
    )
    if row is not None:
        with unit_of_work(session, actor):
            session.delete(row)


def remember_aliases(session: AnySession, actor: Actor, words: Mapping[str, str]) -> None:
    """Keep further names of departments: word → the department's code. Whoever imports.

    Errors: NotAllowed for a department that the actor does not see.
    """
    wanted = {normal_name(word)[:LONGEST_WORD]: code for word, code in words.items()}
    if not wanted:
        return
    kept = {
        row.word: row
        for row in session.scalars(
            select(ImportAlias).where(visible(actor, ImportAlias), ImportAlias.word.in_(wanted))
        )
    }
    departments = {
        row.code: row.id
        for row in session.execute(
            select(Department.id, Department.code).where(
                visible(actor, Department), Department.code.in_(wanted.values())
            )
        )
    }
    if not departments.keys() >= set(wanted.values()):
        raise NotAllowed(message("You may not do this to this row."))
    with unit_of_work(session, actor):
        for word, code in wanted.items():
            row = kept.get(word) or ImportAlias(word=word)
            row.department_id, row.remembered_by_id = departments[code], _who(actor)
            session.add(row)


def _who(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(message("You may not do this to this row."))
    return actor.user_id
