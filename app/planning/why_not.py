"""Why a task is not edited by who asks, in words: its state first, then whose it is (Art. 5)."""

from __future__ import annotations

from typing import Any

from app.core import policy
from app.core.actor import Actor
from app.core.text import Message, message
from app.models.cycles import CycleStatus
from app.models.planning import TaskStatus
from app.planning.plan_rules import IN_REVIEW

_OVER = {
    TaskStatus.FINISHED: message(
        "The task is finished: nothing of it is edited any more. A wrong entry is put right by a"
        " correction."
    ),
    TaskStatus.TERMINATED: message("The task is terminated: nothing of it is edited any more."),
}


def why_not_edited(actor: Actor, verb: str, task: Any) -> Message | None:
    """What keeps an actor, who may not, from editing or deleting the task."""
    if verb not in {"edit", "delete"}:
        return None
    cycle = policy.related(task, "cycle")
    if cycle is not None and cycle.status == CycleStatus.CLOSED:
        return message("The year is closed; only a correction changes it.")
    if task.status in _OVER:
        return _OVER[task.status]
    if task.status not in (None, TaskStatus.PROPOSED):
        if verb == "delete":
            return message("The task is issued: it is not deleted but ended by an adjustment.")
        return message(
            "The task is issued: its baseline is frozen and changes by an approved adjustment. The"
            " head of its lead department still names section and person responsible."
        )
    plan = policy.related(task, "department_plan") if task.department_plan_id else None
    if plan is not None and plan.status in IN_REVIEW:
        return message(
            "The task stands in a plan that is under review. It can be changed once the plan is"
            " returned."
        )
    if verb == "delete" and task.agreement is not None:
        return message(
            "A part is withdrawn by who passed it on. The department that is asked agrees to it or"
            " objects."
        )
    if verb == "delete":
        return message(
            "A proposed task is deleted by the head of its lead department, the leader in charge or"
            " the Office."
        )
    return message(
        "A proposed task is edited by the head of its lead department, its person responsible, the"
        " leader in charge or the Office."
    )
