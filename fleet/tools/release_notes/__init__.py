"""Turn merged changes into notes that people like to read."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from tools.text import wrap

__all__ = ["Change", "fetch_changes", "render_notes"]

SECTIONS = ("added", "changed", "fixed", "removed")


@dataclass(frozen=True, slots=True)
class Change:
    """One change, in one of the four sections."""

    section: str
    text: str


async def fetch_changes(url: str) -> list[Change]:
    """The changes that a change log service knows."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(url)
        answer.raise_for_status()
        return [Change(item["section"], item["text"]) for item in answer.json()]


def render_notes(version: str, changes: list[Change]) -> str:
    """Markdown, with the sections in a fixed order and none that is empty."""
    lines = [f"## {version}"]
    for section in SECTIONS:
        texts = [change.text for change in changes if change.section == section]
        if texts:
            lines += ["", f"### {section.capitalize()}", *(wrap(f"- {text}") for text in texts)]
    return "\n".join(lines) + "\n"
