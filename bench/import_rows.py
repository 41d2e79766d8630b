"""Rows imported per second, against plain inserts of the same rows.

    python -m bench.import_rows [--rows 10000] [--rounds 3]

An empty database of its own takes a table of tasks, each with an assisting department and
dated steps, once through the import and once through SQLAlchemy Core's `insert` with lists
of values: the same rows of the same tables, the audit trail's among them, in the same run.
Rounds alternate; the best of each counts. Goal: at least 0.3.

Then a fresh process each goes the guided screen's way with 5,000 rows and with as many as a file
may hold, in SQLite: the file is read and compared, its preview kept, confirmed, looked at again and
carried out. How far does its memory rise above what the ready application takes? Rows stand on disk
(`app.core.spool`), in memory are those of one portion and a few bytes of each; goal: four times the
rows at most 1.25 times. A workbook is read by a program of its own, which is not counted.

Prints what each stage takes, rows per second, and the ratio. Uses `DATABASE_URL` if it is
set (tables are made in it and emptied), else an SQLite file.
"""

from __future__ import annotations

import argparse
import cProfile
import csv
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

YEAR = 2030
GOAL, MEMORY_GOAL = 0.3, 1.25
FEW, MOST = 5_000, 19_999
"""Rows whose memory is compared; the second are those under the headings of the longest file
that is read."""
HEADINGS = ["序号", "目标任务", "主要举措", "考核标准", "完成时限", "牵头部门", "配合部门",
            "分管领导", "责任人", "权重", "备注"]  # fmt: skip
UNITS = ["教务处", "学生处", "财务处", "图书馆", "科技处", "信息工程系", "机电工程系"]


def write_file(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number in range(1, rows + 1):
            unit, other = UNITS[number % 7], UNITS[(number + 3) % 7]
            measures = "3月：完成调研并形成方案\n6月：组织实施\n11月：总结验收"
            writer.writerow(
                [
                    number,
                    f"推进第{number}项专业建设任务",
                    measures,
                    "方案出台，验收合格",
                    "11月30日前",
                    unit,
                    other,
                    "分管教学院领导",
                    f"{unit}负责人",
                    10,
                    "",
                ]  # fmt: skip
            )


class Stages(dict[str, float]):
    """The best time of each stage; `cpu` the same in processor time, which other programs
    on the machine disturb less."""

    def __init__(self) -> None:
        super().__init__()
        self.cpu: dict[str, float] = {}

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self[name] = min(wall, self.get(name, wall))
        self.cpu[name] = min(cpu, self.cpu.get(name, cpu))


def measure(app: Any, path: Path, rounds: int) -> tuple[Stages, int, int]:
    """The best time of each stage; the tasks, and all rows written with them."""
    from app.core.unit_of_work import unit_of_work
    from app.exchange.import_tasks import TaskOptions, import_tasks
    from app.exchange.plan_files import plan_task_file
    from app.extensions import db

    actor = _actor()
    stages = Stages()
    with app.app_context(), unit_of_work(db.session, actor):
        _found(db.session)
    tasks = total = 0
    for _ in range(rounds):
        with app.app_context():
            with stages.timed("read and parse, compare"):
                plan = plan_task_file(db.session, actor, path, year=YEAR)
                plan.fingerprint()
            with stages.timed("import: gate, audit, commit"):
                PROFILE.runcall(import_tasks, db.session, actor, plan, TaskOptions())
            tasks = plan.summary()["new"]
        with app.app_context():
            rows = _take_out(db.session)
            total = sum(len(values) for _, values in rows)
            with stages.timed("plain inserts, commit"):
                for table, values in rows:
                    db.session.execute(table.insert(), values)
                db.session.commit()
            _take_out(db.session)
    return stages, tasks, total


def _found(session: Any) -> None:
    """The year, and the departments that the file names."""
    from app.models.cycles import Cycle
    from app.models.organisation import Department, DepartmentKind

    for number, name in enumerate(UNITS):
        session.add(Department(code=f"u{number}", name=name, kind=DepartmentKind.FUNCTIONAL))
    session.add(Cycle(year=YEAR, name=str(YEAR)))


def _actor() -> Any:
    from app.core.actor import Door, system_actor

    return system_actor("bench", Door.IMPORT)


def _take_out(session: Any) -> list[tuple[Any, list[dict[str, Any]]]]:
    """The rows that the import has written, as values; the tables are empty afterwards."""
    from sqlalchemy import delete, select

    from app.models.planning import Milestone, Task, TaskDepartment
    from app.models.system import AuditEvent, AuditHead

    tables = [model.__table__ for model in (Task, TaskDepartment, Milestone, AuditEvent)]
    taken: list[tuple[Any, list[dict[str, Any]]]] = [
        (table, [dict(row) for row in session.execute(select(table)).mappings()])
        for table in tables
    ]
    for table in [AuditHead.__table__, *reversed(tables)]:
        session.execute(delete(table))
    session.commit()
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="show where the import's time goes")
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INSTANCE_PATH"] = folder
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        from app import create_app, schema
        from app.extensions import db

        app = create_app()
        with app.app_context():
            schema.upgrade_to(db.engine)
        path = Path(folder) / "tasks.csv"
        write_file(path, options.rows)
        if options.memory:
            print(grown(app, path))
            return 0
        global PROFILE
        PROFILE = cProfile.Profile() if options.profile else _Plain()
        stages, tasks, total = measure(app, path, options.rounds)
        engine = _engine(app)
    if options.profile:
        pstats.Stats(PROFILE).sort_stats("tottime").print_stats(45)
    plain = stages["plain inserts, commit"]
    imported = stages["import: gate, audit, commit"]
    whole = imported + stages["read and parse, compare"]
    print(f"{tasks} tasks, {total} rows with their parts and audit events, {engine}")
    for name, seconds in stages.items():
        print(f"  {name:<32} {seconds:7.2f} s   {total / seconds:9.0f} rows/s")
    cpu = stages.cpu["plain inserts, commit"] / stages.cpu["import: gate, audit, commit"]
    print(f"  the same in processor time: {cpu:.2f}")
    print(
        f"  import / plain inserts: {plain / imported:.2f} (goal {GOAL}); with reading: {plain / whole:.2f}"
    )
    print(f"  tasks from file to commit: {tasks / whole:.0f} a second")
    few, most = memory(FEW), memory(MOST)
    print(
        f"  memory: {FEW} tasks {few / 1024:.0f} MB, {MOST} tasks {most / 1024:.0f} MB"
        f" above the application, ratio {most / few:.2f} (goal {MEMORY_GOAL})"
    )
    return 0


def memory(rows: int) -> int:
    """Kilobytes that importing so many rows takes, in a process of its own."""
    command = [sys.executable, "-m", "bench.import_rows", "--rows", str(rows), "--memory"]
    surroundings = {name: value for name, value in os.environ.items() if name != "INSTANCE_PATH"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=surroundings)  # noqa: S603
    return int(done.stdout.split()[-1])


def grown(app: Any, path: Path) -> int:
    """Kilobytes that an import by the guided screen's steps takes above the ready application."""
    from dataclasses import replace

    from app.core.unit_of_work import unit_of_work
    from app.exchange.jobs import confirm_job, open_job, run_job
    from app.exchange.uploads import Shelf
    from app.extensions import db
    from app.models.organisation import Person
    from app.models.system import ImportStatus

    shelf = Shelf(app.config["FILES_PATH"])
    with app.app_context():
        with unit_of_work(db.session, _actor()):
            _found(db.session)
            owner = Person(username="office", first_name="某", last_name="王", email="o@example.cn")
            db.session.add(owner)
        actor = replace(_actor(), user_id=owner.id)
        forget_peak()
        before = peak()
        with path.open("rb") as file:
            upload = shelf.keep(path.name, file)
        job = open_job(db.session, actor, shelf, [upload], "task", {"year": YEAR})
        confirm_job(db.session, actor, job, shelf, (job.summary or {})["fingerprint"])
        run_job(db.session, actor, shelf, job.id)
        if job.status != ImportStatus.DONE:
            raise SystemExit(f"the import is {job.status}: {job.summary}")
    return peak() - before


def _engine(app: Any) -> str:
    from app.extensions import db

    with app.app_context():
        return str(db.engine.dialect.name)


class _Plain:
    """Runs without a profile."""

    def runcall(self, work: Callable[..., Any], *given: Any) -> Any:
        return work(*given)


PROFILE: Any = _Plain()


if __name__ == "__main__":
    raise SystemExit(main())
