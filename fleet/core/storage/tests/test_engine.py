import asyncio
from pathlib import Path

import pytest

from core.config import Settings
from core.storage import StorageError, open_storage
from core.types import Identifier


def test_what_is_put_is_there_for_the_next_process(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)
    asyncio.run(open_storage(settings).put(Identifier("a-1"), b"kept"))

    assert asyncio.run(open_storage(settings).get(Identifier("a-1"))) == b"kept"


def test_a_key_cannot_leave_the_data_folder(tmp_path: Path) -> None:
    storage = open_storage(Settings(data_folder=tmp_path))
    with pytest.raises(StorageError, match="not a storable key"):
        asyncio.run(storage.put(Identifier("../a"), b""))
