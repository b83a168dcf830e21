"""The foundations that every other package of the fleet stands on."""

from core import types
from core.types import *  # noqa: F403

FLEET_VERSION = "3.2"

__all__ = ["FLEET_VERSION"]
__all__ += types.__all__
