"""Robots of the college's groups, in the shape their providers read; what fails is told without
their tokens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.core import clock
from app.core.clock import COLLEGE_ZONE
from app.core.unit_of_work import AnySession
from app.models.system import Channel, OutboxMessage, OutboxStatus
from app.notify import channels
from app.notify.delivery import Round
from tests.cast import TODAY
from tests.post import Group

Tell = Callable[..., None]
BringOut = Callable[[], Round]
LATER = dt.datetime.combine(TODAY, dt.time(11), COLLEGE_ZONE)


def told(post: object) -> str:
    """The text of a robot's message, whichever the provider."""
    assert isinstance(post, dict)
    content = post.get("text") or post.get("content")
    return str(content.get("content") or content.get("text"))


def test_a_message_to_several_is_told_to_every_group_once_with_a_count(
    session: AnySession, tell: Tell, bring_out: BringOut, group: Group
) -> None:
    tell("head_jwc", "leader", "staff_jwc")
    tell("head_xinxi", "other_leader")
    with clock.at(LATER):
        assert bring_out() == Round(3, 0, 0, 0)
        assert bring_out() == Round(0, 0, 0, 0)
    assert [path for path, _ in group.posts] == [
        "/cgi-bin/webhook/send?key=wecom-key",
        "/robot/send?access_token=dingtoken",
        "/open-apis/bot/v2/hook/feishu-token/",
    ]
    for _, post in group.posts:
        words = told(post)
        assert "5" in words
        assert "https://goals.example.edu.cn/notification/list/" in words
        assert "新专业建设" not in words


def test_what_concerns_one_person_is_not_told_to_the_groups(
    session: AnySession, tell: Tell, group: Group
) -> None:
    tell("head_jwc")
    assert session.scalars(select(OutboxMessage)).all() == []


def test_a_group_that_answers_with_an_error_is_tried_again_and_no_token_is_kept(
    session: AnySession, tell: Tell, bring_out: BringOut, group: Group
) -> None:
    tell("head_jwc", "leader")
    group.status = 500
    with clock.at(LATER):
        assert bring_out() == Round(0, 3, 0, 0)
    for row in session.scalars(select(OutboxMessage)):
        assert row.status == OutboxStatus.WAITING
        assert "500" in (row.last_error or "")
        assert "token" not in (row.last_error or "") and "key" not in (row.last_error or "")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (
            '{"errcode": 310000, "errmsg": "keywords not in content"}',
            "310000 keywords not in content",
        ),
        ('{"errcode": 45009, "errmsg": "api freq out of limit"}', "45009 api freq out of limit"),
        ('{"code": 19024, "msg": "Key Words Not Found", "data": {}}', "19024 Key Words Not Found"),
        ('{"errcode": 93000}', "93000"),
        ("<html>please sign in</html>", "收到的不是机器人的答复"),
        ("[]", "收到的不是机器人的答复"),
    ],
)
def test_a_robot_that_refuses_with_200_is_tried_again_and_ends_as_a_dead_letter(
    session: AnySession, tell: Tell, bring_out: BringOut, group: Group, answer: str, reason: str
) -> None:
    tell("head_jwc", "leader")
    group.answer = answer
    moment = LATER
    for attempt in range(1, 6):
        with clock.at(moment):
            assert bring_out() == (Round(0, 3, 0, 0) if attempt < 5 else Round(0, 0, 3, 0))
        moment += dt.timedelta(hours=1)
    for row in session.scalars(select(OutboxMessage)):
        assert (row.status, row.attempts) == (OutboxStatus.FAILED, 5)
        assert row.last_error == f"机器人拒收：{reason}。"


@pytest.mark.parametrize("answer", ['{"errcode": 0, "errmsg": "ok"}', '{"code": 0, "msg": "success"}',
                                    '{"StatusCode": 0, "StatusMessage": "success"}'])  # fmt: skip
def test_a_robot_that_took_the_message_says_so_in_its_provider_s_way(
    tell: Tell, bring_out: BringOut, group: Group, answer: str
) -> None:
    tell("head_jwc", "leader")
    group.answer = answer
    with clock.at(LATER):
        assert bring_out() == Round(3, 0, 0, 0)


@pytest.mark.parametrize(
    ("setting", "value", "channel"),
    [
        ("WECOM_ROBOT", "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=not/a/key", "wecom"),
        ("DINGTALK_ROBOT", "https://oapi.dingtalk.com/robot/send?access_token=bad-tok", "dingtalk"),
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_it(
    app: Flask,
    group: Group,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    value: str,
    channel: str,
) -> None:
    monkeypatch.setitem(app.config, setting, value)
    error = channels.send(app.config, Channel(channel), None, "标题", "正文")
    assert error
    assert value.partition("=")[2] not in error
    assert group.posts == []


def test_a_channel_that_nobody_configured_says_so(app: Flask, session: AnySession) -> None:
    error = channels.send(app.config, Channel.WECOM, None, "标题", "正文")
    assert error == str(channels.message("The channel is not configured."))
