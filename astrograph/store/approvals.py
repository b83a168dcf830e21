"""The log of approvals: who approved which plan, and what used it. An approval that is not in it is worth nothing."""

from __future__ import annotations

import os

from astrograph.errors import DecodeError, StorageError
from astrograph.formats.generation_text import decode_approval_log, encode_approval_record, encode_spent
from astrograph.model import limits
from astrograph.model.digests import Sha256
from astrograph.model.generation import ApprovalRecord
from astrograph.store.durable import append_line, make_folder_durably
from astrograph.store.faults import Point, reach
from astrograph.store.files import read, storage_error


class ApprovalLog:
    """`build/generations/approvals.jsonl`: lines are only ever added, each for good before anything rests on it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def read(self) -> list[ApprovalRecord]:
        """Every approval in the order it was given; raises StorageError for a line that is not what was written."""
        try:
            return decode_approval_log(read(self.path, limits.LOG))
        except FileNotFoundError:
            return []
        except OSError as error:
            reason = f"it cannot be read: {error.strerror}"
        except DecodeError as error:
            reason = f"line {error.line}: {error.title}"
        raise StorageError(
            "the log of approvals is damaged, so no approval counts",
            fields=(("path", self.path), ("reason", reason)),
            hint="remove the damaged line, then approve anew: doit approve",
        )

    def give(self, record: ApprovalRecord) -> None:
        """Note an approval."""
        self._append(encode_approval_record(record))

    def spend(self, digest: Sha256, *, generation: int) -> None:
        """Note that an approval was used; one that was used already stays as it is."""
        reach(Point.SPEND)
        if all(record.digest != digest or record.generation is None for record in self.read()):
            self._append(encode_spent(digest, generation))
        reach(Point.SPENT)

    def _append(self, line: bytes) -> None:
        try:
            make_folder_durably(os.path.dirname(self.path))
            append_line(self.path, line)
        except OSError as error:
            raise storage_error(error, self.path) from error
