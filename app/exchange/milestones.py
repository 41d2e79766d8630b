"""The dated steps inside a measures text: "3月：调研\n4月：发文；5-6月：实施"."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.exchange.dates import parse_due

_DASH = r"\s*(?:[-‐‑‒–—―~～∼〜－−]+|至|到)\s*"
_YEAR = r"(?:(?:\d{4}|次|翌|明)年)"
_MONTH = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
_TIME = (
    rf"(?:{_YEAR}?{_MONTH}月份?(?:\d{{1,2}}[日号]|[上中下]旬|底|末|初)?"
    r"|第?[一二三四1-4]季度|[上下]半年|(?:\d{4})?年[底末])"
)
_FROM = rf"(?:{_YEAR}?{_MONTH}(?:月份?)?{_DASH})?"
_WHEN = rf"{_FROM}{_TIME}(?:(?:{_DASH}|[、/]){_FROM}{_TIME})*"
_HEAD = re.compile(
    rf"(?:(?P<label>[^\s\d；;，,。：:（）()]{{1,16}})[：:]\s*)?"
    rf"(?P<when>{_WHEN}(?:以前|之前|前)?)(?![个龄])(?P<colon>\s*[：:])?\s*"
)
_ALWAYS = re.compile(r"(?P<when>全年|每个?月|每季度|每学期|常年|长期)(?:\s*[：:]\s*|\s+)")
_BREAK = re.compile(r"(?<=[；;。])\s*|(?<=[，,])\s*")


@dataclass(frozen=True)  # with slots it would be read from a spool five times slower
class Milestone:
    """What is to be done by `due`; None means that the step has no date of its own."""

    due: dt.date | None
    text: str


def parse_milestones(text: str, year: int) -> list[Milestone]:
    """The dated steps in order of the text; [] when no step begins with a date.

    Lines without a date belong to the step before them; those before the first dated
    step have no date. January and February after an autumn step are the next year's.
    """
    steps: list[Milestone] = []
    dated = False
    turned = False
    for piece, found in _pieces(text):
        if found is None:
            if not piece:
                continue
            if steps:
                before = steps[-1]
                steps[-1] = Milestone(before.due, f"{before.text}\n{piece}".strip())
            else:
                steps.append(Milestone(None, piece))
            continue
        when = found["when"]
        due = parse_due(when, year).due
        if due and not re.search(r"年", when):
            last = next((step.due for step in reversed(steps) if step.due), None)
            turned = due.month <= 2 and (turned or bool(last and last.month >= 9))
            if turned:
                due = parse_due(when, year + 1).due
        label = found.groupdict().get("label")
        rest = piece[found.end() :].strip().rstrip("；;，,")
        steps.append(Milestone(due, f"{label}：{rest}" if label else rest))
        dated = dated or due is not None
    return [step for step in steps if step.text or step.due] if dated else []


def _pieces(text: str) -> list[tuple[str, re.Match[str] | None]]:
    """The text cut before every date that begins a step, with the match of that date."""
    pieces: list[tuple[str, re.Match[str] | None]] = []
    for line in text.split("\n"):
        line = line.strip()
        start, head = 0, _head(line)
        for cut in _BREAK.finditer(line):
            if cut.end() <= start or cut.end() >= len(line):
                continue
            following = _head(line[cut.end() :])
            after_comma = line[: cut.start()].endswith(("，", ","))
            if following is None or (after_comma and (head is None or following["when"] == "全年")):
                continue
            pieces.append((line[start : cut.start()].strip(), head))
            start, head = cut.end(), following
        pieces.append((line[start:].strip(), head))
    return pieces


def _head(text: str) -> re.Match[str] | None:
    return _HEAD.match(text) or _ALWAYS.match(text)
