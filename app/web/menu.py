"""The menu in the order of the year. An item shows when its view may be read."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder.menu import Menu


class YearMenu(Menu):
    def get_flat_name_list(self, menu: Any = None, result: Any = None) -> list[str]:
        """Every item's name once (stock FAB doubles the list at every category)."""
        names: list[str] = []
        for item in self.menu if menu is None else menu:
            names.append(item.name)
            names.extend(child.name for child in item.childs)
        return names

    def get_data(self, menu: Any = None) -> list[Any]:
        security = current_app.appbuilder.sm  # type: ignore[attr-defined]
        shown: list[Any] = []
        for item in self.menu if menu is None else menu:
            if item.name == "-" or not item.should_render():
                continue
            data = {"name": item.name, "icon": item.icon, "label": str(item.label)}
            if item.childs:
                children = self.get_data(item.childs)
                if children:
                    shown.append({**data, "childs": children})
            elif _allowed(security, item):
                shown.append({**data, "url": item.get_url()})
        return shown


def _allowed(security: Any, item: Any) -> bool:
    permission = getattr(item, "permission", None)
    if permission is not None:
        return bool(security.actor().may(permission))
    view = item.baseview
    if view is None:
        return bool(security.actor().user_id)
    return bool(security.has_access("can_read", view.class_permission_name))
