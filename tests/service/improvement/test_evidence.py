"""Evidence: what is taken, from whom, where it lies, and when it goes."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.files import YOUNG_SECONDS, clean_name
from app.core.unit_of_work import AnySession, unit_of_work
from app.improvement import evidence
from app.models.cycles import RuleValue
from app.models.improvement import Evidence
from app.models.system import AuditEvent
from tests.cast import TEST, Cast
from tests.factories import (
    make_adjustment,
    make_cycle,
    make_monthly_check,
    make_supervision_case,
    make_task,
    make_task_result,
)

PDF = b"%PDF-1.7\n1 0 obj\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return packed.getvalue()


@pytest.fixture(autouse=True)
def files(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for every test."""
    monkeypatch.setitem(app.config, "FILES_PATH", str(tmp_path / "files"))
    return tmp_path / "files"


@pytest.fixture
def attach(session: AnySession, cast: Cast) -> Any:
    def attach(
        row: Any,
        content: bytes = PDF,
        name: str = "总结.pdf",
        by: str = "head_jwc",
        title: str | None = None,
    ) -> Evidence:
        actor = cast.actor(by)
        with unit_of_work(session, actor):
            return evidence.add_evidence(session, actor, row, io.BytesIO(content), name, title)

    return attach


def kept(files: Path) -> list[str]:
    return sorted(path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file())


def age(files: Path) -> None:
    """Make every kept file older than the time in which a row may still come."""
    for path in files.rglob("*"):
        if path.is_file():
            os.utime(path, (1, 1))


def set_rule(session: AnySession, cast: Cast, key: str, value: str) -> None:
    """The college's own number, as the year's rule book would have it."""
    book = cast.rule_book
    table = RuleValue.__table__
    session.execute(
        update(table).where(table.c.rule_book_id == book.id, table.c.key == key).values(value=value)
    )
    session.info.pop("rules_read", None)


def put_into(session: AnySession, row: Any, status: str) -> None:
    """Without its steps: the test begins in the middle of a flow."""
    table = type(row).__table__
    session.execute(update(table).where(table.c.id == row.id).values(status=status))
    session.refresh(row)


# Taking ----------------------------------------------------------------------------------


def test_a_file_lies_under_its_hash(
    session: AnySession, attach: Any, cast: Cast, files: Path
) -> None:
    row = attach(make_task(status="accepted"), title="  会议纪要 ")
    digest = hashlib.sha256(PDF).hexdigest()
    assert (row.sha256, row.size, row.media_type) == (digest, len(PDF), "application/pdf")
    assert (row.file_name, row.title, row.uploader_id) == ("总结.pdf", "会议纪要", cast.head_jwc.id)
    assert kept(files) == [f"{digest[:2]}/{digest}"] == [row.storage_key]


def test_attaching_is_recorded(session: AnySession, attach: Any) -> None:
    row = attach(make_task(status="accepted"))
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.action, last.table_name, last.row_id) == ("added", "evidence", row.id)
    assert row.sha256 in (last.after or "")


@pytest.mark.parametrize(
    ("make", "relation"),
    [
        (lambda: make_task(status="accepted"), "task"),
        (lambda: make_monthly_check(task=make_task(status="accepted")), "monthly_check"),
        (lambda: make_task_result(task=make_task(status="accepted")), "task_result"),
        (lambda: make_supervision_case(status="open"), "supervision_case"),
        (lambda: make_adjustment(), "adjustment"),
    ],
)
def test_every_kind_of_row_takes_files(attach: Any, make: Any, relation: str) -> None:
    owner = make()
    row = attach(owner)
    assert getattr(row, relation) is owner
    assert evidence.owner_of(row) is owner


def test_other_rows_take_none(attach: Any, cast: Cast) -> None:
    with pytest.raises(RuleViolation):
        attach(cast.jwc)


def test_the_same_content_is_kept_once(attach: Any, files: Path) -> None:
    first = attach(make_task(status="accepted"))
    second = attach(make_task(status="accepted"), name="另一个名字.pdf")
    assert first.storage_key == second.storage_key
    assert len(kept(files)) == 1


def test_the_same_file_twice_on_one_row_is_refused(attach: Any) -> None:
    task = make_task(status="accepted")
    attach(task)
    with pytest.raises(RuleViolation):
        attach(task, name="换名.pdf")


# Refusing --------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["head_xinxi", "leader", "auditor", "admin", "group1"])
def test_others_attach_nothing(attach: Any, files: Path, by: str) -> None:
    with pytest.raises(NotAllowed):
        attach(make_task(status="accepted"), by=by)
    assert kept(files) == []


def test_nobody_attaches_to_a_row_they_do_not_see(attach: Any) -> None:
    with pytest.raises(NotAllowed):
        attach(make_task(status="accepted", visibility="restricted"), by="head_xinxi")


def test_the_office_attaches_for_a_department(attach: Any) -> None:
    assert attach(make_task(status="accepted"), by="office").id


def test_a_submitted_check_takes_no_more_files(attach: Any) -> None:
    check = make_monthly_check(task=make_task(status="accepted"), status="submitted")
    with pytest.raises(NotAllowed):
        attach(check)


def test_a_closed_year_takes_no_files(session: AnySession, attach: Any, cast: Cast) -> None:
    task = make_task(cycle=make_cycle(rule_book=cast.rule_book), status="accepted")
    put_into(session, task.cycle, "closed")
    with pytest.raises(WrongState):
        attach(task)
    assert session.scalar(select(Evidence.id)) is None


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "空.pdf"),
        (b"MZ\x90\x00" + b"\x00" * 60, "setup.exe"),
        (PDF, "没有扩展名"),
        (PDF, ""),
        (PDF, "../.."),
        (b"<html><script>alert(1)</script></html>", "总结.pdf"),
        (b"MZ\x90\x00" + b"\x00" * 60, "照片.jpg"),
        (PNG, "照片.jpg"),
        (PDF, "表.xlsx"),
        (zipped("word/document.xml"), "表.xlsx"),
        (zipped("readme.txt"), "报告.docx"),
        (b"PK\x03\x04" + b"\x00" * 40, "报告.docx"),
        (PDF, "片.mp4"),
        (b"\x00" * 100, "老文件.doc"),
    ],
)
def test_what_is_empty_foreign_or_disguised_is_refused_and_not_kept(
    attach: Any, files: Path, content: bytes, name: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        attach(make_task(status="accepted"), content, name)
    assert refused.value.field == "file"
    assert kept(files) == []


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "总结.PDF"),
        (PNG, "照片.png"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 40, "照片.jpeg"),
        (zipped("[Content_Types].xml", "word/document.xml"), "报告.docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "表.xlsx"),
        (zipped("ppt/presentation.xml"), "汇报.pptx"),
        (zipped("OFD.xml"), "公文.ofd"),
        (zipped("a.txt"), "打包.zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40, "老文件.doc"),
        (b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 40, "视频.mp4"),
    ],
)
def test_what_is_what_it_says_is_taken(attach: Any, content: bytes, name: str) -> None:
    assert attach(make_task(status="accepted"), content, name).size == len(content)


def test_the_rule_book_says_how_large(
    session: AnySession, cast: Cast, attach: Any, files: Path
) -> None:
    set_rule(session, cast, "evidence.max_file_mb", "1")
    just = PDF + b"0" * (1024 * 1024 - len(PDF))
    assert attach(make_task(status="accepted"), just).size == 1024 * 1024
    with pytest.raises(RuleViolation, match="1 MB"):
        attach(make_task(status="accepted"), just + b"0")
    assert len(kept(files)) == 1


def test_the_rule_book_says_how_many_and_of_which_type(
    session: AnySession, cast: Cast, attach: Any
) -> None:
    task = make_task(status="accepted")
    set_rule(session, cast, "evidence.max_files_per_row", "1")
    attach(task)
    with pytest.raises(RuleViolation):
        attach(task, PDF + b"%")
    set_rule(session, cast, "evidence.allowed_types", "png")
    with pytest.raises(RuleViolation):
        attach(make_task(status="accepted"), PDF)


# Names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("总结.pdf", "总结.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\某人\\总结.pdf", "总结.pdf"),
        ("总\x00结\r\n.pdf", "总结.pdf"),
        ("‮fdp.exe.pdf", "fdp.exe.pdf"),
        ('a<b>:"c|d?*.pdf', "a_b___c_d__.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("  点..pdf. ", "点.pdf"),
        (".pdf", "pdf"),
        ("..", ""),
        ("é.pdf", "é.pdf"),
    ],
)
def test_names_are_cleaned(given: str, name: str) -> None:
    assert clean_name(given) == name


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_name("长" * 400 + ".pdf")
    assert len(name.encode()) <= 255
    assert name.endswith("长.pdf")
    assert len(clean_name("a." + "x" * 400).encode()) <= 255


def test_a_name_never_leads_out_of_the_folder(attach: Any, files: Path) -> None:
    row = attach(make_task(status="accepted"), name="../../../../外面.pdf")
    assert row.file_name == "外面.pdf"
    assert list(files.parent.rglob("*.pdf")) == []
    with pytest.raises(ValueError, match="key"):
        evidence.store().path("../secret_key")


# Reading and taking back -----------------------------------------------------------------


def test_opening_needs_to_see(session: AnySession, attach: Any, cast: Cast) -> None:
    row = attach(make_task(status="accepted"))
    found, path = evidence.open_evidence(session, cast.actor("leader"), row.id)
    assert (found, path.read_bytes()) == (row, PDF)
    for stranger in ("head_xinxi", "other_leader"):
        with pytest.raises(LookupError):
            evidence.open_evidence(session, cast.actor(stranger), row.id)


def test_a_lost_file_is_told(session: AnySession, attach: Any, cast: Cast, files: Path) -> None:
    row = attach(make_task(status="accepted"))
    (files / row.storage_key).unlink()
    with pytest.raises(evidence.FileLost):
        evidence.open_evidence(session, cast.actor("office"), row.id)


def take_back(session: AnySession, cast: Cast, row: Evidence, by: str = "head_jwc") -> bool:
    actor = cast.actor(by)
    with unit_of_work(session, actor):
        key = evidence.delete_evidence(session, actor, row)
    return evidence.drop_unused(session, key)


def test_who_uploaded_a_file_takes_it_back(
    session: AnySession, attach: Any, cast: Cast, files: Path
) -> None:
    row = attach(make_task(status="accepted"))
    with pytest.raises(NotAllowed):
        take_back(session, cast, row, by="staff_jwc")
    age(files)
    assert take_back(session, cast, row)
    assert kept(files) == []


def test_a_file_of_a_submitted_check_stays(session: AnySession, attach: Any, cast: Cast) -> None:
    check = make_monthly_check(task=make_task(status="accepted"))
    row = attach(check)
    put_into(session, check, "submitted")
    with pytest.raises(NotAllowed):
        take_back(session, cast, row)


def test_a_file_another_row_needs_stays(
    session: AnySession, attach: Any, cast: Cast, files: Path
) -> None:
    first, second = (attach(make_task(status="accepted")) for _ in range(2))
    age(files)
    assert not take_back(session, cast, first)
    assert len(kept(files)) == 1
    assert take_back(session, cast, second)
    assert kept(files) == []


def test_a_young_file_waits_for_the_daily_round(
    session: AnySession, attach: Any, cast: Cast, files: Path
) -> None:
    """Somebody may just be attaching the same content elsewhere."""
    row, other = (
        attach(make_task(status="accepted")),
        attach(make_task(status="accepted"), PNG, "照片.png"),
    )
    assert not take_back(session, cast, row)
    (files / "incoming" / "left").write_bytes(b"half a file")
    assert YOUNG_SECONDS > 0
    assert evidence.sweep_unused(session) == 0
    age(files)
    assert evidence.sweep_unused(session) == 2
    assert kept(files) == [other.storage_key]


def test_verifying_names_what_is_missing_or_altered(
    session: AnySession, attach: Any, files: Path
) -> None:
    whole, altered, missing = (
        attach(make_task(status="accepted"), PDF + mark, f"{mark.decode()}.pdf")
        for mark in (b"1", b"2", b"3")
    )
    assert list(evidence.verify_evidence(session)) == []
    (files / altered.storage_key).write_bytes(b"%PDF-changed")
    (files / missing.storage_key).unlink()
    found = {damage.evidence_id: damage.reason for damage in evidence.verify_evidence(session)}
    assert found == {altered.id: "altered", missing.id: "missing"}
    assert whole.id not in found


def test_the_system_itself_attaches_nothing(session: AnySession) -> None:
    task = make_task(status="accepted")
    with pytest.raises(NotAllowed), unit_of_work(session, TEST):
        evidence.add_evidence(session, TEST, task, io.BytesIO(PDF), "总结.pdf")
