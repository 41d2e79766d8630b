"""Serve the application: `python run.py` starts a production server (gunicorn).

`make run` prepares the database first. Under an own process manager use
`gunicorn 'run:app'`.
"""

from __future__ import annotations

from typing import Any

from app import create_app

app = create_app()

DEMO_ACCOUNTS = (
    "admin", "office", "quality", "head.jwc", "staff.jwc", "head.xinxi", "leader", "topleader",
    "secretary", "discipline", "assessor", "group1", "group2", "group3", "auditor",
)  # fmt: skip


def announce() -> None:
    """Say on the terminal where the application is and, while they exist, the demo accounts."""
    from sqlalchemy import select

    from app.extensions import db
    from app.models.organisation import Person

    print(f"\nLuoxuan 螺旋: http://{app.config['HOST']}:{app.config['PORT']}")
    with app.app_context():
        known = set(db.session.scalars(select(Person.username).where(Person.is_demo)))
        db.session.remove()
    shown = [name for name in DEMO_ACCOUNTS if name in known]
    if shown:
        print(f"演示账号 demo accounts (demo-2022): {', '.join(shown)}")
    print("Ctrl+C ends it.\n", flush=True)


def begin_patrol(worker: Any) -> None:
    """A worker begins: its patrol looks out for the day's round (off with PATROL=off)."""
    from app.supervision.patrol_loop import PatrolLoop

    if app.config["PATROL"]:
        worker.patrol = PatrolLoop(app)
        worker.patrol.start()


def end_patrol(server: Any, worker: Any) -> None:
    """A worker ends: what its patrol has in hand is finished first."""
    patrol = getattr(worker, "patrol", None)
    if patrol is not None:
        patrol.stop()


def main() -> None:
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self) -> None:
            settings: dict[str, Any] = {
                "bind": f"{app.config['HOST']}:{app.config['PORT']}",
                "workers": app.config["WORKERS"],
                "worker_class": "gthread",
                "threads": app.config["THREADS"],
                "timeout": 120,
                "graceful_timeout": 30,
                "accesslog": None,
                "loglevel": "warning",
                "preload_app": True,
                "post_worker_init": begin_patrol,
                "worker_exit": end_patrol,
            }
            for key, value in settings.items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            from app.extensions import db

            with app.app_context():
                # A connection opened before the fork must not be shared after it.
                db.engine.dispose(close=False)
            return app

    announce()
    Server().run()


if __name__ == "__main__":
    main()
