"""What the pages of the year's phases show: each phase with its state, and its debtors."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext, ngettext

from app.core import clock
from app.cycles.steering import Call, Debtor, LastReminder
from app.models.cycles import Phase, PhaseCode
from app.organisation.seats import Seats
from app.web.directory import directory
from app.web.formats import show
from app.web.steering.late import Late
from app.web.steering.owed import Debt
from app.web.steering.standing import Line
from app.web.steering.words import WORDS, Told
from app.web.steering.year import Year

PAST, NOW, COMING = "past", "now", "coming"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of what a debtor owes. `late`: workdays after `due_on`."""

    words: str
    count: int
    due_on: dt.date | None
    since: dt.date | None
    late: int
    link: str


@dataclass(frozen=True, slots=True)
class Owing:
    """A debtor with what is owed, who reads a reminder, and the last one."""

    debtor: Debtor
    name: str
    people: Sequence[str]
    delegates: Sequence[str]
    items: Sequence[Item]
    call: Call
    last: LastReminder | None
    reminded_today: bool

    @property
    def key(self) -> str:
        """How a form names the debtor."""
        one = self.debtor
        return f"d{one.department_id}" if one.department_id else f"l{one.leader_id}"

    @property
    def late(self) -> int:
        return max(item.late for item in self.items)


@dataclass(frozen=True, slots=True)
class LateLine:
    """Late work that was taken: `workdays` 0 where no rule sets a last day."""

    name: str
    count: int
    workdays: int


@dataclass(frozen=True, slots=True)
class Card:
    """A phase as the list of the year shows it."""

    phase: Phase
    told: Told
    state: str
    left: str
    article: str
    lines: Sequence[Line]
    owing: int
    overdue: int
    late: int
    link: str
    office: int
    """Steps of the Office's own that wait."""


def cards(
    year: Year,
    lines: Mapping[PhaseCode, list[Line]],
    owed: Iterable[Debt],
    late: Iterable[Late],
    seats: Seats,
) -> list[Card]:
    """The phases of a year in their order."""
    by_phase: dict[PhaseCode, dict[Debtor, bool]] = defaultdict(dict)
    own: dict[PhaseCode, int] = defaultdict(int)
    for debt in owed:
        if debt.owed.by_office:
            own[debt.owed.phase] += debt.count
        for debtor in _debtors(debt, seats):
            overdue = debt.due_on is not None and debt.due_on < year.today
            known = by_phase[debt.owed.phase]
            known[debtor] = overdue or known.get(debtor, False)
    taken: dict[PhaseCode, int] = defaultdict(int)
    for one in late:
        taken[one.phase] += one.count
    return [
        Card(
            phase=phase,
            told=WORDS[code],
            state=state_of(phase, year.today),
            left=left_of(phase, year),
            article=article_of(phase),
            lines=lines.get(code, ()),
            owing=len(by_phase[code]),
            overdue=sum(by_phase[code].values()),
            late=taken[code],
            link=place_of(year, code),
            office=own[code],
        )
        for code, phase in year.phases.items()
    ]


def owing(
    year: Year, owed: Iterable[Debt], seats: Seats, reminders: Mapping[Debtor, LastReminder]
) -> tuple[list[Owing], list[Owing]]:
    """The departments and the leaders who owe something, the most overdue first."""
    gathered: dict[Debtor, list[Debt]] = defaultdict(list)
    for debt in owed:
        for debtor in _debtors(debt, seats):
            gathered[debtor].append(debt)
    known = list(directory().departments)
    found = [
        _owing(year, debtor, debts, seats, reminders.get(debtor))
        for debtor, debts in gathered.items()
    ]
    found.sort(key=lambda one: (-one.late, _rank(known, one.debtor)))
    departments = [one for one in found if one.debtor.department_id]
    return departments, [one for one in found if not one.debtor.department_id]


def office_items(year: Year, owed: Iterable[Debt]) -> list[Item]:
    """The Office's own steps in a phase, the most overdue first."""
    return _items(year, [debt for debt in owed if debt.owed.by_office], Debtor())


def late_lines(year: Year, late: Iterable[Late], code: PhaseCode) -> list[LateLine]:
    """What departments did late in a phase."""
    return [
        LateLine(
            _late_name(year, one),
            one.count,
            year.workdays_late(one.due_on, one.on),
        )
        for one in late
        if one.phase == code
    ]


def _late_name(year: Year, late: Late) -> str:
    """The department, and of monthly checks which month's."""
    name = _department(late.department_id or 0)
    if late.month is None:
        return name
    return gettext("%(what)s (%(of)s)", what=name, of=f"{year.year}-{late.month:02d}")


def place_of(year: Year, code: PhaseCode) -> str:
    return url_for("SteeringView.phase", year=year.year, code=code.value)


def state_of(phase: Phase, today: dt.date) -> str:
    if phase.ends_on < today:
        return PAST
    return NOW if phase.starts_on <= today else COMING


def left_of(phase: Phase, year: Year) -> str:
    """How long the phase still runs, or until it begins, in workdays."""
    state = state_of(phase, year.today)
    if state == PAST:
        return gettext("over")
    if state == COMING:
        count = clock.workdays_between(year.today, phase.starts_on, year.own)
        return ngettext("begins in %(num)s workday", "begins in %(num)s workdays", count)
    count = clock.workdays_between(year.today, phase.ends_on, year.own)
    if phase.ends_on == year.today:
        return gettext("ends today")
    return ngettext("%(num)s workday left", "%(num)s workdays left", count)


def article_of(phase: Phase) -> str:
    if not phase.article:
        return ""
    return gettext("Art. %(article)s", article=gettext(", ").join(phase.article.split(";")))


# Debtors -------------------------------------------------------------------------------


def _debtors(debt: Debt, seats: Seats) -> Collection[Debtor]:
    """Who owes it: the department, of a section the department above; or those leaders who may
    decide on the department's rows."""
    if debt.department_id is None:
        return ()
    if debt.owed.by_leader:
        return [Debtor(leader_id=one) for one in seats.leaders_of(debt.department_id)]
    return [Debtor(department_id=_whole(debt.department_id))]


def _whole(department: int) -> int:
    known = directory().departments.get(department)
    section = known is not None and known.kind == "section" and known.parent_id
    return known.parent_id or department if known is not None and section else department


def _owing(
    year: Year, debtor: Debtor, debts: Sequence[Debt], seats: Seats, last: LastReminder | None
) -> Owing:
    leader = not debtor.department_id
    people = frozenset({debtor.leader_id}) if leader else seats.heads_of(debtor.department_id)
    standing_in = seats.delegates(people, debtor.department_id or None) - people
    items = _items(year, debts, debtor)
    return Owing(
        debtor=debtor,
        name=_person(debtor.leader_id) if leader else _department(debtor.department_id),
        people=[] if leader else sorted(_person(one) for one in people),
        delegates=sorted(_person(one) for one in standing_in),
        items=items,
        call=Call(people | standing_in, _owed_words(debtor, debts)),
        last=last,
        reminded_today=last is not None
        and last.at.astimezone(clock.COLLEGE_ZONE).date() == year.today,
    )


def _items(year: Year, debts: Sequence[Debt], debtor: Debtor) -> list[Item]:
    """One line per kind and last day; a leader's over all departments."""
    grouped: dict[tuple[Any, dt.date | None], list[Debt]] = defaultdict(list)
    for debt in debts:
        grouped[id(debt.owed), debt.due_on].append(debt)
    found = []
    for same in grouped.values():
        owed, due = same[0].owed, same[0].due_on
        departments = sorted({debt.department_id for debt in same if debt.department_id})
        arguments = urlencode({"department": ",".join(str(one) for one in departments)})
        place = url_for(
            "SteeringView.rows", year=year.year, code=owed.phase.value, kind=owed.waiting.key
        )
        words = str(owed.waiting.title)
        if debtor.leader_id:
            told = [_department(one) for one in departments]
            words = gettext("%(what)s (%(of)s)", what=words, of=gettext(", ").join(told))
        since = [debt.since for debt in same if debt.since is not None]
        found.append(
            Item(
                words=words,
                count=0 if owed.single and not debtor.leader_id else sum(one.count for one in same),
                due_on=due,
                since=min(since) if since else None,
                late=year.workdays_late(due),
                link=f"{place}?{arguments}",
            )
        )
    return sorted(found, key=lambda item: (-item.late, item.words))


def _owed_words(debtor: Debtor, debts: Sequence[Debt]) -> str:
    """What the inbox says of it, in Chinese and without titles."""
    counts: dict[str, int] = defaultdict(int)
    single: dict[str, bool] = {}
    places: dict[str, set[str]] = defaultdict(set)
    for debt in debts:
        counts[debt.owed.chinese] += debt.count
        single[debt.owed.chinese] = debt.owed.single
        places[debt.owed.chinese].add(_department(debt.department_id or 0))
    told = [
        words if single[words] and not debtor.leader_id else f"{words}{count}项"
        for words, count in counts.items()
    ]
    if debtor.leader_id:
        whose = "、".join(sorted(set().union(*places.values())))
        return f"{'，'.join(told)}（{whose}）"
    return f"{_department(debtor.department_id)}：{'，'.join(told)}"


def _department(key: int) -> str:
    known = directory().departments.get(key)
    return known.name if known else show(None)


def _person(key: int) -> str:
    known = directory().people.get(key)
    return known.name if known else show(None)


def _rank(known: list[int], debtor: Debtor) -> tuple[int, str]:
    at = known.index(debtor.department_id) if debtor.department_id in known else len(known)
    return at, _person(debtor.leader_id) if debtor.leader_id else ""


# The text for a group chat -------------------------------------------------------------


def chat_text(year: Year, phase: Phase, owed: Iterable[Debt]) -> str:
    """A text to paste into the college's group chat: what is owed, by when, which departments.
    No names of people, no titles of tasks. Chinese, like every paper of the college."""
    grouped: dict[tuple[int, dt.date | None], list[Debt]] = defaultdict(list)
    for debt in owed:
        if debt.department_id is not None:
            grouped[id(debt.owed), debt.due_on].append(debt)
    lines = [
        "各部门、各位领导：",
        f"{year.year}年度“{phase.code.zh}”阶段以下事项尚未完成，请尽快登录目标管理系统办理：",
    ]
    for place, same in enumerate(grouped.values(), start=1):
        kind, due = same[0].owed, same[0].due_on
        late = year.workdays_late(due)
        told = f"{due.month}月{due.day}日截止" if due else ""
        told += f"，已逾期{late}个工作日" if late else ""
        whom = "请分管（联系）院领导办理" if kind.by_leader else ""
        notes = "；".join(word for word in (told, whom) if word)
        head = f"{place}. {kind.chinese}" + (f"（{notes}）" if notes else "")
        lines.append(f"{head}：{'、'.join(_counted(same))}")
    day = year.today
    return "\n".join([*lines, "办公室", f"{day.year}年{day.month}月{day.day}日"])


def _counted(same: Sequence[Debt]) -> list[str]:
    """The departments of a kind in their natural order, each with how many."""
    counts: dict[int, int] = defaultdict(int)
    for debt in same:
        counts[_whole(debt.department_id or 0)] += debt.count
    order = list(directory().departments)
    return [
        _department(key) + ("" if same[0].owed.single else f"{counts[key]}项")
        for key in sorted(counts, key=order.index)
    ]
