"""Tries out syntax that is newer than what most machines run."""
