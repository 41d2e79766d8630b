"""The daily round over a big year, against one plain SQL pass over the same rows.

    python -m bench.patrol [--tasks 60000] [--rounds 3] [--profile]

A year of 60,000 tasks with a check in each of its twelve months is written by plain inserts. Of
twenty tasks one is overdue, one was orange for two months and one owes a check; nobody has gone a
round yet. Measured in turn, the best of each counts:

- the plain pass: one SELECT of all tasks outer-joined with all their checks, in order, each row
  fetched and looked at as a loop would that looks for what is late, missing or behind; it writes
  nothing;
- the quiet round: a day on which the round finds nothing to change;
- the first round: it warns of and proposes cases for everything that was laid up. What it writes
  (warnings, cases with their steps, messages, the audit trail, tasks turned red) is taken out again
  and put back by plain statements and one commit: the pass of the first round is both.

Goal: each round at most 5 times its pass. Then the statements of either round for half as many
tasks and for all: a quiet round has always the same, a first round so many per portion of 500
rows. Last, a fresh process each makes the first round over half as many tasks and over all, in
SQLite: how far does its memory rise above what the ready application takes?

Uses `DATABASE_URL` if it is set (tables are made in it), else an SQLite file.
"""

from __future__ import annotations

import argparse
import cProfile
import datetime as dt
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.memory import forget_peak, peak  # noqa: E402

YEAR = 2026
DAY = dt.date(YEAR, 12, 20)
DEPARTMENTS = 60
GOAL, MEMORY_GOAL = 5.0, 1.25
AT_ONCE = 5000


def fill(session: Any, tasks: int) -> None:
    """A running year with its rules, its months, 60 departments, the tasks and their checks."""
    from app.core import clock
    from app.cycles.year_plan import default_rules
    from app.models.cycles import Cycle, ReportingMonth, RuleBook, RuleValue
    from app.models.monitoring import MonthlyCheck
    from app.models.organisation import Department
    from app.models.planning import Task

    kept = {"version": 1, "created_at": clock.now(), "updated_at": clock.now()}

    def write(model: Any, rows: Iterator[dict[str, Any]]) -> None:
        waiting: list[dict[str, Any]] = []
        for row in rows:
            waiting.append({**row, **kept})
            if len(waiting) == AT_ONCE:
                session.execute(model.__table__.insert(), waiting)
                waiting.clear()
        if waiting:
            session.execute(model.__table__.insert(), waiting)

    write(
        RuleBook,
        iter([{"id": 1, "name": "规则", "year": YEAR, "edition": 1, "status": "in_force"}]),
    )
    write(
        RuleValue,
        (
            {"rule_book_id": 1, "key": rule.key, "value": rule.value, "kind": rule.kind,
             "name": rule.name, "assumed": rule.assumed}
            for rule in default_rules()
        ),
    )  # fmt: skip
    year = {"id": 1, "year": YEAR, "name": str(YEAR), "status": "running", "rule_book_id": 1}
    write(Cycle, iter([year]))
    months = range(1, 13)
    write(ReportingMonth, ({"cycle_id": 1, "month": m, "exempt": False} for m in months))
    write(
        Department,
        (
            {"id": n, "code": f"d{n}", "name": f"第{n}部门", "kind": "functional"}
            for n in range(1, DEPARTMENTS + 1)
        ),
    )
    write(Task, (_task(n) for n in range(1, tasks + 1)))
    write(MonthlyCheck, (_check(n, m) for n in range(1, tasks + 1) for m in months if _came(n, m)))
    session.commit()


def _task(number: int) -> dict[str, Any]:
    overdue = number % 20 == 0
    return {
        "id": number,
        "cycle_id": 1,
        "number": f"{number:05}",
        "title": f"推进第{number}项工作",
        "lead_department_id": number % DEPARTMENTS + 1,
        "due_on": dt.date(YEAR, 11, 10) if overdue else dt.date(YEAR, 12, 31),
        "status": "accepted",
        "accepted_at": dt.datetime(YEAR, 1, 20, tzinfo=dt.UTC),
        "light": "green",
        "origin": "annual",
        "visibility": "open",
    }


def _came(number: int, month: int) -> bool:
    """One task of twenty owes the check of October."""
    return number % 20 != 2 or month != 10


def _check(number: int, month: int) -> dict[str, Any]:
    behind = number % 20 == 1 and month >= 11
    planned = min(100, 8 * month)
    return {
        "task_id": number,
        "year": YEAR,
        "month": month,
        "planned_percent": planned,
        "actual_percent": planned - (25 if behind else 2),
        "quality": "good",
        "computed_light": "orange" if behind else "green",
        "light_reason": "按计划推进",
        "done": f"{month}月按计划推进",
        "status": "submitted",
        "submitted_at": min(
            dt.datetime(YEAR, month, 28, 4, tzinfo=dt.UTC),
            dt.datetime(YEAR, 12, 18, 4, tzinfo=dt.UTC),
        ),
        "late": False,
    }


# What is compared ------------------------------------------------------------------------


def plain_pass(session: Any) -> int:
    """All tasks with all their checks, looked at row by row: how many call for something."""
    from sqlalchemy import select

    from app.models.monitoring import MonthlyCheck
    from app.models.planning import Task

    task, check = Task.__table__.c, MonthlyCheck.__table__.c
    statement = (
        select(
            task.id, task.due_on, task.start_on, task.accepted_at, task.finished_on,
            task.terminated_on, task.light, check.month, check.planned_percent,
            check.actual_percent, check.computed_light, check.head_light, check.quality,
            check.submitted_at,
        )
        .select_from(Task.__table__.outerjoin(MonthlyCheck.__table__, task.id == check.task_id))
        .order_by(task.id, check.month)
    )  # fmt: skip
    found = months = bad = last = 0
    rows = session.connection().execute(statement.execution_options(yield_per=1000))
    for row in rows:
        if row.id != last:
            last, months, bad = row.id, 0, 0
            found += row.due_on < DAY and row.finished_on is None and row.terminated_on is None
        months += row.submitted_at is not None
        bad = bad + 1 if (row.head_light or row.computed_light) in ("orange", "red") else 0
        far = row.planned_percent is not None and row.planned_percent - row.actual_percent >= 30
        found += bad >= 2 or far or row.quality == "poor"
    session.rollback()
    return found


def a_round(session: Any) -> Any:
    from app.core import clock
    from app.supervision.patrol import go_round

    with clock.at(dt.datetime.combine(DAY, dt.time(6), clock.COLLEGE_ZONE)):
        return go_round(session, DAY)


def quiet_round(session: Any) -> None:
    """The round of a day that changes nothing: everything it could do is done."""
    from sqlalchemy import delete

    from app.models.system import PatrolRound

    session.execute(delete(PatrolRound.__table__))
    session.commit()
    tally = a_round(session)
    if tally.warnings_opened or tally.cases_proposed or tally.cases_moved:
        raise SystemExit(f"a quiet round changed something: {tally}")


class Written:
    """What the first round writes, to be taken out again."""

    def __init__(self, session: Any) -> None:
        from sqlalchemy import select

        from app.models.monitoring import EarlyWarning
        from app.models.supervision import CaseStep, SupervisionCase
        from app.models.system import AuditEvent, AuditHead, Notification, PatrolRound

        self.session = session
        models = EarlyWarning, SupervisionCase, CaseStep, Notification, PatrolRound, AuditEvent
        self.tables: list[Any] = [model.__table__ for model in models]
        self.head = AuditHead.__table__
        self.heads = [dict(row) for row in session.execute(select(self.head)).mappings()]
        self.last = {table: self._last(table) for table in self.tables}
        session.rollback()

    def _last(self, table: Any) -> int:
        from sqlalchemy import func, select

        return self.session.scalar(select(func.max(table.c.id))) or 0

    def take_out(self) -> tuple[list[tuple[Any, list[dict[str, Any]]]], list[int]]:
        """The new rows as values, and the tasks that turned red; all is as it was before."""
        from sqlalchemy import delete, insert, select, update

        from app.models.planning import Task

        session, task, taken = self.session, Task.__table__, []
        for table in self.tables:
            of = table.c.id > self.last[table]
            rows = session.execute(select(table).where(of)).mappings()
            taken.append((table, [dict(row) for row in rows]))
        red = list(session.scalars(select(task.c.id).where(task.c.light == "red")))
        for table in reversed(self.tables):
            session.execute(delete(table).where(table.c.id > self.last[table]))
        session.execute(delete(self.head))
        if self.heads:
            session.execute(insert(self.head), self.heads)
        session.execute(update(task).values(light="green", version=1))
        session.commit()
        session.expire_all()
        return taken, red

    def put_back(self, taken: list[tuple[Any, list[dict[str, Any]]]], red: list[int]) -> None:
        """The same by plain statements, in one transaction."""
        from sqlalchemy import bindparam, update

        from app.models.planning import Task

        for table, rows in taken:
            for start in range(0, len(rows), AT_ONCE):
                self.session.execute(table.insert(), rows[start : start + AT_ONCE])
        task = Task.__table__
        turned = update(task).where(task.c.id == bindparam("key")).values(light="red")
        self.session.connection().execute(turned, [{"key": key} for key in red])
        self.session.commit()


Best = dict[str, tuple[float, float]]


def timed(best: Best, name: str, work: Callable[[], Any]) -> Any:
    """Run `work`; keep its best time, and its best processor time, which other programs on the
    machine disturb less."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    low = best.get(name, (wall, cpu))
    best[name] = min(wall, low[0]), min(cpu, low[1])
    print(f"  {name:<24} {wall:7.2f} s   processor {cpu:7.2f} s", flush=True)
    return done


def compare(session: Any, rounds: int) -> None:
    best: Best = {}
    written, rows = Written(session), 0
    for _ in range(rounds):
        timed(best, "plain pass", lambda: plain_pass(session))
        timed(best, "first round", lambda: a_round(session))
        timed(best, "quiet round", lambda: quiet_round(session))
        taken, red = written.take_out()
        rows = sum(len(some) for _, some in taken)
        timed(best, "plain writes", lambda taken=taken, red=red: written.put_back(taken, red))
        written.take_out()
    for at, kind in enumerate(("in all", "processor")):
        reading, writes = best["plain pass"][at], best["plain writes"][at]
        quiet, first = best["quiet round"][at], best["first round"][at]
        print(f"  {kind}: quiet round / pass {quiet / reading:.2f}", end="")
        print(f", first round of {rows} rows / pass and writes {first / (reading + writes):.2f}")
    print(f"  (goal {GOAL:.0f})")


# Statements and memory -------------------------------------------------------------------


@contextmanager
def counted(engine: Any) -> Iterator[list[int]]:
    """How many statements the block sends."""
    from sqlalchemy import event

    found = [0]

    def note(*_: Any) -> None:
        found[0] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements(session: Any, tasks: int) -> None:
    from app.extensions import db

    with counted(db.engine) as first:
        a_round(session)
    with counted(db.engine) as quiet:
        quiet_round(session)
    print(f"  {tasks} tasks: statements of the first round {first[0]}, quiet {quiet[0] - 1}")


def work(options: argparse.Namespace) -> int:
    from app import create_app, schema
    from app.extensions import db

    app = create_app()
    with app.app_context():
        if not options.ready:
            schema.upgrade_to(db.engine)
            fill(db.session, options.tasks)
        if options.fill:
            return 0
        if options.memory:
            forget_peak()
            before = peak()
            a_round(db.session)
            print(peak() - before)
            return 0
        print(f"{db.engine.dialect.name}, {options.tasks} tasks, {12 * options.tasks} checks")
        if options.count:
            statements(db.session, options.tasks)
            return 0
        if options.profile:
            profile = cProfile.Profile()
            profile.runcall(a_round, db.session)
            pstats.Stats(profile).sort_stats("cumtime").print_stats(60)
            profile = cProfile.Profile()
            profile.runcall(quiet_round, db.session)
            pstats.Stats(profile).sort_stats("cumtime").print_stats(40)
            return 0
        compare(db.session, options.rounds)
    return 0


def again(tasks: int, *words: str) -> str:
    """Fill a database of its own with so many tasks, then run this in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "bench.patrol", "--tasks", str(tasks), *words]
        place = {**os.environ, "INSTANCE_PATH": folder}
        place.pop("DATABASE_URL", None)
        if "--memory" in words:
            filling = [*command, "--fill"]
            subprocess.run(filling, check=True, env=place, stdout=subprocess.DEVNULL)
            command.append("--ready")
        done = subprocess.run(command, check=True, env=place, capture_output=True, text=True)
    return done.stdout.strip().splitlines()[-1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--tasks", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="show where the rounds' time goes")
    for hidden in ("--memory", "--count", "--fill", "--ready"):
        parser.add_argument(hidden, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    if options.memory or options.count:
        return work(options)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INSTANCE_PATH"] = folder
        work(options)
    if options.profile:
        return 0
    half = options.tasks // 2
    for tasks in (half, options.tasks):
        print(again(tasks, "--count"))
    few, most = (int(again(tasks, "--memory")) for tasks in (half, options.tasks))
    print(
        f"  memory: {half} tasks {few / 1024:.0f} MB, {options.tasks} tasks {most / 1024:.0f} MB"
        f" above the application, ratio {most / few:.2f} (goal {MEMORY_GOAL})"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
