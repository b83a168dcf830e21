"""Who is at work: the name under which a pin, an approval or a publication is recorded."""

from __future__ import annotations


def named_person(given: str, *, command: str) -> str:
    """The name to record: the one given, else `whoami`; raises UsageError where neither is that of a person."""
    from astrograph.errors import UsageError
    from astrograph.model.person import is_person

    name = given or whoami()
    if not is_person(name):
        said = f"{given!r} is not a name" if given.strip() else "neither --by, git nor the login gives one"
        raise UsageError(f"{command} needs a name: {said}", hint=f'{command} --by "your name"')
    return name


def whoami() -> str:
    """Who is at work: the name git knows, else the login; `""` where there is neither."""
    import getpass
    import subprocess
    import sys

    from astrograph.formats.text import safe

    try:
        done = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, errors="replace", check=False, timeout=10
        )
        if done.returncode > 1:  # 1 is that no name is set
            sys.stderr.write(f"note: git does not give your name: {safe(done.stderr.strip())}\n")
        found = done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        found = ""
    try:
        return found or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
