"""Frozen values and closed enums; no input or output, no clock, no randomness."""
