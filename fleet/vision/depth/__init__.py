"""Distance from a pair of pictures."""

from __future__ import annotations

import numpy as np

__all__ = ["depth_from_disparity"]

NO_DEPTH = float("inf")


def depth_from_disparity(disparity: np.ndarray, *, focal_px: float, baseline_m: float) -> np.ndarray:
    """Depth in metres for each pixel; infinite where there is no disparity."""
    depth = np.full(disparity.shape, NO_DEPTH)
    seen = disparity > 0
    depth[seen] = focal_px * baseline_m / disparity[seen]
    return depth
