"""Contracts on disk: the folder read and judged, and what a module refers to."""
