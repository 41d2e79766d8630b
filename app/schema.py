"""The schema in words and in steps: `models.sql` from the metadata, migrations one by one.

The metadata (`app.models`) decides. `models.sql` is its PostgreSQL form for people who read
SQL; the migrations are its history. A test holds the three together.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import (
    CreateIndex,
    CreateSequence,
    CreateTable,
    Sequence,
    SetColumnComment,
    SetTableComment,
)

from app.core.audit import GENESIS
from app.database import MIGRATIONS
from app.models import metadata
from app.models.search import FULL_TEXT

MODELS_SQL = Path(__file__).parent.parent / "models.sql"

CHAPTERS: dict[str, str] = {
    "accounts": "Accounts and roles: the tables of Flask-AppBuilder",
    "organisation": "Organisation: departments, people, posts, charges",
    "meetings": "Meetings: agenda items, decisions, entries from paper",
    "cycles": "The year: phases, rule books, goals",
    "work_points": "Work points (Art. 4.4-4.5): editions, points, opinions",
    "planning": "Planning (Art. 4-5): department plans, the decomposition, tasks",
    "plan_comments": "Review of plans (Art. 4.3): comments and their answers",
    "carry_over": "Carry-over (Art. 10): what becomes of unfinished tasks",
    "baseline": "The issued table (Art. 5.2): tasks as they were issued",
    "monitoring": "Monitoring (Art. 6-7, 9.1): monthly checks, warnings, coordination",
    "supervision": "Supervision (Art. 8): cases, steps, instructions",
    "improvement": "Improvement (Art. 9-10): diagnoses, adjustments, results, evidence",
    "assessment": "Assessment (Art. 12-13): scores, grades, appeals, notices",
    "system": "The system: audit trail, notifications, saved views, imports",
    "search": "Search: what each row is found by, written with the row",
}

INITIAL_ROWS: dict[str, dict[str, Any]] = {
    "access_stamp": {"id": 1, "value": 0},
    "audit_head": {"id": 1, "last_event_id": 0, "last_hash": GENESIS},
}
"""The rows an empty database needs: the only ones of their tables."""

_HEADER = """\
-- Luoxuan 螺旋: the schema as PostgreSQL DDL.
--
-- Written from the metadata by `flask --app run schema write`; do not edit by hand.
-- A database in use is made and changed by the migrations (`flask --app run init-db`).
-- Every row the college works with carries `version` (optimistic lock) and the instants
-- of its first and last writing (UTC). Closed sets of values are CHECKed. What happens to
-- the rows below a deleted one is said at every foreign key.
"""

_POSTGRESQL = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def ddl() -> str:
    """The whole schema: tables by chapter, each with its indexes and comments; the first rows."""
    parts = [_HEADER]
    chapter = ""
    for table in tables_in_order():
        if chapter_of(table) != chapter:
            chapter = chapter_of(table)
            line = "-- " + "=" * 90
            parts.append(f"{line}\n-- {CHAPTERS[chapter]}\n{line}\n")
        parts.append("\n".join(_statements(table)) + "\n")
    parts.append("-- The first rows.\n")
    parts.append("\n".join(_initial_rows()) + "\n")
    return "\n".join(parts)


def tables_in_order() -> list[Table]:
    """Every table after those it points to; among those possible the earliest chapter first."""
    chapters = list(CHAPTERS)

    def rank(table: Table) -> tuple[int, str]:
        return chapters.index(chapter_of(table)), table.name

    waiting = {
        table: {key.column.table for key in table.foreign_keys} - {table}
        for table in metadata.tables.values()
    }
    ready = [(rank(table), table) for table, needs in waiting.items() if not needs]
    heapq.heapify(ready)
    ordered: list[Table] = []
    while ready:
        _, table = heapq.heappop(ready)
        ordered.append(table)
        for other, needs in waiting.items():
            if table in needs:
                needs.remove(table)
                if not needs:
                    heapq.heappush(ready, (rank(other), other))
    if len(ordered) != len(waiting):
        raise RuntimeError("tables point to each other in a circle")
    return ordered


def chapter_of(table: Table) -> str:
    """The chapter a table belongs to: the module of its model."""
    from app.models import Domain

    for mapper in Domain.registry.mappers:
        module = mapper.class_.__module__
        if mapper.local_table is table and module.startswith("app.models."):
            return module.removeprefix("app.models.")
    return "accounts"


def sequences_of(table: Table) -> list[Sequence]:
    """The named sequences of a table's columns (Flask-AppBuilder's tables have them)."""
    return [
        column.default
        for column in table.columns
        if column.default is not None and isinstance(column.default, Sequence)
    ]


def indexes_of(table: Table) -> list[Any]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def _statements(table: Table) -> Iterator[str]:
    yield f"-- {table.name}" + (f": {table.comment}" if table.comment else "")
    for sequence in sequences_of(table):
        yield _sql(CreateSequence(sequence))
    yield _sql(CreateTable(table))
    for index in indexes_of(table):
        yield _sql(CreateIndex(index))
    if table.comment:
        yield _sql(SetTableComment(table))
    for column in table.columns:
        if column.comment:
            yield _sql(SetColumnComment(column))


def _sql(element: Any) -> str:
    text = str(element.compile(dialect=_POSTGRESQL)).strip()
    lines = [line.rstrip().replace("\t", "    ") for line in text.splitlines()]
    return "\n".join(lines) + ";"


def _initial_rows() -> Iterator[str]:
    for name, row in INITIAL_ROWS.items():
        values = ", ".join(
            f"'{value}'" if isinstance(value, str) else str(value) for value in row.values()
        )
        yield f"INSERT INTO {name} ({', '.join(row)}) VALUES ({values});"  # noqa: S608 (constants of this module)


# Migrations --------------------------------------------------------------------------


def compared(name: str | None, kind: str, parents: Any) -> bool:
    """Does Alembic compare this with the metadata? SQLite's full-text index is no table of
    the metadata, though it looks like several."""
    return kind != "table" or not (name or "").startswith(FULL_TEXT)


def migration_config(engine: Engine | None = None) -> Config:
    """Alembic's configuration for `engine` (default: the current application's)."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


def pending_migrations(engine: Engine) -> list[tuple[str, str]]:
    """(revision, title) of the migrations this database has not seen, oldest first."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    scripts = ScriptDirectory.from_config(migration_config())
    head = scripts.get_current_head()
    if head is None or head == current:
        return []
    found = scripts.iterate_revisions(head, current or "base")
    return [(script.revision, script.doc) for script in found][::-1]


def upgrade_to(engine: Engine, revision: str = "head") -> None:
    """Migrate a database up to `revision`."""
    command.upgrade(migration_config(engine), revision)


def downgrade_to(engine: Engine, revision: str = "base") -> None:
    """Migrate a database back to `revision`; what the later tables hold is lost."""
    command.downgrade(migration_config(engine), revision)
