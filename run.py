"""Serve the application: `python run.py` starts a production server (gunicorn).

`make run` prepares the database first. Under an own process manager use
`gunicorn 'run:app'`.
"""

from __future__ import annotations

from typing import Any

from app import create_app

app = create_app()


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
            }
            for key, value in settings.items():
                self.cfg.set(key, value)

        def load(self) -> Any:
            from app.extensions import db

            with app.app_context():
                # A connection opened before the fork must not be shared after it.
                db.engine.dispose(close=False)
            return app

    Server().run()


if __name__ == "__main__":
    main()
