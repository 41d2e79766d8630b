"""Where a list begins: its address, a saved view, or what is usual for the reader."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl

from flask import flash
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app.web.links import filter_arguments
from app.web.lists.state import FILTER, ListState, says_nothing


def begin(view: Any, args: Any, saved: Sequence[Any], year: Any) -> tuple[ListState, int | None]:
    """The state to show, and the id of the saved view it stands for.

    An address that says anything is taken at its word; `view=<id>` alone opens that saved
    view. A bare address opens the reader's default view, else the year the reader works in:
    both stand there as conditions that can be taken away.
    """
    wanted = args.get("view", "")
    named = next((one for one in saved if str(one.id) == wanted), None)
    if says_nothing(view, args):
        named = next((one for one in saved if one.is_default), None)
        if named is None and year is not None and "cycle" in view.filters_known():
            pairs = filter_arguments(view.model, cycle=str(year.id))
            return ListState.read(view, args).with_filters(pairs), None
    if named is None:
        if wanted.isdecimal():
            flash(gettext("This saved view is gone, or is not shared with you."), "warning")
        return ListState.read(view, args), None
    own = [name for name in args if name != "view" and (FILTER.fullmatch(name) or name == "q")]
    if own:
        return ListState.read(view, args), named.id
    kept = MultiDict(parse_qsl(named.query))
    kept.update({name: value for name, value in args.items() if name != "view"})
    return ListState.read(view, kept), named.id
