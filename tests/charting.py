"""What tests read off a page with a chart: its figures, its links, the list behind a link."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from app.extensions import db


def payload_of(page: Any) -> dict[str, Any]:
    assert page.status_code == 200
    found = re.search(r'<script type="application/json" id="chart-data">(.*?)</script>', page.text)
    assert found, "the page draws no chart"
    payload: dict[str, Any] = json.loads(found[1])
    return payload


def cells_of(page: Any) -> dict[tuple[str, str], int]:
    """The figures of a bar chart by (category, key)."""
    payload = payload_of(page)
    return {
        (category, series["key"]): series["values"][place]
        for series in payload["series"]
        for place, category in enumerate(payload["categories"])
        if series["values"][place]
    }


def links_of(page: Any) -> dict[tuple[str, str], str]:
    payload = payload_of(page)
    return {
        (category, series["key"]): series["links"][place]
        for series in payload["series"]
        for place, category in enumerate(payload["categories"])
        if series["links"][place]
    }


def listed(client: FlaskClient, link: str, table: str = "task") -> int:
    """How many rows of `table` the page behind a link shows."""
    page = client.get(link)
    assert page.status_code == 200
    _, hash_, place = link.partition("#")
    text = page.text
    if hash_:
        found = re.search(rf'<table[^>]*id="{place}-table".*?</table>', text, re.S)
        if found is None:
            return 0
        return len(re.findall(r'<th scope="row">', found[0]))
    return len(set(re.findall(rf"/{table}/show/(\d+)", text)))


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    said: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")):
            said.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)
