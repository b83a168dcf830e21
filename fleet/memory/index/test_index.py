from core.types import Identifier, Moment
from memory.index import MemoryIndex


def test_all_words_must_be_there() -> None:
    index = MemoryIndex()
    index.add(Moment(Identifier("a"), 1, {"text": "Rain on the roof"}))
    index.add(Moment(Identifier("b"), 2, {"text": "rain in May"}))
    assert index.find("rain") == {"a", "b"}
    assert index.find("RAIN", "roof") == {"a"}
    assert index.find() == frozenset()
