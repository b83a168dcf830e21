"""The canon: the closed list of stars (SPEC section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NewType

StarId = NewType("StarId", str)
"""The id of a star of the canon, e.g. `Trail`."""

SUPPORTING = StarId("Supporting")
"""The default star: what a module is when nobody and nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class Star:
    """One star: its id (`Trail`), emoji (`✦`), domain (`Memory`) and full label (`✦ Trail (Memory)`)."""

    id: StarId
    emoji: str
    domain: str
    label: str


@dataclass(frozen=True)
class Canon:
    """All stars in canon order, with the aliases people use for them (alias -> star id)."""

    stars: tuple[Star, ...]
    aliases: tuple[tuple[str, StarId], ...]

    @cached_property
    def by_id(self) -> dict[StarId, Star]:
        """Each star under its id."""
        return {star.id: star for star in self.stars}

    @cached_property
    def order(self) -> dict[StarId, int]:
        """The position of each star, the tie-break of SPEC section 7."""
        return {star.id: position for position, star in enumerate(self.stars)}

    @cached_property
    def _names(self) -> dict[str, StarId]:
        names: dict[str, StarId] = dict(self.aliases)
        for star in self.stars:
            names[star.label] = star.id
            names[f"{star.emoji} {star.id}"] = star.id
            names[star.id] = star.id
        return names

    def resolve(self, name: str) -> StarId | None:
        """The star that an id, a label or an alias names; None when there is none."""
        return self._names.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name `resolve` knows, for suggestions."""
        return tuple(self._names)
