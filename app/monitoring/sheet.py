"""The monthly sheet of a department: a row per task that it leads and its own line in the tasks
that others lead (Art. 7, 9.1). Reading only; it is written by `sheet_service`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.sql.elements import ColumnElement

from app.core import clock, policy
from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import Message
from app.core.unit_of_work import AnySession
from app.cycles.months import MonthEntry
from app.models.improvement import Evidence
from app.models.monitoring import (
    CheckContribution,
    CheckStatus,
    CoordinationRequest,
    CoordinationStatus,
    Light,
    MonthlyCheck,
    Quality,
)
from app.models.organisation import Department
from app.models.planning import Task, TaskDepartment
from app.monitoring.lights import Verdict
from app.monitoring.queue import owes
from app.monitoring.settling import light_of, plan_at
from app.monitoring.sheet_rules import FIELDS, LINE_FIELDS, is_closed, lacks, on_plan
from app.organisation.rules import reads_college
from app.planning.rules import answered_tasks


@dataclass(frozen=True, slots=True)
class Last:
    """The last check submitted before this month."""

    actual: Decimal | None = None
    light: Light | None = None


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A task on the sheet. `check` is None until something is written; `plain` is the percent
    that one tap on “as planned” enters, None where there is no plan."""

    task: Task
    check: MonthlyCheck | None
    planned: Decimal | None
    last: Last
    verdict: Verdict
    may_edit: bool
    plain: Decimal | None
    steady: bool
    """Was it green, has nothing been entered, and does “as planned” leave it green?"""
    files: Sequence[Evidence] = ()
    lines: Sequence[CheckContribution] = ()
    """What assisting departments say of it."""
    requests: Sequence[CoordinationRequest] = ()
    """What help is asked for and not settled yet."""

    @property
    def key(self) -> str:
        return f"row-{self.task.id}"

    @property
    def version(self) -> int:
        """0 before the row exists."""
        return self.check.version if self.check else 0

    @property
    def status(self) -> CheckStatus | None:
        return self.check.status if self.check else None

    def value(self, field: str) -> Any:
        return getattr(self.check, field, None)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.value(name) for name in FIELDS}

    @property
    def lacks(self) -> dict[str, Message]:
        """What it lacks before it is complete; a submitted row lacks nothing."""
        return {} if is_closed(self.status) else lacks(self.values, self.verdict.light)


@dataclass(frozen=True, slots=True)
class SheetLine:
    """The department's part in a task that another department leads."""

    task: Task
    part: TaskDepartment
    check_id: int | None
    check_status: CheckStatus | None
    line: CheckContribution | None
    may_edit: bool

    @property
    def key(self) -> str:
        return f"line-{self.task.id}"

    @property
    def version(self) -> int:
        return self.line.version if self.line else 0

    def value(self, field: str) -> Any:
        return getattr(self.line, field, None)

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.value(name) for name in LINE_FIELDS}


@dataclass(frozen=True, slots=True)
class MonthSheet:
    """A department's month. `may_submit`: does the actor speak for the department?"""

    department: Department
    month: MonthEntry
    rows: Mapping[int, SheetRow]
    """By the task's id, in the order of the department's table."""
    lines: Mapping[int, SheetLine]
    may_submit: bool
    open: bool
    """Is the month reported on now: begun, not exempt, its bulletin not issued?"""
    reach: bool = field(default=True)
    """Is the department the reader's own, in the reader's charge, or the college all theirs?"""
    months: Sequence[MonthEntry] = ()
    """All months of the year, where the sheet was opened by its address."""

    @property
    def done(self) -> int:
        """Rows that lack nothing."""
        return sum(not row.lacks for row in self.rows.values())

    @property
    def submitted(self) -> int:
        return sum(is_closed(row.status) for row in self.rows.values())

    @property
    def waits(self) -> bool:
        """Does a row of the department's own wait to be handed in?"""
        return self.open and self.submitted < len(self.rows)

    @property
    def editable(self) -> bool:
        return any(row.may_edit for row in self.rows.values()) or any(
            line.may_edit for line in self.lines.values()
        )


def sheet_of(
    session: AnySession, actor: Actor, department: Department, month: MonthEntry
) -> MonthSheet:
    """The sheet of `department` for `month` as `actor` reads it: the tasks whose checks the actor
    may read, and for the department's own people its lines in others' tasks. A dozen statements,
    however many rows."""
    opened = month.is_open(clock.today())
    tasks = session.scalars(
        select(Task)
        .where(
            visible(actor, Task),
            _answered(actor),
            Task.lead_department_id == department.id,
            Task.cycle_id == month.cycle_id,
            or_(owes(month.reported), _has_check(month)),
        )
        .options(selectinload(Task.milestones), joinedload(Task.cycle))
        .order_by(Task.sort_order, Task.id)
    ).all()
    keys = [task.id for task in tasks]
    checks = {
        check.task_id: check
        for check in session.scalars(
            select(MonthlyCheck).where(
                visible(actor, MonthlyCheck),
                MonthlyCheck.task_id.in_(keys),
                MonthlyCheck.year == month.year,
                MonthlyCheck.month == month.month,
            )
        )
    }
    last = _last_checks(session, actor, keys, month)
    files = _files(session, actor, [check.id for check in checks.values()])
    said = _said(session, actor, [check.id for check in checks.values()])
    asked = _asked(session, actor, keys)
    rows = {}
    for task in tasks:
        check = checks.get(task.id)
        rows[task.id] = row_of(
            session, actor, month, task, check, last.get(task.id, Last()), opened=opened,
            files=files.get(check.id, ()) if check else (),
            lines=said.get(check.id, ()) if check else (),
            requests=asked.get(task.id, ()),
        )  # fmt: skip
    return MonthSheet(
        department=department,
        month=month,
        rows=rows,
        lines=_lines(session, actor, department, month, opened=opened),
        may_submit=department.id in actor.speaks_for(),
        open=opened,
        reach=_reaches(actor, department.id),
    )


def row_of(
    session: AnySession,
    actor: Actor,
    month: MonthEntry,
    task: Task,
    check: MonthlyCheck | None,
    last: Last,
    *,
    opened: bool,
    files: Sequence[Evidence] = (),
    lines: Sequence[CheckContribution] = (),
    requests: Sequence[CoordinationRequest] = (),
) -> SheetRow:
    """A task and what is written of it, with its light at the end of the month."""
    planned = plan_at(task, month.ends_on)
    actual = check.actual_percent if check else None
    verdict = live_light(session, task, month.ends_on, check)
    plain = on_plan(planned, last.actual)
    may_edit = opened and policy.can(
        actor, "edit" if check else "add", check or MonthlyCheck(task=task)
    )
    steady = (
        may_edit
        and actual is None
        and plain is not None
        and last.light in (None, Light.GREEN)
        and light_of(session, task, month.ends_on, actual=plain, quality=Quality.GOOD).light
        == Light.GREEN
    )
    return SheetRow(
        task, check, planned, last, verdict, may_edit, plain, steady,
        files=files, lines=lines, requests=requests,
    )  # fmt: skip


def again(session: AnySession, actor: Actor, month: MonthEntry, row: SheetRow) -> SheetRow:
    """The same row after its check was written."""
    new = row_of(session, actor, month, row.task, row.check, row.last, opened=True)
    return replace(new, files=row.files, lines=row.lines, requests=row.requests)


def live_light(
    session: AnySession, task: Task, day: dt.date, check: MonthlyCheck | None
) -> Verdict:
    """The light that submitting the row now would compute. Of a submitted row: the same."""
    return light_of(
        session,
        task,
        day,
        actual=check.actual_percent if check else None,
        quality=check.quality if check else None,
    )


# Reading ---------------------------------------------------------------------------------


def _answered(actor: Actor) -> ColumnElement[bool]:
    """Tasks whose checks the actor reads, in whatever capacity."""
    if actor.everything:
        return Task.id.is_not(None)
    able = [one for one in actor.capacities if one.grants("monthly_check:read")]
    return or_(Task.id.is_(None), *(answered_tasks(one) for one in able))


def _reaches(actor: Actor, department_id: int) -> bool:
    return any(
        reads_college(one) or department_id in one.departments | one.charged
        for one in actor.capacities
        if one.grants("monthly_check:read")
    )


def _has_check(month: MonthEntry) -> ColumnElement[bool]:
    """A task finished or ended since keeps the row that was written of it."""
    return exists(
        select(MonthlyCheck.id).where(
            MonthlyCheck.task_id == Task.id,
            MonthlyCheck.year == month.year,
            MonthlyCheck.month == month.month,
        )
    )


def _last_checks(
    session: AnySession, actor: Actor, keys: Sequence[int], month: MonthEntry
) -> dict[int, Last]:
    """By task: the last submitted check of an earlier month."""
    moment = MonthlyCheck.year * 12 + MonthlyCheck.month
    newest = (
        select(MonthlyCheck.task_id, func.max(moment).label("moment"))
        .where(
            MonthlyCheck.task_id.in_(keys),
            MonthlyCheck.status == CheckStatus.SUBMITTED,
            moment < month.year * 12 + month.month,
        )
        .group_by(MonthlyCheck.task_id)
        .subquery()
    )
    rows = session.execute(
        select(
            MonthlyCheck.task_id,
            MonthlyCheck.actual_percent,
            func.coalesce(MonthlyCheck.head_light, MonthlyCheck.computed_light),
        )
        .join(newest, and_(newest.c.task_id == MonthlyCheck.task_id, newest.c.moment == moment))
        .where(visible(actor, MonthlyCheck))
    )
    return {key: Last(actual, Light(light)) for key, actual, light in rows}


def _files(session: AnySession, actor: Actor, checks: Sequence[int]) -> dict[int, list[Evidence]]:
    """The files of each check."""
    found: dict[int, list[Evidence]] = {}
    for one in session.scalars(
        select(Evidence)
        .where(visible(actor, Evidence), Evidence.monthly_check_id.in_(checks))
        .order_by(Evidence.id)
    ):
        found.setdefault(one.monthly_check_id or 0, []).append(one)
    return found


def _asked(
    session: AnySession, actor: Actor, keys: Sequence[int]
) -> dict[int, list[CoordinationRequest]]:
    """By task: the requests for help that are not settled."""
    found: dict[int, list[CoordinationRequest]] = {}
    for one in session.scalars(
        select(CoordinationRequest)
        .where(
            visible(actor, CoordinationRequest),
            CoordinationRequest.task_id.in_(keys),
            CoordinationRequest.status != CoordinationStatus.RESOLVED,
        )
        .order_by(CoordinationRequest.id)
    ):
        found.setdefault(one.task_id or 0, []).append(one)
    return found


def _said(
    session: AnySession, actor: Actor, checks: Sequence[int]
) -> dict[int, list[CheckContribution]]:
    """What assisting departments wrote, by check."""
    found: dict[int, list[CheckContribution]] = {}
    for one in session.scalars(
        select(CheckContribution)
        .where(visible(actor, CheckContribution), CheckContribution.monthly_check_id.in_(checks))
        .order_by(CheckContribution.department_id)
    ):
        found.setdefault(one.monthly_check_id, []).append(one)
    return found


def _lines(
    session: AnySession, actor: Actor, department: Department, month: MonthEntry, *, opened: bool
) -> dict[int, SheetLine]:
    """The department's lines in tasks that others lead. Of the leading department's check no more
    is read than whether it is still open: its content is not the assisting department's."""
    if not _reaches(actor, department.id):
        return {}
    rows = session.execute(
        select(TaskDepartment, Task, MonthlyCheck.id, MonthlyCheck.status, CheckContribution)
        .join(Task, Task.id == TaskDepartment.task_id)
        .outerjoin(
            MonthlyCheck,
            and_(
                MonthlyCheck.task_id == Task.id,
                MonthlyCheck.year == month.year,
                MonthlyCheck.month == month.month,
            ),
        )
        .outerjoin(
            CheckContribution,
            and_(
                CheckContribution.monthly_check_id == MonthlyCheck.id,
                CheckContribution.department_id == department.id,
            ),
        )
        .where(
            visible(actor, TaskDepartment),
            TaskDepartment.department_id == department.id,
            owes(month.reported),
        )
        .order_by(Task.sort_order, Task.id)
    ).all()
    found = {}
    for part, task, check_id, status, line in rows:
        asked = CheckContribution(
            monthly_check=MonthlyCheck(task=task, status=status), department_id=department.id
        )
        may_edit = (
            opened and not is_closed(status) and policy.can(actor, "edit" if line else "add", asked)
        )
        found[task.id] = SheetLine(task, part, check_id, status, line, may_edit)
    return found
