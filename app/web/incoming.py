"""What no page can use is turned away before any page sees it.

A text with NUL or half a surrogate fits no database; an address that names parameters of
`url_for` would bend the links of the page; JSON or Rison nested without end overflows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import prison
from flask import abort, request
from prison.decoder import ParserException

LINK_WORDS = frozenset({"_anchor", "_external", "_method", "_scheme", "endpoint"})
DEPTH = 20


def refuse_unusable() -> None:
    """400 for a request that cannot mean anything."""
    if any(
        isinstance(value, int) and value >= 2**31 for value in (request.view_args or {}).values()
    ):
        abort(404)  # no row has such a number
    texts = [*request.args.keys(), *_values(request.args), *(request.view_args or {}).values()]
    if any("\r" in place or "\n" in place for place in request.args.getlist("next")):
        abort(400)  # a line break in it would end the header that leads there
    if any(_unusable(text) for text in texts) or not LINK_WORDS.isdisjoint(request.args):
        abort(400)
    if request.path.startswith("/api/"):
        _check_rison(request.args.get("q"))
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return
    if request.is_json:
        _check_json()
    elif any(_unusable(text) for text in [*request.form.keys(), *_values(request.form)]):
        abort(400)


def _values(arguments: Any) -> Iterator[str]:
    for values in arguments.listvalues():
        yield from values


def _unusable(text: Any) -> bool:
    if not isinstance(text, str):
        return False
    return "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text)


def _check_rison(query: str | None) -> None:
    if not query:
        return
    if query.count("(") > DEPTH * 10 or query.count("[") > DEPTH * 10:
        abort(400)
    try:
        _check_texts(prison.loads(query), 0)
    except ParserException:
        return  # Flask-AppBuilder tries JSON next and answers 400 itself.
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        abort(400)


def _check_json() -> None:
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        abort(400)
    _check_texts(body, 0)


def _check_texts(value: Any, depth: int) -> None:
    if depth > DEPTH:
        abort(400)
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key, depth + 1)
            _check_texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, depth + 1)
    elif _unusable(value):
        abort(400)
