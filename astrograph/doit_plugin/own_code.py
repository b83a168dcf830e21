"""The workspace's own code: its `dodo.py`, what that imports, and one error for a mistake in it."""

from __future__ import annotations

import importlib
import inspect
import os
import re
import sys
from collections.abc import Mapping
from types import CodeType, ModuleType, TracebackType
from typing import TYPE_CHECKING, Any

import doit.action
import doit.loader
import doit.plugin

from astrograph.doit_plugin.imports import in_tree, removed
from astrograph.errors import AstrographError, ConfigurationError

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

_HINT = "correct it; `astrograph --no-dodo` leaves the workspace's own code out"
_FILE_SETTINGS = "--file (dodoFile in doit's settings) and DOIT_FILE"
_LONGEST = 300
_IMPORTING = (importlib.__file__, __file__)


class TreeFinder:
    """Finds modules in the workspace for its own code alone, and only those that are not installed.

    Comes last on `sys.meta_path`. An import is the workspace's own when one of its files, or an action of one of its
    tasks, is among the callers, or when doit loads a plug-in.
    """

    def __init__(self, root: str, folders: list[str]) -> None:
        self.root = root
        self.folders = folders
        self._own: dict[str, bool] = {doit.action.__file__: True}

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """The protocol of `sys.meta_path`."""
        if path is not None or name in sys.stdlib_module_names or not self._is_for_own_code():
            return None
        from importlib.machinery import PathFinder

        return PathFinder.find_spec(name, self.folders)

    def _is_for_own_code(self) -> bool:
        frame = inspect.currentframe()
        importer = ""
        while frame is not None:
            file = frame.f_code.co_filename
            if file not in self._own:
                self._own[file] = not file.startswith("<") and in_tree(file, self.root)
            if self._own[file]:
                return True
            if not importer and file not in _IMPORTING and not file.startswith("<frozen importlib"):
                importer = file
            frame = frame.f_back
        return bool(importer == doit.plugin.__file__)


def let_own_code_import(root: str, *folders: str) -> None:
    """Let the workspace's own code import from these folders and from what was taken off `sys.path`."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, TreeFinder)]
    wanted = list(dict.fromkeys([*folders, *removed]))
    if wanted:
        sys.meta_path.append(TreeFinder(root, wanted))


def find_file(params: Mapping[str, Any], root: str) -> str | None:
    """The absolute path of the file of tasks, None where there is none and none was named; raises ConfigurationError.

    The tasks run in the workspace, so `--dir` may name nothing else, and a file from elsewhere needs it.
    """
    name, folder = params["dodoFile"], params["cwdPath"]
    path = os.path.abspath(name)
    above = root
    while params["seek_file"] and not os.path.lexists(path) and above != os.path.dirname(above):
        above = os.path.dirname(above)
        path = os.path.join(above, name)
    if not os.path.lexists(path):
        if name == "dodo.py":
            path = ""
        else:
            raise ConfigurationError(f"there is no file {name}", hint=f"{_FILE_SETTINGS} name a file of tasks")
    if folder is not None and not _is_same(folder, root):
        raise ConfigurationError(
            f"--dir (cwdPath in doit's settings) is {folder}, which is not the folder of the workspace",
            fields=(("workspace", root),),
            hint="leave it out: tasks run in the workspace",
        )
    if path and folder is None and not _is_same(os.path.dirname(path), root):
        raise ConfigurationError(
            f"the file of tasks {os.path.relpath(path)} is not in the folder of the workspace",
            fields=(("workspace", root),),
            hint=f"add --dir . to run its tasks in the workspace; {_FILE_SETTINGS}, --seek-file (seek_file) and "
            "DOIT_SEEK_FILE choose the file",
        )
    return path or None


def _is_same(folder: str, root: str) -> bool:
    return os.path.realpath(folder) == os.path.realpath(root)


def load(path: str, root: str) -> dict[str, Any]:
    """Execute the file of tasks at the absolute `path`; returns its names. Raises ConfigurationError."""
    from astrograph.doit_plugin.console import started_in
    from astrograph.model import limits
    from astrograph.store.files import read

    doit.loader.initial_workdir = started_in() or root
    let_own_code_import(root, os.path.dirname(path))
    try:
        data = read(path, limits.SOURCE)
    except OSError as error:
        raise ConfigurationError(f"{os.path.relpath(path)} cannot be read: {error.strerror}") from None
    name = os.path.splitext(os.path.basename(path))[0]
    module = ModuleType(name)
    module.__file__ = path
    if name == "dodo" or name not in sys.modules:
        sys.modules[name] = module
    exec(_compiled(data, path), module.__dict__)  # noqa: S102 - what a file of tasks is for
    return dict(inspect.getmembers(module))


def _compiled(data: bytes, path: str) -> CodeType:
    try:
        return compile(data, path, "exec", dont_inherit=True)
    except Exception as error:
        if isinstance(error, SyntaxError) and error.filename:
            raise
        raise ConfigurationError(f"{os.path.relpath(path)}:1: {_said(error)}", hint=_HINT) from None


def mistake(error: BaseException, root: str) -> ConfigurationError | None:
    """An exception that went through the workspace's own code, as one error with its place; None for any other."""
    place = _place(error.__traceback__, root)
    if isinstance(error, SyntaxError) and error.filename and in_tree(error.filename, root):
        place = f"{os.path.relpath(error.filename, root)}:{error.lineno or 1}"
    no_mistake = isinstance(error, AstrographError | KeyboardInterrupt | BrokenPipeError)
    if not place or no_mistake or _raised_for_a_signal(error):
        return None
    if isinstance(error, SystemExit):
        return ConfigurationError(f"{place}: it ends the process (exit {_said(error)})", hint=_HINT)
    return ConfigurationError(f"{place}: {type(error).__name__}: {_said(error)}", hint=_HINT)


def _raised_for_a_signal(error: BaseException) -> bool:
    return not isinstance(error, Exception) and type(error).__module__.startswith("astrograph.")


def _place(trace: TracebackType | None, root: str) -> str:
    """File and line of the innermost frame of the workspace's own code."""
    place = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not file.startswith("<") and in_tree(file, root):
            place = f"{os.path.relpath(file, root)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _said(error: BaseException) -> str:
    """The first line of what an exception says, which may itself fail to say it."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # noqa: BLE001 - code of the workspace
        text = ""
    return next(iter(text.strip().splitlines()), "")[:_LONGEST] or "no message"


def invalid_task(error: Exception, namespace: Mapping[str, Any], root: str) -> ConfigurationError:
    """What doit cannot accept of the tasks, with the file and line of the function that makes the task it names."""
    text = " ".join(str(error).split())[:_LONGEST]
    found: list[tuple[int, str]] = []
    for name, creator in namespace.items():
        code = getattr(creator, "__code__", None)
        match = re.search(rf"(?<!\w){re.escape(name.removeprefix('task_'))}(?!\w)", text)
        if code is not None and match and name.startswith("task_"):
            found.append((match.start(), f"{os.path.relpath(code.co_filename, root)}:{code.co_firstlineno}"))
    place = min(found)[1] if found else os.path.relpath(namespace.get("__file__") or "dodo.py", root)
    return ConfigurationError(f"{place}: {text}", hint=_HINT)
