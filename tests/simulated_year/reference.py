"""Art. 6-8 as somebody would work them out with a calendar and an exercise book.

Nothing is clever here, and nothing comes from the application but the calendar of workdays: a
year is lived day by day, each morning the patrol goes its round (`World.morning`), then people
work (`World.happens`). A morning therefore knows what was so before its day, and no more. That
is also what a round made up for after an outage must come to: so here the patrol is never out.

Days are dates, percentages are whole numbers, words are those of the schema.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from app.core import clock

NEXT_DAY = dt.timedelta(days=1)
BAD_LIGHTS = ("orange", "red")
LIVE = ("proposed", "open", "replied", "accepted")
CONFIRMED = ("open", "replied", "accepted")


@dataclass(frozen=True)
class Rules:
    """The college's own numbers, as its rule book has them at first."""

    first_month: int = 3
    grace_workdays: int = 3
    yellow_lag: int = 10
    orange_lag: int = 20
    auto_confirm: bool = False
    orange_months: int = 2
    reply_workdays: int = 5
    waiting_reply_holds: bool = False
    urge_workdays: int = 3
    urge_max: int = 2
    deadline_workdays: int = 15
    last_due: tuple[int, int] = (12, 1)
    special_lag: int = 30
    special_poor_months: int = 2
    special_after_deadline: bool = True


@dataclass(eq=False)
class Check:
    """What was handed in for a month, and the light that followed from it."""

    month: int
    planned: int | None
    actual: int
    quality: str
    head_light: str | None
    submitted_on: dt.date
    light: str = "green"
    rule: str = "light.green"

    @property
    def shown(self) -> str:
        """The light that counts: the head's own, if the head made it worse."""
        return self.head_light or self.light

    @property
    def lag(self) -> int:
        return 0 if self.planned is None else self.planned - self.actual


@dataclass(eq=False)
class Warned:
    """A warning: `month` where it is about a missing check."""

    rule: str
    light: str
    opened_on: dt.date
    month: int | None = None
    closed_on: dt.date | None = None


@dataclass(eq=False)
class Case:
    """A supervision case. `kind` of its steps as in the schema, each with its day."""

    source: str
    rule: str | None
    born_on: dt.date
    status: str = "proposed"
    stage: str = "supervise"
    number: int | None = None
    opened_on: dt.date | None = None
    due_on: dt.date | None = None
    urges: int = 0
    special_proposed_on: dt.date | None = None
    steps: list[tuple[str, dt.date]] = field(default_factory=list)

    def note(self, kind: str, day: dt.date) -> None:
        self.steps.append((kind, day))

    @property
    def live(self) -> bool:
        return self.status in LIVE


@dataclass(eq=False)
class Task:
    """A task of the year. Milestones: a day, and the percent planned for it."""

    number: str
    department: int
    due_on: dt.date
    start_on: dt.date | None
    accepted_on: dt.date | None
    milestones: list[tuple[dt.date, int]]
    finished_on: dt.date | None = None
    terminated_on: dt.date | None = None
    checks: dict[int, Check] = field(default_factory=dict)
    warnings: list[Warned] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def at_work(self, day: dt.date) -> bool:
        """Was it accepted before `day`, and neither finished nor terminated before it?"""
        accepted = self.accepted_on is not None and self.accepted_on < day
        return accepted and not self.over(day)

    def over(self, day: dt.date) -> bool:
        """Was it finished or terminated before `day`?"""
        finished = self.finished_on is not None and self.finished_on < day
        return finished or (self.terminated_on is not None and self.terminated_on < day)

    def overdue(self, day: dt.date) -> bool:
        return self.at_work(day) and self.due_on < day

    def planned_at(self, day: dt.date) -> int | None:
        """The percent of the last milestone due by `day`."""
        if not self.milestones:
            return None
        return max([percent for due, percent in self.milestones if due <= day], default=0)

    @property
    def case(self) -> Case | None:
        """The one live case, if there is one."""
        return next((case for case in self.cases if case.live), None)

    def warned(self, month: int | None) -> Warned | None:
        """The open warning about a missing check of `month`; None: about the progress."""
        for warning in self.warnings:
            if warning.closed_on is None and warning.month == month:
                return warning
        return None


@cache
def month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def workdays_after(day: dt.date, count: int) -> dt.date:
    """The `count`-th workday after `day`."""
    while count:
        day += NEXT_DAY
        if clock.is_workday(day):
            count -= 1
    return day


class World:
    """The college as the reference sees it."""

    def __init__(self, year: int, rules: Rules, tasks: list[Task], exempt: set[int]) -> None:
        self.year = year
        self.rules = rules
        self.tasks = tasks
        self.reporting_months = [m for m in range(rules.first_month, 13) if m not in exempt]
        self.check_due = {
            month: workdays_after(month_end(year, month), rules.grace_workdays)
            for month in self.reporting_months
        }
        self.loose_cases: list[Case] = []
        """Cases without a task: agreed in a meeting, or a leader's instruction."""
        self.given_numbers = 0
        self.waiting_for_number: list[Case] = []

    # The patrol's morning -----------------------------------------------------------------

    def morning(self, day: dt.date, patrol_is_out: bool = False) -> None:
        """The round of `day`. Where the patrol is out, the same has to come of it later; only
        numbers are given when it is back (`give_numbers`)."""
        for task in self.tasks:
            self.look_for_missing_checks(task, day)
            self.look_whether_overdue(task, day)
            self.withdraw_what_is_settled(task, day)
            self.propose(task, day)
        for task in self.tasks:
            for case in task.cases:
                self.climb(case, day, task)
        for case in self.loose_cases:
            self.climb(case, day)
        if not patrol_is_out:
            self.give_numbers()

    def all_cases(self) -> Iterator[Case]:
        for task in self.tasks:
            yield from task.cases
        yield from self.loose_cases

    def look_for_missing_checks(self, task: Task, day: dt.date) -> None:
        """A month whose last day in time is over: who should have reported and has not?"""
        for month in self.reporting_months:
            if not self.check_due[month] < day or month in task.checks:
                continue
            end = month_end(self.year, month)
            began = task.start_on is None or task.start_on <= end
            accepted = task.accepted_on is not None and task.accepted_on < end
            owed = began and accepted and not task.over(end + NEXT_DAY) and task.at_work(day)
            told = any(warning.month == month for warning in task.warnings)
            if owed and not told:
                task.warnings.append(Warned("check.missing", "grey", day, month))

    def look_whether_overdue(self, task: Task, day: dt.date) -> None:
        warning = task.warned(None)
        is_red = warning is not None and warning.rule == "light.overdue"
        if task.overdue(day) and not is_red:
            self.end_progress_warning(task, day)
            task.warnings.append(Warned("light.overdue", "red", task.due_on + NEXT_DAY))
        if task.over(day):
            for one in task.warnings:
                one.closed_on = one.closed_on or day

    def end_progress_warning(self, task: Task, day: dt.date) -> None:
        warning = task.warned(None)
        if warning is not None:
            warning.closed_on = day

    def withdraw_what_is_settled(self, task: Task, day: dt.date) -> None:
        case = task.case
        if case is not None and case.status == "proposed" and task.over(day):
            case.status = "withdrawn"
            case.note("withdrawn", day)

    # Grounds of a case --------------------------------------------------------------------

    def propose(self, task: Task, day: dt.date) -> None:
        """Where something calls for a case, and none is under way, one is proposed. A special
        inspection is proposed on a case that is under way already."""
        if not task.at_work(day):
            return
        special = self.special_grounds(task)
        case = task.case
        if case is not None:
            if special and case.status in CONFIRMED and case.stage != "special":
                checks = [check for some in special.values() for check in some]
                self.propose_special(case, checks, day)
            return
        grounds = list(special)
        if self.overdue_ground(task, day):
            grounds.insert(0, "supervise.overdue")
        if self.orange_ground(task):
            grounds.append("supervise.orange_months")
        if not grounds:
            return
        case = Case("task", grounds[0], day)
        case.note("proposed", day)
        if special:
            case.special_proposed_on = day
        task.cases.append(case)
        if self.rules.auto_confirm:
            self.confirm(case, day)

    def overdue_ground(self, task: Task, day: dt.date) -> bool:
        """Overdue; what is due late in the year goes to the results instead."""
        if not task.overdue(day) or task.due_on > dt.date(self.year, *self.rules.last_due):
            return False
        return not any(case.born_on > task.due_on for case in task.cases)

    def orange_ground(self, task: Task) -> bool:
        last = self.last_checks(task, self.rules.orange_months)
        bad = bool(last) and all(check.shown in BAD_LIGHTS for check in last)
        return bad and not self.dealt_with(task, last)

    def special_grounds(self, task: Task) -> dict[str, list[Check]]:
        """The grounds of a special inspection, each with the checks it stands on."""
        found = {}
        last = self.last_checks(task, 1)
        if last and last[0].lag >= self.rules.special_lag and not self.dealt_with(task, last):
            found["special.lag_points"] = last
        last = self.last_checks(task, self.rules.special_poor_months)
        poor = bool(last) and all(check.quality == "poor" for check in last)
        if poor and not self.dealt_with(task, last):
            found["special.poor_quality_months"] = last
        return found

    def last_checks(self, task: Task, count: int) -> list[Check]:
        """The checks of the last `count` months up to the last one reported; nothing where one
        of these months is missing."""
        reported = [month for month in self.reporting_months if month in task.checks]
        if not reported:
            return []
        months = [month for month in self.reporting_months if month <= reported[-1]][-count:]
        if len(months) < count or any(month not in task.checks for month in months):
            return []
        return [task.checks[month] for month in months]

    def dealt_with(self, task: Task, checks: list[Check]) -> bool:
        """Has the task got a case since the last of these checks came in?"""
        came_in = checks[-1].submitted_on
        return any(case.born_on > came_in for case in task.cases)

    def propose_special(self, case: Case, checks: list[Check], day: dt.date) -> None:
        """Once for the checks that call for it, whatever became of the proposal."""
        came_in = max(check.submitted_on for check in checks)
        if any(kind == "special_proposed" and on > came_in for kind, on in case.steps):
            return
        case.special_proposed_on = day
        case.note("special_proposed", day)

    # The ladder ---------------------------------------------------------------------------

    def climb(self, case: Case, day: dt.date, task: Task | None = None) -> None:
        """One rung a day at most, where the time is over and no accepted reply stands."""
        if case.status not in ("open", "replied"):
            return
        if case.status == "replied" and self.rules.waiting_reply_holds:
            return
        if case.stage == "special" or case.due_on is None or not case.due_on < day:
            return
        if task is not None and task.over(day):
            return
        if case.stage == "supervise" or (case.stage == "urge" and case.urges < self.rules.urge_max):
            self.urge(case, day)
        elif case.stage == "urge":
            self.set_deadline(case, day)
        elif self.rules.special_after_deadline and case.special_proposed_on is None:
            case.special_proposed_on = day
            case.note("special_proposed", day)

    def urge(self, case: Case, day: dt.date) -> None:
        case.stage = "urge"
        case.urges += 1
        case.due_on = workdays_after(day, self.rules.urge_workdays)
        case.note("urged", day)

    def set_deadline(self, case: Case, day: dt.date) -> None:
        case.stage = "deadline"
        case.due_on = workdays_after(day, self.rules.deadline_workdays)
        case.note("deadline_set", day)

    def confirm(self, case: Case, day: dt.date) -> None:
        case.status = "open"
        case.opened_on = day
        case.due_on = workdays_after(day, self.rules.reply_workdays)
        case.note("opened", day)
        self.waiting_for_number.append(case)

    def give_numbers(self) -> None:
        for case in self.waiting_for_number:
            self.given_numbers += 1
            case.number = self.given_numbers
        self.waiting_for_number.clear()
