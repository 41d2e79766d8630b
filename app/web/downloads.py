"""Answers that are files: the right name in any language, never opened as a page."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import send_file

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._]+")


def attachment(content: bytes | Path, name: str, media_type: str, plain: str = "") -> Any:
    """Send `content` to be saved under `name` (RFC 6266: plain and RFC 5987 names). `plain` is
    the name for a program that reads ASCII only; without it, what of `name` is ASCII.

    The browser may not guess another type, nor keep it where others read it.
    """
    source: Any = content if isinstance(content, Path) else io.BytesIO(content)
    response = send_file(
        source, mimetype=media_type, as_attachment=True, download_name=name, etag=False, max_age=0
    )
    if not name.isascii():
        names = {"filename": plain or plain_name(name), "filename*": f"UTF-8''{quote(name)}"}
        response.headers.set("Content-Disposition", "attachment", **names)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def plain_name(name: str) -> str:
    """What of a file's name is ASCII, under the system's own name: `luoxuan-2026-11.xlsx`."""
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    parts = ["luoxuan", *filter(None, _NOT_PLAIN.split(stem))]
    return "-".join(parts) + dot + _NOT_PLAIN.sub("", suffix)
