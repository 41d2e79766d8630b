"""What WTForms itself says of a field is Chinese on a Chinese page, every word of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import flask_wtf
import pytest
import wtforms
from babel.messages.extract import extract_from_dir
from flask import Flask
from flask.testing import FlaskClient

from app.web.framework_words import FORM_WORDS

SAID = {"gettext": None, "ngettext": (1, 2)}


def words_of_wtforms() -> Iterator[str | tuple[str, str]]:
    """Every text of the two libraries; a pair for a plural."""
    for library in (wtforms, flask_wtf):
        folder = Path(str(library.__file__)).parent
        for _, _, words, _, _ in extract_from_dir(
            folder, method_map=[("**.py", "python")], keywords=SAID
        ):
            yield words if isinstance(words, str) else (words[0], words[1])


def is_chinese(words: str) -> bool:
    return any("一" <= letter <= "鿿" for letter in words)


def test_every_word_of_the_catalogue_is_chinese(app: Flask) -> None:
    found = sorted(set(words_of_wtforms()), key=str)
    assert len(found) > 30
    with app.test_request_context("/"):
        told = {
            words: FORM_WORDS.gettext(words)
            if isinstance(words, str)
            else FORM_WORDS.ngettext(*words, 2)
            for words in found
        }
    assert [words for words, said in told.items() if not is_chinese(said)] == []


@pytest.mark.parametrize("count", [1, 2])
def test_a_choice_that_there_is_not_is_told_in_chinese(
    client_for: Callable[[str], FlaskClient], count: int
) -> None:
    months = ["99", "98"][:count]
    page = client_for("office").post("/start/year/", data={"months": months}).text
    assert "不是可选项" in page and "valid choice" not in page


def test_an_english_page_keeps_its_english(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        app.preprocess_request()
        assert FORM_WORDS.gettext("Not a valid week value.") == "Not a valid week value."
