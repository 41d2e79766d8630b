"""Everything the page of a case answers, read in a fixed number of statements (Art. 8).

Every read starts from `visible`. What comes next is foretold by the ladder, not decided here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from app.core import clock
from app.core.actor import Actor
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar
from app.models.improvement import Evidence
from app.models.planning import Task
from app.models.supervision import (
    CaseDepartment,
    CaseStep,
    Instruction,
    StepKind,
    SupervisionCase,
)
from app.supervision.board import WORKING, Step, step_of
from app.supervision.due import Calendar, Due, due_of
from app.supervision.forecast import Rung, forecast
from app.supervision.ladder import WATCHED, standing_of, terms_of


class Place(StrEnum):
    """How a station of the ladder lies to the case."""

    DONE = "done"
    SKIPPED = "skipped"
    HERE = "here"
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Station:
    """A step of the ladder: since when (or from when, if nothing happens) the case stands there."""

    step: Step
    place: Place
    day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its reader sees it. `task` only if they see it; `steps` the newest first; `rests`
    for workdays at its present step; `rungs`: what comes if nobody does anything."""

    case: SupervisionCase
    task: Task | None
    step: Step | None
    stations: Sequence[Station]
    steps: Sequence[CaseStep]
    instructions: Sequence[Instruction]
    files: Sequence[Evidence]
    assisting: Sequence[CaseDepartment]
    due: Due | None
    rests: int
    rungs: Sequence[Rung]

    @property
    def last(self) -> CaseStep | None:
        return self.steps[0] if self.steps else None

    @property
    def reply(self) -> CaseStep | None:
        """The last reply, while it stands."""
        for step in self.steps:
            if step.kind in (StepKind.REPLY, StepKind.REJECTED):
                return step if step.kind == StepKind.REPLY else None
        return None


def load_case_page(session: AnySession, actor: Actor, key: int) -> CasePage | None:
    """The page of a case the actor sees; None for any other. The statements do not grow with its
    rows."""
    found = session.execute(
        select(SupervisionCase, Task)
        .outerjoin(Task, and_(Task.id == SupervisionCase.task_id, visible(actor, Task)))
        .where(SupervisionCase.id == key, visible(actor, SupervisionCase))
        .options(joinedload(SupervisionCase.cycle), joinedload(SupervisionCase.task))
    ).first()
    if found is None:
        return None
    case, task = found
    steps = session.scalars(
        select(CaseStep)
        .where(CaseStep.supervision_case_id == key, visible(actor, CaseStep))
        .order_by(CaseStep.id.desc())
    ).all()
    instructions = session.scalars(
        select(Instruction)
        .where(
            Instruction.subject_table == SupervisionCase.__tablename__,
            Instruction.subject_id == key,
            visible(actor, Instruction),
        )
        .order_by(Instruction.id.desc())
    ).all()
    files = session.scalars(
        select(Evidence)
        .where(Evidence.supervision_case_id == key, visible(actor, Evidence))
        .order_by(Evidence.id.desc())
    ).all()
    assisting = session.scalars(
        select(CaseDepartment)
        .where(CaseDepartment.supervision_case_id == key, visible(actor, CaseDepartment))
        .order_by(CaseDepartment.id)
    ).all()
    today, calendar = clock.today(), college_calendar(session)
    runs = case.status in WORKING
    rungs = _rungs(session, case, today, calendar)
    stations = _stations(case, steps, rungs)
    since = next((one.day for one in stations if one.place == Place.HERE), None)
    return CasePage(
        case=case,
        task=task,
        step=step_of(case.status, case.stage),
        stations=stations,
        steps=steps,
        instructions=instructions,
        files=files,
        assisting=assisting,
        due=due_of(case.due_on, today, calendar) if runs else None,
        rests=clock.workdays_between(since, today, calendar) if since else 0,
        rungs=rungs,
    )


def _rungs(
    session: AnySession, case: SupervisionCase, today: dt.date, calendar: Calendar
) -> list[Rung]:
    """What is ahead; nothing for a year without a rule book, which no round looks after."""
    if case.cycle.status not in WATCHED or case.status not in WORKING:
        return []
    try:
        terms = terms_of(session, case.cycle)
    except RuleViolation:
        return []
    return forecast(standing_of(case), terms, today, calendar)


ENTERED: dict[StepKind, Step] = {
    StepKind.PROPOSED: Step.PROPOSED,
    StepKind.OPENED: Step.SUPERVISE,
    StepKind.URGED: Step.URGE,
    StepKind.DEADLINE_SET: Step.DEADLINE,
    StepKind.RETURNED: Step.DEADLINE,
    StepKind.TRANSFERRED: Step.SPECIAL,
    StepKind.ACCEPTED: Step.SETTLING,
    StepKind.CONCLUDED: Step.SETTLING,
    StepKind.CLOSED: Step.CLOSED,
}
"""The station that a step of the case leads to."""


def _stations(
    case: SupervisionCase, steps: Sequence[CaseStep], rungs: Sequence[Rung]
) -> list[Station]:
    """The ladder as this case climbed it. A case that was dismissed or withdrawn stands nowhere:
    its stations end with the last one it reached."""
    entered: dict[Step, dt.date] = {}
    for one in reversed(steps):  # the last time counts where it came to a station again
        station = ENTERED.get(one.kind)
        if station is not None:
            entered[station] = one.happened_at.astimezone(clock.COLLEGE_ZONE).date()
    entered.setdefault(Step.PROPOSED, case.created_at.astimezone(clock.COLLEGE_ZONE).date())
    if case.opened_on is not None:
        entered.setdefault(Step.SUPERVISE, case.opened_on)
    coming: dict[Step, dt.date] = {}
    for rung in rungs:
        station = ENTERED.get(rung.move.kind)
        if station is not None:
            coming.setdefault(station, rung.day)
    order, here = list(Step), step_of(case.status, case.stage)
    at = order.index(here) if here else max(order.index(one) for one in entered) + 1
    found = []
    for place, step in enumerate(order):
        if place < at:
            found.append(
                Station(step, Place.DONE if step in entered else Place.SKIPPED, entered.get(step))
            )
        elif step == here:
            found.append(Station(step, Place.HERE, entered.get(step)))
        else:
            found.append(Station(step, Place.AHEAD, coming.get(step)))
    return found
