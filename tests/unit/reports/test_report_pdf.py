"""Official tables on paper."""

import io
import re
import time
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader

from app.reports import pdf
from app.reports.fonts import FontSet
from app.reports.pdf import Column, table_document

COLUMNS = [
    Column("no", "序号", 12, align="center"),
    Column("task", "目标任务", flex=2),
    Column("plan", "计划进度", 20, align="right"),
    Column("note", "备注"),
]


def a_row(number, **changes):
    return {"no": number, "task": f"建设精品在线课程第{number}门", "plan": 60, "note": ""} | changes


def make(rows, columns=COLUMNS, **changes):
    options = {
        "title": "2022年5月目标任务监测表", "state_label": "正式", "version": 2, "check_code": "7F3A-91C2",
    } | changes  # fmt: skip
    return PdfReader(io.BytesIO(table_document(columns=columns, rows=rows, **options)))


def text_of(page):
    """The page's words without the white the layout puts between them."""
    return re.sub(r"\s", "", page.extract_text())


def all_text(document):
    return "".join(text_of(page) for page in document.pages)


def test_text_can_be_copied_out():
    assert "建设精品在线课程第1门" in all_text(make([a_row(1)]))


def test_header_row_repeats_on_every_page():
    document = make([a_row(n) for n in range(1, 120)])
    assert len(document.pages) > 3
    assert all("序号目标任务计划进度备注" in text_of(page) for page in document.pages)


def test_footer_tells_state_version_check_code_and_page():
    document = make([a_row(n) for n in range(1, 60)])
    total = len(document.pages)
    for number, page in enumerate(document.pages, start=1):
        text = text_of(page)
        assert "正式版本2" in text
        assert "校验码7F3A-91C2" in text
        assert f"第{number}页共{total}页" in text


def test_only_a_final_paper_is_unstamped():
    assert all_text(make([a_row(1)])).count("正式") == 1
    assert all_text(make([a_row(1)], state_label="草稿")).count("草稿") == 2


def test_fonts_are_embedded():
    document = make([a_row(1)])
    fonts = [
        font.get_object()
        for page in document.pages
        for font in page["/Resources"]["/Font"].values()
    ]
    assert fonts
    for font in fonts:
        assert "/FontFile2" in font["/FontDescriptor"]
        assert "Noto" in font["/BaseFont"]


def test_a_cell_higher_than_a_page_goes_on_over_pages_without_loss():
    words = [f"第{n}条举措须落实到人" for n in range(900)]
    document = make([a_row(1, note="；".join(words)), a_row(2)])
    text = all_text(document)
    assert len(document.pages) > 2
    assert all(
        word
        in re.sub(
            r"2022年5月目标任务监测表（续）|序号目标任务计划进度备注|正式版本2|第\d+页共\d+页|校验码7F3A-91C2",
            "",
            text,
        )
        for word in words
    )
    assert "建设精品在线课程第2门" in text


def test_markup_is_printed_not_obeyed():
    text = all_text(make([a_row(1, note="<b>粗</b>&amp;<a href='x'>点</a><img src=x>")]))
    assert "<b>粗</b>&amp;<ahref='x'>点</a><imgsrc=x>" in text


def test_merged_value_is_repeated_on_each_page_it_reaches():
    columns = [Column("point", "工作要点", 30, merge=True), *COLUMNS]
    document = make([a_row(n, point="推进双高建设") for n in range(1, 80)], columns)
    assert [text_of(page).count("推进双高建设") for page in document.pages] == [1] * len(
        document.pages
    )


def test_merged_text_higher_than_its_rows_is_not_lost():
    sentences = [f"要点第{n}句。" for n in range(400)]
    columns = [Column("point", "工作要点", 30, merge=True), *COLUMNS]
    text = all_text(make([a_row(n, point="".join(sentences)) for n in (1, 2)], columns))
    assert all(sentence[:-1] in text for sentence in sentences[:5] + sentences[-5:])


def test_group_lines_are_repeated_as_continued():
    rows = [a_row(n, dept="教务处" if n < 60 else "人事处") for n in range(1, 70)]
    document = make(rows, group_by="dept")
    assert "教务处（续）" in text_of(document.pages[1])
    assert all_text(document).count("人事处") >= 1
    assert [entry["/Title"] for entry in document.outline] == ["教务处", "人事处"]


def test_sequence_rows_can_be_grouped_by_a_column():
    columns = [Column("dept", "部门"), Column("task", "目标任务")]
    text = all_text(make([("教务处", "甲"), ("人事处", "乙")], columns, group_by="dept"))
    assert "部门" not in text
    assert "教务处甲人事处乙" in text or ("教务处" in text and "乙" in text)


def test_grouping_by_what_sequence_rows_lack_is_refused():
    with pytest.raises(ValueError, match="group by"):
        make([("甲",)], [Column("task", "目标任务")], group_by="dept")


def test_signatures_and_issue_line_stay_together_after_the_table():
    document = make(
        [a_row(n) for n in range(1, 40)], signature_block=["编制人", "审核人"],
        issued_by="党政办公室", issued_on=date(2022, 2, 8), notes=["第一", "第二"],
    )  # fmt: skip
    last = text_of(document.pages[-1])
    for words in ("编制人：", "审核人：", "党政办公室", "2022年2月8日"):
        assert words in last
    assert "注：1.第一2.第二" in all_text(document)


@pytest.mark.parametrize("count", range(14, 34))
def test_what_follows_the_table_never_meets_the_footer(count):
    document = make(
        [a_row(n) for n in range(count)],
        signature_block=["审核人"],
        issued_by="党政办公室",
        issued_on="5月",
    )
    holder = [n for n, page in enumerate(document.pages) if "审核人：" in text_of(page)]
    assert holder == [len(document.pages) - 1]
    assert "党政办公室" in text_of(document.pages[-1])


def test_metadata_names_the_paper_and_its_language():
    document = make([a_row(1)], issued_by="党政办公室", version="第2版")
    assert document.metadata.title == "2022年5月目标任务监测表"
    assert document.metadata.author == "党政办公室"
    assert "校验码 7F3A-91C2" in document.metadata.subject
    assert document.trailer["/Root"]["/Lang"] == "zh-CN"


def test_values_are_written_as_an_official_paper_writes_them():
    assert pdf.cell_text(date(2022, 6, 30)) == "2022-06-30"
    assert pdf.cell_text(Decimal("12.50")) == "12.5"
    assert pdf.cell_text(Decimal("100")) == "100"
    assert pdf.cell_text(0.1 + 0.2) == "0.3"
    assert pdf.cell_text(["教务处", "团委"]) == "教务处、团委"
    assert pdf.cell_text(None) == ""
    assert pdf.cell_text(True) == "是"


def test_page_is_a4_and_turns_with_landscape():
    assert [round(float(x)) for x in make([a_row(1)]).pages[0].mediabox[2:]] == [842, 595]
    assert [round(float(x)) for x in make([a_row(1)], landscape=False).pages[0].mediabox[2:]] == [
        595,
        842,
    ]


def test_long_title_shrinks_or_wraps_and_is_complete():
    title = "××职业技术学院" + "关于深入推进目标任务管理与诊断改进工作" * 4 + "情况表"
    assert title in all_text(make([a_row(1)], title=title, landscape=False))


def test_empty_table_says_so():
    assert "（本表无内容）" in all_text(make([]))


def test_missing_keys_and_short_rows_print_empty_cells():
    assert "甲" in all_text(make([{"task": "甲"}]))
    assert "乙" in all_text(make([(1, "乙")]))


def test_columns_asking_too_much_are_narrowed_to_the_page():
    columns = [Column(str(n), f"第{n}列", 80) for n in range(9)]
    assert "第8列" in all_text(make([[f"值{n}" for n in range(9)]], columns))


def test_no_columns_is_an_error():
    with pytest.raises(ValueError, match="column"):
        make([], [])


def test_equal_input_gives_equal_bytes_when_asked():
    options = {
        "title": "表", "columns": COLUMNS, "state_label": "正式", "version": 1, "check_code": "X", "invariant": True,
    }  # fmt: skip
    assert table_document(rows=[a_row(1)], **options) == table_document(rows=[a_row(1)], **options)


def test_rare_characters_and_emoji_do_not_break_the_paper():
    assert len(make([a_row(1, note="𠮷野家 👍 \ud800 \x00 ﷽")]).pages) == 1


def test_papers_are_made_without_the_noto_fonts_too(monkeypatch, tmp_path):
    from app.reports import fonts

    fallback: FontSet = fonts.font_set(tmp_path)
    monkeypatch.setattr(pdf, "font_set", lambda: fallback)
    assert len(make([a_row(n) for n in range(40)]).pages) >= 2


def test_a_thousand_rows_take_a_few_seconds():
    started = time.perf_counter()
    make([a_row(n, note="完成调研、论证、审议与印发，佐证材料齐全。" * 3) for n in range(1000)])
    assert time.perf_counter() - started < 15
