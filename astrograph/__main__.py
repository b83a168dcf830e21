"""`astrograph ...`: doit with our wiring, from any folder of a workspace; and `astrograph init`."""

# No `from __future__`: with `python -m astrograph` it would be imported from the folder we are called in.
import os
import sys

_NO_DODO, _FRESH = "--no-dodo", "--fresh"


def main() -> int:
    """Run one command; returns the exit code."""
    from astrograph.doit_plugin.imports import keep_out_here

    keep_out_here()
    from astrograph.doit_plugin.console import guarded, interruptible, wants_json  # notes the folder we start in

    arguments, switches = _switches(sys.argv[1:])
    sys.argv[1:] = arguments
    if arguments[:1] in (["--version"], ["version"]):
        return guarded(_version)
    if _FRESH in switches:
        os.environ["ASTROGRAPH_FRESH"] = "1"
    return interruptible(
        lambda: guarded(lambda: _run(arguments, own_code=_NO_DODO not in switches), as_json=wants_json(arguments))
    )


def _switches(arguments: list[str]) -> tuple[list[str], set[str]]:
    """The words without our own switches, which may precede or follow a command; behind `--` all are words."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    switches = {word for word in arguments[:end] if word in {_NO_DODO, _FRESH}}
    return [word for word in arguments[:end] if word not in switches] + arguments[end:], switches


def _version() -> None:
    from astrograph import __version__

    sys.stdout.write(f"astrograph {__version__}\n")


def _run(arguments: list[str], *, own_code: bool) -> int:
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
    return _doit(arguments, here, own_code=own_code)


def _doit(arguments: list[str], here: str, *, own_code: bool) -> int:
    from doit.doit_cmd import DoitMain

    from astrograph.doit_plugin.imports import keep_out_here
    from astrograph.doit_plugin.loader import GraphLoader
    from astrograph.doit_plugin.wiring import as_config
    from astrograph.engine.session import find_root
    from astrograph.errors import AstrographError

    root = find_root(here)
    if root is not None:
        os.chdir(root)
        keep_out_here()
    if not own_code:
        loader = GraphLoader(own_code=False)
        return int(DoitMain(loader, config_filenames=(), extra_config=as_config()).run(arguments) or 0)
    # Outside a workspace there are no settings to read, and what is no regular file would be waited for.
    files = [name for name in ("pyproject.toml", "doit.cfg") if root is not None and os.path.isfile(name)]
    main = None
    try:
        main = DoitMain(config_filenames=files, extra_config=as_config())
        return int(main.run(arguments) or 0)
    except AstrographError:
        raise
    except Exception as error:
        # doit handles what a command raises: this is a file of settings that it cannot use.
        from astrograph.doit_plugin.settings import unusable_file

        raise unusable_file(os.getcwd(), error, {} if main is None else main.config) from error


if __name__ == "__main__":
    sys.exit(main())
