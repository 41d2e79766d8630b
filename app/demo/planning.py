"""The story's first part: the year is opened, the table broken down, agreed, decided, issued and
accepted (Art. 4.1, 5). The plans and the work points before it have files of their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import select

from app.core import workflow
from app.cycles.service import open_complete_year, standard_plan
from app.demo.diary import later, weekday
from app.demo.plan_seeds import PartSeed, parts
from app.demo.plans import is_broken_down, is_part, plan_plans
from app.demo.seeds import TaskSeed
from app.demo.story import OFFICE, Story, TaskStory
from app.demo.task_rows import parts_of, task_fields
from app.demo.work_points import plan_decision, plan_work_points, point_ids
from app.models.cycles import Cycle
from app.models.meetings import Outcome
from app.models.organisation import AssessmentClass, Department, DepartmentClass
from app.models.planning import Decomposition, Task
from app.models.work_points import WorkPoint
from app.planning.adoption import open_table
from app.planning.break_down import break_down
from app.planning.parts import Part, pass_part
from app.planning.service import HandOut, accept_tasks, propose_task

SUMMER_MONTH = 8
"""Not reported on: the college is on holiday until its last days."""
LATE = 14
"""Days by which a few departments accept later than the others."""


def plan_planning(story: Story, on_issued: Callable[[], None]) -> None:
    """Put the first part into the diary. `on_issued` plans what follows the issued table."""
    diary, year = story.diary, story.year
    diary.plan(weekday(dt.date(year - 1, 10, 31)), "10:00", lambda: _open_year(story))
    plan_plans(story)
    diary.plan(weekday(story.day(1, 4)), "09:30", lambda: _start_year(story))
    plan_work_points(story)
    diary.plan(weekday(story.day(2, 2)), "09:00", lambda: _open_table(story))
    for place, code in enumerate(story.college.codes):
        day = weekday(story.day(2, 3) + dt.timedelta(days=place % 8))
        diary.plan(day, "10:00", lambda code=code: _break_down(story, code))  # type: ignore[misc]
    for one in story.tasks:
        if is_part(story, one):
            _plan_part(story, one, parts()[one.seed.title])
        elif is_broken_down(one):
            day = later(weekday(story.day(2, 3)), 1)
            diary.plan(day, "11:00", lambda one=one: _draft(story, one))  # type: ignore[misc]
            diary.plan(later(day, 3), "15:00", lambda one=one: _agree(story, one))  # type: ignore[misc]
    aggregated = weekday(story.day(2, 19))
    sent = later(aggregated, 1)
    diary.plan(aggregated, "16:00", lambda: _step_table(story, "aggregate"))
    diary.plan(sent, "15:00", lambda: _step_table(story, "send_to_committee"))
    decided = plan_decision(
        story, sent, f"审定{year}年部门目标任务分解表",
        lambda: _table(story), Outcome.APPROVED, "审定通过，各部门按表接受分解。",
    )  # fmt: skip

    def issue() -> None:
        _issue_table(story)
        on_issued()

    diary.plan(later(decided, 1), "10:00", issue)
    for place, code in enumerate(story.college.codes):
        late = LATE if place % 9 == 4 else 0
        day = weekday(story.day(3, 2) + dt.timedelta(days=place * 5 % 10 + late))
        diary.plan(day, "15:00", lambda code=code: _accept(story, code))  # type: ignore[misc]


# The year ------------------------------------------------------------------------------


def _open_year(story: Story) -> None:
    session, year = story.session, story.year
    with story.college.acting(OFFICE) as actor:
        plan = replace(standard_plan(session, actor, year), exempt={SUMMER_MONTH})
        number = f"院发〔{year - 1}〕48号"
        cycle = open_complete_year(session, actor, plan, document_number=number)
        story.cycle_id = cycle.id
        own = select(DepartmentClass.id).where(DepartmentClass.cycle_id == cycle.id)
        if session.scalar(own.limit(1)) is None:
            _class_departments(story)


def _class_departments(story: Story) -> None:
    """The college's first year here has no year before it to take the classes from."""
    for department in story.seeds.departments:
        if department.assessment_class:
            story.session.add(
                DepartmentClass(
                    cycle_id=story.cycle_id,
                    department_id=story.college.departments[department.code],
                    assessment_class=AssessmentClass(department.assessment_class),
                )
            )


def _start_year(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        workflow.apply(story.session, actor, story.session.get_one(Cycle, story.cycle_id), "start")


# The decomposition -----------------------------------------------------------------------


def _open_table(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        open_table(story.session, actor, story.session.get_one(Cycle, story.cycle_id))


def _table(story: Story) -> Decomposition:
    return story.session.scalars(
        select(Decomposition).where(Decomposition.cycle_id == story.cycle_id)
    ).one()


def _step_table(story: Story, step: str) -> None:
    with story.college.acting(OFFICE) as actor:
        workflow.apply(story.session, actor, _table(story), step)


def _issue_table(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        number = f"院发〔{story.year}〕8号"
        workflow.apply(story.session, actor, _table(story), "issue", issue_number=number)


def _break_down(story: Story, code: str) -> None:
    """The leader in charge says which of a department's tasks are key supervised."""
    keys = [one.id for one in story.of_department(code) if one.seed.key_supervised and one.id]
    if keys:
        with story.college.acting(story.college.leaders[code]):
            for task in story.session.scalars(select(Task).where(Task.id.in_(keys))).all():
                task.key_supervised = True


def _draft(story: Story, one: TaskStory) -> None:
    """The leader in charge drafts a task of a department from a work point."""
    session, college, seed = story.session, story.college, one.seed
    with college.acting(college.leaders[seed.lead]) as actor:
        point = session.get_one(WorkPoint, point_ids(story)[seed.work_point or ""])
        department = session.get_one(Department, college.departments[seed.lead])
        part = Part(seed.title, standard=seed.standard, due_on=one.curve.due_on)
        (task,) = break_down(session, actor, point, [department], part)
        session.flush()
        one.id = task.id


# Parts of other departments' tasks -------------------------------------------------------


def _plan_part(story: Story, one: TaskStory, part: PartSeed) -> None:
    """A head passes a part; the department's head agrees to it, or objects and agrees to what is
    asked then."""
    diary, heads = story.diary, story.college.heads
    whole = next(other for other in story.tasks if other.seed.title == part.whole)
    passing, day = heads[whole.seed.lead], later(weekday(story.day(2, 3)), 1)
    diary.plan(day, "14:00", lambda: _pass(story, one, whole, part))
    if part.objection is not None:
        diary.plan(later(day, 2), "10:30", lambda: _object(story, one, part))
        diary.plan(later(day, 3), "09:30", lambda: _ask_again(story, one, passing))
    diary.plan(later(day, 4), "15:30", lambda: _agree(story, one))


def _pass(story: Story, one: TaskStory, whole: TaskStory, part: PartSeed) -> None:
    session, college, seed = story.session, story.college, one.seed
    with college.acting(college.heads[whole.seed.lead]) as actor:
        asked = Part(
            title=seed.title,
            due_on=one.curve.due_on,
            standard=part.first_standard or seed.standard,
            measures=seed.measures,
            weight=seed.weight,
        )
        department = session.get_one(Department, college.departments[seed.lead])
        task = session.get_one(Task, whole.id)
        made = pass_part(session, actor, task, [department], asked)[0]
        session.flush()
        made.due_text = seed.due_text or None
        one.id = made.id


def _object(story: Story, one: TaskStory, part: PartSeed) -> None:
    with story.college.acting(story.college.heads[one.seed.lead]) as actor:
        task = story.session.get_one(Task, one.id)
        workflow.apply(story.session, actor, task, "object", objection=part.objection)


def _ask_again(story: Story, one: TaskStory, passing: str) -> None:
    """What was asked is changed to what the department can do."""
    with story.college.acting(passing) as actor:
        task = story.session.get_one(Task, one.id)
        task.standard = one.seed.standard
        workflow.apply(story.session, actor, task, "ask_again")


def _agree(story: Story, one: TaskStory) -> None:
    """The department's head agrees and completes the task with its milestones and indicators."""
    session = story.session
    with story.college.acting(story.college.heads[one.seed.lead]) as actor:
        task = session.get_one(Task, one.id)
        workflow.apply(session, actor, task, "agree")
        for name, value in task_fields(story, one).items():
            if getattr(task, name) != value:
                setattr(task, name, value)
        task.work_point_id = point_ids(story).get(one.seed.work_point or "", task.work_point_id)
        propose_task(session, actor, task, parts_of(story, one.seed))


# Acceptance ------------------------------------------------------------------------------


def _accept(story: Story, code: str) -> None:
    """The head hands the issued tasks out and accepts them."""
    accept(story, story.of_department(code))


def accept(story: Story, stories: list[TaskStory]) -> None:
    """Accept those of `stories` (of one department) that have a row."""
    college = story.college
    by_id = {one.id: one.seed for one in stories if one.id}
    if not by_id:
        return
    with college.acting(college.heads[stories[0].seed.lead]) as actor:
        tasks = story.session.scalars(select(Task).where(Task.id.in_(by_id)).order_by(Task.id))
        given = [
            HandOut(task, _section(story, by_id[task.id]), college.people[by_id[task.id].owner])
            for task in tasks
        ]
        accept_tasks(story.session, actor, given)


def _section(story: Story, seed: TaskSeed) -> int | None:
    """The task's section, else its owner's, else the department's first; None where it has none."""
    sections = [row.code for row in story.seeds.departments if row.parent == seed.lead]
    own = [row.department for row in story.seeds.people if row.username == seed.owner]
    wanted = [code for code in (seed.section, *own, *sections) if code in sections]
    return story.college.departments[wanted[0]] if wanted else None
