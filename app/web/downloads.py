"""Answers that are files: the right name in any language, never opened as a page."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from flask import send_file


def attachment(content: bytes | Path, name: str, media_type: str) -> Any:
    """Send `content` to be saved under `name` (RFC 6266: plain and RFC 5987 names).

    The browser may not guess another type, nor keep it where others read it.
    """
    source: Any = content if isinstance(content, Path) else io.BytesIO(content)
    response = send_file(
        source, mimetype=media_type, as_attachment=True, download_name=name, etag=False, max_age=0
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
