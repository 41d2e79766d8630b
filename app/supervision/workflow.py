"""The steps people take on a supervision case (Art. 8): who, from where, on what condition.

Number and clock start when the Office confirms; only its acceptance of a reply stops the clock;
more time is a leader's to give (the Office's too, if the rule book says so); a special inspection
is decided, and then only the discipline office acts until it concludes or sends the case back.
Before a step the case is brought up to date (`ladder`), so that it does not matter when the patrol
last came by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import object_session

from app.core import clock, workflow
from app.core.actor import Actor
from app.core.errors import NotAllowed, RuleViolation, WrongState
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.core.workflow import Effect, Guard, Transition, Workflow
from app.cycles.queries import rule
from app.models.supervision import ON_HAND, CaseStage, CaseStatus, StepKind, SupervisionCase
from app.organisation.deciding import deciders_of, names_with
from app.reports.paper import chinese_date
from app.security.roles import DISCIPLINE, OFFICE
from app.supervision import steps, telling
from app.supervision.ladder import bring_up_to_date
from app.supervision.numbering import next_number

UNDER_WAY = (CaseStatus.OPEN, CaseStatus.REPLIED)
LIVE = (CaseStatus.PROPOSED, *ON_HAND)

Act = Callable[[AnySession, Actor, SupervisionCase, str], str]
"""What a step does to a case, given what the person wrote; the words for its history."""


# Conditions ----------------------------------------------------------------------------


def _usual(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    if case.stage == CaseStage.SPECIAL:
        raise WrongState(
            message("The case is in special inspection: only the discipline office acts on it.")
        )


def _special(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    if case.stage != CaseStage.SPECIAL:
        raise WrongState(message("The case is not in special inspection."))


def _unsigned(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    _usual(actor, case, fields)
    if case.signed_at is not None:
        raise WrongState(message("The case has been signed for already."))


def _may_be_urged(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    _usual(actor, case, fields)
    if case.stage == CaseStage.DEADLINE:
        raise WrongState(message("A final deadline has been set: the case is not urged any more."))
    most = int(rule(_session(case), case.cycle, "supervise.urge_max"))
    if case.urges >= most:
        raise WrongState(
            message(
                "The case has been urged %(count)s times, the most there may be. "
                "Set a final deadline.",
                count=case.urges,
            )
        )


def _without_deadline(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    _usual(actor, case, fields)
    if case.stage == CaseStage.DEADLINE and case.status != CaseStatus.ACCEPTED:
        raise WrongState(message("A final deadline has been set already; only a leader extends."))


def _later(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    _usual(actor, case, fields)
    if not actor.everything and actor.sides_with(_department(case)):
        names = "、".join(deciders_of(case, case.department_id, None))
        raise NotAllowed(
            message(
                "Nobody decides on a row of their own department. This waits for %(names)s.",
                names=names,
            )
        )
    due = fields.get("due_on")
    if due is None:
        return
    if case.due_on is not None and due <= case.due_on:
        raise RuleViolation(
            message("The new day lies after the present one, %(day)s.", day=case.due_on), "due_on"
        )
    if due < clock.today():
        raise RuleViolation(message("The new day lies in the past."), "due_on")


def _special_is_proposed(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    _usual(actor, case, fields)
    if case.special_proposed_on is None:
        raise WrongState(message("No special inspection is proposed for this case."))


def _to_be_closed(actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]) -> None:
    if case.stage == CaseStage.SPECIAL and case.status != CaseStatus.ACCEPTED:
        raise WrongState(
            message("The special inspection is not concluded: the case is closed after that.")
        )


# What a step does ----------------------------------------------------------------------


def _step(act: Act, kind: StepKind, guard: Guard | None = None) -> Effect:
    """Bring the case up to date, ask again whether the step is possible then, take it, write it
    into the history and tell whom it concerns."""

    def effect(
        session: AnySession, actor: Actor, case: SupervisionCase, fields: Mapping[str, Any]
    ) -> None:
        _bring_up_to_date(session, case, fields)
        if guard is not None:
            guard(actor, case, fields)
        for name, value in fields.items():
            if name in _COLUMNS:
                setattr(case, name, value)
        text = act(session, actor, case, str(fields.get("note") or "").strip())
        steps.note(session, actor, case, kind, text)
        telling.tell(session, actor, case, kind)

    return effect


_COLUMNS = frozenset({"due_on"})
"""What a person says with a step that stands on the case itself."""


def _bring_up_to_date(
    session: AnySession, case: SupervisionCase, fields: Mapping[str, Any]
) -> None:
    """As daily rounds would have left it, by what stood there before this step."""
    for name in _COLUMNS & fields.keys():
        earlier: Sequence[Any] = inspect(case).attrs[name].history.deleted
        if earlier:
            setattr(case, name, earlier[0])
    bring_up_to_date(session, case)


def _as_written(otherwise: str = "") -> Act:
    """Nothing but the history: what the person wrote, or words for who wrote nothing."""
    return lambda session, actor, case, written: written or otherwise


def _confirm(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    case.number = next_number(session, case.cycle)
    case.opened_on = clock.today()
    case.due_on = steps.days_of(session, case, CaseStage.SUPERVISE, case.opened_on)
    return written or f"立项督办，请于{chinese_date(case.due_on)}前回复办理情况。"


def _sign(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    case.signed_at = clock.now()
    return "已签收。"


def _reply(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    """Whoever replies has received the notice."""
    if case.signed_at is None:
        steps.note(session, actor, case, StepKind.SIGNED, _sign(session, actor, case, ""))
    return written


def _urge(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    return _both(written, steps.urge(session, case, clock.today()))


def _set_deadline(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    return _both(written, steps.set_deadline(session, case, clock.today()))


def _extend(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    return _both(written, f"办理期限延至{chinese_date(case.due_on)}。")


def _transfer(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    case.stage = CaseStage.SPECIAL
    return written


def _keep(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    steps.clear_special(case)
    case.due_on = steps.days_of(session, case, CaseStage.DEADLINE, clock.today())
    return _both(f"不转专项督查：{written}", f"请于{chinese_date(case.due_on)}前办结。")


def _send_back(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    steps.clear_special(case)
    return _both(written, steps.set_deadline(session, case, clock.today()))


def _close(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    case.closed_on = clock.today()
    return written or "予以办结销号。"


def _reopen(session: AnySession, actor: Actor, case: SupervisionCase, written: str) -> str:
    refuse_second(session, case)
    steps.clear_special(case)
    if case.stage == CaseStage.SPECIAL:
        case.stage = CaseStage.DEADLINE
    case.closed_on = None
    case.due_on = steps.days_of(session, case, case.stage, clock.today())
    return _both(written, f"请于{chinese_date(case.due_on)}前办结。")


def refuse_second(session: AnySession, case: SupervisionCase) -> None:
    """Raise WrongState while the task of `case` has another one: it has one at a time."""
    if case.task_id is None:
        return
    other = session.scalar(
        select(SupervisionCase)
        .where(
            SupervisionCase.task_id == case.task_id,
            SupervisionCase.id != case.id,
            SupervisionCase.status.in_(LIVE),
        )
        .limit(1)
    )
    if other is not None:
        raise WrongState(message("The task has another case under way: %(case)s.", case=str(other)))


def _both(*sentences: str) -> str:
    return "\n".join(filter(None, sentences))


# The table -----------------------------------------------------------------------------


def _department(case: SupervisionCase) -> frozenset[int]:
    return frozenset({case.department_id} if case.department_id else ())


def _session(case: SupervisionCase) -> AnySession:
    session = object_session(case)
    if session is None:
        raise LookupError("the case is in no session")
    return session


def _deciders(case: SupervisionCase) -> Sequence[str]:
    """Who decides where somebody may not: others of the office concerned, else who decides on
    the department's rows."""
    role = DISCIPLINE if case.stage == CaseStage.SPECIAL else OFFICE
    return names_with(_session(case), role, case.department_id) or deciders_of(
        case, case.department_id, None
    )


def _transition(
    name: str,
    sources: tuple[str, ...],
    target: str | None,
    label: Any,
    kind: StepKind,
    act: Act,
    *,
    requires: tuple[str, ...] = (),
    accepts: tuple[str, ...] = (),
    guard: Guard | None = None,
    decides: bool = True,
) -> Transition:
    return Transition(
        name, sources, target, label,
        requires=requires, accepts=accepts, decides=decides, guard=guard,
        effect=_step(act, kind, guard), article="8",
    )  # fmt: skip


NOTE = ("note",)
_PROPOSED, _CLOSED = (CaseStatus.PROPOSED,), (CaseStatus.CLOSED,)
_OPEN, _REPLIED = (CaseStatus.OPEN,), (CaseStatus.REPLIED,)

SUPERVISION_CASE = Workflow(
    SupervisionCase,
    (
        _transition(
            "confirm", _PROPOSED, CaseStatus.OPEN, message("Open the case"),
            StepKind.OPENED, _confirm, accepts=NOTE,
        ),
        _transition(
            "dismiss", _PROPOSED, CaseStatus.DISMISSED, message("Do not open"),
            StepKind.DISMISSED, _as_written(), requires=NOTE,
        ),
        _transition(
            "sign", _OPEN, CaseStatus.OPEN, message("Sign for it"),
            StepKind.SIGNED, _sign, guard=_unsigned, decides=False,
        ),
        _transition(
            "reply", _OPEN, CaseStatus.REPLIED, message("Reply"),
            StepKind.REPLY, _reply, requires=NOTE, guard=_usual, decides=False,
        ),
        _transition(
            "accept", _REPLIED, CaseStatus.ACCEPTED, message("Accept the reply"),
            StepKind.ACCEPTED, _as_written("认可回复，停止计时。"), accepts=NOTE, guard=_usual,
        ),
        _transition(
            "reject", _REPLIED, CaseStatus.OPEN, message("Reject the reply"),
            StepKind.REJECTED, _as_written(), requires=NOTE, guard=_usual,
        ),
        _transition(
            "urge", ON_HAND, CaseStatus.OPEN, message("Urge"),
            StepKind.URGED, _urge, accepts=NOTE, guard=_may_be_urged,
        ),
        _transition(
            "set_deadline", ON_HAND, CaseStatus.OPEN, message("Set a final deadline"),
            StepKind.DEADLINE_SET, _set_deadline, accepts=NOTE, guard=_without_deadline,
        ),
        _transition(
            "extend", UNDER_WAY, None, message("Extend"),
            StepKind.EXTENDED, _extend, requires=("due_on", *NOTE), guard=_later, decides=False,
        ),
        _transition(
            "transfer", UNDER_WAY, CaseStatus.OPEN, message("Transfer to special inspection"),
            StepKind.TRANSFERRED, _transfer, requires=NOTE, guard=_usual,
        ),
        _transition(
            "keep", UNDER_WAY, None, message("Do not transfer"),
            StepKind.DEADLINE_SET, _keep, requires=NOTE, guard=_special_is_proposed,
        ),
        _transition(
            "conclude", UNDER_WAY, CaseStatus.ACCEPTED, message("Conclude the inspection"),
            StepKind.CONCLUDED, _as_written(), requires=NOTE, guard=_special,
        ),
        _transition(
            "send_back", UNDER_WAY, CaseStatus.OPEN, message("Send back to the Office"),
            StepKind.RETURNED, _send_back, requires=NOTE, guard=_special,
        ),
        _transition(
            "close", ON_HAND, CaseStatus.CLOSED, message("Close the case"),
            StepKind.CLOSED, _close, accepts=NOTE, guard=_to_be_closed,
        ),
        _transition(
            "reopen", _CLOSED, CaseStatus.OPEN, message("Reopen"),
            StepKind.REOPENED, _reopen, requires=NOTE,
        ),
        _transition(
            "withdraw", LIVE, CaseStatus.WITHDRAWN, message("Withdraw the case"),
            StepKind.WITHDRAWN, _as_written(), requires=NOTE,
        ),
    ),
    own_departments=_department,
    deciders=_deciders,
)  # fmt: skip

workflow.register(SUPERVISION_CASE)
