"""Built front-end files: found by their plain names, kept by browsers for ever."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.web import assets


def test_a_file_with_its_hash_in_its_name_is_kept_for_ever(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dist").mkdir()
    for name in ("dist/charts-ABCD1234.js", "site.css"):
        (tmp_path / name).write_text("/* */")
    (tmp_path / "dist" / "manifest.json").write_text('{"charts.js": "charts-ABCD1234.js"}')
    monkeypatch.setattr(app, "static_folder", str(tmp_path))
    with app.test_request_context():
        address = assets.asset("charts.js")
        assert assets.asset("nothing.js") is None
    assert address == "/static/dist/charts-ABCD1234.js"
    assert "immutable" in client.get(address).headers["Cache-Control"]
    assert "immutable" not in client.get("/static/site.css").headers["Cache-Control"]


def test_the_manifest_is_read_anew_when_it_changes(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = tmp_path / "dist" / "manifest.json"
    manifest.parent.mkdir()
    monkeypatch.setattr(app, "static_folder", str(tmp_path))

    def asked() -> str | None:
        with app.test_request_context():
            return assets.asset("charts.js")

    assert asked() is None
    manifest.write_text('{"charts.js": "charts-AAAAAAAA.js"}')
    assert asked() == "/static/dist/charts-AAAAAAAA.js"
    manifest.write_text("half a fi")
    os.utime(manifest, (1, 1))
    assert asked() is None
