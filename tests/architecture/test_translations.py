"""Every word a user reads stands in the Chinese catalogue, with the same places for values."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "app" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"message": None, "gettext": None, "lazy_gettext": None, "_": None, "__": None}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
PLACE = re.compile(r"%\((\w+)\)s")


def _words_in_code() -> dict[str, str]:
    found = extract_from_dir(ROOT / "app", method_map=METHODS, keywords=KEYWORDS)
    return {
        words: file for file, _line, words, _comments, _context in found if isinstance(words, str)
    }


def _chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {entry.id: entry.string for entry in read_po(file) if entry.id}


def test_every_user_facing_text_is_translated() -> None:
    chinese = _chinese()
    missing = {words: file for words, file in _words_in_code().items() if not chinese.get(words)}
    assert not missing, f"not in {CATALOGUE.name}: {missing}"


def test_translations_keep_the_places_for_values() -> None:
    wrong = {
        words: text
        for words, text in _chinese().items()
        if set(PLACE.findall(words)) != set(PLACE.findall(text))
    }
    assert not wrong


def test_the_catalogue_holds_nothing_that_is_gone() -> None:
    assert not set(_chinese()) - set(_words_in_code())
