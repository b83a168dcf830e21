"""Source facts: what the bytes of a package's own files say, by tree-sitter, never executed (SPEC section 6).

The syntax tree does not depend on the running interpreter, and no bytes make it fail: whatever cannot be read
is a `Problem` beside the facts that can. Importing this package loads no parser; the first `parse_file` does.
"""

from astrograph.facts.source.packing import pack, unpack
from astrograph.facts.source.parse import MAX_BYTES, parse_file, too_large
from astrograph.facts.source.parser import parser_key
from astrograph.facts.source.summary import summarize

__all__ = ["MAX_BYTES", "pack", "parse_file", "parser_key", "summarize", "too_large", "unpack"]
