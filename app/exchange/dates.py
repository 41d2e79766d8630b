"""Deadlines as offices write them, and the dated steps inside a measures text.

A deadline is the *end* of what is written: "3月" is 31 March, "3-4月" 30 April,
"4月下旬" 30 April. A text without a year takes the year of the cycle. Work that never
ends (全年, 每月, 持续推进) has a text and no date.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.core.text import Message, message
from app.exchange.cells import NOTHING, Cell, as_text, int_or_none

FIRST_SERIAL, LAST_SERIAL = 20_000, 80_000
"""Excel's day numbers that are read as dates (1954 to 2119)."""

_NUMERALS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}
_CHINESE_NUMBER = re.compile(r"[〇零一二三四五六七八九十]+(?=\s*(?:年|月(?!个)|[日号]|季度))")
_EVER = re.compile(
    r"全年|常年|长期|持续|每[一]?(?:个)?(?:天|日|周|月|季度?|学期|年)|常态化|经常|日常|随时|"
    r"按月|按季|逐月|贯穿|始终|跨年度|动态|适时|及时|实时|不定期|定期"
)
_REPEATED = re.compile(
    r"每(?:个)?(?:月|季度?|周|学期)(?:[底末初]|\d{1,2}[日号]?)?(?:以?前)?|每年|全年"
)
_NEXT_YEAR = re.compile(r"(?:次|翌|明|下一?)年(?:度)?")
_POINT = re.compile(
    r"""
      (?P<fy>\d{4})\s*年\s*(?P<fm>\d{1,2})\s*月\s*(?P<fd>\d{1,2})\s*[日号]?(?!\d)
    | (?P<sy>\d{4})(?P<sep>[-./])(?P<sm>\d{1,2})(?P=sep)(?P<sd>\d{1,2})(?!\d|\s*月)
    | (?<!\d)(?P<cy>20\d{2})(?P<cm>\d{2})(?P<cd>\d{2})(?!\d)
    | (?<!\d)(?P<um>\d{1,2})/(?P<ud>\d{1,2})/(?P<uy>\d{4})(?!\d)
    | (?<!\d)(?P<yy>\d{4})[-./](?P<ym>\d{1,2})(?:-(?P<ym2>\d{1,2}))?(?!\d)月?(?![./-]|\s*\d)
    | (?:(?P<py>\d{4}(?=\s*[年./-])|\d{2}(?=\s*年))\s*[年./-]\s*(?:度)?)?(?<!\d)(?P<m>\d{1,2})\s*月(?!龄)(?:份)?\s*
      (?: (?P<d>\d{1,2})\s*(?:[日号]|(?=$|[前止\s,;、)-])) (?:\s*-\s*(?P<d2>\d{1,2})\s*[日号])?
        | (?P<part>[上中下]\s*旬|底|末|初|中(?!心)) )?
    | (?:(?P<qy>\d{4})\s*年(?:度)?)?\s*第?\s*(?P<q>[1-4])\s*季度
    | (?:(?P<hy>\d{4})\s*年(?:度)?)?\s*(?P<half>[上下]半年)
    | (?:(?P<ey>\d{4})\s*|(?<!\d)(?:本|当|今)?)年(?:度)?(?P<end>[底末终内中初])
    | (?<!\d)(?P<only>20\d{2})\s*年(?:度)?
    """,
    re.VERBOSE,
)
_SHORT = re.compile(r"(?P<m>\d{1,2})[./](?P<d>\d{1,2})(?:日|号)?(?:以?前|止|前完成)?")
_LOOKS_DATED = re.compile(r"\d\s*[年月日号]|\d[-./]\d|^\d+$")
_DAY_OF_PART = {"上旬": 10, "初": 10, "中旬": 20, "中": 20}


@dataclass(frozen=True, slots=True)
class DueResult:
    """`due` is the last day or None, `text` what was written (dates as YYYY-MM-DD),
    `problem` why it cannot be accepted, `notice` what somebody should look at."""

    due: dt.date | None
    text: str
    problem: Message | None = None
    notice: Message | None = None


class _Impossible(ValueError):
    """A day that the calendar does not have."""


def parse_due(value: Cell, year: int) -> DueResult:
    """The deadline in a cell, for the cycle of `year`.

    Never raises. Nothing at all gives neither date nor problem: whether a deadline is
    needed is the caller's rule. An explicit other year is kept.
    """
    if isinstance(value, dt.datetime):
        value = value.date()
    if isinstance(value, dt.date):
        return DueResult(value, value.isoformat())
    text = as_text(value)
    if isinstance(value, bool | dt.time | dt.timedelta):
        return DueResult(None, text, not_understood(text))
    plain = _plain(text)
    if plain in NOTHING:
        return DueResult(None, text)
    serial = _serial(value, plain)
    if serial is not None:
        return DueResult(serial, serial.isoformat())
    if isinstance(value, float) and int_or_none(value) is None:
        whole, _, part = text.partition(".")
        if part == "1" and len(whole) == 4:  # 2026.10 was typed, or 2026.1
            return DueResult(None, text, not_understood(text))
    return _parse_words(text, plain, year)


@lru_cache(maxsize=4096)
def _parse_words(text: str, plain: str, year: int) -> DueResult:
    try:
        ends = _ends(plain, year)
    except _Impossible:
        return DueResult(None, text, message("There is no such day: “%(text)s”.", text=text[:40]))
    if ends:
        return DueResult(max(ends), text)
    if _EVER.search(plain) or re.search(r"月.*[起始]", plain):
        return DueResult(None, text)
    if _LOOKS_DATED.search(plain):
        return DueResult(None, text, not_understood(text))
    return DueResult(
        None, text, None, message("“%(text)s” gives no date; the words are kept.", text=text[:40])
    )


def not_understood(text: str) -> Message:
    """The message for a deadline that is no date."""
    return message("“%(text)s” is not understood as a date.", text=text[:40])


def looks_like_due(text: str) -> bool:
    """Is this a deadline and nothing else? Long texts with steps are not."""
    result = parse_due(text, 2024)
    plain = _plain(text)
    if len(plain) > 30 or ":" in plain or result.problem:
        return False
    rest = re.sub(r"[\d\s,、/;~-]|以?前|完成|[内止]", "", _POINT.sub("", plain))
    return len(rest) <= 4 if result.due else _EVER.search(plain) is not None


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """NFKC, one kind of dash, Chinese numerals before 年月日 as digits, no outer blanks."""
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\s*(?:[-‐‑‒–—―~∼〜−]+|至|到)\s*", "-", plain.strip())
    plain = re.sub(r"[(（][^()（）]*[)）]", "", plain).strip() or plain
    return _CHINESE_NUMBER.sub(lambda found: _number(found[0]), plain)


def _number(numerals: str) -> str:
    if "十" not in numerals:
        return "".join(str(_NUMERALS[c]) for c in numerals)
    tens, _, ones = numerals.partition("十")
    value = (_NUMERALS.get(tens[-1:], 1) if tens else 1) * 10
    return str(value + (_NUMERALS.get(ones[:1], 0) if ones else 0))


def _serial(value: Cell, plain: str) -> dt.date | None:
    number = value if isinstance(value, int | float) else None
    if number is None and re.fullmatch(r"\d{5}(?:\.0+)?", plain):
        number = float(plain)
    if number is None or not FIRST_SERIAL <= number <= LAST_SERIAL:
        return None
    return dt.date(1899, 12, 30) + dt.timedelta(days=int(number))


def _ends(plain: str, year: int) -> list[dt.date]:
    """The last day of every point in time in the text; a point followed by 起 is a start."""
    short = _SHORT.fullmatch(plain)
    if short:
        return [_day(year, int(short["m"]), int(short["d"]))]
    ever = _EVER.search(plain) is not None
    plain = _REPEATED.sub("", plain)
    next_years = [found.end() for found in _NEXT_YEAR.finditer(plain)]
    ends: list[dt.date] = []
    whole_year: list[dt.date] = []  # "2026年" counts only where nothing finer is said
    last_month = 0
    for found in _POINT.finditer(plain):
        part, before = found.groupdict(), plain[: found.start()]
        explicit = next((part[f"{kind}y"] for kind in "fscuypqhe" if part[f"{kind}y"]), None)
        explicit = explicit or part["only"]
        if explicit:
            year = int(explicit) if len(explicit) == 4 else 2000 + int(explicit)
        elif next_years and next_years[0] <= found.end():
            year, next_years = year + 1, []
        elif part["m"] and before.endswith("-"):
            bare = re.search(r"(?<![\d.])(\d{1,2})-$", before)
            year += (int(bare[1]) if bare else last_month) > int(part["m"])  # over the new year
        end = _end(part, year)
        last_month = end.month
        if part["only"]:
            whole_year.append(end)
        elif not re.match(r"\s*(?:份)?(?:起|开始|启动)", plain[found.end() :]):
            ends.append(end)
    return ends or ([] if ever else whole_year)


def _end(part: dict[str, str | None], year: int) -> dt.date:
    for kind in "fscu":
        month, day = part[f"{kind}m"], part[f"{kind}d"]
        if month and day:
            return _day(year, int(month), int(day))
    if part["ym"]:
        return _month(year, int(part["ym2"] or part["ym"]))
    if part["m"]:
        month_number = int(part["m"])
        if part["d"]:
            return _day(year, month_number, int(part["d2"] or part["d"]))
        day_in_month = _DAY_OF_PART.get("".join((part["part"] or "").split()))
        return (
            _day(year, month_number, day_in_month) if day_in_month else _month(year, month_number)
        )
    if part["q"]:
        return _month(year, 3 * int(part["q"]))
    if part["half"]:
        return _month(year, 6 if part["half"] == "上半年" else 12)
    return _month(year, {"中": 6, "初": 1}.get(part["end"] or "", 12))


def _month(year: int, month: int) -> dt.date:
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        raise _Impossible
    return month_end(year, month)


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise _Impossible from None
