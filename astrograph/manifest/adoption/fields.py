"""The fields of one old document: which value each takes, and which values it leaves to be kept beside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from astrograph.formats.foreign_json import Verbatim, Written
from astrograph.formats.pointer import escape
from astrograph.formats.text import did_you_mean, quoted, shown
from astrograph.manifest.adoption.claims import Adopted, Claim, Kind, Remark, Target
from astrograph.manifest.adoption.keeping import NotPlainError, is_exact, plain
from astrograph.manifest.adoption.shapes import found_at
from astrograph.model.adoption import Shape, Source, Take
from astrograph.model.assignment import Origin
from astrograph.model.canon import SUPPORTING, StarId
from astrograph.model.workspace import Form, Placement

_TEXTS = ("owner", "tier", "lane", "description", "node")
_LISTS = ("contracts", "tags")
_ORIGINS = frozenset(Origin)
_CAPABILITY_KEYS = ("type", "description", "interfaces")
_ITEM_NAMES = re.compile(r"(.*)/\*/([^/*]+)")

Found = tuple[str, object]
"""A value of the document with its pointer."""


class Fields:
    """Reads the fields of one document into `adopted`; `taken` are the pointers of the values they speak for."""

    def __init__(self, value: object, shape: Shape, target: Target, adopted: Adopted) -> None:
        self._value = value
        self._shape = shape
        self._sources = dict(shape.fields)
        self._target = target
        self._adopted = adopted
        self.taken: set[str] = set()
        self._around: set[str] = set()

    def read(self) -> None:
        """Read every field the shape maps."""
        for name, source in self._shape.fields:
            if name in _TEXTS:
                self._text(name, source)
            elif name in _LISTS:
                self._list(name, source)
        for name, read in (("capabilities", self._capabilities), ("stars", self._stars)):
            if name in self._sources:
                read(self._sources[name])
        for name in ("confidence", "origin"):
            at = self._target.place(name)
            if name in self._sources and at is not None:
                for pointer, value in self._found(self._sources[name]):
                    self._claim(Claim(Kind.GENERATED, pointer, value, at=at, expected=value))

    def _found(self, source: Source) -> list[Found]:
        return [found for pattern in source.pointers for found in found_at(self._value, pattern)]

    def _claim(self, claim: Claim) -> None:
        """Claim a value, unless it is claimed already, as a whole, in part, or as a part of another."""
        above = places_above(claim.pointer)
        if claim.pointer not in self.taken and claim.pointer not in self._around and self.taken.isdisjoint(above):
            self.taken.add(claim.pointer)
            self._around.update(above)
            self._adopted.claims.append(claim)

    def _remark(self, code: str, message: str, fix: str = "") -> None:
        self._adopted.remarks.append(Remark(code, message, fix))

    # one value

    def _text(self, name: str, source: Source) -> None:
        """A field with one text: the first pointer that leads to one counts, others that disagree are told."""
        chosen: str | None = None
        chosen_at = ""
        for pattern in source.pointers:
            items = [item for found in found_at(self._value, pattern) for item in _items(found)]
            said = [item for item in items if item[1] is not None]
            if not said:
                continue
            if chosen is None:
                chosen, chosen_at = self._choose(name, source, said), said[0][0]
            elif self._mapped(source, said[0][1]) != chosen:
                self._remark(
                    "AG228",
                    f"{quoted(said[0][0])} says {shown(said[0][1])} for `{name}`, "
                    f"{quoted(chosen_at)} says {quoted(chosen)}",
                    "the first counts; keep one of the two in the old document, or order the pointers of the shape",
                )
            else:
                self._say(name, source, said[0])
        if chosen is None:
            self._nothing(name, source)

    def _nothing(self, name: str, source: Source) -> None:
        """Nobody said anything; where the document says so with a null, the new manifest does as well."""
        at = self._target.place(name)
        for pointer, value in self._found(source) if at is not None else ():
            if value is None:
                self._claim(Claim(Kind.FIELD, pointer, None, at=at or "", expected=None))

    def _choose(self, name: str, source: Source, said: list[Found]) -> str | None:
        mapped = [self._mapped(source, value) for _, value in said]
        texts = [text for text in mapped if text is not None]
        joined = source.take is Take.JOIN and len(texts) == len(said) > 1
        text = source.separator.join(texts) if joined else mapped[0]
        problem = "is no text" if text is None else self._target.complaint(name, text)
        if problem is not None:
            self._unfit(name, said[0], problem)
            return None
        self._adopted.fields[name] = text
        if joined:
            at = self._target.place(name)
            for (pointer, value), part in zip(said, texts, strict=True):
                if at is not None and part == value:
                    self._claim(Claim(Kind.KEPT, pointer, value, at=at, expected=text))
            return text
        self._say(name, source, said[0])
        if len(said) > 1 and source.take is not Take.FIRST:
            self._remark(
                "AG227",
                f"`{name}` takes one value, {quoted(said[0][0])} is the first of {len(said)}",
                'set `take` to "first" or "join" for the field in the shape',
            )
        return text

    def _say(self, name: str, source: Source, found: Found) -> None:
        """Claim that the field says this value; a value that was mapped to another text is kept beside as well."""
        pointer, value = found
        at = self._target.place(name)
        text = self._mapped(source, value)
        if at is not None and text == value:
            self._claim(Claim(Kind.FIELD, pointer, value, at=at, expected=text))

    def _unfit(self, name: str, found: Found, problem: str) -> None:
        fix = f"correct it in the old document, or map it with `values` of `{name}` in the shape"
        self._remark("AG227", f"{quoted(found[0])} cannot be the `{name}` and is kept beside: it {problem}", fix)

    def _mapped(self, source: Source, value: object) -> str | None:
        """The text a value stands for, None when it stands for none."""
        if source.values and isinstance(value, str | bool | int | float):
            key = value if isinstance(value, str) else _json_text(value)
            for old, new in source.values:
                if old == key:
                    return new
        return value if isinstance(value, str) else None

    # lists

    def _list(self, name: str, source: Source) -> None:
        """A list of texts, all pointers together. What is no text, or stands there already, is kept beside."""
        if name == "tags" and name not in self._target.carried:
            return
        found = self._found(source)
        said = [(item, text) for each in found for item in _items(each) if (text := self._item(name, source, item))]
        texts = list(dict.fromkeys(text for _, text in said))
        if name == "tags" and not (texts and self._target.fits(name, texts)):
            return
        if texts:
            self._adopted.fields[name] = texts
        place = self._target.place(name) if name == "contracts" else "/tags"
        if place is None:
            return
        positions = {text: position for position, text in enumerate(texts)}
        for (pointer, value), text in said:
            if text == value:
                self._claim(Claim(Kind.FIELD, pointer, value, at=f"{place}/{positions[text]}", expected=text))
        for pointer, value in () if texts else found:
            if isinstance(value, list) and not value:
                self._claim(Claim(Kind.FIELD, pointer, value, at=place, expected=[]))

    def _item(self, name: str, source: Source, found: Found) -> str | None:
        """The text of one item of a list, None when it cannot be one."""
        text = self._mapped(source, found[1])
        if found[1] is None:
            return None
        problem = f"is {shown(found[1])}, not a text" if text is None else self._item_problem(name, text)
        if problem is not None:
            self._unfit(name, found, problem)
        return None if problem is not None else text

    def _item_problem(self, name: str, text: str) -> str | None:
        if name == "contracts":
            return self._target.complaint(name, [text])
        return None if text.strip() else "is empty"

    # capabilities

    def _capabilities(self, source: Source) -> None:
        """Objects with a name, or plain names. What the schema has no key for is kept beside."""
        place = self._target.place("capabilities")
        made: list[dict[str, object]] = []
        names: set[str] = set()
        for pointer, value, key in self._capability_items(source):
            capability, said = self._capability(pointer, value, key)
            name = capability.get("name")
            if not isinstance(name, str):
                self._unfit("capabilities", (pointer, value), f"is {shown(value)}, without a fitting name")
                continue
            if name.casefold() in names:
                self._unfit("capabilities", (pointer, value), f"names {shown(name)} twice")
                continue
            names.add(name.casefold())
            for old, inner, new in said if place is not None else ():
                self._claim(Claim(Kind.FIELD, old, inner, at=f"{place}/{len(made)}/{new}", expected=inner))
            made.append(capability)
        if made:
            self._adopted.fields["capabilities"] = made
        elif place is not None:
            for pointer, value in self._found(source):
                if isinstance(value, list) and not value:
                    self._claim(Claim(Kind.FIELD, pointer, value, at=place, expected=[]))

    def _capability_items(self, source: Source) -> Iterable[tuple[str, object, str]]:
        """Each capability with its pointer and the key its name is under."""
        for pattern in source.pointers:
            match = _ITEM_NAMES.fullmatch(pattern)
            holder, key = match.groups() if match is not None else (pattern, "name")
            for pointer, value in found_at(self._value, holder):
                if isinstance(value, list):
                    yield from ((f"{pointer}/{index}", item, key) for index, item in enumerate(value))
                elif value is not None:
                    yield pointer, value, key

    def _capability(
        self, pointer: str, value: object, key: str
    ) -> tuple[dict[str, object], list[tuple[str, object, str]]]:
        """The capability in the words of the schema, and which old value went where."""
        if not isinstance(value, dict):
            name = {"name": value}
            fits = isinstance(value, str) and self._target.complaint("capabilities", [name]) is None
            return (name, [(pointer, value, "name")]) if fits else ({}, [])
        capability: dict[str, object] = {}
        said: list[tuple[str, object, str]] = []
        for old, new in ((key, "name"), *((known, known) for known in _CAPABILITY_KEYS)):
            inner = value.get(old)
            if inner is None or not is_exact(inner):
                continue
            trial = {"name": "trial", **capability, new: inner}
            if self._target.complaint("capabilities", [trial]) is None:
                capability[new] = inner
                said.append((f"{pointer}/{escape(old)}", inner, new))
        return (capability, said) if "name" in capability else ({}, [])

    # stars

    def _stars(self, source: Source) -> None:
        """Stars by id, label or alias. A person's decision is authored; what a tool inferred is inferred anew."""
        known = list(self._known_stars(source))
        stars = tuple(dict.fromkeys(star for _, _, star in known))
        self._adopted.stars = stars or (SUPPORTING,)
        authored = [star for star in stars if star != SUPPORTING] if self._is_decided() else []
        if authored:
            self._adopted.fields["stars"] = list(authored)
        placement = self._target.placements.get("stars")
        if placement is not None:
            self._claim_stars(known, authored, placement)

    def _known_stars(self, source: Source) -> Iterator[tuple[str, object, StarId]]:
        """Each value that names a star; others are told."""
        for found in self._found(source):
            for pointer, value in _items(found):
                text = self._mapped(source, value)
                star = None if text is None else self._target.canon.resolve(text)
                if star is not None:
                    yield pointer, value, star
                elif value is not None:
                    self._unknown_star(pointer, value)

    def _claim_stars(
        self, known: list[tuple[str, object, StarId]], authored: list[StarId], placement: Placement
    ) -> None:
        def written(star: StarId) -> str:
            return star if placement.form is Form.IDS else self._target.canon.by_id[star].label

        for pointer, value, star in known:
            if star not in authored:
                at = placement.pointer if placement.form is Form.LABEL else f"{placement.pointer}/0"
                self._claim(Claim(Kind.GENERATED, pointer, value, at=at, expected=written(star)))
                continue
            index = authored.index(star)
            if placement.form is Form.LABEL and index:
                continue
            at = placement.pointer if placement.form is Form.LABEL else f"{placement.pointer}/{index}"
            same = value in (star, self._target.canon.by_id[star].label)
            self._claim(Claim(Kind.FIELD, pointer, value, at=at, expected=written(star), renamed=not same))

    def _is_decided(self) -> bool:
        """Whether the stars of this document are a person's word: it says so, or the shape does."""
        if "origin" in self._sources:
            for _, value in self._found(self._sources["origin"]):
                if isinstance(value, str) and value in _ORIGINS:
                    return value == Origin.AUTHORED
        return self._shape.decided

    def _unknown_star(self, pointer: str, value: object) -> None:
        near = did_you_mean(value, self._target.canon.names, n=1) if isinstance(value, str) else []
        fix = f"did you mean {quoted(near[0])}? " if near else ""
        self._remark(
            "AG226",
            f"{quoted(pointer)} names {shown(value)}, which is no star of the canon; it is kept beside",
            f"{fix}Map it with `values` of `stars` in the shape, or add an alias to the canon",
        )


def places_above(pointer: str) -> list[str]:
    """The pointers of everything a place lies in, the document itself left out."""
    found = []
    above = pointer.rpartition("/")[0]
    while above:
        found.append(above)
        above = above.rpartition("/")[0]
    return found


def _items(found: Found) -> list[Found]:
    """The items of a list, each with its pointer, or the one value there is."""
    pointer, value = found
    return [(f"{pointer}/{index}", item) for index, item in enumerate(value)] if isinstance(value, list) else [found]


def _json_text(value: object) -> str:
    if isinstance(value, Written | Verbatim):
        return value.text
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return str(plain(value))
    except NotPlainError:
        return ""
