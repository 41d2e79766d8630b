"""The metadata, the migrations and models.sql are one schema, on both databases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, Enum, Table, create_engine, inspect, select, text

from app import schema
from app.models import Domain, metadata
from tests.postgres import fresh_database

TABLES = list(metadata.tables.values())
OWN_TABLES = [table for table in TABLES if schema.chapter_of(table) != "accounts"]
MODELS = sorted(
    (mapper.class_ for mapper in Domain.registry.mappers if issubclass(mapper.class_, Domain)),
    key=lambda model: model.__name__,
)


# Reading a database back ---------------------------------------------------------------

# Not the place of a column: what a migration adds stands last, wherever the model says it.
PG_COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"""
PG_CONSTRAINTS = """
    SELECT c.relname, k.conname, k.contype::text, pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'"""
PG_INDEXES = "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
PG_TABLES = """
    SELECT c.relname, obj_description(c.oid) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'public' AND c.relkind = 'r'"""
PG_SEQUENCES = """
    SELECT sequencename, data_type::text, start_value, min_value, max_value, increment_by, cycle
    FROM pg_sequences WHERE schemaname = 'public'"""


def read_postgres(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """Everything the catalogue knows of the schema, in a fixed order."""
    found = {}
    with engine.connect() as connection:
        for name, query in {
            "columns": PG_COLUMNS,
            "constraints": PG_CONSTRAINTS,
            "indexes": PG_INDEXES,
            "tables": PG_TABLES,
            "sequences": PG_SEQUENCES,
        }.items():
            rows = [tuple(row) for row in connection.execute(text(query))]
            found[name] = sorted((row for row in rows if "alembic_version" not in row), key=repr)
    return found


def read_sqlite(engine: Engine) -> dict[str, list[str]]:
    """Every statement SQLite keeps: a table as the sorted list of its clauses."""
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        ).all()
    return {name: sorted(clauses(sql)) for name, sql in rows if name != "alembic_version"}


def clauses(statement: str) -> Iterator[str]:
    """The parts of a statement between the commas of its outermost brackets."""
    words = re.sub(r"\s+", " ", statement).strip()
    # SQLite rewrites a table that a migration changes; a default then stands in brackets.
    words = re.sub(r"DEFAULT \((CURRENT_TIMESTAMP|'[^']*')\)", r"DEFAULT \1", words)
    if not words.startswith("CREATE TABLE"):
        yield words
        return
    depth, part = 0, ""
    for letter in words[words.index("(") + 1 : words.rindex(")")]:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            yield part.strip()
            part = ""
        else:
            part += letter
    yield part.strip()


def first_rows(engine: Engine) -> dict[str, dict[str, Any]]:
    with engine.connect() as connection:
        return {
            name: dict(connection.execute(select(metadata.tables[name])).mappings().one())
            for name in schema.INITIAL_ROWS
        }


@pytest.fixture
def postgres() -> Iterator[Any]:
    """Makes engines on fresh PostgreSQL databases."""
    engines: list[Engine] = []

    def make() -> Engine:
        engines.append(create_engine(fresh_database()))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Any]:
    """Makes engines on fresh SQLite files."""
    engines: list[Engine] = []

    def make() -> Engine:
        engines.append(create_engine(f"sqlite:///{tmp_path}/schema_{len(engines)}.db"))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


# One schema ----------------------------------------------------------------------------


def test_models_sql_is_current() -> None:
    written = schema.MODELS_SQL.read_text(encoding="utf-8")
    assert written == schema.ddl(), "run: flask --app run schema write"


def test_metadata_migrations_and_models_sql_agree_on_postgresql(postgres: Any) -> None:
    migrated, created, loaded = postgres(), postgres(), postgres()
    schema.upgrade_to(migrated)
    metadata.create_all(created)
    with loaded.begin() as connection:
        connection.exec_driver_sql(schema.MODELS_SQL.read_text(encoding="utf-8"))
    expected = read_postgres(created)
    assert len(expected["columns"]) > 400
    for part, rows in expected.items():
        assert read_postgres(migrated)[part] == rows, f"migrations: {part}"
        assert read_postgres(loaded)[part] == rows, f"models.sql: {part}"
    assert first_rows(migrated) == first_rows(loaded) == schema.INITIAL_ROWS


def test_metadata_and_migrations_agree_on_sqlite(sqlite: Any) -> None:
    migrated, created = sqlite(), sqlite()
    schema.upgrade_to(migrated)
    metadata.create_all(created)
    expected = read_sqlite(created)
    found = read_sqlite(migrated)
    assert found.keys() == expected.keys()
    for name, parts in expected.items():
        assert found[name] == parts, name
    assert first_rows(migrated) == schema.INITIAL_ROWS


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_alembic_finds_no_difference_after_the_migrations(
    kind: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(kind)()
    schema.upgrade_to(engine)
    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": schema.compared}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_downgrading_to_nothing_and_up_again_gives_the_same(
    kind: str, request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue(kind)()
    read: Any = read_sqlite if kind == "sqlite" else read_postgres
    schema.upgrade_to(engine)
    before = read(engine)
    schema.downgrade_to(engine)
    assert inspect(engine).get_table_names() == ["alembic_version"]
    if kind == "postgres":
        assert read(engine)["sequences"] == []
    schema.upgrade_to(engine)
    assert read(engine) == before


def test_there_is_one_head() -> None:
    scripts = ScriptDirectory.from_config(schema.migration_config())
    assert len(scripts.get_heads()) == 1


# House rules of the schema -------------------------------------------------------------


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_constraints_and_indexes_are_named_within_the_limit(
    table: Table, schema_names: dict[str, list[str | None]]
) -> None:
    for name in schema_names[table.name]:
        assert name, f"{table.name} has a constraint without a name"
        assert len(name) <= 63, name


@pytest.fixture(scope="module")
def schema_names() -> dict[str, list[str | None]]:
    """The names the database has at last, by table (SQLite does not cut them off)."""
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    found: dict[str, list[str | None]] = {}
    inspector = inspect(engine)
    for table in inspector.get_table_names():
        described = [
            *inspector.get_foreign_keys(table),
            *inspector.get_unique_constraints(table),
            *inspector.get_check_constraints(table),
            *inspector.get_indexes(table),
            inspector.get_pk_constraint(table),
        ]
        found[table] = [item["name"] for item in described]
    return found


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_foreign_key_stands_first_in_an_index(table: Table) -> None:
    leading = {next(iter(index.columns)).name for index in table.indexes}
    for constraint in table.constraints:
        if type(constraint).__name__ in {"PrimaryKeyConstraint", "UniqueConstraint"}:
            leading.add(next(iter(constraint.columns)).name)
    missing = {key.parent.name for key in table.foreign_keys} - leading
    assert not missing


@pytest.mark.parametrize("table", OWN_TABLES, ids=lambda table: table.name)
def test_every_foreign_key_says_what_a_deletion_does(table: Table) -> None:
    from flask_appbuilder.security.sqla.models import User

    framework = {"created_by_fk", "changed_by_fk"} if table is User.__table__ else set()
    for key in table.foreign_keys:
        if key.parent.name not in framework:
            assert key.ondelete in {"RESTRICT", "CASCADE", "SET NULL"}, key.parent


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_domain_table_has_version_label_and_comments(model: type[Domain]) -> None:
    table = model.__table__
    assert isinstance(table, Table)
    assert model.__mapper__.version_id_col is table.c.version
    zh, en = model.label
    assert zh and en and zh != en
    assert table.comment
    for column in table.columns:
        assert column.comment, f"{column} has no comment"
        assert column.info.get("label"), f"{column} has no label"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_closed_set_of_values_is_checked(table: Table) -> None:
    checks = [
        str(constraint.sqltext.compile(compile_kwargs={"literal_binds": True}))
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    ]
    for column in table.columns:
        if isinstance(column.type, Enum):
            values = ", ".join(f"'{value}'" for value in column.type.enums)
            assert any(check.endswith(f"{column.name} IN ({values})") for check in checks), column


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_protected_names_are_columns(model: type[Domain]) -> None:
    assert model.protected <= {column.key for column in model.__mapper__.columns}
