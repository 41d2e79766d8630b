"""What waits in assessment: tasks to rate and drafted scores to hand in (Art. 12)."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, exists, select

from app.core import queue
from app.core.actor import Actor
from app.core.policy import visible
from app.core.queue import Addition, Desk, Waiting, in_sources, waiting_rows
from app.core.text import message
from app.models.assessment import Score
from app.models.cycles import Cycle, CycleStatus, PhaseCode
from app.models.planning import Task, TaskStatus
from app.planning.queue import task_label


def waiting(actor: Actor, desk: Desk) -> Iterable[Waiting]:
    due = desk.last_day(PhaseCode.ASSESSMENT, Task.cycle_id)
    if actor.may("score:add"):
        assessed = select(Cycle.id).where(
            Cycle.status == CycleStatus.ASSESSING, Cycle.id.in_(desk.cycles)
        )
        mine = and_(Score.task_id == Task.id, Score.rater_id == actor.user_id)
        yield Waiting(
            "score.give",
            Task,
            message("Tasks to rate"),
            Addition(Score, "task"),
            waiting_rows(
                Task.id, task_label(), due_on=due, department=Task.lead_department_id
            ).where(
                visible(actor, Task),
                Task.cycle_id.in_(assessed),
                Task.status.in_((TaskStatus.ACCEPTED, TaskStatus.FINISHED)),
                # Nobody rates their own department.
                Task.lead_department_id.not_in(actor.departments),
                ~exists(select(Score.id).where(mine)),
            ),
            verb=message("Rate"),
        )
    if actor.may("score:submit"):
        yield Waiting(
            "score.submit",
            Score,
            message("Drafted scores to hand in"),
            "submit",
            waiting_rows(
                Score.id,
                task_label(),
                due_on=due,
                since=Score.updated_at,
                department=Task.lead_department_id,
            )
            .select_from(Score)
            .outerjoin(Task, Task.id == Score.task_id)
            .where(
                visible(actor, Score),
                Score.rater_id == actor.user_id,
                in_sources(Score, "submit"),
                Score.cycle_id.in_(desk.cycles),
            ),
        )


queue.register(waiting)
