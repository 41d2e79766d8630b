"""A list page of the application against a bare Flask route with the same SQL.

    python bench/list_page.py [--tasks 20000] [--rounds 200] [--profile NAME]

A database of its own holds a college with `--tasks` tasks and three checks each, written by
plain inserts. The floor is a second Flask application with one route: it executes exactly
the statements that the page executes (caught on a call of the page, ready made) on a
connection of the same pool, and puts the rows into a plain Jinja table, compiled once. Page
and floor are called in turn in one process, so that whatever disturbs the machine disturbs
both; the medians are compared. The page is asked for the same address again and again, so
what it remembers of an address (its statements, and what stands around its rows) counts as
remembered, as for a reader who comes back to a list.

Prints milliseconds, the ratio (also in processor time, which other programs on the machine
disturb less), statements and bytes (plain and gzipped) of several lists.
Goal: at most 2.0, at most 4 statements, at most 30 KB gzipped. Uses `DATABASE_URL` if it is
set (tables are made in it), else an SQLite file.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import gzip
import os
import pstats
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

GOAL, STATEMENTS, WEIGHT = 2.0, 4, 30_000
YEAR = 2030
LISTS = {
    "page 1": "",
    "filtered, sorted": "_flt_0_lead_department={unit}&_flt_6_light=red,orange"
    "&_oc_TaskView=due_on&_od_TaskView=desc",
    "search": "view=all&q=专业",
    "page 400": "view=all&page_TaskView=399",
    "compact, 100 rows": "view=all&psize_TaskView=100&density=compact",
}
BARE = """<!doctype html><title>tasks</title><p>{{ count }}</p><table>
{% for row in rows %}<tr><td><a href="/task/show/{{ row[0] }}">{{ row[0] }}</a></td>{% for value in row[1:] %}<td>{{ value }}</td>{% endfor %}</tr>
{% endfor %}</table>"""


def fill(tasks: int) -> None:
    """A college of 60 departments and 300 people, one year, `tasks` tasks with three checks each."""
    from flask import current_app
    from sqlalchemy import select

    from app.core.actor import Door, system_actor
    from app.core.unit_of_work import unit_of_work
    from app.extensions import db
    from app.models.cycles import Cycle
    from app.models.monitoring import MonthlyCheck
    from app.models.organisation import Department, DepartmentKind, Person
    from app.models.planning import Task, TaskStatus
    from app.security.installation import install_roles
    from app.security.roles import OFFICE

    actor = system_actor("bench", Door.CLI)
    with unit_of_work(db.session, actor):
        install_roles(db.session)
    security: Any = current_app.appbuilder.sm  # type: ignore[attr-defined]
    with unit_of_work(db.session, actor):
        units = [
            Department(code=f"u{number:02}", name=f"第{number}系", kind=DepartmentKind.TEACHING,
                       sort_order=number)
            for number in range(60)
        ]  # fmt: skip
        cycle = Cycle(year=YEAR, name=str(YEAR))
        db.session.add_all([*units, cycle])
        db.session.flush()
        people = [
            Person(username=f"p{number}", first_name=f"某{number}", last_name="王",
                   email=f"p{number}@example.cn", active=True, department=units[number % 60])
            for number in range(300)
        ]  # fmt: skip
        people[0].roles = [security.find_role(OFFICE)]
        db.session.add_all(people)
    now = dt.datetime.now(dt.UTC)
    stamps = {"version": 1, "created_at": now, "updated_at": now}
    lights = ("green", "green", "yellow", "orange", "red", "grey")
    first = dt.date(YEAR, 1, 1)
    rows = [
        {
            **stamps, "cycle_id": cycle.id, "number": f"{number:05}", "sort_order": number,
            "title": f"推进第{number}项{'专业' if number % 50 == 0 else '学科'}建设与<改革>任务",
            "lead_department_id": units[number % 60].id, "owner_id": people[number % 300].id,
            "due_on": first + dt.timedelta(days=number % 365), "weight": number % 20,
            "status": TaskStatus.ACCEPTED, "light": lights[number // 60 % 6],
            "planned_percent": number % 101, "actual_percent": number * 7 % 101,
            "origin": "annual", "visibility": "open",
        }
        for number in range(tasks)
    ]  # fmt: skip
    for start in range(0, len(rows), 2000):
        db.session.execute(Task.__table__.insert(), rows[start : start + 2000])
    keys = list(db.session.scalars(select(Task.id)))
    checks = [
        {
            **stamps, "task_id": key, "year": YEAR, "month": month, "computed_light": "green",
            "light_reason": f"按计划推进，{month}月完成", "status": "submitted",
        }
        for key in keys
        for month in (1, 2, 3)
    ]  # fmt: skip
    for start in range(0, len(checks), 2000):
        db.session.execute(MonthlyCheck.__table__.insert(), checks[start : start + 2000])
    db.session.commit()


@contextmanager
def caught(engine: Any) -> Iterator[list[Any]]:
    """The statements of the block, each with the values it was given."""
    from sqlalchemy import event

    found: list[Any] = []

    def note(connection: Any, statement: Any, many: Any, values: Any, options: Any) -> None:
        found.append((statement, values))

    event.listen(engine, "before_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_execute", note)


def bare(engine: Any) -> Any:
    """The floor: one route that runs `PLAN[name]` and shows the last statement's rows."""
    from flask import Flask, render_template

    floor = Flask("floor")
    template = floor.jinja_env.from_string(BARE)

    @floor.get("/<name>")
    def table(name: str) -> str:
        with engine.connect() as connection:
            results = [
                connection.execute(statement, values).all() for statement, values in PLAN[name]
            ]
        return render_template(template, count=results[-2][0][0], rows=results[-1])

    return floor.test_client()


PLAN: dict[str, list[Any]] = {}


def measure(app: Any, rounds: int, profiled: str) -> int:
    from sqlalchemy import select

    from app.core import clock
    from app.extensions import db
    from app.models.organisation import Department, Person

    with app.app_context():
        fill_key = db.session.scalar(select(Person.id).where(Person.username == "p0"))
        unit = db.session.scalar(select(Department.id).where(Department.code == "u07"))
        engine = db.engine
    page = app.test_client()
    with page.session_transaction() as kept:
        kept["_user_id"] = str(fill_key)
        kept["signed_in_at"] = clock.now().timestamp()
    floor = bare(engine)
    worst = 0.0
    for name, query in LISTS.items():
        address = f"/task/list/?{query.format(unit=unit)}"
        for _ in range(3):
            page.get(address)
        with caught(engine) as statements:
            answer = page.get(address)
        assert answer.status_code == 200, answer.text[:500]
        PLAN[name] = list(statements)
        floor.get(f"/{name}")
        wall: dict[str, list[float]] = {"page": [], "floor": []}
        work: dict[str, list[float]] = {"page": [], "floor": []}
        for _ in range(rounds):
            for kind, client, place in (("floor", floor, f"/{name}"), ("page", page, address)):
                started, begun = time.perf_counter(), time.process_time()
                client.get(place)
                wall[kind].append((time.perf_counter() - started) * 1000)
                work[kind].append((time.process_time() - begun) * 1000)
        low, high = statistics.median(wall["floor"]), statistics.median(wall["page"])
        busy = statistics.median(work["page"]) / statistics.median(work["floor"])
        worst = max(worst, high / low)
        size, packed = len(answer.data), len(gzip.compress(answer.data))
        print(
            f"  {name:<20} floor {low:6.2f} ms  page {high:6.2f} ms  ratio {high / low:4.2f}"
            f" (processor {busy:4.2f})"
            f"  {len(statements)} statements  {size / 1000:5.1f} KB, {packed / 1000:4.1f} gzipped"
        )
        if profiled == name:
            profile = cProfile.Profile()
            profile.runcall(lambda: [page.get(address) for _ in range(rounds)])  # noqa: B023
            pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    print(f"  largest ratio {worst:.2f} (goal {GOAL})")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--profile", default="", help="the list whose time to show in detail")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INSTANCE_PATH"] = folder
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        from app import create_app, schema
        from app.extensions import db

        app = create_app()
        with app.app_context():
            schema.upgrade_to(db.engine)
            fill(options.tasks)
            print(f"{options.tasks} tasks, {db.engine.dialect.name}")
        return measure(app, options.rounds, options.profile)


if __name__ == "__main__":
    raise SystemExit(main())
