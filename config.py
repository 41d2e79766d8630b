"""Settings, from the environment or `.env`. Imports nothing of the application.

Every setting stands in the README's table with its default.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def _read_env_file(path: Path) -> None:
    """Take `NAME=value` lines of `.env`; the environment itself goes before them."""
    if not path.is_file():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line and not line.startswith("#") and "=" in line:
            name, value = line.split("=", 1)
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))


_read_env_file(ROOT / ".env")


def _flag(name: str, default: bool) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def _secret_key(instance: Path) -> str:
    """`SECRET_KEY`, or one made once and kept under the instance folder, readable by its
    owner only, so that a restart does not sign everybody out."""
    given = os.environ.get("SECRET_KEY")
    if given:
        return given
    kept = instance / "secret_key"
    if not kept.is_file():
        instance.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
    return kept.read_text(encoding="ascii").strip()


def _database_url(instance: Path) -> str:
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return f"sqlite:///{instance / 'luoxuan.db'}"
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


class Config:
    """What every kind of run shares."""

    def __init__(self) -> None:
        instance = Path(os.environ.get("INSTANCE_PATH", ROOT / "instance")).resolve()
        instance.mkdir(parents=True, exist_ok=True)
        self.INSTANCE_PATH = str(instance)
        self.FILES_PATH = os.environ.get("FILES_PATH", str(instance / "files"))
        self.SECRET_KEY = _secret_key(instance)
        self.SQLALCHEMY_DATABASE_URI = _database_url(instance)
        self.COLLEGE_NAME = os.environ.get("COLLEGE_NAME", "江淮科技职业学院")
        self.HOST = os.environ.get("HOST", "127.0.0.1")
        self.PORT = int(os.environ.get("PORT", "8080"))
        self.WORKERS = int(os.environ.get("WORKERS", "2"))
        self.THREADS = int(os.environ.get("THREADS", "4"))
        self.LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
        # Messages outside; a channel without its address is off
        self.BASE_URL = os.environ.get("BASE_URL", f"http://{self.HOST}:{self.PORT}").rstrip("/")
        self.SMTP_HOST = os.environ.get("SMTP_HOST", "")
        self.SMTP_PORT = int(os.environ.get("SMTP_PORT", "25"))
        self.SMTP_USER = os.environ.get("SMTP_USER", "")
        self.SMTP_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
        self.SMTP_SECURITY = os.environ.get("SMTP_SECURITY", "insecure")
        self.MAIL_FROM = os.environ.get("MAIL_FROM", "luoxuan@localhost.localdomain")
        self.WECOM_ROBOT = os.environ.get("WECOM_ROBOT", "")
        self.DINGTALK_ROBOT = os.environ.get("DINGTALK_ROBOT", "")
        self.DINGTALK_ROBOT_SECRET = os.environ.get("DINGTALK_ROBOT_SECRET", "")
        self.FEISHU_ROBOT = os.environ.get("FEISHU_ROBOT", "")
        self.NOTIFY_TIMEOUT_SECONDS = float(os.environ.get("NOTIFY_TIMEOUT_SECONDS", "10"))
        # The daily round inside the server; off where cron calls `flask patrol`
        self.PATROL = _flag("PATROL", True)
        # Sign-in
        self.PERMANENT_SESSION_LIFETIME = timedelta(
            minutes=int(os.environ.get("SESSION_IDLE_MINUTES", "60"))
        )
        self.SESSION_MAX_HOURS = int(os.environ.get("SESSION_MAX_HOURS", "12"))
        self.LOGIN_MAX_FAILURES = int(os.environ.get("LOGIN_MAX_FAILURES", "5"))
        self.LOGIN_LOCK_MINUTES = int(os.environ.get("LOGIN_LOCK_MINUTES", "15"))
        self.PASSWORD_MIN_LENGTH = int(os.environ.get("PASSWORD_MIN_LENGTH", "8"))
        self.SESSION_COOKIE_HTTPONLY = True
        self.SESSION_COOKIE_SAMESITE = "Lax"
        self.SESSION_COOKIE_SECURE = _flag("COOKIE_SECURE", False)
        self.TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES", "0"))
        # Files
        self.MAX_CONTENT_LENGTH = int(os.environ.get("MAX_UPLOAD_MB", "60")) * 1024 * 1024
        # Up to about 1,500 rows of a workbook; larger imports are looked at in the background.
        self.IMPORT_AT_ONCE_BYTES = int(os.environ.get("IMPORT_AT_ONCE_KB", "60")) * 1024
        self.EXPORT_MAX_ROWS = int(os.environ.get("EXPORT_MAX_ROWS", "50000"))
        self.EXPORT_MAX_PDF_ROWS = int(os.environ.get("EXPORT_MAX_PDF_ROWS", "2000"))
        # An import is undone as a whole for so many hours after it ended; 0: never
        self.IMPORT_UNDO_HOURS = int(os.environ.get("IMPORT_UNDO_HOURS", "24"))

    TESTING = False
    SQLALCHEMY_TRACK_MODIFICATIONS = False
    # Flask-AppBuilder
    APP_NAME = "螺旋 Luoxuan"
    AUTH_TYPE = 1  # accounts in the database
    FAB_UPDATE_PERMS = False
    FAB_ADD_OPENAPI_VIEWS = False  # ours ask for a permission: app/web/docs.py
    FAB_ADD_MENU_API = False
    FAB_ADD_SECURITY_API = False
    FAB_API_KEY_ENABLED = True
    FAB_API_KEY_PREFIXES = ["lx_"]
    FAB_API_MAX_PAGE_SIZE = 200
    FAB_OPENAPI_SERVERS = [{"url": "/"}]
    AUTH_ROLE_ADMIN = "Admin"
    AUTH_RATE_LIMITED = False
    JWT_ACCESS_TOKEN_EXPIRES = timedelta(minutes=30)
    BABEL_DEFAULT_LOCALE = "zh_Hans_CN"
    BABEL_DEFAULT_TIMEZONE = "Asia/Shanghai"
    BABEL_DEFAULT_FOLDER = "translations"
    LANGUAGES = {
        "zh_Hans_CN": {"flag": "cn", "name": "简体中文"},
        "en": {"flag": "gb", "name": "English"},
    }
    WTF_CSRF_TIME_LIMIT = None
    COMPRESS_ALGORITHM = ("br", "gzip")
    COMPRESS_MIN_SIZE = 1000
    COMPRESS_MIMETYPES = (
        "text/html", "text/css", "text/javascript", "application/javascript", "application/json",
        "image/svg+xml", "text/csv",
    )  # fmt: skip


class Development(Config):
    """For people who change the code: errors are shown."""

    DEBUG = True


class Testing(Config):
    """For the test suite: nothing leaves the process."""

    TESTING = True
    WTF_CSRF_ENABLED = False


class Production(Config):
    """The default."""


def from_environment() -> Config:
    """The settings named by `APP_ENV`: production (default), development or testing."""
    kinds = {"production": Production, "development": Development, "testing": Testing}
    name = os.environ.get("APP_ENV", "production").lower()
    if name not in kinds:
        raise SystemExit(f"APP_ENV is {name}; it may be one of: {', '.join(kinds)}")
    return kinds[name]()
