"""Ledger lines for tests that need some, and say only what matters to them."""

from dataclasses import replace
from typing import Any

from astrograph.model.assignment import Assignment, Origin
from astrograph.model.canon import SUPPORTING
from astrograph.model.digests import sha256
from astrograph.model.ids import ModuleId
from astrograph.model.ledger import LedgerLine


def bare_line(module: str, **said: Any) -> LedgerLine:
    """The line of a built module of one file, of which nobody said anything but what is `said`, by field."""
    line = LedgerLine(
        module=ModuleId(module),
        manifest=sha256(module.encode()),
        owner=None,
        tier=None,
        lane=None,
        described=False,
        contracts=(),
        capabilities=(),
        node=None,
        assignment=Assignment(stars=(SUPPORTING,), confidence=0, origin=Origin.DEFAULT),
        internal=(),
        external=(),
        files=1,
        has_tests=False,
        exports_documented=0,
        exports_total=0,
    )
    return replace(line, **said)
