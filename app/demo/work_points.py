"""The year's work points: composed from the departments' proposals, put out for opinions, rewritten
in a second edition, approved by the committee and issued (Art. 4.4-4.5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from app.core import workflow
from app.cycles.agenda import Verdict, place_on_agenda, record_minutes
from app.demo.diary import later, weekday
from app.demo.seeds import rows
from app.demo.story import OFFICE, OFFICE_DEPARTMENT, SECRETARY, Story
from app.models.cycles import Cycle
from app.models.meetings import AgendaSubject, Meeting, Outcome
from app.models.planning import Task
from app.models.work_points import OpinionAnswer, WorkPoint, WorkPointOpinion, WorkPointSet
from app.planning.work_points import (
    answer_opinion,
    compose,
    give_opinion,
    open_edition,
    proposals_of,
)

CONTENT = ("head.rsc", "head.xsc", "head.hqc", "leader5")
"""Who has nothing to add to the second edition."""


def plan_work_points(story: Story) -> None:
    """Put the work points into the diary of January."""
    diary = story.diary
    composed = later(weekday(story.day(1, 4)), 1)
    asked = later(composed, 2)
    answered = later(asked, 5)
    rewritten = later(answered, 1)
    sent = later(rewritten, 1)
    diary.plan(composed, "10:00", lambda: _compose(story))
    diary.plan(asked, "15:00", lambda: _step(story, "consult"))
    for place, row in enumerate(rows("demo/opinions.csv")):
        day = later(asked, 1 + place % 4)
        diary.plan(day, "14:00", lambda row=row: _give_opinion(story, row))  # type: ignore[misc]
    diary.plan(answered, "16:00", lambda: _answer_opinions(story))
    diary.plan(rewritten, "10:00", lambda: _rewrite(story))
    for who in CONTENT:
        diary.plan(rewritten, "15:00", lambda who=who: _agree(story, who))  # type: ignore[misc]
    diary.plan(sent, "16:00", lambda: _step(story, "send_to_committee"))
    decided = plan_decision(
        story, sent, f"审定{story.year}年学院工作要点",
        lambda: _points(story), Outcome.AMENDED, "原则通过，按会议意见对个别文字修改后由办公室印发。",
    )  # fmt: skip
    diary.plan(later(decided, 2), "10:00", lambda: _issue(story))


def point_ids(story: Story) -> dict[str, int]:
    """The ids of the newest edition's points by their numbers."""
    return {
        number: key
        for key, number in story.session.execute(
            select(WorkPoint.id, WorkPoint.number).where(
                WorkPoint.work_point_set_id == story.points_id
            )
        )
    }


def plan_decision(
    story: Story,
    sent: dt.date,
    title: str,
    subject: Callable[[], Any],
    outcome: Outcome,
    wording: str,
) -> dt.date:
    """Put a meeting of the committee into the diary, of what was sent to it on the day `sent`: the
    secretary writes the agenda on the next weekday, the minutes on the meeting's day, which is
    given back. `subject()` is the row."""
    day = later(sent, 3)
    meeting: list[int] = []
    session = story.session

    def invite() -> None:
        with story.college.acting(SECRETARY) as actor:
            item = story.sitting("党委会会议", [(title, OFFICE_DEPARTMENT)], held_on=day)[0]
            place_on_agenda(session, actor, item, [subject()])
            meeting.append(item.meeting_id)

    def minute() -> None:
        with story.college.acting(SECRETARY) as actor:
            row = session.get_one(Meeting, meeting[0])
            subjects = session.scalars(
                select(AgendaSubject)
                .join(AgendaSubject.agenda_item)
                .where(AgendaSubject.agenda_item.has(meeting_id=row.id))
            ).all()
            record_minutes(
                session, actor, row, [Verdict(one, outcome, wording) for one in subjects],
                minutes_number=story.minutes_number(row),
            )  # fmt: skip

    story.diary.plan(later(sent, 1), "09:30", invite)
    story.diary.plan(day, "11:30", minute)
    return day


# Composing -----------------------------------------------------------------------------


def _first_wording(text: str) -> str:
    """A point as the Office first wrote it, before the opinions."""
    for row in rows("demo/opinions.csv"):
        if row["final"]:
            text = text.replace(row["final"], row["first"])
    return text


def _compose(story: Story) -> None:
    """One point for the proposals that belong together, in the Office's words; where no
    department proposed anything, the Office writes a point of its own."""
    session, college = story.session, story.college
    told = list(rows("demo/work_points.csv"))
    by_goal = {row["strategic_goal_code"]: row["number"] for row in reversed(told)}
    wanted = {
        one.id: one.seed.work_point or by_goal.get(one.seed.strategic_goal or "")
        for one in story.tasks
    }
    with college.acting(OFFICE) as actor:
        points = open_edition(session, actor, session.get_one(Cycle, story.cycle_id))
        points.title = f"{story.year}年学院工作要点"
        groups: dict[str | None, list[Task]] = {}
        for task in proposals_of(session, actor, points):
            groups.setdefault(wanted.get(task.id), []).append(task)
        for place, row in enumerate(told, start=1):
            group = groups.get(row["number"])
            if group:
                point = compose(session, actor, points, group, merged=True, chapter=row["chapter"])[
                    0
                ]
            else:
                point = WorkPoint(
                    work_point_set_id=points.id,
                    number=str(place),
                    sort_order=place,
                    chapter=row["chapter"],
                )
                session.add(point)
            point.text = _first_wording(row["text"])
            point.category_id = college.categories[row["category"]]
            point.strategic_goal_id = college.goals[row["strategic_goal_code"]]
        story.points_id = points.id


def _points(story: Story) -> WorkPointSet:
    return story.session.get_one(WorkPointSet, story.points_id)


def _step(story: Story, step: str) -> None:
    with story.college.acting(OFFICE) as actor:
        workflow.apply(story.session, actor, _points(story), step)


# Opinions ------------------------------------------------------------------------------


def _give_opinion(story: Story, row: dict[str, str]) -> None:
    """A head speaks for the department, a leader for himself."""
    college, session = story.college, story.session
    author = row["author"] or college.heads.get(row["department"], "")
    if author not in college.people:
        return
    with college.acting(author) as actor:
        point = session.get_one(WorkPoint, point_ids(story)[row["point"]])
        give_opinion(
            session, actor, _points(story), row["text"],
            point=point, department_id=college.departments.get(row["department"]),
        )  # fmt: skip


def _answer_opinions(story: Story) -> None:
    answers = {row["text"]: row for row in rows("demo/opinions.csv")}
    with story.college.acting(OFFICE) as actor:
        for opinion in story.session.scalars(
            select(WorkPointOpinion).where(WorkPointOpinion.work_point_set_id == story.points_id)
        ).all():
            told = answers[opinion.text]
            answer_opinion(
                story.session, actor, opinion, OpinionAnswer(told["answer"]), told["reason"]
            )


def _rewrite(story: Story) -> None:
    """A second edition with what was adopted, put out once more."""
    session = story.session
    final = {row["number"]: row["text"] for row in rows("demo/work_points.csv")}
    with story.college.acting(OFFICE) as actor:
        edition = open_edition(session, actor, session.get_one(Cycle, story.cycle_id))
        story.points_id = edition.id
        for point in session.scalars(
            select(WorkPoint).where(WorkPoint.work_point_set_id == edition.id)
        ).all():
            if point.text != final[point.number]:
                point.text = final[point.number]
        session.flush()
        workflow.apply(session, actor, edition, "consult")


def _agree(story: Story, username: str) -> None:
    college = story.college
    if username in college.people:
        with college.acting(username) as actor:
            give_opinion(
                story.session, actor, _points(story), "",
                department_id=min(actor.headed, default=None),
            )  # fmt: skip


def _issue(story: Story) -> None:
    with story.college.acting(OFFICE) as actor:
        number = f"院党〔{story.year}〕3号"
        workflow.apply(story.session, actor, _points(story), "issue", issue_number=number)
