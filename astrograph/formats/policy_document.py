"""What all policy files share: decoding by extension, and checks that collect every problem."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import NoReturn

from astrograph.errors import DecodeError, PolicyError
from astrograph.formats import strict_json, strict_yaml
from astrograph.formats.text import did_you_mean
from astrograph.model.canon import StarId
from astrograph.model.codes import finding
from astrograph.model.finding import Finding

_YAML = (".yaml", ".yml")
_THOUSAND = 1000
_FIRST_PRINTABLE = " "
_DELETE = "\x7f"


class PolicyProblems(PolicyError):  # noqa: N818 - it is a collection, not one error
    """Everything wrong with one policy file, as findings with line and column."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        self.findings = tuple(sorted(findings))
        first = self.findings[0]
        count = len(self.findings)
        super().__init__(
            f"{first.path} cannot be used: {count} {'problem' if count == 1 else 'problems'}",
            fields=tuple((_place(each), f"{each.code} {each.message}") for each in self.findings),
            hint=next(filter(None, (each.fix for each in self.findings)), f"`doit explain {first.code}` tells more"),
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (PolicyProblems, (self.findings,))


class PolicyDocument:
    """A decoded policy file under inspection.

    Each check returns the checked value, or an empty stand-in after it has recorded a problem. `finish`
    raises when anything was recorded, so a stand-in never leaves a reader.
    """

    def __init__(self, value: object, *, path: str, positions: Mapping[str, tuple[int, int]]) -> None:
        self.value = value
        self.path = path
        self._positions = positions
        self._findings: list[Finding] = []

    def line(self, pointer: str) -> int:
        """Give the line of a JSON pointer, 0 when unknown."""
        return self._position(pointer)[0]

    def problem(self, code: str, message: str, *, at: str, fix: str = "") -> None:
        """Record one problem at a JSON pointer."""
        line, column = self._position(at)
        self._findings.append(finding(code, message, path=self.path, line=line, column=column, fix=fix))

    def finish(self) -> None:
        """Raise `PolicyProblems` when anything was recorded."""
        if self._findings:
            raise PolicyProblems(tuple(self._findings))

    def members(
        self,
        value: object,
        *,
        at: str,
        required: Collection[str],
        optional: Collection[str] = (),
        missing: str = "AG516",
    ) -> dict[str, object]:
        """Take an object with known keys apart; unknown and missing ones (code `missing`) are told."""
        present = self.mapping(value, at=at)
        if not isinstance(value, dict):
            return present
        known = (*required, *optional)
        for key in present:
            if key not in known:
                self._unknown(key, known, at=child(at, key))
        for key in required:
            if key not in present:
                self.problem(missing, f"`{key}` is missing from {_named(at)}", at=at, fix=f"add `{key}`")
        return {key: each for key, each in present.items() if key in known}

    def mapping(self, value: object, *, at: str) -> dict[str, object]:
        """Take an object with free keys."""
        if isinstance(value, dict):
            return {str(key): each for key, each in value.items()}
        self._wrong(value, "an object", at=at)
        return {}

    def items(self, value: object, *, at: str) -> Iterator[tuple[str, object]]:
        """Yield the elements of a list, each with its JSON pointer."""
        if not isinstance(value, list):
            self._wrong(value, "a list", at=at)
            return
        for position, element in enumerate(value):
            yield f"{at}/{position}", element

    def text(self, value: object, *, at: str) -> str:
        """Text that is not blank and holds no control character."""
        if not isinstance(value, str):
            self._wrong(value, "text", at=at)
            return ""
        if not value.strip():
            self.problem("AG516", f"{_named(at)} is empty", at=at)
        elif any(each < _FIRST_PRINTABLE or each == _DELETE for each in value):
            self.problem("AG516", f"{_named(at)} holds a control character", at=at)
        return value

    def integer(self, value: object, *, at: str, minimum: int) -> int:
        """Take a whole number of at least `minimum`; neither `true` nor `3.0` is one."""
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong(value, "a whole number", at=at)
            return 0
        if value < minimum:
            self.problem("AG504", f"{_named(at)} is {value}; it must be at least {minimum}", at=at)
        return value

    def thousandths(self, value: object, *, at: str, maximum: int) -> int:
        """Take a number of at most three decimals from 0 to `maximum`, as integer thousandths, exactly."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong(value, "a number", at=at)
            return 0
        exact = Decimal(repr(value)) * _THOUSAND
        if not 0 <= exact <= maximum * _THOUSAND:
            self.problem("AG504", f"{_named(at)} is {value}; it must be from 0 to {maximum}", at=at)
        elif exact != exact.to_integral_value():
            self.problem("AG504", f"{_named(at)} is {value}; at most three decimals count", at=at)
        else:
            return int(exact)
        return 0

    def star(
        self, value: object, *, at: str, resolve: Callable[[str], StarId | None], names: Collection[str]
    ) -> StarId:
        """Resolve a name to its star; an unknown one is recorded with the nearest names."""
        name = self.text(value, at=at)
        star = resolve(name)
        if star is not None:
            return star
        if name.strip():
            near = did_you_mean(name, names, 1)
            fix = f"did you mean {_listed(near)}?" if near else "name a star of the canon by id, label or alias"
            self.problem("AG503", f"`{name}` is not a star of the canon", at=at, fix=fix)
        return StarId("")

    def _unknown(self, key: str, known: Collection[str], *, at: str) -> None:
        near = did_you_mean(key, known)
        fix = f"did you mean {_listed(near)}?" if near else f"known here: {_listed(known)}"
        self.problem("AG518", f"unknown key `{key}`", at=at, fix=fix)

    def _wrong(self, value: object, wanted: str, *, at: str) -> None:
        self.problem("AG516", f"{_named(at)} is {_kind(value)}; it must be {wanted}", at=at)

    def _position(self, pointer: str) -> tuple[int, int]:
        while pointer and pointer not in self._positions:
            pointer = pointer.rpartition("/")[0]
        return self._positions.get(pointer, (0, 0))


def open_document(data: bytes, *, path: str, as_json: bool = False) -> PolicyDocument:
    """Decode a policy file: YAML when `path` ends in .yaml or .yml, JSON otherwise or when asked for.

    Raises PolicyProblems with a position when the bytes are not that format.
    """
    try:
        if path.endswith(_YAML) and not as_json:
            return _open_yaml(data, path=path)
        return PolicyDocument(strict_json.decode(data), path=path, positions=strict_json.positions(data))
    except DecodeError as error:
        _refuse(error, path=path)


def child(pointer: str, key: str) -> str:
    """Extend a JSON pointer by a member name (RFC 6901)."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def _open_yaml(data: bytes, *, path: str) -> PolicyDocument:
    document = strict_yaml.decode(data)
    if document.problems:
        raise PolicyProblems(
            tuple(
                finding(code, message, path=path, line=line, column=column, fix=fix)
                for code, message, line, column, fix in document.problems
            )
        )
    return PolicyDocument(document.value, path=path, positions=document.positions)


def _refuse(error: DecodeError, *, path: str) -> NoReturn:
    wrong = finding("AG516", error.title, path=path, line=error.line, column=error.column, fix=error.hint)
    raise PolicyProblems((wrong,)) from error


def _place(each: Finding) -> str:
    return ":".join(map(str, filter(None, (each.path, each.line, each.column))))


def _named(pointer: str) -> str:
    return f"`{pointer}`" if pointer else "the file"


def _listed(names: Collection[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return f"the number {value}"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"
