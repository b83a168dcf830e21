"""doit's own settings: which of them may be set in files and in `DOIT_CONFIG`, and what they may be.

What is not listed here comes from the command line only: no file answers for a person (`yes`, `by`, `sign`), decides
what is published, or names a file to write. Imported only when a workspace sets more than our wiring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from astrograph.doit_plugin.wiring import PLUGINS, SETTINGS
from astrograph.errors import ConfigurationError
from astrograph.formats.text import did_you_mean, safe

_FLAGS = {"1", "0", "yes", "no", "true", "false", "on", "off"}


def _flag(value: object) -> str:
    good = value.lower() in _FLAGS if isinstance(value, str) else value in (True, False)
    return "" if good else "takes true or false"


def _number(value: object) -> str:
    good = value.strip().isdecimal() if isinstance(value, str) else type(value) is int and value >= 0
    return "" if good else "takes a whole number from 0"


def _text(value: object) -> str:
    return "" if isinstance(value, str) and value else "takes a text"


def _one_of(*names: str) -> Callable[[object], str]:
    return lambda value: "" if value in names else f"takes {' or '.join(map(repr, names))}"


_OWN_STATE = "the results of tasks are kept in Astrograph's state, in the build folder"

_SETTINGS: dict[str, Callable[[object], str]] = {
    # a run
    **dict.fromkeys(("always", "continue", "wait", "pdb", "auto_delayed_regex"), _flag),
    **dict.fromkeys(("verbosity", "failure_verbosity", "num_process"), _number),
    "reporter": _text,
    "format": _text,
    "par_type": lambda value: "" if value == "process" else "takes 'process': the workers of -n are processes",
    # list, info, clean, forget
    **dict.fromkeys(("subtasks", "quiet", "status", "private", "list_deps", "hide_status"), _flag),
    **dict.fromkeys(("cleandep", "cleanall", "dryrun", "cleanforget"), _flag),
    **dict.fromkeys(("forget_sub", "forget_disable_default", "forget_all"), _flag),
    "template": _text,
    "sort": _one_of("name", "definition"),
    # where tasks come from, and how doit keeps them
    "dodoFile": _text,
    "cwdPath": _text,
    "seek_file": _flag,
    "check_file_uptodate": _one_of("md5", "timestamp"),
    "loader": lambda value: "" if value == SETTINGS["loader"] else "takes 'astrograph', which loads the graph",
    "backend": lambda value: "" if value == SETTINGS["backend"] else f"takes 'astrograph': {_OWN_STATE}",
    "codec_cls": lambda value: "" if value == "json" else f"takes 'json': {_OWN_STATE}",
    "dep_file": lambda _: f"cannot be set: {_OWN_STATE}",
}


def _reporter(value: object) -> str:
    return "" if (isinstance(value, str) and value) or hasattr(value, "complete_run") else "takes a reporter"


def _checker(value: object) -> str:
    known = not isinstance(value, str) and hasattr(value, "check_modified") and hasattr(value, "get_state")
    return "" if known else _SETTINGS["check_file_uptodate"](value)


def _task_names(value: object) -> str:
    good = isinstance(value, list | tuple) and all(isinstance(name, str) and name for name in value)
    return "" if good else "takes a list of task names"


def _version(value: object) -> str:
    parts = value.split(".") if isinstance(value, str) else value
    good = isinstance(parts, list | tuple) and len(parts) == 3  # noqa: PLR2004 - doit's versions
    return "" if good else "takes a version such as '0.37.0'"


def _optional(problem: Callable[[object], str]) -> Callable[[object], str]:
    return lambda value: "" if value is None else problem(value)


_IN_DODO = _SETTINGS | {
    "verbosity": _optional(_number),
    "reporter": _reporter,
    "check_file_uptodate": _checker,
    "outfile": lambda value: "" if value and (isinstance(value, str) or hasattr(value, "write")) else "takes a file",
    "default_tasks": _optional(_task_names),
    "minversion": _optional(_version),
    "action_string_formatting": _one_of("old", "both", "new"),
}
"""`DOIT_CONFIG` is code of the workspace: it may give objects, and name a file to write."""


def check_files(config: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what `[tool.doit]` and `doit.cfg` may not set for our commands; raises ConfigurationError."""
    for section in ("GLOBAL", *PLUGINS["command"]):
        for name, value in config.get(section, {}).items():
            if name == "outfile" and hasattr(value, "write"):
                continue  # set by a program that calls doit
            _refuse(name, value, _SETTINGS, place=lambda name=name, section=section: _place(section, name))


def check_dodo(settings: Mapping[str, Any], path: str) -> None:
    """Refuse what `DOIT_CONFIG` in the file of tasks may not set; raises ConfigurationError."""
    for name, value in settings.items():
        _refuse(str(name), value, _IN_DODO, place=lambda: f"DOIT_CONFIG in {path}")


def check_words(params: Mapping[str, Any], typed: frozenset[str]) -> None:
    """Refuse what the command line may not choose; `typed` are the names of the options given there."""
    for name, option in (("backend", "--backend"), ("dep_file", "--db-file"), ("par_type", "--parallel-type")):
        if name in typed:
            _refuse(option, params[name], {option: _SETTINGS[name]}, place=lambda: "the command line")


def _refuse(
    name: str, value: object, known: Mapping[str, Callable[[object], str]], *, place: Callable[[], str]
) -> None:
    if name in known:
        problem = known[name](value)
        hint = "remove it, or correct its value"
    else:
        problem = "cannot be set there" if name in _IN_DODO else "is no setting that files may hold"
        near = did_you_mean(name, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        hint += "DOIT_CONFIG in dodo.py may set it" if name in _IN_DODO else "options not listed come from the command line"
    if problem:
        raise ConfigurationError(f"{place()}: {safe(name)} {problem}", fields=(("value", safe(repr(value))[:80]),), hint=hint)


def _place(section: str, name: str) -> str:
    from configparser import ConfigParser, Error

    parser = ConfigParser(allow_no_value=True, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read("doit.cfg", encoding="utf-8")
    except (Error, ValueError):
        pass
    if parser.has_option(section, name):
        return f"doit.cfg, [{section}]"
    return f"pyproject.toml, [tool.doit{'' if section == 'GLOBAL' else f'.commands.{section}'}]"


# Files that doit cannot read.

_TABLES = ("plugins", "commands", "tasks")


def unusable_file(root: str, error: Exception) -> ConfigurationError:
    """What is wrong with `pyproject.toml` or `doit.cfg`, with the place; `error` is how doit met it."""
    from astrograph.engine.session import SETTINGS_FILE
    from astrograph.formats.settings import decode_toml
    from astrograph.store.files import read

    try:
        data = read(os.path.join(root, SETTINGS_FILE))
    except FileNotFoundError:
        data = b""
    except OSError as problem:
        return ConfigurationError(
            f"{SETTINGS_FILE} cannot be read: {problem.strerror}",
            fields=(("folder", root),),
            hint="it is the file of settings of a workspace",
        )
    try:
        found = _odd_table(decode_toml(data))
    except ConfigurationError as problem:
        return problem
    if found is not None:
        path, wanted = found
        line = _line_of(data.decode(), path)
        return ConfigurationError(f"{SETTINGS_FILE}:{line}: `{safe('.'.join(path))}` is not {wanted}")
    file = "doit.cfg" if os.path.exists(os.path.join(root, "doit.cfg")) else f"[tool.doit] in {SETTINGS_FILE}"
    text = safe(" ".join(str(error).split()))
    return ConfigurationError(f"{file} cannot be used: {type(error).__name__}: {text}")


def _odd_table(document: Mapping[str, Any]) -> tuple[tuple[str, ...], str] | None:
    """The path of the first value among doit's tables that is not what doit expects, and what that is."""
    tool = document.get("tool", {})
    doit = tool.get("doit", {}) if isinstance(tool, dict) else {}
    checked: list[tuple[tuple[str, ...], object, str]] = [(("tool",), tool, "a table"), (("tool", "doit"), doit, "a table")]
    for name in _TABLES if isinstance(doit, dict) else ():
        tables = doit.get(name, {})
        checked.append((("tool", "doit", name), tables, "a table"))
        for key, table in tables.items() if isinstance(tables, dict) else ():
            wanted = "a kind of plug-in" if name == "plugins" and key not in _KINDS else "a table"
            checked.append((("tool", "doit", name, key), None if wanted != "a table" else table, wanted))
            if name == "plugins" and isinstance(table, dict):
                checked += [(("tool", "doit", name, key, each), entry, _ENTRY) for each, entry in table.items()]
    for path, value, wanted in checked:
        good = isinstance(value, str) and value.count(":") == 1 if wanted is _ENTRY else isinstance(value, dict)
        if not good:
            return path, wanted
    return None


_KINDS = ("loader", "backend", "reporter", "command")
_ENTRY = "a plug-in, written as 'module:name'"


def _line_of(text: str, path: tuple[str, ...]) -> int:
    """The line after which a value is in the document: TOML is read line by line more, as no reader keeps places."""
    import tomllib

    lines = text.splitlines(keepends=True)
    for count in range(1, min(len(lines), _LINES) + 1):
        try:
            value: Any = tomllib.loads("".join(lines[:count]))
            for key in path:
                value = value[key]
        except (tomllib.TOMLDecodeError, KeyError, TypeError):
            continue
        return count
    return len(lines)


_LINES = 2_000
