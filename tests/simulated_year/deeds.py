"""What people do in the year, and what it comes to at once, in the reference's world.

Every deed is one `Deed` of the story: the same list is played through the services. A case is
told by its task and its place among the task's cases (or among those without a task).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.simulated_year.reference import (
    Case,
    Check,
    Task,
    Warned,
    World,
    month_end,
    workdays_after,
)

LIGHTS = ("green", "yellow", "orange", "red")


@dataclass(frozen=True)
class Deed:
    """`what` somebody did on `day`, to the task numbered `task` or its `case`-th case."""

    day: dt.date
    what: str
    task: str | None = None
    case: int | None = None
    month: int = 0
    actual: int = 0
    quality: str = "good"
    head_light: str | None = None
    due_on: dt.date | None = None

    def __str__(self) -> str:
        of = f" of task {self.task}" if self.task else ""
        case = f" case {self.case}" if self.case is not None else ""
        return f"{self.day}: {self.what}{case}{of}"


def task_named(world: World, number: str | None) -> Task:
    return next(task for task in world.tasks if task.number == number)


def case_of(world: World, deed: Deed) -> Case:
    cases = world.loose_cases if deed.task is None else task_named(world, deed.task).cases
    assert deed.case is not None
    return cases[deed.case]


# Tasks and checks ------------------------------------------------------------------------


def accept_task(world: World, deed: Deed) -> None:
    task_named(world, deed.task).accepted_on = deed.day


def finish(world: World, deed: Deed) -> None:
    task_named(world, deed.task).finished_on = deed.day


def terminate(world: World, deed: Deed) -> None:
    task_named(world, deed.task).terminated_on = deed.day


def move_due(world: World, deed: Deed) -> None:
    """An applied adjustment. The last milestones go with the due date; what was overdue is not."""
    task = task_named(world, deed.task)
    assert deed.due_on is not None
    before, task.due_on = task.due_on, deed.due_on
    task.milestones = [
        (task.due_on if day == before or day > task.due_on else day, percent)
        for day, percent in task.milestones
    ]
    warning = task.warned(None)
    if warning is not None and warning.rule == "light.overdue":
        warning.closed_on = deed.day


def submit(world: World, deed: Deed) -> None:
    """A month's check: its light, the end of the warning that it was missing, and for the last
    month reported the warning about the progress."""
    task = task_named(world, deed.task)
    end = month_end(world.year, deed.month)
    check = Check(
        deed.month, task.planned_at(end), deed.actual, deed.quality, deed.head_light, deed.day
    )
    judge(world, task, check)
    task.checks[deed.month] = check
    missing = task.warned(deed.month)
    if missing is not None:
        missing.closed_on = deed.day
    tell_of_progress(task, check, deed.day)


def judge(world: World, task: Task, check: Check) -> None:
    """The light of a check at its month's end: the worst rule that holds."""
    end = month_end(world.year, check.month)
    rules = world.rules
    if task.due_on < end and check.actual < 100:
        check.light, check.rule = "red", "light.overdue"
    elif check.quality == "poor":
        check.light, check.rule = "orange", "light.orange_quality"
    elif check.lag > rules.orange_lag:
        check.light, check.rule = "orange", "light.orange_lag_points"
    elif check.quality == "fair":
        check.light, check.rule = "yellow", "light.yellow_quality"
    elif check.lag > rules.yellow_lag:
        check.light, check.rule = "yellow", "light.yellow_lag_points"
    else:
        check.light, check.rule = "green", "light.green"


def tell_of_progress(task: Task, check: Check, day: dt.date) -> None:
    """Yellow and orange open a warning, and the head's own red; another light ends it. Overdue is
    a task by the calendar: no check makes it so, and none takes it back."""
    if check.month != max(task.checks):
        return
    open_now = task.warned(None)
    if open_now is not None:
        if open_now.rule == "light.overdue" or open_now.light == check.shown:
            return
        open_now.closed_on = day
    if check.head_light or check.light in ("yellow", "orange"):
        rule = "light.head" if check.head_light else check.rule
        task.warnings.append(Warned(rule, check.shown, day))


# Cases -----------------------------------------------------------------------------------


def propose_by_hand(world: World, deed: Deed) -> None:
    case = Case("task", None, deed.day)
    case.note("proposed", deed.day)
    task_named(world, deed.task).cases.append(case)


def open_without_task(world: World, deed: Deed) -> None:
    """Agreed in a meeting: the Office proposes and confirms it on the same day."""
    case = Case("meeting", None, deed.day)
    case.note("proposed", deed.day)
    world.loose_cases.append(case)
    world.confirm(case, deed.day)
    world.give_numbers()


def confirm(world: World, deed: Deed) -> None:
    world.confirm(case_of(world, deed), deed.day)
    world.give_numbers()


def dismiss(world: World, deed: Deed) -> None:
    _becomes(world, deed, "dismissed", "dismissed")


def sign(world: World, deed: Deed) -> None:
    case_of(world, deed).note("signed", deed.day)


def reply(world: World, deed: Deed) -> None:
    """Whoever replies has received the notice."""
    case = case_of(world, deed)
    if not any(kind == "signed" for kind, _ in case.steps):
        case.note("signed", deed.day)
    _becomes(world, deed, "replied", "reply")


def accept(world: World, deed: Deed) -> None:
    _becomes(world, deed, "accepted", "accepted")


def reject(world: World, deed: Deed) -> None:
    """A rejected reply counts as none: the time runs on as it did."""
    _becomes(world, deed, "open", "rejected")


def urge(world: World, deed: Deed) -> None:
    case = case_of(world, deed)
    case.status = "open"
    world.urge(case, deed.day)


def set_deadline(world: World, deed: Deed) -> None:
    case = case_of(world, deed)
    case.status = "open"
    world.set_deadline(case, deed.day)


def extend(world: World, deed: Deed) -> None:
    """More time for the case, none for the task."""
    case = case_of(world, deed)
    case.due_on = deed.due_on
    case.note("extended", deed.day)


def transfer(world: World, deed: Deed) -> None:
    case = case_of(world, deed)
    case.status, case.stage = "open", "special"
    case.note("transferred", deed.day)


def keep(world: World, deed: Deed) -> None:
    """Not transferred: the proposal is taken back, and there is time as for a final deadline."""
    case = case_of(world, deed)
    case.special_proposed_on = None
    case.due_on = workdays_after(deed.day, world.rules.deadline_workdays)
    case.note("deadline_set", deed.day)


def conclude(world: World, deed: Deed) -> None:
    _becomes(world, deed, "accepted", "concluded")


def send_back(world: World, deed: Deed) -> None:
    case = case_of(world, deed)
    case.status, case.stage, case.special_proposed_on = "open", "deadline", None
    case.due_on = workdays_after(deed.day, world.rules.deadline_workdays)
    case.note("returned", deed.day)


def close(world: World, deed: Deed) -> None:
    _becomes(world, deed, "closed", "closed")


def withdraw(world: World, deed: Deed) -> None:
    _becomes(world, deed, "withdrawn", "withdrawn")


def reopen(world: World, deed: Deed) -> None:
    """At the stage where it was closed, with that stage's time; after a special inspection as
    with a final deadline. What was proposed before is over."""
    case = case_of(world, deed)
    case.special_proposed_on = None
    if case.stage == "special":
        case.stage = "deadline"
    days = {
        "supervise": world.rules.reply_workdays,
        "urge": world.rules.urge_workdays,
        "deadline": world.rules.deadline_workdays,
    }
    case.status = "open"
    case.due_on = workdays_after(deed.day, days[case.stage])
    case.note("reopened", deed.day)


def _becomes(world: World, deed: Deed, status: str, step: str) -> None:
    case = case_of(world, deed)
    case.status = status
    case.note(step, deed.day)


# Corrections -----------------------------------------------------------------------------


def correct(world: World, deed: Deed) -> None:
    """A check of a closed month was wrong. Its light is found anew; a warning about the progress
    follows the last check; a case that stood on the wrong figures alone is withdrawn."""
    task = task_named(world, deed.task)
    check = task.checks[deed.month]
    if deed.quality:
        check.quality = deed.quality
    else:
        check.actual = deed.actual
    judge(world, task, check)
    if check.head_light and LIGHTS.index(check.head_light) <= LIGHTS.index(check.light):
        check.head_light = None
    tell_of_progress(task, check, deed.day)
    for case in task.cases:
        if case.live and case.rule and not had_a_ground(world, task, case):
            case.status = "withdrawn"
            case.note("withdrawn", deed.day)


def had_a_ground(world: World, task: Task, case: Case) -> bool:
    """Would a rule have called for the case on its day, with the figures as they are now? That a
    task is overdue is no figure of a check."""
    if case.rule == "supervise.overdue":
        return True
    then = Task(
        task.number, task.department, task.due_on, task.start_on, task.accepted_on,
        task.milestones, task.finished_on, task.terminated_on,
        {m: check for m, check in task.checks.items() if check.submitted_on < case.born_on},
    )  # fmt: skip
    grounds = world.orange_ground(then), world.special_grounds(then)
    return any(grounds) or world.overdue_ground(then, case.born_on)


DEEDS: dict[str, Callable[[World, Deed], Any]] = {
    one.__name__: one
    for one in (
        accept_task, finish, terminate, move_due, submit, propose_by_hand, open_without_task,
        confirm, dismiss, sign, reply, accept, reject, urge, set_deadline, extend, transfer, keep,
        conclude, send_back, close, withdraw, reopen, correct,
    )
}  # fmt: skip


def happens(world: World, deed: Deed) -> None:
    """A deed that the reference knows; closing a month changes no case and no warning."""
    if deed.what != "close_month":
        DEEDS[deed.what](world, deed)
