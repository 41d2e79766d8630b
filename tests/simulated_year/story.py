"""A made-up year: what a college's people do, day by day, and when the patrol is out.

Everything comes from one seeded random source, so a seed is a year. People look at the
reference's world to see what there is to do; where the patrol is out they do not see the cases
that its rounds would have proposed.
"""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from app.core import clock
from tests.simulated_year.deeds import LIGHTS, Deed, happens, judge
from tests.simulated_year.reference import (
    NEXT_DAY,
    Case,
    Check,
    Rules,
    Task,
    World,
    month_end,
    workdays_after,
)

YEAR = 2026
FIRST, LAST = dt.date(YEAR, 2, 16), dt.date(YEAR, 12, 31)
MANNERS = ("steady", "steady", "slow", "stuck", "recovering", "careless", "silent")
"""How a task goes: what its checks say, and whether it ends in time."""


@dataclass
class Day:
    """One day: how often the patrol went its round in the morning, and what people did."""

    day: dt.date
    rounds: int
    deeds: list[Deed] = field(default_factory=list)


@dataclass
class Story:
    """A year as it was lived, with the reference's world at its end."""

    seed: int
    rules: Rules
    tasks: list[Task]
    """As they were before the year began."""
    exempt: set[int]
    days: list[Day]
    world: World


def tell(
    seed: int, *, departments: int, tasks: int, rules: Rules | None = None, until: dt.date = LAST
) -> Story:
    """The year of a seed, told from mid-February to `until`."""
    return _Teller(seed, departments, tasks, rules or Rules(), until).tell()


class _Teller:
    def __init__(
        self, seed: int, departments: int, tasks: int, rules: Rules, until: dt.date
    ) -> None:
        self.seed, self.until = seed, until
        self.chance = random.Random(seed)
        self.exempt = {8} if self.chance.random() < 0.8 else set()
        self.world = World(
            YEAR, rules, [self._task(n, departments) for n in range(tasks)], self.exempt
        )
        self.manner = {task.number: self.chance.choice(MANNERS) for task in self.world.tasks}
        self.plans: dict[dt.date, list[Deed]] = {}
        self.out = self._outages()
        self.hidden: list[Case] = []

    def tell(self) -> Story:
        before = [_copy(task) for task in self.world.tasks]
        self._plan_checks()
        self._plan_ends()
        days = []
        day = FIRST
        while day <= self.until:
            out = day in self.out
            self.today = Day(day, 0 if out else 1 + (self.chance.random() < 0.03))
            known = list(self.world.all_cases())
            self.world.morning(day, out)
            if out:
                self.hidden += [case for case in self.world.all_cases() if case not in known]
            else:
                self.hidden.clear()
            self._people()
            days.append(self.today)
            day += NEXT_DAY
        return Story(self.seed, self.world.rules, before, self.exempt, days, self.world)

    # What the year begins with ------------------------------------------------------------

    def _task(self, number: int, departments: int) -> Task:
        chance = self.chance
        late = chance.random() < 0.06
        accepted = None if late else dt.date(YEAR, 2, chance.randint(1, 14))
        due = dt.date(YEAR, 3, 10) + dt.timedelta(days=chance.randint(0, 285))
        start = None if chance.random() < 0.7 else dt.date(YEAR, 2, 1) + (due - FIRST) / 3
        milestones = []
        steps = chance.choice((0, 1, 2, 3, 4, 4))
        for step in range(1, steps + 1):
            at = FIRST + (due - FIRST) * step / steps
            milestones.append((due if step == steps else at, 100 * step // steps))
        return Task(f"{number + 1:03d}", number % departments, due, start, accepted, milestones)

    def _outages(self) -> set[dt.date]:
        """The patrol is out for one to ten days, a few times in the year, and back at its end."""
        out: set[dt.date] = set()
        for _ in range(self.chance.randint(3, 6)):
            first = FIRST + dt.timedelta(days=self.chance.randint(20, 290))
            out |= {first + n * NEXT_DAY for n in range(self.chance.randint(1, 10))}
        return {day for day in out if day < self.until}

    def _plan(self, day: dt.date, what: str, task: Task, **more: object) -> None:
        if FIRST <= day <= LAST:
            self.plans.setdefault(day, []).append(Deed(day, what, task.number, **more))  # type: ignore[arg-type]

    def _plan_checks(self) -> None:
        """Each month every task's check: in time, late or never; nobody reports in a closed
        month, but a correction may come."""
        usual = {
            (department, month): month_end(YEAR, month)
            + dt.timedelta(days=self.chance.randint(-2, 3))
            for department in range(len(self.world.tasks))
            for month in self.world.reporting_months
        }
        for task in self.world.tasks:
            if task.accepted_on is None:
                self._plan(
                    FIRST + dt.timedelta(days=self.chance.randint(5, 50)), "accept_task", task
                )
            for month in self.world.reporting_months:
                end, manner = month_end(YEAR, month), self.manner[task.number]
                day = usual[task.department, month]
                if self.chance.random() < (0.4 if manner == "careless" else 0.1):
                    day = end + dt.timedelta(days=self.chance.randint(4, 22))
                if self.chance.random() < {"silent": 0.6, "careless": 0.2}.get(manner, 0.02):
                    continue
                self._plan(
                    day, "submit", task, month=month,
                    actual=self._actual(task, manner, month), quality=self._quality(manner),
                    head_light=self.chance.choice(["orange", "red", "yellow"])
                    if self.chance.random() < 0.04 else None,
                )  # fmt: skip

    def _actual(self, task: Task, manner: str, month: int) -> int:
        planned = task.planned_at(month_end(YEAR, month)) or 0
        behind = {"slow": 18, "stuck": 34, "recovering": 50 - 7 * month, "careless": 14}
        lag = behind.get(manner, 0) + self.chance.randint(-8, 8)
        return min(max(planned - lag, 0), 100)

    def _quality(self, manner: str) -> str:
        if manner in ("stuck", "slow", "careless"):
            return self.chance.choice(["good", "fair", "poor", "poor"])
        return "good" if self.chance.random() < 0.93 else "fair"

    def _plan_ends(self) -> None:
        """Finished in time, late or never; moved to a later day; terminated."""
        for task in self.world.tasks:
            luck = self.chance.random()
            if luck < 0.08:
                day = task.due_on + dt.timedelta(days=self.chance.randint(-20, 25))
                later = task.due_on + dt.timedelta(days=self.chance.randint(30, 80))
                if later.year == YEAR:
                    self._plan(day, "move_due", task, due_on=later)
            elif luck < 0.12:
                self._plan(task.due_on - dt.timedelta(days=30), "terminate", task)
            elif luck < 0.16:
                self._plan(task.due_on + dt.timedelta(days=20), "terminate", task)
            if luck < 0.7:
                late = self.chance.choice([-10, -3, -1, 0, 0, 1, 2, 9, 25, 60])
                self._plan(task.due_on + dt.timedelta(days=late), "finish", task)
        for month in self.world.reporting_months:
            day = month_end(YEAR, month) + dt.timedelta(days=24)
            if day <= LAST:
                self.plans.setdefault(day, []).append(Deed(day, "close_month", month=month))

    # What people do on a day --------------------------------------------------------------

    def _people(self) -> None:
        day = self.today.day
        for deed in sorted(self.plans.get(day, []), key=self._in_order):
            if self._possible(deed):
                self._do(deed)
        if not clock.is_workday(day):
            return
        for task in self.world.tasks:
            self._supervise(task, day)
        self._now_and_then(day)

    def _in_order(self, deed: Deed) -> tuple[str, int]:
        """A department's checks come together."""
        of = (task.department for task in self.world.tasks if task.number == deed.task)
        return deed.what, next(of, 0)

    def _do(self, deed: Deed) -> None:
        happens(self.world, deed)
        self.today.deeds.append(deed)

    def _possible(self, deed: Deed) -> bool:
        """Of what was planned, what can be done as things are."""
        if deed.what == "close_month":
            return True
        task = next(task for task in self.world.tasks if task.number == deed.task)
        if deed.what == "accept_task":
            return task.accepted_on is None and not task.over(deed.day + NEXT_DAY)
        if task.accepted_on is None or task.over(deed.day + NEXT_DAY):
            return False
        if deed.what == "submit":
            began = task.start_on is None or task.start_on <= month_end(YEAR, deed.month)
            return began and deed.month not in task.checks and self._worse(task, deed)
        return deed.what != "move_due" or (deed.due_on or deed.day) > deed.day

    def _worse(self, task: Task, deed: Deed) -> bool:
        """A head's own light is only worse, and nobody makes a bad light worse."""
        if deed.head_light is None:
            return True
        planned = task.planned_at(month_end(YEAR, deed.month))
        check = Check(deed.month, planned, deed.actual, deed.quality, None, deed.day)
        judge(self.world, task, check)
        worse = LIGHTS.index(check.light) < LIGHTS.index(deed.head_light)
        return worse and check.light in ("green", "yellow")

    def _supervise(self, task: Task, day: dt.date) -> None:
        """Somebody looks at the task's cases, now and then, and takes the step that is due."""
        for place, case in enumerate(task.cases):
            if any(case is one for one in self.hidden) or self.chance.random() > 0.3:
                continue
            step = self._step(task, case, day)
            if step is not None:
                due = workdays_after(max(day, case.due_on or day), self.chance.randint(1, 8))
                self._do(
                    Deed(day, step, task.number, place, due_on=due if step == "extend" else None)
                )

    def _step(self, task: Task, case: Case, day: dt.date) -> str | None:
        luck, last = self.chance.random(), case.steps[-1][1]
        waited = (day - last).days
        if case.status == "proposed":
            return "confirm" if luck < 0.75 else "dismiss" if luck < 0.9 else None
        if case.status == "accepted":
            return "close" if luck < 0.4 else "urge" if self._may_urge(case, luck) else None
        if case.status == "closed":
            return "reopen" if luck < 0.01 and task.case is None else None
        if case.status not in ("open", "replied"):
            return None
        if case.stage == "special":
            return "conclude" if luck < 0.15 else "send_back" if luck < 0.25 else None
        if task.over(day + NEXT_DAY) and waited > 3:
            return "close"
        if self._sees_proposal(case, day) and luck < 0.2:
            return "transfer" if luck < 0.1 else "keep"
        if case.status == "replied":
            return "accept" if luck < 0.35 else "reject" if luck < 0.7 else None
        return self._open_step(task, case, luck)

    def _sees_proposal(self, case: Case, day: dt.date) -> bool:
        """Is a special inspection proposed, and not by a round that is still to be gone?"""
        proposed = case.special_proposed_on
        return proposed is not None and not (day in self.out and proposed in self.out)

    def _open_step(self, task: Task, case: Case, luck: float) -> str | None:
        if not any(kind == "signed" for kind, _ in case.steps):
            return "sign" if luck < 0.6 else None
        if luck < 0.25 and self.manner[task.number] != "silent":
            return "reply"
        if luck < 0.31:
            return "extend"
        if luck < 0.35:
            return "urge" if self._may_urge(case, 0.9) else None
        if luck < 0.37 and case.stage in ("supervise", "urge"):
            return "set_deadline"
        return "close" if luck < 0.38 else "withdraw" if luck < 0.385 else None

    def _may_urge(self, case: Case, luck: float) -> bool:
        below = case.urges < self.world.rules.urge_max
        return luck > 0.85 and below and case.stage in ("supervise", "urge")

    def _now_and_then(self, day: dt.date) -> None:
        """Cases by hand, with and without a task, and corrections of closed months. Not while the
        patrol is out: what it would have proposed first is not known then."""
        if day in self.out:
            return
        task = self.chance.choice(self.world.tasks)
        luck = self.chance.random()
        quiet = task.at_work(day) and task.case is None
        if luck < 0.03 and quiet and not any(c.submitted_on == day for c in task.checks.values()):
            self._do(Deed(day, "propose_by_hand", task.number))
        elif luck < 0.05:
            self._do(Deed(day, "open_without_task", case=len(self.world.loose_cases)))
        elif luck < 0.2:
            self._correct(day)
        for place, case in enumerate(self.world.loose_cases):
            if self.chance.random() < 0.3:
                step = self._loose_step(case)
                if step:
                    self._do(Deed(day, step, case=place))

    def _loose_step(self, case: Case) -> str | None:
        luck = self.chance.random()
        if case.stage == "special" or case.status not in ("open", "replied"):
            return None
        if case.status == "replied":
            return "close" if luck < 0.5 else "reject"
        return "reply" if luck < 0.4 else None

    def _correct(self, day: dt.date) -> None:
        closed = [
            m for m in self.world.reporting_months if month_end(YEAR, m) + 25 * NEXT_DAY < day
        ]
        some = [
            t for t in self.world.tasks if t.at_work(day + NEXT_DAY) and set(closed) & set(t.checks)
        ]
        if not some:
            return
        task = self.chance.choice(some)
        month = self.chance.choice(sorted(set(closed) & set(task.checks)))
        check = task.checks[month]
        actual = max(0, min(100, (check.planned or 60) - self.chance.choice([0, 0, 5, 15, 35])))
        quality = self.chance.choice(["good", "good", "fair", ""])
        changed = check.quality != quality if quality else check.actual != actual
        if changed:
            self._do(Deed(day, "correct", task.number, month=month, actual=actual, quality=quality))


def _copy(task: Task) -> Task:
    return Task(
        task.number, task.department, task.due_on, task.start_on, task.accepted_on,
        list(task.milestones),
    )  # fmt: skip
