"""How commands speak: colour by terminal and environment, errors in one shape, one exit code table."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

from doit.exceptions import InvalidCommand, InvalidDodoFile

from astrograph.errors import AstrographError, ExitCode, UsageError

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells count it (128 + SIGINT)."""

TERMINATED = 143
"""The exit code after SIGTERM (128 + SIGTERM)."""


_LAYOUT = re.compile(r"([\n\t])")

_STARTED_IN = os.getcwd()


def started_in() -> str:
    """The folder the command was called in, which paths among its words are relative to."""
    return _STARTED_IN


def wants_colour(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream`: FORCE_COLOR, then NO_COLOR, then whether it is a terminal."""
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("NO_COLOR"):
        return False
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def escape_output(command: Any) -> None:
    """Let one of doit's own commands, which print file names as they are, write nothing unfit for a terminal."""
    command.outstream = _SafeStream(command.outstream)


class _SafeStream:
    """A text stream that writes what is unfit for a terminal as escapes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write text; line ends and tabs are layout and stay."""
        from astrograph.formats.text import safe

        pieces = _LAYOUT.split(text)
        pieces[::2] = map(safe, pieces[::2])
        return self._stream.write("".join(pieces))

    def flush(self) -> None:
        """Flush the stream behind."""
        self._stream.flush()


def report_error(error: AstrographError) -> int:
    """Tell a person what happened, on stderr; returns the exit code."""
    from astrograph.formats.text import safe

    lines = str(error).split("\n")
    sys.stderr.write("\n".join(["error: " + safe(lines[0]), *map(safe, lines[1:])]) + "\n")
    return int(error.exit_code)


def json_wanted(words: list[str], *, given: bool) -> tuple[list[str], bool]:
    """The words without a `--json` among them, and whether JSON is asked for: doit stops looking at the first word."""
    others = [word for word in words if word != "--json"]
    return others, given or len(others) < len(words)


def interruptible(work: Callable[[], int], *, after: str) -> int:
    """Work that Ctrl-C ends with a word instead of a traceback; `after` says what becomes of what was begun."""
    try:
        return work()
    except KeyboardInterrupt:
        sys.stderr.write(f"interrupted: {after}\n")
        return INTERRUPTED


def typed_words(command: str, words: list[str]) -> list[str]:
    """The words behind a command as they were typed: doit takes `a=b` among `words` for a variable of its own."""
    typed = sys.argv[1:]
    behind = typed[typed.index(command) + 1 :] if command in typed else []
    return behind if any(map(_is_variable, behind)) else words


def _is_variable(word: str) -> bool:
    return "=" in word and not word.startswith("-")


def _refuse_swallowed_words() -> None:
    """Raise UsageError for words that doit has taken from one of our commands, rather than go on without them."""
    typed = sys.argv[1:]
    if "" in typed:
        raise UsageError("one of the words is empty", hint="a variable of your shell may be unset")
    taken = [word for word in typed if _is_variable(word)]
    if not taken:
        return
    from astrograph.doit_plugin.wiring import PLUGINS, TAKES_VARIABLES

    command = next(word for word in typed if not word.startswith("-"))
    if command in PLUGINS["command"].keys() - TAKES_VARIABLES:
        raise UsageError(
            f"doit takes {taken[0]!r} for a variable of its own",
            hint="write the value of an option behind `=`, as in --reason='a=b'",
        )


def guarded(work: Callable[[], Any]) -> int:
    """Run a command's work; our errors become messages and exit codes, never tracebacks.

    A loader error that wraps one of ours is told as ours. What a stream cannot show is written as an escape.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _refuse_swallowed_words()
        result = work()
    except AstrographError as error:
        return report_error(error)
    except (InvalidDodoFile, InvalidCommand) as error:
        cause = error.__cause__
        if isinstance(cause, AstrographError):
            return report_error(cause)
        raise
    except BrokenPipeError:
        # The reader of our output went away (`doit list | head`): nothing is wrong, nobody listens.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.CLEAN)
    return int(result or 0)
