"""A list exported as a workbook, against a bare loop from SQL to XlsxWriter.

    python -m bench.export_rows [--rows 10000] [--rounds 5] [--profile]

A database of its own holds a college (`bench.list_page.fill`). The list of tasks in its usual
columns is exported as the Office gets it: editable, with marks, lists to choose from and the
second sheet. The bare loop selects the same columns with their names joined, and writes row
after row by `Worksheet.write`, in constant memory too, without marks, borders or heights. Both
run in turn in one process; the best of each counts. Goal: at most 1.3 times the bare loop, also
in processor time, which other programs on the machine disturb less.

Then a fresh process each exports so many rows and twice as many: how far its memory rises above
what the ready application takes. Goal: twice the rows at most 1.5 times the memory. Uses
`DATABASE_URL` if it is set (tables are made in it), else an SQLite file.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.list_page import fill
from bench.memory import peak  # noqa: E402

GOAL, MEMORY_GOAL = 1.3, 1.5


def exporter() -> tuple[Callable[[], bytes], Callable[[], bytes]]:
    """Our export of the list of tasks, and the bare loop."""
    import xlsxwriter
    from flask import current_app
    from sqlalchemy import select
    from sqlalchemy.orm import aliased
    from werkzeug.datastructures import MultiDict

    from app.core.actor import Door
    from app.extensions import db
    from app.models.organisation import Department, Person
    from app.models.planning import Task
    from app.reports.list_table import list_xlsx
    from app.security import actors
    from app.web.lists.export import list_table
    from app.web.lists.query import count_and_totals
    from app.web.lists.state import ListState

    builder: Any = current_app.appbuilder  # type: ignore[attr-defined]
    view = next(one for one in builder.baseviews if type(one).__name__ == "TaskView")
    state = ListState.read(view, MultiDict({"view": "all"}))
    actor = actors.load_actor(db.session, "p0", Door.WEB)

    def ours() -> bytes:
        totals = count_and_totals(view, state, actor)
        return list_xlsx(list_table(view, state, actor, totals, editable=True))

    lead, owner = aliased(Department), aliased(Person)
    statement = (
        select(
            Task.number, Task.title, lead.name, owner.last_name + owner.first_name, Task.due_on,
            Task.light, Task.actual_percent, Task.planned_percent, Task.weight, Task.status,
        )
        .outerjoin(lead, Task.lead_department_id == lead.id)
        .outerjoin(owner, Task.owner_id == owner.id)
        .order_by(Task.sort_order, Task.id)
    )  # fmt: skip

    def bare() -> bytes:
        out = io.BytesIO()
        options = {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}
        with xlsxwriter.Workbook(out, options) as book:
            sheet = book.add_worksheet("tasks")
            found = db.session.connection().execute(statement.execution_options(yield_per=1000))
            for at, row in enumerate(found):
                for place, value in enumerate(row):
                    sheet.write(at, place, value)
        return out.getvalue()

    return ours, bare


def compare(rounds: int, profiled: bool) -> float:
    ours, bare = exporter()
    best: dict[str, tuple[float, float]] = {}
    for _ in range(rounds):
        for name, work in (("bare loop", bare), ("export", ours)):
            wall, cpu = time.perf_counter(), time.process_time()
            size = len(work())
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            low = best.get(name, (wall, cpu))
            best[name] = min(wall, low[0]), min(cpu, low[1])
            print(f"  {name:<12} {wall:6.2f} s  processor {cpu:6.2f} s  {size / 1000:7.0f} KB")
    if profiled:
        profile = cProfile.Profile()
        profile.runcall(ours)
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)
    ratio, busy = (best["export"][one] / best["bare loop"][one] for one in (0, 1))
    print(f"  export / bare loop: {ratio:.2f}, in processor time {busy:.2f} (goal {GOAL})")
    return ratio


def grown() -> int:
    """Kilobytes that one export takes beyond what the ready application has taken."""
    ours, _ = exporter()
    before = peak()
    ours()
    return peak() - before


def prepare(folder: str, rows: int) -> None:
    """A database with so many tasks under `folder`, by a process of its own."""
    Path(folder).mkdir(exist_ok=True)
    command = [sys.executable, "-m", "bench.export_rows", "--rows", str(rows), "--folder", folder]
    subprocess.run([*command, "--fill"], check=True)  # noqa: S603 (ourselves)


def memory(folder: str, rows: int) -> int:
    command = [sys.executable, "-m", "bench.export_rows", "--rows", str(rows), "--folder", folder]
    done = subprocess.run([*command, "--memory"], check=True, capture_output=True, text=True)  # noqa: S603
    return int(done.stdout.split()[-1])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true", help="show where the export's time goes")
    parser.add_argument("--folder", default="", help=argparse.SUPPRESS)
    parser.add_argument("--fill", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.folder:
        return work(options)
    with tempfile.TemporaryDirectory() as folder:
        peaks = []
        for rows in (options.rows, 2 * options.rows):
            place = f"{folder}/{rows}"
            prepare(place, rows)
            peaks.append(memory(place, rows))
        options.folder = f"{folder}/{options.rows}"
        work(options)
    one, two = peaks
    print(
        f"  memory: {options.rows} rows {one / 1024:.1f} MB, {2 * options.rows} rows {two / 1024:.1f} MB"
        f" above the application, ratio {two / max(one, 1):.2f} (goal {MEMORY_GOAL})"
    )
    return 0


def work(options: argparse.Namespace) -> int:
    """One part of the measurement, on the database under `folder`."""
    os.environ["INSTANCE_PATH"] = options.folder
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    from app import create_app, schema
    from app.extensions import db

    app = create_app()
    with app.app_context(), app.test_request_context("/?lang=zh"):
        if options.fill:
            schema.upgrade_to(db.engine)
            fill(options.rows)
        elif options.memory:
            print(grown())
        else:
            print(f"{options.rows} tasks, {db.engine.dialect.name}")
            compare(options.rounds, options.profile)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
