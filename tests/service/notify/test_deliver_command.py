"""`deliver` on the command line."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app.core import clock
from app.core.clock import COLLEGE_ZONE
from tests.cast import TODAY
from tests.post import Group, Mailbox

Command = Callable[..., Any]


def last_json(result: Any) -> Any:
    return json.loads(result.stdout.strip().splitlines()[-1])


def test_it_says_what_it_did(tell: Callable[..., None], command: Command, mailbox: Mailbox) -> None:
    tell("head_jwc")
    with clock.at(dt.datetime.combine(TODAY, dt.time(10), COLLEGE_ZONE)):
        result = command("deliver", "--json")
    assert result.exit_code == 0
    assert last_json(result) == {"sent": 1, "retried": 0, "failed": 0, "dropped": 0}
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]


def test_a_test_message_goes_at_once_over_every_channel(
    command: Command, mailbox: Mailbox, group: Group
) -> None:
    result = command("deliver", "--test", "head.jwc", "--json")
    assert result.exit_code == 0
    assert last_json(result)["channels"] == {
        "mail": "", "wecom": "", "dingtalk": "", "feishu": ""
    }  # fmt: skip
    assert mailbox.recipients == ["head.jwc@example.edu.cn"]
    assert len(group.posts) == 3


def test_a_test_message_that_fails_ends_with_its_reason(
    app: Flask, command: Command, mailbox: Mailbox
) -> None:
    mailbox.refusing = True
    result = command("deliver", "--test", "head.jwc", "--json")
    assert result.exit_code == 1
    assert "come back later" in last_json(result)["channels"]["mail"]


@pytest.mark.parametrize("who", ["nobody.here", "head.jwc"])
def test_without_the_person_or_any_channel_it_refuses(command: Command, who: str) -> None:
    result = command("deliver", "--test", who)
    assert result.exit_code == 1
    assert result.stderr
