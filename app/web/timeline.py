"""What happened to a row and to what hangs on it, in words, from the audit trail.

The trail itself is for a few (`audit_event:read`); this is the part of it that belongs to one
row the reader has opened. Told are events of the row and of those of its children the reader
may see, and of each only the columns that the reader's own page of that row shows.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Enum,
    Numeric,
    and_,
    func,
    inspect,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from app.core import workflow
from app.core.actor import Actor, Door
from app.core.policy import visible
from app.core.text import words
from app.core.unit_of_work import AnySession
from app.models.base import UtcDateTime
from app.models.organisation import Person
from app.models.system import REVERSAL, AuditEvent
from app.web import formats
from app.web.directory import directory

ACTIONS = {
    "added": ("新增", "Added"),
    "changed": ("修改", "Changed"),
    "deleted": ("删除", "Deleted"),
    "exported": ("导出", "Exported"),
}
SYSTEM = {
    Door.PATROL: ("每日巡查", "Daily patrol"),
    Door.DEMO: ("演示数据", "Demo data"),
    Door.CLI: ("系统管理命令", "Operator's command"),
}
"""Who did what nobody signed in did."""

_UNDONE = ("撤销导入 %s", "Undoing import %s")

AT_ONCE = 30
"""Events read for one page of a timeline."""
TOGETHER = dt.timedelta(seconds=2)
"""What one person did within this time was one thing to them: a step and what follows it."""
CLIP = 80
_LIGHTS = frozenset({"light", "computed_light", "head_light"})


class History(StrEnum):
    """How much of a row's past its reader may read."""

    ALL = "all"
    STEPS = "steps"
    """Only that it was published, accepted, finished: not who wrote what into the draft."""
    NOTHING = ""


@dataclass(frozen=True, slots=True)
class Happened:
    """A change of one row: what was done, to which row, and the values, old and new."""

    action: str
    noun: str
    name: str
    changes: tuple[tuple[str, Any, Any], ...]
    follows: bool = False
    """No step and no new row: figures that moved with one."""


@dataclass(frozen=True, slots=True)
class Entry:
    at: dt.datetime
    who: str
    lines: tuple[Happened, ...]

    @property
    def when(self) -> str:
        return str(formats.show(self.at))


@dataclass(frozen=True, slots=True)
class Timeline:
    """`older`: the number before which to read on; None at the beginning of the story."""

    entries: tuple[Entry, ...]
    older: int | None


@dataclass(frozen=True, slots=True)
class Subject:
    """A table's rows that are told of. `names` by id; `columns` are those whose values the
    reader may read."""

    model: type[Any]
    names: Mapping[int, str]
    columns: frozenset[str]


def timeline(
    session: AnySession,
    subjects: Sequence[Subject],
    *,
    before: int | None = None,
    since: dt.datetime | None = None,
    history: History = History.ALL,
) -> Timeline:
    """The events of `subjects` (the row itself first), newest first; none before `since`. One
    statement."""
    known = {subject.model.__tablename__: subject for subject in subjects if subject.names}
    if not known or history == History.NOTHING:
        return Timeline((), None)
    theirs = [
        and_(AuditEvent.table_name == table, AuditEvent.row_id.in_(list(subject.names)))
        for table, subject in known.items()
    ]
    query = select(AuditEvent).where(or_(*theirs), AuditEvent.id >= _born())
    if history == History.STEPS:
        query = query.where(AuditEvent.action.in_(_steps(subjects)))
    if since is not None:
        query = query.where(AuditEvent.happened_at >= since)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    events = list(session.scalars(query.order_by(AuditEvent.id.desc()).limit(AT_ONCE + 1)))
    older = events[AT_ONCE - 1].id if len(events) > AT_ONCE else None
    told = [
        _entry(group, known, subjects[0].model, history) for group in _grouped(events[:AT_ONCE])
    ]
    return Timeline(tuple(entry for entry in told if entry.lines), older)


def _born() -> ColumnElement[int]:
    """The event that made the event's row. SQLite gives a deleted row's number away again: what
    happened to the row that had it before is another row's story."""
    made = aliased(AuditEvent)
    newest = select(func.max(made.id)).where(
        made.table_name == AuditEvent.table_name,
        made.row_id == AuditEvent.row_id,
        made.action == "added",
    )
    return func.coalesce(newest.correlate(AuditEvent).scalar_subquery(), 0)


def children_of(
    session: AnySession, actor: Actor, row: Any, views: Iterable[tuple[Any, Any, frozenset[str]]]
) -> list[Subject]:
    """The rows that hang on `row`, as subjects: `(model, its foreign key, columns)` each. One
    statement for all of them."""
    parts = list(views)
    if not parts:
        return []
    queries = [
        select(literal(number), model.id).where(key == row.id, visible(actor, model))
        for number, (model, key, _) in enumerate(parts)
    ]
    found: dict[int, dict[int, str]] = {}
    for number, key in session.execute(union_all(*queries)):
        found.setdefault(number, {})[key] = ""
    return [
        Subject(model, found[number], columns)
        for number, (model, _, columns) in enumerate(parts)
        if number in found
    ]


def columns_read(view: Any, actor: Actor) -> frozenset[str]:
    """The columns, foreign keys by their own name, that the page of `view` shows to `actor`."""
    columns = inspect(view.model).columns
    shown = view.columns_shown(actor)
    return frozenset(
        key for name in shown for key in (name, f"{name}_id") if key in columns and key != "status"
    )


# Events into words ---------------------------------------------------------------------


def _steps(subjects: Sequence[Subject]) -> set[str]:
    flows = workflow.workflows()
    return {
        step.name
        for subject in subjects
        if subject.model in flows
        for step in flows[subject.model].transitions
    }


def _grouped(events: Sequence[AuditEvent]) -> list[list[AuditEvent]]:
    """Events that were one thing to the person who did them."""
    groups: list[list[AuditEvent]] = []
    for event in events:
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and _party(last) == _party(event)
            and abs(last.happened_at - event.happened_at) <= TOGETHER
        ):
            groups[-1].append(event)
        else:
            groups.append([event])
    return groups


def _party(event: AuditEvent) -> tuple[Any, ...]:
    return event.actor_id, event.actor_name, event.on_behalf_of_id, event.door


def _entry(
    group: list[AuditEvent], known: Mapping[str, Subject], main: type[Any], history: History
) -> Entry:
    rows: dict[tuple[str, int], list[AuditEvent]] = {}
    for event in reversed(group):
        rows.setdefault((event.table_name, event.row_id or 0), []).append(event)
    lines: dict[Happened, int] = {}
    for (table, key), events in rows.items():
        subject = known[table]
        line = _line(events, subject, subject.names.get(key, ""), subject.model is main, history)
        if line is not None:
            lines[line] = lines.get(line, 0) + 1
    # Fourteen new phases are one line; what somebody did stands before what followed from it.
    told = [
        line if times == 1 else replace(line, name=f"×{times}") for line, times in lines.items()
    ]
    told.sort(key=lambda line: line.follows)
    return Entry(group[0].happened_at, _who(group[0]), tuple(told))


def _line(
    events: list[AuditEvent], subject: Subject, name: str, own: bool, history: History
) -> Happened | None:
    """All events of one row within one entry, as one change."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for event in events:
        for key, value in _read(event.before).items():
            before.setdefault(key, value)
        after |= _read(event.after)
    actions = [event.action for event in events]
    step = next((one for one in reversed(actions) if one not in ACTIONS), None)
    action = step or ("added" if "added" in actions else actions[-1])
    changes: tuple[tuple[str, Any, Any], ...] = ()
    if history == History.ALL and "added" not in actions:
        changes = tuple(_changes(subject, before, after))
        if not changes and action == "changed":
            return None  # nothing that this reader's page shows
    noun = "" if own else words(subject.model.label)
    return Happened(_action(subject.model, action), noun, name, changes, action == "changed")


def _changes(
    subject: Subject, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterable[tuple[str, Any, Any]]:
    columns = inspect(subject.model).columns
    for name in columns.keys():  # noqa: SIM118 (a collection of columns, not a dictionary)
        if name not in subject.columns or (name not in before and name not in after):
            continue
        column = columns[name]
        if isinstance(column.type, (DateTime, UtcDateTime)):
            continue  # the entry has its time
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        told = told_value(subject.model, name, old), told_value(subject.model, name, new)
        if told[0] == told[1]:
            continue  # both are called the same, or neither has a name here
        label = words(column.info["label"]) if "label" in column.info else name
        yield label, "" if told[0] == formats.EMPTY else told[0], told[1]


def told_value(model: type[Any], name: str, value: Any) -> Any:
    """A value kept as text (in the trail, in an adjustment) as the reader reads it."""
    if value is None or value == "":
        return formats.EMPTY
    column = inspect(model).columns.get(name)
    if column is None:
        return str(value)
    if isinstance(value, bool):
        return formats.show(value)
    if name in _LIGHTS:
        return formats.show_light(value)
    kind = getattr(column.type, "enum_class", None)
    if isinstance(column.type, Enum) and kind is not None:
        return formats.show(kind(value)) if value in set(kind) else str(value)
    if column.foreign_keys:
        return _named(column, value)
    if name.endswith("_percent"):
        return f"{_number(value)}%"
    if isinstance(column.type, Numeric):
        return _number(value)
    text = str(value)
    return text if len(text) <= CLIP else f"{text[:CLIP]}…"


def _number(value: Any) -> str:
    try:
        return str(formats.show(Decimal(str(value))))
    except InvalidOperation:
        return str(value)


def _named(column: Any, value: Any) -> str:
    """The name of the row a foreign key led to, where the directory knows it."""
    key = int(value) if str(value).isdigit() else 0
    table = next(iter(column.foreign_keys)).column.table.name
    for mapper in Person.registry.mappers:
        if mapper.local_table.name == table and directory().knows(mapper.class_):
            return directory().name_of(mapper.class_, key) or formats.EMPTY
    return formats.EMPTY


def _read(text: str | None) -> dict[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def verb_words(action: str) -> str:
    """A verb that every row can have, in words; "" for the steps of a flow."""
    if action.startswith(REVERSAL):
        return words(_UNDONE) % action.removeprefix(REVERSAL)
    return words(ACTIONS[action]) if action in ACTIONS else ""


def _action(model: type[Any], action: str) -> str:
    if verb := verb_words(action):
        return verb
    flow = workflow.workflows().get(model)
    for step in flow.transitions if flow else ():
        if step.name == action:
            return str(step.label)
    return action


def _who(event: AuditEvent) -> str:
    """One name, "甲 代 乙" for a delegate, "甲 代录 乙" for what 乙 signed on paper, or what acted
    when nobody did."""
    if event.actor_id is None:
        pair = next((pair for door, pair in SYSTEM.items() if door.value == event.door), None)
        return words(pair) if pair else event.actor_name
    if event.on_behalf_of_id is None:
        return event.actor_name
    absent = directory().name_of(Person, event.on_behalf_of_id) or formats.EMPTY
    if event.door == Door.PAPER.value:
        told = (
            f"{event.actor_name} 代录 {absent}",
            f"{absent} on paper, entered by {event.actor_name}",
        )
        return words(told)
    return words((f"{event.actor_name} 代 {absent}", f"{event.actor_name} for {absent}"))
