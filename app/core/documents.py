"""The papers that can be printed: each kind once, whoever asks for it.

A chapter registers what it can print; the screen of reports and the command line offer what
is registered, and ask for it the same way. This module draws nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.core.actor import Actor
from app.core.audit import plain
from app.core.errors import RuleViolation
from app.core.text import message
from app.core.unit_of_work import AnySession


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"


MEDIA_TYPES: dict[Format, str] = {
    Format.PDF: "application/pdf",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the year's row, the department's row or None, and the form. `number`
    names one of the year's where there are several: a meeting, an edition; `month` is 1 to 12 of
    a monthly document, 0 where nobody said which."""

    cycle: Any
    department: Any
    format: Format
    number: str = ""
    month: int = 0


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed document: its file name, its bytes, and what it says of itself."""

    file_name: str
    content: bytes
    format: Format
    state: str
    version: str
    check_code: str

    @property
    def media_type(self) -> str:
        return MEDIA_TYPES[self.format]


Printer = Callable[[AnySession, Actor, Order], Paper]


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the word of the address and the command line, `label` its Chinese and English
    name, `about` one sentence on what it is. `print_` builds it, checks what the actor may and
    records the export; `offered` only says on whose page it stands."""

    name: str
    label: tuple[str, str]
    formats: tuple[Format, ...]
    print_: Printer
    by_department: bool = False
    by_number: bool = False
    by_month: bool = False
    about: tuple[str, str] = ("", "")
    offered: Callable[[Actor], bool] = lambda actor: True


def check_code(content: Any) -> str:
    """Eight hexadecimal digits of the SHA-256 over the content, as JSON with sorted keys and no
    spaces: equal content gives an equal code, in any form, on any day."""
    text = json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=plain
    )
    digest = hashlib.sha256(text.encode()).hexdigest().upper()
    return f"{digest[:4]}-{digest[4:8]}"


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def kinds() -> list[Kind]:
    """Every document there is, in the order of registration."""
    return list(_kinds.values())


def kind_named(name: str) -> Kind:
    """Raises RuleViolation, naming what there is, when there is no such document."""
    if name not in _kinds:
        raise RuleViolation(
            message(
                "There is no document “%(kind)s”. There are: %(known)s.",
                kind=name,
                known=", ".join(_kinds),
            ),
            "kind",
        )
    return _kinds[name]


def format_of(kind: Kind, name: str) -> Format:
    """Raises RuleViolation, naming what there is, when `kind` is not printed in this form."""
    for form in kind.formats:
        if form.value == name:
            return form
    raise RuleViolation(
        message(
            "The document “%(kind)s” is not offered as %(format)s. It is offered as: %(known)s.",
            kind=kind.name,
            format=name,
            known=", ".join(form.value for form in kind.formats),
        ),
        "format",
    )
