"""The page of the supervision board, and the short steps that are taken on it.

Its conditions are those of the list of cases and stand in the address under the same names, so
that every figure leads to its rows. Steps go through the workflow like everywhere: a proposal is
confirmed or dismissed on its card, marked cards go to the preview of the list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import Refusal
from app.core.policy import visible
from app.core.unit_of_work import unit_of_work
from app.cycles.queries import college_calendar
from app.extensions import db
from app.models.organisation import DepartmentKind
from app.models.supervision import CaseStatus, SupervisionCase
from app.organisation.rules import reads_college
from app.supervision.board import (
    CONDITIONS,
    WORKING,
    CardRow,
    Step,
    Tally,
    first_cards,
    tallies,
)
from app.supervision.due import Calendar, Due, due_of
from app.web import formats
from app.web.directory import directory
from app.web.filters import OneOf
from app.web.interface import key_of
from app.web.links import filter_arguments, filter_name, list_link
from app.web.lists.conditions import Chip, chips_of
from app.web.lists.query import narrowed
from app.web.lists.quick import Toggle, toggle, year_toggle
from app.web.lists.start import begin
from app.web.lists.state import ListState
from app.web.reader import the_actor
from app.web.refusals import refusal_of
from app.web.shell import chosen_cycle
from app.web.views import view_of

NAMES: Mapping[Step, Any] = {
    Step.PROPOSED: lazy_gettext("Proposed"),
    Step.SUPERVISE: lazy_gettext("Supervised"),
    Step.URGE: lazy_gettext("Urged"),
    Step.DEADLINE: lazy_gettext("Final deadline"),
    Step.SPECIAL: lazy_gettext("Special inspection"),
    Step.SETTLING: lazy_gettext("Waiting to be closed"),
    Step.CLOSED: lazy_gettext("Closed"),
}
HINTS: Mapping[Step, Any] = {
    Step.PROPOSED: lazy_gettext("The patrol or the Office proposes them; the Office decides."),
    Step.SUPERVISE: lazy_gettext("Opened: the department signs for it and replies."),
    Step.URGE: lazy_gettext("No answer in time: urged."),
    Step.DEADLINE: lazy_gettext("Urged in vain: a last day is set."),
    Step.SPECIAL: lazy_gettext("With the discipline office."),
    Step.SETTLING: lazy_gettext("The reply is accepted, the clock stands still."),
    Step.CLOSED: lazy_gettext("The last ones first."),
}
IN_BULK: Mapping[str, tuple[Step, ...]] = {
    "confirm": (Step.PROPOSED,),
    "dismiss": (Step.PROPOSED,),
    "accept": (Step.SUPERVISE, Step.URGE, Step.DEADLINE),
    "urge": (Step.SUPERVISE, Step.URGE),
    "close": (Step.SETTLING,),
}
"""Steps that are taken on marked cards, and the columns whose cards they fit."""

ON_THE_CARD = ("confirm", "dismiss")
"""Steps of a proposal that its card offers."""

SHOWN = ("department", "overdue")
"""The quick filters of the list that mean something on a board."""


@dataclass(frozen=True, slots=True)
class Card:
    """A case as the board shows it. `steps`: those of `ON_THE_CARD` that its reader takes;
    `marked_for`: may it be marked for a step on several?"""

    row: CardRow
    link: str
    department: str
    leader: str
    due: Due | None
    steps: tuple[str, ...]
    marked_for: bool

    @property
    def waits(self) -> bool:
        """A reply nobody has judged yet."""
        return self.row.status == CaseStatus.REPLIED

    @property
    def unsigned(self) -> bool:
        return self.row.status == CaseStatus.OPEN and not self.row.signed


@dataclass(frozen=True, slots=True)
class Column:
    step: Step
    name: str
    hint: str
    tally: Tally
    cards: Sequence[Card]
    link: str

    @property
    def more(self) -> int:
        """Cases that the list shows and the column does not."""
        return self.tally.count - len(self.cards)


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that was refused on the board: its case, what was written, and why."""

    key: int
    version: int
    name: str
    case: str
    label: str
    note: str
    reason: str


class BoardView(BaseView):
    route_base = "/supervision"
    default_view = "board"
    class_permission_name = "supervision_case"
    method_permission_name = {"board": "read", "take": "confirm"}

    @expose("/")
    @has_access
    def board(self) -> Any:
        return self._page()

    @expose("/take/<name>/<pk>", methods=["POST"])
    @has_access
    def take(self, name: str, pk: str) -> Any:
        """Take a step of a proposal on its card: confirm it, or dismiss it with a reason."""
        actor, key = the_actor(), key_of(pk)
        if name not in ON_THE_CARD or key is None:
            abort(404)
        if not actor.may(f"supervision_case:{name}"):
            abort(403)
        row = db.session.scalar(
            select(SupervisionCase).where(
                SupervisionCase.id == key, visible(actor, SupervisionCase)
            )
        )
        if row is None:
            abort(404)
        step = workflow.workflow_of(SupervisionCase).named(name)
        told, note = str(row), request.form.get("note", "").strip()
        sent = request.form.get("version", "")
        seen = int(sent) if sent.isascii() and sent.isdigit() else None
        asked = {"note": note} if note else {}
        try:
            with unit_of_work(db.session, actor):
                workflow.apply(db.session, actor, row, name, version=seen, **asked)
        except (Refusal, IntegrityError, StaleDataError) as error:
            refusal = refusal_of(error)
            version = db.session.scalar(
                select(SupervisionCase.version).where(SupervisionCase.id == key)
            )
            refused = Refused(key, version or 0, name, told, str(step.label), note, str(refusal))
            return self._page(refused), refusal.status_code
        flash(f"{step.label}：{row}", "success")
        return redirect(_address(_state()))

    def _page(self, refused: Refused | None = None) -> Any:
        actor, today = the_actor(), clock.today()
        state = _state()
        cases = narrowed(view_of(SupervisionCase), state, actor)
        figures = tallies(db.session, cases, today)
        cards = first_cards(db.session, actor, cases, today) if figures else {}
        maker = _CardMaker(actor, today, college_calendar(db.session))
        columns = [
            Column(
                step,
                str(NAMES[step]),
                str(HINTS[step]),
                figures.get(step, Tally()),
                [maker.card(row, step) for row in cards.get(step, ())],
                _behind(state, step),
            )
            for step in Step
        ]
        return self.render_template(
            "supervision/board.html",
            title=gettext("Supervision board"),
            subtitle=_in_words(figures),
            columns=columns,
            here_step=_first_shown(columns),
            any_case=bool(figures),
            filters=_filters(state, actor),
            state=state,
            place=url_for("BoardView.board"),
            query=state.query_string(),
            list_place=f"{url_for(f'{view_of(SupervisionCase).endpoint}.list')}?{state.query_string()}",
            bulk=[
                (name, str(workflow.workflow_of(SupervisionCase).named(name).label), steps)
                for name, steps in IN_BULK.items()
                if maker.may(name)
                and any(one.marked_for for column in columns for one in column.cards)
            ],
            labels=workflow_labels(),
            refused=refused,
            may_add=actor.may("supervision_case:add"),
            formats=formats,
        )


def workflow_labels() -> dict[str, str]:
    """The steps of a case as their buttons call them."""
    flow = workflow.workflow_of(SupervisionCase)
    return {one.name: str(one.label) for one in flow.transitions}


class _CardMaker:
    """Makes cards for one reader on one day."""

    def __init__(self, actor: Actor, today: dt.date, calendar: Calendar) -> None:
        self._actor, self._today, self._calendar = actor, today, calendar
        self._place = view_of(SupervisionCase).route_base

    def may(self, name: str) -> bool:
        return self._actor.may(f"supervision_case:{name}")

    def card(self, row: CardRow, step: Step) -> Card:
        known, people = directory().departments, directory().people
        runs = row.status in WORKING
        return Card(
            row,
            f"{self._place}/show/{row.id}",
            known[row.department_id].name if row.department_id in known else "",
            people[row.leader_id].name if row.leader_id in people else "",
            due_of(row.due_on, self._today, self._calendar) if runs else None,
            tuple(name for name in ON_THE_CARD if step == Step.PROPOSED and self._takes(name, row)),
            any(step in fitting and self._takes(name, row) for name, fitting in IN_BULK.items()),
        )

    def _takes(self, name: str, row: CardRow) -> bool:
        """Is the step offered on the card? Whether it is possible, the workflow says."""
        return row.decides and self.may(name)


# The conditions ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Department:
    key: int
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class FilterBar:
    """What narrows the board: taps, the departments to choose from under `name`, and what else
    stands in the address. `kept` goes on with a chosen department."""

    toggles: Sequence[tuple[Toggle, str]]
    departments: Sequence[Department]
    name: str
    kept: Sequence[tuple[str, str]]
    chips: Sequence[tuple[Chip, str]]


def _state() -> ListState:
    """What the address asks for; the reader's year if it says nothing."""
    return begin(view_of(SupervisionCase), request.args, (), chosen_cycle())[0]


def _address(state: ListState) -> str:
    return f"{url_for('BoardView.board')}?{state.query_string()}"


def _filters(state: ListState, actor: Actor) -> FilterBar:
    view = view_of(SupervisionCase)
    year = year_toggle(view, state, chosen_cycle())
    taps = [year] if year else []
    for quick in view.quick_filters:
        conditions = quick.conditions(actor) if quick.name in SHOWN else None
        if conditions:
            pairs = filter_arguments(SupervisionCase, **conditions)
            taps.append(toggle(state, str(quick.label), pairs))
    name = filter_name(SupervisionCase, "department")
    departments = _departments(dict(state.filters).get(name, ""), actor)
    said = {
        pair
        for tap in taps
        if tap.pressed
        for pair in state.filters
        if pair not in tap.state.filters
    }
    if departments:
        said |= {pair for pair in state.filters if pair[0] == name}
    return FilterBar(
        [(tap, _address(tap.state)) for tap in taps],
        departments,
        name,
        state.without("department").pairs(),
        [
            (chip, _address(state.with_filters(one for one in state.filters if one != pair)))
            for chip in chips_of(view, state)
            if (pair := (chip.name, chip.value)) not in said
        ],
    )


def _departments(chosen: str, actor: Actor) -> list[Department]:
    """The departments whose cases the reader may see, where there is more than one."""
    reach = actor.departments | actor.charged
    found = [
        Department(one.id, one.name, str(one.id) == chosen)
        for one in directory().departments.values()
        if one.kind != DepartmentKind.SECTION
        and (one.active or str(one.id) == chosen)
        and (one.id in reach or reads_college(actor))
    ]
    return found if len(found) > 1 else []


def _behind(state: ListState, step: Step) -> str:
    """The list of a column's cases: what is asked for, and what the column stands for. Where the
    reader asks for certain states already, both hold."""
    states, stage = CONDITIONS[step]
    among = filter_name(SupervisionCase, "status", OneOf.arg_name)
    asked = [set(value.split(",")) for name, value in state.filters if name == among]
    fitting = [one.value for one in states if all(one.value in values for values in asked)]
    wanted: dict[str, Any] = {"status__in": ",".join(fitting)}
    if stage is not None:
        wanted["stage"] = stage
    return list_link(SupervisionCase, state.pairs(), **wanted)


# In words ------------------------------------------------------------------------------


def _in_words(figures: Mapping[Step, Tally]) -> str:
    """How many cases are under way and how many of them are late, as the page's second line."""
    open_steps = [step for step in Step if step not in (Step.PROPOSED, Step.CLOSED)]
    count = sum(figures[step].count for step in open_steps if step in figures)
    late = sum(tally.late for tally in figures.values())
    told = ngettext("%(num)s case under way", "%(num)s cases under way", count)
    if late:
        told += gettext(", ") + ngettext("%(num)s of them overdue", "%(num)s of them overdue", late)
    return told


def _first_shown(columns: Sequence[Column]) -> Step:
    """The column that a telephone shows first: what waits for the reader, else what is late, else
    the first with a case."""
    if any(card.steps for card in columns[0].cards):
        return Step.PROPOSED
    working = [one for one in columns if one.step != Step.PROPOSED]
    late = next((one.step for one in working if one.tally.late), None)
    return late or next((one.step for one in working if one.tally.count), Step.SUPERVISE)


def register(builder: Any) -> None:
    builder.add_view(
        BoardView,
        "supervision_board",
        label=lazy_gettext("Supervision board"),
        icon="layout-kanban",
        category="supervision",
        category_label=lazy_gettext("Supervision"),
        category_icon="gavel",
    )
