"""The ways outside that are configured, and sending through them (Apprise). Knows nothing of the
database. What fails is told in words without addresses of robots, passwords or tokens."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.core.text import message
from app.models.system import Channel
from app.notify import robots

Settings = Mapping[str, Any]
"""The application's configuration."""

_SECRETS = ("SMTP_PASSWORD", "WECOM_ROBOT", "DINGTALK_ROBOT", "DINGTALK_ROBOT_SECRET", "FEISHU_ROBOT")  # fmt: skip
_TOLD = 300
"""Characters of an error that are kept."""


def configured(settings: Settings) -> dict[Channel, dict[str, Any]]:
    """The channels that the configuration knows, each with what Apprise needs to know of it."""
    found: dict[Channel, dict[str, Any]] = {}
    if settings["SMTP_HOST"]:
        found[Channel.MAIL] = {
            "schema": "mailto",
            "host": settings["SMTP_HOST"],
            "smtp_host": settings["SMTP_HOST"],
            "port": settings["SMTP_PORT"],
            "user": settings["SMTP_USER"] or None,
            "password": settings["SMTP_PASSWORD"] or None,
            "secure_mode": settings["SMTP_SECURITY"],
            "from_addr": settings["MAIL_FROM"],
            "format": "text",
        }
    if settings["WECOM_ROBOT"]:
        found[Channel.WECOM] = {"schema": "wecombot", "key": _token(settings["WECOM_ROBOT"], "key")}
    if settings["DINGTALK_ROBOT"]:
        found[Channel.DINGTALK] = {
            "schema": "dingtalk",
            "token": _token(settings["DINGTALK_ROBOT"], "access_token"),
            "secret": settings["DINGTALK_ROBOT_SECRET"] or None,
        }
    if settings["FEISHU_ROBOT"]:
        found[Channel.FEISHU] = {"schema": "feishu", "token": _token(settings["FEISHU_ROBOT"])}
    return found


def _token(address: str, parameter: str = "") -> str:
    """The token in the address a robot shows: a parameter of it, else the end of its path."""
    parts = urlsplit(address)
    return parse_qs(parts.query).get(parameter, [parts.path.rstrip("/").rpartition("/")[2]])[0]


def send(settings: Settings, channel: Channel, to: str | None, title: str, body: str) -> str:
    """Send and wait for the answer, at most `NOTIFY_TIMEOUT_SECONDS` for each of its steps. Empty
    if it went, else why not. `to` is the address of a person's mail. Never raises."""
    # Loads a hundred services: only who delivers waits for it.
    import apprise

    how = configured(settings).get(channel)
    if how is None:
        return str(message("The channel is not configured."))
    patience = settings["NOTIFY_TIMEOUT_SECONDS"]
    how = {**how, "cto": patience, "rto": patience}
    if channel == Channel.MAIL:
        how["targets"] = [to]
    # Its own lines would bring tokens into our log.
    logging.getLogger("apprise").propagate = False
    with apprise.LogCapture(level=logging.DEBUG, fmt="%(levelname)s %(message)s") as lines:
        try:
            way = apprise.Apprise.instantiate(how, suppress_exceptions=True)
            if way and channel != Channel.MAIL:
                robots.read_answers(type(way))
            if way and way.notify(title=title, body=body):
                return ""
        except Exception as error:  # noqa: BLE001 (one channel must not stop the others)
            return _without_secrets(type(error).__name__, settings)
        return _without_secrets(_reason(lines.getvalue()), settings)


def _reason(lines: str) -> str:
    """What Apprise complains of, with the cause it tells one level lower; not what it sends. Of
    a robot that refuses only its own words: it was no error of the connection."""
    refused = re.search(rf"{robots.MARK}: (.+)$", lines, re.MULTILINE)
    if refused:
        return str(message("The robot refused the message: %(reason)s.", reason=refused[1]))
    told = re.findall(r"^(?:WARNING|ERROR|DEBUG (?=Socket Exception)) ?(.+)$", lines, re.MULTILINE)
    return " ".join(told) or str(message("The message could not be sent."))


def _without_secrets(words: str, settings: Settings) -> str:
    kept = [settings[name] for name in _SECRETS]
    tokens = [_token(secret, name) for secret in kept for name in ("key", "access_token")]
    for secret in filter(None, [*kept, *tokens]):
        words = words.replace(secret, "…")
    return re.sub(r"\w+://\S+", "…", words)[:_TOLD]
