"""doit's own settings: what files and `DOIT_CONFIG` may set, and to which values.

What is not listed here comes from the command line only: no file answers for a person (`yes`, `by`, `sign`), decides
what is published, or names a file to write. Imported only when a workspace sets more than our wiring.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from astrograph.doit_plugin.wiring import PLUGINS, SETTINGS
from astrograph.errors import ConfigurationError
from astrograph.formats.text import did_you_mean, safe

_Check = Callable[[object], bool]
_Rule = tuple[str, _Check]
"""What a setting takes, in words, and whether a value is that. Files give text where TOML has no types."""

_WORDS_FOR_FLAGS = {"1", "0", "yes", "no", "true", "false", "on", "off"}


def _is_flag(value: object) -> bool:
    return value.lower() in _WORDS_FOR_FLAGS if isinstance(value, str) else value in (True, False)


def _is_number(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdecimal() and len(value) <= _LONGEST_NUMBER
    return type(value) is int and 0 <= value < 10**_LONGEST_NUMBER


def _one_of(*names: str, why: str = "") -> _Rule:
    return f"takes {' or '.join(map(repr, names))}{why}", lambda value: value in names


_LONGEST_NUMBER = 6
_FLAG: _Rule = ("takes true or false", _is_flag)
_NUMBER: _Rule = ("takes a whole number from 0", _is_number)
_TEXT: _Rule = ("takes a text", lambda value: isinstance(value, str) and value != "")
_OWN_STATE = "the results of tasks are kept in Astrograph's state, in the build folder"

_IN_FILES: dict[str, _Rule] = {
    # a run
    **dict.fromkeys(("always", "continue", "wait", "pdb", "auto_delayed_regex"), _FLAG),
    **dict.fromkeys(("verbosity", "failure_verbosity", "num_process"), _NUMBER),
    **dict.fromkeys(("reporter", "format"), _TEXT),
    "par_type": _one_of("process", why=": the workers of -n are processes"),
    # list, info, clean, forget
    **dict.fromkeys(("subtasks", "quiet", "status", "private", "list_deps", "hide_status"), _FLAG),
    **dict.fromkeys(("cleandep", "cleanall", "dryrun", "cleanforget"), _FLAG),
    **dict.fromkeys(("forget_sub", "forget_disable_default", "forget_all"), _FLAG),
    "template": _TEXT,
    "sort": _one_of("name", "definition"),
    # where tasks come from, and how doit keeps them
    **dict.fromkeys(("dodoFile", "cwdPath"), _TEXT),
    "seek_file": _FLAG,
    "check_file_uptodate": _one_of("md5", "timestamp"),
    "loader": _one_of("astrograph", why=": it loads the graph"),
    "backend": _one_of("astrograph", why=f": {_OWN_STATE}"),
    "codec_cls": _one_of("json", why=f": {_OWN_STATE}"),
    "dep_file": (f"cannot be set: {_OWN_STATE}", lambda _: False),
}


_BEFORE_DODO = ("loader", "dodoFile", "cwdPath", "seek_file")
"""What chooses the file of tasks is known before it is read."""


def _is_reporter(value: object) -> bool:
    return (isinstance(value, str) and value != "") or hasattr(value, "complete_run")


def _is_checker(value: object) -> bool:
    is_class = isinstance(value, type) and hasattr(value, "check_modified") and hasattr(value, "get_state")
    return value in ("md5", "timestamp") or is_class


def _are_tasks(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(name, str) and name for name in value)


def _is_version(value: object) -> bool:
    parts = value.split(".") if isinstance(value, str) else value
    return isinstance(parts, list | tuple) and len(parts) == 3 and all(isinstance(part, str | int) for part in parts)  # noqa: PLR2004


def _typed(rule: _Rule) -> _Rule:
    wanted, is_right = rule
    return wanted, lambda value: not isinstance(value, str) and is_right(value)


def _or_none(rule: _Rule) -> _Rule:
    wanted, is_right = rule
    return wanted, lambda value: value is None or is_right(value)


_IN_DODO: dict[str, _Rule] = {
    **{
        name: _typed(rule) if rule in (_FLAG, _NUMBER) else rule
        for name, rule in _IN_FILES.items()
        if name not in _BEFORE_DODO
    },
    "verbosity": _or_none(_typed(_NUMBER)),
    "reporter": ("takes the name of a reporter, or a class", _is_reporter),
    "check_file_uptodate": ("takes 'md5', 'timestamp' or a class", _is_checker),
    "outfile": ("takes a file", lambda value: _TEXT[1](value) or hasattr(value, "write")),
    "default_tasks": _or_none(("takes a list of task names", _are_tasks)),
    "minversion": _or_none(("takes a version such as '0.37.0'", _is_version)),
    "action_string_formatting": _one_of("old", "both", "new"),
}
"""`DOIT_CONFIG` is code of the workspace: it may give objects, and name a file to write."""


_CHECKED_WORDS = {
    "backend": "--backend",
    "dep_file": "--db-file",
    "par_type": "--parallel-type",
    "check_file_uptodate": "--check_file_uptodate",
}


def check_files(config: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what `[tool.doit]` and `doit.cfg` may not set for our commands; raises ConfigurationError."""
    for section in ("GLOBAL", *PLUGINS["command"]):
        for name, value in config.get(section, {}).items():
            if name == "outfile" and hasattr(value, "write"):
                continue  # set by a program that calls doit
            problem = _problem(name, value, _IN_FILES)
            if problem:
                raise _refusal(_place(section, name), problem, value)
    if config.get("GLOBAL", SETTINGS).get("loader") != SETTINGS["loader"]:
        raise ConfigurationError("[tool.doit] names no loader", hint='set loader = "astrograph" in [tool.doit]')


def check_dodo(settings: Mapping[str, Any], file: str) -> None:
    """Refuse what `DOIT_CONFIG` in the file of tasks may not set; raises ConfigurationError."""
    for name, value in settings.items():
        problem = _problem(str(name), value, _IN_DODO)
        if problem:
            raise _refusal(f"DOIT_CONFIG in {file}", problem, value)


def check_words(params: Mapping[str, Any], typed: frozenset[str]) -> None:
    """Refuse what the command line may not choose; `typed` are the names of the options given there."""
    for name, option in _CHECKED_WORDS.items():
        if name in typed:
            problem = _problem(option, params[name], {option: _IN_FILES[name]})
            if problem:
                raise _refusal("the command line", problem, params[name])


def _problem(name: str, value: object, rules: Mapping[str, _Rule]) -> str:
    """What is wrong with one setting, empty where nothing is."""
    if name in rules:
        wanted, is_right = rules[name]
        return "" if is_right(value) else f"{safe(name)} {wanted}"
    if name in _IN_DODO:
        return f"{safe(name)} cannot be set there, only in DOIT_CONFIG of dodo.py"
    near = did_you_mean(name, rules, n=1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{safe(name)} cannot be set there, only on the command line{meant}"


def _refusal(place: str, problem: str, value: object) -> ConfigurationError:
    return ConfigurationError(
        f"{place}: {problem}", fields=(("value", safe(repr(value))[:80]),), hint="remove it there, or correct it"
    )


def _place(section: str, name: str) -> str:
    """The file and table that set an option: what `doit.cfg` says counts last."""
    from configparser import ConfigParser, Error

    parser = ConfigParser(allow_no_value=True, delimiters=("=",), interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    with suppress(Error, ValueError):
        parser.read("doit.cfg", encoding="utf-8")
    if parser.has_option(section, name):
        return f"doit.cfg, [{section}]"
    return f"pyproject.toml, [tool.doit{'' if section == 'GLOBAL' else f'.commands.{section}'}]"


# Files that doit cannot read.

_KINDS = ("loader", "backend", "reporter", "command")


def unusable_file(root: str, error: Exception, config: Mapping[str, Mapping[str, Any]]) -> ConfigurationError:
    """What is wrong with `pyproject.toml` or `doit.cfg`, with the place.

    `error` is how doit met it, and `config` what it had read by then.
    """
    from astrograph.engine.session import SETTINGS_FILE
    from astrograph.formats.settings import decode_toml, line_of
    from astrograph.model import limits
    from astrograph.store.files import read

    try:
        data = read(os.path.join(root, SETTINGS_FILE), limits.SETTINGS)
        document = decode_toml(data)
        check_files(config)
    except FileNotFoundError:
        data, document = b"", {}
    except OSError as problem:
        return ConfigurationError(f"{SETTINGS_FILE} cannot be read: {problem.strerror}", fields=(("folder", root),))
    except ConfigurationError as problem:
        return problem
    odd = _odd_value(document)
    if odd is not None:
        path, wanted = odd
        return ConfigurationError(f"{SETTINGS_FILE}:{line_of(data, path)}: {safe('.'.join(path))} is not {wanted}")
    file = "doit.cfg" if os.path.exists(os.path.join(root, "doit.cfg")) else f"[tool.doit] in {SETTINGS_FILE}"
    text = safe(" ".join(str(error).split()))
    return ConfigurationError(f"{file} cannot be used: {type(error).__name__}: {text}")


def _odd_value(document: Mapping[str, object]) -> tuple[tuple[str, ...], str] | None:
    """The path of the first value of doit's tables that is not what doit expects, and what that is."""
    tool = document.get("tool", {})
    if not isinstance(tool, dict):
        return ("tool",), "a table"
    doit = tool.get("doit", {})
    if not isinstance(doit, dict):
        return ("tool", "doit"), "a table"
    for name in ("plugins", "commands", "tasks"):
        tables = doit.get(name, {})
        for path, table in [((name,), tables), *(((name, key), each) for key, each in _items(tables))]:
            if not isinstance(table, dict):
                return ("tool", "doit", *path), "a table"
        for kind, entries in _items(tables) if name == "plugins" else ():
            if kind not in _KINDS:
                return ("tool", "doit", name, kind), f"a kind of plug-in: {', '.join(_KINDS)}"
            for key, entry in _items(entries):
                if not isinstance(entry, str) or entry.count(":") != 1:
                    return ("tool", "doit", name, kind, key), "a plug-in, written as 'module:name'"
    return None


def _items(table: object) -> list[tuple[str, object]]:
    return list(table.items()) if isinstance(table, dict) else []
