"""A list on disk is read as it was written, whatever its length."""

from __future__ import annotations

import pytest

from app.core.spool import BLOCK, HELD, Spool

MANY = BLOCK * (HELD + 3) + 7
"""More than are in memory at a time."""


@pytest.fixture
def spool() -> Spool[list[int]]:
    return Spool([number] for number in range(MANY))


def numbers(spool: Spool[list[int]]) -> list[int]:
    return [number for (number,) in spool]


@pytest.mark.parametrize("count", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, MANY])
def test_it_has_what_was_appended_in_order(count: int) -> None:
    spool = Spool(range(count))
    assert (len(spool), list(spool), bool(spool)) == (count, list(range(count)), count > 0)


def test_items_are_found_by_place(spool: Spool[list[int]]) -> None:
    assert [spool[place] for place in (0, MANY - 1, BLOCK, -1, 3)] == [
        [0], [MANY - 1], [BLOCK], [MANY - 1], [3],
    ]  # fmt: skip
    assert spool[BLOCK - 1 : BLOCK + 1] == [[BLOCK - 1], [BLOCK]]
    with pytest.raises(IndexError):
        spool[MANY]


def test_what_is_put_back_stays(spool: Spool[list[int]]) -> None:
    for place in (1, BLOCK, MANY - 1):
        spool[place] = [-place]
    for place in range(0, MANY, BLOCK):
        assert spool[place]  # whatever was in memory is let go
    assert [spool[place] for place in (1, BLOCK, MANY - 1)] == [[-1], [-BLOCK], [1 - MANY]]
    assert len(spool) == MANY


def test_what_is_changed_without_being_put_back_is_lost(spool: Spool[list[int]]) -> None:
    spool[1].append(5)
    list(spool)
    assert spool[1] == [1]


@pytest.mark.parametrize("length", [0, 3, BLOCK, BLOCK + 3, MANY - 2, MANY, MANY + 1])
def test_its_end_is_cut_off_and_goes_on(spool: Spool[list[int]], length: int) -> None:
    spool[0] = [0]
    spool.cut(length)
    assert numbers(spool) == list(range(min(length, MANY)))
    spool.extend([number] for number in range(BLOCK))
    assert numbers(spool)[min(length, MANY) :] == list(range(BLOCK))


def test_several_share_a_file() -> None:
    one = Spool(range(BLOCK))
    two = Spool(range(BLOCK), one._file)
    one.extend(range(BLOCK, 2 * BLOCK))
    assert (list(one), list(two)) == (list(range(2 * BLOCK)), list(range(BLOCK)))
