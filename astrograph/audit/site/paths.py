"""Where each page lies: ASCII file names that no module, star or owner can shape to point elsewhere."""

from __future__ import annotations

from astrograph.model.digests import fingerprint
from astrograph.model.ids import ModuleId

INDEX = "index.html"
DASHBOARD = "dashboard.html"
PLAN = "plan.html"
MODULES = "modules.html"
SKY_DATA = "data/sky.js"
NOBODY = "nobody"
"""The name of the page of modules that have no owner; an owner's own name starts with `-` there."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-")
_LONGEST = 120


def module_page(module: ModuleId) -> str:
    """The page of a module. Folders stay folders; no two modules share a page, nor is one's page another's folder."""
    return f"modules/{'/'.join(map(_name, module.split('/')))}.html"


def star_page(star: str) -> str:
    """The page of a star."""
    return f"stars/{_name(star)}.html"


def owner_page(owner: str | None) -> str:
    """The page of an owner, or of the modules that have none."""
    return f"owners/{NOBODY if owner is None else '-' + _name(owner)}.html"


def stratum_page(stratum: str) -> str:
    """The page of a stratum."""
    return f"strata/{_name(stratum)}.html"


def up_from(page: str) -> str:
    """What leads from a page to the top of the site: `../` for each folder it lies in."""
    return "../" * page.count("/")


def _name(text: str) -> str:
    """One file name: `Trail` is `~trail`, and `@` is `~~40~`, its bytes in hexadecimal; `a-z`, `0-9`, `_`, `-` stay.

    So it is the same on every file system, those that fold case among them, needs no quoting in an address, and two
    texts never share a name. One that would grow too long for a file system ends in its digest instead.
    """
    if _PLAIN.issuperset(text) and len(text) <= _LONGEST:
        return text
    name = "".join(map(_encoded, text))
    if len(name) <= _LONGEST:
        return name
    return f"{name[: _LONGEST - 34]}~.{fingerprint(text.encode('utf-8', 'surrogatepass')).hex()}"


def _encoded(character: str) -> str:
    if character in _PLAIN:
        return character
    if "A" <= character <= "Z":
        return f"~{character.lower()}"
    return f"~~{character.encode('utf-8', 'surrogatepass').hex()}~"
