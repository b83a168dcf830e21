"""Checks over the whole set: each returns a verdict with what it compared, none prints or exits. Pure."""
