"""Commands of supervision: proposing a case, writing an instruction (Art. 8)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from app.core import clock, guard
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import require, visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.organisation import Charge, Person
from app.models.planning import Task, TaskDepartment
from app.models.supervision import (
    CaseDepartment,
    CaseSource,
    Instruction,
    StepKind,
    SupervisionCase,
)
from app.reports.paper import chinese_date
from app.supervision import steps, telling
from app.supervision.workflow import refuse_second


def propose_case(
    session: AnySession,
    actor: Actor,
    task: Task,
    *,
    ground: str,
    requirement: str | None = None,
    source: CaseSource = CaseSource.TASK,
) -> SupervisionCase:
    """Propose to supervise a task (拟立项).

    Office. Effects: a case in `proposed` for the task's lead department and its leader, with the
    departments that take part in the task; number and clock start when it is confirmed.
    Errors: NotAllowed; WrongState while the task has another case. Art. 8.
    """
    case = SupervisionCase(
        cycle_id=task.cycle_id,
        source=source,
        task_id=task.id,
        matter=" ".join(filter(None, [task.number, task.title])),
        ground=ground,
        requirement=requirement,
        department_id=task.lead_department_id,
        leader_id=task.leader_id,
    )
    add_case(session, actor, case)
    others = session.scalars(
        select(TaskDepartment.department_id)
        .where(
            visible(actor, TaskDepartment),
            TaskDepartment.task_id == task.id,
            TaskDepartment.department_id != task.lead_department_id,
        )
        .order_by(TaskDepartment.position, TaskDepartment.id)
    )
    session.add_all(
        [CaseDepartment(supervision_case_id=case.id, department_id=one) for one in others]
    )
    session.flush()
    return case


def add_case(session: AnySession, actor: Actor, case: SupervisionCase) -> None:
    """Propose a case written by hand, with or without a task.

    Office. Effects: the case in `proposed`; without a leader it is for the one in charge of the
    department today. Errors: NotAllowed; WrongState while the task has another case. Art. 8.
    """
    department = case.department_id or getattr(case.department, "id", None)
    if case.leader_id is None and case.leader is None and department is not None:
        case.leader = leader_in_charge(session, department)
    session.add(case)
    session.flush()
    refuse_second(session, case)
    with guard.privileged(session):
        steps.note(session, actor, case, StepKind.PROPOSED, case.ground or case.matter)


def leader_in_charge(session: AnySession, department_id: int) -> Person | None:
    """The leader in charge of the department today; without one, the one in liaison."""
    today = clock.today()
    return session.scalar(
        select(Person)
        .join(Charge, Charge.leader_id == Person.id)
        .where(
            Charge.department_id == department_id,
            Charge.valid_from <= today,
            or_(Charge.valid_to.is_(None), Charge.valid_to >= today),
            Person.active.is_(True),
        )
        .order_by(Charge.kind, Charge.valid_from.desc(), Charge.id)
        .limit(1)
    )


def case_from_instruction(
    session: AnySession, actor: Actor, instruction: Instruction
) -> SupervisionCase:
    """Make a leader's remark on a task the ground of a case (领导批示).

    Office. Effects: a case in `proposed` for the task's department, with the remark as its
    ground. Errors: NotAllowed; RuleViolation for a remark on anything but a task; WrongState
    while the task has another case. Art. 8.
    """
    task = None
    if instruction.subject_table == Task.__tablename__:
        task = session.scalar(
            select(Task).where(Task.id == instruction.subject_id, visible(actor, Task))
        )
    if task is None:
        raise RuleViolation(message("Only an instruction on a task becomes a case."))
    said = f"{instruction.author.name}{chinese_date(instruction.written_on)}批示"
    return propose_case(
        session,
        actor,
        task,
        ground=f"{said}：{instruction.text}",
        requirement="请按批示要求抓紧落实，并按期回复办理情况。",
        source=CaseSource.INSTRUCTION,
    )


def write_instruction(session: AnySession, actor: Actor, row: Any, text: str) -> Instruction:
    """Write a leader's remark (批示) on a row that the leader sees.

    Leader, top leader. Effects: the instruction, dated today; on a task or a case the heads of
    its department are told. Errors: NotAllowed; RuleViolation for a row that is not seen.
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
    add_instruction(session, actor, instruction)
    return instruction


def add_instruction(session: AnySession, actor: Actor, instruction: Instruction) -> None:
    """As `write_instruction`, for a remark that is made already."""
    require(actor, "add", instruction)
    session.add(instruction)
    session.flush()
    telling.tell_instruction(session, actor, instruction)
