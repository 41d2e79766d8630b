"""The typefaces of official papers: where they lie, and reportlab's names for them.

Noto Serif SC stands for 宋体 / 小标宋, Noto Sans SC for 黑体. Both are read from
`node_modules/` (see `tools/assets.py`), embedded and subset. Without them the papers are
set in reportlab's `STSong-Light`, which no reader embeds: usable, not archival, and said so
in the log. This module decides no sizes and draws nothing.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

log = logging.getLogger(__name__)

NODE_MODULES = Path(__file__).resolve().parents[2] / "node_modules"

_FACES = {
    "LxSerif": "noto-serif-sc/400Regular/NotoSerifSC_400Regular.ttf",
    "LxSerif-Bold": "noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf",
    "LxSans": "noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
    "LxSans-Bold": "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
}
_FALLBACK = "STSong-Light"


@dataclass(frozen=True, slots=True)
class FontSet:
    """reportlab font names by role, and whether they travel inside the file."""

    serif: str
    serif_bold: str
    sans: str
    sans_bold: str
    embedded: bool


_lock = threading.Lock()
_registered: FontSet | None = None


def font_set(node_modules: Path | None = None) -> FontSet:
    """The fonts to draw with; registers them at the first call of the process (about 0.5 s).

    `node_modules` is for tests: another place to look, asked anew at every call.
    Never raises: a missing or broken font file means the fallback and one logged warning.
    """
    global _registered
    if node_modules is not None:
        return _register(node_modules)
    with _lock:
        if _registered is None:
            _registered = _register(NODE_MODULES)
        return _registered


def _register(node_modules: Path) -> FontSet:
    folder = node_modules / "@expo-google-fonts"
    try:
        faces = [TTFont(name, str(folder / file)) for name, file in _FACES.items()]
    except (TTFError, OSError) as error:
        log.warning(
            "Noto fonts not usable (%s): documents fall back to %s, which is not embedded. "
            "Run: python tools/assets.py",
            error,
            _FALLBACK,
        )
        pdfmetrics.registerFont(UnicodeCIDFont(_FALLBACK))
        return FontSet(_FALLBACK, _FALLBACK, _FALLBACK, _FALLBACK, embedded=False)
    for face in faces:
        pdfmetrics.registerFont(face)
    return FontSet("LxSerif", "LxSerif-Bold", "LxSans", "LxSans-Bold", embedded=True)
