"""Stat keys: any time, size and inode that a file system can give has a key, and odd times are never trusted."""

import os
from types import SimpleNamespace
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from astrograph.model.digests import NOTHING, Fingerprint
from astrograph.store.stamps import is_racy, signature, stat_key, trusted

LATEST = 1 << 63
TIMES = st.one_of(
    st.integers(-(1 << 70), 1 << 70), st.sampled_from([-1, 0, 1, LATEST - 1, LATEST, -LATEST, -LATEST - 1])
)
COUNTS = st.integers(0, 1 << 70)
NOW = 2_000_000_000_000_000_000


def stat_of(mtime: int, ctime: int, size: int = 0, inode: int = 1) -> os.stat_result:
    return cast(
        os.stat_result, SimpleNamespace(st_mtime_ns=mtime, st_ctime_ns=ctime, st_size=size, st_ino=inode, st_dev=0)
    )


@given(mtime=TIMES, ctime=TIMES, size=COUNTS, inode=COUNTS)
def test_every_stat_has_a_key_and_a_signature(mtime: int, ctime: int, size: int, inode: int) -> None:
    stat = stat_of(mtime, ctime, size, inode)

    assert len(stat_key(stat)) == 32
    assert len(signature("folder", ["file"], [stat])) == 16


@given(mtime=TIMES, ctime=TIMES)
def test_a_time_before_1970_or_after_2262_is_never_trusted(mtime: int, ctime: int) -> None:
    stat = stat_of(mtime, ctime)
    found = Fingerprint(b"x" * 16)

    if 0 <= mtime < LATEST and 0 <= ctime < LATEST:
        assert is_racy(stat, NOW) == (ctime > NOW - (2_100_000_000 if ctime % 1_000_000_000 == 0 else 50_000_000))
    else:
        assert trusted(found, [stat], NOW) == NOTHING
