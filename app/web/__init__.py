"""What Flask-AppBuilder needs once: requests, languages, errors, the shell."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask_babel import get_locale, gettext
from flask_login import current_user, logout_user

from app.core import text
from app.extensions import compress, csrf
from app.models.organisation import whole_name
from app.web import framework_words, incoming
from app.web.session_cookie import SessionCookie
from app.web.words import language

OPEN_ENDPOINTS = {"static", "appbuilder.static", "healthz"}
CHINESE = "zh_Hans_CN"


def prepare(app: Flask) -> None:
    """Hooks that come before Flask-AppBuilder's."""
    text.set_translator(_translate)
    text.set_language_test(_reads_chinese)
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.session_interface = SessionCookie()
    app.before_request(_take_language)
    compress.init_app(app)
    framework_words.teach_forms()


def finish(app: Flask) -> None:
    """Hooks that come after the views: every request knows its actor before it starts."""
    from app.web import assets, errors, headers, health, shell, words

    app.before_request(incoming.refuse_unusable)
    app.before_request(_know_the_actor)
    app.before_request(_check_csrf)
    app.before_request(_change_first_password)
    health.register(app)
    errors.register(app)
    headers.register(app)
    assets.register(app)
    shell.register(app)
    words.register(app)
    app.context_processor(_shell)
    app.jinja_env.globals["get_locale"] = get_locale
    app.jinja_env.globals["whole_name"] = whole_name
    app.jinja_env.globals["appbuilder_view"] = _endpoint_of
    app.jinja_env.globals["demo_accounts"] = _demo_accounts
    app.jinja_env.filters["role_name"] = _role_name


def _shell() -> dict[str, Any]:
    """What a page needs that no view renders (errors)."""
    builder = current_app.appbuilder  # type: ignore[attr-defined]
    return {"appbuilder": builder, "base_template": builder.base_template}


def _endpoint_of(row: Any) -> str:
    """The endpoint of the view of a row, for links."""
    from app.web.views import view_of

    return str(view_of(type(row)).endpoint)


def _demo_accounts() -> bool:
    """Do accounts with the public demo password exist? Asked again whenever anybody's rights
    change while they do, and never again in this process once they are gone."""
    from sqlalchemy import select

    from app.extensions import db
    from app.models.organisation import Person

    if current_app.extensions.get("luoxuan_no_demo"):
        return False
    # Any change of people raises the access stamp, so one look per stamp is enough.
    stamp = g.get("access_stamp")
    kept = current_app.extensions.get("luoxuan_demo_seen")
    if kept is not None and stamp is not None and kept == stamp:
        return True
    found = db.session.scalar(select(Person.id).where(Person.is_demo).limit(1)) is not None
    current_app.extensions["luoxuan_demo_seen"] = stamp if found else None
    current_app.extensions["luoxuan_no_demo"] = not found
    return found


def _role_name(role: Any) -> str:
    from app.security.roles import ROLE_LABELS

    return text.words(ROLE_LABELS.get(role.name, (role.name, role.name)))


def index_view() -> Any:
    from app.web.home import HomeView

    return HomeView


def _translate(words: str) -> str:
    try:
        return str(gettext(words))
    except RuntimeError:
        return words


def _reads_chinese() -> bool:
    try:
        return language() != "en"
    except RuntimeError:
        return True


def _take_language() -> None:
    """`?lang=zh` and `?lang=en` choose the language and are remembered."""
    wanted = {"zh": CHINESE, "en": "en"}.get(request.args.get("lang", ""))
    if wanted and session.get("locale") != wanted:
        session["locale"] = wanted


def _know_the_actor() -> Any:
    if request.endpoint in OPEN_ENDPOINTS or request.endpoint is None:
        return None
    if not current_user.is_authenticated:
        return None
    from app.security.manager import session_is_over

    return _end_session() if session_is_over(current_user) else None


def _end_session() -> Any:
    """Sign out a browser whose session is over; who also sends a token goes on by that."""
    from app.security.manager import forget_actor
    from app.web.errors import answer

    language = session.get("locale")
    logout_user()
    session.clear()
    if language:
        session["locale"] = language
    forget_actor()
    if "Authorization" in request.headers or request.path in {"/login/", "/logout/"}:
        return None
    if request.path.startswith("/api/"):
        return answer(401, gettext("Please sign in first."))
    flash(gettext("Your session has ended. Please sign in again."), "warning")
    place = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("SignInView.login", next=place))


def _check_csrf() -> None:
    """Every unsafe request carries a token, but for clients that sign in by header: a
    foreign page cannot set one."""
    from flask import current_app

    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    if request.method in {"GET", "HEAD", "OPTIONS", "TRACE"} or request.endpoint is None:
        return
    by_header = request.headers.get("Authorization", "").lower().startswith("bearer ")
    signing_in = request.path in {"/api/v1/security/login", "/api/v1/security/refresh"}
    if not by_header and not signing_in:
        csrf.protect()


def _change_first_password() -> Any:
    """A first password opens nothing but the page that changes it."""
    if request.endpoint in OPEN_ENDPOINTS or request.endpoint is None:
        return None
    if not current_user.is_authenticated or not current_user.must_change_password:
        return None
    if request.path.startswith(("/account/password", "/logout", "/lang", "/static")):
        return None
    if request.path.startswith("/api/"):
        from app.web.errors import answer

        return answer(
            403, gettext("Change your first password in the browser before using the API.")
        )
    return redirect("/account/password/")
