from api.index_page import index_page


def test_titles_are_escaped() -> None:
    assert index_page({"<b>": "/b"}) == (
        '<!doctype html><title>Fleet</title><ul><li><a href="/b">&lt;b&gt;</a></li></ul>'
    )
