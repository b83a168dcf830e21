"""How commands speak: colour by terminal and environment, errors in one shape, one exit code table."""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TextIO, cast

from doit.cmdparse import CmdOption, CmdParseError
from doit.exceptions import InvalidCommand, InvalidDodoFile, InvalidTask

from astrograph.errors import AstrographError, ConfigurationError, ExitCode, UsageError

if TYPE_CHECKING:
    from astrograph.engine.session import Session

INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells count it (128 + SIGINT)."""

TERMINATED = 143
"""The exit code after SIGTERM (128 + SIGTERM)."""

BROKEN_PIPE = 141
"""The exit code of a command whose reader went away before it was done (128 + SIGPIPE)."""

_CANNOT_WRITE = frozenset({errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

OPT_BUILD_DIR: dict[str, Any] = {
    "section": "astrograph",
    "name": "build_dir",
    "long": "build-dir",
    "type": str,
    "default": None,
    "metavar": "DIR",
    "help": "the build folder of this command, instead of the workspace's own; also ASTROGRAPH_BUILD",
}
"""An option of every command of ours, before or behind its name."""
_STDOUT, _STDERR = 1, 2

_WIRING = {"GLOBAL", "LOADER", "BACKEND", "REPORTER", "COMMAND"}
_WIRED = {"loader": "astrograph", "backend": "astrograph", "reporter": "astrograph"}

_LAYOUT = re.compile(r"([\n\t])")


def _open_closed_streams() -> None:
    """Make a standard stream that was closed when we were started (`doit >&-`) one that nobody reads.

    Opened in this order each takes the number that is its own, which so goes to no other file.
    """
    closed = [name for name in ("stdin", "stdout", "stderr") if getattr(sys, name) is None]
    for name in closed:
        mode = "r" if name == "stdin" else "w"
        setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open as long as we live
    if "stdout" in closed:
        from doit.cmd_run import opt_outfile

        opt_outfile["default"] = sys.stdout  # doit has kept what was there before


def _working_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was removed
        return ""


# As this module is imported: before doit makes a command, which keeps `sys.stdout`, and before we change the folder.
_open_closed_streams()
_STARTED_IN = _working_folder()


def started_in() -> str:
    """The folder the command was called in, which paths among its words are relative to; empty where it is gone."""
    return _STARTED_IN


def choose_build(folder: str | None) -> None:
    """Have this process build in a folder a person named, relative to where they are; raises UsageError."""
    from astrograph.model.workspace import BUILD_DIR

    if folder == "":
        raise UsageError("--build-dir needs a folder", hint="for example: --build-dir ../build")
    chosen = folder or os.environ.get(BUILD_DIR)
    if chosen:
        os.environ[BUILD_DIR] = os.path.join(_STARTED_IN, os.path.expanduser(chosen))


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


def wants_json(words: list[str]) -> bool:
    """Whether these words of a command line ask for one JSON object; the `--json` of facts is about its value."""
    formats = any(pair == ("--format", "json") for pair in pairwise(words))
    return "facts" not in words and ("--json" in words or "--format=json" in words or formats)


@contextmanager
def stdout_to_log() -> Iterator[None]:
    """Send what is written to stdout meanwhile to stderr: by us, by code of the workspace, by its child processes."""
    sys.stdout.flush()
    try:
        kept = os.dup(_STDOUT)
        os.dup2(_STDERR, _STDOUT)
    except OSError:  # no descriptors to move: a program that calls doit replaced the streams
        kept = -1
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        if kept >= 0:
            os.dup2(kept, _STDOUT)
            os.close(kept)


def interruptible(work: Callable[[], int], *, after: str = "") -> int:
    """Work that Ctrl-C ends with a word instead of a traceback; `after` says what becomes of what was begun."""
    try:
        return work()
    except KeyboardInterrupt:
        last_word(f"interrupted: {after}" if after else "interrupted")
        return INTERRUPTED


def last_word(line: str) -> None:
    """A line on stderr as we end, where there is somebody to read it."""
    try:
        sys.stderr.write(f"{line}\n")
    except OSError:
        _give_up_broken_streams()


@contextmanager
def opened() -> Iterator[Session]:
    """The workspace in this folder, for a command that answers from it."""
    from astrograph.engine.session import Session

    with Session.open(os.getcwd()) as session:
        try:
            yield session
        finally:
            tell_of_state(session)


def tell_of_state(session: Session | None) -> None:
    """Say on the log, once, what a person should know of the state that was answered from: that it is unusable."""
    if session is None:
        return
    from astrograph.formats.text import safe

    while session.state.messages:
        sys.stderr.write(f"warning: {safe(session.state.messages.pop(0))}\n")


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

    command = next((word for word in typed if word in PLUGINS["command"]), "run")
    if command not in TAKES_VARIABLES:
        raise UsageError(
            f"doit takes {taken[0]!r} for a variable of its own",
            hint="write the value of an option behind `=`, as in --reason='a=b'",
        )


def guarded(work: Callable[[], Any], *, as_json: bool = False) -> int:
    """Run a command's work; our errors become messages and exit codes, never tracebacks.

    An error of doit's that wraps one of ours is told as ours, and its own in our shape. With `as_json` the error is
    one JSON object on stdout as well. What a stream cannot show is written as an escape.

    A reader that goes away (`doit list | head`) ends the work without a word; what was done by then keeps its exit
    code. Output that cannot be written for another reason is an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = BROKEN_PIPE
    try:
        outcome = _outcome(work)
        if isinstance(outcome, AstrographError):
            code = int(outcome.exit_code)
            report_error(outcome, as_json=as_json)
        else:
            code = outcome
        sys.stdout.flush()  # here and not at the end of the process, where what goes wrong is a traceback
        sys.stderr.flush()
    except OSError as error:
        if error.errno not in _CANNOT_WRITE or error.filename is not None:
            raise
        problem = error
    else:
        return code
    finally:
        _give_up_broken_streams()
    if problem.errno == errno.EPIPE:
        return code
    last_word(f"error: cannot write the output: {problem.strerror}")
    return int(ExitCode.RUNTIME)


def _outcome(work: Callable[[], Any]) -> int | AstrographError:
    try:
        _refuse_swallowed_words()
        return int(work() or 0)
    except AstrographError as error:
        return error
    except (InvalidDodoFile, InvalidCommand, InvalidTask) as error:
        cause = error.__cause__
        return cause if isinstance(cause, AstrographError) else UsageError(str(error).strip())
    except (Exception, SystemExit) as error:
        own_code = _own_code()
        refusal = None if own_code is None else own_code.mistake(error, os.getcwd())
        if refusal is None:
            raise
        return cast("AstrographError", refusal)


def _own_code() -> Any:
    """The module that runs the workspace's own code, None where it was not needed."""
    return sys.modules.get("astrograph.doit_plugin.own_code")


def _give_up_broken_streams() -> None:
    """Let what cannot be written go nowhere: Python tries once more when the process ends, and complains."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def check_config(config: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse settings in doit's files that our commands do not take; cheap where there is nothing but our wiring."""
    if config.keys() <= _WIRING and config.get("GLOBAL", _WIRED) == _WIRED:
        return
    from astrograph.doit_plugin.settings import check_files

    check_files(config)


def _unusable_settings(error: Exception) -> ConfigurationError:
    lines = [line for line in str(error).splitlines() if line]
    return ConfigurationError(f"doit's settings cannot be used: {lines[0] if lines else type(error).__name__}")


class OwnWords:
    """A command of doit that tells of words it does not know as we do: in one line, with what was probably meant.

    Stands before doit's class among the bases. The option called `json` is the one that asks for a JSON answer.
    """

    cmdparser: Any
    loader: Any
    opt_vals: Any
    pdb: bool

    def __init__(self, **kwargs: Any) -> None:
        self._refusal: AstrographError | None = None
        try:
            check_config(kwargs["config"])
            super().__init__(**kwargs)
        except Exception as error:  # noqa: BLE001 - doit checks what its files say in no other way
            self._refusal = error if isinstance(error, AstrographError) else _unusable_settings(error)
            from astrograph.doit_plugin.wiring import as_config

            super().__init__(**kwargs | {"config": as_config()})

    def get_options(self) -> list[Any]:
        """The options of doit's class, and the build folder."""
        options: list[Any] = super().get_options()  # type: ignore[misc]
        known = any(option.name == OPT_BUILD_DIR["name"] for option in options)
        return options if known else [*options, CmdOption(OPT_BUILD_DIR)]

    def parse_execute(self, in_args: list[str]) -> int:
        """Parse the words and do the work, as doit does, in the chosen build folder; returns the exit code.

        Ctrl-C ends here what has no word of its own for it.
        """
        if self._refusal is not None:
            return guarded(self._refuse, as_json=wants_json(sys.argv[1:]))
        try:
            params, args = self.cmdparser.parse(in_args)
        except CmdParseError as error:
            told = error
        else:
            self.pdb = params.get("pdb", False)
            params.update(self.opt_vals)

            def choose() -> None:
                choose_build(params[OPT_BUILD_DIR["name"]])

            refused = guarded(choose, as_json="json" in self.cmdparser and "--json" in in_args)
            code = refused or interruptible(lambda: int(self.execute(params, args) or 0))  # type: ignore[attr-defined]
            stdout = sys.__stdout__
            if wants_json(in_args) and stdout is not None and stdout is sys.stdout and _own_code() is not None:
                stdout.flush()
                os.dup2(_STDERR, _STDOUT)  # what the workspace's own code says as it ends is not part of the object
            return code
        from astrograph.doit_plugin.unknown import unusable_option

        def refuse() -> int:
            raise unusable_option(self, told, in_args)

        return guarded(refuse, as_json="json_value" not in self.cmdparser and wants_json(in_args))

    def _refuse(self) -> int:
        assert self._refusal is not None
        raise self._refusal

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
            except (InvalidTask, InvalidDodoFile) as error:
                if isinstance(error.__cause__, AstrographError) or not self.loader.namespace:
                    raise
                raise _own_code().invalid_task(error, self.loader.namespace, os.getcwd()) from error

        return guarded(work_with_names, as_json=as_json)
