"""Who tries the doors of the console."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.unit_of_work import AnySession
from app.models.organisation import Delegation
from tests.cast import Cast
from tests.console.console_pages import give
from tests.factories import make_delegation

ClientFor = Callable[[str], FlaskClient]


@pytest.fixture
def curious_head(session: AnySession, client_for: ClientFor) -> FlaskClient:
    """A head who may open the console and write delegations, but sees only her own."""
    give(
        session,
        "DepartmentHead",
        *("console:read", "delegation:add", "delegation:edit", "delegation:delete"),
    )
    return client_for("head_jwc")


@pytest.fixture
def hidden(cast: Cast) -> Delegation:
    return make_delegation(giver=cast.head_xinxi, receiver=cast.staff_xinxi, ground="不相干的授权")


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    yield app
