"""Building the demo: the college, then its years lived through day by day.

Everything goes through the services and steps the screens use, each act by the person whose
act it is; the system itself writes the master data only. The clock stands at each act's
moment, so the audit trail reads like a real year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from app.core import clock
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.demo.adjustments import plan_adjustments
from app.demo.cases import plan_cases
from app.demo.coming_meeting import plan_coming_meeting
from app.demo.diary import Diary
from app.demo.loader import College, write_college
from app.demo.months import plan_months
from app.demo.names import fit
from app.demo.outcomes import plan_outcomes, plan_year_end
from app.demo.patrols import plan_patrols
from app.demo.plan_seeds import AGAIN, coming_tasks
from app.demo.planning import plan_planning
from app.demo.rating import plan_rating
from app.demo.seeds import read_seeds
from app.demo.story import Story, new_due
from app.models.monitoring import MonthlyCheck
from app.models.organisation import Department, Person
from app.models.planning import Task

PASSWORD = "demo-2022"  # noqa: S105 (public: it stands in the README)
FIRST_MONTH = 3
"""Before it the year has no tasks yet: the demo tells the year before."""

Say = Callable[[Message], None]


@dataclass(frozen=True, slots=True)
class Size:
    """What to build. `departments` and `tasks`: None for what the seed data holds."""

    until: dt.date
    departments: int | None = None
    tasks: int | None = None
    years: int = 1
    seed: int = 1

    @property
    def last_year(self) -> int:
        return self.until.year if self.until.month >= FIRST_MONTH else self.until.year - 1


def why_not(session: AnySession, engine: Engine) -> Message | None:
    """Why no demo can be built here: the schema or the roles are missing, or there are rows
    (the message's value `rows` is then set). None if it can."""
    from app.schema import pending_migrations

    if pending_migrations(engine):
        return message("The database is not current; run “flask --app run init-db” first.")
    for model in (Department, Person, Task):
        if session.scalar(select(model.id).limit(1)) is not None:
            return message(
                "The database is not empty (%(rows)s); the demo is built in an empty one only.",
                rows=model.__tablename__,
            )
    return None


def build_demo(
    session: AnySession, size: Size, hash_password: Callable[[str], str], say: Say
) -> dict[str, int]:
    """Build the college and live its years up to `size.until`. Returns counts.

    Commits as it goes: one unit of work per act, as the people would have done.
    """
    seeds = fit(read_seeds(), size.departments, size.tasks, size.seed)
    first = size.last_year - size.years + 1
    since = dt.date(first - 1, 10, 1)
    college = College(session, seeds)
    say(
        message(
            "Writing the college: %(departments)s departments, %(people)s people …",
            departments=len(college.codes),
            people=len(seeds.people),
        )
    )
    with clock.at(since):
        write_college(college, hash_password(PASSWORD), since)
    diary = Diary()
    for year in range(first, size.last_year + 1):
        story = Story(college, diary, year, size.seed)
        _plan_year(story)
        if year == size.last_year:
            plan_coming_meeting(story, size.until)
    _plan_coming(Story(college, diary, size.last_year + 1, size.seed, coming=True))

    def tell_month(day: dt.date) -> None:
        say(message("Living through %(month)s …", month=f"{day:%Y-%m}"))

    diary.live(size.until, tell_month)
    return {
        "departments": len(college.codes),
        "people": _count(session, Person),
        "tasks": _count(session, Task),
        "checks": _count(session, MonthlyCheck),
    }


def _plan_year(story: Story) -> None:
    for seed in story.seeds.tasks:
        story.tell(seed, new_due(story.seeds.adjustments, seed.number))

    def follow_the_table() -> None:
        plan_patrols(story)
        plan_months(story)
        plan_outcomes(story, story.tasks)
        plan_cases(story)
        plan_adjustments(story, plan_outcomes)
        plan_year_end(story)
        plan_rating(story)

    plan_planning(story, follow_the_table)


def _plan_coming(story: Story) -> None:
    """The year after the told ones, as far as it is planned by the last day."""
    lucky = [story.chance("again", task.number).random() < AGAIN for task in story.seeds.tasks]
    for seed in coming_tasks(story.seeds, lucky):
        story.tell(seed)
    plan_planning(story, lambda: None)


def _count(session: AnySession, model: type[Person] | type[Task] | type[MonthlyCheck]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0
