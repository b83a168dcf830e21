"""Which pixels belong together."""

from vision.segmentation.regions import Region, label_regions

__all__ = ["Region", "label_regions"]
