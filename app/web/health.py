"""`GET /healthz`: is the database there, and is it migrated?"""

from __future__ import annotations

from typing import Any

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, jsonify
from sqlalchemy.exc import SQLAlchemyError

from app.database import MIGRATIONS
from app.extensions import db


def head_revision() -> str | None:
    """The newest migration of this code."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config).get_current_head()


def register(app: Flask) -> None:
    expected: list[str | None] = []

    @app.get("/healthz")
    def healthz() -> Any:
        if not expected:
            expected.append(head_revision())
        try:
            with db.engine.connect() as connection:
                current = MigrationContext.configure(connection).get_current_revision()
        except SQLAlchemyError:
            return jsonify(status="unavailable", database="unreachable"), 503
        if current != expected[0]:
            return jsonify(status="unavailable", database="ok", migrations="not current"), 503
        return jsonify(status="ok", database="ok", migrations="current")
