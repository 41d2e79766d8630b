"""Master data of the demo college: departments, people, posts, charges, calendar, libraries.

Written by the system, as an administrator's import would. Keeps what the year's story needs
to find again: ids by code and name, and the actors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from app.core.actor import Actor, Door, system_actor
from app.core.unit_of_work import AnySession, act_as, current_actor, unit_of_work
from app.demo.seeds import PersonSeed, Seeds, rows
from app.models.cycles import (
    Direction,
    Holiday,
    IndicatorKind,
    IndicatorTemplate,
    StrategicGoal,
    TaskCategory,
)
from app.models.organisation import Charge, ChargeKind, Department, DepartmentKind, Person, PostKind
from app.organisation.service import PostPlan, create_person
from app.security.actors import load_actor
from app.security.roles import STAFF

DEMO = system_actor("demo", Door.DEMO)
FOUNDED = dt.date(2020, 1, 1)


class College:
    """The rows of the master data by their codes, and who acts."""

    def __init__(self, session: AnySession, seeds: Seeds) -> None:
        self.session = session
        self.seeds = seeds
        self.departments: dict[str, int] = {}
        self.people: dict[str, int] = {}
        self.categories: dict[str, int] = {}
        self.goals: dict[str, int] = {}
        self._actors: dict[str, Actor] = {}
        self.heads = _heads(seeds)
        """The username of each department's head."""
        self.leaders = {
            row.department: row.leader
            for row in reversed(seeds.charges)
            if row.kind == ChargeKind.IN_CHARGE
        }
        """The username of the leader in charge of each department."""

        self.staff = {row.username for row in seeds.people if STAFF in row.roles}
        """Who drafts checks and results of tasks they answer for."""

    @property
    def codes(self) -> list[str]:
        """The departments that have tasks, in order."""
        return [row.code for row in self.seeds.departments if row.parent is None]

    def actor(self, username: str) -> Actor:
        """The actor of somebody. Posts do not change during the demo: looked up once."""
        if username not in self._actors:
            self._actors[username] = load_actor(self.session, username, Door.DEMO)
        return self._actors[username]

    @contextmanager
    def acting(self, username: str) -> Iterator[Actor]:
        """A unit of work of somebody."""
        actor = self.actor(username)
        with unit_of_work(self.session, actor):
            yield actor

    @contextmanager
    def meeting(self) -> Iterator[None]:
        """One unit of work for several people, each writing their own part `in_turn`: a
        department's whole month is one transaction, so that a year of it is built quickly.
        The gate still judges every row by its writer, and the audit names them."""
        with unit_of_work(self.session, DEMO):
            yield

    @contextmanager
    def in_turn(self, username: str) -> Iterator[Actor]:
        """Within `meeting`: what is written in the block is `username`'s."""
        actor = self.actor(username)
        before = current_actor(self.session)
        act_as(self.session, actor)
        try:
            yield actor
            self.session.flush()
        finally:
            act_as(self.session, before)


def _heads(seeds: Seeds) -> dict[str, str]:
    heading = {PostKind.HEAD.value, PostKind.ACTING.value}
    return {
        department: person.username
        for person in seeds.people
        for post, department in person.posts
        if department is not None and post in heading
    }


def write_college(college: College, password_hash: str, since: dt.date) -> None:
    """Write the master data in one unit of work. Charges hold from `since` or earlier."""
    session, seeds = college.session, college.seeds
    with unit_of_work(session, DEMO):
        _write_departments(college)
        _write_people(college, password_hash)
        for charge in seeds.charges:
            session.add(
                Charge(
                    leader_id=college.people[charge.leader],
                    department_id=college.departments[charge.department],
                    kind=ChargeKind(charge.kind),
                    valid_from=min(charge.valid_from, since),
                )
            )
        _write_libraries(college)


def _write_departments(college: College) -> None:
    session = college.session
    for parents in (True, False):
        for row in college.seeds.departments:
            if (row.parent is None) == parents:
                session.add(
                    Department(
                        code=row.code,
                        name=row.name,
                        short_name=row.short_name,
                        kind=DepartmentKind(row.kind),
                        parent_id=college.departments[row.parent] if row.parent else None,
                        sort_order=row.sort_order,
                        valid_from=FOUNDED,
                    )
                )
        session.flush()
        for key, code in session.execute(select(Department.id, Department.code)):
            college.departments[code] = key


def _write_people(college: College, password_hash: str) -> None:
    for row in college.seeds.people:
        person = Person(
            username=row.username,
            last_name=row.name[:1],
            first_name=row.name[1:],
            email=row.email,
            active=True,
            # One hash for all: scrypt takes a tenth of a second by design, a college has
            # hundreds of people, and this password is public anyway.
            password=password_hash,
            staff_number=row.staff_number,
            department_id=college.departments[row.department] if row.department else None,
            position=row.position,
            phone=row.phone or None,
            must_change_password=False,
            is_demo=True,
        )
        create_person(college.session, DEMO, person, roles=row.roles, posts=_posts(college, row))
        college.people[row.username] = person.id


def _posts(college: College, row: PersonSeed) -> list[PostPlan]:
    return [
        PostPlan(PostKind(post), college.departments[code] if code else None, FOUNDED)
        for post, code in row.posts
    ]


def _write_libraries(college: College) -> None:
    session = college.session
    for row in rows("categories.csv"):
        session.add(
            TaskCategory(
                code=row["code"],
                name=row["name"],
                name_en=row["name_en"],
                sort_order=int(row["sort_order"]),
            )
        )
    session.flush()
    for key, code in session.execute(select(TaskCategory.id, TaskCategory.code)):
        college.categories[code] = key
    for row in rows("holidays.csv"):
        session.add(
            Holiday(
                starts_on=dt.date.fromisoformat(row["start"]),
                ends_on=dt.date.fromisoformat(row["end"]),
                name=row["name"],
                is_workday=row["is_workday"] == "1",
            )
        )
    for row in rows("indicator_library.csv"):
        session.add(
            IndicatorTemplate(
                code=row["code"],
                name=row["name"],
                category_id=college.categories[row["category"]],
                kind=IndicatorKind(row["kind"]),
                unit=row["unit"] or None,
                direction=Direction(row["direction"]) if row["direction"] else None,
                standard=row["standard"] or None,
            )
        )
    for place, row in enumerate(rows("demo/strategic_goals.csv"), start=1):
        session.add(
            StrategicGoal(
                code=row["code"],
                name=row["name"],
                description=row["description"],
                category_id=college.categories[row["category"]],
                start_year=int(row["start_year"]),
                end_year=int(row["end_year"]),
                target=row["target"],
                sort_order=10 * place,
            )
        )
    session.flush()
    for key, code in session.execute(select(StrategicGoal.id, StrategicGoal.code)):
        college.goals[code] = key
