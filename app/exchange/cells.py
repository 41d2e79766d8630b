"""Single cells: from what a file holds to clean text, numbers and places."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation

from app.core.text import Message, message

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta | None
"""What a cell can hold as it comes out of the file."""

NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "–", "―", "无", "暂无", "n/a", "N/A"})
"""Texts that mean "none" (after NFKC and without blanks)."""

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\u2028]")
"""Also Word's line and page breaks."""
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_TAGS = (
    "a|abbr|applet|area|audio|b|base|big|blockquote|body|br|button|canvas|center|code|details|"
    "div|dl|em|embed|font|form|frame|frameset|h[1-6]|head|hr|html|i|iframe|img|input|ins|label|"
    "li|link|marquee|math|meta|noscript|object|ol|option|p|param|picture|pre|s|script|select|"
    "small|source|span|strike|strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|"
    "tfoot|th|thead|title|tr|u|ul|video|xml|xss"
)
_MARKUP = re.compile(
    rf"<\s*/?\s*(?:{_TAGS})(?:[\s/][^<>]*)?>"  # a whole tag of HTML or SVG
    r"|<\s*(?:script|iframe|svg|img|object|embed|style|link|meta)\b"  # or the start of a bad one
    r"|<[a-z][^<>]*\son[a-z]+\s*=|<!--|<!\[CDATA|<!doctype",
    re.IGNORECASE,
)
_WEIGHT = re.compile(r"\(?\s*(?:满分|权重|分值|计)?\s*([+-]?\d+(?:\.\d+)?)\s*(?:分|%|‰|点)?\s*\)?")


def column_letter(column: int) -> str:
    """1 -> "A", 27 -> "AA"."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """ "A" -> 1, "AA" -> 27. ValueError if it is not a column of a sheet."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", letters):
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def clean_text(text: str) -> str:
    """The text without control, zero-width and direction characters; line ends are "\\n".

    Outer blanks go, inner ones stay.
    """
    if not text.isprintable() or "_x" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
        text = _LINE_END.sub("\n", text)
        text = _UNWANTED.sub("", text)
    return text.strip()


def as_text(value: Cell) -> str:
    """A cell as clean text: whole numbers without ".0", dates as YYYY-MM-DD, nothing as ""."""
    if isinstance(value, str):
        return clean_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(value, ".15g") if value != int_or_none(value) else str(int(value))
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
    return str(value)


def int_or_none(value: float) -> int | None:
    """The whole number a float stands for, or None (also for NaN and infinities)."""
    return int(value) if value == value and abs(value) < 1e15 and value == int(value) else None


def narrow(text: str) -> str:
    """NFKC without blanks: full-width digits, brackets and letters become narrow ones."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def means_nothing(text: str) -> bool:
    """Is the cell empty or a dash, slash or 无 that stands for "none"?"""
    return narrow(text) in NOTHING


def has_markup(text: str) -> bool:
    """Does the text hold HTML? "<5%" and "<Python>" are no markup, "<b>" and "<svg/onload" are."""
    return "<" in text and _MARKUP.search(unicodedata.normalize("NFKC", text)) is not None


def parse_weight(text: str) -> tuple[Decimal | None, Message | None]:
    """10, "10分", "10%", "１０" -> Decimal("10"); a dash or nothing -> None.

    The unit (points or percent) is dropped: weights are relative. The second part is
    a message when the text is no number between 0 and 100000.
    """
    plain = narrow(text)
    if plain in NOTHING:
        return None, None
    found = _WEIGHT.fullmatch(plain)
    try:
        number = Decimal(found[1]) if found else None
    except InvalidOperation:  # pragma: no cover (the pattern allows numbers only)
        number = None
    if number is None or not 0 <= number <= 100000:
        return None, message("“%(text)s” is not a weight.", text=text[:40])
    number = round(number, 6).normalize()
    return (number.quantize(Decimal(1)) if number == number.to_integral() else number), None
