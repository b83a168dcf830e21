"""Fill a fresh database with rows to develop against."""

from __future__ import annotations

from core.relational_store import RelationalStore

__all__ = ["seed"]

ROWS = 100


def seed(store: RelationalStore, *, rows: int = ROWS) -> None:
    """Insert `rows` made-up moments after the latest tick."""
    first = store.latest_tick() + 1
    store.insert({"identifier": f"seed-{tick}", "tick": tick} for tick in range(first, first + rows))
