"""A department's monthly sheet against a bare Flask route with the same SQL.

    python -m bench.month_sheet [--tasks 60] [--rounds 200] [--profile]

A database of its own holds the college of the tests, in which one department leads `--tasks` tasks
with four milestones each, last month's checks and half of this month's drafts. The floor is a second Flask
application with one route: it executes exactly the statements that the page executes (caught on a
call of the page, ready made) on a connection of the same pool and puts all rows into a plain form,
compiled once: a row per task with its figures and a field for each cell. Page and floor are called
in turn in one process, so that whatever disturbs the machine disturbs both; the medians are
compared.

Prints milliseconds, the ratio (also in processor time), statements and bytes. Goal: at most 3.0.
Uses `DATABASE_URL` if it is set (tables are made in it), else an SQLite file.
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
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.list_page import caught

GOAL = 3.0
YEAR = 2026
TODAY = dt.date(YEAR, 5, 6)
CELLS = ("actual", "quality", "light", "why", "done", "problem", "next")
BARE = """<!doctype html><title>sheet</title><form method="post"><table>
{% for row in rows %}<tr><td><a href="/task/show/{{ row[0] }}">{{ row[0] }}</a></td>{% for value in row[1:] %}<td>{{ value }}</td>{% endfor %}{% for cell in cells %}<td>{% if cell == "quality" or cell == "light" %}<select name="{{ row[0] }}-{{ cell }}"><option value=""></option><option value="good">good</option><option value="fair">fair</option><option value="poor">poor</option></select>{% else %}<textarea name="{{ row[0] }}-{{ cell }}"></textarea>{% endif %}</td>{% endfor %}</tr>
{% endfor %}</table>{% for other in others %}<p>{% for row in other %}{% for value in row %}{{ value }} {% endfor %}{% endfor %}</p>{% endfor %}</form>"""


def fill(tasks: int) -> int:
    """The college of the tests' cast, whose 教务处 leads `tasks` tasks. Returns its id."""
    from sqlalchemy import select, true

    from app.core import guard
    from app.core.unit_of_work import unit_of_work
    from app.extensions import db
    from app.models.cycles import Cycle
    from app.models.monitoring import CheckStatus, Light, MonthlyCheck, Quality
    from app.models.organisation import Department, Person
    from app.models.planning import Milestone, Task, TaskStatus
    from app.security.installation import install_roles
    from tests.cast import TEST, write_cast

    with unit_of_work(db.session, TEST):
        install_roles(db.session)
    write_cast(db.session, "none")
    cycle = db.session.scalars(select(Cycle)).one()
    unit = db.session.scalars(select(Department).where(Department.code == "jwc")).one()
    owner = db.session.scalars(select(Person).where(Person.username == "staff.jwc")).one()
    with unit_of_work(db.session, TEST), guard.privileged(db.session):
        for number in range(tasks):
            task = Task(
                cycle=cycle, number=f"{number:03}", title=f"推进第{number}项课程建设与<改革>任务",
                lead_department=unit, owner=owner, due_on=dt.date(YEAR, 12, 10), sort_order=number,
                start_on=dt.date(YEAR, 1, 1),
            )  # fmt: skip
            db.session.add(task)
            for month, percent in ((3, 25), (6, 50), (9, 75), (12, 100)):
                db.session.add(
                    Milestone(task=task, due_on=dt.date(YEAR, month, 1), text="完成一批",
                              planned_percent=percent)
                )  # fmt: skip
            for month in (3, 4) if number % 2 else (3,):
                db.session.add(
                    MonthlyCheck(
                        task=task, year=YEAR, month=month, actual_percent=number, done="按计划推进",
                        quality=Quality.GOOD, computed_light=Light.GREEN, light_reason="按计划",
                        problem="部分课程的实训条件还没有落实",
                    )
                )  # fmt: skip
    # As if they had been accepted and submitted: a status moves by its step only.
    for model, status, which in (
        (Task, TaskStatus.ACCEPTED, true()),
        (MonthlyCheck, CheckStatus.SUBMITTED, MonthlyCheck.month == 3),
    ):
        db.session.connection().execute(model.__table__.update().where(which).values(status=status))
    db.session.commit()
    return unit.id


def bare(engine: Any, plan: list[Any]) -> Any:
    """The floor: one route that runs `plan` and shows what it reads."""
    from flask import Flask, render_template

    floor = Flask("floor")
    template = floor.jinja_env.from_string(BARE)

    @floor.get("/")
    def sheet() -> str:
        with engine.connect() as connection:
            results = [connection.execute(statement, values).all() for statement, values in plan]
        rows = max(results, key=lambda found: (len(found), len(found[0]) if found else 0))
        longest = next(found for found in results if found and len(found[0]) > 20)
        others = [found for found in results if found is not longest]
        return render_template(template, rows=longest or rows, others=others, cells=CELLS)

    return floor.test_client()


def measure(app: Any, unit: int, rounds: int, profiled: bool) -> int:
    from sqlalchemy import select

    from app.core import clock
    from app.extensions import db
    from app.models.organisation import Person

    with app.app_context():
        head = db.session.scalar(select(Person.id).where(Person.username == "head.jwc"))
        engine = db.engine
    address = f"/month/{unit}/{YEAR}-04/"
    with clock.at(TODAY):
        page = app.test_client()
        with page.session_transaction() as kept:
            kept["_user_id"] = str(head)
            kept["signed_in_at"] = clock.now().timestamp()
        for _ in range(3):
            page.get(address)
        with caught(engine) as statements:
            answer = page.get(address)
        assert answer.status_code == 200, answer.text[:500]
        floor = bare(engine, list(statements))
        floor.get("/")
        wall: dict[str, list[float]] = {"page": [], "floor": []}
        work: dict[str, list[float]] = {"page": [], "floor": []}
        for _ in range(rounds):
            for kind, client, place in (("floor", floor, "/"), ("page", page, address)):
                started, begun = time.perf_counter(), time.process_time()
                client.get(place)
                wall[kind].append((time.perf_counter() - started) * 1000)
                work[kind].append((time.process_time() - begun) * 1000)
        low, high = statistics.median(wall["floor"]), statistics.median(wall["page"])
        busy = statistics.median(work["page"]) / statistics.median(work["floor"])
        size, packed = len(answer.data), len(gzip.compress(answer.data))
        print(
            f"  floor {low:6.2f} ms  page {high:6.2f} ms  ratio {high / low:4.2f} (goal {GOAL};"
            f" processor {busy:4.2f})  {len(statements)} statements  {size / 1000:5.1f} KB,"
            f" {packed / 1000:4.1f} gzipped"
        )
        if profiled:
            profile = cProfile.Profile()
            profile.runcall(lambda: [page.get(address) for _ in range(rounds)])
            pstats.Stats(profile).sort_stats("tottime").print_stats(45)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--tasks", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--profile", action="store_true", help="show where the page's time goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INSTANCE_PATH"] = folder
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        from app import create_app, schema
        from app.extensions import db

        app = create_app()
        with app.app_context():
            schema.upgrade_to(db.engine)
            unit = fill(options.tasks)
            print(f"{options.tasks} tasks, {db.engine.dialect.name}")
        return measure(app, unit, options.rounds, options.profile)


if __name__ == "__main__":
    raise SystemExit(main())
