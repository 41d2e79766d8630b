"""Corrections (更正): who asks for one of a closed month's check, what may be asked, who decides
(domain §2, §4; Art. 7).

What an approved one does to lights, warnings and cases: `app.improvement.correction_effects`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, object_session

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation
from app.core.policy import Policy, visible
from app.core.text import message
from app.core.unit_of_work import AnySession, current_actor
from app.models.improvement import Correction, CorrectionStatus
from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
from app.models.planning import Task
from app.models.system import AuditEvent
from app.monitoring.closing import closed_month
from app.monitoring.lights import is_worse
from app.organisation.deciding import deciders_of, names_with
from app.organisation.rules import heads, in_hands, is_office, leads
from app.security.roles import OFFICE, TOP_LEADER

TEXTS = ("done", "problem", "next_step")
CORRECTABLE = ("actual_percent", "quality", "head_light", *TEXTS)
"""The columns of a check that a correction may change."""
_NEEDED = ("actual_percent", "quality")

Value = Decimal | Quality | Light | str | None


def read_value(column: str, text: str | None) -> Value:
    """What is written for `column`, as the column holds it. RuleViolation at `new_value` for what
    it cannot hold."""
    text = (text or "").strip()
    if not text:
        if column in _NEEDED:
            raise RuleViolation(message("A submitted check cannot be without this."), "new_value")
        return None
    if column == "actual_percent":
        try:
            percent = Decimal(text.removesuffix("%"))
        except InvalidOperation:
            percent = Decimal(-1)
        if not (percent.is_finite() and 0 <= percent <= 100):
            raise RuleViolation(message("A percentage lies between 0 and 100."), "new_value")
        return percent.quantize(Decimal("0.01"))
    kind = {"quality": Quality, "head_light": Light}.get(column)
    if kind is None:
        return text
    if text not in list(kind):
        raise RuleViolation(message("“%(value)s” is none of the choices.", value=text), "new_value")
    return kind(text)


def as_text(value: Value) -> str | None:
    """A value of a check as a correction keeps it."""
    if value is None or value == "":
        return None
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def text_of(check: MonthlyCheck, column: str) -> str | None:
    return as_text(getattr(check, column))


# Asking ----------------------------------------------------------------------------------


def ask_corrections(
    session: AnySession,
    actor: Actor,
    check: MonthlyCheck,
    wanted: Mapping[str, str],
    reason: str,
) -> list[Correction]:
    """Ask to correct a submitted check of a closed month: one correction per column of `wanted`
    that would change.

    The head of the department, the Office. Effects: corrections in `requested`; nothing of the
    check changes before one is approved. Errors: NotAllowed; RuleViolation where nothing would
    change, without a reason, for a value the column cannot hold, while another correction of
    the same column is not decided, and while the month is open. Art. 7.
    """
    found = [
        Correction(
            cycle_id=check.task.cycle_id,
            department_id=check.task.lead_department_id,
            subject_table=MonthlyCheck.__tablename__,
            subject_id=check.id,
            column_name=column,
            old_value=text_of(check, column),
            new_value=as_text(read_value(column, text)),
            reason=reason.strip(),
        )
        for column, text in wanted.items()
    ]
    changing = [one for one in found if one.old_value != one.new_value]
    if not changing:
        raise RuleViolation(message("Nothing would change: write the new value."), "new_value")
    session.add_all(changing)
    session.flush()
    return changing


def may_ask(actor: Actor, check: MonthlyCheck) -> bool:
    """Would the actor be heard? (Whether the month is closed, is another question.)"""
    probe = Correction(department_id=check.task.lead_department_id)
    return check.status == CheckStatus.SUBMITTED and policy.can(actor, "add", probe)


def check_correction(row: Correction) -> None:
    """What is asked for concerns a submitted check of a closed month that the asker sees, of the
    very department; it is written against what stands there."""
    session = object_session(row)
    actor = None if session is None else current_actor(session)
    if session is None or actor is None or actor.everything or inspect(row).persistent:
        return
    if not (row.reason or "").strip():
        raise RuleViolation(message("Say why it is to be corrected."), "reason")
    if row.subject_table != MonthlyCheck.__tablename__ or row.column_name not in CORRECTABLE:
        raise RuleViolation(message("This is not corrected here."), "column_name")
    with session.no_autoflush:
        check = session.scalar(
            select(MonthlyCheck).where(
                visible(actor, MonthlyCheck), MonthlyCheck.id == row.subject_id
            )
        )
        if check is None:
            raise NotAllowed(message("You may not refer to this row."), "subject_id")
        _refuse_foreign(row, check)
        _refuse_open(session, check)
        _refuse_value(row, check)
        _refuse_second(session, row)


def _refuse_foreign(row: Correction, check: MonthlyCheck) -> None:
    task: Task = check.task
    if (row.department_id, row.cycle_id) != (task.lead_department_id, task.cycle_id):
        raise RuleViolation(
            message("The check belongs to another department or year."), "department_id"
        )


def _refuse_open(session: Session, check: MonthlyCheck) -> None:
    if check.status != CheckStatus.SUBMITTED:
        raise RuleViolation(message("Only a submitted check is corrected."), "subject_id")
    if closed_month(session, check.year, check.month) is None:
        raise RuleViolation(
            message(
                "This month is still open: the Office returns the check, and it is written anew."
            ),
            "subject_id",
        )


def _refuse_value(row: Correction, check: MonthlyCheck) -> None:
    value = read_value(row.column_name, row.new_value)
    if row.old_value != text_of(check, row.column_name):
        raise RuleViolation(message("The old value is not what stands there."), "old_value")
    if as_text(value) == row.old_value:
        raise RuleViolation(message("Nothing would change: write the new value."), "new_value")
    if isinstance(value, Light) and not is_worse(value, check.computed_light):
        raise RuleViolation(message("The head's own light can only be worse."), "new_value")


def _refuse_second(session: Session, row: Correction) -> None:
    other = select(Correction.id).where(
        Correction.subject_table == row.subject_table,
        Correction.subject_id == row.subject_id,
        Correction.column_name == row.column_name,
        Correction.status == CorrectionStatus.REQUESTED,
    )
    if session.scalar(other.limit(1)) is not None:
        raise RuleViolation(
            message("A correction of this is asked for already and waits for its decision."),
            "column_name",
        )


# Deciding --------------------------------------------------------------------------------


def asker_of(row: Correction) -> int | None:
    """Who asked: the trail knows."""
    session = object_session(row)
    if session is None or row.id is None:
        return None
    return session.scalar(
        select(AuditEvent.actor_id)
        .where(AuditEvent.table_name == Correction.__tablename__, AuditEvent.row_id == row.id)
        .order_by(AuditEvent.id)
        .limit(1)
    )


def deciders(row: Correction) -> Sequence[str]:
    """The Office's people who may decide; where there are none, who decides on the department's
    rows else."""
    return _of_office(row) or deciders_of(row, row.department_id, asker_of(row))


def _of_office(row: Correction) -> list[str]:
    session = object_session(row)
    if session is None or row.department_id is None:
        return []
    return names_with(session, OFFICE, row.department_id, asker_of(row))


def _can_write(actor: Actor, verb: str, row: Correction) -> bool:
    """Asked for by the department's head or the Office, who may take it back until it is decided;
    decided by the Office, by leaders where the Office may not."""
    department = row.department_id or getattr(row.department, "id", None)
    if verb in {"approve", "refuse"}:
        if is_office(actor):
            return True
        return (leads(actor, department) or actor.has_role(TOP_LEADER)) and not _of_office(row)
    open_ = row.status in (None, CorrectionStatus.REQUESTED)
    return open_ and verb != "edit" and (is_office(actor) or heads(actor, department))


policy.register(
    Correction,
    Policy("correction", lambda actor: in_hands(Correction.department_id, actor), _can_write),
)
guard.register_invariant(Correction, check_correction)
