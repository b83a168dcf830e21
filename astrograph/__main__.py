"""`astrograph ...`: doit with our wiring, from any folder of a workspace; and `astrograph init`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run one command; returns the exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["init"]:
        from astrograph.doit_plugin.commands.init import init

        return init(arguments[1:])
    if arguments[:1] in (["--version"], ["version"]):
        return _version()
    return _doit(arguments)


def _version() -> int:
    from astrograph import __version__
    from astrograph.doit_plugin.console import guarded

    return guarded(lambda: sys.stdout.write(f"astrograph {__version__}\n") and 0)


def _doit(arguments: list[str]) -> int:
    from doit.doit_cmd import DoitMain

    from astrograph.doit_plugin.console import guarded  # notes the folder we start in
    from astrograph.doit_plugin.wiring import as_config

    def work() -> int:
        from astrograph.engine.session import find_root, open_workspace

        root = find_root(os.getcwd())
        if root is not None:
            os.chdir(root)
        try:
            main = DoitMain(config_filenames=("pyproject.toml", "doit.cfg"), extra_config=as_config())
        except ValueError:  # doit cannot read the file: neither can we, and we say it better
            open_workspace(os.getcwd())
            raise
        return int(main.run(arguments) or 0)

    return guarded(work)


if __name__ == "__main__":
    sys.exit(main())
