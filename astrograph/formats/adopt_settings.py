"""`[[tool.astrograph.adopt]]`: the shapes of old documents, read from TOML (SPEC section 11)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from astrograph.formats import canonical_json, pointer
from astrograph.formats.text import did_you_mean, safe, shown
from astrograph.model.adoption import Condition, JsonType, Shape, Source, Take

ADOPTABLE = (
    "owner", "tier", "lane", "stars", "origin", "confidence", "contracts", "capabilities", "node", "description",
    "tags", "timestamps",
)  # fmt: skip
"""The fields a shape may map."""

_SHAPE_KEYS = ("name", "match", "fields", "decided")
_CONDITION_KEYS = ("exists", "type", "equals")
_SOURCE_KEYS = ("pointer", "take", "separator", "values")
_JOINED = "owner", "description", "lane", "node"


def read_shapes(value: object, tell: Callable[[str], None]) -> tuple[Shape, ...]:
    """Read the shapes, in order; each problem goes to `tell` and its part is left out."""
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        tell("adopt must be an array of tables: write [[tool.astrograph.adopt]]")
        return ()
    reader = _Reader(tell)
    shapes = tuple(reader.shape(item, at=f"adopt[{index}]") for index, item in enumerate(value))
    names = [shape.name for shape in shapes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        tell(f"adopt: two shapes are named {safe(repr(name))}")
    return shapes


class _Reader:
    def __init__(self, tell: Callable[[str], None]) -> None:
        self.tell = tell

    def unknown(self, table: dict[str, object], known: Iterable[str], *, at: str) -> None:
        for key in table:
            if key not in known:
                near = did_you_mean(key, known, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"known keys: {', '.join(known)}"
                self.tell(f"{at}.{safe(key)} is not a key; {hint}")

    def shape(self, table: dict[str, object], *, at: str) -> Shape:
        self.unknown(table, _SHAPE_KEYS, at=at)
        name = table.get("name")
        if not isinstance(name, str) or not name.strip():
            self.tell(f"{at}.name must be a text that is not empty")
            name = at
        decided = table.get("decided", True)
        if not isinstance(decided, bool):
            self.tell(f"{at}.decided must be true or false, not {safe(shown(decided))}")
            decided = True
        return Shape(
            name=name,
            match=self.match(table.get("match"), at=f"{at}.match"),
            fields=self.fields(table.get("fields", {}), at=f"{at}.fields"),
            decided=decided,
        )

    def match(self, value: object, *, at: str) -> tuple[tuple[Condition, ...], ...]:
        groups = [value] if isinstance(value, dict) else value
        if not isinstance(groups, list) or not groups or not all(isinstance(item, dict) for item in groups):
            self.tell(f"{at} must be a table of JSON pointers, or a list of such tables; an empty table matches all")
            return ()
        return tuple(tuple(self.condition(key, test, at=at) for key, test in sorted(group.items())) for group in groups)

    def condition(self, key: str, test: object, *, at: str) -> Condition:
        where = f"{at}.{safe(repr(key))}"
        self.pointer(key, at=where)
        if isinstance(test, bool):
            return Condition(key, exists=test)
        if not isinstance(test, dict) or not test:
            self.tell(f'{where} must be true, false, or a table such as {{ type = "string" }} or {{ equals = "x" }}')
            return Condition(key)
        self.unknown(test, _CONDITION_KEYS, at=where)
        exists, kind, equals = test.get("exists", True), test.get("type"), test.get("equals")
        if not isinstance(exists, bool):
            self.tell(f"{where}.exists must be true or false")
            exists = True
        if kind is not None and kind not in list(JsonType):
            self.tell(f"{where}.type must be one of {', '.join(JsonType)}, not {safe(shown(kind))}")
            kind = None
        text = None
        if "equals" in test and canonical_json.refusal(equals) is None:
            text = canonical_json.encode_line(equals).decode().rstrip("\n")
        elif "equals" in test:
            self.tell(f"{where}.equals must be a JSON value")
        return Condition(key, exists=exists, type=None if kind is None else JsonType(kind), equals=text)

    def fields(self, value: object, *, at: str) -> tuple[tuple[str, Source], ...]:
        if not isinstance(value, dict):
            self.tell(f"{at} must be a table of fields")
            return ()
        self.unknown(value, ADOPTABLE, at=at)
        return tuple((name, self.source(name, value[name], at=f"{at}.{name}")) for name in ADOPTABLE if name in value)

    def source(self, name: str, value: object, *, at: str) -> Source:
        table = value if isinstance(value, dict) else {"pointer": value}
        self.unknown(table, _SOURCE_KEYS, at=at)
        pointers = table.get("pointer")
        listed = [pointers] if isinstance(pointers, str) else pointers
        if not isinstance(listed, list) or not listed or not all(isinstance(item, str) for item in listed):
            self.tell(
                f"{at} must be a JSON pointer such as '/metadata/owner', a list of them, or a table with `pointer`"
            )
            listed = []
        for item in listed:
            self.pointer(item, at=at)
        take = next((each for each in Take if each == table.get("take", Take.ONLY)), None)
        if take is None or (take is Take.JOIN and name not in _JOINED):
            said = safe(shown(table["take"]))
            self.tell(f"{at}.take must be only, first, or (for {', '.join(_JOINED)}) join, not {said}")
            take = Take.ONLY
        separator = table.get("separator", ", ")
        if not isinstance(separator, str):
            self.tell(f"{at}.separator must be text")
            separator = ", "
        return Source(tuple(listed), take, separator, self.values(table.get("values", {}), at=f"{at}.values"))

    def values(self, value: object, *, at: str) -> tuple[tuple[str, str], ...]:
        if isinstance(value, dict) and all(isinstance(item, str) and item for item in value.values()):
            return tuple(sorted(value.items()))
        blanks = [old for old, new in value.items() if new == ""] if isinstance(value, dict) else []
        if blanks:
            named = ", ".join(safe(repr(old)) for old in blanks)
            self.tell(f"{at}: {named} stands for nothing yet: fill in what it is")
            return ()
        self.tell(f"{at} must be a table of old texts and the new text of each")
        return ()

    def pointer(self, text: str, *, at: str) -> None:
        from astrograph.errors import DecodeError

        try:
            sound = bool(pointer.split(text))
        except DecodeError:
            sound = False
        if not sound:
            self.tell(f"{at}: {safe(repr(text))} is not a JSON pointer such as '/metadata/owner'")
