"""`astrograph ...`: doit with our wiring, from any folder of a workspace; and `astrograph init`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run one command; returns the exit code."""
    from astrograph.doit_plugin.console import guarded, interruptible  # notes the folder we start in

    arguments = sys.argv[1:]
    if arguments[:1] in (["--version"], ["version"]):
        return guarded(_version)
    return interruptible(lambda: guarded(lambda: _run(arguments)))


def _version() -> None:
    from astrograph import __version__

    sys.stdout.write(f"astrograph {__version__}\n")


def _run(arguments: list[str]) -> int:
    from astrograph.errors import ConfigurationError

    try:
        here = os.getcwd()
    except OSError as error:
        raise ConfigurationError(
            f"the folder you are in cannot be used: {error.strerror}", hint="change to a folder that is there"
        ) from None
    if arguments[:1] == ["init"]:
        from astrograph.doit_plugin.commands.init import init

        return init(arguments[1:])
    return _doit(arguments, here)


def _doit(arguments: list[str], here: str) -> int:
    from doit.doit_cmd import DoitMain

    from astrograph.doit_plugin.wiring import as_config
    from astrograph.engine.session import find_root, open_workspace

    root = find_root(here)
    if root is not None:
        os.chdir(root)
    try:
        main = DoitMain(config_filenames=("pyproject.toml", "doit.cfg"), extra_config=as_config())
    except ValueError:  # doit cannot read the file: neither can we, and we say it better
        open_workspace(os.getcwd())
        raise
    return int(main.run(arguments) or 0)


if __name__ == "__main__":
    sys.exit(main())
