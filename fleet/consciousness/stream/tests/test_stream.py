from consciousness.qualia import Quale
from consciousness.stream import Stream
from core.types import Identifier

DULL = Quale(Identifier("dull"), 0.2, 0.0)
VIVID = Quale(Identifier("vivid"), 0.9, 0.0)


def test_the_highlight_is_the_most_salient_quale() -> None:
    stream = Stream()
    assert stream.highlight() is None
    stream.append(VIVID)
    stream.append(DULL)
    assert stream.highlight() == VIVID


def test_the_tail_forgets_what_is_too_long_ago() -> None:
    stream = Stream(tail=1)
    stream.append(VIVID)
    stream.append(DULL)
    assert stream.recent() == (DULL,)
