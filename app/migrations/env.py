"""How Alembic meets the database: the application's engine, the whole metadata.

SQLite checks foreign keys again only after the migration: a table that is rebuilt there is
dropped for a moment, and its children must not be deleted with it.
"""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, Engine

from app import schema
from app.migrations.rendering import render_item
from app.models import metadata


def skip_empty(context_: Any, revision: Any, directives: list[Any]) -> None:
    """`flask db migrate` without a difference writes no file."""
    options = context.config.cmd_opts
    if getattr(options, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def options() -> dict[str, Any]:
    return {
        "target_metadata": metadata,
        "render_item": render_item,
        "render_as_batch": True,
        "include_name": schema.compared,
        "compare_type": True,
        "compare_server_default": False,
        "process_revision_directives": skip_empty,
    }


def migrate_offline() -> None:
    """Write the migrations as SQL."""
    url = current_app.config["SQLALCHEMY_DATABASE_URI"]
    context.configure(url=url, literal_binds=True, **options())
    with context.begin_transaction():
        context.run_migrations()


def migrate_online() -> None:
    engine: Engine | None = context.config.attributes.get("engine")
    if engine is None:
        engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            _switch_foreign_keys(connection, "OFF")
        try:
            context.configure(connection=connection, **options())
            with context.begin_transaction():
                context.run_migrations()
            if sqlite:
                _check_foreign_keys(connection)
        finally:
            if sqlite:
                _switch_foreign_keys(connection, "ON")


def _switch_foreign_keys(connection: Connection, state: str) -> None:
    # The pragma is a no-op within a transaction.
    connection.rollback()
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {state}")
    connection.rollback()


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"after the migration rows of {broken[0][0]} point nowhere")


if context.is_offline_mode():
    migrate_offline()
else:
    migrate_online()
