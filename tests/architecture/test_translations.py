"""Every word a user reads stands in the Chinese catalogue, with the same places for values."""

from __future__ import annotations

import re

from tools.translations import CATALOGUE, chinese, words_in_code

PLACE = re.compile(r"%\((\w+)\)s")


def _words() -> dict[str, str]:
    """Each text of the code (a plural by its singular) and where it stands."""
    return {
        words if isinstance(words, str) else words[0]: file
        for words, file in words_in_code().items()
    }


def test_every_user_facing_text_is_translated() -> None:
    known = chinese()
    missing = {words: file for words, file in _words().items() if not known.get(words)}
    assert not missing, f"not in {CATALOGUE.name}: {missing}"


def test_translations_keep_the_places_for_values() -> None:
    known = chinese()
    wrong = {}
    for words in words_in_code():
        # A plural's Chinese has the places of its plural: the singular may name no number.
        singular, fullest = (words, words) if isinstance(words, str) else (words[0], words[-1])
        text = known.get(singular, "")
        if set(PLACE.findall(fullest)) != set(PLACE.findall(text)):
            wrong[singular] = text
    assert not wrong


def test_the_catalogue_holds_nothing_that_is_gone() -> None:
    assert not set(chinese()) - set(_words())
