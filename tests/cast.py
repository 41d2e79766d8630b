"""The cast: named people with meaning, in a college of a few rows.

`head_jwc` heads 教务处, `leader` is in charge of 教务处 and 信息工程系, `other_leader` of
办公室 and 学生工作处, and so on: a test that names them says who does what. They are written
once, before the first test; every test sees them as they were.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.core import workflow
from app.core.actor import Actor, Door, system_actor
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.cycles import (
    Cycle,
    Phase,
    PhaseCode,
    ReportingMonth,
    RuleBook,
    RuleValue,
    TaskCategory,
)
from app.models.organisation import (
    Appointment,
    AssessmentClass,
    Charge,
    ChargeKind,
    Department,
    DepartmentClass,
    DepartmentKind,
    Person,
    PostKind,
)
from app.security import actors, roles

PASSWORD = "demo-2022"
YEAR = 2026
TODAY = dt.date(2026, 3, 16)
"""A Monday in the monitoring phase: the day of every test that sets no other."""

SINCE = dt.date(2024, 1, 1)
TEST = system_actor("test", Door.DEMO)
SEED_DATA = Path(__file__).parent.parent / "seed_data"

DEPARTMENTS: dict[str, tuple[str, DepartmentKind, AssessmentClass | None, str | None]] = {
    "bgs": ("办公室", DepartmentKind.FUNCTIONAL, AssessmentClass.MANAGEMENT, None),
    "jwc": ("教务处", DepartmentKind.FUNCTIONAL, AssessmentClass.MANAGEMENT, None),
    "jwc_jxk": ("教学科", DepartmentKind.SECTION, None, "jwc"),
    "xsc": ("学生工作处", DepartmentKind.FUNCTIONAL, AssessmentClass.MANAGEMENT, None),
    "xinxi": ("信息工程系", DepartmentKind.TEACHING, AssessmentClass.TEACHING, None),
}
"""By the cast's name; the code has `-` for `_`."""

PEOPLE: dict[str, tuple[str, str, str, str | None, PostKind | None]] = {
    # name: family name, given name, role, department, post
    "admin": ("安", "管理", roles.ADMIN, None, None),
    "office": ("白", "办公", roles.OFFICE, "bgs", PostKind.STAFF),
    "quality": ("甄", "诊改", roles.QUALITY, None, None),
    "head_jwc": ("陈", "教务", roles.HEAD, "jwc", PostKind.HEAD),
    "staff_jwc": ("史", "教学", roles.STAFF, "jwc_jxk", PostKind.SECTION_HEAD),
    "head_xinxi": ("辛", "信息", roles.HEAD, "xinxi", PostKind.HEAD),
    "staff_xinxi": ("吴", "网络", roles.STAFF, "xinxi", PostKind.STAFF),
    "leader": ("冷", "分管", roles.LEADER, None, PostKind.LEADER),
    "other_leader": ("余", "分管", roles.LEADER, None, PostKind.LEADER),
    "topleader": ("党", "书记", roles.TOP_LEADER, None, PostKind.PARTY_SECRETARY),
    "secretary": ("米", "秘书", roles.SECRETARY, None, PostKind.COMMITTEE_SECRETARY),
    "discipline": ("纪", "监察", roles.DISCIPLINE, None, None),
    "assessor": ("考", "核办", roles.ASSESSMENT_OFFICE, None, None),
    "group1": ("郝", "评分", roles.ASSESSMENT_GROUP, None, PostKind.ASSESSOR),
    "auditor": ("申", "审计", roles.AUDITOR, None, None),
}
"""By the cast's name; the user name has `.` for `_`."""

CHARGES = {"leader": ("jwc", "xinxi"), "other_leader": ("bgs", "xsc")}


def username(name: str) -> str:
    return name.replace("_", ".")


class Cast:
    """The people, departments and the year, each by its name, as rows of the test's session."""

    def __init__(self, session: AnySession) -> None:
        self._session = session

    def __getattr__(self, name: str) -> Any:
        if name in PEOPLE:
            return self.person(username(name))
        if name in DEPARTMENTS:
            code = name.replace("_", "-")
            return self._session.scalars(select(Department).where(Department.code == code)).one()
        raise AttributeError(name)

    @property
    def cycle(self) -> Cycle:
        """The running year."""
        return self._session.scalars(select(Cycle).where(Cycle.year == YEAR)).one()

    @property
    def rule_book(self) -> RuleBook:
        book = self.cycle.rule_book
        assert book is not None
        return book

    def person(self, name: str) -> Person:
        return self._session.scalars(select(Person).where(Person.username == name)).one()

    def actor(self, name: str, door: Door = Door.WEB) -> Actor:
        """The actor of somebody of the cast: `cast.actor("head_jwc")`."""
        return actors.load_actor(self._session, username(name), door)


def write_cast(session: AnySession, password_hash: str) -> None:
    """Write the cast into a database that has its roles and nothing else."""
    with unit_of_work(session, TEST):
        departments = _write_departments(session)
        people = _write_people(session, departments, password_hash)
        for leader, codes in CHARGES.items():
            for code in codes:
                session.add(
                    Charge(
                        leader=people[leader],
                        department=departments[code],
                        kind=ChargeKind.IN_CHARGE,
                        valid_from=SINCE,
                    )
                )
        session.add(TaskCategory(code="teaching", name="教学工作", name_en="Teaching"))
        cycle = _write_year(session)
        for name, (_, _, assessment_class, _) in DEPARTMENTS.items():
            if assessment_class is not None:
                session.add(
                    DepartmentClass(
                        cycle=cycle,
                        department=departments[name],
                        assessment_class=assessment_class,
                    )
                )


def _write_departments(session: AnySession) -> dict[str, Department]:
    departments: dict[str, Department] = {}
    for order, (name, (chinese, kind, _, parent)) in enumerate(DEPARTMENTS.items()):
        departments[name] = Department(
            code=name.replace("_", "-"),
            name=chinese,
            kind=kind,
            parent=departments[parent] if parent else None,
            sort_order=order,
            valid_from=SINCE,
        )
        session.add(departments[name])
    session.flush()
    return departments


def _write_people(
    session: AnySession, departments: dict[str, Department], password_hash: str
) -> dict[str, Person]:
    known = {role.name: role for role in session.scalars(select(Role))}
    people: dict[str, Person] = {}
    for name, (family, given, role, department, post) in PEOPLE.items():
        people[name] = Person(
            username=username(name),
            last_name=family,
            first_name=given,
            email=f"{username(name)}@example.edu.cn",
            active=True,
            password=password_hash,
            department=departments[department] if department else None,
            roles=[known[role]],
        )
        session.add(people[name])
        if post is not None:
            session.add(
                Appointment(
                    person=people[name],
                    department=departments[department] if department else None,
                    post=post,
                    valid_from=SINCE,
                )
            )
    session.flush()
    return people


def _write_year(session: AnySession) -> Cycle:
    """A running year with its phases, its months and the seed's rule book in force."""
    book = RuleBook(name=f"{YEAR} 年考核规则", year=YEAR, document_number="院发〔2025〕9 号")
    for row in _seed("rule_book.csv"):
        book.values.append(
            RuleValue(
                key=row["key"],
                value=row["value"],
                kind=row["value_type"],
                unit=row["unit"] or None,
                chapter=row["chapter"] or None,
                name=row["name"],
                name_en=row["name_en"] or None,
                article=row["article"] or None,
                assumed=row["assumed"] == "1",
            )
        )
    cycle = Cycle(
        year=YEAR, name=f"{YEAR} 年度", rule_book=book, data_cutoff_on=dt.date(YEAR, 12, 15)
    )
    session.add_all([book, cycle])
    for row in _seed("phases.csv"):
        session.add(
            Phase(
                cycle=cycle,
                code=PhaseCode(row["code"]),
                starts_on=_day(row, "start"),
                ends_on=_day(row, "end"),
                article=row["article"] or None,
            )
        )
    for month in range(1, 13):
        session.add(ReportingMonth(cycle=cycle, month=month))
    session.flush()
    workflow.apply(session, TEST, book, "put_in_force")
    workflow.apply(session, TEST, cycle, "start")
    return cycle


def _seed(name: str) -> list[dict[str, str]]:
    with (SEED_DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _day(row: dict[str, str], end: str) -> dt.date:
    year = YEAR + int(row[f"{end}_offset"])
    return dt.date(year, int(row[f"{end}_month"]), int(row[f"{end}_day"]))
