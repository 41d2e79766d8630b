"""An official paper on its way out: its check code, its form, the record of the export."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from flask import current_app

from app.core import audit, documents
from app.core.actor import Actor
from app.core.documents import Format, Paper
from app.core.unit_of_work import AnySession
from app.reports.docx import official_docx
from app.reports.paper import Block, OfficialPaper
from app.reports.text_pdf import official_pdf

FORMATS = (Format.DOCX, Format.PDF)

_SETTING = ("shares", "centred", "size", "lines")
"""What of a block is how it is set, not what it says."""


def college() -> str:
    return str(current_app.config["COLLEGE_NAME"])


def official(
    title: str, blocks: Sequence[Block], *, state: str, version: str, **given: Any
) -> OfficialPaper:
    """The paper with its check code: over its words and marks, whoever prints it and however wide
    its columns are, so that a paper printed years ago is still found equal."""
    paper = OfficialPaper(title, list(blocks), state, version, "", author=college(), **given)
    return replace(paper, check_code=documents.check_code(_said(paper)))


def _said(paper: OfficialPaper) -> dict[str, Any]:
    told = asdict(paper)
    for block in told["blocks"]:
        for name in _SETTING:
            block.pop(name, None)
    return told


def hand_out(
    session: AnySession,
    actor: Actor,
    paper: OfficialPaper,
    form: Format,
    *,
    document: str,
    subject: str,
    name: str,
    told: Mapping[str, Any],
    workbook: Callable[[OfficialPaper], bytes] | None = None,
) -> Paper:
    """The paper as a file called `name`, where it has tables also as a `workbook`. The export is
    an audited event about the table `subject`; the caller commits."""
    if form == Format.XLSX and workbook is not None:
        content = workbook(paper)
    else:
        content = official_docx(paper) if form == Format.DOCX else official_pdf(paper)
    audit.record_happening(
        session,
        actor,
        "exported",
        subject,
        {
            "document": document,
            **told,
            "format": form.value,
            "state": paper.state,
            "version": paper.version,
            "check_code": paper.check_code,
        },
    )
    return Paper(
        f"{name}.{form.value}", content, form, paper.state, paper.version, paper.check_code
    )
