"""The indicators a table of tasks names: "1.就业率≥95%；2.形成案例汇编".

Only what says so plainly is a number to reach: a name, at least or at most, a number with a
common unit, and nothing more. Everything else is qualitative, its words the standard. An
indicator is compared by its words, so that one which people have refined (weight, library)
stays as long as it still says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.exchange.cells import clean_text, narrow
from app.models.cycles import Direction, IndicatorKind

NAME_LENGTH = 200
_LABEL_LENGTH = 40
_CIRCLED = {chr(0x2460 + place): place + 1 for place in range(20)}
_SIGN = (
    r"(?:[（(]?(?P<digits>\d{1,2})(?:[）)、]|[．.](?!\d))"
    rf"|(?P<circled>[{''.join(_CIRCLED)}]))"
)
_MARK = re.compile(rf"(?:^|\n|[；;。](?!\s*\n))\s*{_SIGN}\s*")
_INSIDE = re.compile(rf"[；;。](?=\s*{_SIGN})")
_NUMBER = r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,4})?|\d{1,12}(?:\.\d{1,4})?)"
_UNIT = (
    r"(?P<unit>%|‰|个?百分点|人次|人|名|位|个|项|门|篇|部|套|件|次|场|份|期|班|届|支|种|类|轮|批|组|户|本|册|台|条|家"
    r"|所|处|对|倍|级|岗|分钟|分|小时|天|日|个?月|年|学时|课时|学分|元|万元|亿元|平方米|㎡|亩|吨|公里|万字|字|)"
)
_RISING = r"≥|>=|=>|不低于|不少于|不小于|大于等于|大于或等于|至少|达到|达"
_FALLING = r"≤|<=|=<|不高于|不超过|不多于|不大于|小于等于|小于或等于|至多"
_PLAIN = re.compile(
    rf"(?P<name>.*?)(?:(?P<rising>{_RISING})|(?P<falling>{_FALLING}))[:：]?\s*{_NUMBER}\s*{_UNIT}"
    r"(?P<tail>以上|及以上|以内|以下|及以下)?(?:[（(]基准值?[:：]?\s*(?P<baseline>-?\d{1,12}(?:\.\d{1,4})?)[）)])?[。.；;]?",
    re.S,
)
_BARE = re.compile(
    rf"\s*(?:(?P<rising>{_RISING})|(?P<falling>{_FALLING}))?\s*{_NUMBER}\s*{_UNIT}\s*[。.]?"
)
_LABEL = re.compile(rf"([^：:；;。，,\n]{{1,{_LABEL_LENGTH}}})[：:]")


@dataclass(frozen=True, slots=True)
class IndicatorText:
    """One indicator as a file or the database has it."""

    name: str
    target: Decimal | None = None
    unit: str = ""
    direction: Direction | None = None
    baseline: Decimal | None = None
    standard: str = ""

    def values(self) -> dict[str, Any]:
        """The columns of an `Indicator`."""
        counted = self.target is not None
        return {
            "name": self.name,
            "kind": IndicatorKind.QUANTITATIVE if counted else IndicatorKind.QUALITATIVE,
            "target": self.target,
            "unit": self.unit or None,
            "direction": self.direction,
            "baseline": self.baseline,
            "standard": None if counted else self.standard,
        }

    def words(self) -> str:
        """The indicator in one line; read again, it says the same."""
        if self.target is None:
            name, standard = _one_line(self.name), _one_line(self.standard)
            return standard if standard.startswith(name) else f"{name}：{standard}"
        sign = {Direction.RISING: "≥", Direction.FALLING: "≤"}.get(self.direction, "=")  # type: ignore[arg-type]
        told = f"{_one_line(self.name)}{sign}{_plain(self.target)}{self.unit}"
        return told if self.baseline is None else f"{told}（基准值{_plain(self.baseline)}）"


def indicators_in(text: str, title: str) -> list[IndicatorText]:
    """The indicators of a cell; one that names nothing but a number bears the task's title."""
    return [_indicator(item, title) for item in items_of(text)]


def indicators_of(
    name: str, target: str, unit: str, baseline: str, title: str
) -> list[IndicatorText]:
    """The indicators whose parts stand in cells of their own, item by item where both cells
    have as many. A target that is no plain number makes one qualitative, with all its words."""
    names, targets = items_of(name), items_of(target)
    if not targets or not names:
        only = _half_width(target).strip()
        if names or not _BARE.fullmatch(only):
            return [_indicator(item, title) for item in names or targets]
        names = [title]
    if len(names) != len(targets):
        return [_indicator(item, title) for item in [*names, *targets]]
    return [_with_target(*pair, unit, baseline) for pair in zip(names, targets, strict=True)]


def _with_target(name: str, target: str, unit: str, baseline: str) -> IndicatorText:
    found, begun = (_BARE.fullmatch(_half_width(text)) for text in (target, baseline))
    if found is None:
        return _worded(f"{name}：{target}")
    reached = _decimal(found["number"])
    start = _decimal(begun["number"]) if begun else None
    falling = bool(found["falling"]) or (start is not None and start > reached)
    return IndicatorText(
        _name(name),
        reached,
        (narrow(unit) or found["unit"])[:20],
        Direction.FALLING if falling else Direction.RISING,
        start,
    )


def items_of(text: str) -> list[str]:
    """The items of a cell: those numbered 1, 2, 3; else its lines; else what "；" divides."""
    text = clean_text(text)
    cuts: list[re.Match[str]] = []
    for mark in _MARK.finditer(text):
        number = int(mark["digits"] or 0) or _CIRCLED.get(mark["circled"] or "", 0)
        if number == len(cuts) + 1 and (cuts or mark.start() == 0):
            cuts.append(mark)
    if cuts:
        ends = [*(cut.start() for cut in cuts[1:]), len(text)]
        items = [text[cut.end() : end] for cut, end in zip(cuts, ends, strict=True)]
    else:
        lines = text.split("\n")
        items = lines if len(lines) > 1 else re.split("[；;]", text)
    return [bare for item in items if (bare := item.strip().rstrip("；;").strip())]


def in_words(indicators: Sequence[IndicatorText]) -> str:
    """A cell of these indicators, which reads back the same."""
    told = [indicator.words() for indicator in indicators]
    if len(told) == 1 and items_of(told[0]) == told:
        return told[0]
    return "\n".join(f"{place}、{words}" for place, words in enumerate(told, start=1))


def difference(
    stored: Sequence[IndicatorText], told: Sequence[IndicatorText], columns: Iterable[str]
) -> tuple[str, str] | None:
    """Old and new words, where a file with these columns says something else than is stored."""
    old, new = ([indicator.words() for indicator in one] for one in (stored, told))
    if sorted(old) == sorted(new) or not {"indicators", "target"} & set(columns):
        return None
    return "；".join(old), "；".join(new)


def _indicator(item: str, title: str) -> IndicatorText:
    found = _PLAIN.fullmatch(_half_width(item))
    if found is None or not _tail_fits(found):
        return _worded(item)
    return IndicatorText(
        _name(found["name"]) or _name(title),
        _decimal(found["number"]),
        found["unit"],
        Direction.RISING if found["rising"] else Direction.FALLING,
        _decimal(found["baseline"]) if found["baseline"] else None,
    )


def _tail_fits(found: re.Match[str]) -> bool:
    tail = found["tail"] or ""
    return not tail or tail.endswith("上") == bool(found["rising"])


def _worded(text: str) -> IndicatorText:
    label = _LABEL.match(text)
    return IndicatorText((label[1] if label else text).strip()[:NAME_LENGTH], standard=text)


def _name(text: str) -> str:
    return text.strip().rstrip("：:，,、 ").strip()[:NAME_LENGTH]


def _half_width(text: str) -> str:
    """Numbers, percent and signs as they are typed on a narrow keyboard; the words stay."""
    return text.translate(_NARROW)


_NARROW = {0xFF10 + n: str(n) for n in range(10)} | {
    0xFF05: "%", 0xFF0E: ".", 0xFF1E: ">", 0xFF1C: "<", 0xFF1D: "=", 0x2267: "≥", 0x2266: "≤",
}  # fmt: skip


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _one_line(text: str) -> str:
    """The text without anything that would begin another item when it is read."""
    return _INSIDE.sub("，", " ".join(clean_text(text).split())).strip("；; ")
