"""Commands of the assessment: rating (Art. 12)."""

from __future__ import annotations

from collections.abc import Sequence

from app.core import guard, policy
from app.core.actor import Actor
from app.core.errors import NotAllowed
from app.core.text import message
from app.core.unit_of_work import AnySession
from app.models.assessment import Score


def rate(session: AnySession, actor: Actor, scores: Sequence[Score]) -> Sequence[Score]:
    """Draft the actor's own scores of tasks or departments, one per component.

    A member of the assessment group, never for the own department. Effects: scores in
    `draft` under the actor's name. Errors: NotAllowed; RuleViolation at `value` outside the
    component's range. Art. 12.
    """
    if actor.user_id is None:
        raise NotAllowed(message("A score is given by a person."))
    with guard.privileged(session), session.no_autoflush:
        for score in scores:
            score.rater_id = actor.user_id
            # In the session first: the rule looks up whose task it is.
            session.add(score)
            policy.require(actor, "add", score)
    return scores
