"""Lighthouse on the main pages, and what they weigh: `python -m bench.lighthouse`.

Serves a fresh demo with the production server on this machine, signs in, and lets Lighthouse
(npm) drive the local Chromium: telephone (its slow network and processor are simulated) and
desktop. Prints the scores (performance, accessibility, best practices; out of 100) and the
bytes on the wire of a page opened first and opened again.
"""

from __future__ import annotations

import gzip
import http.cookiejar
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIGHTHOUSE = ROOT / "node_modules" / "lighthouse" / "cli" / "index.js"
CATEGORIES = ("performance", "accessibility", "best-practices")
GOAL = 95
PAGES = {
    "login": "/login/",
    "home": "/",
    "list": "/task/list/",
    "task": "/task/show/1",
    "dashboard": "/chart/college",
}
READER = "leader"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        env = {**os.environ, "INSTANCE_PATH": folder, "PORT": str(port), "WORKERS": "2"}
        for command in (["init-db"], ["demo"]):
            subprocess.run(
                [sys.executable, "-m", "flask", "--app", "run", *command],
                cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        server = subprocess.Popen(
            [sys.executable, "run.py"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait(address)
            cookie = _sign_in(address)
            worst = 100
            for page, path in PAGES.items():
                for form in ("mobile", "desktop"):
                    scores, first = _measure(
                        address + path, "" if page == "login" else cookie, form
                    )
                    worst = min(worst, *scores.values())
                    told = "  ".join(f"{name} {score}" for name, score in scores.items())
                    print(f"{page:10} {form:8} {told}  {first / 1000:.0f} kB first", flush=True)
                again = _weight(address + path, cookie)
                print(f"{page:10} page itself {again / 1000:.1f} kB gzipped", flush=True)
        finally:
            server.terminate()
            server.wait()
    print(f"worst score {worst} (goal {GOAL})")
    return 0


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{address}/healthz"):  # noqa: S310 (our own server)
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server does not answer")


def _sign_in(address: str) -> str:
    """The session cookie of the reader."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(f"{address}/login/").read().decode()
    token = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    body = {"username": READER, "password": "demo-2022", "csrf_token": token}
    opener.open(f"{address}/login/", urllib.parse.urlencode(body).encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def _measure(address: str, cookie: str, form: str) -> tuple[dict[str, int], int]:
    """Lighthouse's scores and the bytes it saw on the wire."""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    if node is None or chromium is None:
        raise SystemExit("Lighthouse needs node and chromium on the PATH")
    with tempfile.TemporaryDirectory() as folder:
        headers, report = Path(folder, "headers.json"), Path(folder, "report.json")
        headers.write_text(json.dumps({"Cookie": cookie} if cookie else {}))
        command = [
            node, str(LIGHTHOUSE), address, "--quiet", "--output=json", f"--output-path={report}",
            f"--only-categories={','.join(CATEGORIES)}", f"--extra-headers={headers}",
            "--chrome-flags=--headless=new --no-sandbox --disable-gpu",
        ]  # fmt: skip
        if form == "desktop":
            command.append("--preset=desktop")
        subprocess.run(command, env={**os.environ, "CHROME_PATH": chromium}, check=True)
        found = json.loads(report.read_text())
    scores = {name: round(found["categories"][name]["score"] * 100) for name in CATEGORIES}
    return scores, int(found["audits"]["total-byte-weight"]["numericValue"])


def _weight(address: str, cookie: str) -> int:
    """Bytes of the page alone, compressed: what a second visit costs."""
    asked = urllib.request.Request(address, headers={"Cookie": cookie})  # noqa: S310
    with urllib.request.urlopen(asked) as answer:  # noqa: S310
        return len(gzip.compress(answer.read(), 6))


if __name__ == "__main__":
    raise SystemExit(main())
