"""The robots of WeCom, DingTalk and Feishu answer 200 also to what they refuse: a word that is
missing, a robot switched off, too many messages. Only the body of the answer says so, and Apprise
does not read it. Here it is read, and a refusal becomes a failure like any other."""

from __future__ import annotations

import sys
from typing import Any

import requests

from app.core.text import message

_CODES = ("errcode", "code", "StatusCode")
"""How the providers call the number that is 0 where a message was taken."""
_WORDS = ("errmsg", "msg", "StatusMessage")
MARK = "robot refused"
"""Before what a robot says of its refusal, in Apprise's own lines."""


class Refused(requests.RequestException):
    """The robot's own words on why it took nothing."""


class _Reading:
    """`requests`, as a plugin of Apprise uses it; answers are read."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    @staticmethod
    def post(*given: Any, **options: Any) -> requests.Response:
        answer = requests.post(*given, **options)  # noqa: S113 (the plugin sets its time-outs)
        why = refusal_in(answer) if answer.ok else ""
        if why:
            raise Refused(f"{MARK}: {why}")
        return answer


def refusal_in(answer: requests.Response) -> str:
    """Why a robot that answered 200 took nothing; empty if it did take the message."""
    try:
        told = answer.json()
    except ValueError:
        told = None
    code = next((told[name] for name in _CODES if name in told), None) if isinstance(told, dict) else None  # fmt: skip
    if code is None:
        # A proxy or a sign-in page of the network answers for anybody.
        return str(message("the answer is not a robot's"))
    if code == 0:
        return ""
    said = next((str(told[name]) for name in _WORDS if told.get(name)), "")
    return f"{code} {said}".strip()


def read_answers(*plugins: type[Any]) -> None:
    """Have these plugins read what they are answered. Safe to repeat."""
    for plugin in plugins:
        module: Any = sys.modules[plugin.__module__]
        if not isinstance(module.requests, _Reading):
            module.requests = _Reading()
