import numpy as np

from vision.depth import depth_from_disparity


def test_depth_halves_when_disparity_doubles() -> None:
    depth = depth_from_disparity(np.array([1.0, 2.0, 0.0]), focal_px=100.0, baseline_m=0.1)
    assert depth.tolist() == [10.0, 5.0, float("inf")]
