"""Who is at work: the name under which a pin, an approval or a publication is recorded."""

from __future__ import annotations


def whoami() -> str:
    """Who is at work: the name git knows, else the login."""
    import getpass
    import subprocess

    try:
        found = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, check=False, timeout=10
        ).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        found = ""
    try:
        return found or getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
