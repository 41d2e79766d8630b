"""Whom a round tells of what: everybody gets one sentence with counts and one link (issue 6,
digests instead of floods)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import Role, assoc_user_role
from sqlalchemy import select

from app.core.actor import Actor
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession
from app.models.base import Choice
from app.models.organisation import Person
from app.notify.service import notify
from app.organisation.seats import Seats, seats_on
from app.security.roles import OFFICE

KIND = "patrol"
"""Of the message in the inbox."""


class News(Choice):
    """What a round tells, the weightiest first: its rows are where the message leads."""

    SPECIAL = "special", "提请专项督查", "Special inspection proposed"
    PROPOSED = "proposed", "拟立项", "Cases proposed"
    CLIMBED = "climbed", "督办升级", "Cases moved up"
    OVERDUE = "overdue", "任务逾期", "Tasks overdue"
    ORANGE = "orange", "橙色预警", "Orange warnings"
    MISSING = "missing", "监测缺报", "Checks missing"
    YELLOW = "yellow", "黄色预警", "Yellow warnings"
    DUE_SOON = "due_soon", "即将到期", "Due soon"


WORDS: Mapping[News, Message] = {
    News.SPECIAL: message("special inspections proposed: %(count)s"),
    News.PROPOSED: message("cases proposed: %(count)s"),
    News.CLIMBED: message("cases moved up: %(count)s"),
    News.OVERDUE: message("tasks overdue: %(count)s"),
    News.ORANGE: message("tasks with an orange or red light: %(count)s"),
    News.MISSING: message("monthly checks missing: %(count)s"),
    News.YELLOW: message("tasks with a yellow light: %(count)s"),
    News.DUE_SOON: message("tasks due soon: %(count)s"),
}

TO_OFFICE = frozenset({News.OVERDUE, News.PROPOSED, News.SPECIAL})
TO_HEADS = frozenset({News.MISSING, News.OVERDUE, News.PROPOSED, News.CLIMBED, News.ORANGE})
TO_LEADER = frozenset({News.CLIMBED, News.SPECIAL, News.ORANGE})
TO_OWNER = frozenset({News.YELLOW, News.DUE_SOON})

Place = tuple[int | None, int | None]
"""The department a row is in the hands of, and the leader named on it."""


@dataclass(slots=True)
class Gathered:
    """What happened in a round, counted by whom it concerns; it grows with the departments and
    the people, not with the rows."""

    places: dict[Place, Counter[News]] = field(default_factory=lambda: defaultdict(Counter))
    owners: dict[int, Counter[News]] = field(default_factory=lambda: defaultdict(Counter))

    def add(
        self,
        news: News,
        department: int | None,
        leader: int | None = None,
        *,
        owner: int | None = None,
        count: int = 1,
    ) -> None:
        if news in TO_OWNER:
            if owner is not None:
                self.owners[owner][news] += count
        else:
            self.places[department, leader][news] += count


def tell(session: AnySession, actor: Actor, gathered: Gathered, day: dt.date) -> int:
    """Write the messages of a round; says how many. Each person gets one, whatever hats they
    wear. Flushes, does not commit."""
    if not gathered.places and not gathered.owners:
        return 0
    shares = _shares(session, actor, gathered, day)
    by_link: dict[str, dict[int, str]] = defaultdict(dict)
    for person, counts in sorted(shares.items()):
        first = next(news for news in News if counts[news])
        by_link[f"/patrol/to/{first.value}"][person] = sentence(counts, day)
    for link, texts in by_link.items():
        notify(session, texts, KIND, link)
    return len(shares)


def sentence(counts: Counter[News], day: dt.date) -> str:
    """“Round of 2026-05-11: cases proposed: 2; tasks overdue: 1.”"""
    told = "；".join(
        str(Message(WORDS[news].words, {"count": counts[news]})) for news in News if counts[news]
    )
    return str(message("Round of %(day)s: %(told)s.", day=day, told=told))


def _shares(
    session: AnySession, actor: Actor, gathered: Gathered, day: dt.date
) -> dict[int, Counter[News]]:
    """Person → what concerns them; a row that concerns somebody twice counts once."""
    shares: dict[int, Counter[News]] = defaultdict(Counter)
    for person, counts in gathered.owners.items():
        shares[person].update(counts)
    if not gathered.places:
        return shares
    seats = seats_on(session, actor, day)
    office = _office(session, actor)
    for (department, leader), counts in gathered.places.items():
        heads, leaders = _heads(seats, department), _leaders(seats, department, leader)
        for news, count in counts.items():
            people = office if news in TO_OFFICE else frozenset()
            people |= heads if news in TO_HEADS else frozenset()
            people |= leaders if news in TO_LEADER else frozenset()
            for person in people:
                shares[person][news] += count
    return shares


def _heads(seats: Seats, department: int | None) -> frozenset[int]:
    """The heads and whoever stands in for them."""
    heads = seats.heads_of(department) if department is not None else frozenset()
    return heads | seats.delegates(heads, department)


def _leaders(seats: Seats, department: int | None, leader: int | None) -> frozenset[int]:
    if leader is not None:
        found = frozenset({leader})
    else:
        found = seats.leaders_of(department) if department is not None else frozenset()
    return found | seats.delegates(found, department)


def _office(session: AnySession, actor: Actor) -> frozenset[int]:
    return frozenset(
        session.scalars(
            select(Person.id)
            .join(assoc_user_role, assoc_user_role.c.user_id == Person.id)
            .join(Role, Role.id == assoc_user_role.c.role_id)
            .where(visible(actor, Person), Role.name == OFFICE, Person.active.is_(True))
        )
    )
