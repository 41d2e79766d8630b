"""Corrections in the told year: after two bulletins heads find mistakes; those of one month are
approved, of which one lightens a light and one takes a supervision case its ground; that of the
other month is refused (Art. 7)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, workflow
from app.demo.diary import later
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, Story
from app.improvement.corrections import ask_corrections
from app.models.improvement import Correction
from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.models.supervision import CaseStatus, SupervisionCase
from app.supervision.grounds import Ground

APPROVED_MONTH, REFUSED_MONTH = 10, 9


def plan_corrections(story: Story, month: int, closed_on: dt.date) -> None:
    """After the bulletin of `month`: what is asked for, and its decision two days later."""
    if month not in (APPROVED_MONTH, REFUSED_MONTH):
        return
    asked: list[int] = []
    story.diary.plan(later(closed_on, 1), "15:20", lambda: _ask(story, month, asked))
    story.diary.plan(later(closed_on, 3), "10:15", lambda: _decide(story, month, asked))


def _ask(story: Story, month: int, asked: list[int]) -> None:
    """The progress was told too low: so say the head of the first department with an orange light,
    else a yellow one, of which no case was made; and, where it will be approved, the head of the
    first one with a case that rests on that very light."""
    chance = story.chance("correction", month)
    without = ~_cases().exists()
    found = _check(story, month, Light.ORANGE, without) or _check(
        story, month, Light.YELLOW, without
    )
    rests = _cases().where(
        SupervisionCase.status == CaseStatus.OPEN,
        SupervisionCase.rule_key.in_((Ground.ORANGE, Ground.LAG)),
    )
    wrong = _check(story, month, Light.ORANGE, rests.exists()) if month == APPROVED_MONTH else None
    for check in filter(None, (found, wrong)):
        head = next(
            story.college.heads[code]
            for code, key in story.college.departments.items()
            if key == check.task.lead_department_id
        )
        with story.college.acting(head) as actor:
            rows = ask_corrections(
                story.session,
                actor,
                check,
                {"actual_percent": str(check.planned_percent)},
                story.phrase("correction", chance),
            )
            asked.extend(row.id for row in rows)


def _cases() -> Select[Any]:
    return select(SupervisionCase.id).where(SupervisionCase.task_id == Task.id)


def _check(
    story: Story, month: int, light: Light, condition: ColumnElement[bool]
) -> MonthlyCheck | None:
    """The first check with this light for which `condition` holds of its task, still under way."""
    return story.session.scalar(
        select(MonthlyCheck)
        .join(MonthlyCheck.task)
        .where(
            Task.cycle_id == story.cycle_id,
            Task.status == TaskStatus.ACCEPTED,
            Task.lead_department_id != story.college.departments[OFFICE_DEPARTMENT],
            Task.due_on >= clock.today(),
            condition,
            MonthlyCheck.month == month,
            MonthlyCheck.status == CheckStatus.SUBMITTED,
            MonthlyCheck.computed_light == light,
            MonthlyCheck.quality == Quality.GOOD,
            MonthlyCheck.head_light.is_(None),
            MonthlyCheck.actual_percent < MonthlyCheck.planned_percent,
        )
        .options(joinedload(MonthlyCheck.task))
        .order_by(MonthlyCheck.id)
        .limit(1)
    )


def _decide(story: Story, month: int, asked: list[int]) -> None:
    """The Office approves those of the one month and refuses that of the other."""
    for key in asked:
        row = story.session.get_one(Correction, key)
        with story.college.acting(OFFICE) as actor:
            if month == APPROVED_MONTH:
                workflow.apply(story.session, actor, row, "approve")
            else:
                said = story.phrase("correction_refused", story.chance("correction", month))
                workflow.apply(story.session, actor, row, "refuse", note=said)
