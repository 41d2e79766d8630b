"""The Office's word on the unfinished tasks of the year before (Art. 10): what a department has
proposed to go on with is carried over as key supervised; what still ends this year is not."""

from __future__ import annotations

import datetime as dt

from app.core import clock
from app.cycles.service import year_before
from app.demo.diary import weekday
from app.demo.story import OFFICE, Story
from app.planning.carry_over import candidates, decide

DECLINED = 2
"""So many of the overdue tasks that nobody goes on with are said to end this year."""


def plan_carry_over(story: Story) -> None:
    """Put the Office's word into the diary of the November before the year."""
    day = weekday(dt.date(story.year - 1, 11, 18))
    story.diary.plan(day, "16:30", lambda: _decide(story))


def _decide(story: Story) -> None:
    session = story.session
    with story.college.acting(OFFICE) as actor:
        before = year_before(session, actor, story.year)
        if before is None:
            return
        found = [one for one in candidates(session, actor, before) if one.decidable]
        going = [one.task for one in found if one.proposed]
        today = clock.today()
        overdue = [
            one.task
            for one in found
            if not one.proposed and one.task.due_on is not None and one.task.due_on < today
        ]
        if going:
            decide(
                session, actor, going, confirmed=True, reason="年内难以完成，结转下年度重点督办。"
            )
        if overdue:
            decide(
                session, actor, overdue[:DECLINED],
                confirmed=False, reason="剩余工作量不大，部门承诺12月底前完成，不结转。",
            )  # fmt: skip
