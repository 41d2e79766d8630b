"""What becomes of a year's unfinished tasks (Art. 10)."""

from __future__ import annotations

import datetime as dt
from typing import Optional

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from app.models.base import Domain, UtcDateTime, field, ref
from app.models.organisation import Person
from app.models.planning import Task


class CarryOver(Domain):
    """结转认定: the Office's word on an unfinished task: carried over into the next year as
    key supervised, or not. A task without one may still be proposed by its department."""

    __tablename__ = "carry_over"
    label = ("结转认定", "Carry-over")
    protected = frozenset({"confirmed", "reason", "decided_by_id", "decided_at"})
    __table_args__ = (
        UniqueConstraint("task_id"),
        CheckConstraint("confirmed OR reason IS NOT NULL", name="refusal_has_reason"),
        {"comment": "结转认定"},
    )

    task_id: Mapped[int] = ref("task.id", "目标任务", "Task", ondelete="CASCADE", index=False)
    confirmed: Mapped[bool] = field(None, "是否结转", "Carried over")
    reason: Mapped[Optional[str]] = field(Text, "理由", "Reason")
    decided_by_id: Mapped[Optional[int]] = ref(
        "ab_user.id", "认定人", "Decided by", ondelete="RESTRICT"
    )
    decided_at: Mapped[dt.datetime] = field(UtcDateTime, "认定时间", "Decided at")

    task: Mapped[Task] = relationship()
    decided_by: Mapped[Optional[Person]] = relationship()
