"""Recording a table that the college issued before it began to work with this system."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select

from app.core import workflow
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from app.models.cycles import Cycle
from app.models.planning import Decomposition


def open_table(session: AnySession, actor: Actor, cycle: Cycle) -> Decomposition:
    """A new draft of the year's table, for the tasks that are about to be loaded.

    Office. Effects: a decomposition in `drafting` with the next edition of the year. The
    caller gives its id to the tasks, then calls `adopt_issued_table`. Art. 5.2.
    """
    last = session.scalar(
        select(func.max(Decomposition.edition)).where(Decomposition.cycle_id == cycle.id)
    )
    table = Decomposition(
        cycle_id=cycle.id, edition=(last or 0) + 1, title=f"{cycle.year}年部门目标任务分解表"
    )
    session.add(table)
    session.flush()
    return table


def adopt_issued_table(
    session: AnySession,
    actor: Actor,
    table: Decomposition,
    *,
    issue_number: str,
    issued_on: dt.date | None = None,
) -> Decomposition:
    """Record the table as issued, with the number and date it bears on paper.

    Office; from `drafting` by the step `adopt`. Effects: its tasks are published, its
    baseline is frozen. Errors: WrongState where the year's table goes by the committee,
    RuleViolation without a number or without tasks. Art. 5.2.
    """
    workflow.apply(
        session, actor, table, "adopt", issue_number=issue_number.strip(), issued_on=issued_on
    )
    return table
