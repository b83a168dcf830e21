"""Sequences as genomes that can be read and compared."""

from __future__ import annotations

from skbio import DNA

from core.types import clamp

__all__ = ["gc_content", "similarity"]


def gc_content(sequence: str) -> float:
    """The share of G and C, from 0 to 1."""
    return float(DNA(sequence).gc_content()) if sequence else 0.0


def similarity(first: str, second: str) -> float:
    """One minus the Hamming distance per base. Raises ValueError for different lengths."""
    if len(first) != len(second):
        raise ValueError("sequences differ in length")
    return clamp(1.0 - DNA(first).distance(DNA(second))) if first else 1.0
