"""Logging: one line per event on standard error, for the operator. No personal data."""

from __future__ import annotations

import logging
import sys

from flask import Flask


def configure(app: Flask) -> None:
    """Log at `LOG_LEVEL` with time, level and place."""
    root = logging.getLogger()
    if not root.handlers:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(handler)
    root.setLevel(app.config["LOG_LEVEL"])
    # The framework announces every view and permission it finds; that is for its makers.
    logging.getLogger("flask_appbuilder").setLevel(logging.WARNING)
    logging.getLogger("alembic").setLevel(logging.WARNING)
