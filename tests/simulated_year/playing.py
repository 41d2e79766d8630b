"""The same story lived by the application: its people take the steps, its patrol goes the rounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select, update

from app.core import clock, guard, workflow
from app.core.actor import Actor, Door
from app.core.errors import Refusal
from app.core.unit_of_work import AnySession, unit_of_work
from app.improvement.corrections import ask_corrections
from app.improvement.service import draft_adjustment, report_result
from app.models.cycles import Cycle, ReportingMonth, RuleValue
from app.models.improvement import (
    Adjustment,
    AdjustmentKind,
    AdjustmentStatus,
    CauseKind,
    CompletionOutcome,
    TaskResult,
)
from app.models.monitoring import Light, MonthlyCheck, Quality
from app.models.organisation import (
    Appointment,
    Charge,
    ChargeKind,
    Department,
    DepartmentKind,
    Person,
    PostKind,
)
from app.models.planning import Milestone, Task, TaskStatus
from app.models.supervision import CaseSource, SupervisionCase
from app.monitoring.service import close_month, draft_check
from app.security import actors, roles
from app.supervision import patrol
from app.supervision.service import add_case, propose_case
from tests.cast import SINCE, TEST, YEAR
from tests.simulated_year.deeds import Deed
from tests.simulated_year.story import Story

LEADERS = 3


@dataclass
class Refused:
    """A deed of the story that the application did not let happen, and why."""

    deed: Deed
    why: str

    def __str__(self) -> str:
        return f"{self.deed}: refused, {self.why}"


@dataclass
class College:
    """The application's college of a story. Department 0 is the Office's own: a leader decides
    on its cases."""

    session: AnySession
    story: Story
    heads: list[Actor] = field(default_factory=list)
    leaders: list[Actor] = field(default_factory=list)
    departments: list[int] = field(default_factory=list)
    tasks: dict[str, int] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)

    # Who --------------------------------------------------------------------------------

    def __post_init__(self) -> None:
        self.office = self._actor("office")
        self.discipline = self._actor("discipline")
        with clock.at(dt.date(YEAR, 2, 1)):
            self._write_rules()
            self._write_people()
            self._write_tasks()

    def _actor(self, username: str) -> Actor:
        return actors.load_actor(self.session, username, Door.WEB)

    def decider(self, department: int) -> Actor:
        """The Office; on its own department's rows the leader."""
        return self.leader(department) if department == 0 else self.office

    def leader(self, department: int) -> Actor:
        return self.leaders[department % LEADERS]

    def _write_rules(self) -> None:
        rules = self.story.rules
        values = {
            "supervise.auto_confirm": rules.auto_confirm,
            "supervise.waiting_reply_holds": rules.waiting_reply_holds,
            "special.after_deadline_missed": rules.special_after_deadline,
            "supervise.urge_max": rules.urge_max,
            "supervise.orange_months": rules.orange_months,
        }
        cycle = self.cycle
        book, months = RuleValue.__table__, ReportingMonth.__table__
        for key, value in values.items():
            of_key = (book.c.rule_book_id == cycle.rule_book_id) & (book.c.key == key)
            self.session.execute(update(book).where(of_key).values(value=str(value).lower()))
        exempt = months.c.cycle_id == cycle.id, months.c.month.in_(self.story.exempt)
        self.session.execute(update(months).where(*exempt).values(exempt=True))
        self.session.commit()
        self.session.expire_all()

    @property
    def cycle(self) -> Cycle:
        return self.session.scalars(select(Cycle).where(Cycle.year == YEAR)).one()

    def _write_people(self) -> None:
        known = {role.name: role for role in self.session.scalars(select(Role))}
        count = 1 + max(task.department for task in self.story.tasks)
        units: list[Department] = [
            self.session.scalars(select(Department).where(Department.code == "bgs")).one()
        ]
        with unit_of_work(self.session, TEST):
            for number in range(1, count):
                units.append(
                    Department(
                        code=f"y{number:02d}", name=f"第{number}部门", valid_from=SINCE,
                        kind=DepartmentKind.FUNCTIONAL, sort_order=100 + number,
                    )
                )  # fmt: skip
            self.session.add_all(units)
            self.session.flush()
            chiefs = [_person(f"y.leader{n}", known[roles.LEADER], None) for n in range(LEADERS)]
            heads = [_person(f"y.head{n}", known[roles.HEAD], unit) for n, unit in enumerate(units)]
            for number, (unit, head) in enumerate(zip(units, heads, strict=True)):
                self.session.add(head)
                self.session.add(
                    Appointment(person=head, department=unit, post=PostKind.HEAD, valid_from=SINCE)
                )
                self.session.add(
                    Charge(
                        leader=chiefs[number % LEADERS], department=unit,
                        kind=ChargeKind.IN_CHARGE, valid_from=SINCE,
                    )
                )  # fmt: skip
        self.departments = [unit.id for unit in units]
        self.heads = [self._actor(head.username) for head in heads]
        self.leaders = [self._actor(chief.username) for chief in chiefs]

    def _write_tasks(self) -> None:
        with unit_of_work(self.session, TEST):
            rows = {}
            for planned in self.story.tasks:
                accepted = planned.accepted_on
                rows[planned.number] = Task(
                    cycle_id=self.cycle.id, number=planned.number, title=f"任务{planned.number}",
                    lead_department_id=self.departments[planned.department],
                    owner_id=self.heads[planned.department].user_id,
                    leader_id=self.leader(planned.department).user_id,
                    start_on=planned.start_on, due_on=planned.due_on,
                    accepted_at=_morning(accepted) if accepted else None,
                    milestones=[
                        Milestone(due_on=day, text="节点", planned_percent=Decimal(percent))
                        for day, percent in planned.milestones
                    ],
                )  # fmt: skip
            with guard.privileged(self.session):
                self.session.add_all(rows.values())
        self.tasks = {number: row.id for number, row in rows.items()}
        table = Task.__table__
        for status, whose in (
            (TaskStatus.PUBLISHED, table.c.accepted_at.is_(None)),
            (TaskStatus.ACCEPTED, table.c.accepted_at.is_not(None)),
        ):
            ours = table.c.id.in_(self.tasks.values()) & whose
            self.session.execute(update(table).where(ours).values(status=status))
        self.session.commit()
        self.session.expire_all()

    # What ---------------------------------------------------------------------------------

    def live(self) -> None:
        """The whole year, day by day: the patrol at its hour, then people."""
        for day in self.story.days:
            for _ in range(day.rounds):
                with clock.at(_morning(day.day, 6)):
                    patrol.run(self.session, day.day)
            for place, (_, deeds) in enumerate(groupby(day.deeds, self._together)):
                with clock.at(_morning(day.day, 9) + dt.timedelta(seconds=place)):
                    self._take(list(deeds))

    def _together(self, deed: Deed) -> object:
        """A department hands its checks of a day in together; every other deed stands alone."""
        return self._department(deed) if deed.what == "submit" else id(deed)

    def _department(self, deed: Deed) -> int:
        return next(one.department for one in self.story.tasks if one.number == deed.task)

    def _take(self, deeds: list[Deed]) -> None:
        try:
            if deeds[0].what == "submit":
                self._submit(deeds)
            else:
                getattr(self, f"_{deeds[0].what}", self._step)(deeds[0])
        except Refusal as refusal:
            why = f"{type(refusal).__name__}: {refusal}"
            self.refused += [Refused(deed, why) for deed in deeds]

    def _task(self, deed: Deed) -> tuple[Task, int]:
        """The task and its department's place in the story."""
        assert deed.task is not None
        row = self.session.get(Task, self.tasks[deed.task])
        assert row is not None
        return row, self.departments.index(row.lead_department_id)

    def _accept_task(self, deed: Deed) -> None:
        task, department = self._task(deed)
        head = self.heads[department]
        with unit_of_work(self.session, head):
            workflow.apply(self.session, head, task, "accept")

    def _submit(self, deeds: list[Deed]) -> None:
        head = self.heads[self._department(deeds[0])]
        with unit_of_work(self.session, head):
            checks = [draft_check(self.session, head, self._check(deed)) for deed in deeds]
            self.session.flush()
            workflow.apply_all(self.session, head, checks, "submit")

    def _check(self, deed: Deed) -> MonthlyCheck:
        task, _ = self._task(deed)
        return MonthlyCheck(
            task=task, year=YEAR, month=deed.month, actual_percent=Decimal(deed.actual),
            quality=Quality(deed.quality), done="按月推进",
            head_light=Light(deed.head_light) if deed.head_light else None,
            head_light_reason="有困难" if deed.head_light else None,
        )  # fmt: skip

    def _finish(self, deed: Deed) -> None:
        task, department = self._task(deed)
        head, leader = self.heads[department], self.leader(department)
        result = TaskResult(
            task=task, outcome=CompletionOutcome.FINISHED, description="已完成",
            completed_on=deed.day, quality=Quality.GOOD,
        )  # fmt: skip
        with unit_of_work(self.session, head):
            report_result(self.session, head, result)
            workflow.apply(self.session, head, result, "submit")
        with unit_of_work(self.session, leader):
            workflow.apply(self.session, leader, result, "confirm")

    def _terminate(self, deed: Deed) -> None:
        self._adjust(deed, AdjustmentKind.TERMINATE)

    def _move_due(self, deed: Deed) -> None:
        self._adjust(deed, AdjustmentKind.EXTEND, due_on=str(deed.due_on))

    def _adjust(self, deed: Deed, kind: AdjustmentKind, **changes: str) -> None:
        """An adjustment that the committee has approved (its way there is other tests')."""
        task, department = self._task(deed)
        head = self.heads[department]
        row = Adjustment(
            cycle_id=task.cycle_id, department_id=task.lead_department_id, task=task, kind=kind,
            cause_kind=CauseKind.OBJECTIVE, cause="情况变化",
        )  # fmt: skip
        with unit_of_work(self.session, head):
            draft_adjustment(self.session, head, row, changes)
        table = Adjustment.__table__
        self.session.execute(
            update(table).where(table.c.id == row.id).values(status=AdjustmentStatus.APPROVED)
        )
        self.session.expire(row)
        with unit_of_work(self.session, self.office):
            workflow.apply(self.session, self.office, row, "apply")

    def _close_month(self, deed: Deed) -> None:
        month = self.session.scalars(
            select(ReportingMonth).where(
                ReportingMonth.cycle_id == self.cycle.id, ReportingMonth.month == deed.month
            )
        ).one()
        with unit_of_work(self.session, self.office):
            close_month(self.session, self.office, month, f"监测〔{YEAR}〕{deed.month}号")

    def _correct(self, deed: Deed) -> None:
        """The head asks, the Office (or the leader) approves."""
        task, department = self._task(deed)
        head, decider = self.heads[department], self.decider(department)
        check = self.session.scalars(
            select(MonthlyCheck).where(
                MonthlyCheck.task_id == task.id, MonthlyCheck.month == deed.month
            )
        ).one()
        wanted = {"quality": deed.quality} if deed.quality else {"actual_percent": str(deed.actual)}
        with unit_of_work(self.session, head):
            rows = ask_corrections(self.session, head, check, wanted, "填报有误")
        with unit_of_work(self.session, decider):
            workflow.apply_all(self.session, decider, rows, "approve")

    def _propose_by_hand(self, deed: Deed) -> None:
        task, _ = self._task(deed)
        with unit_of_work(self.session, self.office):
            propose_case(self.session, self.office, task, ground="领导要求")

    def _open_without_task(self, deed: Deed) -> None:
        case = SupervisionCase(
            cycle_id=self.cycle.id, source=CaseSource.MEETING, matter=f"会议议定事项{deed.case}",
            department_id=self.departments[1],
        )  # fmt: skip
        with unit_of_work(self.session, self.office):
            add_case(self.session, self.office, case)
            workflow.apply(self.session, self.office, case, "confirm")

    def _step(self, deed: Deed) -> None:
        """A step of a case, by whoever takes it."""
        case = self.cases(deed.task)[deed.case or 0]
        department = self.departments.index(case.department_id)
        who: Callable[[int], Actor] = {
            "sign": self.heads.__getitem__,
            "reply": self.heads.__getitem__,
            "extend": self.leader,
            "conclude": lambda _: self.discipline,
            "send_back": lambda _: self.discipline,
        }.get(deed.what, self.decider)
        fields: dict[str, Any] = {} if deed.what == "sign" else {"note": "按要求办理"}
        if deed.due_on is not None:
            fields["due_on"] = deed.due_on
        actor = who(department)
        with unit_of_work(self.session, actor):
            workflow.apply(self.session, actor, case, deed.what, **fields)

    def cases(self, task: str | None) -> list[SupervisionCase]:
        """The cases of a task, or those without one, in the order in which they were made."""
        of = SupervisionCase.task_id
        return list(
            self.session.scalars(
                select(SupervisionCase)
                .where(of.is_(None) if task is None else of == self.tasks[task])
                .order_by(SupervisionCase.id)
            )
        )


def _morning(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), clock.COLLEGE_ZONE)


def _person(username: str, role: Role, department: Department | None) -> Person:
    return Person(
        username=username, first_name=username[2:], last_name="岁", email=f"{username}@example.edu.cn",
        active=True, department=department, roles=[role],
    )  # fmt: skip
