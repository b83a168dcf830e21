import asyncio
from pathlib import Path

import pytest

from core.config import Settings
from core.storage import open_storage
from core.types import Identifier, Moment
from memory.fold import FoldStore, UnknownFoldError, fold


def test_a_fold_comes_back_as_it_was_put(tmp_path: Path) -> None:
    store = FoldStore(open_storage(Settings(data_folder=tmp_path)))
    record = fold([Moment(Identifier("only"), 3)])
    key = asyncio.run(store.put(record))
    assert asyncio.run(store.get(key)) == record


def test_an_unknown_identifier_is_an_error_of_its_own(tmp_path: Path) -> None:
    store = FoldStore(open_storage(Settings(data_folder=tmp_path)))
    with pytest.raises(UnknownFoldError, match="missing"):
        asyncio.run(store.get(Identifier("missing")))
