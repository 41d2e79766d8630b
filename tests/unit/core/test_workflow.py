"""Transitions: what is refused first, and what a step writes. On a model of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

import pytest
from sqlalchemy import Enum, create_engine, true
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.core import policy, workflow
from app.core.actor import Actor, Door, system_actor
from app.core.errors import Conflict, NotAllowed, RuleViolation, RuleViolations, WrongState
from app.core.policy import Policy
from app.core.text import message
from app.core.workflow import Transition, Workflow
from app.models.base import Choice


class LetterStatus(Choice):
    DRAFT = "draft", "草稿", "Draft"
    SENT = "sent", "已发", "Sent"
    READ = "read", "已读", "Read"


class Base(DeclarativeBase):
    pass


class Letter(Base):
    __tablename__ = "letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int]
    writer_id: Mapped[Optional[int]]
    address: Mapped[Optional[str]]
    stamps: Mapped[int] = mapped_column(default=0)
    status: Mapped[LetterStatus] = mapped_column(
        Enum(LetterStatus, native_enum=False, values_callable=lambda kind: [m.value for m in kind]),
        default=LetterStatus.DRAFT,
    )
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


def _needs_stamp(actor: Actor, row: Letter, fields: Mapping[str, Any]) -> None:
    if row.stamps < 0:
        raise RuleViolation(message("A letter needs its stamp."), "stamps")


def _add_stamp(session: Any, actor: Actor, row: Letter, fields: Mapping[str, Any]) -> None:
    row.stamps += 1


LETTERS = Workflow(
    Letter,
    (
        Transition(
            "send",
            (LetterStatus.DRAFT,),
            LetterStatus.SENT,
            message("Send"),
            requires=("address",),
            guard=_needs_stamp,
            effect=_add_stamp,
        ),
        Transition("read", (LetterStatus.SENT,), LetterStatus.READ, message("Read"), decides=True),
    ),
    own_departments=lambda row: frozenset({row.department_id}),
    submitter=lambda row: row.writer_id,
)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setitem(workflow._workflows, Letter, LETTERS)
    monkeypatch.setitem(
        policy._policies,
        Letter,
        Policy("letter", lambda actor: true(), lambda actor, verb, row: row.id != 13),
    )
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def actor(*verbs: str, user_id: int = 1, departments: tuple[int, ...] = ()) -> Actor:
    return Actor(
        user_id=user_id,
        name="甲",
        permissions=frozenset(f"letter:{verb}" for verb in verbs),
        departments=frozenset(departments),
    )


def letter(session: Session, **values: Any) -> Letter:
    row = Letter(**{"department_id": 7, **values})
    session.add(row)
    session.flush()
    return row


def test_a_step_writes_its_fields_its_effect_and_the_status(session: Session) -> None:
    row = letter(session)
    workflow.apply(session, actor("send"), row, "send", version=row.version, address="教务处")
    assert (row.status, row.address, row.stamps) == (LetterStatus.SENT, "教务处", 1)


def test_the_state_is_asked_before_the_permission(session: Session) -> None:
    row = letter(session, status=LetterStatus.READ)
    with pytest.raises(WrongState) as refusal:
        workflow.apply(session, actor(), row, "send")
    assert "已读" in str(refusal.value)


def test_the_permission_is_asked_before_the_fields(session: Session) -> None:
    with pytest.raises(NotAllowed):
        workflow.apply(session, actor(), letter(session), "send")


def test_the_scope_is_asked_with_the_permission(session: Session) -> None:
    with pytest.raises(NotAllowed):
        workflow.apply(session, actor("send"), letter(session, id=13), "send")


def test_the_fields_are_asked_before_the_version(session: Session) -> None:
    row = letter(session)
    with pytest.raises(RuleViolations) as refusal:
        workflow.apply(session, actor("send"), row, "send", version=row.version + 1)
    assert [one.field for one in refusal.value.violations] == ["address"]


@pytest.mark.parametrize("blank", [None, "", "   "])
def test_a_blank_is_no_field(session: Session, blank: str | None) -> None:
    with pytest.raises(RuleViolations):
        workflow.apply(session, actor("send"), letter(session), "send", address=blank)


def test_a_field_that_stands_on_the_row_need_not_come_again(session: Session) -> None:
    row = letter(session, address="学生处")
    workflow.apply(session, actor("send"), row, "send")
    assert row.status == LetterStatus.SENT


def test_the_guard_speaks_after_the_fields(session: Session) -> None:
    row = letter(session, stamps=-1)
    with pytest.raises(RuleViolation) as refusal:
        workflow.apply(session, actor("send"), row, "send", address="教务处")
    assert refusal.value.field == "stamps"


def test_an_old_version_is_a_conflict_and_changes_nothing(session: Session) -> None:
    row = letter(session)
    with pytest.raises(Conflict):
        workflow.apply(
            session, actor("send"), row, "send", version=row.version - 1, address="教务处"
        )
    assert (row.status, row.address, row.stamps) == (LetterStatus.DRAFT, None, 0)


def test_a_field_the_step_does_not_know_is_refused(session: Session) -> None:
    with pytest.raises(RuleViolation) as refusal:
        workflow.apply(session, actor("send"), letter(session), "send", address="x", stamps=9)
    assert refusal.value.field == "stamps"


def test_nobody_decides_on_the_own_submission(session: Session) -> None:
    row = letter(session, status=LetterStatus.SENT, writer_id=1)
    with pytest.raises(NotAllowed):
        workflow.apply(session, actor("read"), row, "read")
    workflow.apply(session, actor("read", user_id=2), row, "read")
    assert row.status == LetterStatus.READ


def test_nobody_decides_on_a_row_of_the_own_department(session: Session) -> None:
    row = letter(session, status=LetterStatus.SENT)
    with pytest.raises(NotAllowed):
        workflow.apply(session, actor("read", departments=(7,)), row, "read")


def test_the_system_decides_on_everything(session: Session) -> None:
    row = letter(session, status=LetterStatus.SENT)
    workflow.apply(session, system_actor("demo", Door.DEMO), row, "read")
    assert row.status == LetterStatus.READ


def test_many_rows_take_a_step_together_or_not_at_all(session: Session) -> None:
    ready, sent = letter(session), letter(session, status=LetterStatus.SENT)
    with pytest.raises(WrongState):
        workflow.apply_all(session, actor("send"), [ready, sent], "send", address="x")
    assert (ready.status, ready.stamps) == (LetterStatus.DRAFT, 0)


def test_a_step_of_no_rows_is_nothing(session: Session) -> None:
    assert workflow.apply_all(session, actor("send"), [], "send") == []


def test_no_row_is_moving_after_its_step(session: Session) -> None:
    row = letter(session, stamps=0)
    workflow.apply(session, actor("send"), row, "send", address="x")
    assert workflow.step_of(session, row) is None


def test_offers_tell_what_is_open_and_why_not(session: Session) -> None:
    offers = {one.transition.name: one for one in workflow.offers(actor("send"), letter(session))}
    assert offers["send"].open, "a required field is no reason: the form asks for it"
    assert isinstance(offers["read"].refusal, WrongState)


def test_an_unknown_step_is_a_lookup_error(session: Session) -> None:
    with pytest.raises(LookupError):
        workflow.apply(session, actor("send"), letter(session), "burn")
