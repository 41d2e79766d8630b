"""An official paper as a Word file: plain content in, bytes out.

The typefaces are those an office has (方正小标宋, 仿宋, 黑体, 楷体); the file names what stands
for them where they are missing. Equal content gives equal bytes: no clock is read.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import docx
from docx.enum.table import WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from app.reports import paper as gb
from app.reports.lines import clean
from app.reports.paper import Grid, Heading, NewPage, OfficialPaper, Space, Text, paragraphs

TITLE, BODY, BLACK, SCRIPT, SONG = (
    "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体",
)  # fmt: skip
STAND_INS = {
    TITLE: "方正小标宋_GBK,FZXiaoBiaoSong-B05S,华文中宋,宋体,Noto Serif CJK SC",
    BODY: "仿宋,FangSong,华文仿宋,FZFangSong-Z02S,Noto Serif CJK SC",
    BLACK: "SimHei,华文黑体,微软雅黑,Noto Sans CJK SC",
    SCRIPT: "楷体,KaiTi,华文楷体,FZKai-Z03S,Noto Serif CJK SC",
    SONG: "SimSun,华文宋体,Noto Serif CJK SC",
}
"""What a reader without the first typeface may take (`w:altName`)."""

_WIDTH_MM = 210 - gb.LEFT_MM - gb.RIGHT_MM
_ORIGIN = datetime(2000, 1, 1)  # noqa: DTZ001 (a fixed mark, no moment)
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_PROPERTY = 255
"""Characters that a property of the file may have."""
_STAMP_RED = "B71C1C"
_WHOLE_ROW = 600
"""Rows of fewer characters are not cut by the end of a page."""

_LEFT, _CENTRE, _RIGHT = (
    WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT,
)  # fmt: skip


def official_docx(paper: OfficialPaper) -> bytes:
    """The paper as a .docx file."""
    file = docx.Document()
    _prepare(file, paper)
    for line in paragraphs(paper.title):
        _paragraph(
            file, line, TITLE, gb.TITLE_SIZE, gb.TITLE_PITCH, align=_CENTRE, keep=True, outline=0
        )
    for line in paper.subtitles:
        _paragraph(file, line, SCRIPT, gb.BODY_SIZE, gb.BODY_PITCH, align=_CENTRE)
    _paragraph(file, "", BODY, gb.BODY_SIZE, gb.BODY_PITCH)
    fresh = False
    for block in paper.blocks:
        if isinstance(block, NewPage):
            fresh = True
            continue
        _block(file, block, fresh)
        fresh = False
    if paper.signed:
        _paragraph(file, "", BODY, gb.BODY_SIZE, gb.BODY_PITCH, keep=True)
        for text, indent in paper.signed:
            end = _paragraph(file, text, BODY, gb.BODY_SIZE, gb.BODY_PITCH, align=_RIGHT)
            end.paragraph_format.right_indent = Pt(indent * gb.BODY_SIZE)
    return _saved(file)


# The page ------------------------------------------------------------------------------


def _prepare(file: Any, paper: OfficialPaper) -> None:
    """Sheet, margins, base style, head and foot, properties."""
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(gb.TOP_MM), Mm(gb.BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(gb.LEFT_MM), Mm(gb.RIGHT_MM)
    section.header_distance, section.footer_distance = Mm(24), Mm(24)
    style = file.styles["Normal"]
    style.font.size = Pt(gb.BODY_SIZE)
    _set_typeface(style.element.get_or_add_rPr(), BODY)
    style.paragraph_format.space_after = style.paragraph_format.space_before = Pt(0)
    # The number stands on the outer side of a leaf, as in a bound paper.
    file.settings.odd_and_even_pages_header_footer = True
    tabs = Mm(_WIDTH_MM)
    for foot, odd in ((section.footer, True), (section.even_page_footer, False)):
        foot.is_linked_to_previous = False
        line = foot.paragraphs[0]
        line.paragraph_format.tab_stops.clear_all()
        line.paragraph_format.tab_stops.add_tab_stop(tabs, alignment=2)
        if odd:
            _run(line, paper.marks, SONG, gb.MARK_SIZE).add_tab()
            _page_number(line)
        else:
            _page_number(line).add_tab()
            _run(line, paper.marks, SONG, gb.MARK_SIZE)
        line.style = file.styles["Normal"]
    for head in (section.header, section.even_page_header):
        head.is_linked_to_previous = False
        head.paragraphs[0].style = file.styles["Normal"]
        if paper.state != gb.FINAL:
            _stamp(head.paragraphs[0], paper.state)
    told = file.core_properties
    author = clean(paper.author)[:_PROPERTY]
    told.title = clean(paper.title).replace("\n", "")[:_PROPERTY]
    told.subject, told.comments, told.keywords = clean(paper.marks)[:_PROPERTY], "", ""
    told.author = told.last_modified_by = author
    told.language, told.revision = "zh-CN", 1
    told.created = told.modified = _ORIGIN
    for language in file.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    # The template's own picture of an empty page.
    relations = file.part.package.rels
    for key in [key for key, one in relations.items() if one.reltype.endswith("/thumbnail")]:
        del relations[key]
    _name_stand_ins(file)


def _page_number(line: Any) -> Any:
    """— 1 —"""
    _run(line, "— ", SONG, 14)
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = _run(line, "", SONG, 14)
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = words
        run._r.append(part)
    return _run(line, " —", SONG, 14)


def _stamp(line: Any, state: str) -> None:
    line.alignment = _RIGHT
    # No-break spaces: a trailing blank would fall out of the frame.
    run = _run(line, f"\u00a0{' '.join(clean(state))}\u00a0", BLACK, 12)
    run.font.color.rgb = RGBColor.from_string(_STAMP_RED)
    run._r.get_or_add_rPr().append(
        parse_xml(
            f'<w:bdr {nsdecls("w")} w:val="single" w:sz="8" w:space="0" w:color="{_STAMP_RED}"/>'
        )
    )


def _name_stand_ins(file: Any) -> None:
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{others}"/><w:charset w:val="86"/></w:font>'
        for name, others in STAND_INS.items()
    )
    for part in file.part.package.iter_parts():
        if part.partname.endswith("/fontTable.xml"):
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            part._blob = f"{head}<w:fonts {nsdecls('w')}>{fonts}</w:fonts>".encode()


# The blocks ----------------------------------------------------------------------------


def _block(file: Any, block: Any, fresh: bool) -> None:
    before = len(file.element.body)
    if isinstance(block, Heading):
        _paragraph(
            file, block.text, BLACK if block.level == 1 else SCRIPT, gb.BODY_SIZE, gb.BODY_PITCH,
            indent=True, keep=True, outline=block.level,
        )  # fmt: skip
    elif isinstance(block, Text):
        for place, line in enumerate(paragraphs(block.text)):
            _paragraph(
                file, line, BODY, gb.BODY_SIZE, gb.BODY_PITCH, indent=True,
                label=block.label if place == 0 else "",
            )  # fmt: skip
    elif isinstance(block, Grid):
        _grid(file, block)
    elif isinstance(block, Space):
        _space(file, block)
    if fresh:
        # python-docx counts the section's properties as the last child.
        first = file.element.body[before - 1]
        if first.tag == qn("w:tbl"):
            first = file.add_paragraph()._p
            file.element.body[before - 1].addprevious(first)
        first.get_or_add_pPr().get_or_add_pageBreakBefore()


def _paragraph(
    where: Any, text: str, typeface: str, size: float, pitch: float, *,
    align: Any = None, indent: bool = False, keep: bool = False, outline: int | None = None,
    label: str = "",
) -> Any:  # fmt: skip
    made = where.add_paragraph()
    return _set(
        made, text, typeface, size, pitch,
        align=align, indent=indent, keep=keep, outline=outline, label=label,
    )  # fmt: skip


def _set(
    line: Any, text: str, typeface: str, size: float, pitch: float, *,
    align: Any = None, indent: bool = False, keep: bool = False, outline: int | None = None,
    label: str = "",
) -> Any:  # fmt: skip
    form = line.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(pitch)
    form.space_before = form.space_after = Pt(0)
    form.keep_with_next = keep or None
    form.widow_control = False
    # Not justified: LibreOffice loses the comma that hangs at the end of a stretched line.
    line.alignment = _LEFT if align is None else align
    if indent:
        form.first_line_indent = Pt(2 * size)
        line._p.pPr.ind.set(qn("w:firstLineChars"), "200")
    if outline is not None:
        level = OxmlElement("w:outlineLvl")
        level.set(qn("w:val"), str(outline))
        line._p.pPr.append(level)
    if label:
        _run(line, label, BLACK, size)
    if text:
        _run(line, text, typeface, size)
    return line


def _run(line: Any, text: str, typeface: str, size: float) -> Any:
    run = line.add_run(clean(text))
    run.font.size = Pt(size)
    _set_typeface(run._r.get_or_add_rPr(), typeface)
    return run


def _set_typeface(properties: Any, typeface: str) -> None:
    """Digits and Latin letters stand in the same typeface's own half-width forms."""
    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    for name in ("w:ascii", "w:hAnsi", "w:eastAsia"):
        fonts.set(qn(name), typeface)
    fonts.set(qn("w:hint"), "eastAsia")


_CELL_MARGINS = (
    f"<w:tblCellMar {nsdecls('w')}>"
    + "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 50), ("left", 80), ("bottom", 50), ("right", 80))
    )
    + "</w:tblCellMar>"
)


def _table(file: Any, rows: int, shares: Sequence[float]) -> Any:
    table = file.add_table(rows=rows, cols=len(shares), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    look = table._tbl.tblPr.find(qn("w:tblLook"))
    look.addprevious(parse_xml(_CELL_MARGINS))
    for share, column, mark in zip(
        shares, table.columns, table._tbl.tblGrid.gridCol_lst, strict=True
    ):
        width = Mm(_WIDTH_MM * share / sum(shares))
        column.width = mark.w = width
    return table


def _grid(file: Any, grid: Grid) -> None:
    _paragraph(file, "", BODY, gb.TABLE_SIZE, gb.TABLE_PITCH / 3, keep=True)
    table = _table(file, 1, grid.shares)
    widths = [column.width for column in table.columns]
    head = table.rows[0]
    mark = OxmlElement("w:tblHeader")
    head._tr.get_or_add_trPr().append(mark)
    for cell, text in zip(head.cells, grid.heads, strict=True):
        _set(
            cell.paragraphs[0], text, BLACK, grid.size, grid.pitch, align=_CENTRE, keep=True
        )  # fmt: skip
    template = head._tr
    for values in grid.rows:
        row = parse_xml(f"<w:tr {nsdecls('w')}/>")
        if sum(map(len, values)) < _WHOLE_ROW:
            row.append(parse_xml(f"<w:trPr {nsdecls('w')}><w:cantSplit/></w:trPr>"))
        for place, (text, width) in enumerate(zip(values, widths, strict=True)):
            row.append(_cell(grid, text, width, place in grid.centred))
        template.getparent().append(row)
    for cell, width in zip(head.cells, widths, strict=True):
        cell.width = width
        cell.vertical_alignment = 1
    _paragraph(file, "", BODY, gb.TABLE_SIZE, gb.TABLE_PITCH / 2)


def _cell(grid: Grid, text: str, width: Any, centred: bool) -> Any:
    """A body cell, written as it is: python-docx's own cells take seconds for a long table."""
    story: Any = None
    cell = parse_xml(
        f'<w:tc {nsdecls("w")}><w:tcPr><w:tcW w:w="{int(width / 635)}" w:type="dxa"/>'
        f'<w:vAlign w:val="center"/></w:tcPr></w:tc>'
    )
    for line in list(paragraphs(clean(text))) or [""]:
        made = OxmlElement("w:p")
        cell.append(made)
        _set(
            Paragraph(made, story), line, BODY, grid.size, grid.pitch,
            align=_CENTRE if centred else _LEFT,
        )  # fmt: skip
    return cell


def _space(file: Any, space: Space) -> None:
    _paragraph(file, "", BODY, gb.TABLE_SIZE, gb.TABLE_PITCH / 3, keep=True)
    table = _table(file, 1, (1, 5))
    row = table.rows[0]
    row.height, row.height_rule = Pt(space.lines * gb.BODY_PITCH), WD_ROW_HEIGHT_RULE.AT_LEAST
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    _set(
        row.cells[0].paragraphs[0], space.label, BLACK, gb.TABLE_SIZE, gb.TABLE_PITCH, align=_CENTRE
    )
    row.cells[0].vertical_alignment = 1
    _paragraph(file, "", BODY, gb.TABLE_SIZE, gb.TABLE_PITCH / 2)


def _saved(file: Any) -> bytes:
    """The file's bytes with one fixed time on every part."""
    written, settled = io.BytesIO(), io.BytesIO()
    file.save(written)
    with (
        zipfile.ZipFile(written) as source,
        zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(source.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            target.writestr(
                zipfile.ZipInfo(name, _ZIP_TIME), source.read(name), zipfile.ZIP_DEFLATED
            )
    return settled.getvalue()
