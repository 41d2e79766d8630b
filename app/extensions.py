"""The framework's objects, bare: wired by `create_app`."""

from __future__ import annotations

from flask_appbuilder.utils.legacy import get_sqla_class
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf import CSRFProtect

SQLA = get_sqla_class()

db = SQLA()
migrate = Migrate()
csrf = CSRFProtect()
compress = Compress()
