"""Does a recorded rhythm say anything about mood?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import mne

if TYPE_CHECKING:
    from consciousness.mood import Mood

__all__ = ["ALPHA_HZ", "alpha_power", "fits"]

ALPHA_HZ = (8.0, 12.0)


def alpha_power(recording: Path) -> float:
    """Mean power in the alpha band of a recording, in square volts per hertz."""
    raw = mne.io.read_raw(recording, preload=True)
    low, high = ALPHA_HZ
    return float(raw.compute_psd(fmin=low, fmax=high).get_data().mean())


def fits(power: float, mood: Mood, *, reference: float) -> bool:
    """Whether a calm rhythm goes with an even mood."""
    return (power > reference) == (0.33 <= mood.level <= 0.66)
