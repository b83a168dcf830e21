"""Frames from a camera, as arrays with a tick."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from core.clock import Clock

__all__ = ["Camera", "Frame"]


@dataclass(frozen=True)
class Frame:
    """One picture: height x width x 3 bytes, blue first."""

    tick: int
    pixels: np.ndarray


class Camera:
    """Opens a device and yields frames until it ends."""

    def __init__(self, device: int | str, clock: Clock) -> None:
        self._device = device
        self._clock = clock

    def frames(self) -> Iterator[Frame]:
        """Frames in order. The device is released when the iterator is closed."""
        capture = cv2.VideoCapture(self._device)
        try:
            while True:
                ok, pixels = capture.read()
                if not ok:
                    return
                yield Frame(self._clock.advance(), pixels)
        finally:
            capture.release()
