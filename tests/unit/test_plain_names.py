"""A file's name for programs that read ASCII only."""

from __future__ import annotations

import pytest

from app.web.downloads import plain_name


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("月度监测-教务处-2026-11.xlsx", "luoxuan-2026-11.xlsx"),
        ("2026年10月监测通报.pdf", "luoxuan-2026-10.pdf"),
        ("目标任务.xlsx", "luoxuan.xlsx"),
        ("佐证材料", "luoxuan"),
        ('甲"；x.cs v', "luoxuan-x.csv"),
    ],
)
def test_what_is_ascii_in_a_name_stays_under_the_system_s_own(name: str, plain: str) -> None:
    assert plain_name(name) == plain
