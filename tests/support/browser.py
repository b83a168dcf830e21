"""A browser for tests, or the reason why there is none: a skip, or a failure where one is required."""

import os

import pytest

from benchmarks.browser import Browser, NoBrowserError

REQUIRED = "ASTROGRAPH_BROWSER"
"""The environment variable that forbids to skip, set to `required`."""


def open_browser() -> Browser:
    """A browser; skips the test that asks where there is none, and fails it where one is required."""
    try:
        return Browser()
    except NoBrowserError as error:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(f"a browser is required here: {error}", pytrace=False)
        pytest.skip(f"no test of the site in a browser: {error}")
