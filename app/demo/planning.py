"""The story's first part: rules and year, work points, the decomposition, acceptance (Art. 4-5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.core import workflow
from app.core.actor import Actor
from app.cycles.agenda import Verdict, place_on_agenda, record_minutes
from app.cycles.service import open_year, write_rule_book
from app.cycles.year_plan import COMPONENTS, YearPlan, default_phases, default_rules
from app.demo.curves import day_of
from app.demo.diary import weekday
from app.demo.seeds import TaskSeed, rows
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, SECRETARY, Story, TaskStory
from app.models.cycles import Cycle, Direction, IndicatorKind, RuleBook
from app.models.meetings import AgendaItem, Outcome
from app.models.organisation import AssessmentClass, DepartmentClass
from app.models.planning import Decomposition, Task, Visibility
from app.models.work_points import OpinionAnswer, WorkPoint, WorkPointOpinion, WorkPointSet
from app.planning.adoption import open_table
from app.planning.service import (
    HandOut,
    IndicatorPlan,
    MilestonePlan,
    Parts,
    accept_tasks,
    propose_task,
)
from app.planning.work_points import answer_opinion, give_opinion

SUMMER_MONTH = 8
"""Not reported on: the whole month is holiday."""


def plan_planning(story: Story, on_issued: Callable[[], None]) -> None:
    """Put the first part into the diary. `on_issued` plans what follows the issued table."""
    diary, year = story.diary, story.year
    before = year - 1
    diary.plan(weekday(dt.date(before, 10, 31)), "10:00", lambda: _open_year(story))
    diary.plan(weekday(story.day(1, 4)), "09:30", lambda: _start_year(story))
    diary.plan(weekday(story.day(1, 5)), "10:00", lambda: _draft_points(story))
    diary.plan(weekday(story.day(1, 7)), "15:00", lambda: _step_points(story, "consult"))
    for place, row in enumerate(rows("demo/opinions.csv")):
        day = weekday(story.day(1, 8) + dt.timedelta(days=place % 4))
        diary.plan(day, "14:00", lambda row=row: _give_opinion(story, row))  # type: ignore[misc]
    diary.plan(weekday(story.day(1, 14)), "10:00", lambda: _answer_opinions(story))
    diary.plan(weekday(story.day(1, 14)), "16:00", lambda: _step_points(story, "send_to_committee"))
    diary.plan(weekday(story.day(1, 20)), "09:00", lambda: _approve_points(story))
    diary.plan(weekday(story.day(1, 23)), "10:00", lambda: _issue_points(story))
    diary.plan(weekday(story.day(2, 2)), "09:00", lambda: _open_table(story))
    for place, code in enumerate(story.college.codes):
        day = weekday(story.day(2, 3) + dt.timedelta(days=place % 8))
        diary.plan(day, "10:00", lambda code=code: _propose(story, code))  # type: ignore[misc]
    diary.plan(weekday(story.day(2, 19)), "16:00", lambda: _step_table(story, "aggregate"))
    diary.plan(weekday(story.day(2, 20)), "16:00", lambda: _step_table(story, "send_to_committee"))
    diary.plan(weekday(story.day(2, 24)), "09:00", lambda: _approve_table(story))

    def issue() -> None:
        _issue_table(story)
        on_issued()

    diary.plan(weekday(story.day(2, 26)), "10:00", issue)
    for place, code in enumerate(story.college.codes):
        day = weekday(story.day(3, 2) + dt.timedelta(days=place * 5 % 10))
        diary.plan(day, "15:00", lambda code=code: _accept(story, code))  # type: ignore[misc]


# The year ------------------------------------------------------------------------------


def _open_year(story: Story) -> None:
    year = story.year
    with story.college.acting(OFFICE) as actor:
        book = RuleBook(name=f"{year}年目标任务考核规则", year=year)
        write_rule_book(story.session, actor, book, default_rules(), COMPONENTS)
        number = f"院发〔{year - 1}〕48号"
        workflow.apply(story.session, actor, book, "put_in_force", document_number=number)
        plan = YearPlan(
            year=year,
            name=f"{year}年度",
            phases=default_phases(year),
            data_cutoff_on=dt.date(year, 12, 15),
            exempt={SUMMER_MONTH},
        )
        cycle = open_year(story.session, actor, plan, book)
        for department in story.seeds.departments:
            if department.assessment_class:
                story.session.add(
                    DepartmentClass(
                        cycle_id=cycle.id,
                        department_id=story.college.departments[department.code],
                        assessment_class=AssessmentClass(department.assessment_class),
                    )
                )
        story.cycle_id = cycle.id


def _start_year(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        workflow.apply(story.session, actor, story.session.get_one(Cycle, story.cycle_id), "start")


# Work points -----------------------------------------------------------------------------


def _draft_points(story: Story) -> None:
    session, college = story.session, story.college
    with college.acting(OFFICE):
        points = WorkPointSet(cycle_id=story.cycle_id, title=f"{story.year}年学院工作要点")
        session.add(points)
        session.flush()
        for place, row in enumerate(rows("demo/work_points.csv"), start=1):
            session.add(
                WorkPoint(
                    work_point_set_id=points.id,
                    number=row["number"],
                    sort_order=place,
                    chapter=row["chapter"],
                    text=row["text"],
                    category_id=college.categories[row["category"]],
                    strategic_goal_id=college.goals[row["strategic_goal_code"]],
                )
            )
        story.points_id = points.id


def _points(story: Story) -> WorkPointSet:
    return story.session.get_one(WorkPointSet, story.points_id)


def _step_points(story: Story, step: str) -> None:
    with story.college.acting(OFFICE) as actor:
        workflow.apply(story.session, actor, _points(story), step)


def _give_opinion(story: Story, row: dict[str, str]) -> None:
    college, session = story.college, story.session
    if row["department"] not in college.heads:
        return
    with college.acting(college.heads[row["department"]]) as actor:
        point = session.scalar(
            select(WorkPoint).where(
                WorkPoint.work_point_set_id == story.points_id, WorkPoint.number == row["point"]
            )
        )
        give_opinion(
            session, actor, _points(story), row["text"],
            point=point, department_id=college.departments[row["department"]],
        )  # fmt: skip


def _answer_opinions(story: Story) -> None:
    answers = {row["text"]: row for row in rows("demo/opinions.csv")}
    with story.college.acting(OFFICE) as actor:
        for opinion in story.session.scalars(
            select(WorkPointOpinion).where(WorkPointOpinion.work_point_set_id == story.points_id)
        ):
            told = answers[opinion.text]
            answer_opinion(
                story.session, actor, opinion, OpinionAnswer(told["answer"]), told["reason"]
            )


def _approve_points(story: Story) -> None:
    with story.college.acting(SECRETARY) as actor:
        title = f"审定{story.year}年学院工作要点"
        item = story.sitting("党委会会议", [(title, OFFICE_DEPARTMENT)])[0]
        _approve(story, actor, item, _points(story), "原则通过，由办公室印发。")


def _approve(story: Story, actor: Actor, item: AgendaItem, row: Any, wording: str) -> None:
    subjects = place_on_agenda(story.session, actor, item, [row])
    verdicts = [Verdict(subject, Outcome.APPROVED, wording) for subject in subjects]
    record_minutes(story.session, actor, item.meeting, verdicts)


def _issue_points(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        number = f"院党〔{story.year}〕3号"
        workflow.apply(story.session, actor, _points(story), "issue", issue_number=number)


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


def _approve_table(story: Story) -> None:
    with story.college.acting(SECRETARY) as actor:
        title = f"审定{story.year}年部门目标任务分解表"
        item = story.sitting("党委会会议", [(title, OFFICE_DEPARTMENT)])[0]
        _approve(story, actor, item, _table(story), "审定通过，各部门按表接受分解。")


def _issue_table(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        number = f"院发〔{story.year}〕8号"
        workflow.apply(story.session, actor, _table(story), "issue", issue_number=number)


def _propose(story: Story, code: str) -> None:
    """The head writes the department's tasks."""
    mine = story.of_department(code)
    if not mine:
        return
    college, session = story.college, story.session
    points = {
        number: key
        for key, number in session.execute(
            select(WorkPoint.id, WorkPoint.number).where(
                WorkPoint.work_point_set_id == story.points_id
            )
        )
    }
    with college.acting(college.heads[code]) as actor:
        written = []
        for one in mine:
            row = _row(story, one, points)
            written.append((one, propose_task(session, actor, row, _parts(story, one.seed))))
        session.flush()
        for one, task in written:
            one.id = task.id


def _row(story: Story, one: TaskStory, points: dict[str, int]) -> Task:
    college, seed = story.college, one.seed
    return Task(
        cycle_id=story.cycle_id,
        number=seed.number,
        sort_order=int(seed.number),
        title=seed.title,
        goal=seed.goal,
        measures=seed.measures,
        standard=seed.standard,
        category_id=college.categories[seed.category],
        lead_department_id=college.departments[seed.lead],
        leader_id=college.people[seed.leader],
        start_on=one.curve.start_on,
        due_on=one.curve.due_on,
        due_text=seed.due_text or None,
        weight=seed.weight,
        key_supervised=seed.key_supervised,
        visibility=Visibility(seed.visibility),
        work_point_id=points.get(seed.work_point or ""),
        strategic_goal_id=college.goals.get(seed.strategic_goal or ""),
        remark=seed.remark,
    )


def _parts(story: Story, seed: TaskSeed) -> Parts:
    ids = story.college.departments
    return Parts(
        co_leads=[ids[code] for code in seed.co_leads],
        assists=[ids[code] for code in seed.assists],
        milestones=[
            MilestonePlan(day_of(story.year, one.due), one.text, one.percent)
            for one in seed.milestones
        ],
        indicators=[
            IndicatorPlan(
                name=one.name,
                kind=IndicatorKind(one.kind),
                unit=one.unit,
                direction=Direction(one.direction) if one.direction else None,
                baseline=one.baseline,
                target=one.target,
                standard=one.standard,
                weight=one.weight,
            )
            for one in seed.indicators
        ],
    )


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
            HandOut(
                task,
                college.departments[by_id[task.id].section] if by_id[task.id].section else None,  # type: ignore[index]
                college.people[by_id[task.id].owner],
            )
            for task in tasks
        ]
        accept_tasks(story.session, actor, given)
