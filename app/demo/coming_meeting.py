"""The last thing told: a meeting of the committee that is still to come, whose agenda holds the
extensions that departments asked for in the last weeks (Art. 9.2)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app.core import workflow
from app.cycles.agenda import place_on_agenda
from app.demo.adjustments import review, to_committee
from app.demo.diary import later, weekday
from app.demo.seeds import rows
from app.demo.story import OFFICE_DEPARTMENT, SECRETARY, Story, TaskStory
from app.improvement.service import draft_adjustment
from app.models.improvement import Adjustment, AdjustmentKind, AdjustmentStatus, CauseKind
from app.models.planning import Task

BEFORE = dt.timedelta(days=14)
"""How long before the last day the first act is."""
AFTER = dt.timedelta(days=9)
"""How long after it the meeting is held."""
LONGER = dt.timedelta(days=14)


def plan_coming_meeting(story: Story, until: dt.date) -> None:
    """Put into the diary of the last weeks what leads to the meeting after `until`."""
    ids: list[int] = []
    begun, diary = weekday(until - BEFORE), story.diary
    diary.plan(begun, "11:00", lambda: _draft(story, until, ids))
    diary.plan(later(begun, 3), "11:00", lambda: review(story, ids))
    diary.plan(later(begun, 4), "16:00", lambda: to_committee(story, ids))
    diary.plan(later(begun, 5), "09:30", lambda: _invite(story, weekday(until + AFTER), ids))


def _draft(story: Story, until: dt.date, ids: list[int]) -> None:
    """A department each asks for more time for a task that will soon be due."""
    college, last = story.college, story.day(12, 31)
    asked: dict[str, tuple[TaskStory, Task]] = {}
    touched = {row.task for row in story.seeds.adjustments}
    for one, task in story.accepted(story.tasks):
        due = task.due_on
        if due is not None and until < due < last and one.seed.number not in touched:
            asked.setdefault(one.seed.lead, (one, task))
    for row, (code, (_, task)) in zip(
        rows("demo/late_adjustments.csv"), asked.items(), strict=False
    ):
        with college.acting(college.heads[code]) as actor:
            due = min((task.due_on or last) + LONGER, last)
            adjustment = Adjustment(
                cycle_id=story.cycle_id,
                department_id=college.departments[code],
                task=task,
                kind=AdjustmentKind.EXTEND,
                cause_kind=CauseKind.OBJECTIVE,
                cause=row["cause"],
            )
            changes = {"due_on": due.isoformat(), "due_text": f"{due.month}月{due.day}日前"}
            draft_adjustment(story.session, actor, adjustment, changes)
            workflow.apply(story.session, actor, adjustment, "submit")
            ids.append(adjustment.id)


def _invite(story: Story, day: dt.date, ids: list[int]) -> None:
    """The secretary writes the agenda; the minutes are still to come."""
    with story.college.acting(SECRETARY) as actor:
        waiting = story.session.scalars(
            select(Adjustment)
            .where(Adjustment.id.in_(ids), Adjustment.status == AdjustmentStatus.COMMITTEE)
            .order_by(Adjustment.id)
        ).all()
        if waiting:
            title = f"审定{day.month}月目标任务调整方案"
            item = story.sitting("党委会会议", [(title, OFFICE_DEPARTMENT)], held_on=day)[0]
            place_on_agenda(story.session, actor, item, waiting)
