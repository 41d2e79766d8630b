"""The composition root: the only place that wires everything."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import cli, logs
from app.core import audit, guard, lease
from app.extensions import csrf, db, migrate
from app.models import Domain
from app.models.system import AuditEvent, AuditHead, Lease
from app.search import index
from app.security import actors


def create_app(config: Any = None) -> Flask:
    """Build the application from `config` (default: the environment, see `config.py`)."""
    if config is None:
        from config import from_environment

        config = from_environment()
    app = Flask(__name__, instance_path=config.INSTANCE_PATH)
    app.config.from_object(config)
    logs.configure(app)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    _wire_database(app)
    with app.app_context():
        _wire_web(app)
    cli.register(app)
    return app


def _wire_database(app: Flask) -> None:
    from app import database

    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", database.engine_options(app))
    db.init_app(app)
    with app.app_context():
        database.prepare_engine(db.engine)
    migrate.init_app(app, db, directory=str(database.MIGRATIONS), render_as_batch=True)


def _wire_web(app: Flask) -> None:
    from flask_appbuilder import AppBuilder

    from app import registry, web
    from app.security.manager import SecurityManager
    from app.web.menu import YearMenu

    csrf.init_app(app)
    web.prepare(app)
    builder = AppBuilder(
        menu=YearMenu(),
        security_manager_class=SecurityManager,
        indexview=web.index_view(),
        update_perms=False,
    )
    builder.init_app(app, db.session)
    registry.register_views(builder)
    web.finish(app)


def _wire_gate() -> None:
    """The gate and what follows it listen once per process, whatever number of applications
    a test makes."""
    audit.use_tables(AuditEvent.__table__, AuditHead.__table__)  # type: ignore[arg-type]
    lease.use_table(Lease.__table__)  # type: ignore[arg-type]
    guard.install(db.session, Domain)
    actors.watch_rights(db.session)
    index.watch(db.session)


_wire_gate()
