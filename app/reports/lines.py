"""Chinese line breaking for paper: text and a width in, lines out.

No line starts with closing punctuation or ends with an opening bracket; runs of Latin
letters and digits ("2022-06-30", "ISO9001") stay together while they fit, and so does a
number with its unit ("6月", "3个"). A line that was broken (and not
ended by the author) may be stretched to the full width. Knows fonts only through their
character widths; draws nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from reportlab.pdfbase import pdfmetrics

NO_START = frozenset("，。、；：？！,.;:?!）)】]》>〉」』〕〗}”’…—～~·％%℃°‰・")
NO_END = frozenset("（(【[《<〈「『〔〖{“‘￥$№≥≤±")
WITH_NUMBER = frozenset("年月日号时分天周期季个项门次人名家所场批轮套篇份元万亿级")

# A Latin or numeric run; the bounded repetition keeps hostile text linear.
_PIECES = re.compile(
    r"[-+#@]?[0-9A-Za-z_\u00c0-\u024f%]+(?:[.,:;/\-+&@#'=?]{1,3}[0-9A-Za-z_\u00c0-\u024f%]+)*|.",
    re.S,
)
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its text, its natural width in points, and whether it may be stretched."""

    text: str
    width: float
    broken: bool = False


def clean(text: str) -> str:
    """What can be printed: newlines unified, tabs as spaces, control characters dropped."""
    text = (
        text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\t", "  ")
    )
    return _INVISIBLE.sub("", text)


@lru_cache(maxsize=16)
def char_width(font: str) -> Callable[[str], float]:
    """A function: width of one character of this registered font, in ems."""
    face = pdfmetrics.getFont(font)
    known: dict[str, float] = {}

    def width(char: str) -> float:
        found = known.get(char)
        if found is None:
            found = known[char] = face.stringWidth(char, 1000) / 1000
        return found

    return width


def text_width(text: str, font: str, size: float) -> float:
    """Width of one line of text in points."""
    width = char_width(font)
    return sum(map(width, text)) * size


def _units(paragraph: str) -> list[str]:
    """Smallest parts between which a line may break."""
    units: list[str] = []
    glue = False
    for piece in _PIECES.findall(paragraph):
        counted = piece in WITH_NUMBER and bool(units) and units[-1][-1].isdigit()
        if units and (glue or counted or piece[0] in NO_START):
            units[-1] += piece
        else:
            units.append(piece)
        glue = piece[-1] in NO_END
    return units


def _chopped(unit: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """A unit too long for any line, cut where it must be: best after a hyphen or slash."""
    parts: list[str] = []
    rest = unit
    while rest:
        used, count = 0.0, 0
        for char in rest:
            used += measure(char)
            if count and used > width:
                break
            count += 1
        if count < len(rest):
            good = max(rest.rfind(mark, 0, count) for mark in "-/_.@")
            if good + 1 > count // 2:
                count = good + 1
            elif count > 1 and rest[count] in NO_START and rest[count - 1] not in NO_START:
                count -= 1  # take the character before the punctuation along
        parts.append(rest[:count])
        rest = rest[count:]
    return parts


def break_lines(
    text: str, font: str, size: float, width: float, *, first_indent: float = 0
) -> list[Line]:
    """Lines no wider than `width` points (a single character wider than that stands alone).

    `first_indent` shortens the first line of every paragraph, in points; the caller draws
    that indent. An empty text gives no line; an empty paragraph between others one empty line.
    """
    text = clean(text).strip("\n ")
    if not text:
        return []
    em = char_width(font)
    lines: list[Line] = []
    for paragraph in text.split("\n"):
        lines.extend(
            _break_paragraph(paragraph.strip(), lambda c: em(c) * size, width, first_indent)
        )
    return lines


def _break_paragraph(
    paragraph: str, measure: Callable[[str], float], width: float, first_indent: float
) -> list[Line]:
    lines: list[Line] = []
    current, used, limit = "", 0.0, width - first_indent

    def close(broken: bool) -> None:
        nonlocal current, used, limit
        kept = current.rstrip()
        lines.append(Line(kept, sum(map(measure, kept)), broken))
        current, used, limit = "", 0.0, width

    for unit in _units(paragraph):
        length = sum(map(measure, unit))
        if used + length <= limit + 0.01:
            current, used = current + unit, used + length
            continue
        if unit.isspace():
            if current:
                close(broken=True)
            continue
        parts = [unit]
        if length > width:
            parts = _chopped(unit, width, measure)
        for part in parts:
            part_length = sum(map(measure, part))
            if current and used + part_length > limit + 0.01:
                close(broken=True)
            current, used = current + part, used + part_length
    close(broken=False)
    return lines


def balanced_lines(text: str, font: str, size: float, width: float) -> list[Line]:
    """As few lines as `break_lines` needs, but of nearly equal length: for centred titles."""
    lines = break_lines(text, font, size, width)
    if len(lines) < 2 or "\n" in text.strip():
        return lines
    low, high = max(line.width for line in lines) / 2, width
    while high - low > size / 2:
        middle = (low + high) / 2
        if len(break_lines(text, font, size, middle)) <= len(lines):
            high = middle
        else:
            low = middle
    return break_lines(text, font, size, high)


def listed_lines(items: Sequence[str], font: str, size: float, width: float) -> list[Line]:
    """Names joined by 、, broken between names where possible; a long name is cut evenly."""
    lines: list[Line] = []
    names = [name for name in (clean(item).strip() for item in items) if name]
    for place, name in enumerate(names):
        text = name + ("、" if place < len(names) - 1 else "")
        length = text_width(text, font, size)
        if lines and lines[-1].text.endswith("、") and lines[-1].width + length <= width:
            lines[-1] = Line(lines[-1].text + text, lines[-1].width + length)
        else:
            lines.extend(balanced_lines(text, font, size, width))
    return lines
