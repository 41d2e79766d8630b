"""代录: what a leader or a head signed on paper, entered by the Office with its scan (domain §1).

The step is taken in the name of the person who signed, with the same checks as if they took it
themselves; the trail says who entered it. The signer is told at once and may object until the
day the rule book gives; from then on the row takes no step until the Office has taken the entry
back or a top leader has decided (`app.cycles.contested`). A chapter says once which of its steps
are taken from paper (`register`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app.core import clock, guard, policy, workflow
from app.core.actor import Actor, Door
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.policy import visible
from app.core.text import Message, message
from app.core.unit_of_work import AnySession, act_as, current_actor
from app.cycles.queries import college_calendar, rule
from app.models.cycles import Cycle
from app.models.meetings import PaperEntry
from app.models.organisation import Person
from app.models.supervision import Instruction
from app.notify.service import notify
from app.security.actors import load_actor

OBJECTION = "access.paper_opinion_objection_workdays"


@dataclass(frozen=True, slots=True)
class OnPaper:
    """A kind of row whose steps are taken from paper. `steps` names, by step, the field that the
    words on paper become (None: they stand in the entry only). `follows` are rows that change
    with the step. `carried_on` are steps by which others merely go on from such a step: they are
    taken back with it."""

    model: type[Any]
    steps: Mapping[str, str | None]
    cycle: Callable[[Any], Cycle]
    department: Callable[[Any], int | None]
    follows: Callable[[Any], Sequence[Any]] = lambda row: ()
    carried_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Statement:
    """Something a person said on paper that is a row of its own: an opinion, a remark. `write`
    makes the row as its author would; `holds` is the row that waits while what was said (by its
    id) is contested, None for what decides nothing."""

    name: str
    label: Message
    applies: Callable[[Any], bool]
    write: Callable[[AnySession, Actor, Any, str, dt.date], Any]
    holds: Callable[[AnySession, int], Any] | None = None


def _remark(
    session: AnySession, signer: Actor, row: Any, words: str, signed_on: dt.date
) -> Instruction:
    """批示: a leader's remark, on any row that takes entries from paper."""
    remark = Instruction(
        subject_table=row.__tablename__,
        subject_id=row.id,
        author_id=signer.user_id,
        text=words,
        written_on=signed_on,
    )
    policy.require(signer, "add", remark)
    writer = current_actor(session)
    remark.recorded_by_id = None if writer is None else writer.user_id
    session.add(remark)
    session.flush()
    return remark


REMARK = Statement("instruct", message("Remark"), applies=lambda row: True, write=_remark)

_kinds: dict[type[Any], OnPaper] = {}
_statements: dict[type[Any], list[Statement]] = {}


def register(kind: OnPaper, *statements: Statement) -> None:
    _kinds[kind.model] = kind
    _statements[kind.model] = [*statements, REMARK]


def kind_of(model: type[Any]) -> OnPaper | None:
    return _kinds.get(model)


def kind_named(table: str) -> OnPaper | None:
    return next((kind for kind in _kinds.values() if kind.model.__tablename__ == table), None)


def models() -> list[type[Any]]:
    """Every kind of row an entry may be about."""
    return [*_kinds, Instruction]


def statement_named(name: str) -> Statement | None:
    found = (one for said in _statements.values() for one in said if one.name == name)
    return next(found, None)


def label_of(step: str) -> str:
    """The words of a step or a statement."""
    for model, kind in _kinds.items():
        for one in _statements[model]:
            if one.name == step:
                return str(one.label)
        if step in kind.steps:
            return str(workflow.workflow_of(model).named(step).label)
    return step


def choices_of(row: Any) -> list[tuple[str, Message]]:
    """What may be entered from paper on `row` as it stands: name and words of each."""
    kind = _kinds.get(type(row))
    if kind is None:
        return []
    said = [(one.name, one.label) for one in _statements[kind.model] if one.applies(row)]
    if not kind.steps:
        return said
    flow = workflow.workflow_of(kind.model)
    steps = [flow.named(name) for name in kind.steps]
    return [(one.name, one.label) for one in steps if row.status in one.sources] + said


def entries_of(session: AnySession, actor: Actor, row: Any) -> list[PaperEntry]:
    """What was entered from paper on `row`, newest first."""
    return list(
        session.scalars(
            select(PaperEntry)
            .where(
                visible(actor, PaperEntry),
                PaperEntry.subject_table == row.__tablename__,
                PaperEntry.subject_id == row.id,
            )
            .order_by(PaperEntry.id.desc())
        )
    )


# Entering ------------------------------------------------------------------------------


def enter(
    session: AnySession,
    actor: Actor,
    row: Any,
    step: str,
    signer: Person,
    *,
    text: str,
    signed_on: dt.date,
    scan: Callable[[PaperEntry], object] | None,
) -> PaperEntry:
    """Enter what `signer` decided or said about `row` on paper; `scan` attaches the file.

    Office. Effects: the step is taken in the signer's name, the entry stands with its scan, the
    signer has a message and may object. Errors: everything the step refuses the signer;
    NotAllowed; RuleViolation at `file` without a scan, at `person` for oneself or somebody who
    has left, at `signed_on` for a day to come or before
    the row was there; WrongState. Domain §1.
    """
    if not actor.grants("paper_entry:add"):
        raise NotAllowed(message("Only the Office enters what was signed on paper."))
    kind = _kinds.get(type(row))
    if kind is None or step not in {name for name, _ in choices_of(row)}:
        raise WrongState(message("This cannot be entered from paper now."))
    if scan is None:
        raise RuleViolation(message("Nothing is entered from paper without its scan."), "file")
    if signer.id == actor.user_id:
        raise RuleViolation(
            message("Nobody enters for themselves: take the step yourself."), "person"
        )
    if signed_on > clock.today():
        raise RuleViolation(message("The day of the signature lies in the future."), "signed_on")
    if signed_on < row.created_at.astimezone(clock.COLLEGE_ZONE).date():
        raise RuleViolation(
            message("The day of the signature lies before there was anything to sign."), "signed_on"
        )
    acting = _signer(session, signer)
    words, at = text.strip(), clock.now()
    with _entering(session, actor, signer):
        subject = _take(session, acting, kind, row, step, words, signed_on)
    cycle = kind.cycle(row)
    days = int(rule(session, cycle, OBJECTION))
    entry = PaperEntry(
        cycle_id=cycle.id,
        department_id=kind.department(row),
        subject_table=subject.__tablename__,
        subject_id=subject.id,
        step=step,
        text=words or None,
        person_id=signer.id,
        recorded_by_id=actor.user_id,
        recorded_at=at,
        signed_on=signed_on,
        objection_until=clock.add_workdays(clock.today(), days, college_calendar(session)),
    )
    with guard.privileged(session):
        session.add(entry)
    scan(entry)
    tell(
        session,
        entry,
        [signer.id],
        message(
            "%(name)s has entered in your name what you signed: %(row)s. You may object until %(day)s.",
            name=actor.name, row=str(row), day=entry.objection_until.isoformat(),
        ),
    )  # fmt: skip
    return entry


def _signer(session: AnySession, signer: Person) -> Actor:
    """The person in their own right: what they sign for somebody else is entered for that one."""
    if not signer.active:
        raise RuleViolation(message("%(name)s has no open account.", name=signer.name), "person")
    acting = load_actor(session, signer.username, Door.PAPER)
    return dataclasses.replace(acting, stands_in=())


@contextmanager
def _entering(session: AnySession, actor: Actor, signer: Person) -> Iterator[None]:
    """Within the block the trail says: entered by the actor, for the signer."""
    before = current_actor(session)
    session.flush()
    act_as(
        session,
        dataclasses.replace(actor, door=Door.PAPER, behalf_of=signer.id, stands_in=()),
    )
    try:
        yield
        session.flush()
    finally:
        act_as(session, before)


def _take(
    session: AnySession,
    signer: Actor,
    kind: OnPaper,
    row: Any,
    step: str,
    words: str,
    signed_on: dt.date,
) -> Any:
    """Take the step, or write what was said; the row the entry is about."""
    seen = select(kind.model.id).where(kind.model.id == row.id, visible(signer, kind.model))
    if session.scalar(seen) is None:
        raise RuleViolation(
            message("%(name)s has nothing to decide or say here.", name=signer.name), "person"
        )
    statement = next((one for one in _statements[kind.model] if one.name == step), None)
    if statement is None:
        field = kind.steps[step]
        fields: dict[str, Any] = {field: words} if field and words else {}
        return workflow.apply(session, signer, row, step, **fields)
    if not words:
        raise RuleViolation(message("Copy what is written on the paper."), "text")
    with guard.privileged(session):
        return statement.write(session, signer, row, words, signed_on)


def tell(session: AnySession, entry: PaperEntry, people: Sequence[int], words: Message) -> None:
    link = f"/paper_entry/show/{entry.id}"
    notify(session, dict.fromkeys(people, str(words)), "paper_entry", link)
