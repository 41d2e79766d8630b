"""What stands in an official paper (GB/T 9704): plain blocks in reading order, and its marks.

`docx` and `text_pdf` set the same paper in two forms; a chapter says once what its document
holds. Measures are those of the standard, in millimetres and points. Knows no table of the
domain and no Flask.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

DRAFT, FINAL = "草稿", "正式"

TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
TITLE_SIZE, BODY_SIZE, TABLE_SIZE, SMALL_SIZE, MARK_SIZE = 22.0, 16.0, 12.0, 10.5, 9.0
TITLE_PITCH, BODY_PITCH, TABLE_PITCH = 36.0, 28.0, 18.0


@dataclass(frozen=True, slots=True)
class Heading:
    """A chapter (level 1, 黑体) or a part of one (level 2, 楷体)."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Text:
    """Body text; every line of it is a paragraph of its own. `label` stands before it in 黑体."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with hairlines. `shares` are the columns' parts of the width; `centred` the places
    of columns whose cells stand centred; `size` is the type's, in points: 五号 where names and
    days would break in many columns. The heads are repeated on every page."""

    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    shares: Sequence[float]
    centred: Sequence[int] = ()
    size: float = TABLE_SIZE

    @property
    def pitch(self) -> float:
        """From line to line, in points."""
        return self.size * TABLE_PITCH / TABLE_SIZE


@dataclass(frozen=True, slots=True)
class Space:
    """A framed space to write into by hand: what belongs there, and how many lines."""

    label: str
    lines: int = 4


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


Block = Heading | Text | Grid | Space | NewPage


@dataclass(frozen=True, slots=True)
class OfficialPaper:
    """A paper ready to be set. `subtitles` stand under the title: the issue number, the meeting.
    `state` is 草稿 or 正式; a draft is stamped so on every page."""

    title: str
    blocks: Sequence[Block]
    state: str
    version: str
    check_code: str
    subtitles: Sequence[str] = ()
    issued_by: str = ""
    issued_on: date | None = None
    author: str = ""

    @property
    def marks(self) -> str:
        return f"{self.state}　版本 {self.version}　校验码 {self.check_code}"

    @property
    def signed(self) -> Sequence[tuple[str, float]]:
        """Who issued it and when, each with its distance from the right in characters: the
        shorter of the two stands centred over or under the longer."""
        if self.issued_on is None:
            return ()
        day = chinese_date(self.issued_on)
        name, date_width = float(len(self.issued_by)), len(day) - sum(map(str.isdigit, day)) / 2
        if name <= date_width:
            return ((self.issued_by, 4 + (date_width - name) / 2), (day, 4))
        return ((self.issued_by, 2), (day, 2 + (name - date_width) / 2))


def chinese_date(day: date | None) -> str:
    """2022年2月28日, without leading zeros as the standard asks."""
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"


_DIGITS = "〇一二三四五六七八九"


def chinese_number(number: int) -> str:
    """1 to 99 as a heading counts: 一, 十, 十二, 二十."""
    tens, ones = divmod(number, 10)
    if not 0 < number < 100:
        return str(number)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def paragraphs(text: str) -> Iterator[str]:
    """The lines of a text that say something."""
    return (line.strip() for line in text.splitlines() if line.strip())
