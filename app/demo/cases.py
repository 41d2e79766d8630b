"""Supervision: on Mondays the Office decides on what the patrol proposed; a meeting or a leader
opens other cases; departments answer as they get on, each case to its end (Art. 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import select

from app.core import clock, workflow
from app.core.errors import RuleViolation, WrongState
from app.demo.diary import later, weekday
from app.demo.seeds import many, month_day, rows
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, Story
from app.models.monitoring import Light
from app.models.planning import Task, TaskStatus
from app.models.supervision import (
    CaseDepartment,
    CaseSource,
    CaseStage,
    CaseStatus,
    Instruction,
    SupervisionCase,
)
from app.supervision import service
from app.supervision.workflow import LIVE

REMARKS = ((5, 12), (9, 16), (11, 10))
"""On these days a leader writes on a task that lags, and the Office makes a case of it."""
DISMISSED, INSTRUCTED, EXTENDED = 0.08, 0.45, 0.08
ANSWERED, CONVINCING, SENT_BACK, TRANSFERRED = 0.5, 0.12, 0.25, 0.7
"""How often a turn ends so: shares of one."""
DISCIPLINE, DISCIPLINE_DEPARTMENT = "discipline", "jjs"


@dataclass(slots=True)
class CaseStory:
    """A case on its way, a turn every few days. `done_on`: when a matter without a task is done;
    a task says so itself."""

    story: Story
    id: int
    department: str
    chance: Random
    done_on: dt.date | None = None

    def go_on(self) -> None:
        """Plan the next turn, within the year."""
        day = later(clock.today(), self.chance.randint(2, 4))
        if day <= self.story.day(12, 31):
            self.story.diary.plan(day, f"{self.chance.randint(9, 16):02}:20", self.turn)

    def turn(self) -> None:
        case = self.story.session.get_one(SupervisionCase, self.id)
        done = self._is_done(case)
        if case.status == CaseStatus.REPLIED:
            self._judge(done)
        elif case.status == CaseStatus.OPEN and case.stage == CaseStage.SPECIAL:
            self._inspect(done)
        elif case.status == CaseStatus.OPEN:
            self._work(case, done)
        elif case.status == CaseStatus.ACCEPTED and done:
            self.step(self.office, "close", note=self.words("case_close"))
        if case.status in LIVE:
            self.go_on()

    def _is_done(self, case: SupervisionCase) -> bool:
        if case.task is not None:
            return case.task.status in (TaskStatus.FINISHED, TaskStatus.TERMINATED)
        return self.done_on is not None and self.done_on <= clock.today()

    def _work(self, case: SupervisionCase, done: bool) -> None:
        """The department signs and answers; a special inspection that is proposed is decided."""
        chance = self.chance.random()
        if case.signed_at is None:
            self.step(self.head, "sign")
        elif done:
            self.step(self.head, "reply", note=self.words("case_reply"))
        elif case.special_proposed_on is not None and chance < TRANSFERRED:
            self.step(self.office, "transfer", note=self.words("case_transfer"))
        elif case.special_proposed_on is not None:
            self.step(self.office, "keep", note=self.words("case_keep"))
        elif chance < ANSWERED:
            self.step(self.head, "reply", note=self.words("case_plan"))
        elif chance < ANSWERED + EXTENDED:
            until = later(max(case.due_on or clock.today(), clock.today()), 5)
            self.step(self.leader, "extend", due_on=until, note=self.words("case_extend"))

    def _judge(self, done: bool) -> None:
        if done or self.chance.random() < CONVINCING:
            words = self.words("case_close" if done else "case_accept")
            self.step(self.office, "accept", note=words)
        else:
            self.step(self.office, "reject", note=self.words("case_reject"))

    def _inspect(self, done: bool) -> None:
        if done:
            self.step(self.inspector, "conclude", note=self.words("case_conclude"))
        elif self.chance.random() < SENT_BACK:
            self.step(self.inspector, "send_back", note=self.words("case_send_back"))

    def step(self, username: str, name: str, **fields: Any) -> None:
        """Take a step, unless the ladder has moved the case meanwhile."""
        try:
            with self.story.college.acting(username) as actor:
                case = self.story.session.get_one(SupervisionCase, self.id)
                workflow.apply(self.story.session, actor, case, name, **fields)
        except (WrongState, RuleViolation):
            return

    def words(self, kind: str) -> str:
        return self.story.phrase(kind, self.chance)

    @property
    def head(self) -> str:
        return self.story.college.heads[self.department]

    @property
    def leader(self) -> str:
        return self.story.college.leaders[self.department]

    @property
    def office(self) -> str:
        """Nobody decides on a case of their own department."""
        return self.leader if self.department == OFFICE_DEPARTMENT else OFFICE

    @property
    def inspector(self) -> str:
        return self.leader if self.department == DISCIPLINE_DEPARTMENT else DISCIPLINE


def plan_cases(story: Story) -> None:
    """Put the year's supervision into the diary."""
    monday = max(story.day(3, 1), clock.today())
    monday += dt.timedelta(days=-monday.weekday() % 7)
    while monday <= story.day(12, 31):
        story.diary.plan(monday, "09:00", lambda: _monday(story))
        monday += dt.timedelta(days=7)
    for row in rows("demo/cases.csv"):
        if row["department"] in story.college.codes:
            day = weekday(story.day(*month_day(row["day"])))
            story.diary.plan(day, "10:10", lambda r=row: _by_hand(story, r))  # type: ignore[misc]
    for month, day_of_month in REMARKS:
        day = weekday(story.day(month, day_of_month))
        story.diary.plan(day, "15:10", lambda: _remark(story))
    january = dt.date(story.year + 1, 1, 6)
    for place in range(4):
        day = later(weekday(january), place)
        story.diary.plan(day, "10:00", lambda: _wind_up(story))


def _monday(story: Story) -> None:
    """The Office decides on what the patrol has proposed."""
    proposed = story.session.scalars(
        select(SupervisionCase.id)
        .where(
            SupervisionCase.cycle_id == story.cycle_id,
            SupervisionCase.status == CaseStatus.PROPOSED,
        )
        .order_by(SupervisionCase.id)
    ).all()
    for key in proposed:
        _decide(_told(story, key))


def _told(story: Story, key: int, done_on: dt.date | None = None) -> CaseStory:
    case = story.session.get_one(SupervisionCase, key)
    codes = {number: code for code, number in story.college.departments.items()}
    chance = story.chance("case", case.matter)
    return CaseStory(story, key, codes[case.department_id], chance, done_on)


def _decide(case: CaseStory) -> None:
    """Open a proposed case or not; a leader may have something to say on it."""
    chance = case.chance
    if chance.random() < DISMISSED:
        case.step(case.office, "dismiss", note=case.words("case_dismiss"))
        return
    case.step(case.office, "confirm", note=case.words("case_requirement"))
    if chance.random() < INSTRUCTED:
        author = case.leader if chance.random() < 0.8 else "topleader"
        day = later(clock.today(), 1)
        case.story.diary.plan(day, "15:00", lambda: _instruct(case, author))
    case.go_on()


def _instruct(case: CaseStory, author: str) -> None:
    with case.story.college.acting(author) as actor:
        row = case.story.session.get_one(SupervisionCase, case.id)
        text = case.words("instruction")
        service.write_instruction(case.story.session, actor, row, text)


def _by_hand(story: Story, row: dict[str, str]) -> None:
    """The Office writes a case that has no task: from a meeting, from a leader."""
    college, session = story.college, story.session
    with college.acting(OFFICE) as actor:
        case = SupervisionCase(
            cycle_id=story.cycle_id,
            source=CaseSource(row["source"]),
            matter=row["matter"],
            ground=row["ground"],
            requirement=row["requirement"],
            department_id=college.departments[row["department"]],
        )
        service.add_case(session, actor, case)
        session.add_all(
            [
                CaseDepartment(supervision_case=case, department_id=college.departments[code])
                for code in many(row["assist"])
                if code in college.departments
            ]
        )
        workflow.apply(session, actor, case, "confirm")
        key = case.id
    done = story.day(*month_day(row["done"])) if row["done"] else None
    _told(story, key, done).go_on()


def _remark(story: Story) -> None:
    """A leader writes on a task that lags; the next day the Office makes a case of it."""
    live = select(SupervisionCase.task_id).where(
        SupervisionCase.task_id.is_not(None), SupervisionCase.status.in_(LIVE)
    )
    task = story.session.scalars(
        select(Task)
        .where(
            Task.cycle_id == story.cycle_id,
            Task.status == TaskStatus.ACCEPTED,
            Task.light.in_((Light.YELLOW, Light.ORANGE)),
            Task.lead_department_id != story.college.departments[OFFICE_DEPARTMENT],
            Task.id.not_in(live),
        )
        .order_by(Task.id)
        .limit(1)
    ).first()
    if task is None:
        return
    key = task.id
    codes = {number: code for code, number in story.college.departments.items()}
    chance = story.chance("remark", key)
    lead = codes[task.lead_department_id or 0]
    with story.college.acting(story.college.leaders[lead]) as actor:
        text = story.phrase("instruction", chance)
        written = service.write_instruction(story.session, actor, task, text)
        instruction = written.id
    day = later(clock.today(), 1)
    story.diary.plan(day, "09:30", lambda: _take_up(story, instruction))


def _take_up(story: Story, instruction: int) -> None:
    try:
        with story.college.acting(OFFICE) as actor:
            row = story.session.get_one(Instruction, instruction)
            key = service.case_from_instruction(story.session, actor, row).id
    except WrongState:
        return
    told = _told(story, key)
    told.step(told.office, "confirm")
    told.go_on()


def _wind_up(story: Story) -> None:
    """What is still open when the year ends is brought to its end, a step a day: answered,
    accepted or concluded, closed."""
    moves: dict[CaseStatus, Callable[[CaseStory, bool], None]] = {
        CaseStatus.PROPOSED: lambda case, special: case.step(
            case.office, "dismiss", note=case.words("case_carried_over")
        ),
        CaseStatus.OPEN: lambda case, special: (
            case.step(case.inspector, "conclude", note=case.words("case_carried_over"))
            if special
            else case.step(case.head, "reply", note=case.words("unfinished_measure"))
        ),
        CaseStatus.REPLIED: lambda case, special: case.step(
            case.office, "accept", note=case.words("case_carried_over")
        ),
        CaseStatus.ACCEPTED: lambda case, special: case.step(case.office, "close"),
    }
    open_ = story.session.execute(
        select(SupervisionCase.id, SupervisionCase.status, SupervisionCase.stage)
        .where(SupervisionCase.cycle_id == story.cycle_id, SupervisionCase.status.in_(LIVE))
        .order_by(SupervisionCase.id)
    ).all()
    for key, status, stage in open_:
        moves[status](_told(story, key), stage == CaseStage.SPECIAL)
