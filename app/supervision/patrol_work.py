"""What a round does (Art. 7-8), part by part, over any number of rows: the database says which
rows change, they are changed by the hundred, and nothing of them is kept.

Every part judges by what was so before the day, and done again finds nothing.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from app.core import bulk, clock, guard, workflow
from app.core.actor import Actor
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry
from app.cycles.queries import college_calendar, rule
from app.models.cycles import Cycle
from app.models.monitoring import EarlyWarning, Light
from app.models.organisation import Charge, Person
from app.models.planning import Task, TaskDepartment
from app.models.supervision import (
    CaseDepartment,
    CaseSource,
    CaseStage,
    CaseStatus,
    CaseStep,
    StepKind,
    SupervisionCase,
)
from app.monitoring import warning_finds as finds
from app.monitoring import warnings
from app.monitoring.watched import over, reporting_months
from app.supervision import grounds, ladder
from app.supervision.patrol_news import Gathered, News

AT_ONCE = 500
"""Rows changed together. A matter of memory, not of any rule."""


@dataclass(slots=True)
class Tally:
    """What a round has done so far."""

    checks_missing: int = 0
    warnings_opened: int = 0
    warnings_closed: int = 0
    cases_proposed: int = 0
    cases_withdrawn: int = 0
    specials_proposed: int = 0
    cases_moved: int = 0
    messages: int = 0


@dataclass(slots=True)
class Walk:
    """One round in one year: its day, the instant its steps are dated, the year's numbers."""

    session: AnySession
    actor: Actor
    cycle: Cycle
    day: dt.date
    moment: dt.datetime
    months: list[MonthEntry]
    terms: grounds.Terms
    tally: Tally = field(default_factory=Tally)
    news: Gathered = field(default_factory=Gathered)


def begin(
    session: AnySession, actor: Actor, cycle: Cycle, day: dt.date, tally: Tally, news: Gathered
) -> Walk:
    """Ready to walk through a year. RuleViolation if its rule book lacks a number."""
    return Walk(
        session,
        actor,
        cycle,
        day,
        ladder.moment_of(session, cycle, day),
        reporting_months(session, cycle),
        grounds.terms_of(session, cycle),
        tally,
        news,
    )


def parts(walk: Walk) -> tuple[Callable[[], None], ...]:
    """The parts of a round in their order."""
    return (
        lambda: warn_of_missing_checks(walk),
        lambda: warn_of_overdue_tasks(walk),
        lambda: end_warnings(walk),
        lambda: withdraw_settled_proposals(walk),
        lambda: propose_special_inspections(walk),
        lambda: propose_cases(walk),
        lambda: climb(walk),
        lambda: look_ahead(walk),
    )


# Warnings --------------------------------------------------------------------------------


def warn_of_missing_checks(walk: Walk) -> None:
    past = months_over(walk)
    if not past:
        return
    due = {one.month: one.due_on for one in past}
    query = finds.missing_checks(walk.cycle, past, walk.day)
    for rows in _batches(walk.session, query, Task.id):
        tasks = tasks_of(walk.session, {row.id for row in rows})
        found = []
        for row in rows:
            last = due[row.month]
            assert last is not None  # only months whose day is over are asked for
            sign = warnings.missing_sign(walk.cycle.year, row.month, last, walk.day)
            found.append(warnings.open_warning(row.id, sign))
            walk.news.add(News.MISSING, tasks[row.id].lead_department_id)
        _insert(walk.session, found)
        walk.tally.checks_missing += len(found)
        walk.tally.warnings_opened += len(found)


def warn_of_overdue_tasks(walk: Walk) -> None:
    """Red they are, and the warning that their checks called for ends."""
    for rows in _batches(walk.session, finds.newly_overdue(walk.cycle, walk.day), Task.id):
        tasks = tasks_of(walk.session, {row.id for row in rows})
        standing: dict[int, list[EarlyWarning]] = defaultdict(list)
        for warning in walk.session.scalars(
            select(EarlyWarning).where(
                EarlyWarning.task_id.in_(tasks),
                EarlyWarning.closed_on.is_(None),
                EarlyWarning.rule_key != warnings.MISSING,
            )
        ):
            standing[warning.task_id].append(warning)
        fresh = []
        with guard.privileged(walk.session):
            for key, task in tasks.items():
                if task.finished_on is None and task.terminated_on is None:
                    task.light = Light.RED.value
                if any(one.rule_key == warnings.OVERDUE for one in standing[key]):
                    continue
                assert task.due_on is not None  # it is overdue
                for one in standing[key]:
                    warnings.end_warning(one, walk.day, warnings.light_words(Light.RED))
                    walk.tally.warnings_closed += 1
                fresh.append(warnings.open_warning(key, warnings.overdue_sign(task.due_on)))
                walk.news.add(News.OVERDUE, task.lead_department_id, task.leader_id)
        _insert(walk.session, fresh)
        walk.tally.warnings_opened += len(fresh)


def end_warnings(walk: Walk) -> None:
    query = finds.ended_warnings(walk.cycle, walk.day)
    for rows in _batches(walk.session, query, EarlyWarning.id):
        came = {row.id: row.came_at for row in rows}
        found = walk.session.scalars(
            select(EarlyWarning)
            .where(EarlyWarning.id.in_(came))
            .options(joinedload(EarlyWarning.task))
            .order_by(EarlyWarning.id)
        ).all()
        moved = []
        with guard.privileged(walk.session):
            for warning in found:
                task, moment = warning.task, came[warning.id]
                if _is_over(task, walk.day):
                    warnings.end_warning(warning, walk.day, warnings.over_words(task))
                elif moment is not None:
                    day = moment.astimezone(clock.COLLEGE_ZONE).date()
                    warnings.end_warning(warning, day, warnings.submitted_words(day))
                else:
                    warnings.end_warning(warning, walk.day, warnings.moved_words(task))
                    moved.append(task)
        for task in moved:
            warnings.reconsider(walk.session, task, walk.day)
        walk.tally.warnings_closed += len(found)


# Cases -----------------------------------------------------------------------------------


def withdraw_settled_proposals(walk: Walk) -> None:
    for rows in _batches(walk.session, settled_proposals(walk), SupervisionCase.id):
        reasons: dict[str, list[SupervisionCase]] = defaultdict(list)
        for case in cases_of(walk.session, [row.id for row in rows]):
            if case.task is not None:
                reasons[str(warnings.over_words(case.task))].append(case)
        for reason, cases in reasons.items():
            with clock.at(walk.moment):
                workflow.apply_all(walk.session, walk.actor, cases, "withdraw", note=reason)
        walk.tally.cases_withdrawn += len(rows)


def propose_special_inspections(walk: Walk) -> None:
    """On cases under way, where a check has come in that calls for it."""
    query = grounds.special_candidates(walk.terms, walk.day).where(
        SupervisionCase.cycle_id == walk.cycle.id
    )
    for rows in _batches(walk.session, query, SupervisionCase.id):
        cases = cases_of(walk.session, [row.id for row in rows])
        facts = grounds.facts_of(
            walk.session, [one.task for one in cases if one.task], walk.terms.year
        )
        with guard.privileged(walk.session):
            for case in cases:
                found = [
                    one
                    for one in grounds.grounds_of(facts[case.task_id or 0], walk.terms, walk.day)
                    if one.ground in grounds.SPECIAL
                ]
                if found:
                    ladder.propose_special(walk.session, case, found, walk.day)
                    walk.tally.specials_proposed += 1
                    walk.news.add(News.SPECIAL, case.department_id, case.leader_id)


def propose_cases(walk: Walk) -> None:
    at_once = bool(rule(walk.session, walk.cycle, "supervise.auto_confirm"))
    query = grounds.candidates(walk.cycle, walk.terms, walk.day)
    for rows in _batches(walk.session, query, Task.id):
        tasks = tasks_of(walk.session, {row.id for row in rows})
        facts = grounds.facts_of(walk.session, list(tasks.values()), walk.terms.year)
        made = _made(walk.session, tasks)
        found = {
            key: grounds.unanswered(grounds.grounds_of(facts[key], walk.terms, walk.day), made[key])
            for key in tasks
        }
        cases = _new_cases(walk, [(tasks[key], told) for key, told in found.items() if told])
        for case in cases:
            walk.news.add(News.PROPOSED, case.department_id, case.leader_id)
            if case.special_proposed_on is not None:
                walk.news.add(News.SPECIAL, case.department_id, case.leader_id)
        walk.tally.cases_proposed += len(cases)
        if at_once and cases:
            with clock.at(walk.moment):
                confirmed = cases_of(walk.session, [case.id for case in cases])
                workflow.apply_all(walk.session, walk.actor, confirmed, "confirm")


def climb(walk: Walk) -> None:
    """One rung for every case whose time is over and that has taken no step since this day
    began."""
    terms, own = ladder.terms_of(walk.session, walk.cycle), college_calendar(walk.session)
    query = ladder.climbers(walk.cycle, terms, walk.day)
    for rows in _batches(walk.session, query, SupervisionCase.id):
        with guard.privileged(walk.session):
            for case in cases_of(walk.session, [row.id for row in rows]):
                move = ladder.next_move(ladder.standing_of(case), terms, walk.day)
                if move is None:
                    continue
                ladder.take(walk.session, case, move, walk.day, own)
                special = move.kind == StepKind.SPECIAL_PROPOSED
                news = News.SPECIAL if special else News.CLIMBED
                walk.tally.specials_proposed += special
                walk.tally.cases_moved += not special
                walk.news.add(news, case.department_id, case.leader_id)


# What others are told of ------------------------------------------------------------------


def look_ahead(walk: Walk) -> None:
    """What the checks of the day before called for, and what falls due soon."""
    for row in walk.session.execute(finds.warned_on(walk.cycle, walk.day - dt.timedelta(days=1))):
        news = News.YELLOW if row.light == Light.YELLOW else News.ORANGE
        walk.news.add(
            news, row.lead_department_id, row.leader_id, owner=row.owner_id, count=row.number
        )
    ahead = dt.timedelta(days=int(rule(walk.session, walk.cycle, "patrol.due_soon_days")))
    for row in walk.session.execute(finds.due_on(walk.cycle, walk.day, walk.day + ahead)):
        walk.news.add(News.DUE_SOON, None, owner=row.owner_id, count=row.number)


# Rows ------------------------------------------------------------------------------------


def months_over(walk: Walk) -> list[MonthEntry]:
    """The months whose checks had to be in before the day."""
    return [one for one in walk.months if one.due_on is not None and one.due_on < walk.day]


def settled_proposals(walk: Walk) -> Select[Any]:
    """Ids of proposals whose task was finished or terminated. In their order."""
    return (
        select(SupervisionCase.id)
        .join(Task, Task.id == SupervisionCase.task_id)
        .where(
            SupervisionCase.cycle_id == walk.cycle.id,
            SupervisionCase.status == CaseStatus.PROPOSED,
            over(walk.day),
        )
        .order_by(SupervisionCase.id)
    )


def _batches(session: AnySession, query: Select[Any], key: Any) -> Iterator[Sequence[Any]]:
    """The rows of `query` in portions, by their key: what was changed falls out of the query, so
    the last key of a full portion is asked for once more."""
    after = query
    while rows := session.execute(after.limit(AT_ONCE)).all():
        yield rows
        if len(rows) < AT_ONCE:
            return
        after = query.where(key >= rows[-1].id)


def _insert(session: AnySession, rows: Sequence[Any]) -> None:
    with guard.privileged(session):
        bulk.insert_rows(session, rows)


def tasks_of(session: AnySession, keys: set[int]) -> dict[int, Task]:
    found = session.scalars(select(Task).where(Task.id.in_(keys)).order_by(Task.id))
    return {task.id: task for task in found}


def cases_of(session: AnySession, keys: Sequence[int]) -> Sequence[SupervisionCase]:
    return session.scalars(
        select(SupervisionCase)
        .where(SupervisionCase.id.in_(keys))
        .options(joinedload(SupervisionCase.task))
        .order_by(SupervisionCase.id)
    ).all()


def _made(session: AnySession, tasks: dict[int, Task]) -> dict[int, list[dt.datetime]]:
    """When the cases of tasks were made."""
    made: dict[int, list[dt.datetime]] = defaultdict(list)
    rows = session.execute(
        select(SupervisionCase.task_id, SupervisionCase.created_at).where(
            SupervisionCase.task_id.in_(tasks)
        )
    )
    for row in rows:
        made[row.task_id].append(row.created_at)
    return made


def _new_cases(
    walk: Walk, proposals: Sequence[tuple[Task, list[grounds.Finding]]]
) -> list[SupervisionCase]:
    """Cases in `proposed`, each with its first step and the departments that assist."""
    charged = _leaders(walk, {task.lead_department_id for task, _ in proposals})
    cases = []
    for task, found in proposals:
        special = [one for one in found if one.ground in grounds.SPECIAL]
        cases.append(
            SupervisionCase(
                cycle_id=task.cycle_id,
                source=CaseSource.TASK,
                task_id=task.id,
                matter=" ".join(filter(None, [task.number, task.title])),
                ground=grounds.told(found),
                requirement=str(message("Find the causes, take measures, and reply in time.")),
                department_id=task.lead_department_id,
                leader_id=task.leader_id or charged.get(task.lead_department_id or 0),
                rule_key=found[0].ground.value,
                special_ground=grounds.told(special) if special else None,
                special_proposed_on=walk.day if special else None,
                created_at=walk.moment,
            )
        )
    _insert(walk.session, cases)
    steps = [
        CaseStep(
            supervision_case_id=case.id,
            kind=StepKind.PROPOSED,
            stage=CaseStage.SUPERVISE,
            text=case.ground,
            happened_at=walk.moment,
        )
        for case in cases
    ]
    _insert(walk.session, steps)
    by_task = {case.task_id: case for case in cases}
    assisting = walk.session.execute(
        select(TaskDepartment.task_id, TaskDepartment.department_id)
        .where(TaskDepartment.task_id.in_(by_task))
        .order_by(TaskDepartment.task_id, TaskDepartment.position, TaskDepartment.id)
    ).all()
    helpers = [
        CaseDepartment(supervision_case_id=by_task[row.task_id].id, department_id=row.department_id)
        for row in assisting
        if row.department_id != by_task[row.task_id].department_id
    ]
    _insert(walk.session, helpers)
    return cases


def _leaders(walk: Walk, departments: set[int | None]) -> dict[int, int]:
    """The leader in charge of each department on the day; without one, the one in liaison."""
    rows = walk.session.execute(
        select(Charge.department_id, Charge.leader_id)
        .join(Person, Person.id == Charge.leader_id)
        .where(
            Charge.department_id.in_([one for one in departments if one is not None]),
            Charge.valid_from <= walk.day,
            or_(Charge.valid_to.is_(None), Charge.valid_to >= walk.day),
            Person.active.is_(True),
        )
        .order_by(Charge.kind.desc(), Charge.valid_from, Charge.id.desc())
    )
    return {row.department_id: row.leader_id for row in rows}


def _is_over(task: Task, day: dt.date) -> bool:
    return any(end is not None and end < day for end in (task.finished_on, task.terminated_on))
