"""Supervision: what is overdue becomes a case; instructions, replies, endings (Art. 8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import select

from app.core import workflow
from app.demo.diary import later, weekday
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, Story, TaskStory
from app.models.supervision import CaseStage, CaseStatus, SupervisionCase
from app.supervision.service import propose_case, write_instruction

PATIENCE = dt.timedelta(days=4)
LAST_DUE = (12, 1)
"""Tasks due after this day go to the results instead of a case."""
DISMISSED = 0.06
INSTRUCTED = 0.45
DISCIPLINE = "discipline"


@dataclass(slots=True)
class CaseStory:
    """A case on its way; `day` is the day of its last act."""

    story: Story
    one: TaskStory
    chance: Random
    id: int
    day: dt.date

    def after(self, weekdays: int, time: str, act: Callable[[], None]) -> None:
        """Plan an act so many weekdays after the last one, within the year."""
        self.day = later(self.day, weekdays)
        if self.day <= self.story.day(12, 31):
            self.story.diary.plan(self.day, time, act)

    def step(self, username: str, name: str, **fields: Any) -> None:
        """Take a step, if the case is still in a state for it."""
        with self.story.college.acting(username) as actor:
            case = self.story.session.get_one(SupervisionCase, self.id)
            sources = workflow.workflow_of(SupervisionCase).named(name).sources
            if case.status in sources:
                workflow.apply(self.story.session, actor, case, name, **fields)

    @property
    def head(self) -> str:
        return self.story.college.heads[self.one.seed.lead]

    @property
    def leader(self) -> str:
        return self.story.college.leaders[self.one.seed.lead]

    def words(self, kind: str) -> str:
        return self.story.phrase(kind, self.chance)


def plan_cases(story: Story, stories: Sequence[TaskStory]) -> None:
    """Put the cases of overdue tasks into the diary: the Office opens a week's together."""
    weeks: dict[dt.date, list[TaskStory]] = defaultdict(list)
    for one in stories:
        due, done = one.curve.due_on, one.curve.finished_on
        # Nobody of the Office may accept a reply of the Office's own department.
        if due is None or one.seed.lead == OFFICE_DEPARTMENT or due > story.day(*LAST_DUE):
            continue
        monday = due + PATIENCE
        monday += dt.timedelta(days=-monday.weekday() % 7)
        if done is None or done > monday:
            weeks[monday].append(one)
    for day, group in weeks.items():
        story.diary.plan(day, "09:00", lambda g=group, d=day: _open(story, g, d))  # type: ignore[misc]


def plan_last_cases(story: Story) -> None:
    """What is still open when the year ends is wound up before the year is closed."""
    january = dt.date(story.year + 1, 1, 7)
    open_: list[tuple[int, str]] = []
    story.diary.plan(weekday(january), "10:00", lambda: _last_replies(story, open_))
    story.diary.plan(later(january, 3), "10:00", lambda: _last_words(story, open_))


def _last_replies(story: Story, open_: list[tuple[int, str]]) -> None:
    college, session = story.college, story.session
    codes = {key: code for code, key in college.departments.items()}
    found = session.execute(
        select(SupervisionCase.id, SupervisionCase.department_id)
        .where(
            SupervisionCase.cycle_id == story.cycle_id, SupervisionCase.status == CaseStatus.OPEN
        )
        .order_by(SupervisionCase.id)
    ).all()
    for key, department in found:
        with college.acting(college.heads[codes[department]]) as actor:
            case = session.get_one(SupervisionCase, key)
            note = story.phrase("unfinished_measure", story.chance("last", key))
            workflow.apply(session, actor, case, "reply", note=note)
            open_.append((key, case.stage))


def _last_words(story: Story, open_: list[tuple[int, str]]) -> None:
    """The Office accepts; a special inspection is concluded by the discipline office."""
    for key, stage in open_:
        special = stage == CaseStage.SPECIAL
        chance = story.chance("last", key)
        note = story.phrase("case_carried_over", chance)
        with story.college.acting(DISCIPLINE if special else OFFICE) as actor:
            case = story.session.get_one(SupervisionCase, key)
            step = "conclude" if special else "accept"
            workflow.apply(story.session, actor, case, step, note=note)


def _open(story: Story, group: list[TaskStory], day: dt.date) -> None:
    college = story.college
    opened: list[CaseStory] = []
    with college.acting(OFFICE) as actor:
        confirmed = []
        for one, task in story.accepted(group):
            if task.due_on is None or task.due_on >= day:
                continue  # an adjustment gave it more time
            chance = story.chance("case", one.seed.number)
            case = propose_case(
                story.session, actor, task,
                ground=story.phrase("case_ground", chance),
                requirement=story.phrase("case_requirement", chance),
            )  # fmt: skip
            if chance.random() < DISMISSED:
                workflow.apply(story.session, actor, case, "dismiss")
                continue
            confirmed.append(case)
            opened.append(CaseStory(story, one, chance, case.id, day))
        workflow.apply_all(story.session, actor, confirmed, "confirm")
    for one_case in opened:
        _follow(one_case)


def _follow(case: CaseStory) -> None:
    """Plan what becomes of an open case."""
    chance = case.chance
    if chance.random() < INSTRUCTED:
        _instruct(case, later(case.day, 1))
    case.after(chance.randint(1, 2), "09:30", lambda: case.step(case.head, "sign"))
    done = case.one.curve.finished_on
    if done is not None and done <= case.day + dt.timedelta(days=18):
        _finish(case, done)
        return
    plan = case.words("case_plan")
    case.after(3, "15:30", lambda: case.step(case.head, "reply", note=plan))
    reject = case.words("case_reject")
    case.after(2, "10:00", lambda: case.step(OFFICE, "reject", note=reject))
    urge = case.words("case_urge")
    case.after(3, "09:00", lambda: case.step(OFFICE, "urge", note=urge))
    if done is not None and done <= case.day + dt.timedelta(days=25):
        _finish(case, done)
        return
    if chance.random() < 0.3:
        _extend(case)
    case.after(8, "16:00", lambda: case.step(case.head, "reply", note=case.words("case_plan")))
    case.after(2, "10:00", lambda: case.step(OFFICE, "reject", note=reject))
    deadline = case.words("case_deadline")
    case.after(1, "09:00", lambda: case.step(OFFICE, "set_deadline", note=deadline))
    if done is not None and (done <= case.day + dt.timedelta(days=25) or chance.random() < 0.5):
        _finish(case, done)
        return
    transfer = case.words("case_transfer")
    case.after(16, "10:00", lambda: case.step(OFFICE, "transfer", note=transfer))
    if done is not None:
        case.day = max(case.day, done)
        conclude = case.words("case_conclude")
        case.after(5, "16:00", lambda: case.step(DISCIPLINE, "conclude", note=conclude))


def _instruct(case: CaseStory, day: dt.date) -> None:
    text = case.words("instruction")
    author = case.leader if case.chance.random() < 0.8 else "topleader"

    def act() -> None:
        with case.story.college.acting(author) as actor:
            row = case.story.session.get_one(SupervisionCase, case.id)
            if row.status != CaseStatus.DISMISSED:
                write_instruction(case.story.session, actor, row, text)

    case.story.diary.plan(day, "15:00", act)


def _extend(case: CaseStory) -> None:
    note = case.words("case_extend")
    until = later(case.day, 8)
    case.after(2, "16:00", lambda: case.step(case.leader, "extend", note=note, due_on=until))


def _finish(case: CaseStory, done: dt.date) -> None:
    """The task was done at last: the department says so, the Office closes the case."""
    case.day = max(case.day, done)
    reply, close = case.words("case_reply"), case.words("case_close")
    case.after(
        case.chance.randint(1, 3), "16:00", lambda: case.step(case.head, "reply", note=reply)
    )
    case.after(case.chance.randint(1, 3), "10:30", lambda: case.step(OFFICE, "accept", note=close))
