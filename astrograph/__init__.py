"""Astrograph: one machine-readable manifest per Python package, kept true by a doit build graph."""

__version__ = "0.1.0"
