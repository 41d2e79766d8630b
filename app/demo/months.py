"""The story month by month: checks, returned ones, the bulletin, coordination (Art. 7, 9.1)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.core import clock, workflow
from app.demo.corrections import plan_corrections
from app.demo.diary import later, weekday
from app.demo.seeds import rows
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, Story, TaskStory
from app.models.cycles import ReportingMonth
from app.models.monitoring import (
    CheckStatus,
    CoordinationRequest,
    Light,
    MonthlyCheck,
)
from app.models.planning import Task, TaskStatus
from app.monitoring.coordination import request_coordination
from app.monitoring.service import close_month, draft_check, month_end

LATE = 0.05
"""The share of departments that miss a month's last day."""
WORSE = Light.YELLOW


def plan_months(story: Story) -> None:
    """Put every reported month into the diary. Needs the year's months."""
    months = story.session.execute(
        select(ReportingMonth.month, ReportingMonth.due_on)
        .where(ReportingMonth.cycle_id == story.cycle_id, ReportingMonth.exempt.is_(False))
        .order_by(ReportingMonth.month)
    ).all()
    for number, (month, day_due) in enumerate(months, start=1):
        due = day_due or month_end(story.year, month)
        for code in story.college.codes:
            chance = story.chance("month", month, code)
            day = _submission_day(story, month, due, chance.random(), chance.random())
            story.diary.plan(day, "10:30", lambda m=month, c=code: _draft(story, m, c))  # type: ignore[misc]
            story.diary.plan(day, "16:00", lambda m=month, c=code: _submit(story, m, c))  # type: ignore[misc]
        back = later(due, 1)
        story.diary.plan(back, "17:00", lambda m=month, d=back: _return_some(story, m, d))  # type: ignore[misc]
        story.diary.plan(
            later(due, 3),
            "17:00",
            lambda m=month, n=number: _close(story, m, n),  # type: ignore[misc]
        )
    for row in rows("demo/coordination.csv"):
        _plan_request(story, row)


def _submission_day(
    story: Story, month: int, due: dt.date, lateness: float, share: float
) -> dt.date:
    """A weekday from the month's last one to the last day in time, or the day after."""
    if lateness < LATE:
        return later(due, 1)
    last = month_end(story.year, month)
    while last.weekday() > 4:
        last -= dt.timedelta(days=1)
    # After a holiday the last day in time may lie weeks away: nobody reports in the holidays.
    first = max(last, due - dt.timedelta(days=6))
    days = [first + dt.timedelta(days=place) for place in range((due - first).days + 1)]
    days = [day for day in days if day.weekday() < 5] or [due]
    return days[int(share * len(days)) % len(days)]


def _draft(story: Story, month: int, code: str) -> None:
    """The owners write their checks."""
    due = [one for one in story.of_department(code) if month in one.curve.reports]
    with story.college.meeting():
        by_writer: dict[str, list[tuple[TaskStory, Task]]] = defaultdict(list)
        for one, task in story.accepted(due):
            by_writer[story.writer_of(one)].append((one, task))
        for writer, pairs in by_writer.items():
            with story.college.in_turn(writer) as actor:
                for one, task in pairs:
                    draft_check(story.session, actor, _check(story, one, task, month))


def _check(story: Story, one: TaskStory, task: Task, month: int) -> MonthlyCheck:
    report = one.curve.reports[month]
    chance = story.chance("check", one.seed.number, month)
    check = MonthlyCheck(
        task=task,
        year=story.year,
        month=month,
        actual_percent=report.percent,
        quality=report.quality,
        done=story.remark(report.situation, "done", chance),
        problem=story.remark(report.situation, "problem", chance),
        next_step=story.remark(report.situation, "next_step", chance),
    )
    if report.worse_light:
        check.head_light = WORSE
        check.head_light_reason = story.phrase("worse_light", chance)
    return check


def _submit(story: Story, month: int, code: str) -> None:
    """The head submits what lies open."""
    with story.college.acting(story.college.heads[code]) as actor:
        checks = story.session.scalars(
            select(MonthlyCheck)
            .join(MonthlyCheck.task)
            .where(
                Task.cycle_id == story.cycle_id,
                Task.lead_department_id == story.college.departments[code],
                Task.status == TaskStatus.ACCEPTED,
                MonthlyCheck.year == story.year,
                MonthlyCheck.month == month,
                MonthlyCheck.status.in_((CheckStatus.DRAFT, CheckStatus.RETURNED)),
            )
            .options(
                joinedload(MonthlyCheck.task).selectinload(Task.milestones),
                joinedload(MonthlyCheck.task).joinedload(Task.cycle),
            )
            .order_by(MonthlyCheck.id)
        ).all()
        workflow.apply_all(story.session, actor, checks, "submit")


def _return_some(story: Story, month: int, day: dt.date) -> None:
    """The Office sends a check or two back; the departments submit again next morning."""
    chance = story.chance("return", month)
    codes = [code for code in story.college.codes if code != OFFICE_DEPARTMENT]
    for code in chance.sample(codes, min(2, len(codes))):
        with story.college.acting(OFFICE) as actor:
            check = story.session.scalar(
                select(MonthlyCheck)
                .join(MonthlyCheck.task)
                .where(
                    Task.cycle_id == story.cycle_id,
                    Task.lead_department_id == story.college.departments[code],
                    Task.status == TaskStatus.ACCEPTED,
                    MonthlyCheck.month == month,
                    MonthlyCheck.status == CheckStatus.SUBMITTED,
                )
                .options(selectinload(MonthlyCheck.task))
                .order_by(MonthlyCheck.id)
                .limit(1)
            )
            if check is None:
                continue
            workflow.apply(
                story.session, actor, check, "return",
                return_reason=story.phrase("check_return", chance),
            )  # fmt: skip
        story.diary.plan(
            later(day, 1),
            "11:00",
            lambda m=month, c=code: _submit(story, m, c),  # type: ignore[misc]
        )


def _close(story: Story, month: int, number: int) -> None:
    """The Office issues the bulletin: the month is closed."""
    with story.college.acting(OFFICE) as actor:
        row = story.session.scalars(
            select(ReportingMonth).where(
                ReportingMonth.cycle_id == story.cycle_id, ReportingMonth.month == month
            )
        ).one()
        close_month(story.session, actor, row, f"监测通报〔{story.year}〕{number}号")
    plan_corrections(story, month, clock.today())


# Coordination ----------------------------------------------------------------------------


def _plan_request(story: Story, row: dict[str, str]) -> None:
    one = next((t for t in story.tasks if t.seed.number == row["task_number"]), None)
    heads = story.college.heads
    if one is None or (row["to_department"] and row["to_department"] not in heads):
        return
    answerer = heads[row["to_department"]] if row["to_department"] else row["to_leader"]
    chance = story.chance("coordination", row["task_number"])
    day = weekday(story.day(int(row["month"]), 6 + chance.randint(0, 8)))
    asked: list[int] = []
    story.diary.plan(day, "10:00", lambda: _ask(story, one, row, asked))
    head = heads[one.seed.lead]
    if row["ending"] == "open":
        return
    day = later(day, chance.randint(2, 6))
    story.diary.plan(
        day, "15:00", lambda: _step(story, asked, answerer, "answer", reply=row["reply"])
    )
    if row["ending"] == "answered":
        return
    step, said = "resolve", {}
    if row["ending"] == "reopened":
        step, said = "reopen", {"reopen_reason": row["reopen_reason"]}
    day = later(day, chance.randint(2, 10))
    story.diary.plan(day, "09:30", lambda: _step(story, asked, head, step, **said))


def _ask(story: Story, one: TaskStory, row: dict[str, str], asked: list[int]) -> None:
    college = story.college
    with college.acting(college.heads[one.seed.lead]) as actor:
        if not story.accepted([one]):
            return
        request = request_coordination(
            story.session,
            actor,
            CoordinationRequest(
                task_id=one.id,
                department_id=college.departments[one.seed.lead],
                matter=row["matter"],
                addressed_department_id=college.departments.get(row["to_department"]),
                addressed_leader_id=college.people.get(row["to_leader"]),
                due_on=later(story.workday(dt.date(story.year, int(row["month"]), 20)), 5),
            ),
        )
        asked.append(request.id)


def _step(story: Story, asked: list[int], username: str, step: str, **fields: Any) -> None:
    if asked:
        with story.college.acting(username) as actor:
            request = story.session.get_one(CoordinationRequest, asked[0])
            workflow.apply(story.session, actor, request, step, **fields)
