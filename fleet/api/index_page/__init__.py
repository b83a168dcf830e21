"""The page at `/`, with links to everything that can be called."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

__all__ = ["index_page"]


def index_page(links: Mapping[str, str]) -> str:
    """An HTML page with one list item per link."""
    items = "".join(
        f'<li><a href="{escape(target)}">{escape(title)}</a></li>' for title, target in links.items()
    )
    return f"<!doctype html><title>Fleet</title><ul>{items}</ul>"
