"""What every answer says to the browser: no framing, no guessing of types, no copies kept, and
nothing runs or is fetched but from here.

A page's scripts are files of ours. The nonce is for what Flask-AppBuilder's documentation
pages write themselves; it changes with every request.
"""

from __future__ import annotations

import secrets
from typing import Any

from flask import Flask, g

POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)


def register(app: Flask) -> None:
    # A global, not a context processor: Flask-AppBuilder's widgets render without those.
    app.jinja_env.globals["csp_nonce"] = nonce
    app.after_request(_protect)


def nonce() -> str:
    """The mark of this request's own scripts."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _protect(response: Any) -> Any:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    if "actor" in g:
        # A page of somebody's must not come back from the browser's store after signing out.
        headers.setdefault("Cache-Control", "no-store")
    return response
