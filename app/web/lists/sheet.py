"""A list's page with gaps where the database speaks, drawn once for a reader and an address.

All that stands around the rows (bar, menu, toolbar, conditions, head of the table) takes longer
to draw than the rows take to find, and is the same whenever a reader comes back to a list. It
is drawn once with marks in place of what changes, kept, and filled in. Where something else is
to be said (a message, an open panel, names that may change unnoticed) the page is drawn anew.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

from flask import current_app, g, request, session
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.core import clock
from app.web.assets import asset
from app.web.directory import directory
from app.web.lists.conditions import names_asked
from app.web.lists.page import ListPage
from app.web.shell import theme
from app.web.words import language

KEPT = 256
"""Sheets that a process keeps; each holds some thirty thousand letters."""
_MARK = re.compile("\x02(\\w+)\x02")
_kept: dict[Hashable, Sequence[str]] = {}


def draw_list(view: Any, page: ListPage, **told: Any) -> str:
    """The whole page of a list. `told` is what `web/list.html` is given besides."""
    if told.get("panel") or session.get("_flashes") or names_asked(view, page.state):
        return str(view.render_template("web/list.html", page=page, subtitle=page.in_words, **told))
    key = _key(view, page)
    sheet = _kept.get(key)
    if sheet is None:
        if len(_kept) >= KEPT:
            _kept.clear()
        sheet = _kept[key] = _drawn(view, page, told)
    said = {
        "rows": page.rows,
        "sums": page.sums,
        "token": generate_csrf() if current_app.config.get("WTF_CSRF_ENABLED", True) else "",
    }
    return "".join([part if at % 2 == 0 else said[part] for at, part in enumerate(sheet)])


def _key(view: Any, page: ListPage) -> Hashable:
    """All that the page shows but what fills its gaps. Names and years change with the directory."""
    return (
        view,
        request.full_path,
        page.state,
        page.actor,
        page.year,
        tuple(page.saved),
        page.saved_id,
        page.count,
        (language(), theme(), clock.today(), asset("icons.svg")),
        (directory().edition, g.get("unread_notifications", 0)),
    )


def _drawn(view: Any, page: ListPage, told: dict[str, Any]) -> Sequence[str]:
    """The texts between the gaps and the gaps' names, in turn."""
    open_page = replace(
        page,
        rows=_mark("rows"),
        sums=_mark("sums") if page.sums else page.sums,
    )
    text = view.render_template(
        "web/list.html",
        page=open_page,
        subtitle=page.in_words,
        csrf_token=lambda: _mark("token"),
        **told,
    )
    return _MARK.split(text)


def _mark(name: str) -> Markup:
    return Markup(f"\x02{name}\x02")  # noqa: S704 (no reader's words)
