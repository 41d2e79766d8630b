"""Forms that send a file: a browser without scripts gets a page, `form.js`, which shows how far
the file has come, gets the same in JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import get_flashed_messages, jsonify, redirect, request


def tell_limits(field: Any, *, megabytes: int, types: tuple[str, ...]) -> None:
    """What the browser checks before it sends: extensions without their dot, and the size."""
    field.render_kw = {
        "accept": ",".join(f".{one}" for one in types),
        "data-most-bytes": megabytes * 1024 * 1024,
    }


def arrived(place: str) -> Any:
    """The file is in: go to `place`."""
    return jsonify(place=place) if _by_script() else redirect(place)


def refused(form: Any, page: Callable[[], Any], code: int) -> Any:
    """The form came back: its errors, or the page that shows them."""
    if not _by_script():
        return page(), code
    errors = {name: [str(one) for one in found] for name, found in form.errors.items() if name}
    homeless = get_flashed_messages()
    return jsonify(errors=errors | ({"": homeless} if homeless else {})), code


def _by_script() -> bool:
    return request.accept_mimetypes.best == "application/json"
