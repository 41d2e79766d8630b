"""A college with a mail server and, where a test asks for it, robots in its groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot
from flask import Flask

from app.core.unit_of_work import AnySession, unit_of_work
from app.notify.delivery import Round, deliver
from app.notify.service import notify
from tests.cast import TEST, Cast
from tests.post import Group, Mailbox, smtp_server, webhook

Notify = Callable[..., None]


@pytest.fixture
def mailbox(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    """The college's mail server."""
    with smtp_server() as box:
        given = {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": box.port,
            "MAIL_FROM": "goals@example.edu.cn",
            "BASE_URL": "https://goals.example.edu.cn",
            "NOTIFY_TIMEOUT_SECONDS": 2.0,
        }
        for name, value in given.items():
            monkeypatch.setitem(app.config, name, value)
        yield box


@pytest.fixture
def group(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Group]:
    """A group with a robot of each kind; what Apprise sends to the providers arrives here."""
    given = {
        "WECOM_ROBOT": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=wecom-key",
        "DINGTALK_ROBOT": "https://oapi.dingtalk.com/robot/send?access_token=dingtoken",
        "FEISHU_ROBOT": "https://open.feishu.cn/open-apis/bot/v2/hook/feishu-token",
        "BASE_URL": "https://goals.example.edu.cn",
        "NOTIFY_TIMEOUT_SECONDS": 2.0,
    }
    for name, value in given.items():
        monkeypatch.setitem(app.config, name, value)
    with webhook() as receiver:
        for plugin in (NotifyWeComBot, NotifyDingTalk, NotifyFeishu):
            path = plugin.notify_url.split("/", 3)[3]
            monkeypatch.setattr(plugin, "notify_url", f"{receiver.address}/{path}")
        yield receiver


@pytest.fixture
def tell(session: AnySession, cast: Cast) -> Notify:
    """`tell("head_jwc", "leader")`: each gets a notification, in one transaction."""

    def tell_them(*people: str) -> None:
        with unit_of_work(session, TEST):
            texts = {getattr(cast, one).id: "任务「新专业建设」已退回" for one in people}
            notify(session, texts, "test", "/task/list/")

    return tell_them


@pytest.fixture
def bring_out(app: Flask, session: AnySession) -> Callable[[], Round]:
    """One round of the deliverer."""
    return lambda: deliver(session, TEST, app.config)
