"""Names of units in a cell: taking them apart, telling lead from assisting, finding near ones."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.exchange.cells import means_nothing, narrow

_SEPARATORS = frozenset("、；;，,/／\n\t")
_OPENING, _CLOSING = "（([【〔", "）)]】〕"
_UNIT_END = re.compile(
    r"(?:处|部|局|办|院|系|中心|馆|会|室|站|委|科|组|所|公司|总支|支部|学校|校区|队|园|厂|基地)"
    r"(?:[（(][^（）()]*[)）])?$"
)
_GROUP = re.compile(r"^(?:各|全院|全校|全体|全部|所有|相关|有关|其他|其它)")
_LEADING = ("牵头", "主办", "主责", "责任", "承办")
_ASSISTING = ("配合", "协同", "协办", "协助", "参与")
_LABEL = re.compile(
    rf"(?P<role>{'|'.join(_LEADING + _ASSISTING)})(?:部门|单位|系部|处室|责任单位)?\s*[:：]\s*"
)
_MARK = re.compile(
    r"^(?P<name>.+?)(?:[（(](?P<a>牵头|主办|主责|配合|协同|协办|协助|参与)(?:部门|单位)?[)）]"
    r"|(?P<b>牵头|主办|配合|协办|协同|协助))$"
)


@dataclass(slots=True)
class Roles:
    """The units of one cell: `lead` (the first leads, the others co-lead) and `assist`."""

    lead: list[str] = field(default_factory=list)
    assist: list[str] = field(default_factory=list)


def split_units(text: str) -> list[str]:
    """The units named in a cell, in order, each once.

    "、；，/" and line ends part them; brackets belong to the name, whatever they hold.
    A blank parts two names only if both end like a unit. "/", "无" and dashes are none.
    """
    if means_nothing(text):
        return []
    names: list[str] = []
    for piece in _pieces(text):
        for name in _by_blanks(piece):
            name = re.sub(r"\s*\n\s*", "", name).strip(" \u3000。.：:")
            if name and not means_nothing(name) and name not in names:
                names.append(name)
    return names


def split_roles(text: str) -> Roles:
    """Lead and assisting units where one cell holds both ("牵头：甲；配合：乙", "甲（牵头）、乙").

    Without such words all units lead.
    """
    labels = list(_LABEL.finditer(text))
    if labels:
        roles = Roles(lead=split_units(text[: labels[0].start()]))
        for label, following in zip(labels, [*labels[1:], None], strict=True):
            segment = text[label.end() : following.start() if following else len(text)]
            side = roles.lead if label["role"] in _LEADING else roles.assist
            side.extend(name for name in split_units(segment) if name not in side)
        return roles
    names = split_units(text)
    marks = [_MARK.match(name) for name in names]
    if not any(marks):
        return Roles(lead=names)
    has_lead = any(mark and (mark["a"] or mark["b"]) in _LEADING for mark in marks)
    roles = Roles()
    for name, mark in zip(names, marks, strict=True):
        leads = (mark["a"] or mark["b"]) in _LEADING if mark else not has_lead
        side = roles.lead if leads else roles.assist
        bare = mark["name"].strip() if mark else name
        if bare not in side:
            side.append(bare)
    return roles


def looks_like_unit(text: str) -> bool:
    """Does the text end like the name of a unit, and is it short enough for one?"""
    return 2 <= len(text) <= 30 and _UNIT_END.search(text.strip()) is not None


def is_group(name: str) -> bool:
    """Does the name stand for several units ("各系部", "各二级学院", "相关部门")?"""
    return _GROUP.match(narrow(name)) is not None


def normal_name(name: str) -> str:
    """The form in which two spellings of a name are compared: NFKC, no blanks, lower case."""
    return narrow(name).casefold()


def nearest(name: str, known: Iterable[str], n: int = 3) -> list[str]:
    """Up to `n` known names that look like `name`, the most similar first."""
    wanted = normal_name(name)
    scored: list[tuple[float, str]] = []
    for candidate in sorted(known):
        other = normal_name(candidate)
        score = difflib.SequenceMatcher(None, wanted, other).ratio()
        if other and (other in wanted or wanted in other):
            score += 0.3
        if score >= 0.4:
            scored.append((-score, candidate))
    return [candidate for _, candidate in sorted(scored)[:n]]


def _pieces(text: str) -> list[str]:
    """Cut at separators outside brackets; unbalanced brackets are ordinary characters."""
    balanced = sum(text.count(c) for c in _OPENING) == sum(text.count(c) for c in _CLOSING)
    pieces, current, depth = [], "", 0
    for character in text:
        if balanced and character in _OPENING:
            depth += 1
        elif balanced and character in _CLOSING:
            depth = max(0, depth - 1)
        if depth == 0 and character in _SEPARATORS:
            pieces.append(current)
            current = ""
        else:
            current += character
    return [*pieces, current]


def _by_blanks(piece: str) -> list[str]:
    words = piece.split()
    if len(words) < 2:
        return words
    if "|" in words or "｜" in words or not all(looks_like_unit(w) or is_group(w) for w in words):
        joined = all(len(word) == 1 for word in words)  # "党 办"
        return ["".join(words)] if joined else [piece.strip()]
    return words
