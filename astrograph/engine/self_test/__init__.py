"""Proving that every gate fails when it should: corruption planted in a scratch workspace, one at a time."""
