"""Settings read once at start-up from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

__all__ = ["Settings", "load_settings"]

DEFAULT_DATA_FOLDER = "var/fleet"


@dataclass(frozen=True)
class Settings:
    """Everything a deployment may decide."""

    data_folder: Path = Path(DEFAULT_DATA_FOLDER)
    cache_entries: int = 1_024
    attempts: int = 3
    database_url: str = "sqlite://"


def load_settings(path: Path) -> Settings:
    """The settings in the `[fleet]` table of `path`. Raises ValueError for a name nobody knows."""
    table = tomllib.loads(path.read_text(encoding="utf-8")).get("fleet", {})
    known = {item.name for item in fields(Settings)}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"unknown settings: {', '.join(unknown)}")
    if "data_folder" in table:
        table["data_folder"] = Path(table["data_folder"])
    return Settings(**table)
