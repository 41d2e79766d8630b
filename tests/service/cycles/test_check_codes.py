"""The check code under a printed paper: over what it says, not over how it is set."""

from __future__ import annotations

from flask import Flask

from app.cycles.official import official
from app.reports.paper import SMALL_SIZE, Grid, OfficialPaper, Space


def bulletin(grid: Grid, lines: int = 4) -> OfficialPaper:
    blocks = [grid, Space("审议意见", lines)]
    return official("监测通报", blocks, state="正式", version="1")


HEADS, ROWS = ("部门", "任务"), [("教务处", "修订方案")]


def test_a_wider_column_leaves_the_code_of_papers_already_printed(app: Flask) -> None:
    with app.app_context():
        printed = bulletin(Grid(HEADS, ROWS, (1, 3), centred=(0,)))
        now = bulletin(Grid(HEADS, ROWS, (2, 3), size=SMALL_SIZE), lines=6)
    assert now.check_code == printed.check_code


def test_one_other_word_gives_another_code(app: Flask) -> None:
    with app.app_context():
        printed = bulletin(Grid(HEADS, ROWS, (1, 3)))
        altered = bulletin(Grid(HEADS, [("教务处", "修订方法")], (1, 3)))
    assert altered.check_code != printed.check_code
