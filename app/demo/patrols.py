"""The patrol in the told year: a round every morning, from which warnings and proposals come."""

from __future__ import annotations

import datetime as dt

from app.core import clock
from app.demo.story import Story
from app.supervision.patrol import go_round


def plan_patrols(story: Story) -> None:
    """Put the daily round into the diary, from tomorrow to the end of the year's assessment."""
    last = dt.date(story.year + 1, 1, 31)

    def go_and_plan_the_next(day: dt.date) -> None:
        go_round(story.session, day)
        if day < last:
            _plan(day + dt.timedelta(days=1))

    def _plan(day: dt.date) -> None:
        story.diary.plan(day, "06:00", lambda: go_and_plan_the_next(day))

    _plan(clock.today() + dt.timedelta(days=1))
