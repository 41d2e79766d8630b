"""Built front-end files: their hashed names, and how long a browser keeps them.

`tools/assets.py` writes `static/dist/manifest.json`. Where nothing is built, `asset` answers
None and the page says so instead of failing.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, request
from markupsafe import Markup

FOLDER = "dist"
KEPT = "public, max-age=31536000, immutable"
_HASHED = re.compile(rf"{FOLDER}/[\w.]+-[A-Z0-9]{{8}}\.\w+")
_READ = "luoxuan_assets"


def register(app: Flask) -> None:
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["icon"] = icon
    app.context_processor(lambda: {"icon": partial(_drawn, _sprite())})
    app.after_request(_keep_hashed)


def asset(name: str) -> str | None:
    """The address of the built file of this plain name (`charts.js`); None if not built."""
    kept: dict[str, str] | None = g.get("assets")
    if kept is None:
        kept = g.assets = _manifest()
    built = kept.get(name)
    return f"/static/{FOLDER}/{built}" if built else None


def icon(name: str, extra: str = "") -> Markup:
    """A drawing beside words that say the same: hidden from screen readers. `name` is one of
    Tabler's outline icons; the build puts those that are named into one sprite."""
    return _drawn(_sprite(), name, extra)


def _sprite() -> str:
    return asset("icons.svg") or ""


@lru_cache(maxsize=1024)
def _drawn(sprite: str, name: str, extra: str = "") -> Markup:
    return Markup('<svg class="icon {}" aria-hidden="true"><use href="{}#{}"/></svg>').format(
        extra, sprite, name
    )


def _manifest() -> dict[str, str]:
    """Read again only when the file has changed."""
    file = Path(current_app.static_folder or "") / FOLDER / "manifest.json"
    try:
        written = file.stat().st_mtime_ns
    except OSError:
        return {}
    kept = current_app.extensions.get(_READ)
    if kept is None or kept[0] != written:
        kept = current_app.extensions[_READ] = (written, _read(file))
    names: dict[str, str] = kept[1]
    return names


def _read(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _keep_hashed(response: Any) -> Any:
    """A file whose name holds its hash never changes: it is asked for once."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        file = (request.view_args or {}).get("filename", "")
        if _HASHED.fullmatch(file):
            response.headers["Cache-Control"] = KEPT
            response.headers.pop("Expires", None)
    return response
