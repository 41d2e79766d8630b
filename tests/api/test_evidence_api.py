"""Evidence at the doors: REST, and the screens that attach, show and hand out files."""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.core.unit_of_work import AnySession
from app.models.improvement import Evidence
from tests.cast import Cast
from tests.factories import (
    make_adjustment,
    make_monthly_check,
    make_supervision_case,
    make_task,
    make_task_result,
)

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
ApiFor = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def files(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setitem(app.config, "FILES_PATH", str(tmp_path / "files"))
    return tmp_path / "files"


def send(client: FlaskClient, content: bytes = PDF, name: str = "总结.pdf", **fields: Any) -> Any:
    data = {
        "file": (io.BytesIO(content), name),
        **{key: str(value) for key, value in fields.items()},
    }
    return client.post("/api/v1/evidence/", data=data, content_type="multipart/form-data")


def count(session: AnySession) -> int:
    return session.scalar(select(func.count(Evidence.id))) or 0


# REST ------------------------------------------------------------------------------------


def test_a_file_goes_in_and_comes_out(api_for: ApiFor, cast: Cast) -> None:
    task = make_task(status="accepted")
    head = api_for("head_jwc")
    answer = send(head, task=task.id, title="会议纪要")
    assert answer.status_code == 201, answer.json
    result = answer.json["result"]
    assert result["file_name"] == "总结.pdf"
    assert result["title"] == "会议纪要"
    assert result["size"] == len(PDF)
    assert result["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert result["task_id"] == task.id
    assert result["uploader_id"] == cast.head_jwc.id
    assert "storage_key" not in result
    content = head.get(f"/api/v1/evidence/{answer.json['id']}/content")
    assert content.status_code == 200
    assert content.data == PDF
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert content.headers["Cache-Control"] == "private, no-store"
    disposition = content.headers["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert unquote(disposition.split("filename*=UTF-8''")[1]) == "总结.pdf"


def test_the_row_is_read_like_any_other(api_for: ApiFor) -> None:
    task = make_task(status="accepted")
    head = api_for("head_jwc")
    key = send(head, task=task.id).json["id"]
    assert head.get(f"/api/v1/evidence/{key}").json["result"]["file_name"] == "总结.pdf"
    assert head.get("/api/v1/evidence/").json["count"] == 1
    assert "storage_key" not in head.get("/api/v1/evidence/").text


def test_a_hidden_row_is_not_there(api_for: ApiFor) -> None:
    task = make_task(status="accepted")
    key = send(api_for("head_jwc"), task=task.id).json["id"]
    stranger = api_for("head_xinxi")
    assert stranger.get(f"/api/v1/evidence/{key}").status_code == 404
    assert stranger.get(f"/api/v1/evidence/{key}/content").status_code == 404
    assert stranger.get("/api/v1/evidence/").json["count"] == 0


def test_a_file_for_a_hidden_row_finds_no_row(api_for: ApiFor, session: AnySession) -> None:
    hidden = make_task(status="accepted", visibility="restricted")
    assert send(api_for("head_xinxi"), task=hidden.id).status_code == 404
    assert send(api_for("head_xinxi"), task=999_999).status_code == 404
    assert send(api_for("head_xinxi"), task="x").status_code == 404
    assert count(session) == 0


def test_a_file_for_somebody_else_s_row_is_not_taken(api_for: ApiFor, session: AnySession) -> None:
    seen = make_task(status="accepted")
    answer = send(api_for("head_xinxi"), task=seen.id)
    assert answer.status_code == 403
    assert answer.json["message"]
    assert count(session) == 0


@pytest.mark.parametrize("name", ["auditor", "leader", "group1"])
def test_who_may_not_attach_is_refused(api_for: ApiFor, session: AnySession, name: str) -> None:
    task = make_task(status="accepted")
    assert send(api_for(name), task=task.id).status_code == 403
    assert count(session) == 0


@pytest.mark.parametrize(
    ("content", "name"),
    [(PDF, "程序.exe"), (b"MZ" + b"\x00" * 80, "总结.pdf"), (b"", "空.pdf"), (PDF, "无扩展名")],
)
def test_a_wrong_type_is_refused_at_the_field(
    api_for: ApiFor, session: AnySession, content: bytes, name: str
) -> None:
    task = make_task(status="accepted")
    answer = send(api_for("head_jwc"), content, name, task=task.id)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "file"
    assert count(session) == 0


def test_a_name_that_climbs_is_only_a_name(api_for: ApiFor, files: Path) -> None:
    task = make_task(status="accepted")
    answer = send(api_for("head_jwc"), name="../../../etc/cron.d/外面.pdf", task=task.id)
    assert answer.status_code == 201
    assert answer.json["result"]["file_name"] == "外面.pdf"
    assert [path for path in files.parent.rglob("*") if path.name.endswith(".pdf")] == []


def test_more_than_the_server_takes_is_refused(
    app: Flask, api_for: ApiFor, monkeypatch: pytest.MonkeyPatch, session: AnySession
) -> None:
    task = make_task(status="accepted")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 2000)
    answer = send(api_for("head_jwc"), PDF + b"0" * 4000, task=task.id)
    assert answer.status_code == 413
    assert answer.json["message"]
    assert count(session) == 0


def test_exactly_one_row_is_named(api_for: ApiFor, session: AnySession) -> None:
    task, head = make_task(status="accepted"), api_for("head_jwc")
    check = make_monthly_check(task=task)
    assert send(head).status_code == 422
    assert send(head, task=task.id, monthly_check=check.id).status_code == 422
    assert send(head, monthly_check=check.id).status_code == 201
    assert count(session) == 1


def test_without_a_file_nothing_is_attached(api_for: ApiFor) -> None:
    task = make_task(status="accepted")
    head = api_for("head_jwc")
    assert head.post("/api/v1/evidence/", data={"task": str(task.id)}).status_code == 422
    assert head.post("/api/v1/evidence/", json={"task": task.id}).status_code == 422


def test_rows_are_not_written_otherwise(api_for: ApiFor) -> None:
    key = send(api_for("head_jwc"), task=make_task(status="accepted").id).json["id"]
    head = api_for("head_jwc")
    assert head.put(f"/api/v1/evidence/{key}", json={"sha256": "0" * 64}).status_code == 405
    assert head.delete(f"/api/v1/evidence/{key}").status_code == 405


def test_nobody_without_a_token(client: FlaskClient) -> None:
    assert send(client, task=1).status_code == 401
    assert client.get("/api/v1/evidence/1/content").status_code == 401


def test_a_lost_file_is_told(api_for: ApiFor, files: Path) -> None:
    head = api_for("head_jwc")
    key = send(head, task=make_task(status="accepted").id).json["id"]
    for path in files.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = head.get(f"/api/v1/evidence/{key}/content")
    assert answer.status_code == 404
    assert "文件" in answer.json["message"]


# Screens ---------------------------------------------------------------------------------

ROWS = {
    "task": lambda: make_task(status="accepted"),
    "monthly_check": lambda: make_monthly_check(task=make_task(status="accepted")),
    "task_result": lambda: make_task_result(task=make_task(status="accepted")),
    "supervision_case": lambda: make_supervision_case(status="open"),
    "adjustment": lambda: make_adjustment(),
}


@pytest.mark.parametrize("relation", ROWS)
def test_a_row_s_page_attaches_and_shows_its_files(
    client_for: ApiFor, session: AnySession, relation: str
) -> None:
    row = ROWS[relation]()
    head = client_for("head_jwc")
    page = head.get(f"/{relation}/show/{row.id}")
    found = re.search(rf'href="?(/evidence/add\?[^"\s>]*_flt_0_{relation}={row.id})', page.text)
    assert found, "no link to attach a file"
    form = head.get(found[1].replace("&amp;", "&"))
    assert form.status_code == 200
    assert 'type="file"' in form.text
    answer = head.post(
        f"/evidence/add?_flt_0_{relation}={row.id}",
        data={"file": (io.BytesIO(PDF), "总结.pdf"), "title": "会议纪要"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302
    assert answer.location == f"/{relation}/show/{row.id}"
    page = head.get(answer.location)
    link = re.search(r'href="(/evidence/download/\d+)"', page.text)
    assert link and "总结.pdf" in page.text and "会议纪要" in page.text
    assert head.get(link[1]).data == PDF


def test_a_refused_file_comes_back_with_the_reason(client_for: ApiFor, session: AnySession) -> None:
    task = make_task(status="accepted")
    answer = client_for("head_jwc").post(
        f"/evidence/add?_flt_0_task={task.id}",
        data={"file": (io.BytesIO(b"MZ" + b"\x00" * 50), "总结.pdf"), "title": "会议纪要"},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "会议纪要" in answer.text
    assert count(session) == 0


def test_no_file_was_chosen(client_for: ApiFor) -> None:
    task = make_task(status="accepted")
    answer = client_for("head_jwc").post(
        f"/evidence/add?_flt_0_task={task.id}", data={"title": "x"}
    )
    assert answer.status_code == 422


def test_a_file_belongs_to_a_row_one_sees(client_for: ApiFor) -> None:
    hidden = make_task(status="accepted", visibility="restricted")
    stranger = client_for("head_xinxi")
    assert stranger.get(f"/evidence/add?_flt_0_task={hidden.id}").status_code == 404
    assert stranger.get("/evidence/add").status_code == 302


def test_a_download_needs_to_see_the_row(client_for: ApiFor, api_for: ApiFor) -> None:
    key = send(api_for("head_jwc"), task=make_task(status="accepted").id).json["id"]
    assert client_for("leader").get(f"/evidence/download/{key}").status_code == 200
    assert client_for("head_xinxi").get(f"/evidence/download/{key}").status_code == 404
    assert client_for("head_xinxi").get(f"/evidence/show/{key}").status_code == 404
    assert client_for("office").get("/evidence/download/99999").status_code == 404


def test_the_file_s_page_shows_where_it_belongs(client_for: ApiFor, api_for: ApiFor) -> None:
    task = make_task(status="accepted", title="修订人才培养方案")
    key = send(api_for("head_jwc"), PDF + b"0" * 4000, task=task.id).json["id"]
    text = client_for("head_jwc").get(f"/evidence/show/{key}").text
    assert f'/task/show/{task.id}"' in text
    assert "修订人才培养方案" in text
    assert "3.9 KB" in text
    assert hashlib.sha256(PDF + b"0" * 4000).hexdigest() in text
    assert f"/evidence/download/{key}" in text


def test_the_uploader_deletes_on_the_screen_and_returns_to_the_row(
    client_for: ApiFor, api_for: ApiFor, session: AnySession
) -> None:
    task = make_task(status="accepted")
    key = send(api_for("head_jwc"), task=task.id).json["id"]
    other = client_for("staff_jwc").post(f"/evidence/delete/{key}")
    assert other.status_code == 302 and count(session) == 1
    answer = client_for("head_jwc").post(f"/evidence/delete/{key}")
    assert answer.location == f"/task/show/{task.id}"
    assert count(session) == 0
    assert client_for("head_jwc").post(f"/evidence/delete/{key}").status_code == 404


def test_only_the_description_is_edited(
    client_for: ApiFor, api_for: ApiFor, session: AnySession
) -> None:
    key = send(api_for("head_jwc"), task=make_task(status="accepted").id).json["id"]
    row = session.get(Evidence, key)
    assert row is not None
    client_for("head_jwc").post(
        f"/evidence/edit/{key}",
        data={"title": "新说明", "sha256": "0" * 64, "version": str(row.version)},
    )
    session.refresh(row)
    assert row.title == "新说明"
    assert row.sha256 == hashlib.sha256(PDF).hexdigest()
