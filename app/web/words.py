"""The words of templates: `_("…")`, looked up once per language.

A page says some fifty of them. Flask-Babel finds the catalogue anew for each, which takes a
tenth of a list's time.
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_babel import get_locale, get_translations
from markupsafe import Markup

_said: dict[str, dict[str, Markup]] = {}


def register(app: Flask) -> None:
    app.jinja_env.globals["_"] = say


def say(text: str, /, **values: Any) -> Markup:
    """`text` in the reader's language; values are put in and escaped. The language of a
    request does not change."""
    known = g.get("words_said")
    if known is None:
        known = g.words_said = _said.setdefault(str(get_locale()), {})
    found = known.get(text)
    if found is None:
        found = known[text] = Markup(get_translations().ugettext(text))  # noqa: S704 (our own words)
    return found % values if "%" in found else found
