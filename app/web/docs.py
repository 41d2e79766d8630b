"""The REST description and its browser, for signed-in people (`api_docs:read`)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.api.manager import OpenApi, SwaggerView


class ApiDescription(OpenApi):
    """`GET /api/v1/_openapi`."""

    class_permission_name = "api_docs"
    method_permission_name = {"get": "read"}


class ApiBrowser(SwaggerView):
    """`GET /swagger/v1`."""

    class_permission_name = "api_docs"
    method_permission_name = {"show": "read"}


def register(builder: Any) -> None:
    builder.add_api(ApiDescription)
    builder.add_view_no_menu(ApiBrowser)
