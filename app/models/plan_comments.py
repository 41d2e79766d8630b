"""What is said of a department's plan while it is reviewed (Art. 4.3)."""

from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Domain, UtcDateTime, field, not_blank, ref
from app.models.organisation import Person
from app.models.planning import DepartmentPlan, Task


class PlanComment(Domain):
    """审阅批注: what a reader of a department's plan says of it or of one of its tasks; the
    department answers before it sends the plan again (Art. 4.3)."""

    __tablename__ = "plan_comment"
    label = ("审阅批注", "Review comment")
    protected = frozenset({"author_id", "review_round", "answered_at", "answered_by_id", "answer"})
    __table_args__ = (
        not_blank("text"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answer_whole"),
        {"comment": "对部门计划及其任务的审阅批注"},
    )

    department_plan_id: Mapped[int] = ref(
        "department_plan.id", "部门计划", "Department plan", ondelete="CASCADE"
    )
    task_id: Mapped[Optional[int]] = ref("task.id", "目标任务", "Task", ondelete="CASCADE")
    author_id: Mapped[int] = ref("ab_user.id", "批注人", "Author", ondelete="RESTRICT")
    review_round: Mapped[int] = field(None, "送审次数", "Round", default=0, server_default="0")
    text: Mapped[str] = field(Text, "批注", "Comment")
    answer: Mapped[Optional[str]] = field(Text, "答复", "Answer")
    answered_at: Mapped[Optional[dt.datetime]] = field(UtcDateTime, "答复时间", "Answered at")
    answered_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "答复人", "Answered by", ondelete="RESTRICT"
    )

    department_plan: Mapped[DepartmentPlan] = relationship()
    task: Mapped[Optional[Task]] = relationship()
    author: Mapped[Person] = relationship(foreign_keys=[author_id])
