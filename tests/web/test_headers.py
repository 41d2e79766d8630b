"""What every answer tells the browser."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient


def test_no_page_may_be_framed_or_its_type_guessed(client: FlaskClient) -> None:
    headers = client.get("/login/").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_signed_in_page_is_not_kept_by_the_browser(
    client_for: Callable[[str], FlaskClient],
) -> None:
    assert client_for("head_jwc").get("/task/list/").headers["Cache-Control"] == "no-store"


def test_a_number_no_row_can_have_is_not_found(client_for: Callable[[str], FlaskClient]) -> None:
    head = client_for("head_jwc")
    for address in ("/evidence/download/", "/import/"):
        assert head.get(f"{address}99999999999999999999").status_code in (403, 404)
    assert head.get("/api/v1/evidence/99999999999999999999/content").status_code == 404
