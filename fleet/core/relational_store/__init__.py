"""Tables for the facts that people query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from core.config import Settings

__all__ = ["RelationalStore"]

METADATA = sa.MetaData()
MOMENTS = sa.Table(
    "moments",
    METADATA,
    sa.Column("identifier", sa.String, primary_key=True),
    sa.Column("tick", sa.Integer, nullable=False),
)


class RelationalStore:
    """One engine per process, and the few statements the fleet needs."""

    def __init__(self, settings: Settings) -> None:
        self._engine = sa.create_engine(settings.database_url)
        METADATA.create_all(self._engine)

    def insert(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Insert moments, all or none."""
        with self._engine.begin() as connection:
            connection.execute(MOMENTS.insert(), [dict(row) for row in rows])

    def latest_tick(self) -> int:
        """The highest tick stored, 0 when there is none."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.max(MOMENTS.c.tick))).scalar() or 0
