"""The year's last part: the assessment begins, the group rates, the year is closed (Art. 12)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sqlalchemy import select

from app.assessment.service import rate
from app.core import workflow
from app.demo.diary import weekday
from app.demo.story import OFFICE, Story
from app.models.assessment import Score
from app.models.cycles import Component, Cycle
from app.models.improvement import TaskResult
from app.models.monitoring import Quality
from app.models.planning import Task, TaskStatus

RATERS = ("group1", "group2", "group3")
RATED = ("completion", "quality")
"""The components that people rate; the others are computed."""
RATED_STATES = (TaskStatus.ACCEPTED, TaskStatus.FINISHED)


def plan_rating(story: Story) -> None:
    """Put the assessment into the diary."""
    diary = story.diary
    diary.plan(weekday(story.day(12, 16)), "10:00", lambda: _step(story, "assess"))
    for place, code in enumerate(story.college.codes):
        for rater in RATERS:
            day = weekday(story.day(12, 21) + dt.timedelta(days=place % 9))
            diary.plan(day, "14:00", lambda r=rater, c=code: _rate(story, r, c))  # type: ignore[misc]
    diary.plan(weekday(dt.date(story.year + 1, 1, 20)), "10:00", lambda: _step(story, "close"))


def _step(story: Story, step: str) -> None:
    with story.college.acting(OFFICE) as actor:
        cycle = story.session.get_one(Cycle, story.cycle_id)
        workflow.apply(story.session, actor, cycle, step)


def _rate(story: Story, rater: str, code: str) -> None:
    """A member of the group rates a department's tasks, unless it is the own one."""
    college, session = story.college, story.session
    department = college.departments[code]
    with college.acting(rater) as actor:
        if department in actor.departments:
            return
        components = {
            row.code: row.id
            for row in session.execute(
                select(Component.code, Component.id)
                .join(Cycle, Cycle.rule_book_id == Component.rule_book_id)
                .where(Cycle.id == story.cycle_id, Component.code.in_(RATED))
            )
        }
        found = session.execute(
            select(Task, TaskResult.quality)
            .outerjoin(TaskResult, TaskResult.task_id == Task.id)
            .where(
                Task.cycle_id == story.cycle_id,
                Task.lead_department_id == department,
                Task.status.in_(RATED_STATES),
            )
            .order_by(Task.id)
        ).all()
        scores = []
        for task, quality in found:
            chance = story.chance("score", rater, task.number)
            for name in RATED:
                done = task.status == TaskStatus.FINISHED
                low, high = (86, 99) if done else (45, 72)
                if name == "quality" and quality in (Quality.FAIR, Quality.POOR):
                    low, high = low - 12, high - 12
                scores.append(
                    Score(
                        cycle_id=story.cycle_id,
                        task=task,
                        component_id=components[name],
                        value=Decimal(chance.randint(low, high)),
                        comment=story.phrase("score_comment", chance) if done else None,
                    )
                )
        if scores:
            rows = rate(session, actor, scores)
            workflow.apply_all(session, actor, rows, "submit")
