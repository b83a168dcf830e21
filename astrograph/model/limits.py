"""How large a file or a name may be, in bytes; docs/LIMITS.md has all limits with the reason for each number."""

from __future__ import annotations

from typing import Final

SETTINGS: Final = 1 << 20
"""`pyproject.toml`, `.gitignore` and the like."""

POLICY: Final = 4 << 20
"""Rules, exceptions, canon, schema and pins."""

YAML: Final = 1 << 20
"""A file of authored facts, a contract in YAML, the list of known violations."""

CODEOWNERS: Final = 3 << 20
"""What GitHub loads."""

CONTRACT: Final = 8 << 20
"""A contract."""

ADOPTED: Final = 8 << 20
"""A document that is adopted."""

KEPT: Final = 64 << 20
"""One that is not adopted, whose bytes are kept in generation 0 nevertheless."""

SOURCE: Final = 4 << 20
"""A source file."""

RECORD: Final = 1 << 20
"""A small record: an approval, the approvers, the number of the current generation, the metadata of one."""

LOG: Final = 64 << 20
"""A log that only grows, a line a publication."""

OUTPUT: Final = 1 << 30
"""A file that Astrograph wrote itself: a manifest, a ledger, a plan, the entries of a generation."""

STRATUM: Final = 200
"""The name of a top-level folder: a temporary file named after its ledger stays below 255 bytes."""

SEGMENT: Final = 250
"""The name of any other folder of a module id: its authored file has five bytes more, and 255 are allowed."""

MODULE_ID: Final = 500
"""A module id: with what is put around it, it stays below the 4,096 bytes of a path and of a pattern's input."""

NAME: Final = 1_000
"""What is imported, an owner, a capability: text that patterns see, in characters, below what a pattern may see."""

FOLDER: Final = 2_000
"""The path of a folder below its source root, nothing below a longer one is walked."""
