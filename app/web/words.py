"""The words of pages: `_("…")` in templates, `say("…")` in code, looked up once per language.

A page says some fifty of them. Flask-Babel finds the catalogue anew for each, which takes a
tenth of a list's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, g
from flask_babel import get_locale, get_translations
from markupsafe import Markup

_said: dict[str, dict[str, Markup]] = {}


def register(app: Flask) -> None:
    app.jinja_env.globals["_"] = say
    app.context_processor(lambda: {"_": _speaker(_known())})


def language() -> str:
    """The reader's language. It does not change within a request."""
    known: str | None = g.get("language")
    if known is None:
        known = g.language = str(get_locale())
    return known


def say(text: str, /, **values: Any) -> Markup:
    """`text` in the reader's language; values are put in and escaped."""
    return _speaker(_known())(text, **values)


def gettext(text: str, /, **values: Any) -> str:
    """As Flask-Babel's, for the code of pages that say much: plain text."""
    known = _known()
    found = str(known.get(text) or _look_up(known, text))
    return found % values if values else found


def _known() -> dict[str, Markup]:
    """What has been said in the reader's language."""
    return _said.setdefault(language(), {})


def _look_up(known: dict[str, Markup], text: str) -> Markup:
    found = known[text] = Markup(get_translations().ugettext(text))  # noqa: S704 (our own words)
    return found


def _speaker(known: dict[str, Markup]) -> Callable[..., Markup]:
    """`say` in one language: a page need not ask for it at every word."""

    def say(text: str, /, **values: Any) -> Markup:
        found = known.get(text)
        if found is None:
            found = _look_up(known, text)
        return found % values if "%" in found else found

    return say
