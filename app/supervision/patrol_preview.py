"""What the round of a day would do, read and not written: for the screen and for `--preview`.

It asks what the round itself asks (`patrol_work`). Of days that are missing it shows what is
still to do on the day asked for, not the days between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from app.core.actor import Actor
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.models.base import Choice
from app.models.monitoring import EarlyWarning
from app.models.planning import Task
from app.models.supervision import StepKind, SupervisionCase
from app.monitoring import warning_finds as finds
from app.monitoring.warnings import month_words, over_words
from app.monitoring.watched import watched_cycles
from app.supervision import grounds, ladder, patrol_work
from app.supervision.patrol_news import Gathered
from app.supervision.patrol_work import Tally, Walk

SHOWN = 5
"""Rows shown of each kind."""


class Kind(Choice):
    """What a round does, in the order in which the preview tells it."""

    PROPOSED = "proposed", "提出拟立项", "Cases to propose"
    SPECIAL = "special", "提请专项督查", "Special inspections to propose"
    CLIMB = "climb", "督办件升级", "Cases to move up"
    OVERDUE = "overdue", "逾期亮红灯", "Tasks turning red"
    MISSING = "missing", "监测缺报预警", "Missing checks to warn of"
    ENDED = "ended", "解除预警", "Warnings to end"
    WITHDRAWN = "withdrawn", "撤销拟立项", "Proposals to withdraw"


@dataclass(frozen=True, slots=True)
class Line:
    """A row the round would touch: of which table and department, and what with it."""

    model: type[Any]
    key: int
    title: str
    department_id: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Part:
    """A kind of work: how much of it, and the first rows."""

    kind: Kind
    count: int
    lines: Sequence[Line]


def preview(session: AnySession, actor: Actor, day: dt.date) -> list[Part]:
    """What the round of `day` would do in the years under way, part by part. At most three
    statements each, whatever there is. RuleViolation if a rule book lacks a number."""
    parts: dict[Kind, Part] = {}
    for cycle in watched_cycles(session):
        walk = patrol_work.begin(session, actor, cycle, day, Tally(), Gathered())
        for part in _parts(walk):
            before = parts.get(part.kind)
            if before is not None:
                lines = [*before.lines, *part.lines][:SHOWN]
                part = Part(part.kind, before.count + part.count, lines)
            parts[part.kind] = part
    return [parts.get(kind, Part(kind, 0, [])) for kind in Kind]


def _parts(walk: Walk) -> Iterator[Part]:
    yield _part(walk, Kind.PROPOSED, _candidates(walk), _proposals)
    yield _part(walk, Kind.SPECIAL, _specials(walk), _special_lines)
    terms = ladder.terms_of(walk.session, walk.cycle)
    yield _part(
        walk, Kind.CLIMB, ladder.climbers(walk.cycle, terms, walk.day),
        lambda walk, rows: _climb_lines(walk, rows, terms),
    )  # fmt: skip
    yield _part(walk, Kind.OVERDUE, finds.newly_overdue(walk.cycle, walk.day), _task_lines)
    past = patrol_work.months_over(walk)
    if past:
        query = finds.missing_checks(walk.cycle, past, walk.day)
        yield _part(walk, Kind.MISSING, query, _missing_lines)
    yield _part(walk, Kind.ENDED, finds.ended_warnings(walk.cycle, walk.day), _warning_lines)
    yield _part(walk, Kind.WITHDRAWN, patrol_work.settled_proposals(walk), _case_lines)


def _part(walk: Walk, kind: Kind, query: Select[Any], lines: Any) -> Part:
    count = walk.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    rows = walk.session.execute(query.limit(SHOWN)).all() if count else []
    return Part(kind, count or 0, lines(walk, rows) if rows else [])


def _candidates(walk: Walk) -> Select[Any]:
    return grounds.candidates(walk.cycle, walk.terms, walk.day)


def _specials(walk: Walk) -> Select[Any]:
    return grounds.special_candidates(walk.terms, walk.day).where(
        SupervisionCase.cycle_id == walk.cycle.id
    )


def _proposals(walk: Walk, rows: Sequence[Any]) -> list[Line]:
    tasks = patrol_work.tasks_of(walk.session, {row.id for row in rows})
    facts = grounds.facts_of(walk.session, list(tasks.values()), walk.terms.year)
    return [
        _of_task(task, grounds.told(grounds.grounds_of(facts[task.id], walk.terms, walk.day)))
        for task in tasks.values()
    ]


def _special_lines(walk: Walk, rows: Sequence[Any]) -> list[Line]:
    cases = patrol_work.cases_of(walk.session, [row.id for row in rows])
    facts = grounds.facts_of(walk.session, [one.task for one in cases if one.task], walk.terms.year)
    lines = []
    for case in cases:
        found = grounds.grounds_of(facts[case.task_id or 0], walk.terms, walk.day)
        special = [one for one in found if one.ground in grounds.SPECIAL]
        lines.append(_of_case(case, grounds.told(special)))
    return lines


def _climb_lines(walk: Walk, rows: Sequence[Any], terms: ladder.Terms) -> list[Line]:
    words: dict[StepKind, Message] = {
        StepKind.URGED: message("overdue since %(day)s: to be urged"),
        StepKind.DEADLINE_SET: message("overdue since %(day)s: to get a final deadline"),
        StepKind.SPECIAL_PROPOSED: message(
            "overdue since %(day)s: a special inspection to be proposed"
        ),
    }
    lines = []
    for case in patrol_work.cases_of(walk.session, [row.id for row in rows]):
        move = ladder.next_move(ladder.standing_of(case), terms, walk.day)
        told = str(Message(words[move.kind].words, {"day": case.due_on})) if move else ""
        lines.append(_of_case(case, told))
    return lines


def _task_lines(walk: Walk, rows: Sequence[Any]) -> list[Line]:
    tasks = patrol_work.tasks_of(walk.session, {row.id for row in rows})
    return [_of_task(one, _due_words(one)) for one in tasks.values()]


def _due_words(task: Task) -> str:
    return str(message("due on %(day)s and not finished", day=task.due_on))


def _missing_lines(walk: Walk, rows: Sequence[Any]) -> list[Line]:
    tasks = patrol_work.tasks_of(walk.session, {row.id for row in rows})
    return [
        _of_task(tasks[row.id], month_words(walk.cycle.year, row.month))
        for row in rows
        if row.id in tasks
    ]


def _warning_lines(walk: Walk, rows: Sequence[Any]) -> list[Line]:
    found = walk.session.scalars(
        select(EarlyWarning)
        .where(EarlyWarning.id.in_([row.id for row in rows]))
        .options(joinedload(EarlyWarning.task))
        .order_by(EarlyWarning.id)
    )
    return [_of_task(one.task, one.cause) for one in found]


def _case_lines(walk: Walk, rows: Sequence[Any]) -> list[Line]:
    cases = patrol_work.cases_of(walk.session, [row.id for row in rows])
    return [_of_case(one, str(over_words(one.task)) if one.task else "") for one in cases]


def _of_task(task: Task, words: str) -> Line:
    return Line(Task, task.id, str(task), task.lead_department_id, words)


def _of_case(case: SupervisionCase, words: str) -> Line:
    return Line(SupervisionCase, case.id, case.matter, case.department_id, words)
