"""A message that knows its words and its values, and is put into the reader's language last.

Rules and parsers say what is wrong without knowing who reads it: they build a
`Message`; the web layer, the command line and the tests turn it into text.
This module knows neither Flask nor Babel: whoever starts the application hands
in the translator (`set_translator`). Without one the English words come out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_translate: Callable[[str], str] = lambda words: words  # noqa: E731 (replaced at start)


def set_translator(translate: Callable[[str], str]) -> None:
    """Use `translate` (msgid -> text in the current language) from now on."""
    global _translate
    _translate = translate


@dataclass(frozen=True, slots=True)
class Message:
    """English words with `%(name)s` places, and the values for them."""

    words: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        text = _translate(self.words)
        return text % self.values if self.values else text

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))


def message(words: str, /, **values: Any) -> Message:
    """Mark `words` for translation. The extractor finds calls by this name."""
    return Message(words, values)


_is_chinese: Callable[[], bool] = lambda: True  # noqa: E731 (replaced at start)


def set_language_test(is_chinese: Callable[[], bool]) -> None:
    """Use `is_chinese` to learn whether the reader at hand reads Chinese."""
    global _is_chinese
    _is_chinese = is_chinese


def in_chinese() -> bool:
    """Does the reader at hand read Chinese? (Labels carry both languages.)"""
    return _is_chinese()


def words(pair: tuple[str, str]) -> str:
    """The half of a (Chinese, English) label that the reader reads."""
    return pair[0] if in_chinese() else pair[1]
