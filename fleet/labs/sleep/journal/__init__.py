"""Notes taken right after waking up."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tools.redaction import redact

from ..cycles import phases

__all__ = ["Note", "append_note"]


@dataclass(frozen=True, slots=True)
class Note:
    """A few words, and how long the night was in ticks."""

    text: str
    ticks: int


def append_note(journal: Path, note: Note) -> None:
    """Add one line to a journal, without personal data."""
    with journal.open("a", encoding="utf-8") as file:
        file.write(f"{len(phases(note.ticks))} phases: {redact(note.text)}\n")
