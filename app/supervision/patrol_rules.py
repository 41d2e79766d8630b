"""Who sees the daily rounds: whoever looks after them. The patrol alone writes them."""

from __future__ import annotations

from sqlalchemy import true

from app.core import policy
from app.core.policy import Policy
from app.models.system import PatrolRound

policy.register(PatrolRound, Policy("patrol_round", lambda actor: true(), policy.nobody))
