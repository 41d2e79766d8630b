"""The application, a session that is rolled back, the cast, no network.

Tests run on SQLite; `--db=postgresql` runs them on PostgreSQL. The database is made once by
the real migrations; each test works in one transaction that is rolled back afterwards. The
clock stands at `cast.TODAY`, nine in the morning, unless a test moves it (`clock.at`).
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from app.core import clock
from app.core.actor import Actor
from app.core.unit_of_work import AnySession
from tests import cast as the_cast


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db", choices=("sqlite", "postgresql"), default="sqlite", help="the database of the tests"
    )


def pytest_configure(config: pytest.Config) -> None:
    # Started before the workers, so that they share it.
    if config.getoption("--db") == "postgresql" and not hasattr(config, "workerinput"):
        from tests.postgres import server_url

        server_url()


# Nothing leaves the machine, nothing waits -----------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Connections but to this machine are refused."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
                raise AssertionError(f"a test reached for the network: {address}")
            return original(self, address)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        yield


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def standing_clock() -> Iterator[None]:
    with clock.at(the_cast.TODAY):
        yield


# The application -------------------------------------------------------------------------


class Client(FlaskClient):
    """A browser: every request has an application context, and so a session, of its own."""

    def open(self, *args: Any, **options: Any) -> Any:
        if has_app_context():
            from app.extensions import db

            # What the test has written is there for the request, what it holds is read
            # anew, and a rollback later in the test does not undo the request.
            db.session.commit()
        with self.application.app_context():
            return super().open(*args, **options)


MakeApp = Callable[..., Flask]


@pytest.fixture(scope="session")
def make_app(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeApp]:
    """Makes applications with a database of their own: `make_app(cast=False, **settings)`.

    `migrated=False` leaves the database empty, `cast=False` without the cast.
    """
    made: list[Flask] = []

    def make(*, migrated: bool = True, cast: bool = True, **settings: Any) -> Flask:
        folder = tmp_path_factory.mktemp("instance")
        app = _create(folder, _address(request.config, folder), settings)
        made.append(app)
        if migrated:
            _prepare(app, cast=cast)
        return app

    yield make
    from app.extensions import db

    for app in made:
        with app.app_context():
            db.engine.dispose()


def _address(config: pytest.Config, folder: Path) -> str:
    if config.getoption("--db") == "postgresql":
        from tests.postgres import fresh_database

        return fresh_database()
    return f"sqlite:///{folder / 'test.db'}"


def _create(folder: Path, address: str, settings: dict[str, Any]) -> Flask:
    from app import create_app
    from app.extensions import db
    from config import Testing

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INSTANCE_PATH", str(folder))
        patch.setenv("DATABASE_URL", address)
        patch.setenv("SECRET_KEY", "only-for-tests-" + "x" * 40)
        patch.delenv("FILES_PATH", raising=False)
        config = Testing()
    config.LOG_LEVEL = "WARNING"
    for name, value in {"FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1", **settings}.items():
        setattr(config, name, value)
    app = create_app(config)
    app.test_client_class = Client
    with app.app_context():
        _let_sqlite_nest(db.engine)
    return app


def _let_sqlite_nest(engine: Engine) -> None:
    """Python's sqlite3 begins transactions by itself and knows nothing of savepoints: begin
    them explicitly, so that a savepoint within a test's transaction stays within it."""
    if engine.dialect.name != "sqlite":
        return
    engine.dispose()

    @event.listens_for(engine, "connect")
    def leave_transactions_alone(connection: Any, record: Any) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")


def _prepare(app: Flask, *, cast: bool) -> None:
    from app import schema
    from app.core.unit_of_work import unit_of_work
    from app.extensions import db
    from app.security.installation import install_roles
    from app.security.manager import hash_password

    with app.app_context(), clock.at(the_cast.SINCE):
        schema.upgrade_to(db.engine)
        with unit_of_work(db.session, the_cast.TEST):
            install_roles(db.session)
        if cast:
            the_cast.write_cast(db.session, hash_password(the_cast.PASSWORD))


@pytest.fixture(scope="session")
def app(make_app: MakeApp) -> Flask:
    """The application on a migrated database with roles and the cast. Use `session` or
    `client_for` to write: what they write is rolled back."""
    return make_app()


@contextmanager
def rolled_back(app: Flask) -> Iterator[AnySession]:
    """An application context whose sessions all live in one transaction, rolled back at the
    end. A commit inside releases a savepoint, a rollback returns to one."""
    from app.extensions import db
    from app.security import actors
    from app.web import directory

    factory = db.session.session_factory
    with (
        app.app_context(),
        db.engine.connect() as connection,
        pytest.MonkeyPatch.context() as patch,
    ):
        transaction = connection.begin()
        # The class is the one the gate listens on; only where it connects to is changed.
        patch.setattr(factory.class_, "get_bind", lambda self, *_, **__: connection)
        patch.setitem(factory.kw, "join_transaction_mode", "create_savepoint")
        actors.forget()
        directory.forget()
        try:
            yield db.session
        finally:
            db.session.remove()
            transaction.rollback()
            actors.forget()
            directory.forget()


@pytest.fixture
def session(app: Flask) -> Iterator[AnySession]:
    """The application's own session. Nobody acts in it until a test says who."""
    with rolled_back(app) as session:
        yield session


@pytest.fixture
def cast(session: AnySession) -> the_cast.Cast:
    return the_cast.Cast(session)


@pytest.fixture
def act(session: AnySession, cast: the_cast.Cast) -> Callable[[str], Actor]:
    """`act("head_jwc")`: this session's writes are hers from now on."""
    from app.core.unit_of_work import act_as

    def as_(name: str) -> Actor:
        actor = cast.actor(name)
        act_as(session, actor)
        return actor

    return as_


# Doors -----------------------------------------------------------------------------------


@pytest.fixture
def client(app: Flask, session: AnySession) -> FlaskClient:
    """A browser where nobody is signed in."""
    return app.test_client()


def _id_of(session: AnySession, name: str) -> int:
    from app.models.organisation import Person

    return session.scalars(
        select(Person.id).where(Person.username == the_cast.username(name))
    ).one()


@pytest.fixture
def client_for(app: Flask, session: AnySession) -> Callable[[str], FlaskClient]:
    """`client_for("head_jwc")`: a browser where she is signed in."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as kept:
            kept["_user_id"] = str(_id_of(session, name))
            kept["_fresh"] = True
            kept["signed_in_at"] = clock.now().timestamp()
        return client

    return sign_in


@pytest.fixture
def jwt_for(app: Flask, session: AnySession) -> Callable[[str], str]:
    """`jwt_for("head_jwc")`: her access token."""
    from flask_jwt_extended import create_access_token

    def token(name: str) -> str:
        return create_access_token(identity=str(_id_of(session, name)), fresh=True)

    return token


@pytest.fixture
def api_for(app: Flask, jwt_for: Callable[[str], str]) -> Callable[[str], FlaskClient]:
    """`api_for("head_jwc")`: a client whose every request carries her token."""

    def sign_in(name: str) -> FlaskClient:
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {jwt_for(name)}"
        return client

    return sign_in


@pytest.fixture
def command(app: Flask, session: AnySession) -> Callable[..., Any]:
    """`command("audit", "verify", "--json")`: the result of a command line."""
    runner = app.test_cli_runner()

    def run(*words: str) -> Any:
        return runner.invoke(args=list(words))

    return run


@pytest.fixture
def today() -> dt.date:
    return clock.today()
