"""Where each module stands in the sky: a pure function of ids and stars that moves little when the set does.

Every star has a region, the default star in the middle and the others on a ring round it. Inside a region modules
stand in clusters by folder: a folder takes a share of the disc of the folder above, at a point its name decides. Sizes
are rounded to powers of two before they count, so that one module more moves none of the others until a folder has
doubled. Then each module takes the nearest free cell of a fine grid; who comes first is decided by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from math import ceil, cos, log2, pi, sin, sqrt
from typing import NamedTuple

from astrograph.model.canon import SUPPORTING, Canon, StarId
from astrograph.model.digests import fingerprint
from astrograph.model.ids import ModuleId

UNIT = 16
"""Whole steps to one cell of the grid: coordinates are whole numbers, so that no text depends on a float."""

ASPECT = 1.5
"""The sky is wider than high, as screens are."""

_FILL = 0.22
_SMALLEST = 8
_GAP = 3.2
_CLUSTER = 1.2
_REACH = 60
_LOOSE = 0.7
_TURN = 2 * pi


class Region(NamedTuple):
    """The disc of one star, in cells: centre and radius."""

    x: float
    y: float
    radius: float


class Sky(NamedTuple):
    """The regions by star before they are widened by `ASPECT`, and the place of each module in `UNIT`ths of a cell."""

    regions: Mapping[StarId, Region]
    places: Mapping[ModuleId, tuple[int, int]]


def lay_out(stars: Mapping[ModuleId, StarId], canon: Canon) -> Sky:
    """Place every module; `stars` maps each to the star it is drawn in."""
    members: dict[StarId, list[ModuleId]] = {star.id: [] for star in canon.stars}
    for module, star in stars.items():
        members[star].append(module)
    radii = {star: _radius(len(modules)) for star, modules in members.items()}
    centre = SUPPORTING if SUPPORTING in radii else canon.stars[0].id
    regions = _regions(radii, centre)
    places: dict[ModuleId, tuple[int, int]] = {}
    for star, modules in members.items():
        region = regions[star]
        for module, (x, y) in _spots(modules, region.radius).items():
            places[module] = (round((region.x + x) * ASPECT * UNIT), round((region.y + y) * UNIT))
    return Sky(regions, places)


def _radius(count: int) -> float:
    """The radius that holds `count` modules with room between them, in half-power-of-two steps."""
    steps = ceil(2 * log2(max(count, _SMALLEST)))
    return sqrt(2 ** (steps / 2) / _FILL / pi)


def _regions(radii: Mapping[StarId, float], centre: StarId) -> dict[StarId, Region]:
    """The default star in the middle, the others round it in canon order, each as wide as it needs."""
    ring = [star for star in radii if star != centre]
    found = {centre: Region(0.0, 0.0, radii[centre])}
    if not ring:
        return found
    widths = [2 * radii[star] + _GAP for star in ring]
    distance = max(radii[centre] + _GAP + max(radii[star] for star in ring), sum(widths) / _TURN)
    spare = (_TURN - sum(widths) / distance) / len(ring)
    angle = -pi / 2 - widths[0] / distance / 2
    for star, width in zip(ring, widths, strict=True):
        angle += width / distance / 2
        found[star] = Region(distance * cos(angle), distance * sin(angle), radii[star])
        angle += width / distance / 2 + spare
    return found


# inside one region


def _spots(modules: Iterable[ModuleId], radius: float) -> dict[ModuleId, tuple[float, float]]:
    """A spot in a cell of its own for each module, at the point its folders ask for or near it."""
    wishes = _wishes(sorted(modules), radius)
    taken: set[tuple[int, int]] = set()
    spots: dict[ModuleId, tuple[float, float]] = {}
    for module in sorted(wishes, key=lambda each: fingerprint(each.encode("utf-8", "surrogatepass"))):
        x, y = wishes[module]
        wish = round(x), round(y)
        cell = _free(*wish, taken)
        taken.add(cell)
        if cell == wish:
            spots[module] = (wish[0] + (x - wish[0]) * _LOOSE, wish[1] + (y - wish[1]) * _LOOSE)
        else:
            dx, dy = _two_numbers(f"{module} ")
            spots[module] = (cell[0] + (dx - 0.5) * _LOOSE, cell[1] + (dy - 0.5) * _LOOSE)
    return spots


def _wishes(modules: list[ModuleId], radius: float) -> dict[ModuleId, tuple[float, float]]:
    """The point each module's folders ask for: every folder has a smaller disc within that of the folder above."""
    wishes: dict[ModuleId, tuple[float, float]] = {}
    pending = [(modules, 0, 0.0, 0.0, radius)]
    while pending:
        some, at, x, y, room = pending.pop()
        whole = _rounded_up(len(some))
        for prefix, members in _by_next_segment(some, at).items():
            dx, dy = _in_disc(prefix)
            if len(members) == 1:
                wishes[members[0]] = (x + dx * room, y + dy * room)
                continue
            share = room * sqrt(_rounded_up(len(members)) / whole) * (_CLUSTER if 2 * len(members) <= len(some) else 1)
            pending.append((members, len(prefix), x + dx * (room - share), y + dy * (room - share), share))
    return wishes


def _by_next_segment(modules: list[ModuleId], at: int) -> dict[str, list[ModuleId]]:
    """Modules that agree in their first `at` characters, by what comes next up to a slash."""
    groups: dict[str, list[ModuleId]] = {}
    for module in modules:
        end = module.find("/", at)
        groups.setdefault(module if end < 0 else module[: end + 1], []).append(module)
    return groups


def _rounded_up(count: int) -> int:
    return 1 << (count - 1).bit_length() if count > 1 else 1


def _free(column: int, row: int, taken: set[tuple[int, int]]) -> tuple[int, int]:
    """The free cell nearest to a wished one, the same whoever asks."""
    for dx, dy in _near_first():
        if (column + dx, row + dy) not in taken:
            return column + dx, row + dy
    while (column, row) in taken:  # a crowd larger than any folder discs leave room for
        column += 1
    return column, row


@cache
def _near_first() -> tuple[tuple[int, int], ...]:
    """The cells of a disc, nearest to its middle first."""
    span = range(-_REACH, _REACH + 1)
    cells = [(dx * dx + dy * dy, dx, dy) for dx in span for dy in span if dx * dx + dy * dy <= _REACH * _REACH]
    return tuple((dx, dy) for _, dx, dy in sorted(cells))


def _in_disc(name: str) -> tuple[float, float]:
    """A point of the unit disc that a name decides; sparse towards the rim, so that clusters have soft edges."""
    turn, far = _two_numbers(name)
    radius = far**0.55
    return radius * cos(turn * _TURN), radius * sin(turn * _TURN)


def _two_numbers(name: str) -> tuple[float, float]:
    digest = fingerprint(name.encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest[:6], "big") / (1 << 48), int.from_bytes(digest[6:12], "big") / (1 << 48)
