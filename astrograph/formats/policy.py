"""Policy files -> values: canon, rules, exceptions and pins (SPEC section 3)."""

from __future__ import annotations

from astrograph.formats.policy_canon import read_canon
from astrograph.formats.policy_document import PolicyProblems
from astrograph.formats.policy_exceptions import read_exceptions
from astrograph.formats.policy_pins import encode_pins, read_pins
from astrograph.formats.policy_rules import read_rules

__all__ = ["PolicyProblems", "encode_pins", "read_canon", "read_exceptions", "read_pins", "read_rules"]
