"""How the tests sign in, and what a signed-in browser or program can do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.cast import PASSWORD

LOGIN = "/api/v1/security/login"
NOON = dt.datetime(2026, 3, 16, 4, tzinfo=dt.UTC)
NEW = "herbst-2026"

ClientFor = Callable[[str], FlaskClient]


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD, **query: str) -> Any:
    return client.post(
        "/login/", query_string=query, data={"username": username, "password": password}
    )


def is_in(client: FlaskClient) -> bool:
    return client.get("/account/").status_code == 200


def token_of(client: FlaskClient, username: str, password: str = PASSWORD, **more: Any) -> Any:
    return client.post(LOGIN, json={"username": username, "password": password, **more})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def change_password(client: FlaskClient, new: str, old: str = PASSWORD, again: str = "") -> Any:
    return client.post(
        "/account/password/",
        data={"old_password": old, "password": new, "again": again or new},
    )


def csrf_token(client: FlaskClient, page: str) -> str:
    text: str = client.get(page).text
    return text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]


def made_key(command: Callable[..., Any], *words: str) -> str:
    result = command("create-api-key", "head.jwc", "--name", "report", *words, "--json")
    assert result.exit_code == 0, result.output
    key: str = json.loads(result.output.splitlines()[-1])["key"]
    return key
