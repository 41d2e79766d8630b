"""A real SMTP server and a receiver of webhooks on this machine, to deliver to."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """What arrived: (recipient, mail). While `refusing`, nothing is taken."""

    port: int
    arrived: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refusing: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.refusing:
            return "451 come back later"
        mail = message_from_bytes(envelope.content, policy=policy.default)
        self.arrived.extend((to, mail) for to in envelope.rcpt_tos)  # type: ignore[misc]
        return "250 taken"

    @property
    def texts(self) -> list[str]:
        """Subject and text of everything, as a person reads it."""
        return [f"{mail['Subject']}\n{mail.get_body().get_content()}" for _, mail in self.arrived]  # type: ignore[union-attr]

    @property
    def recipients(self) -> list[str]:
        return [to for to, _ in self.arrived]


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        box = Mailbox(free.getsockname()[1])
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass
class Group:
    """What a chat's webhook received: (path with its query, JSON). `status` and `answer` are what
    it answers."""

    address: str = ""
    posts: list[tuple[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: str = '{"errcode": 0}'


@contextmanager
def webhook() -> Iterator[Group]:
    group = Group()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # noqa: N802
            body = self.rfile.read(int(self.headers["Content-Length"]))
            group.posts.append((self.path, json.loads(body)))
            self.send_response(group.status)
            self.end_headers()
            self.wfile.write(group.answer.encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    group.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield group
    finally:
        server.shutdown()
        server.server_close()
