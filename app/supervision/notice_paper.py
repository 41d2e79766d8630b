"""督办通知单 (Art. 8, domain §7): a case on paper, from its ground to its signature.

It is 正式 once the Office has opened the case; every step taken since adds one behind the point
of its version. What the department reported stands on it as in the case's history.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.core import clock, documents
from app.core.actor import Actor
from app.core.documents import Format, Kind, Order, Paper
from app.core.errors import RuleViolation
from app.core.policy import visible
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.cycles.official import FORMATS, college, hand_out, official
from app.models.planning import Task
from app.models.supervision import (
    CaseDepartment,
    CaseStatus,
    CaseStep,
    Instruction,
    StepKind,
    SupervisionCase,
)
from app.reports.paper import (
    DRAFT,
    FINAL,
    Block,
    Grid,
    Heading,
    OfficialPaper,
    Space,
    chinese_date,
)

TITLE = "督办通知单"
_BEFORE = (StepKind.PROPOSED, StepKind.OPENED, StepKind.DISMISSED)
"""Steps that are no work on the case yet."""
_VOID = (CaseStatus.WITHDRAWN, CaseStatus.DISMISSED)


def notice(session: AnySession, actor: Actor, case: SupervisionCase) -> OfficialPaper:
    """The notice of a case, as far as `actor` may read what belongs to it. Three statements."""
    steps = session.scalars(
        select(CaseStep)
        .where(CaseStep.supervision_case_id == case.id, visible(actor, CaseStep))
        .order_by(CaseStep.id)
        .options(joinedload(CaseStep.actor))
    ).all()
    done = [step for step in steps if step.kind not in _BEFORE]
    blocks: list[Block] = [
        Grid(("项目", "内容"), _facts(session, actor, case), (1.5, 6), centred=(0,)),
        Heading("承办情况"),
        Grid(
            ("日期", "步骤", "内容", "期限", "办理人"),
            [_line(step) for step in done] or [("", "尚未办理", "", "", "")],
            (1.9, 1.6, 4.4, 1.9, 1.3),
            centred=(0, 1, 3, 4),
        ),
        Space("签收", 3),
    ]
    state = case.status.zh if case.status in _VOID else ""
    return official(
        f"{college()}\n{TITLE}",
        blocks,
        state=FINAL if case.number else DRAFT,
        version=f"1.{len(done)}" if done else "1",
        subtitles=[" ".join(filter(None, [case.number or "（拟立项，尚未编号）", state]))],
        issued_by=college(),
        issued_on=case.opened_on,
    )


def _facts(session: AnySession, actor: Actor, case: SupervisionCase) -> list[tuple[str, str]]:
    said = _instructions(session, actor, case)
    due = f"{chinese_date(case.due_on)}前" if case.due_on else "立项后确定"
    found = [
        ("事项", case.matter),
        ("来源", case.source.zh),
        ("依据", case.ground or ""),
        ("牵头部门", str(case.department)),
        ("配合部门", "、".join(_assisting(session, actor, case)) or "无"),
        ("分管领导", case.leader.name if case.leader else ""),
        ("办理要求", case.requirement or ""),
        ("办理期限", f"{due}（{case.stage.zh}）"),
        ("领导批示", "\n".join(_remark(one) for one in said) or "无"),
        ("系统签收", _signed(case)),
    ]
    return [(name, text) for name, text in found if text]


def _assisting(session: AnySession, actor: Actor, case: SupervisionCase) -> list[str]:
    rows = session.scalars(
        select(CaseDepartment)
        .where(CaseDepartment.supervision_case_id == case.id, visible(actor, CaseDepartment))
        .order_by(CaseDepartment.id)
        .options(joinedload(CaseDepartment.department))
    )
    return [row.department.name for row in rows]


def _instructions(
    session: AnySession, actor: Actor, case: SupervisionCase
) -> Sequence[Instruction]:
    """Those on the case and on its task."""
    on_case = (Instruction.subject_table == SupervisionCase.__tablename__) & (
        Instruction.subject_id == case.id
    )
    on_task = (Instruction.subject_table == Task.__tablename__) & (
        Instruction.subject_id == case.task_id
    )
    return session.scalars(
        select(Instruction)
        .where(or_(on_case, on_task), visible(actor, Instruction))
        .order_by(Instruction.written_on, Instruction.id)
        .options(joinedload(Instruction.author))
    ).all()


def _remark(one: Instruction) -> str:
    return f"{one.text}（{one.author.name}，{chinese_date(one.written_on)}）"


def _line(step: CaseStep) -> tuple[str, ...]:
    day = step.happened_at.astimezone(clock.COLLEGE_ZONE).date()
    return (
        day.isoformat(),
        step.kind.zh,
        step.text or "",
        step.due_on.isoformat() if step.due_on else "",
        step.actor.name if step.actor else "系统",
    )


def _signed(case: SupervisionCase) -> str:
    """When the department signed in the system; on paper it signs in the space at the end."""
    if case.signed_at is None:
        return ""
    return chinese_date(case.signed_at.astimezone(clock.COLLEGE_ZONE).date())


# Printing ------------------------------------------------------------------------------


def print_case(session: AnySession, actor: Actor, case: SupervisionCase, form: Format) -> Paper:
    """The notice as a file; the export is recorded, the caller commits."""
    return hand_out(
        session, actor, notice(session, actor, case), form,
        document=NOTICE.name,
        subject="supervision_case",
        name=f"{TITLE}{case.number or f'（拟立项{case.id}）'}",
        told={"case": case.number, "matter": case.matter},
    )  # fmt: skip


def print_notice(session: AnySession, actor: Actor, order: Order) -> Paper:
    """The notice of the year's case with this number; without one, of the case opened last.

    Raises RuleViolation at `number` when there is none that `actor` may read.
    """
    wanted = select(SupervisionCase).where(
        visible(actor, SupervisionCase),
        SupervisionCase.cycle_id == order.cycle.id,
        SupervisionCase.number == order.number
        if order.number
        else SupervisionCase.number.is_not(None),
    )
    case = session.scalar(
        wanted.order_by(SupervisionCase.opened_on.desc(), SupervisionCase.id.desc()).limit(1)
    )
    if case is None:
        raise RuleViolation(
            message("There is no such supervision case in %(year)s.", year=order.cycle.year),
            "number",
        )
    return print_case(session, actor, case, order.format)


NOTICE = Kind(
    name="supervision-notice",
    label=(TITLE, "Supervision notice"),
    formats=FORMATS,
    print_=print_notice,
    by_number=True,
    about=(
        "督办件的编号、事项、依据、牵头与配合部门、办理要求、期限、领导批示、承办情况和签收栏；"
        "此处打印本年度最近立项的一件，其他督办件在其页面下载。",
        "A case with its ground, departments, requirement, day, instructions, what was done and"
        " space to sign: here the one opened last; others are printed from their own pages.",
    ),
)
documents.register(NOTICE)
