"""Keep the Chinese catalogue in step with the code.

    python tools/translations.py                 rewrite the catalogue, list what has no Chinese
    python tools/translations.py words.json …    the same, taking `{"English": "中文"}` from files

The English words stand in the code; every one of them must stand in
`app/translations/zh_Hans_CN/LC_MESSAGES/messages.po` with its Chinese. Entries whose words are
gone from the code are dropped. A plural is named by its singular. Exit code 1: words are missing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
CATALOGUE = ROOT / "app" / "translations" / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {
    "message": None, "gettext": None, "lazy_gettext": None, "_": None, "__": None,
    "ngettext": (1, 2),
}  # fmt: skip
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]

Words = str | tuple[str, ...]


def words_in_code() -> dict[Words, str]:
    """Every text of the code (a pair for a plural) and a file that says it."""
    found: dict[Words, str] = {}
    for file, _line, words, _comments, _context in extract_from_dir(
        ROOT / "app", method_map=METHODS, keywords=KEYWORDS
    ):
        found.setdefault(tuple(words) if isinstance(words, list | tuple) else words, file)
    return found


def chinese() -> dict[str, str]:
    """What the catalogue holds, a plural under its singular."""
    with CATALOGUE.open("rb") as file:
        entries = read_po(file)
    return {_key(entry.id): _first(entry.string) for entry in entries if entry.id}


def _key(words: Words) -> str:
    return words if isinstance(words, str) else words[0]


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def rewrite(known: dict[str, str]) -> list[tuple[str, str]]:
    """Write the catalogue (and its compiled form) anew from the code's words and `known`.

    Returns (words, file) of what has no Chinese yet.
    """
    with CATALOGUE.open("rb") as file:
        before = read_po(file)
    catalogue = Catalog(
        locale="zh_Hans_CN", header_comment=before.header_comment, project=before.project,
        version=before.version, fuzzy=False, creation_date=before.creation_date,
        revision_date=before.revision_date, last_translator=before.last_translator,
        language_team=before.language_team, msgid_bugs_address=before.msgid_bugs_address,
    )  # fmt: skip
    missing = []
    for words, file_name in words_in_code().items():
        text = known.get(_key(words), "")
        if not text:
            missing.append((_key(words), file_name))
        plural = not isinstance(words, str)
        catalogue.add(
            words,
            (text,) if plural else text,
            flags=("python-format",) if "%(" in _key(words) else (),
        )
    with CATALOGUE.open("wb") as target:
        write_po(target, catalogue, width=0, sort_output=True, no_location=True, omit_header=False)
    with CATALOGUE.with_suffix(".mo").open("wb") as target:
        write_mo(target, catalogue)
    return missing


def main(files: list[str]) -> int:
    known = chinese()
    for file in files:
        known.update(json.loads(Path(file).read_text(encoding="utf-8")))
    missing = rewrite(known)
    for words, file_name in sorted(missing):
        print(f"{file_name}: {words!r}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
