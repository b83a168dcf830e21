"""Our imports never come from the workspace, whatever puts its folders on `sys.path`.

Imports nothing that a folder there could shadow, not even `__future__`, since it is what takes them off.
"""

import os
import sys

_INSTALLED = ("lib", "lib64", "bin", "Lib", "Scripts", "DLLs")
_PACKAGE = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))

removed: list[str] = []
"""The folders that `keep_out_here` took off `sys.path`: the workspace's own code may still be imported from them."""


def in_tree(path: str, root: str) -> bool:
    """Whether a path lies in the folder `root`, and is not part of a Python installation or of this package in it."""
    path, root = os.path.realpath(path), os.path.realpath(root)
    if not _is_below(path, root) or _is_below(path, _PACKAGE):
        return False
    user_base = getattr(sys.modules.get("site"), "USER_BASE", None)
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, user_base or sys.prefix}
    installed = [os.path.realpath(f"{prefix}/{name}") for prefix in prefixes for name in _INSTALLED]
    return not any(_is_below(folder, root) and _is_below(path, folder) for folder in installed)


def keep_out_here() -> None:
    """Take this folder and those below it off `sys.path`; an installation there, such as `.venv`, stays."""
    try:
        root = os.getcwd()
    except OSError:  # it was removed; the command says so
        return
    found = [entry for entry in sys.path if in_tree(entry or root, root)]
    if found:
        removed.extend(os.path.abspath(entry) for entry in found)
        sys.path[:] = [entry for entry in sys.path if entry not in found]


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)
