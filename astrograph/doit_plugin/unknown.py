"""Words that no command knows: which one it is, and what was probably meant. Imported only when there is one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from shlex import quote
from typing import Any

from astrograph.errors import UsageError
from astrograph.formats.text import did_you_mean

_TASK = re.compile(r"'(?P<name>.*)' is not a task\.", re.DOTALL)
_PARAMETER = re.compile(r"parameter '(?P<name>[^']*)'")
_MANIFEST = "manifest:"


def unusable_option(command: Any, error: Exception, words: list[str]) -> UsageError:
    """What is wrong with the options of a command; `error` is how doit says it."""
    listed = f"`doit help {command.name}` lists the options"
    cause = error.__context__
    option = getattr(cause, "opt", None)
    if option is None:
        return _unusable_value(command, error, hint=listed)
    if "not recognized" not in str(cause):
        return UsageError(f"doit {command.name}: {cause}", hint=listed)
    dashed = f"--{option}" if f"-{option}" not in words else f"-{option}"
    commands = getattr(getattr(command, "loader", None), "cmd_names", ())
    if dashed in ("--no-dodo", "--fresh"):
        return UsageError(f"doit has no option {dashed}", hint=f"astrograph has it: astrograph {dashed} {command.name}")
    later = [word for word in words if word in commands]
    if later:
        hint = f"options stand behind the command: doit {later[0]} {dashed}"
    else:
        near = did_you_mean(option, _options(command))
        hint = f"did you mean {', '.join(f'--{name}' for name in near)}?" if near else listed
    return UsageError(f"doit {command.name} has no option {dashed}", hint=hint)


def _options(command: Any) -> list[str]:
    return [name for option in command.cmdparser.options for name in (option.long, option.inverse) if name]


def _unusable_value(command: Any, error: Exception, *, hint: str) -> UsageError:
    found = _PARAMETER.search(str(error))
    option = next((each for each in command.cmdparser.options if found and each.name == found["name"]), None)
    if option is None:
        return UsageError(str(error).strip(), hint=hint)
    dashed = ", ".join([f"-{option.short}"] * bool(option.short) + [f"--{option.long}"] * bool(option.long))
    lines = [line for line in str(error).splitlines() if line]
    reason = str(error.__context__) if error.__context__ is not None else lines[-1].rpartition(". ")[2]
    return UsageError(f"{dashed} cannot take that value", fields=(("reason", reason),), hint=hint)


def unknown_task(command: Any, error: Any) -> UsageError:
    """The refusal of a name that no command, task or target has, with the nearest ones."""
    found = _TASK.fullmatch(str(error))
    name = found["name"] if found else error.not_found
    if name is None:
        return UsageError(str(error).strip())
    tasks = [task.name for task in getattr(command, "task_list", None) or ()]
    if command.name != "run":
        return unknown_name(name, tasks, kind="task", said=f"doit {command.name}")
    return unknown_name(name, tasks, commands=command.loader.cmd_names)


def unknown_name(
    name: str,
    tasks: Iterable[str],
    *,
    commands: Iterable[str] = (),
    said: str = "doit",
    kind: str = "command, task or target",
) -> UsageError:
    """The refusal of a name, with the nearest of these commands and tasks; `said` is what a suggestion begins with.

    The manifest of a module is found by the id of the module as well.
    """
    meant = {task.removeprefix(_MANIFEST): f"{said} {quote(task)}" for task in tasks}
    meant |= {task: f"{said} {quote(task)}" for task in tasks}
    meant |= {command: f"{said} {command}" for command in commands}
    near = list(dict.fromkeys(meant[each] for each in did_you_mean(name, meant)))
    everything = "`doit list --all` shows every task"
    if commands:
        everything = f"`doit help` shows the commands, {everything}"
    title = f"no task matches {name!r}" if "*" in name else f"there is no {kind} {name!r}"
    return UsageError(title, hint=f"did you mean {', '.join(near)}?" if near else everything)
