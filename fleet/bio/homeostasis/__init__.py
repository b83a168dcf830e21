"""Keep a quantity where it belongs."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.telemetry import Telemetry

__all__ = ["Homeostat"]


@dataclass
class Homeostat:
    """A proportional-integral controller around a set point."""

    set_point: float
    proportional: float = 0.4
    integral: float = 0.05
    telemetry: Telemetry = field(default_factory=Telemetry)
    _accumulated: float = 0.0

    def correct(self, measured: float) -> float:
        """How much to add now so that the quantity returns to its set point."""
        error = self.set_point - measured
        self._accumulated += error
        self.telemetry.count("corrected")
        return self.proportional * error + self.integral * self._accumulated
