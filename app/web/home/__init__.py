"""The first page: what waits for me, how my part of the year stands, the year's calendar."""

from app.web.home.views import HomeView

__all__ = ["HomeView"]
