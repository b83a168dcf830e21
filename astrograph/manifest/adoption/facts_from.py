"""From one old document and its shape to authored facts, with a claim for every value in it."""

from __future__ import annotations

from astrograph.formats.foreign_json import ForeignDocument, Repeated
from astrograph.formats.pointer import escape
from astrograph.formats.text import quoted, shown
from astrograph.manifest.adoption.claims import Adopted, Claim, Kind, Remark, Target
from astrograph.manifest.adoption.fields import Fields, places_above
from astrograph.manifest.adoption.keeping import EXACT, VALUES, Keeper, is_exact, is_text
from astrograph.manifest.adoption.shapes import found_at
from astrograph.model.adoption import Shape


def read_document(document: ForeignDocument, shape: Shape, target: Target) -> Adopted:
    """The facts of one document and what is claimed of each of its values.

    The claims cover the document: each value is below exactly one of their pointers, earlier values of a repeated key
    included. Values that no field takes are kept under `target.home`, or lost with the reason where there is none.
    """
    adopted = Adopted(shape.name)
    adopted.remarks += [Remark("AG230", f"the document is not strict JSON: {text}") for text in document.remarks]
    fields = Fields(document.value, shape, target, adopted)
    fields.read()
    _Rest(document, shape, target, adopted, fields).read()
    for claim in adopted.claims:
        claim.settle()
    return adopted


class _Rest:
    """Everything that no field took."""

    def __init__(
        self, document: ForeignDocument, shape: Shape, target: Target, adopted: Adopted, fields: Fields
    ) -> None:
        self._document = document
        self._shape = shape
        self._target = target
        self._adopted = adopted
        self._taken = fields.taken
        self._keeper = Keeper(target.home or "")
        self._own_home: dict[str, object] = {}
        self._around = {above for pointer in self._taken for above in places_above(pointer)}
        self._on_the_way = self._around | {above for pointer in target.generated for above in places_above(pointer)}

    def read(self) -> None:
        self._times()
        value = self._document.value
        members = self._nameable("", value) if isinstance(value, dict) else []
        for key, inner in members:
            if key != self._target.home:
                self._top(key, inner)
        if self._document.remarks:
            self._earlier("", value)
        for key, inner in members:
            if key == self._target.home:
                self._home(key, inner)
        kept = {**self._own_home, **self._keeper.members()}
        if kept and self._target.home is not None:
            self._adopted.fields[self._target.home] = kept
        self._adopted.claims += self._keeper.claims

    def _times(self) -> None:
        """Times have a place of their own below the home, under the last part of their pointer."""
        source = dict(self._shape.fields).get("timestamps")
        if source is None or self._target.home is None:
            return
        for pattern in source.pointers:
            for pointer, value in found_at(self._document.value, pattern):
                if self._is_free(pointer) and self._keeper.keep_time(pointer, value):
                    self._taken.add(pointer)
                    self._around.update(places_above(pointer))
                    self._on_the_way |= self._around

    def _is_free(self, pointer: str) -> bool:
        return (
            pointer not in self._taken
            and pointer not in self._around
            and self._taken.isdisjoint(places_above(pointer))
            and pointer not in self._target.generated
        )

    def _top(self, key: str, value: object) -> None:
        """A top-level member: one that the schema lets through stays where it is."""
        pointer = f"/{escape(key)}"
        free = pointer not in self._on_the_way and pointer not in self._taken and key in self._target.carried
        if free and key not in self._adopted.fields and is_exact(value) and self._target.fits(key, value):
            self._adopted.fields[key] = value
            self._adopted.claims.append(Claim(Kind.FIELD, pointer, value, at=pointer, expected=value))
        else:
            self._rest(pointer, value)

    def _home(self, key: str, value: object) -> None:
        """The member under which values are kept: its own members stay, but for those whose place is needed."""
        pointer = f"/{escape(key)}"
        fits = isinstance(value, dict) and value and self._target.fits(key, value)
        if not fits or pointer in self._on_the_way or pointer in self._taken:
            self._rest(pointer, value)
            return
        assert isinstance(value, dict)
        members = dict(self._nameable(pointer, value))
        moved = {name for name, inner in members.items() if name in self._keeper.names or not is_exact(inner)}
        if moved or self._keeper.names & {VALUES, EXACT}:
            moved |= members.keys() & {VALUES, EXACT}
        for name, inner in members.items():
            place = f"{pointer}/{escape(name)}"
            if name in moved:
                self._keeper.keep(place, inner)
            else:
                self._own_home[name] = inner
                self._adopted.claims.append(Claim(Kind.FIELD, place, inner, at=place, expected=inner))

    def _rest(self, pointer: str, value: object) -> None:
        if pointer in self._taken:
            return
        if pointer in self._target.generated and pointer not in self._around:
            self._adopted.claims.append(Claim(Kind.GENERATED, pointer, value, at=pointer, expected=value))
        elif pointer in self._on_the_way and isinstance(value, dict) and value:
            for key, inner in self._nameable(pointer, value):
                self._rest(f"{pointer}/{escape(key)}", inner)
        elif pointer in self._on_the_way and isinstance(value, list) and value:
            for index, inner in enumerate(value):
                self._rest(f"{pointer}/{index}", inner)
        elif self._target.home is None:
            self._adopted.claims.append(Claim(Kind.LOST, pointer, value, reason=self._target.homeless))
        else:
            self._keeper.keep(pointer, value)

    def _nameable(self, pointer: str, value: dict[str, object]) -> list[tuple[str, object]]:
        """The members whose key is text; the others are kept together, for no pointer can name them."""
        unfit = {key: inner for key, inner in value.items() if not is_text(key)}
        if unfit and self._target.home is not None:
            self._keeper.keep_exactly(pointer, unfit)
        elif unfit:
            self._adopted.claims.append(Claim(Kind.LOST, pointer, unfit, reason=self._target.homeless))
        return [(key, inner) for key, inner in value.items() if key not in unfit]

    def _earlier(self, pointer: str, value: object) -> None:
        """What keys written more than once said before, wherever in the document."""
        if isinstance(value, Repeated):
            said: dict[str, list[object]] = {}
            for key, earlier in value.earlier:
                said.setdefault(key, []).append(earlier)
            for key, values in said.items():
                self._lose_or_keep(f"{pointer}/{escape(key)}", values)
        if isinstance(value, dict):
            for key, inner in value.items():
                self._earlier(f"{pointer}/{escape(key)}", inner)
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                self._earlier(f"{pointer}/{index}", inner)

    def _lose_or_keep(self, pointer: str, values: list[object]) -> None:
        last = quoted(pointer)
        self._adopted.remarks.append(
            Remark("AG230", f"{last} said {', '.join(map(shown, values))} before its last value, which counts")
        )
        if self._target.home is None:
            reason = "the key is written again further on"
            self._adopted.claims += [Claim(Kind.LOST, pointer, value, reason=reason) for value in values]
        else:
            self._keeper.keep_earlier(pointer, values)
