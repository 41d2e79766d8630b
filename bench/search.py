"""Chinese search: the index of two-character tokens against LIKE.

    python bench/search.py [--rows 60000] [--rounds 9] [--sqlite]

Each database of its own takes 60,000 generated tasks of ten years. A head of department, who
sees published tasks and the drafts of one department, asks for the first page of hits with their
number: through the index, best hits first, and by LIKE over the same columns, newest first. The
two alternate; the median of each counts. Both answers hold the same rows, or the run stops.

Prints milliseconds and how many times faster the index is. PostgreSQL takes part where a server
can be had (`TEST_POSTGRES_URL`, or the package of the tests), unless `--sqlite` is given.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

YEARS = range(2021, 2031)
UNITS = 60
PAGE = 25
VERBS = ["推进", "完善", "落实", "建立", "优化", "开展", "加强", "组织", "修订", "提升"]
THINGS = ["专业", "课程", "师资", "实训基地", "学生", "教学质量", "信息化", "科研项目", "社会服务",
          "安全稳定", "党建", "财务预算", "图书资料", "后勤保障", "校企合作", "国际交流", "资产",
          "招生就业", "心理健康", "职业技能竞赛"]  # fmt: skip
ENDS = ["建设", "管理", "评价", "改革", "保障", "计划", "制度", "体系", "机制", "行动"]
RARE = "虚拟仿真"
RARE_EVERY = 1500
QUERIES = [
    ("one character, everywhere", "管"),
    ("one character, rare", "拟"),
    ("two characters, common", "建设"),
    ("two characters, rare", "虚拟"),
    ("four characters", "校企合作"),
    ("four characters, rare", RARE),
    ("two words", "师资 竞赛"),
    ("the beginning of a number", "2026-012"),
    ("nothing there", "银杏"),
]


def write_rows(session: Any, rows: int) -> None:
    """Years, departments and tasks, past the gate: what is measured is finding them."""
    from app.core import clock
    from app.models.cycles import Cycle
    from app.models.organisation import Department
    from app.models.planning import Task

    rand = random.Random(1)
    kept = {"version": 1, "created_at": clock.now(), "updated_at": clock.now()}
    units = [
        {"id": n, "code": f"u{n}", "name": f"第{n}部门", "kind": "functional", **kept}
        for n in range(1, UNITS + 1)
    ]
    years = [{"id": n, "year": y, "name": str(y), **kept} for n, y in enumerate(YEARS, start=1)]
    session.execute(Department.__table__.insert(), units)
    session.execute(Cycle.__table__.insert(), years)
    for start in range(0, rows, 5000):
        some = range(start, min(start + 5000, rows))
        session.execute(Task.__table__.insert(), [{**_task(rand, n), **kept} for n in some])
    session.commit()


def _task(rand: random.Random, number: int) -> dict[str, Any]:
    def phrase() -> str:
        return rand.choice(VERBS) + rand.choice(THINGS) + rand.choice(ENDS)

    year = number % len(YEARS)
    rare = RARE if number % RARE_EVERY == 0 else ""
    return {
        "id": number + 1,
        "cycle_id": year + 1,
        "lead_department_id": rand.randrange(UNITS) + 1,
        "number": f"{YEARS[year]}-{number // len(YEARS):05d}",
        "sort_order": number,
        "title": f"{phrase()}{rare}，{phrase()}",
        "goal": f"{phrase()}，{phrase()}。",
        "measures": f"3月：{phrase()}；6月：{phrase()}；11月：{phrase()}。",
        "standard": f"{phrase()}，验收合格。",
        "status": "proposed" if rand.random() < 0.1 else "accepted",
    }


def a_head() -> Any:
    from app.core.actor import Actor

    return Actor(
        user_id=1,
        name="bench",
        roles=frozenset({"DepartmentHead"}),
        permissions=frozenset({"task:read"}),
        departments=frozenset({1}),
        headed=frozenset({1}),
    )


def by_index(session: Any, actor: Any, query: str) -> tuple[int, set[int]]:
    from app.search.kinds import KINDS
    from app.search.queries import search

    found = search(session, actor, KINDS["task"], query, ["number", "title"], limit=PAGE)
    return found.total, {row.id for row in found.rows}


def by_like(session: Any, actor: Any, query: str) -> tuple[int, set[int]]:
    from sqlalchemy import and_, func, or_, select

    from app.core.policy import visible
    from app.models.cycles import Cycle
    from app.models.planning import Task
    from app.planning.rules import own_tasks

    public = (Task.number, Task.title)
    inner = (Task.goal, Task.measures, Task.standard, Task.remark)
    each = [[column.icontains(w, autoescape=True) for column in public] for w in query.split()]
    whole = [[column.icontains(w, autoescape=True) for column in inner] for w in query.split()]
    rows = session.execute(
        select(Task.id, Task.number, Task.title, func.count().over().label("total"))
        .join(Cycle, Cycle.id == Task.cycle_id)
        .where(
            visible(actor, Task),
            or_(
                and_(*(or_(*some) for some in each)),
                and_(
                    own_tasks(actor), *(or_(*a, *b) for a, b in zip(each, whole, strict=True))
                ),
            ),
        )
        .order_by(Cycle.year.desc(), Task.sort_order)
        .limit(PAGE)
    ).all()  # fmt: skip
    return (rows[0].total if rows else 0), {row.id for row in rows}


def median_ms(works: list[Callable[[], Any]], rounds: int) -> list[float]:
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, taken, strict=True):
            start = time.perf_counter()
            work()
            times.append((time.perf_counter() - start) * 1000)
    return [statistics.median(times) for times in taken]


def measure(session: Any, rounds: int) -> None:
    actor = a_head()
    print(f"  {'query':<28} {'hits':>6} {'index ms':>9} {'LIKE ms':>9} {'times':>6}")
    for name, query in QUERIES:
        ways: list[Callable[[], Any]] = [
            lambda query=query: by_index(session, actor, query),  # type: ignore[misc]
            lambda query=query: by_like(session, actor, query),  # type: ignore[misc]
        ]
        (hits, _), (other, _) = (way() for way in ways)
        if hits != other:
            raise SystemExit(f"“{query}”: {hits} hits by the index, {other} by LIKE")
        index, like = median_ms(ways, rounds)
        print(f"  {name:<28} {hits:>6} {index:>9.2f} {like:>9.2f} {like / index:>6.1f}")


def run(address: str, rows: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(INSTANCE_PATH=folder, DATABASE_URL=address.format(folder=folder))
        os.environ.setdefault("LOG_LEVEL", "WARNING")
        from sqlalchemy import text

        from app import create_app, schema
        from app.extensions import db
        from app.search.index import rebuild

        app = create_app()
        with app.app_context():
            schema.upgrade_to(db.engine)
            session = db.session
            write_rows(session, rows)
            before = _size(session)
            start = time.perf_counter()
            done = rebuild(session)
            session.commit()
            took = time.perf_counter() - start
            grown = (_size(session) - before) / 1e6
            session.execute(text("ANALYZE"))
            session.commit()
            name = db.engine.dialect.name
            print(f"{name}: {done.entries} rows, indexed in {took:.1f} s, {grown:.0f} MB")
            measure(session, rounds)
            session.remove()
            db.engine.dispose()


def _size(session: Any) -> int:
    """Bytes of the database."""
    from sqlalchemy import text

    if session.get_bind().dialect.name == "sqlite":
        pages = session.scalar(text("PRAGMA page_count"))
        return int(pages * session.scalar(text("PRAGMA page_size")))
    return int(session.scalar(text("SELECT pg_database_size(current_database())")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--sqlite", action="store_true", help="leave PostgreSQL out")
    options = parser.parse_args()
    run("sqlite:///{folder}/bench.db", options.rows, options.rounds)
    if options.sqlite:
        return 0
    try:
        from tests.postgres import fresh_database

        address = fresh_database()
    except (ImportError, OSError) as error:
        print(f"postgresql: no server at hand ({error})")
        return 0
    run(address, options.rows, options.rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
