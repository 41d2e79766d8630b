"""Corrections in the told year: after two bulletins a head finds a mistake; one is approved and
lightens a light, one is refused (Art. 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import workflow
from app.demo.diary import later
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, Story
from app.improvement.corrections import ask_corrections
from app.models.improvement import Correction
from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
from app.models.planning import Task, TaskStatus
from app.models.supervision import SupervisionCase

APPROVED_MONTH, REFUSED_MONTH = 10, 9


def plan_corrections(story: Story, month: int, closed_on: dt.date) -> None:
    """After the bulletin of `month`: what is asked for, and its decision two days later."""
    if month not in (APPROVED_MONTH, REFUSED_MONTH):
        return
    asked: list[int] = []
    story.diary.plan(later(closed_on, 1), "15:20", lambda: _ask(story, month, asked))
    story.diary.plan(later(closed_on, 3), "10:15", lambda: _decide(story, month, asked))


def _ask(story: Story, month: int, asked: list[int]) -> None:
    """The head of the first department with an orange light, else a yellow one, of which no case
    was made: the progress was told too low."""
    chance = story.chance("correction", month)
    for light in (Light.ORANGE, Light.YELLOW):
        for check in _checks(story, month, light):
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
            return


def _checks(story: Story, month: int, light: Light) -> Sequence[MonthlyCheck]:
    return story.session.scalars(
        select(MonthlyCheck)
        .join(MonthlyCheck.task)
        .where(
            Task.cycle_id == story.cycle_id,
            Task.status == TaskStatus.ACCEPTED,
            Task.lead_department_id != story.college.departments[OFFICE_DEPARTMENT],
            Task.id.not_in(
                select(SupervisionCase.task_id).where(SupervisionCase.task_id.is_not(None))
            ),
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
    ).all()


def _decide(story: Story, month: int, asked: list[int]) -> None:
    """The Office approves the one and refuses the other."""
    for key in asked:
        row = story.session.get_one(Correction, key)
        with story.college.acting(OFFICE) as actor:
            if month == APPROVED_MONTH:
                workflow.apply(story.session, actor, row, "approve")
            else:
                said = story.phrase("correction_refused", story.chance("correction", month))
                workflow.apply(story.session, actor, row, "refuse", note=said)
