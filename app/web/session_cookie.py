"""Which answers carry the session's cookie."""

from __future__ import annotations

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class SessionCookie(SecureCookieSessionInterface):
    """Only what a person does prolongs the session: opening a page, or sending something. What a
    page reads by itself (styles, suggestions, progress) leaves the cookie alone. Otherwise such
    an answer, on its way while the person signs out, would bring the ended session back; and a
    page left open would never let it end."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        by_itself = (
            request.method in {"GET", "HEAD"}
            and request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
        )
        return session.modified or (not by_itself and super().should_set_cookie(app, session))
