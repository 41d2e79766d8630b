"""What every answer says to the browser: no framing, no guessing of types, no copies kept."""

from __future__ import annotations

from typing import Any

from flask import Flask, g


def register(app: Flask) -> None:
    app.after_request(_protect)


def _protect(response: Any) -> Any:
    headers = response.headers
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault(
        "Content-Security-Policy", "frame-ancestors 'none'; object-src 'none'; base-uri 'self'"
    )
    if "actor" in g:
        # A page of somebody's must not come back from the browser's store after signing out.
        headers.setdefault("Cache-Control", "no-store")
    return response
