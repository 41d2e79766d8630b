"""The strip of the year: every phase can be read, also the one of a single day."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from app.models.cycles import CycleStatus, PhaseCode
from app.web.directory import CycleEntry, PhaseEntry
from app.web.home.strip import Bar, room_of, strip_of

TODAY = dt.date(2026, 6, 1)
ONE_DAY = PhaseEntry(PhaseCode.KICKOFF, dt.date(2025, 11, 1), dt.date(2025, 11, 1))
NEXT = PhaseEntry(PhaseCode.PROPOSAL, dt.date(2025, 11, 3), dt.date(2025, 11, 30))
LONG = PhaseEntry(PhaseCode.MONITORING, dt.date(2026, 1, 1), dt.date(2027, 1, 5))
LAST = PhaseEntry(PhaseCode.PUBLIC_NOTICE, dt.date(2027, 1, 4), dt.date(2027, 1, 5))


def bars_of(app: Flask, *phases: PhaseEntry) -> list[Bar]:
    year = CycleEntry(1, 2026, "2026", CycleStatus.RUNNING, phases)
    with app.test_request_context():
        strip = strip_of(year, (), TODAY)
    assert strip is not None
    return list(strip.bars)


def test_the_name_of_a_short_phase_does_not_cover_the_next(app: Flask) -> None:
    short, after, _long = bars_of(app, ONE_DAY, NEXT, LONG)
    assert short.width < room_of(short.name)
    assert after.lane != short.lane


def test_bars_far_enough_apart_share_a_lane(app: Flask) -> None:
    short, later = bars_of(app, ONE_DAY, LONG)
    assert later.lane == short.lane == 0


def test_at_the_end_of_the_strip_a_name_is_written_backwards(app: Flask) -> None:
    *_rest, last = bars_of(app, ONE_DAY, LONG, LAST)
    assert last.backwards
    assert last.x + room_of(last.name) > 100


def test_every_phase_is_named_on_the_home_page(app: Flask) -> None:
    assert room_of("公示") > room_of("ab") > room_of("")
