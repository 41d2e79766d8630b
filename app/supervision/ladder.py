"""How a supervision case climbs when its time is over (Art. 8): 督办, 催办, 限期办结, and then the
proposal of a 专项督查, which the Office or a leader decides.

`next_move` is the rule: what a day makes of a case. `bring_up_to_date` takes for one case what
daily rounds would have taken; every step of a person begins with it, so that people who work
while the patrol is out find the case where it would be.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, exists, func, literal, or_, select

from app.core import clock, guard
from app.core.actor import Door, system_actor
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar, rule
from app.models.cycles import Cycle
from app.models.planning import Task
from app.models.supervision import CaseStage, CaseStatus, CaseStep, StepKind, SupervisionCase
from app.monitoring.watched import WATCHED
from app.supervision import steps
from app.supervision.grounds import DEADLINE_MISSED, LIVE, Finding, special_finding, told

PATROL = system_actor("patrol", Door.PATROL)
"""Who goes the rounds; also whose steps those are that a round would have taken."""

CLIMBING = (CaseStatus.OPEN, CaseStatus.REPLIED)
"""States in which a case climbs: a reply that waits for the Office stops nothing by itself."""

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """The rule book's numbers: workdays, and how often a case is urged at most."""

    urge_workdays: int
    urge_max: int
    deadline_workdays: int
    special_after_deadline: bool
    waiting_reply_holds: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as a morning finds it. `over_since`: the day its task was finished or terminated."""

    status: CaseStatus
    stage: CaseStage
    due_on: dt.date | None
    urges: int = 0
    special_proposed: bool = False
    over_since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One rung: the step it leaves, the stage it leads to, how often the case was urged by then,
    and the workdays until its new day (None: its day stays)."""

    kind: StepKind
    stage: CaseStage
    urges: int
    workdays: int | None


def next_move(case: Standing, terms: Terms, day: dt.date) -> Move | None:
    """What the round of `day` makes of a case; None if nothing. It judges by what was so before
    `day`: a case is late the day after its day."""
    if case.status not in CLIMBING or case.stage == CaseStage.SPECIAL:
        return None
    if case.status == CaseStatus.REPLIED and terms.waiting_reply_holds:
        return None
    if case.due_on is None or case.due_on >= day:
        return None
    if case.over_since is not None and case.over_since < day:
        return None
    if case.stage == CaseStage.DEADLINE:
        if not terms.special_after_deadline or case.special_proposed:
            return None
        return Move(StepKind.SPECIAL_PROPOSED, case.stage, case.urges, None)
    if case.stage == CaseStage.SUPERVISE or case.urges < terms.urge_max:
        return urging(case.urges, terms)
    return Move(StepKind.DEADLINE_SET, CaseStage.DEADLINE, case.urges, terms.deadline_workdays)


def urging(urges: int, terms: Terms) -> Move:
    """To urge a case that was urged `urges` times."""
    return Move(StepKind.URGED, CaseStage.URGE, urges + 1, terms.urge_workdays)


def terms_of(session: AnySession, cycle: Cycle) -> Terms:
    """The numbers of a year. RuleViolation if its rule book lacks one."""
    return Terms(
        urge_workdays=int(rule(session, cycle, "supervise.urge_workdays")),
        urge_max=int(rule(session, cycle, "supervise.urge_max")),
        deadline_workdays=int(rule(session, cycle, "supervise.deadline_workdays")),
        special_after_deadline=bool(rule(session, cycle, "special.after_deadline_missed")),
        waiting_reply_holds=bool(rule(session, cycle, "supervise.waiting_reply_holds")),
    )


def standing_of(case: SupervisionCase) -> Standing:
    task = case.task
    over = [day for day in (task.finished_on, task.terminated_on) if day] if task else []
    return Standing(
        status=case.status,
        stage=case.stage,
        due_on=case.due_on,
        urges=case.urges or 0,
        special_proposed=case.special_proposed_on is not None,
        over_since=min(over, default=None),
    )


def climbers(cycle: Cycle, terms: Terms, day: dt.date) -> Select[Any]:
    """Ids of the cases of a year that the round of `day` moves, as `next_move` says; a case that
    took a step on the day has been brought up to date. In their order."""
    waiting = (CaseStatus.OPEN,) if terms.waiting_reply_holds else CLIMBING
    stays = and_(
        SupervisionCase.stage == CaseStage.DEADLINE,
        or_(
            SupervisionCase.special_proposed_on.is_not(None),
            literal(not terms.special_after_deadline),
        ),
    )
    return (
        select(SupervisionCase.id)
        .outerjoin(Task, Task.id == SupervisionCase.task_id)
        .where(
            SupervisionCase.cycle_id == cycle.id,
            SupervisionCase.status.in_(waiting),
            SupervisionCase.stage != CaseStage.SPECIAL,
            SupervisionCase.due_on < day,
            ~stays,
            or_(Task.finished_on.is_(None), Task.finished_on >= day),
            or_(Task.terminated_on.is_(None), Task.terminated_on >= day),
            ~exists().where(
                CaseStep.supervision_case_id == SupervisionCase.id,
                # What the same round proposes is no rung.
                CaseStep.kind != StepKind.SPECIAL_PROPOSED,
                CaseStep.happened_at >= clock.start_of(day),
            ),
        )
        .order_by(SupervisionCase.id)
    )


def moment_of(session: AnySession, cycle: Cycle, day: dt.date) -> dt.datetime:
    """The instant a round's steps are dated: now if `day` is today, else the patrol's hour."""
    if day == clock.today():
        return clock.now()
    return clock.start_of(day) + dt.timedelta(hours=int(rule(session, cycle, "patrol.hour")))


def take(
    session: AnySession,
    case: SupervisionCase,
    move: Move,
    day: dt.date,
    own: Callable[[dt.date], bool | None],
) -> None:
    """Write a move of `day` on its case, with its step. `own`: the college's calendar. For
    callers within `guard.privileged`. Flushes nothing."""
    case.stage = move.stage
    case.urges = move.urges
    if move.workdays is not None:
        case.due_on = clock.add_workdays(day, move.workdays, own)
    if move.kind == StepKind.SPECIAL_PROPOSED:
        case.special_proposed_on, case.special_ground = day, str(DEADLINE_MISSED)
    words = {
        StepKind.URGED: steps.urged_words,
        StepKind.DEADLINE_SET: steps.deadline_words,
        StepKind.SPECIAL_PROPOSED: lambda row: row.special_ground or "",
    }[move.kind]
    _note(session, case, move.kind, words(case), day)


def propose_special(
    session: AnySession, case: SupervisionCase, found: Sequence[Finding], day: dt.date
) -> None:
    """Propose a special inspection on a case under way, with its step of `day`. For callers
    within `guard.privileged`. Flushes nothing."""
    case.special_proposed_on, case.special_ground = day, told(found)
    _note(session, case, StepKind.SPECIAL_PROPOSED, case.special_ground, day)


def _note(
    session: AnySession, case: SupervisionCase, kind: StepKind, text: str, day: dt.date
) -> None:
    at = moment_of(session, case.cycle, day)
    steps.note(session, PATROL, case, kind, text, at)


def bring_up_to_date(
    session: AnySession, case: SupervisionCase, *, before: dt.date | None = None
) -> list[Move]:
    """Take what daily rounds would have taken on a case: climb for every day that is past its
    day, and propose a special inspection where the task's checks call for one. Up to and including
    today, or (`before`) up to the day before that. Returns the moves of the ladder.

    For whoever takes a step on the case; what is taken is recorded as the session's actor's. A
    day on which the case took a step has had its round. Flushes; raises RuleViolation if the rule
    book lacks a number. Art. 8.
    """
    if case.status not in LIVE[1:] or case.cycle.status not in WATCHED:
        return []
    last = clock.today() if before is None else before - _DAY
    since = _last_step_day(session, case) + _DAY
    found = special_finding(session, case, last)
    proposing = max([since, *(_college_day(one.since) + _DAY for one in found)]) if found else None
    day = max(case.due_on + _DAY, since) if case.due_on is not None else last + _DAY
    if day > last and (proposing is None or proposing > last):
        return []
    terms, own = terms_of(session, case.cycle), college_calendar(session)
    moves: list[Move] = []
    with guard.privileged(session):
        while day <= last or proposing is not None:
            if proposing is not None and (day > last or proposing <= day):
                propose_special(session, case, found, min(proposing, last))
                proposing = None
                continue
            move = next_move(standing_of(case), terms, day)
            if move is None:
                if proposing is None:
                    break
                day = last + _DAY
                continue
            take(session, case, move, day, own)
            moves.append(move)
            day = max(case.due_on or day, day) + _DAY
    return moves


def _last_step_day(session: AnySession, case: SupervisionCase) -> dt.date:
    with session.no_autoflush:
        last = session.scalar(
            select(func.max(CaseStep.happened_at)).where(CaseStep.supervision_case_id == case.id)
        )
    return dt.date.min if last is None else _college_day(last)


def _college_day(moment: dt.datetime) -> dt.date:
    return moment.astimezone(clock.COLLEGE_ZONE).date()
