"""What becomes of an open plan when its department is merged into one that has a plan already:
its tasks, its words and what was said of it go on there (Art. 4.2)."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.orm import object_session

from app.models.plan_comments import PlanComment
from app.models.planning import DepartmentPlan, PlanStatus, Task
from app.organisation.succession import of_open_year, register_moves


def joined(row: DepartmentPlan, department_id: int) -> bool:
    """Has the successor a plan of its own for the year? Then what this one holds goes into it, in
    whatever state it is, and this one has no place there."""
    session = object_session(row)
    assert session is not None
    theirs = session.scalar(
        select(DepartmentPlan).where(
            DepartmentPlan.cycle_id == row.cycle_id,
            DepartmentPlan.department_id == department_id,
        )
    )
    if theirs is None:
        return False
    for task in session.scalars(select(Task).where(Task.department_plan_id == row.id)):
        task.department_plan_id = theirs.id
    for comment in session.scalars(
        select(PlanComment).where(PlanComment.department_plan_id == row.id)
    ):
        comment.department_plan_id = theirs.id
    if row.text:
        theirs.text = "\n\n".join(
            part for part in (theirs.text, f"【{row.department.name}】\n{row.text}") if part
        )
    session.flush()
    return True


register_moves(
    DepartmentPlan,
    "department_id",
    and_(DepartmentPlan.status != PlanStatus.AGGREGATED, of_open_year(DepartmentPlan)),
    joined,
)
