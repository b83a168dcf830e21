"""What can go wrong in a benchmark: a message with fields and a hint, never a number that means nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable

from astrograph.errors import AstrographError


class BenchmarkError(AstrographError):
    """A benchmark that cannot be set up, or a measured command that failed (exit 2)."""


def report_errors(main: Callable[[], None]) -> None:
    """Run `main`; print an `AstrographError` to standard error and leave with its exit code."""
    try:
        main()
    except AstrographError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(int(error.exit_code))
    except KeyboardInterrupt:
        sys.exit(130)
