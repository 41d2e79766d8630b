"""A year's tasks as a file that the import reads back without change.

XLSX and CSV hold one task a row, in the words the import would write; a group such as 各系部
is one row again. Tasks that were terminated are left out. The PDF is the paper of the
planning chapter (`app.planning.documents`).
"""

from __future__ import annotations

from app.core import audit
from app.core.actor import Actor
from app.core.documents import Format, Order
from app.core.unit_of_work import AnySession
from app.exchange import lookups
from app.exchange.indicators import in_words
from app.exchange.stored_tasks import StoredTask, stored_tasks
from app.models.cycles import Cycle
from app.models.planning import TaskStatus
from app.planning.documents import FINAL, print_decomposition, table_of
from app.reports.task_table import TaskLine, decomposition_csv, decomposition_xlsx

FORMATS = ("xlsx", "csv", "pdf")
_NO_NUMBER = " "
"""Stands in the number column of a task that has none: the table would print its place."""


def export_tasks(session: AnySession, actor: Actor, cycle: Cycle, form: str) -> tuple[bytes, int]:
    """The file and the number of its tasks. The export is an audited event; the caller commits.

    Whoever may export (`task:export`) gets the tasks they see; once the year's table is
    issued, without the proposals. Errors: NotAllowed.
    """
    table = table_of(session, actor, cycle)
    if form == "pdf":
        order = Order(cycle, None, Format.PDF)
        return print_decomposition(session, actor, order).content, len(table.lines)
    exported = _exported(session, actor, cycle, drafts=table.state != FINAL)
    lines = [line for line, _ in exported]
    indicators = [told for _, told in exported]
    if form == "csv":
        content = decomposition_csv(lines, indicators)
    else:
        content = decomposition_xlsx(
            table.year,
            lines,
            state_label=table.state,
            version=table.version,
            check_code=table.check_code,
            college=table.college,
            issue_number=table.issue_number,
            indicators=indicators,
        )
    told = {"year": cycle.year, "format": form, "rows": len(lines), "check_code": table.check_code}
    audit.record_happening(session, actor, "exported", "task", told)  # type: ignore[arg-type]
    return content, len(lines)


def _exported(
    session: AnySession, actor: Actor, cycle: Cycle, *, drafts: bool
) -> list[tuple[TaskLine, str]]:
    """The year's tasks in the words of a file, each with its indicators, in the table's order."""
    departments = lookups.department_book(session, actor)
    people = lookups.people_book(session, actor)
    work_points = lookups.work_point_words(session, actor, cycle.id)
    tasks = stored_tasks(session, actor, cycle.id)
    inside = {child.id for task in tasks for child in task.children}
    return [
        (_line(task, departments, people, work_points), in_words(task.indicators))
        for task in tasks
        if task.id not in inside
        and task.status != TaskStatus.TERMINATED
        and (drafts or not task.is_draft)
    ]


def _line(
    task: StoredTask,
    departments: lookups.DepartmentBook,
    people: lookups.People,
    work_points: lookups.Words,
) -> TaskLine:
    if task.lead_department_id is not None:
        lead = departments.names([task.lead_department_id])
    else:
        members = {child.lead_department_id for child in task.children} - {None}
        lead = [departments.group_of(members)] if members else []  # type: ignore[arg-type]
    return TaskLine(
        title=task.text("title"),
        number=task.text("number") or _NO_NUMBER,
        work_point=work_points.texts.get(task.work_point_id or 0, ""),
        measures=task.text("measures"),
        standard=task.text("standard"),
        due=task.due_on,
        due_text=task.due_words(),
        lead=[*lead, *departments.names(task.co_leads)],
        assist=departments.names(task.assists),
        leader=_person(people, task.leader_id, task.text("leader_text")),
        owner=_person(people, task.owner_id, task.text("owner_text")),
        weight=task.weight,
        remark=task.text("remark"),
    )


def _person(people: lookups.People, key: int | None, words: str) -> str:
    return people.names.get(key, "") if key else words
