"""The HTTP front door: every request is identified, decided upon and answered here."""

from .app import create_app
from .health import Health, health

__all__ = ["Health", "create_app", "health"]
