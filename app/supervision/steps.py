"""What every step of a case does to it (Art. 8): the clock it starts, the line it leaves in the
case's history, in words. Who may take a step, and when, stands in `workflow`; what moves by
itself, in `ladder`.
"""

from __future__ import annotations

import datetime as dt

from app.core import clock
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar, rule
from app.models.supervision import CaseStage, CaseStep, StepKind, SupervisionCase
from app.reports.paper import chinese_date

WORKDAYS = {
    CaseStage.SUPERVISE: "supervise.reply_workdays",
    CaseStage.URGE: "supervise.urge_workdays",
    CaseStage.DEADLINE: "supervise.deadline_workdays",
}
"""The rule that says how many workdays a stage gives."""


def days_of(session: AnySession, case: SupervisionCase, stage: CaseStage, day: dt.date) -> dt.date:
    """The last day of `stage`, begun on `day`."""
    count = int(rule(session, case.cycle, WORKDAYS[stage]))
    return clock.add_workdays(day, count, college_calendar(session))


def note(
    session: AnySession,
    actor: Actor,
    case: SupervisionCase,
    kind: StepKind,
    text: str,
    at: dt.datetime | None = None,
) -> None:
    """Write a line into the case's history as it stands now; `at` is the instant, else now."""
    session.add(
        CaseStep(
            supervision_case=case,
            kind=kind,
            stage=case.stage,
            text=text,
            actor_id=actor.user_id,
            happened_at=at or clock.now(),
            due_on=case.due_on,
        )
    )


def urge(session: AnySession, case: SupervisionCase, day: dt.date) -> str:
    """Urge once more, the time counted from `day`; the words for it."""
    case.stage = CaseStage.URGE
    case.urges += 1
    case.due_on = days_of(session, case, CaseStage.URGE, day)
    return urged_words(case)


def urged_words(case: SupervisionCase) -> str:
    return f"第{case.urges}次催办，请于{chinese_date(case.due_on)}前回复办理情况。"


def set_deadline(session: AnySession, case: SupervisionCase, day: dt.date) -> str:
    """Set the final deadline, counted from `day`; the words for it."""
    case.stage = CaseStage.DEADLINE
    case.due_on = days_of(session, case, CaseStage.DEADLINE, day)
    return deadline_words(case)


def deadline_words(case: SupervisionCase) -> str:
    return f"限期办结，请于{chinese_date(case.due_on)}前办结。"


def clear_special(case: SupervisionCase) -> None:
    """No special inspection is proposed any more."""
    case.special_proposed_on = None
    case.special_ground = None
