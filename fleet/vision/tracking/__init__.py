"""Follow regions from one frame to the next."""

from __future__ import annotations

from collections.abc import Iterable

from ..segmentation import Region

__all__ = ["match_regions", "overlap"]

LEAST_OVERLAP = 0.3


def overlap(first: Region, second: Region) -> float:
    """Shared cells as a fraction of all cells of both."""
    union = first.cells | second.cells
    return len(first.cells & second.cells) / len(union) if union else 0.0


def match_regions(before: Iterable[Region], after: Iterable[Region]) -> dict[Region, Region]:
    """For each region, the best match in the next frame that overlaps enough."""
    candidates = list(after)
    matches = {}
    for region in before:
        best = max(candidates, key=lambda other: overlap(region, other), default=None)
        if best is not None and overlap(region, best) >= LEAST_OVERLAP:
            matches[region] = best
    return matches
