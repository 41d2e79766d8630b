"""The work points as a paper: points by chapter, their marks, who gets which edition."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.core import clock
from app.core.actor import NOBODY
from app.core.documents import Format, Order
from app.core.errors import NotAllowed, RuleViolation
from app.core.unit_of_work import AnySession, unit_of_work
from app.models.system import AuditEvent
from app.models.work_points import WorkPointSet
from app.planning.point_paper import points_paper, print_points
from app.reports.paper import Heading, OfficialPaper, Text
from tests.cast import YEAR, Cast
from tests.factories import make_work_point, make_work_point_set

ClientFor = Callable[[str], FlaskClient]


def edition(cast: Cast, status: str = "draft", number: int = 1, **given: Any) -> WorkPointSet:
    if status == "issued":
        given = {"issue_number": "院党〔2026〕3号", "issued_on": dt.date(YEAR, 1, 23), **given}
    return make_work_point_set(
        cycle=cast.cycle, status=status, edition=number, title="2026年工作要点", **given
    )


def point(of: WorkPointSet, number: int, text: str, chapter: str | None = None) -> Any:
    return make_work_point(
        work_point_set=of, number=str(number), sort_order=number, text=text, chapter=chapter
    )


def paper(session: AnySession, cast: Cast, of: WorkPointSet, name: str = "office") -> OfficialPaper:
    return points_paper(session, cast.actor(name), of)


def order(cast: Cast, number: str = "", form: Format = Format.DOCX) -> Order:
    return Order(cast.cycle, None, form, number)


def printed(session: AnySession, cast: Cast, name: str, number: str = "") -> Any:
    actor = cast.actor(name)
    with unit_of_work(session, actor):
        return print_points(session, actor, order(cast, number))


def words_of(content: bytes) -> str:
    return "\n".join(line.text for line in docx.Document(io.BytesIO(content)).paragraphs)


def test_points_stand_by_chapter_in_their_order(session: AnySession, cast: Cast) -> None:
    of = edition(cast)
    point(of, 2, "提升就业质量。", "学生工作")
    point(of, 1, "修订人才培养方案。", "教学工作")
    assert list(paper(session, cast, of).blocks) == [
        Heading("一、教学工作"),
        Text("1. 修订人才培养方案。"),
        Heading("二、学生工作"),
        Text("2. 提升就业质量。"),
    ]


def test_a_chapter_that_counts_itself_is_not_counted_twice(session: AnySession, cast: Cast) -> None:
    of = edition(cast)
    point(of, 1, "修订人才培养方案。", "一、教学工作")
    point(of, 2, "其他工作。")
    blocks = paper(session, cast, of).blocks
    assert blocks[0] == Heading("一、教学工作") and len(blocks) == 3


@pytest.mark.parametrize(
    ("status", "said"),
    [("draft", "（草稿）"), ("consultation", "（征求意见稿）"), ("committee", "（送审稿）"), ("returned", "（草稿）")],
)  # fmt: skip
def test_before_issue_it_is_a_draft_and_says_how_far_it_is(
    session: AnySession, cast: Cast, status: str, said: str
) -> None:
    made = paper(session, cast, edition(cast, status, number=3))
    assert (made.state, made.version, list(made.subtitles)) == ("草稿", "3", [said])
    assert made.issued_on is None and made.check_code in made.marks


def test_an_issued_edition_carries_its_number_and_date(session: AnySession, cast: Cast) -> None:
    made = paper(session, cast, edition(cast, "issued"))
    assert (made.state, list(made.subtitles)) == ("正式", ["院党〔2026〕3号"])
    assert made.issued_on == dt.date(YEAR, 1, 23) and made.issued_by


def test_the_check_code_depends_on_the_content_alone(session: AnySession, cast: Cast) -> None:
    of = edition(cast, "consultation")
    point(of, 1, "甲")
    first = paper(session, cast, of).check_code
    assert first == paper(session, cast, of, "leader").check_code
    with clock.at(dt.date(YEAR, 12, 31)):
        assert first == paper(session, cast, of).check_code
    point(of, 2, "乙")
    assert first != paper(session, cast, of).check_code


def test_an_edition_without_points_says_so(session: AnySession, cast: Cast) -> None:
    assert list(paper(session, cast, edition(cast)).blocks) == [Text("（尚无条目）")]


def test_a_very_long_point_is_printed_whole(session: AnySession, cast: Cast) -> None:
    of = edition(cast)
    point(of, 1, "长" * 10_000)
    assert words_of(printed(session, cast, "office").content).count("长") == 10_000


def test_the_issued_edition_goes_before_a_newer_draft(session: AnySession, cast: Cast) -> None:
    edition(cast, "issued", number=1)
    edition(cast, "draft", number=2)
    assert printed(session, cast, "office").state == "正式"
    assert printed(session, cast, "office", "2").state == "草稿"


def test_a_head_does_not_get_a_draft_he_may_not_see(session: AnySession, cast: Cast) -> None:
    edition(cast, "draft", number=1)
    for number in ("", "1"):
        with pytest.raises(RuleViolation):
            printed(session, cast, "head_jwc", number)
    edition(cast, "consultation", number=2)
    assert printed(session, cast, "head_jwc").version == "2"
    with pytest.raises(RuleViolation):
        printed(session, cast, "staff_jwc")


@pytest.mark.parametrize("number", ["", "7", "x", "²", "1; drop", "9" * 40])
def test_a_year_without_such_an_edition_is_refused(
    session: AnySession, cast: Cast, number: str
) -> None:
    with pytest.raises(RuleViolation) as refused:
        printed(session, cast, "office", number)
    assert refused.value.field == "number"


def test_nobody_without_the_permission_prints(session: AnySession, cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        points_paper(session, NOBODY, edition(cast))


def test_an_export_is_recorded(session: AnySession, cast: Cast) -> None:
    edition(cast, "issued")
    made = printed(session, cast, "staff_jwc")
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last is not None
    assert (last.action, last.table_name) == ("exported", "work_point_set")
    told = json.loads(last.after or "{}")
    assert (told["document"], told["check_code"]) == ("work-points", made.check_code)


# The doors -------------------------------------------------------------------------------


def test_the_page_offers_its_edition_as_word_file_and_pdf(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    of = edition(cast, "consultation", number=2)
    point(of, 1, "修订人才培养方案。")
    page = client_for("head_jwc").get(f"/work_point_set/show/{of.id}").text
    for form in ("docx", "pdf"):
        address = f"/report/work-points?year={YEAR}&number=2&format={form}"
        assert address.replace("&", "&amp;") in page
        answer = client_for("head_jwc").get(address)
        assert answer.status_code == 200
        disposition = unquote(answer.headers["Content-Disposition"])
        assert f"2026年工作要点（征求意见稿）.{form}" in disposition


def test_a_head_s_download_of_a_draft_is_refused(
    session: AnySession, cast: Cast, client_for: ClientFor
) -> None:
    edition(cast, "draft")
    answer = client_for("head_jwc").get(f"/report/work-points?year={YEAR}&number=1&format=pdf")
    assert answer.status_code == 422 and answer.data[:4] != b"%PDF"


def test_the_command_writes_the_work_points(
    session: AnySession, cast: Cast, command: Callable[..., Any], tmp_path: Path
) -> None:
    point(edition(cast, "issued"), 1, "修订人才培养方案。")
    out = tmp_path / "要点.docx"
    result = command("report", "work-points", "--year", str(YEAR), "--out", str(out), "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1])["state"] == "正式"
    assert "1. 修订人才培养方案。" in words_of(out.read_bytes())


def test_the_command_says_when_a_year_has_none(
    session: AnySession, cast: Cast, command: Callable[..., Any], tmp_path: Path
) -> None:
    out = tmp_path / "要点.pdf"
    result = command("report", "work-points", "--year", str(YEAR), "--out", str(out))
    assert result.exit_code == 1 and str(YEAR) in result.stderr and not out.exists()
