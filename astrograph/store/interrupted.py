"""Whether an interrupted publication left anything to see to: a look at one folder, for commands in a hurry."""

from __future__ import annotations

import os

_RETIRED = ".retired"
_JOURNAL = "journal.json"


def has_leftovers(folder: str) -> bool:
    """Whether a command died amid a publication, judging by the absolute folder of the generations.

    Retired trees are none: commands that have the time remove them.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return False
    return any(name == _JOURNAL or (name.startswith(".") and name != _RETIRED) for name in names)
