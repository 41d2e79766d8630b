"""Official papers as Word file and PDF: the standard's measures, the marks, any text."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.shared import Mm, Pt
from pypdf import PdfReader

from app.reports.docx import official_docx
from app.reports.paper import (
    SMALL_SIZE,
    Grid,
    Heading,
    NewPage,
    OfficialPaper,
    Space,
    Text,
    chinese_date,
    chinese_number,
)
from app.reports.text_pdf import official_pdf
from tests.office import saved_by_libreoffice

PAPER = OfficialPaper(
    title="江南学院\n2026年工作要点",
    blocks=[
        Heading("一、教学工作"),
        Text("1. 修订人才培养方案。\n组织论证。"),
        Text("办公室", "汇报部门："),
        Grid(("项目", "内容"), [("完成时限", "6月底前")], (1, 3), centred=(0,)),
        Space("审议意见"),
    ],
    state="草稿",
    version="2",
    check_code="AB12-CD34",
    subtitles=["（征求意见稿）"],
)
FINAL = replace(
    PAPER, state="正式", subtitles=["院发〔2026〕8号"],
    issued_by="江南学院", issued_on=dt.date(2026, 2, 8),
)  # fmt: skip

Setter = Callable[[OfficialPaper], bytes]


def pdf_pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def pdf_lines(paper: OfficialPaper) -> list[str]:
    return [line for page in pdf_pages(official_pdf(paper)) for line in page.splitlines()]


def word_text(content: bytes) -> str:
    """Everything a Word file says: body, tables, heads and feet."""
    file = docx.Document(io.BytesIO(content))
    section = file.sections[0]
    edges = [section.header, section.even_page_header, section.footer, section.even_page_footer]
    roots = [file.element.body, *(edge._element for edge in edges)]
    return "".join(node.text or "" for root in roots for node in root.iter() if node.text)


def text_of(setter: Setter, paper: OfficialPaper) -> str:
    content = setter(paper)
    return word_text(content) if setter is official_docx else "".join(pdf_pages(content))


BOTH = pytest.mark.parametrize("setter", [official_docx, official_pdf])


@BOTH
def test_everything_that_stands_in_the_paper_is_set(setter: Setter) -> None:
    text = text_of(setter, PAPER)
    for words in ("江南学院", "2026年工作要点", "（征求意见稿）", "一、教学工作", "修订人才培养方案",
                  "组织论证", "汇报部门：", "完成时限", "6月底前", "审议意见"):  # fmt: skip
        assert words in text, words


@BOTH
def test_a_draft_is_stamped_and_a_final_paper_is_signed(setter: Setter) -> None:
    draft, final = text_of(setter, PAPER), text_of(setter, FINAL)
    assert "草 稿" in draft.replace("\u00a0", " ") and "草稿　版本 2　校验码 AB12-CD34" in draft
    assert "草" not in final and "正式　版本 2　校验码 AB12-CD34" in final
    assert "院发〔2026〕8号" in final and "2026年2月8日" in final


@BOTH
def test_equal_content_gives_equal_bytes(setter: Setter) -> None:
    assert setter(PAPER) == setter(PAPER)
    assert setter(PAPER) != setter(FINAL)


@BOTH
def test_no_text_breaks_the_paper(setter: Setter) -> None:
    hard = "<b>&amp;</b>\x00\x0b\ud800\t" + "长" * 9000
    paper = replace(
        PAPER, title=hard[:300], blocks=[Heading(hard[:200]), Text(hard), Text(""),
        Grid(("甲", "乙"), [(hard, ""), ("", "")], (1, 1)), NewPage()],
    )  # fmt: skip
    assert "<b>&amp;</b>" in text_of(setter, paper)


@BOTH
def test_a_paper_without_content_still_has_its_marks(setter: Setter) -> None:
    assert "AB12-CD34" in text_of(setter, replace(PAPER, blocks=[]))


def test_the_sheet_and_the_body_are_those_of_the_standard() -> None:
    file = docx.Document(io.BytesIO(official_docx(PAPER)))
    section = file.sections[0]
    sheet = (section.page_width, section.page_height)
    edges = (
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin,
    )  # fmt: skip
    assert [round(length.mm) for length in sheet if length] == [210, 297]
    assert [round(length.mm) for length in edges if length] == [37, 35, 28, 26]
    title, body = file.paragraphs[0], file.paragraphs[5]
    assert title.runs[0].font.size == Pt(22) and title.runs[0].font.name == "方正小标宋简体"
    assert body.text == "1. 修订人才培养方案。"
    assert body.runs[0].font.size == Pt(16) and body.runs[0].font.name == "仿宋_GB2312"
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.paragraph_format.first_line_indent == Pt(32)


def test_the_file_names_what_stands_for_a_missing_typeface() -> None:
    with zipfile.ZipFile(io.BytesIO(official_docx(PAPER))) as file:
        fonts = file.read("word/fontTable.xml").decode()
    assert 'w:name="仿宋_GB2312"' in fonts and "FangSong" in fonts


def test_a_long_table_repeats_its_heads_and_loses_no_row() -> None:
    rows = [(str(number), f"任务{number}号") for number in range(1, 121)]
    paper = replace(PAPER, blocks=[Grid(("序号", "目标任务"), rows, (1, 5))])
    pages = pdf_pages(official_pdf(paper))
    assert len(pages) > 2
    assert all("目标任务" in page for page in pages)
    assert all(f"任务{number}号" in "".join(pages) for number in range(1, 121))
    assert "— 1 —" in pages[0] and "— 2 —" in pages[1]


@pytest.mark.parametrize("lines", range(12, 20))
def test_no_head_of_a_table_stands_alone_at_the_foot_of_a_page(lines: int) -> None:
    """Wherever the page ends: the first row, of several lines, goes with the head."""
    blocks = [Text("段"), *[Text("文")] * lines, Grid(("表头",), [("首行内容" * 40,)], (1,))]
    for page in pdf_pages(official_pdf(replace(PAPER, blocks=blocks))):
        assert ("表头" in page) == ("首行" in page)


def test_a_cell_longer_than_a_page_goes_on_over_the_next() -> None:
    paper = replace(PAPER, blocks=[Grid(("内容",), [("长" * 3000,)], (1,))])
    pages = pdf_pages(official_pdf(paper))
    assert sum(page.count("长") for page in pages) == 3000


def test_a_smaller_type_lets_a_long_name_stand_on_one_line() -> None:
    name, heads = "科研与产教融合处", ("部门", *("应报" for _ in range(12)))
    wide = Grid(heads, [(name, *"000000000000")], (3.2, *(1 for _ in range(12))))
    small = replace(wide, size=SMALL_SIZE)
    assert name not in pdf_lines(replace(PAPER, blocks=[wide]))
    assert name in pdf_lines(replace(PAPER, blocks=[small]))
    file = docx.Document(io.BytesIO(official_docx(replace(PAPER, blocks=[small]))))
    cell = file.tables[0].rows[1].cells[0].paragraphs[0]
    assert cell.runs[0].font.size == Pt(SMALL_SIZE)
    assert file.tables[0].rows[0].cells[0].paragraphs[0].runs[0].font.size == Pt(SMALL_SIZE)


def test_a_centred_cell_leaves_no_character_alone_on_its_last_line() -> None:
    grid = Grid(("部门", "事项"), [("学生工作处", "")], (1.1, 8), centred=(0,))
    lines = pdf_lines(replace(PAPER, blocks=[grid]))
    assert {"学生工", "作处"} <= set(lines)
    assert "处" not in lines


def test_a_new_page_begins_one_and_an_empty_one_is_not_printed() -> None:
    paper = replace(PAPER, blocks=[Text("甲"), NewPage(), Text("乙"), NewPage()])
    pages = pdf_pages(official_pdf(paper))
    assert "乙" in pages[1] and "乙" not in pages[0]
    file = docx.Document(io.BytesIO(official_docx(paper)))
    assert [line.text for line in file.paragraphs if line.paragraph_format.page_break_before] == [
        "乙"
    ]


def test_libreoffice_opens_the_word_file(tmp_path: Path) -> None:
    path = tmp_path / "paper.docx"
    path.write_bytes(official_docx(FINAL))
    (saved,) = saved_by_libreoffice([path], tmp_path / "saved")
    said = "".join(PdfReader(saved).pages[0].extract_text().split())
    for words in ("一、教学工作", "院发〔2026〕8号", "汇报部门：办公室", "校验码AB12-CD34"):
        assert words in said
    box = PdfReader(saved).pages[0].mediabox
    assert (round(box.width), round(box.height)) == (round(Mm(210).pt), round(Mm(297).pt))


@pytest.mark.parametrize(
    ("number", "words"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九"), (0, "0"), (100, "100")]
)  # fmt: skip
def test_headings_count_in_chinese(number: int, words: str) -> None:
    assert chinese_number(number) == words


def test_dates_have_no_leading_zeros() -> None:
    assert chinese_date(dt.date(2026, 2, 8)) == "2026年2月8日"
    assert chinese_date(None) == ""
