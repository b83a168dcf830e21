"""How commands speak: colour by terminal and environment, errors in one shape, one exit code table."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable
from typing import Any, TextIO

from doit.cmdparse import CmdParseError
from doit.exceptions import InvalidCommand, InvalidDodoFile, InvalidTask

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


def report_error(error: AstrographError, *, as_json: bool = False) -> int:
    """Tell a person what happened, on stderr, and with `as_json` a program on stdout; returns the exit code."""
    from astrograph.formats.text import safe

    lines = str(error).split("\n")
    sys.stderr.write("\n".join(["error: " + safe(lines[0]), *map(safe, lines[1:])]) + "\n")
    if as_json:
        sys.stdout.write(_error_document(error))
    return int(error.exit_code)


def _error_document(error: AstrographError) -> str:
    import json

    from astrograph.formats.text import safe_json

    document = {
        "schema": "astrograph.error/1",
        "code": error.code,
        "title": error.title,
        "fields": [{"name": name, "value": value} for name, value in error.fields],
        "hint": error.hint,
        "exit": int(error.exit_code),
    }
    return safe_json(json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False)) + "\n"


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


def refuse_empty_words() -> None:
    """Raise UsageError for a word that is empty, which doit cannot even look at."""
    if "" in sys.argv[1:]:
        raise UsageError("one of the words is empty", hint="a variable of your shell may be unset")


def _refuse_swallowed_words() -> None:
    """Raise UsageError for words that doit has taken from one of our commands, rather than go on without them."""
    refuse_empty_words()
    typed = sys.argv[1:]
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


def guarded(work: Callable[[], Any], *, as_json: bool = False) -> int:
    """Run a command's work; our errors become messages and exit codes, never tracebacks.

    An error of doit's that wraps one of ours is told as ours, and its own in our shape. With `as_json` the error is
    one JSON object on stdout as well. What a stream cannot show is written as an escape.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _told(work, as_json=as_json)
        sys.stdout.flush()  # here and not at the end of the process, where a reader that went away is a traceback
    except BrokenPipeError:
        # The reader of our output went away (`doit list | head`): nothing is wrong, nobody listens.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return int(ExitCode.CLEAN)
    return code


def _told(work: Callable[[], Any], *, as_json: bool) -> int:
    try:
        _refuse_swallowed_words()
        return int(work() or 0)
    except AstrographError as error:
        return report_error(error, as_json=as_json)
    except (InvalidDodoFile, InvalidCommand, InvalidTask) as error:
        cause = error.__cause__
        ours = cause if isinstance(cause, AstrographError) else UsageError(str(error).strip())
        return report_error(ours, as_json=as_json)


class OwnWords:
    """A command of doit that tells of words it does not know as we do: in one line, with what was probably meant.

    Stands before doit's class among the bases. The option called `json` is the one that asks for a JSON answer.
    """

    cmdparser: Any

    def parse_execute(self, in_args: list[str]) -> int:
        """Parse the words and do the work; returns the exit code."""
        try:
            return int(super().parse_execute(in_args) or 0)  # type: ignore[misc]
        except CmdParseError as error:
            told = error
        from astrograph.doit_plugin.unknown import unusable_option

        def refuse() -> int:
            raise unusable_option(self, told, in_args)

        return guarded(refuse, as_json="json" in self.cmdparser and "--json" in in_args)

    def guarded(self, work: Callable[[], Any], *, as_json: bool = False) -> int:
        """The same as the function, with the nearest names for a task that there is not."""

        def work_with_names() -> Any:
            try:
                return work()
            except InvalidCommand as error:
                if isinstance(error.__cause__, AstrographError):
                    raise
                from astrograph.doit_plugin.unknown import unknown_task

                raise unknown_task(self, error) from None

        return guarded(work_with_names, as_json=as_json)
