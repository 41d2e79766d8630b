"""How tasks end: results reported, returned, confirmed; what was not done in the year (Art. 9.3)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core import workflow
from app.demo.diary import later, weekday
from app.demo.story import Story, TaskStory
from app.improvement.service import report_result
from app.models.cycles import Direction, IndicatorKind
from app.models.improvement import CompletionOutcome, ResultStatus, TaskResult
from app.models.monitoring import Quality
from app.models.planning import Indicator, Task

FIRST_RESULTS = (3, 20)
LAST_RESULTS = (12, 14)
RETURNED = 0.05
MISSED = 0.07
"""The share of indicators that stay a little below their target."""


def plan_outcomes(story: Story, stories: Sequence[TaskStory]) -> None:
    """Put the results of `stories` into the diary: a department's of one week together."""
    weeks: dict[tuple[str, dt.date], list[TaskStory]] = defaultdict(list)
    for one in stories:
        done = one.curve.finished_on
        if done is not None:
            friday = done + dt.timedelta(days=1)
            friday = max(friday, story.day(*FIRST_RESULTS))
            friday += dt.timedelta(days=(4 - friday.weekday()) % 7)
            friday = min(friday, weekday(story.day(*LAST_RESULTS)))
            weeks[one.seed.lead, friday].append(one)
    for (code, day), group in weeks.items():
        _plan(story, code, group, day)


def plan_year_end(story: Story) -> None:
    """What is still open by the last day is reported as it stands (by 15 December)."""
    for code in story.college.codes:
        day = weekday(story.day(*LAST_RESULTS))
        story.diary.plan(day, "16:30", lambda c=code, d=day: _report_open(story, c, d))  # type: ignore[misc]


def _report_open(story: Story, code: str, day: dt.date) -> None:
    ended = {one.id for one in story.of_department(code) if one.curve.finished_on is not None}
    rest = [one for one in story.of_department(code) if one.id and one.id not in ended]
    if rest:
        _report(story, code, rest)
        story.diary.plan(later(day, 2), "15:00", lambda: _review(story, code, rest, day, False))


def _plan(story: Story, code: str, group: list[TaskStory], day: dt.date) -> None:
    story.diary.plan(day, "14:30", lambda: _report(story, code, group))
    story.diary.plan(later(day, 3), "10:00", lambda: _review(story, code, group, later(day, 3)))


def _report(story: Story, code: str, group: list[TaskStory]) -> None:
    """The owners write the results, the head submits them."""
    with story.college.meeting():
        by_writer: dict[str, list[tuple[TaskStory, Task]]] = defaultdict(list)
        for one, task in story.accepted(group, with_parts=True):
            by_writer[story.writer_of(one)].append((one, task))
        for writer, pairs in by_writer.items():
            with story.college.in_turn(writer) as actor:
                for one, task in pairs:
                    result, actuals = _result(story, one, task)
                    report_result(story.session, actor, result, actuals)
    _submit(story, code, group)


def _submit(story: Story, code: str, group: list[TaskStory]) -> None:
    with story.college.acting(story.college.heads[code]) as actor:
        open_ = (ResultStatus.DRAFT, ResultStatus.RETURNED)
        workflow.apply_all(story.session, actor, _results(story, group, open_), "submit")


def _results(
    story: Story, group: list[TaskStory], states: tuple[ResultStatus, ...]
) -> Sequence[TaskResult]:
    return story.session.scalars(
        select(TaskResult)
        .where(TaskResult.task_id.in_([one.id for one in group]), TaskResult.status.in_(states))
        .options(joinedload(TaskResult.task).joinedload(Task.cycle))
        .order_by(TaskResult.id)
    ).all()


def _review(
    story: Story, code: str, group: list[TaskStory], day: dt.date, may_return: bool = True
) -> None:
    """The leader in charge confirms, or sends one back, which comes again improved."""
    chance = story.chance("review", group[0].seed.number)
    again: list[TaskStory] = []
    with story.college.acting(story.college.leaders[code]) as actor:
        results = list(_results(story, group, (ResultStatus.SUBMITTED,)))
        if results and may_return and chance.random() < RETURNED:
            back = results.pop()
            again = [one for one in group if one.id == back.task_id]
            comment = story.phrase("result_return", chance)
            workflow.apply(story.session, actor, back, "return", review_comment=comment)
        workflow.apply_all(
            story.session, actor, results, "confirm",
            review_comment=story.phrase("result_confirm", chance),
        )  # fmt: skip
    if again:
        story.diary.plan(later(day, 2), "11:00", lambda: _submit(story, code, again))
        story.diary.plan(
            later(day, 4), "10:00", lambda: _review(story, code, again, later(day, 4), False)
        )


def _result(
    story: Story, one: TaskStory, task: Task
) -> tuple[TaskResult, dict[int, Decimal | str]]:
    chance = story.chance("result", one.seed.number)
    done = one.curve.finished_on
    if done is None:
        reached = max((r.percent for r in one.curve.reports.values()), default=0)
        partly = reached >= 50
        result = TaskResult(
            task=task,
            outcome=CompletionOutcome.PARTLY if partly else CompletionOutcome.UNFINISHED,
            quality=Quality.FAIR if partly else Quality.POOR,
            description=story.remark("overdue", "done", chance),
            reason=story.phrase("unfinished_reason", chance),
            measure=story.phrase("unfinished_measure", chance),
        )
        return result, {i.id: _actual(i, chance, reached) for i in task.indicators}
    late = one.curve.due_on is not None and done > one.curve.due_on
    result = TaskResult(
        task=task,
        outcome=CompletionOutcome.FINISHED,
        quality=Quality.FAIR if late and chance.random() < 0.4 else Quality.GOOD,
        description=story.remark("finished", "done", chance),
        completed_on=done,
    )
    return result, {i.id: _actual(i, chance, 100) for i in task.indicators}


def _actual(indicator: Indicator, chance: Random, reached: int) -> Decimal | str:
    """What an indicator came to: its target or a little beyond, or part of the way."""
    if indicator.kind == IndicatorKind.QUALITATIVE:
        if reached < 100:
            return "C" if reached >= 50 else "D"
        return "A" if chance.random() < 0.45 else "B"
    target = indicator.target or Decimal(0)
    start = indicator.baseline if indicator.baseline is not None else target / 2
    share = reached / 100
    if reached >= 100:
        missed = chance.random() < MISSED
        share = chance.uniform(0.75, 0.95) if missed else 1 + max(0.0, chance.uniform(-0.15, 0.25))
    value = start + (target - start) * Decimal(str(round(share, 3)))
    value = max(Decimal(0), value)
    if indicator.unit == "%" and indicator.direction != Direction.FALLING:
        value = min(Decimal(100), value)
    exponent = target.normalize().as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return value.quantize(Decimal(1).scaleb(-places))
