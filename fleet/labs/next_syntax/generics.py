"""Type parameters (Python 3.12) with defaults (3.13)."""

from collections.abc import Callable, Iterable

type Pair[A, B = A] = tuple[A, B]
type Predicate[T] = Callable[[T], bool]


class Box[T]:
    """Holds one value."""

    def __init__(self, value: T) -> None:
        self.value = value

    def map[U](self, function: Callable[[T], U]) -> "Box[U]":
        """A box with what `function` makes of the value."""
        return Box(function(self.value))


def split[T](items: Iterable[T], *, where: Predicate[T]) -> Pair[list[T]]:
    """The items that satisfy `where`, and the others."""
    yes: list[T] = []
    no: list[T] = []
    for item in items:
        (yes if where(item) else no).append(item)
    return yes, no
