"""Commands of supervision: proposing a case, writing an instruction (Art. 8)."""

from __future__ import annotations

from typing import Any

from app.core import clock
from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.planning import Task
from app.models.supervision import CaseSource, Instruction, SupervisionCase


def propose_case(
    session: AnySession,
    actor: Actor,
    task: Task,
    *,
    ground: str,
    requirement: str | None = None,
) -> SupervisionCase:
    """Propose to supervise a task (拟立项).

    Office. Effects: a case in `proposed`, for the task's lead department and its leader;
    number and clock start when it is confirmed. Errors: NotAllowed. Art. 8.
    """
    case = SupervisionCase(
        cycle_id=task.cycle_id,
        source=CaseSource.TASK,
        task_id=task.id,
        matter=f"{task.number} {task.title}".strip(),
        ground=ground,
        requirement=requirement,
        department_id=task.lead_department_id,
        leader_id=task.leader_id,
    )
    session.add(case)
    session.flush()
    return case


def write_instruction(session: AnySession, actor: Actor, row: Any, text: str) -> Instruction:
    """Write a leader's remark (批示) on a row that the leader sees.

    Leader, top leader. Effects: the instruction, dated today. Errors: NotAllowed.
    """
    if actor.user_id is None:
        raise NotAllowed(message("An instruction is written by a person."))
    instruction = Instruction(
        subject_table=row.__tablename__,
        subject_id=row.id,
        author_id=actor.user_id,
        text=text,
        written_on=clock.today(),
    )
    session.add(instruction)
    session.flush()
    return instruction
