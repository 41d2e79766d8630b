"""The year being told: its tasks with their curves, and what every act needs to find."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock
from app.core.unit_of_work import AnySession
from app.cycles.queries import college_calendar
from app.demo.curves import Curve, draw
from app.demo.diary import Diary
from app.demo.loader import College
from app.demo.seeds import AdjustmentSeed, MonthDay, Seeds, TaskSeed, month_day
from app.models.meetings import AgendaItem, Meeting, MeetingKind
from app.models.planning import Task, TaskStatus

OFFICE = "office"
SECRETARY = "secretary"
OFFICE_DEPARTMENT = "bgs"
"""The Office's own department: it decides on none of its rows."""


@dataclass(slots=True)
class TaskStory:
    """A task, how it goes, and its row once there is one."""

    seed: TaskSeed
    curve: Curve
    id: int = 0


@dataclass(slots=True)
class Story:
    """One year of the college."""

    college: College
    diary: Diary
    year: int
    seed: int
    coming: bool = False
    """Is it the year after the told ones, of which only the planning is told?"""

    tasks: list[TaskStory] = field(default_factory=list)
    cycle_id: int = 0
    points_id: int = 0
    meetings: int = 0

    @property
    def session(self) -> AnySession:
        return self.college.session

    @property
    def seeds(self) -> Seeds:
        return self.college.seeds

    def chance(self, *of: object) -> Random:
        """Chance that is the same whenever it is asked for the same thing."""
        told = ":".join(str(part) for part in (self.seed, self.year, *of))
        return Random(told)  # noqa: S311 (a story, nothing to guess)

    def day(self, month: int, day: int) -> dt.date:
        return dt.date(self.year, month, day)

    def phrase(self, kind: str, chance: Random) -> str:
        return chance.choice(self.seeds.phrases[kind])

    def remark(self, situation: str, kind: str, chance: Random) -> str:
        return chance.choice(self.seeds.remarks[situation, kind])

    def tell(self, seed: TaskSeed, new_due: MonthDay | None = None) -> TaskStory:
        """Add a task to the year."""
        curve = draw(seed, self.year, new_due, self.chance("task", seed.number))
        one = TaskStory(seed, curve)
        self.tasks.append(one)
        return one

    def of_department(self, code: str) -> list[TaskStory]:
        return [one for one in self.tasks if one.seed.lead == code]

    def accepted(
        self, stories: Iterable[TaskStory], *, with_parts: bool = False
    ) -> list[tuple[TaskStory, Task]]:
        """Those of `stories` whose task is accepted, with the row."""
        by_id = {one.id: one for one in stories if one.id}
        query = (
            select(Task)
            .where(Task.id.in_(by_id), Task.status == TaskStatus.ACCEPTED)
            .options(joinedload(Task.cycle))
            .order_by(Task.id)
        )
        if with_parts:
            query = query.options(selectinload(Task.milestones), selectinload(Task.indicators))
        return [(by_id[task.id], task) for task in self.session.scalars(query)]

    def workday(self, day: dt.date) -> dt.date:
        """`day`, or the college's next workday. Asked when the holidays are known."""
        own = college_calendar(self.session)
        while not clock.is_workday(day, own):
            day += dt.timedelta(days=1)
        return day

    def writer_of(self, story: TaskStory) -> str:
        """Who drafts for a task: its owner, or the head where the owner has another role."""
        owner = story.seed.owner
        return owner if owner in self.college.staff else self.college.heads[story.seed.lead]

    def sitting(
        self,
        title: str,
        items: Iterable[tuple[str, str | None]],
        held_on: dt.date | None = None,
    ) -> list[AgendaItem]:
        """The secretary's meeting of the committee with its items (title, department): today, or
        on a day to come, whose minutes have no number yet."""
        self.meetings += 1
        meeting = Meeting(
            kind=MeetingKind.COMMITTEE,
            number=f"{self.year}年第{self.meetings}次",
            title=title,
            held_on=held_on or clock.today(),
            recorded_by_id=self.college.people[SECRETARY],
        )
        if held_on is None:
            meeting.minutes_number = self.minutes_number(meeting)
        found = [
            AgendaItem(
                meeting=meeting,
                position=place,
                title=words,
                reporter_department_id=self.college.departments[code] if code else None,
            )
            for place, (words, code) in enumerate(items, start=1)
        ]
        self.session.add_all([meeting, *found])
        self.session.flush()
        return found

    def minutes_number(self, meeting: Meeting) -> str:
        count = meeting.number.partition("第")[2].removesuffix("次")
        return f"院党纪要〔{self.year}〕{count}号"


def new_due(adjustments: Iterable[AdjustmentSeed], number: str) -> MonthDay | None:
    """Where an extension moves a task's due date."""
    for row in adjustments:
        if row.task == number and row.kind == "extend":
            return month_day(row.fields["due"])
    return None
