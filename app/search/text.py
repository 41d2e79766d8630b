"""How text is cut for the index and for a query, and what of a text a query has found.

A run of Chinese characters becomes its pairs and, closing it, its last character: 教务处 →
教务 务处 处. Two characters or more are then found exactly, wherever they stand in a run; one
character by the pairs that begin with it. Everything else is cut into words of letters and
digits, of which a query may give the beginning. Pure: knows neither database nor web.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST_QUERY = 100
"""Letters of a query that are looked at."""
MOST_PHRASES = 12
LONGEST_TEXT = 20_000
"""Letters of a field that are indexed."""
LONGEST_WORD = 60
BETWEEN_FIELDS = "·"
"""Stands as a token between two fields, so that nothing is found across them."""

_CJK = (
    "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUNS = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")
_SEPARATORS = re.compile(r"[\s,、;]+")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]+")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that stand one after the other. `begun`: the last one may go on."""

    tokens: tuple[str, ...]
    begun: bool

    @property
    def pattern(self) -> str:
        """What a text made by `index_text` contains exactly where it holds this phrase."""
        words = " ".join(self.tokens)
        return f" {words}" if self.begun else f" {words} "


def normalise(text: str) -> str:
    """Full-width letters as narrow ones, capitals as small ones, nothing invisible."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).lower()


def code_of(text: str | None) -> str:
    """A number or code as it is compared: without spaces and capitals."""
    return "".join(normalise(text or "").split())


def index_text(*fields: str | None) -> str:
    """The tokens of the fields, each between spaces; empty if there are none."""
    cut = [tokens for field in fields if field and (tokens := _tokens(field))]
    if not cut:
        return ""
    return f" {f' {BETWEEN_FIELDS} '.join(' '.join(tokens) for tokens in cut)} "


def phrases(query: str) -> tuple[Phrase, ...]:
    """The phrases a text must hold, all of them. Spaces and commas part them; any other
    sign is passed over: nothing in a query has a meaning of its own."""
    found: dict[Phrase, None] = {}
    for word in _words(query):
        if (phrase := _phrase(_RUNS.findall(word))) is not None:
            found[phrase] = None
    return tuple(found)[:MOST_PHRASES]


def marked(text: str, query: str) -> list[tuple[str, bool]]:
    """`text` in parts, each with whether the query has found it."""
    plain, places = _with_places(text)
    hits = [False] * len(text)
    for needle in _needles(query):
        for match in re.finditer(re.escape(needle), plain):
            if _IS_CJK.match(needle) or _begins_word(plain, match.start()):
                for place in places[match.start() : match.end()]:
                    hits[place] = True
    parts: list[tuple[str, bool]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or hits[end] != hits[start]:
            parts.append((text[start:end], hits[start]))
            start = end
    return parts


def snippet(text: str, query: str, before: int = 16, length: int = 80) -> str:
    """The piece of `text` around the first thing found; empty if nothing is."""
    flat = " ".join(text.split())
    at = 0
    for part, hit in marked(flat, query):
        if hit:
            start = max(0, at - before)
            end = start + length
            return ("…" if start else "") + flat[start:end] + ("…" if end < len(flat) else "")
        at += len(part)
    return ""


def _tokens(field: str) -> list[str]:
    tokens: list[str] = []
    for run in _RUNS.findall(normalise(field[:LONGEST_TEXT])):
        if _IS_CJK.match(run):
            tokens += [run[at : at + 2] for at in range(len(run))]  # the last one is alone
        else:
            tokens.append(run[:LONGEST_WORD])
    return tokens


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _phrase(runs: list[str]) -> Phrase | None:
    tokens: list[str] = []
    begun = False
    for at, run in enumerate(runs):
        begun = not _IS_CJK.match(run) or len(run) == 1
        if not _IS_CJK.match(run):
            tokens.append(run[:LONGEST_WORD])
            continue
        tokens.extend(_pairs(run))
        if begun or at < len(runs) - 1:  # what follows says that the run ends here
            tokens.append(run[-1])
    return Phrase(tuple(tokens), begun) if tokens else None


def _words(query: str) -> list[str]:
    return _SEPARATORS.split(normalise(query[:LONGEST_QUERY]))


def _needles(query: str) -> set[str]:
    return {run for word in _words(query) for run in _RUNS.findall(word)}


def _with_places(text: str) -> tuple[str, list[int]]:
    """The normalised text, and for each of its letters the place it had in `text`."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for one in normalise(letter):
            letters.append(one)
            places.append(place)
    return "".join(letters), places


def _begins_word(plain: str, at: int) -> bool:
    before = plain[at - 1] if at else " "
    return not before.isalnum() or bool(_IS_CJK.match(before))
