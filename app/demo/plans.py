"""The departments' plans: proposed in November, read by their leaders, sent back where it needs
more, submitted and taken up by the Office (Art. 4.2-4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core import clock, workflow
from app.core.actor import Actor
from app.cycles.queries import rule
from app.demo import papers
from app.demo.carrying import plan_carry_over
from app.demo.curves import day_of
from app.demo.diary import Act, later, weekday
from app.demo.plan_seeds import (
    CommentSeed,
    PlanDays,
    comments_on,
    parts,
    plan_days,
    shared_out,
)
from app.demo.seeds import MonthDay
from app.demo.story import OFFICE, Story, TaskStory
from app.demo.task_rows import parts_of, task_fields
from app.models.cycles import Cycle, StrategicGoal
from app.models.organisation import Delegation, Department
from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, PlanStatus, Task, TaskStatus
from app.planning.plans import (
    answer_comment,
    comment_on_plan,
    goals_of,
    open_plan,
    propose_from_goals,
    propose_from_tasks,
    set_weights,
    sources_of,
)
from app.planning.service import propose_task

BROKEN_DOWN = (
    "课程思政示范课堂与案例库建设",
    "样板党支部培育与课程思政融合",
    "工匠精神与劳模进校园",
)
"""Titles of the tasks that leaders draft for the departments in their charge (Art. 5.1)."""
AWAY, STANDING_IN = "head.rsc", "section.rsc-zzk"


@dataclass(slots=True)
class PlanStory:
    """A department's plan on its way."""

    story: Story
    code: str
    days: PlanDays
    comments: list[CommentSeed]
    id: int = 0
    said: list[tuple[int, str]] = field(default_factory=list)
    """The ids of the comments made, with their answers."""

    @property
    def head(self) -> str:
        return self.story.college.heads[self.code]

    @property
    def leader(self) -> str:
        return self.story.college.leaders[self.code]

    @property
    def tasks(self) -> list[TaskStory]:
        """What the department proposes itself: the rest is passed to it in February."""
        return [
            one
            for one in self.story.of_department(self.code)
            if not is_part(self.story, one) and not is_broken_down(one)
        ]

    def row(self) -> DepartmentPlan:
        return self.story.session.get_one(DepartmentPlan, self.id)

    def step(self, username: str, name: str, **given: Any) -> None:
        with self.story.college.acting(username) as actor:
            workflow.apply(self.story.session, actor, self.row(), name, **given)

    def phrase(self, kind: str) -> str:
        return self.story.phrase(kind, self.story.chance(kind, self.code))


def is_part(story: Story, one: TaskStory) -> bool:
    """Is it a part of another department's task of this year?"""
    part = parts().get(one.seed.title)
    return part is not None and any(
        other.seed.title == part.whole and other.seed.lead != one.seed.lead for other in story.tasks
    )


def is_broken_down(one: TaskStory) -> bool:
    """Does its leader draft it from a work point?"""
    return one.seed.title in BROKEN_DOWN and one.seed.work_point is not None


def plan_plans(story: Story) -> None:
    """Put the departments' plans into the diary of the months before the year."""
    for place, code in enumerate(story.college.codes):
        comments = comments_on(code, story.coming)
        one = PlanStory(story, code, plan_days(code, place), comments)
        if one.tasks:
            _plan_one(one)
    story.diary.plan(weekday(story.day(1, 4)), "15:00", lambda: _aggregate(story))
    november = dt.date(story.year - 1, 11, 12)
    story.diary.plan(weekday(november), "16:30", lambda: _delegate(story))
    plan_carry_over(story)


def _delegate(story: Story) -> None:
    """A head is away for two weeks: the Office enters who stands in."""
    people = story.college.people
    if not {AWAY, STANDING_IN} <= people.keys():
        return
    with story.college.acting(OFFICE):
        story.session.add(
            Delegation(
                giver_id=people[AWAY],
                receiver_id=people[STANDING_IN],
                valid_from=clock.today() + dt.timedelta(days=4),
                valid_to=clock.today() + dt.timedelta(days=18),
                ground="参加干部培训，期间由组织科负责人代行职责",
            )
        )


def _plan_one(one: PlanStory) -> None:
    """Each act at least a weekday after the one before it, whatever the year's weekends."""
    days = one.days
    acts: list[tuple[MonthDay, str, Act]] = [
        (days.opened, "09:30", lambda: _draft(one)),
        (days.sent, "16:00", lambda: _send(one)),
    ]
    if days.again is None or days.reread is None:
        acts.append((days.read, "10:30", lambda: _approve(one)))
    else:
        acts.append((days.read, "10:30", lambda: _return(one)))
        acts.append((days.again, "15:00", lambda: _answer(one)))
        acts.append((days.reread, "11:00", lambda: _approve(one)))
    acts.append((days.submitted, "17:00", lambda: one.step(one.head, "submit")))
    last = dt.date.min
    for when, time, act in acts:
        last = max(weekday(day_of(one.story.year - 1, when)), later(last, 1))
        one.story.diary.plan(last, time, act)


# Drafting ------------------------------------------------------------------------------


def _draft(one: PlanStory) -> None:
    """The head opens the plan and proposes: what is finished or late from last year, one task
    from a strategic goal, the others anew; those commented on later in their first wording."""
    story, session = one.story, one.story.session
    with story.college.acting(one.head) as actor:
        plan = open_plan(
            session, actor,
            session.get_one(Cycle, story.cycle_id),
            session.get_one(Department, story.college.departments[one.code]),
        )  # fmt: skip
        plan.text = one.phrase("plan_text")
        one.id = plan.id
        known = {task.title: task for task in sources_of(session, actor, plan)}
        again = [
            known[told.seed.title]
            for told in one.tasks
            if told.seed.title in known and _taken_up(known[told.seed.title])
        ]
        repeated = {task.title: task for task in propose_from_tasks(session, actor, plan, again)}
        served = _goal_of_one(one, goals_of(session, actor, plan))
        first = {row.task: row.before for row in one.comments}
        written = []
        for told in one.tasks:
            task = repeated.get(told.seed.title)
            if task is not None:
                _write(task, _moved(story, told))
            else:
                task = Task()
                if served is not None and served.code == told.seed.strategic_goal:
                    task, served = propose_from_goals(session, actor, plan, [served])[0], None
                _write(task, task_fields(story, told))
                task.department_plan_id = plan.id
                propose_task(session, actor, task, parts_of(story, told.seed))
            task.standard = first.get(told.seed.title) or told.seed.standard
            written.append((told, task))
        session.flush()
        for told, task in written:
            told.id = task.id
        _weigh(one, actor, plan)


def _goal_of_one(one: PlanStory, goals: Sequence[StrategicGoal]) -> StrategicGoal | None:
    """A goal that one of the department's tasks serves."""
    wanted = {told.seed.strategic_goal for told in one.tasks}
    return next((goal for goal in goals if goal.code in wanted), None)


def _write(task: Task, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(task, name, value)


def _taken_up(source: Task) -> bool:
    """Is the task of the year before done and comes again, or late and carried over?"""
    late = source.due_on is not None and source.due_on < clock.today()
    return source.status == TaskStatus.FINISHED or (late and source.status == TaskStatus.ACCEPTED)


def _moved(story: Story, told: TaskStory) -> dict[str, Any]:
    """What a task of last year gets of its own in the new one."""
    names = ("number", "sort_order", "start_on", "due_on", "due_text")
    return {name: value for name, value in task_fields(story, told).items() if name in names}


def _weigh(one: PlanStory, actor: Actor, plan: DepartmentPlan) -> None:
    session = one.story.session
    total = Decimal(rule(session, plan.cycle, "phase.plan_weight_total"))
    weights = shared_out([told.seed.weight for told in one.tasks], total)
    given = {told.id: weight for told, weight in zip(one.tasks, weights, strict=True)}
    set_weights(session, actor, plan, given)


# Review --------------------------------------------------------------------------------


def _send(one: PlanStory) -> None:
    one.step(one.head, "send_for_review")


def _approve(one: PlanStory) -> None:
    words = one.phrase("plan_review")
    if one.code in papers.ON_PAPER:
        papers.sign(one, words)
    else:
        one.step(one.leader, "review", review_comment=words)


def _return(one: PlanStory) -> None:
    """The leader comments on single tasks and sends the plan back."""
    story, session = one.story, one.story.session
    by_title = {told.seed.title: told.id for told in one.tasks}
    with story.college.acting(one.leader) as actor:
        plan, made = one.row(), []
        for row in one.comments:
            if row.task is None or row.task in by_title:
                task = session.get_one(Task, by_title[row.task]) if row.task else None
                made.append((comment_on_plan(session, actor, plan, row.text, task), row.answer))
        session.flush()
        one.said = [(comment.id, answer) for comment, answer in made]
        workflow.apply(session, actor, plan, "return", review_comment=one.phrase("plan_return"))


def _answer(one: PlanStory) -> None:
    """The head changes what was commented on, answers, and sends the plan again."""
    story, session = one.story, one.story.session
    with story.college.acting(one.head) as actor:
        commented = {row.task for row in one.comments}
        for told in one.tasks:
            if told.seed.title in commented:
                session.get_one(Task, told.id).standard = told.seed.standard
        for key, answer in one.said:
            answer_comment(session, actor, session.get_one(PlanComment, key), answer)
        session.flush()
        workflow.apply(session, actor, one.row(), "send_for_review")


def _aggregate(story: Story) -> None:
    """The Office takes every submitted plan into the college's."""
    with story.college.acting(OFFICE) as actor:
        plans = story.session.scalars(
            select(DepartmentPlan)
            .where(
                DepartmentPlan.cycle_id == story.cycle_id,
                DepartmentPlan.status == PlanStatus.SUBMITTED,
            )
            .order_by(DepartmentPlan.id)
        ).all()
        workflow.apply_all(story.session, actor, plans, "aggregate")
